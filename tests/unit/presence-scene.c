/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Time passes only when a test says so, and then all that becomes due happens at its time.
 */
#include "presence-scene.h"

#include <check.h>
#include <string.h>

static void
on_changed(gpointer user_data, BhPresenceId id, BhZone from, BhZone to)
{
    Scene *scene = user_data;
    BhPresenceState state;
    char text[BH_IDENTITY_TEXT_SIZE];

    ck_assert(bh_presence_get_state(scene->presence, id, &state));
    scene->samples += state.heard;
    ck_assert_int_eq(to, state.zone);
    if (to == from)
        return;
    bh_identity_format(state.identity, text);
    g_string_append_printf(scene->story,
                           "%s %s>%s ",
                           state.alias != NULL ? state.alias : text,
                           bh_zone_to_string(from),
                           bh_zone_to_string(state.zone));
}

static void
on_forgotten(gpointer user_data, BhPresenceId id)
{
    Scene *scene = user_data;

    scene->forgotten++;
}

Scene *
scene_new(void)
{
    Scene *scene = g_new0(Scene, 1);

    scene->table = bh_device_table_new(2000);
    scene->story = g_string_new(NULL);
    bh_presence_settings_init(&scene->settings, FALSE);
    scene->settings.max_identities = 1000;
    bh_presence_selection_init(&scene->selection);
    scene->now_us = 1000000 * (gint64)MS;
    return scene;
}

void
scene_free(Scene *scene)
{
    g_clear_pointer(&scene->presence, bh_presence_free);
    bh_presence_selection_clear(&scene->selection);
    bh_device_table_free(scene->table);
    g_string_free(scene->story, TRUE);
    g_free(scene);
}

void
scene_start(Scene *scene)
{
    const BhPresenceFuncs funcs = {on_changed, on_forgotten};

    scene->presence = bh_presence_new(&scene->settings, &scene->selection, &funcs, scene);
    bh_presence_set_listening(scene->presence, TRUE, scene->now_us);
}

void
scene_watch(Scene *scene, const char *text)
{
    BhIdentityPattern pattern;

    ck_assert(bh_identity_pattern_parse(text, &pattern, NULL));
    g_array_append_val(scene->selection.patterns, pattern);
}

/* Runs what is due until then. */
static void
pass_to(Scene *scene, gint64 at_us)
{
    while (bh_presence_get_due(scene->presence) <= at_us) {
        gint64 due_us = MAX(bh_presence_get_due(scene->presence), scene->now_us);

        bh_presence_tick(scene->presence, due_us);
        ck_assert_int_gt(bh_presence_get_due(scene->presence), due_us);
    }
    scene->now_us = at_us;
}

void
scene_pass(Scene *scene, gint64 ms)
{
    pass_to(scene, scene->now_us + ms * MS);
}

void
scene_hear_as(Scene *scene, const Heard *heard)
{
    BhReport report = {
        .adapter = heard->adapter,
        .rssi = heard->rssi,
        .replaced = BH_AD_GROUP_ALL,
        .data = heard->data,
        .size = heard->size,
        .monotonic_us = scene->now_us,
        .realtime_us = scene->now_us,
    };
    const char *address = heard->address != NULL ? heard->address : "C0:00:00:00:00:01";
    BhAddressType type = heard->address != NULL ? heard->type : BH_ADDRESS_RANDOM;
    BhDeviceChange change;
    BhDevice *device;

    ck_assert(bh_address_parse(address, type, &report.address, NULL));
    device = bh_device_table_update(scene->table, &report, &change);
    bh_presence_hear(scene->presence, device, change, &report);
}

void
scene_hear(Scene *scene, gint8 rssi)
{
    scene_hear_as(scene, &(Heard){.rssi = rssi});
}

/* n reports, a tenth of a second apart. */
void
scene_hear_often(Scene *scene, guint n, gint8 rssi)
{
    for (guint i = 0; i < n; i++) {
        scene_hear(scene, rssi);
        scene_pass(scene, 100);
    }
}

/* One of an organisation's iBeacons, whatever its address. */
void
scene_hear_beacon(Scene *scene, const char *address, guint8 minor, gint8 rssi)
{
    guint8 data[30] = {26, 0xff, 0x4c, 0x00, 0x02, 0x15};
    BhUuid uuid;

    ck_assert(bh_uuid_parse(SCENE_UUID, &uuid, NULL));
    memcpy(data + 6, uuid.octets, 16);
    data[23] = 7;
    data[25] = minor;
    data[26] = (guint8)-50;
    scene_hear_as(scene,
                  &(Heard){.address = address,
                           .type = BH_ADDRESS_RANDOM,
                           .rssi = rssi,
                           .data = data,
                           .size = 27});
}

static gboolean
take_first(BhPresenceId id, gpointer user_data)
{
    *(BhPresenceId *)user_data = id;
    return FALSE;
}

/* The one heard last. */
BhPresenceState
scene_newest(Scene *scene)
{
    BhPresenceId id = G_MAXUINT32;
    BhPresenceState state;

    bh_presence_foreach(scene->presence, take_first, &id);
    ck_assert(bh_presence_get_state(scene->presence, id, &state));
    return state;
}

BhPresenceStatistics
scene_newest_statistics(Scene *scene)
{
    BhPresenceId id = G_MAXUINT32;
    BhPresenceStatistics statistics;

    bh_presence_foreach(scene->presence, take_first, &id);
    ck_assert(bh_presence_get_statistics(scene->presence, id, &statistics));
    return statistics;
}

void
scene_hear_by(Scene *scene, guint8 adapter, gint8 rssi)
{
    scene_hear_as(scene, &(Heard){.adapter = adapter, .rssi = rssi});
    scene_pass(scene, 100);
}
