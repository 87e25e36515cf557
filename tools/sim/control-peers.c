/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each handler finds its device or attribute, does one thing to it, and answers. */
#include "control-peers.h"

#include "bh-error.h"

#include <string.h>

static BhPeer *
find_peer(BhSimDbusSim1 *object, const char *device, GError **error)
{
    return bh_peers_find(bh_sim_control_get_peers(BH_SIM_CONTROL(object)), device, error);
}

static BhPeerAttribute *
find_attribute(BhSimDbusSim1 *object, const char *device, const char *name, GError **error)
{
    BhPeers *peers = bh_sim_control_get_peers(BH_SIM_CONTROL(object));

    return bh_peers_find_attribute(peers, device, name, error);
}

static gboolean
handle_drop(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *device)
{
    g_autoptr(GError) error = NULL;
    BhPeer *peer = find_peer(object, device, &error);

    if (peer != NULL && !bh_peer_drop(peer))
        g_set_error(&error, BH_ERROR, BH_ERROR_NOT_FOUND, "'%s' has no link", device);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_set_present(BhSimDbusSim1 *object,
                   GDBusMethodInvocation *invocation,
                   const char *device,
                   gboolean present)
{
    g_autoptr(GError) error = NULL;
    BhPeer *peer = find_peer(object, device, &error);

    if (peer != NULL)
        bh_peer_set_away(peer, !present);
    return bh_sim_finish(invocation, error);
}

static gboolean
read_options(GVariant *options, const BhKeySet *keys, GError **error)
{
    g_autoptr(GKeyFile) file = bh_keys_file_from_options("options", options, error);

    return file != NULL && bh_keys_read_sets(file, "options", keys, 1, error);
}

static gboolean
handle_set_device(BhSimDbusSim1 *object,
                  GDBusMethodInvocation *invocation,
                  const char *device,
                  GVariant *options)
{
    g_autoptr(GError) error = NULL;
    BhPeer *peer = find_peer(object, device, &error);
    BhPeerRules rules;
    BhKeySet keys = bh_peer_rules_keys(&rules);

    if (peer == NULL)
        return bh_sim_finish(invocation, error);
    rules = *bh_peer_get_rules(peer);
    if (read_options(options, &keys, &error))
        *bh_peer_get_rules(peer) = rules;
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_set_attribute(BhSimDbusSim1 *object,
                     GDBusMethodInvocation *invocation,
                     const char *device,
                     const char *name,
                     GVariant *options)
{
    g_autoptr(GError) error = NULL;
    BhPeerAttribute *attribute = find_attribute(object, device, name, &error);
    g_autoptr(BhScenarioAttribute) config = NULL;
    BhKeySet keys;

    if (attribute == NULL)
        return bh_sim_finish(invocation, error);
    config = bh_scenario_attribute_copy(attribute->config);
    keys = bh_scenario_attribute_keys(config);
    if (read_options(options, &keys, &error))
        bh_peer_attribute_take_config(attribute, g_steal_pointer(&config));
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_notify(BhSimDbusSim1 *object,
              GDBusMethodInvocation *invocation,
              const char *device,
              const char *name,
              GVariant *value)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(value);
    BhPeerAttribute *attribute = find_attribute(object, device, name, &error);

    if (attribute == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation, g_variant_new("(b)", bh_peer_notify(attribute, bytes)));
}

static gboolean
handle_get_device(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *device)
{
    g_autoptr(GError) error = NULL;
    BhPeer *peer = find_peer(object, device, &error);

    if (peer == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation, g_variant_new("(@a{sv})", bh_peer_describe(peer)));
}

static gboolean
handle_get_attribute(BhSimDbusSim1 *object,
                     GDBusMethodInvocation *invocation,
                     const char *device,
                     const char *name)
{
    g_autoptr(GError) error = NULL;
    BhPeerAttribute *attribute = find_attribute(object, device, name, &error);

    if (attribute == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation,
                           g_variant_new("(@a{sv})", bh_peer_attribute_describe(attribute)));
}

static gboolean
handle_take_written(BhSimDbusSim1 *object,
                    GDBusMethodInvocation *invocation,
                    const char *device,
                    const char *name)
{
    g_autoptr(GError) error = NULL;
    BhPeerAttribute *attribute = find_attribute(object, device, name, &error);

    if (attribute == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation,
                           g_variant_new("(@aay)", bh_peer_attribute_take_written(attribute)));
}

void
bh_sim_control_peers_init(BhSimDbusSim1Iface *iface)
{
    iface->handle_drop = handle_drop;
    iface->handle_set_present = handle_set_present;
    iface->handle_set_device = handle_set_device;
    iface->handle_set_attribute = handle_set_attribute;
    iface->handle_notify = handle_notify;
    iface->handle_get_device = handle_get_device;
    iface->handle_get_attribute = handle_get_attribute;
    iface->handle_take_written = handle_take_written;
}
