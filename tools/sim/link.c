/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A state, one timer for its next step, one for the attempt as a whole and one for Disconnect. */
#include "link.h"

#include "discovery.h"

#define DISCONNECT_US (2 * G_USEC_PER_SEC)
#define LOST_US 45000 /* six connection intervals of 7.5 ms, Core 5.4 Vol 6 Part B 4.5 */

typedef enum {
    LINK_IDLE,
    LINK_WAITING, /* for an advertisement */
    LINK_CONNECTING,
    LINK_UP,
} LinkState;

struct _BhLink {
    BhLinkSetup setup;
    BhGattShared shared;
    BhGatt *gatt;
    BhAtt *att;
    LinkState state;
    BhPeer *peer;     /* from CONNECTING on */
    gboolean counted; /* the attempt, by the device */
    gboolean resolved;
    GDBusMethodInvocation *connect;
    GPtrArray *disconnects; /* GDBusMethodInvocation */
    guint attempt_timer;
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
clear_timers(BhLink *link)
{
    BhTimeline *timeline = link->setup.context->timeline;

    bh_timeline_clear(timeline, &link->attempt_timer);
    bh_timeline_clear(timeline, &link->step_timer);
    bh_timeline_clear(timeline, &link->disconnect_timer);
    link->shared.disconnecting = FALSE;
}

static void
set_state(BhLink *link, const char *name, gboolean value)
{
    bh_props_set(link->setup.props, name, g_variant_new_boolean(value));
}

/* message NULL = success. What has changed is signalled before. */
static void
answer_connect(BhLink *link, const char *message)
{
    GDBusMethodInvocation *invocation = g_steal_pointer(&link->connect);

    if (invocation == NULL)
        return;
    bh_props_flush(link->setup.props);
    if (message == NULL)
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        bh_bluez_refuse(invocation, "Failed", message);
}

static void
answer_disconnects(BhLink *link)
{
    while (link->disconnects->len > 0)
        g_dbus_method_invocation_return_value(g_ptr_array_steal_index(link->disconnects, 0), NULL);
}

static void
give_up(BhLink *link, const char *message)
{
    clear_timers(link);
    link->state = LINK_IDLE;
    g_clear_pointer(&link->peer, bh_peer_unref);
    answer_connect(link, message);
}

static void
on_attempt_over(gpointer user_data)
{
    BhLink *link = user_data;

    link->attempt_timer = 0;
    give_up(link, "le-connection-abort-by-local");
}

/* The device and the controller have lost each other already, or do so now. */
static void
detach(BhLink *link)
{
    bh_gatt_disconnected(link->gatt);
    link->shared.att = NULL;
    g_clear_pointer(&link->att, bh_att_free);
    bh_peer_link_down(link->peer);
    g_clear_pointer(&link->peer, bh_peer_unref);
    link->setup.plug->links--;
    link->state = LINK_IDLE;
    clear_timers(link);
}

/* In BlueZ's order: requests fail, services are not resolved any more, calls are answered, and then
 * the link is gone. */
static void
go_down(BhLink *link)
{
    bh_att_fail_all(link->att);
    detach(link);
    if (link->resolved)
        set_state(link, "ServicesResolved", FALSE);
    link->resolved = FALSE;
    answer_connect(link, "br-connection-canceled");
    bh_props_flush(link->setup.props);
    answer_disconnects(link);
    set_state(link, "Connected", FALSE);
    link->setup.events->down(link->setup.user_data);
}

static void
on_lost(gpointer user_data)
{
    BhLink *link = user_data;

    link->step_timer = 0;
    go_down(link);
}

static GStrv
list_uuids(BhLink *link)
{
    const GPtrArray *attributes = bh_peer_peek_attributes(link->peer);
    g_autoptr(GStrvBuilder) uuids = g_strv_builder_new();

    for (guint i = 0; i < attributes->len; i++) {
        const BhPeerAttribute *attribute = attributes->pdata[i];
        char uuid[BH_UUID_TEXT_SIZE];

        if (attribute->config->kind != BH_ATTRIBUTE_SERVICE || attribute->handle == 0)
            continue;
        bh_uuid_format(&attribute->config->uuid, uuid);
        g_strv_builder_add(uuids, uuid);
    }
    return g_strv_builder_end(uuids);
}

static void
on_resolved(gpointer user_data)
{
    BhLink *link = user_data;
    const BhPeerRules *rules = bh_peer_get_rules(link->peer);
    g_auto(GStrv) uuids = list_uuids(link);

    link->step_timer = 0;
    if (bh_peer_is_away(link->peer))
        return;
    if (rules->drop_at == BH_DROP_DISCOVERY) {
        bh_peer_drop(link->peer);
        return;
    }
    if (rules->discovery == BH_DISCOVERY_OK) {
        bh_gatt_update(link->gatt);
        link->setup.events->resolved(uuids, link->setup.user_data);
    }
    if (!link->resolved)
        set_state(link, "ServicesResolved", TRUE);
    link->resolved = TRUE;
}

static void
discover(BhLink *link)
{
    const BhPeerRules *rules = bh_peer_get_rules(link->peer);

    if (rules->discovery != BH_DISCOVERY_NEVER)
        set_timer(link, &link->step_timer, rules->discover_us, on_resolved);
}

static void
on_dropped(gpointer user_data)
{
    go_down(user_data);
}

static void
on_notified(BhPeerAttribute *attribute, GBytes *value, gpointer user_data)
{
    bh_gatt_notified(((BhLink *)user_data)->gatt, attribute, value);
}

/* Before services are resolved the discovery that is under way sees it anyway. */
static void
on_services_changed(gpointer user_data)
{
    BhLink *link = user_data;

    if (link->resolved)
        discover(link);
}

static const BhPeerEvents PEER_EVENTS = {.dropped = on_dropped,
                                         .notified = on_notified,
                                         .changed = on_services_changed};

static gboolean
secure(BhSecurity wanted, gpointer user_data)
{
    return FALSE;
}

static void
go_up(BhLink *link, gboolean stays)
{
    BhBluezContext *context = link->setup.context;

    bh_timeline_clear(context->timeline, &link->attempt_timer);
    link->state = LINK_UP;
    link->setup.plug->links++;
    bh_peer_link_up(link->peer, &PEER_EVENTS, link);
    link->att = bh_att_new(context->timeline, link->peer, secure, link);
    link->shared.att = link->att;
    set_state(link, "Connected", TRUE);
    if (!stays) {
        set_timer(link, &link->step_timer, LOST_US, on_lost);
        return;
    }
    answer_connect(link, NULL);
    bh_gatt_connected(link->gatt);
    discover(link);
}

/* A device that is taken or gone meanwhile is waited for further. */
static void
on_answered(gpointer user_data)
{
    BhLink *link = user_data;
    BhConnectRule rule = bh_peer_get_rules(link->peer)->connect;

    link->step_timer = 0;
    if (bh_peer_is_away(link->peer) || bh_peer_is_linked(link->peer)) {
        g_clear_pointer(&link->peer, bh_peer_unref);
        link->state = LINK_WAITING;
    } else if (link->setup.plug->links >= link->setup.plug->config->links) {
        give_up(link, "le-connection-abort-by-local");
    } else if (rule == BH_CONNECT_PHANTOM) {
        answer_connect(link, NULL);
    } else {
        go_up(link, rule == BH_CONNECT_ACCEPT);
    }
}

void
bh_link_hear(BhLink *link, const BhAddress *advertiser)
{
    BhPeer *peer = NULL;
    const BhPeerRules *rules = NULL;

    if (link->state != LINK_WAITING || !bh_address_equal(advertiser, &link->setup.address))
        return;
    peer = bh_peers_find_address(link->setup.context->peers, advertiser);
    if (peer == NULL || bh_peer_is_linked(peer))
        return;
    if (!link->counted)
        bh_peer_count_attempt(peer);
    link->counted = TRUE;
    rules = bh_peer_get_rules(peer);
    if (rules->connect == BH_CONNECT_SILENT)
        return;
    link->peer = bh_peer_ref(peer);
    link->state = LINK_CONNECTING;
    set_timer(link, &link->step_timer, rules->connect_us, on_answered);
}

static void
attempt(BhLink *link)
{
    link->state = LINK_WAITING;
    link->counted = FALSE;
    set_timer(link,
              &link->attempt_timer,
              link->setup.plug->config->connect_timeout_us,
              on_attempt_over);
}

static void
refuse_second(BhLink *link, GDBusMethodInvocation *invocation)
{
    if (link->setup.context->is_5_82)
        bh_bluez_refuse(invocation, "InProgress", "In Progress");
    else
        bh_bluez_refuse(invocation, "Failed", "Operation already in progress");
}

void
bh_link_connect(BhLink *link, GDBusMethodInvocation *invocation)
{
    if (link->state == LINK_UP && link->connect == NULL) {
        g_dbus_method_invocation_return_value(invocation, NULL);
        return;
    }
    if (link->state != LINK_IDLE) {
        refuse_second(link, invocation);
        return;
    }
    link->setup.events->kept(link->setup.user_data);
    if (!link->setup.plug->config->powered) {
        bh_bluez_refuse(invocation, "Failed", "Input/output error");
        return;
    }
    link->connect = invocation;
    attempt(link);
}

static void
on_disconnect_due(gpointer user_data)
{
    BhLink *link = user_data;

    link->disconnect_timer = 0;
    go_down(link);
}

void
bh_link_disconnect(BhLink *link, GDBusMethodInvocation *invocation)
{
    if (link->state != LINK_UP) {
        give_up(link, "br-connection-canceled");
        g_dbus_method_invocation_return_value(invocation, NULL);
        return;
    }
    answer_connect(link, "br-connection-canceled");
    g_ptr_array_add(link->disconnects, invocation);
    if (link->disconnect_timer != 0)
        return;
    link->shared.disconnecting = TRUE;
    set_timer(link, &link->disconnect_timer, DISCONNECT_US, on_disconnect_due);
}

void
bh_link_cut(BhLink *link)
{
    if (link->state == LINK_UP)
        go_down(link);
    else if (link->state != LINK_IDLE)
        give_up(link, "le-connection-abort-by-local");
}

gboolean
bh_link_is_up(const BhLink *link)
{
    return link->state == LINK_UP;
}

BhLink *
bh_link_new(const BhLinkSetup *setup)
{
    BhLink *link = g_new0(BhLink, 1);

    link->setup = *setup;
    link->shared = (BhGattShared){.manager = setup->context->manager,
                                  .device_path = setup->path,
                                  .is_5_82 = setup->context->is_5_82};
    link->gatt = bh_gatt_new(&link->shared);
    link->disconnects = g_ptr_array_new_with_free_func(g_object_unref);
    return link;
}

void
bh_link_free(BhLink *link)
{
    if (link->state == LINK_UP)
        detach(link);
    clear_timers(link);
    g_clear_pointer(&link->peer, bh_peer_unref);
    g_clear_object(&link->connect);
    g_ptr_array_unref(link->disconnects);
    bh_gatt_free(link->gatt);
    g_free(link);
}
