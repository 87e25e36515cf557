/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The link of a device and the table of its attributes. */
#include "peer.h"

#include <string.h>

struct BhPeer {
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhScenarioDevice *device;
    BhPeerRules rules;
    GPtrArray *attributes; /* BhPeerAttribute */
    gboolean away;
    gboolean bonded;
    const BhPeerEvents *events; /* NULL = no link */
    gpointer user_data;
    guint attempts;
    guint links;
    guint drop_timer;
    guint missed_timer;
    guint depart_timer;
};

/* What every device has, in front of what the scenario says. */
static void
add_implied(BhPeer *peer,
            BhAttributeKind kind,
            const char *name,
            const char *uuid,
            BhGattFlags flags)
{
    g_autoptr(BhScenarioAttribute) config = bh_scenario_attribute_new(kind, name);

    bh_uuid_parse(uuid, &config->uuid, NULL);
    config->flags = flags;
    if (g_str_equal(name, "gap/name")) {
        g_bytes_unref(config->value);
        config->value = g_bytes_new(peer->device->group, strlen(peer->device->group));
    }
    g_ptr_array_add(peer->attributes, bh_peer_attribute_new(peer, config));
}

static void
add_implied_services(BhPeer *peer)
{
    add_implied(peer, BH_ATTRIBUTE_SERVICE, "gap", "1800", 0);
    add_implied(peer, BH_ATTRIBUTE_CHARACTERISTIC, "gap/name", "2a00", BH_GATT_READ);
    add_implied(peer, BH_ATTRIBUTE_SERVICE, "gatt", "1801", 0);
    add_implied(peer, BH_ATTRIBUTE_CHARACTERISTIC, "gatt/changed", "2a05", BH_GATT_INDICATE);
    add_implied(peer, BH_ATTRIBUTE_DESCRIPTOR, "gatt/changed/ccc", "2902", 0);
}

static void
lay_out(BhPeer *peer)
{
    gboolean present = FALSE;
    guint16 next = 1;

    for (guint i = 0; i < peer->attributes->len; i++) {
        BhPeerAttribute *attribute = peer->attributes->pdata[i];

        if (attribute->config->kind == BH_ATTRIBUTE_SERVICE)
            present = attribute->config->present;
        next = MAX(next, attribute->config->handle);
        attribute->handle = present ? next : 0;
        if (present)
            next += attribute->config->kind == BH_ATTRIBUTE_CHARACTERISTIC ? 2 : 1;
    }
}

static void
on_depart(gpointer user_data)
{
    BhPeer *peer = user_data;

    peer->depart_timer = 0;
    bh_peer_set_away(peer, TRUE);
}

BhPeer *
bh_peer_new(BhTimeline *timeline, const BhScenarioDevice *device)
{
    BhPeer *peer = g_rc_box_new0(BhPeer);

    peer->timeline = timeline;
    peer->device = g_rc_box_acquire((BhScenarioDevice *)device);
    peer->rules = device->peer;
    peer->attributes = g_ptr_array_new_with_free_func((GDestroyNotify)bh_peer_attribute_free);
    add_implied_services(peer);
    for (guint i = 0; i < device->attributes->len; i++)
        g_ptr_array_add(peer->attributes,
                        bh_peer_attribute_new(peer, device->attributes->pdata[i]));
    lay_out(peer);
    if (device->depart_us != G_MAXINT64)
        peer->depart_timer = bh_timeline_add(timeline,
                                             bh_timeline_now(timeline) + device->depart_us,
                                             on_depart,
                                             peer);
    return peer;
}

BhPeer *
bh_peer_ref(BhPeer *peer)
{
    return g_rc_box_acquire(peer);
}

static void
peer_clear(gpointer data)
{
    BhPeer *peer = data;

    bh_timeline_clear(peer->timeline, &peer->drop_timer);
    bh_timeline_clear(peer->timeline, &peer->missed_timer);
    bh_timeline_clear(peer->timeline, &peer->depart_timer);
    g_ptr_array_unref(peer->attributes);
    bh_scenario_device_unref(peer->device);
}

void
bh_peer_unref(BhPeer *peer)
{
    g_rc_box_release_full(peer, peer_clear);
}

const BhScenarioDevice *
bh_peer_peek_device(const BhPeer *peer)
{
    return peer->device;
}

BhPeerRules *
bh_peer_get_rules(BhPeer *peer)
{
    return &peer->rules;
}

BhTimeline *
bh_peer_get_timeline(BhPeer *peer)
{
    return peer->timeline;
}

const GPtrArray *
bh_peer_peek_attributes(const BhPeer *peer)
{
    return peer->attributes;
}

BhPeerAttribute *
bh_peer_find(const BhPeer *peer, const char *name)
{
    for (guint i = 0; i < peer->attributes->len; i++) {
        BhPeerAttribute *attribute = peer->attributes->pdata[i];

        if (g_str_equal(attribute->config->name, name))
            return attribute;
    }
    return NULL;
}

static void
on_drop(gpointer user_data)
{
    bh_peer_drop(user_data);
}

static void
add_timer(BhPeer *peer, guint *timer, gint64 after_us)
{
    bh_timeline_clear(peer->timeline, timer);
    *timer =
        bh_timeline_add(peer->timeline, bh_timeline_now(peer->timeline) + after_us, on_drop, peer);
}

void
bh_peer_set_away(BhPeer *peer, gboolean away)
{
    peer->away = away;
    bh_timeline_clear(peer->timeline, &peer->missed_timer);
    if (away && peer->events != NULL)
        add_timer(peer, &peer->missed_timer, peer->rules.supervision_us);
}

gboolean
bh_peer_is_away(const BhPeer *peer)
{
    return peer->away;
}

void
bh_peer_count_attempt(BhPeer *peer)
{
    peer->attempts++;
}

void
bh_peer_link_up(BhPeer *peer, const BhPeerEvents *events, gpointer user_data)
{
    peer->events = events;
    peer->user_data = user_data;
    peer->links++;
    if (peer->rules.drop_after_us > 0)
        add_timer(peer, &peer->drop_timer, peer->rules.drop_after_us);
}

void
bh_peer_link_down(BhPeer *peer)
{
    peer->events = NULL;
    bh_timeline_clear(peer->timeline, &peer->drop_timer);
    bh_timeline_clear(peer->timeline, &peer->missed_timer);
    for (guint i = 0; i < peer->attributes->len; i++)
        bh_peer_configure(peer->attributes->pdata[i], 0);
}

gboolean
bh_peer_is_linked(const BhPeer *peer)
{
    return peer->events != NULL;
}

gboolean
bh_peer_drop(BhPeer *peer)
{
    const BhPeerEvents *events = peer->events;

    bh_timeline_clear(peer->timeline, &peer->drop_timer);
    bh_timeline_clear(peer->timeline, &peer->missed_timer);
    if (events != NULL)
        events->dropped(peer->user_data);
    return events != NULL;
}

void
bh_peer_tell_notified(BhPeerAttribute *attribute, GBytes *value)
{
    BhPeer *peer = attribute->peer;

    if (peer->events != NULL && !peer->away)
        peer->events->notified(attribute, value, peer->user_data);
}

void
bh_peer_change_services(BhPeer *peer)
{
    lay_out(peer);
    if (peer->events != NULL && !peer->away)
        peer->events->changed(peer->user_data);
}

void
bh_peer_set_bonded(BhPeer *peer, gboolean bonded)
{
    peer->bonded = bonded;
}

gboolean
bh_peer_is_bonded(const BhPeer *peer)
{
    return peer->bonded;
}

GVariant *
bh_peer_describe(const BhPeer *peer)
{
    GVariantBuilder all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&peer->device->address, address);
    g_variant_builder_add(&all, "{sv}", "Address", g_variant_new_string(address));
    g_variant_builder_add(&all, "{sv}", "Attempts", g_variant_new_uint32(peer->attempts));
    g_variant_builder_add(&all, "{sv}", "Links", g_variant_new_uint32(peer->links));
    g_variant_builder_add(&all, "{sv}", "Linked", g_variant_new_boolean(peer->events != NULL));
    g_variant_builder_add(&all, "{sv}", "Bonded", g_variant_new_boolean(peer->bonded));
    g_variant_builder_add(&all, "{sv}", "Present", g_variant_new_boolean(!peer->away));
    return g_variant_builder_end(&all);
}
