/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The call that waits, the pairing that runs, and what its end means for both. */
#include "bonding.h"

#include "discovery.h"

struct _BhBonding {
    BhBondingSetup setup;
    GDBusMethodInvocation *call; /* Pair */
    guint watch;                 /* of its sender */
    BhPairing *pairing;
    gboolean resolved;
    gboolean paired; /* the call waits for the services only */
};

static void
forget_call(BhBonding *bonding)
{
    if (bonding->watch != 0)
        g_bus_unwatch_name(bonding->watch);
    bonding->watch = 0;
    bonding->paired = FALSE;
}

/* name NULL = success. */
static void
answer(BhBonding *bonding, const char *name, const char *message)
{
    GDBusMethodInvocation *call = g_steal_pointer(&bonding->call);

    forget_call(bonding);
    if (call == NULL)
        return;
    bh_props_flush(bonding->setup.props);
    if (name == NULL)
        g_dbus_method_invocation_return_value(call, NULL);
    else
        bh_bluez_refuse(call, name, message);
}

BhSecurity
bh_bonding_get_keys(const BhBonding *bonding)
{
    const BhStored *stored = bh_storage_find(bonding->setup.context->storage,
                                             &bonding->setup.plug->config->address,
                                             &bonding->setup.address);

    return stored != NULL ? stored->keys : BH_SECURITY_NONE;
}

/* However it failed: a device without keys is no longer one to remember. */
static void
fail(BhBonding *bonding, const char *name, const char *message)
{
    g_clear_pointer(&bonding->pairing, bh_pairing_free);
    answer(bonding, name, message);
    if (bh_bonding_get_keys(bonding) == BH_SECURITY_NONE)
        bonding->setup.events->failed(bonding->setup.user_data);
}

static void
keep_keys(BhBonding *bonding, BhSecurity security)
{
    BhBluezContext *context = bonding->setup.context;
    BhPeer *peer = bh_peers_find_address(context->peers, &bonding->setup.address);
    BhStored *stored = bh_storage_add(context->storage,
                                      &bonding->setup.plug->config->address,
                                      &bonding->setup.address);

    stored->keys = security;
    if (peer != NULL)
        bh_peer_set_bonded(peer, TRUE);
    bh_props_set(bonding->setup.props, "Bonded", g_variant_new_boolean(TRUE));
    bh_props_set(bonding->setup.props, "Paired", g_variant_new_boolean(TRUE));
}

static void
succeed(BhBonding *bonding, BhSecurity security)
{
    keep_keys(bonding, security);
    bonding->setup.events->secured(security, bonding->setup.user_data);
    if (bonding->resolved)
        answer(bonding, NULL, NULL);
    else
        bonding->paired = TRUE;
}

/* A request that needed it loses the link with it, Pair does not. */
static void
on_pairing_end(BhPairingResult result, BhSecurity security, gpointer user_data)
{
    BhBonding *bonding = user_data;
    gboolean called = bonding->call != NULL;

    if (result == BH_PAIRED) {
        g_clear_pointer(&bonding->pairing, bh_pairing_free);
        succeed(bonding, security);
        return;
    }
    fail(bonding, "AuthenticationFailed", "Authentication Failed");
    if (!called || result == BH_PAIRING_TIMED_OUT)
        bonding->setup.events->lose(bonding->setup.user_data);
    else
        bonding->setup.events->secured(bh_bonding_get_keys(bonding), bonding->setup.user_data);
}

static void
begin(BhBonding *bonding, BhPeer *peer)
{
    BhPairingSetup setup = {.timeline = bonding->setup.context->timeline,
                            .agents = bonding->setup.context->agents,
                            .peer = peer,
                            .path = bonding->setup.path};

    if (bonding->call != NULL)
        setup.sender = g_dbus_method_invocation_get_sender(bonding->call);
    bonding->pairing = bh_pairing_new(&setup, on_pairing_end, bonding);
}

void
bh_bonding_cancel(BhBonding *bonding)
{
    if (bh_bonding_is_busy(bonding))
        fail(bonding, "AuthenticationCanceled", "Authentication Canceled");
}

static void
on_sender_gone(GDBusConnection *connection, const char *name, gpointer user_data)
{
    BhBonding *bonding = user_data;

    bh_bonding_cancel(bonding);
    bonding->setup.events->disconnect(bonding->setup.user_data);
}

static void
take_call(BhBonding *bonding, GDBusMethodInvocation *invocation)
{
    bonding->call = invocation;
    bonding->watch =
        g_bus_watch_name_on_connection(g_dbus_method_invocation_get_connection(invocation),
                                       g_dbus_method_invocation_get_sender(invocation),
                                       G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL,
                                       on_sender_gone,
                                       bonding,
                                       NULL);
}

void
bh_bonding_pair(BhBonding *bonding,
                BhPeer *peer,
                gboolean resolved,
                GDBusMethodInvocation *invocation)
{
    if (bh_bonding_is_busy(bonding)) {
        bh_bluez_refuse(invocation, "InProgress", "In Progress");
    } else if (bh_bonding_get_keys(bonding) != BH_SECURITY_NONE) {
        /* It tries the other bearer, which such a controller does not have. */
        bh_bluez_refuse(invocation, "AuthenticationFailed", "Authentication Failed");
    } else {
        take_call(bonding, invocation);
        bonding->resolved = resolved;
        if (peer != NULL)
            begin(bonding, peer);
        else if (!bonding->setup.events->connect(bonding->setup.user_data))
            answer(bonding, "Failed", "Operation already in progress");
    }
}

void
bh_bonding_cancel_call(BhBonding *bonding, GDBusMethodInvocation *invocation)
{
    if (bonding->call == NULL) {
        bh_bluez_refuse(invocation, "DoesNotExist", "Does Not Exist");
        return;
    }
    bh_bonding_cancel(bonding);
    bonding->setup.events->secured(bh_bonding_get_keys(bonding), bonding->setup.user_data);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void
bh_bonding_secure(BhBonding *bonding, BhPeer *peer)
{
    if (bonding->pairing == NULL)
        begin(bonding, peer);
}

gboolean
bh_bonding_is_busy(const BhBonding *bonding)
{
    return bonding->call != NULL || bonding->pairing != NULL;
}

void
bh_bonding_link_up(BhBonding *bonding, BhPeer *peer)
{
    bonding->resolved = FALSE;
    if (bonding->call != NULL)
        begin(bonding, peer);
}

void
bh_bonding_link_failed(BhBonding *bonding)
{
    answer(bonding, "Failed", "Software caused connection abort");
}

void
bh_bonding_link_down(BhBonding *bonding)
{
    bonding->resolved = FALSE;
    bh_bonding_cancel(bonding);
}

void
bh_bonding_resolved(BhBonding *bonding)
{
    bonding->resolved = TRUE;
    if (bonding->paired)
        answer(bonding, NULL, NULL);
}

BhBonding *
bh_bonding_new(const BhBondingSetup *setup)
{
    BhBonding *bonding = g_new0(BhBonding, 1);

    bonding->setup = *setup;
    return bonding;
}

void
bh_bonding_free(BhBonding *bonding)
{
    g_clear_pointer(&bonding->pairing, bh_pairing_free);
    forget_call(bonding);
    g_clear_object(&bonding->call);
    g_free(bonding);
}
