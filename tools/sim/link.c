/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An attempt, or the attribute protocol of a link that is up, or neither. */
#include "link.h"

#include "attempt.h"
#include "battery.h"
#include "bonding.h"
#include "discovery.h"
#include "link-calls.h"

#define DISCONNECT_US (2 * G_USEC_PER_SEC)
#define LOST_US 45000 /* six connection intervals of 7.5 ms, Core 5.4 Vol 6 Part B 4.5 */

struct _BhLink {
    BhLinkSetup setup;
    BhGattShared shared;
    BhGatt *gatt;
    BhBonding *bonding;
    BhAttempt *attempt;
    BhAtt *att; /* NULL = not up */
    BhPeer *peer;
    BhBattery *battery;
    gboolean resolved;
    const char *reason; /* of the end that comes; NULL = the device */
    BhLinkGone gone;    /* NULL = no central made it; else there is neither att nor peer */
    gpointer gone_data;
    BhLinkCalls calls;
    guint step_timer;
    guint disconnect_timer;
};

static void
set_timer(BhLink *link, guint *timer, gint64 after_us, BhTimelineFunc func)
{
    BhTimeline *timeline = link->setup.context->timeline;

    bh_timeline_clear(timeline, timer);
    *timer = bh_timeline_add(timeline, bh_timeline_now(timeline) + after_us, func, link);
}

static void
set_state(BhLink *link, const char *name, gboolean value)
{
    bh_props_set(link->setup.props, name, g_variant_new_boolean(value));
}

/* Ends an attempt, if there is one. */
static void
give_up(BhLink *link, const char *error)
{
    g_clear_pointer(&link->attempt, bh_attempt_free);
    bh_bonding_link_failed(link->bonding);
    bh_link_calls_answer_connect(&link->calls, error);
}

/* The device and the controller have lost each other already, or do so now. */
static void
detach(BhLink *link)
{
    BhTimeline *timeline = link->setup.context->timeline;

    bh_timeline_clear(timeline, &link->step_timer);
    bh_timeline_clear(timeline, &link->disconnect_timer);
    link->shared.disconnecting = FALSE;
    g_clear_pointer(&link->battery, bh_battery_free);
    link->shared.own = NULL;
    bh_gatt_disconnected(link->gatt);
    link->shared.att = NULL;
    g_clear_pointer(&link->att, bh_att_free);
    bh_peer_link_down(link->peer);
    g_clear_pointer(&link->peer, bh_peer_unref);
    link->setup.plug->links--;
}

/* Since 5.83, and before Connected changes. */
static void
tell_reason(BhLink *link, const char *reason)
{
    BhBluezContext *context = link->setup.context;
    g_autoptr(GDBusConnection) connection =
        g_dbus_object_manager_server_get_connection(context->manager);
    g_autofree char *name = g_strconcat("org.bluez.Reason.", reason, NULL);

    if (!context->tells_reasons)
        return;
    bh_props_flush(link->setup.props);
    g_dbus_connection_emit_signal(connection,
                                  NULL,
                                  link->setup.path,
                                  "org.bluez.Device1",
                                  "Disconnected",
                                  g_variant_new("(ss)", name, reason),
                                  NULL);
}

/* In BlueZ's order: requests fail, services are not resolved any more, calls are answered, and then
 * the link is gone. Whatever ends it, a timer, the device or bluetoothd, comes here. */
static void
go_down(gpointer user_data)
{
    BhLink *link = user_data;
    const char *by_device = bh_peer_is_away(link->peer) ? "Timeout" : "Remote";
    const char *reason = link->reason != NULL ? link->reason : by_device;

    link->reason = NULL;
    bh_att_fail_all(link->att);
    detach(link);
    if (link->resolved)
        set_state(link, "ServicesResolved", FALSE);
    link->resolved = FALSE;
    bh_bonding_link_down(link->bonding);
    bh_link_calls_answer_connect(&link->calls, "br-connection-canceled");
    bh_link_calls_answer_disconnects(&link->calls);
    tell_reason(link, reason);
    set_state(link, "Connected", FALSE);
    link->setup.events->down(link->setup.user_data);
}

static void
end_with(BhLink *link, const char *reason)
{
    link->reason = reason;
    go_down(link);
}

/* It could not be established. */
static void
on_lost(gpointer user_data)
{
    end_with(user_data, "Unknown");
}

static void
on_disconnect_due(gpointer user_data)
{
    end_with(user_data, "Local");
}

static void
on_keys_refused(gpointer user_data)
{
    end_with(user_data, "Authentication");
}

static void
show_services(BhLink *link)
{
    g_auto(GStrv) uuids = NULL;

    bh_gatt_update(link->gatt);
    uuids = bh_gatt_dup_uuids(link->gatt);
    link->setup.events->resolved(uuids, link->setup.user_data);
    g_clear_pointer(&link->battery, bh_battery_free);
    link->battery = bh_battery_new(&link->shared);
    link->shared.own = bh_battery_peek_level(link->battery);
}

static void
on_resolved(gpointer user_data)
{
    BhLink *link = user_data;
    const BhPeerRules *rules = bh_peer_get_rules(link->peer);

    link->step_timer = 0;
    if (bh_peer_is_away(link->peer))
        return;
    if (rules->drop_at == BH_DROP_DISCOVERY) {
        bh_peer_drop(link->peer);
        return;
    }
    if (rules->discovery == BH_DISCOVERY_OK)
        show_services(link);
    if (!link->resolved)
        set_state(link, "ServicesResolved", TRUE);
    link->resolved = TRUE;
    bh_bonding_resolved(link->bonding);
}

static void
discover(BhLink *link)
{
    const BhPeerRules *rules = bh_peer_get_rules(link->peer);

    if (rules->discovery != BH_DISCOVERY_NEVER)
        set_timer(link, &link->step_timer, rules->discover_us, on_resolved);
}

static void
on_notified(BhPeerAttribute *attribute, GBytes *value, gpointer user_data)
{
    BhLink *link = user_data;

    bh_gatt_notified(link->gatt, attribute, value);
    if (link->battery != NULL)
        bh_battery_notified(link->battery, attribute, value);
}

/* Before services are resolved the discovery that is under way sees it anyway. */
static void
on_services_changed(gpointer user_data)
{
    BhLink *link = user_data;

    if (link->resolved)
        discover(link);
}

static const BhPeerEvents PEER_EVENTS = {.dropped = go_down,
                                         .notified = on_notified,
                                         .changed = on_services_changed};

static void
secure(gpointer user_data)
{
    BhLink *link = user_data;

    bh_bonding_secure(link->bonding, link->peer);
}

/* The keys are those of a bond that the device has forgotten. */
static gboolean
is_key_missing(const BhLink *link, BhPeer *peer)
{
    return bh_bonding_get_keys(link->bonding) != BH_SECURITY_NONE && !bh_peer_is_bonded(peer);
}

static void
go_up(BhLink *link, BhPeer *peer, gboolean stays)
{
    link->setup.events->up(link->setup.user_data);
    link->setup.plug->links++;
    link->peer = bh_peer_ref(peer);
    bh_peer_link_up(link->peer, &PEER_EVENTS, link);
    link->att = bh_att_new(link->setup.context->timeline, link->peer, secure, link);
    link->shared.att = link->att;
    set_state(link, "Connected", TRUE);
    if (!stays) {
        set_timer(link,
                  &link->step_timer,
                  LOST_US,
                  is_key_missing(link, peer) ? on_keys_refused : on_lost);
        return;
    }
    bh_att_set_security(link->att, bh_bonding_get_keys(link->bonding));
    bh_link_calls_answer_connect(&link->calls, NULL);
    bh_gatt_connected(link->gatt);
    discover(link);
    bh_bonding_link_up(link->bonding, link->peer);
}

static void
fail_attempt(BhLink *link)
{
    give_up(link, "le-connection-abort-by-local");
    link->setup.events->down(link->setup.user_data);
}

static void
on_attempt(BhAttemptResult result, BhPeer *peer, gpointer user_data)
{
    BhLink *link = user_data;

    if (result == BH_ATTEMPT_PHANTOM) {
        bh_link_calls_answer_connect(&link->calls, NULL);
    } else if (result == BH_ATTEMPT_FAILED) {
        fail_attempt(link);
    } else {
        g_clear_pointer(&link->attempt, bh_attempt_free);
        go_up(link, peer, result == BH_ATTEMPT_UP && !is_key_missing(link, peer));
    }
}

static void
begin_attempt(BhLink *link)
{
    link->attempt = bh_attempt_new(link->setup.context,
                                   link->setup.plug,
                                   &link->setup.address,
                                   on_attempt,
                                   link);
}

void
bh_link_hear(BhLink *link)
{
    if (link->attempt != NULL)
        bh_attempt_hear(link->attempt);
}

/* What both versions refuse while something is under way, each with its words. */
static gboolean
refuse_busy(BhLink *link, GDBusMethodInvocation *invocation)
{
    gboolean is_5_82 = link->setup.context->is_5_82;
    gboolean busy = link->attempt != NULL || link->calls.connect != NULL ||
                    (is_5_82 && bh_bonding_is_busy(link->bonding));

    if (busy && is_5_82)
        bh_bluez_refuse(invocation, "InProgress", "In Progress");
    else if (busy)
        bh_bluez_refuse(invocation, "Failed", "Operation already in progress");
    return busy;
}

void
bh_link_connect(BhLink *link, GDBusMethodInvocation *invocation)
{
    if (refuse_busy(link, invocation))
        return;
    if (bh_link_is_up(link)) {
        g_dbus_method_invocation_return_value(invocation, NULL);
        return;
    }
    link->setup.events->kept(link->setup.user_data);
    if (!link->setup.plug->config->powered) {
        bh_bluez_refuse(invocation, "Failed", "Input/output error");
        return;
    }
    link->calls.connect = invocation;
    begin_attempt(link);
}

void
bh_link_connect_device(BhLink *link, GDBusMethodInvocation *invocation)
{
    link->calls.by_address = TRUE;
    link->calls.connect = invocation;
    if (link->att != NULL)
        bh_link_calls_answer_connect(&link->calls, NULL);
    else if (link->attempt == NULL)
        begin_attempt(link);
}

static void
end_central(BhLink *link, const char *reason)
{
    BhLinkGone gone = link->gone;

    bh_timeline_clear(link->setup.context->timeline, &link->disconnect_timer);
    link->gone = NULL;
    link->setup.plug->links--;
    gone(&link->setup.address, link->gone_data);
    bh_link_calls_answer_disconnects(&link->calls);
    tell_reason(link, reason);
    set_state(link, "Connected", FALSE);
    link->setup.events->down(link->setup.user_data);
}

static void
on_central_due(gpointer user_data)
{
    end_central(user_data, "Local");
}

gboolean
bh_link_come(BhLink *link, BhLinkGone gone, gpointer user_data)
{
    if (bh_link_is_up(link))
        return FALSE;
    link->gone = gone;
    link->gone_data = user_data;
    link->setup.plug->links++;
    set_state(link, "Connected", TRUE);
    link->setup.events->up(link->setup.user_data);
    return TRUE;
}

void
bh_link_leave(BhLink *link)
{
    if (link->gone != NULL)
        end_central(link, "Remote");
}

static void
begin_disconnect(gpointer user_data)
{
    BhLink *link = user_data;

    bh_bonding_cancel(link->bonding);
    if (link->gone != NULL) {
        if (link->disconnect_timer == 0)
            set_timer(link, &link->disconnect_timer, DISCONNECT_US, on_central_due);
        return;
    }
    if (link->att == NULL) {
        give_up(link, "br-connection-canceled");
        return;
    }
    bh_link_calls_answer_connect(&link->calls, "br-connection-canceled");
    if (link->disconnect_timer == 0)
        set_timer(link, &link->disconnect_timer, DISCONNECT_US, on_disconnect_due);
    link->shared.disconnecting = TRUE;
}

void
bh_link_disconnect(BhLink *link, GDBusMethodInvocation *invocation)
{
    begin_disconnect(link);
    if (bh_link_is_up(link))
        g_ptr_array_add(link->calls.disconnects, invocation);
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
}

void
bh_link_pair(BhLink *link, GDBusMethodInvocation *invocation)
{
    link->setup.events->kept(link->setup.user_data);
    bh_bonding_pair(link->bonding, link->peer, link->resolved, invocation);
}

void
bh_link_cancel_pairing(BhLink *link, GDBusMethodInvocation *invocation)
{
    bh_bonding_cancel_call(link->bonding, invocation);
}

void
bh_link_cut(BhLink *link)
{
    if (link->gone != NULL)
        end_central(link, "Local");
    else if (link->att != NULL)
        end_with(link, "Local");
    else if (link->attempt != NULL)
        fail_attempt(link);
}

gboolean
bh_link_is_up(const BhLink *link)
{
    return link->att != NULL || link->gone != NULL;
}

static gboolean
connect_for_pairing(gpointer user_data)
{
    BhLink *link = user_data;

    if (link->attempt != NULL)
        return FALSE;
    begin_attempt(link);
    return TRUE;
}

static void
on_pairing_failed(gpointer user_data)
{
    BhLink *link = user_data;

    link->setup.events->unkept(link->setup.user_data);
}

static void
on_secured(BhSecurity security, gpointer user_data)
{
    BhLink *link = user_data;

    if (link->att == NULL)
        return;
    bh_att_set_security(link->att, security);
    bh_att_secured(link->att);
}

static const BhBondingEvents BONDING_EVENTS = {.connect = connect_for_pairing,
                                               .disconnect = begin_disconnect,
                                               .lose = on_keys_refused,
                                               .failed = on_pairing_failed,
                                               .secured = on_secured};

BhLink *
bh_link_new(const BhLinkSetup *setup)
{
    BhLink *link = g_new0(BhLink, 1);
    BhBondingSetup bonding = {.context = setup->context,
                              .plug = setup->plug,
                              .path = setup->path,
                              .address = setup->address,
                              .props = setup->props,
                              .events = &BONDING_EVENTS,
                              .user_data = link};

    link->setup = *setup;
    link->shared = (BhGattShared){.manager = setup->context->manager,
                                  .device_path = setup->path,
                                  .is_5_82 = setup->context->is_5_82};
    link->gatt = bh_gatt_new(&link->shared);
    link->bonding = bh_bonding_new(&bonding);
    bh_link_calls_init(&link->calls, setup->props, setup->path);
    return link;
}

void
bh_link_free(BhLink *link)
{
    g_clear_pointer(&link->attempt, bh_attempt_free);
    if (link->att != NULL)
        detach(link);
    if (link->gone != NULL)
        link->setup.plug->links--;
    bh_timeline_clear(link->setup.context->timeline, &link->disconnect_timer);
    bh_bonding_free(link->bonding);
    bh_link_calls_clear(&link->calls);
    bh_gatt_free(link->gatt);
    g_free(link);
}
