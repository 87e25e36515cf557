/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each handler finds its adapter, has the central do one thing, and answers when that is done. */
#include "control-centrals.h"

#include "bh-error.h"
#include "control-peers.h"

#define MTU_DEFAULT 517

static BhSimAdapter *
find_adapter(BhSimDbusSim1 *object, const char *adapter, GError **error)
{
    return bh_plugs_find(bh_sim_control_get_plugs(BH_SIM_CONTROL(object)), adapter, error);
}

static BhCentrals *
find_centrals(BhSimDbusSim1 *object,
              const char *adapter,
              const char *text,
              BhAddress *address,
              GError **error)
{
    BhSimAdapter *found = find_adapter(object, adapter, error);

    if (found == NULL || !bh_address_parse(text, BH_ADDRESS_RANDOM, address, error))
        return NULL;
    return bh_sim_adapter_get_centrals(found);
}

/* Links */

static gboolean
handle_connect(BhSimDbusSim1 *object,
               GDBusMethodInvocation *invocation,
               const char *adapter,
               const char *text,
               GVariant *given)
{
    g_autoptr(GError) error = NULL;
    BhCentralOptions options = {.confirms = TRUE, .mtu = MTU_DEFAULT};
    const char *type_text = "random";
    const char *path = NULL;
    BhAddressType type = BH_ADDRESS_RANDOM;
    BhAddress address;
    BhCentrals *centrals = find_centrals(object, adapter, text, &address, &error);

    g_variant_lookup(given, "Bonded", "b", &options.bonded);
    g_variant_lookup(given, "Confirms", "b", &options.confirms);
    g_variant_lookup(given, "Mtu", "q", &options.mtu);
    g_variant_lookup(given, "AddressType", "&s", &type_text);
    if (centrals == NULL)
        return bh_sim_finish(invocation, error);
    if (bh_address_type_from_string(type_text, &type))
        address.type = type;
    path = bh_centrals_connect(centrals, &address, &options, &error);
    if (path == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation, g_variant_new("(o)", path));
}

static gboolean
handle_disconnect(BhSimDbusSim1 *object,
                  GDBusMethodInvocation *invocation,
                  const char *adapter,
                  const char *text)
{
    g_autoptr(GError) error = NULL;
    BhAddress address;

    if (find_centrals(object, adapter, text, &address, &error) != NULL)
        bh_sim_adapter_drop_central(find_adapter(object, adapter, NULL), &address);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_bond(BhSimDbusSim1 *object,
            GDBusMethodInvocation *invocation,
            const char *adapter,
            const char *text,
            const char *identity)
{
    g_autoptr(GError) error = NULL;
    BhAddress address;

    if (find_centrals(object, adapter, text, &address, &error) != NULL &&
        !bh_sim_adapter_bond_central(find_adapter(object, adapter, NULL), &address, identity))
        error = g_error_new_literal(BH_ERROR, BH_ERROR_NOT_FOUND, "no such central");
    return bh_sim_finish(invocation, error);
}

/* Attributes */

static void
on_done(guint8 status, GVariant *value, gpointer user_data)
{
    GDBusMethodInvocation *invocation = user_data;
    g_autoptr(GError) error = NULL;

    if (status == BH_CENTRALS_LINK_GONE)
        error = g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "the link is gone");
    else if (status != 0)
        error = bh_error_new_att(status);
    if (error == NULL && value != NULL)
        bh_sim_complete(invocation, g_variant_new("(@ay)", value));
    else
        bh_sim_finish(invocation, error);
}

static gboolean
handle_read(BhSimDbusSim1 *object,
            GDBusMethodInvocation *invocation,
            const char *adapter,
            const char *text,
            const char *attribute,
            guint16 offset)
{
    g_autoptr(GError) error = NULL;
    BhAddress address;
    BhCentrals *centrals = find_centrals(object, adapter, text, &address, &error);

    if (centrals != NULL &&
        bh_centrals_read(centrals, &address, attribute, offset, on_done, invocation, &error))
        return TRUE;
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_write(BhSimDbusSim1 *object,
             GDBusMethodInvocation *invocation,
             const char *adapter,
             const char *text,
             const char *attribute,
             GVariant *value,
             GVariant *options)
{
    g_autoptr(GError) error = NULL;
    BhCentralWrite how = {0};
    BhAddress address;
    BhCentrals *centrals = find_centrals(object, adapter, text, &address, &error);

    g_variant_lookup(options, "Command", "b", &how.command);
    g_variant_lookup(options, "Authorize", "b", &how.authorize);
    g_variant_lookup(options, "Offset", "q", &how.offset);
    if (centrals != NULL &&
        bh_centrals_write(centrals, &address, attribute, value, &how, on_done, invocation, &error))
        return TRUE;
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_configure(BhSimDbusSim1 *object,
                 GDBusMethodInvocation *invocation,
                 const char *adapter,
                 const char *text,
                 const char *attribute,
                 guint16 configuration)
{
    g_autoptr(GError) error = NULL;
    BhAddress address;
    BhCentrals *centrals = find_centrals(object, adapter, text, &address, &error);

    if (centrals != NULL && bh_centrals_configure(centrals,
                                                  &address,
                                                  attribute,
                                                  configuration,
                                                  on_done,
                                                  invocation,
                                                  &error))
        return TRUE;
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_confirm(BhSimDbusSim1 *object,
               GDBusMethodInvocation *invocation,
               const char *adapter,
               const char *text)
{
    g_autoptr(GError) error = NULL;
    BhAddress address;
    BhCentrals *centrals = find_centrals(object, adapter, text, &address, &error);

    if (centrals != NULL)
        bh_centrals_confirm(centrals, &address, &error);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_take(BhSimDbusSim1 *object,
            GDBusMethodInvocation *invocation,
            const char *adapter,
            const char *text,
            const char *attribute)
{
    g_autoptr(GError) error = NULL;
    BhAddress address;
    BhCentrals *centrals = find_centrals(object, adapter, text, &address, &error);
    GVariant *values =
        centrals != NULL ? bh_centrals_take(centrals, &address, attribute, &error) : NULL;

    if (values == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation, g_variant_new("(@aay)", values));
}

/* What there is */

static gboolean
handle_get_served(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *adapter)
{
    g_autoptr(GError) error = NULL;
    BhSimAdapter *found = find_adapter(object, adapter, &error);

    if (found == NULL)
        return bh_sim_finish(invocation, error);
    BhServed *served = bh_centrals_get_served(bh_sim_adapter_get_centrals(found));
    return bh_sim_complete(invocation, g_variant_new("(@as)", bh_served_describe(served)));
}

static gboolean
handle_get_advertised(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *adapter)
{
    g_autoptr(GError) error = NULL;
    BhSimAdapter *found = find_adapter(object, adapter, &error);

    if (found == NULL)
        return bh_sim_finish(invocation, error);
    GVariant *all = bh_advertising_describe(bh_sim_adapter_get_advertising(found));
    return bh_sim_complete(invocation, g_variant_new("(@aa{sv})", all));
}

static gboolean
handle_release_advertised(BhSimDbusSim1 *object,
                          GDBusMethodInvocation *invocation,
                          const char *adapter)
{
    g_autoptr(GError) error = NULL;
    BhSimAdapter *found = find_adapter(object, adapter, &error);

    if (found != NULL)
        bh_advertising_release_all(bh_sim_adapter_get_advertising(found));
    return bh_sim_finish(invocation, error);
}

void
bh_sim_control_centrals_init(BhSimDbusSim1Iface *iface)
{
    iface->handle_central_connect = handle_connect;
    iface->handle_central_disconnect = handle_disconnect;
    iface->handle_central_bond = handle_bond;
    iface->handle_central_read = handle_read;
    iface->handle_central_write = handle_write;
    iface->handle_central_configure = handle_configure;
    iface->handle_central_confirm = handle_confirm;
    iface->handle_central_take = handle_take;
    iface->handle_get_served = handle_get_served;
    iface->handle_get_advertised = handle_get_advertised;
    iface->handle_release_advertised = handle_release_advertised;
}
