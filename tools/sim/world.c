/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The air's next advertisement is an entry of the timeline. */
#include "world.h"

#include "bh-error.h"
#include "faults.h"

struct _BhWorld {
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhBluez *bluez;       /* borrowed: outlives the object */
    BhPlugs *plugs;       /* borrowed: outlives the object */
    BhPeers *peers;       /* borrowed: outlives the object */
    BhAir *air;
    BhFaults *faults;
    guint next; /* advertisement */
    guint return_source;
};

static void on_advertisement_due(gpointer user_data);

static void
schedule_air(BhWorld *world)
{
    gint64 next = bh_air_next_time(world->air);

    bh_timeline_clear(world->timeline, &world->next);
    if (next != G_MAXINT64)
        world->next = bh_timeline_add(world->timeline, next, on_advertisement_due, world);
}

/* Out of range, or busy with its link. */
static gboolean
is_silent(const BhWorld *world, const BhScenarioDevice *device)
{
    BhPeer *peer = bh_peers_find_device(world->peers, device);

    return peer != NULL &&
           (bh_peer_is_away(peer) ||
            (bh_peer_is_linked(peer) && !bh_peer_get_rules(peer)->advertises_connected));
}

static void
on_advertisement_due(gpointer user_data)
{
    BhWorld *world = user_data;
    gint64 now = bh_timeline_now(world->timeline);
    BhAdvertisement advertisement;

    world->next = 0;
    while (bh_air_take(world->air, now, &advertisement)) {
        if (!is_silent(world, advertisement.device))
            bh_plugs_hear(world->plugs, &advertisement);
    }
    schedule_air(world);
}

BhWorld *
bh_world_new(BhTimeline *timeline, BhBluez *bluez, guint32 seed)
{
    BhWorld *world = g_new0(BhWorld, 1);

    world->timeline = timeline;
    world->bluez = bluez;
    world->plugs = bh_bluez_get_plugs(bluez);
    world->peers = bh_bluez_get_peers(bluez);
    world->air = bh_air_new(seed);
    world->faults = bh_faults_new(timeline, bluez);
    return world;
}

void
bh_world_free(BhWorld *world)
{
    g_clear_handle_id(&world->return_source, g_source_remove);
    bh_timeline_clear(world->timeline, &world->next);
    bh_faults_free(world->faults);
    bh_air_free(world->air);
    g_free(world);
}

static gboolean
check_new(BhWorld *world, const char *name, GError **error)
{
    if (!bh_air_has(world->air, name))
        return TRUE;
    g_set_error(error, BH_ERROR, BH_ERROR_ALREADY_EXISTS, "there is a device '%s'", name);
    return FALSE;
}

static void
add_devices(BhWorld *world, const GPtrArray *devices)
{
    gint64 now = bh_timeline_now(world->timeline);

    for (guint i = 0; i < devices->len; i++) {
        bh_air_add(world->air, devices->pdata[i], now);
        bh_peers_add(world->peers, devices->pdata[i]);
    }
    schedule_air(world);
}

gboolean
bh_world_load(BhWorld *world, BhScenario *scenario, GError **error)
{
    for (guint i = 0; i < scenario->devices->len; i++) {
        if (!check_new(world, ((BhScenarioDevice *)scenario->devices->pdata[i])->group, error))
            return FALSE;
    }
    if (!bh_plugs_add_all(world->plugs, scenario->adapters, error))
        return FALSE;
    add_devices(world, scenario->devices);
    while (scenario->faults->len > 0)
        bh_faults_plan(world->faults, g_ptr_array_steal_index(scenario->faults, 0));
    return TRUE;
}

gboolean
bh_world_add_device(BhWorld *world, const char *name, GVariant *options, GError **error)
{
    g_autoptr(GPtrArray) devices = NULL;

    if (!check_new(world, name, error))
        return FALSE;
    devices = bh_scenario_devices_from_options(name, options, error);
    if (devices != NULL)
        add_devices(world, devices);
    return devices != NULL;
}

gboolean
bh_world_remove_device(BhWorld *world, const char *name, GError **error)
{
    if (bh_air_remove(world->air, name) == 0) {
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no device '%s'", name);
        return FALSE;
    }
    bh_peers_remove(world->peers, name);
    schedule_air(world);
    return TRUE;
}

guint
bh_world_advertise(BhWorld *world, const BhScenarioDevice *device)
{
    BhAdvertisement advertisement = {.time_us = bh_timeline_now(world->timeline),
                                     .device = device,
                                     .address = device->address,
                                     .pdu = device->pdu,
                                     .advertising = device->advertising->data,
                                     .advertising_size = device->advertising->len,
                                     .scan_response = device->scan_response->data,
                                     .scan_response_size = device->scan_response->len,
                                     .rssi = device->rssi.start};

    return bh_plugs_hear(world->plugs, &advertisement);
}

static gboolean
on_return(gpointer user_data)
{
    BhWorld *world = user_data;

    world->return_source = 0;
    bh_bluez_appear(world->bluez);
    return G_SOURCE_REMOVE;
}

void
bh_world_restart(BhWorld *world, guint32 after_ms, BhBluezFunc gone, gpointer user_data)
{
    g_clear_handle_id(&world->return_source, g_source_remove);
    if (after_ms != G_MAXUINT32)
        world->return_source = g_timeout_add(after_ms, on_return, world);
    bh_bluez_die(world->bluez, gone, user_data);
}
