/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is taken for whom, by which adapter, at what distance, and who is forgotten.
 */
#include "presence-scene.h"
#include "test-main.h"

#include <string.h>

#define IRK "ec0234a357c8ad05341010a60a397d9b"

/* Who is who */

START_TEST(a_beacon_is_what_it_says_whatever_its_address)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.beacon_types = BH_BEACON_BIT(BH_BEACON_IBEACON);
    scene_start(scene);
    for (guint i = 0; i < 500; i++) {
        char address[BH_ADDRESS_TEXT_SIZE];

        g_snprintf(address, sizeof address, "C0:00:00:00:%02X:%02X", i / 256, i % 256);
        scene_hear_beacon(scene, address, i % 2 == 0 ? 1 : 2, -60);
        scene_pass(scene, 10);
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 2);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 250);
    ck_assert_uint_eq(scene_newest_statistics(scene).visits, 1);
}
END_TEST

START_TEST(a_device_that_becomes_another_beacon_is_another_one)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.beacon_types = BH_BEACON_BIT(BH_BEACON_IBEACON);
    scene_start(scene);
    for (guint i = 0; i < 10; i++) {
        scene_hear_beacon(scene, "C0:00:00:00:00:01", 1, -40);
        scene_hear_beacon(scene, "C0:00:00:00:00:01", 2, -90);
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 2);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_FAR);
}
END_TEST

START_TEST(a_phone_is_its_key)
{
    g_autoptr(Scene) scene = scene_new();
    g_autoptr(BhRpaKey) key = bh_rpa_key_new(IRK, NULL);

    g_ptr_array_add(scene->selection.keys, bh_rpa_key_new(IRK, NULL));
    scene_start(scene);
    for (guint32 i = 1; i <= 1500; i++) {
        char text[BH_ADDRESS_TEXT_SIZE];
        BhAddress address;

        bh_rpa_key_make_address(key, i, &address);
        bh_address_format(&address, text);
        scene_hear_as(scene, &(Heard){.address = text, .type = BH_ADDRESS_RANDOM, .rssi = -60});
        scene_hear_as(scene, &(Heard){.address = text, .type = BH_ADDRESS_PUBLIC, .rssi = -60});
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 1500);
    ck_assert_uint_eq(scene_newest(scene).identity->kind, BH_IDENTITY_IRK);
}
END_TEST

static const guint8 uid[] = {3, 3, 0xaa, 0xfe, 21, 0x16, 0xaa, 0xfe, 0,  0,  1,  2,  3,
                             4, 5, 6,    7,    8,  9,    10,   11,   12, 13, 14, 15, 16};
static const guint8 tlm[] = {3,    3,    0xaa, 0xfe, 17, 0x16, 0xaa, 0xfe, 0x20, 0, 0x0b,
                             0xb8, 0x15, 0,    0,    0,  0,    1,    0,    0,    0, 1};

START_TEST(telemetry_belongs_to_the_beacon_of_its_address)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.beacon_types = BH_BEACON_BIT(BH_BEACON_EDDYSTONE_UID);
    scene_start(scene);
    scene_hear_as(scene,
                  &(Heard){.rssi = -60, .data = tlm, .size = sizeof tlm}); /* of nobody yet */
    scene_hear_as(scene, &(Heard){.rssi = -60, .data = uid, .size = sizeof uid});
    scene_hear_as(scene, &(Heard){.rssi = -60, .data = tlm, .size = sizeof tlm});
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 2);
    ck_assert_int_eq(scene_newest(scene).tx_power, -41);
}
END_TEST

START_TEST(a_beacon_that_begins_with_telemetry_at_each_new_address_is_one)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.everything = TRUE;
    scene_start(scene);
    for (guint i = 0; i < 100; i++) {
        char address[BH_ADDRESS_TEXT_SIZE];

        g_snprintf(address, sizeof address, "40:00:00:00:00:%02X", i);
        scene_hear_as(scene, &(Heard){address, BH_ADDRESS_RANDOM, 0, -60, tlm, sizeof tlm});
        scene_hear_as(scene, &(Heard){address, BH_ADDRESS_RANDOM, 0, -60, uid, sizeof uid});
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 100);
}
END_TEST

START_TEST(telemetry_of_an_address_that_was_asked_for_is_a_reading)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    scene_hear_as(
        scene,
        &(Heard){.type = BH_ADDRESS_RANDOM, .rssi = -60, .data = tlm, .size = sizeof tlm});
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 1);
}
END_TEST

START_TEST(a_name_may_come_late)
{
    g_autoptr(Scene) scene = scene_new();
    static const guint8 named[] = {6, 9, 'l', 'o', 'b', 'b', 'y'};

    scene->selection.name_pattern = g_strdup("lob*");
    scene_start(scene);
    scene_hear(scene, -60);
    ck_assert_uint_eq(bh_presence_count(scene->presence), 0);
    scene_hear_as(scene, &(Heard){.rssi = -60, .data = named, .size = sizeof named});
    scene_hear(scene, -60); /* and is not asked for again */
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 2);
}
END_TEST

START_TEST(telemetry_with_a_name_that_is_heard_too_weakly_at_first_is_somebody_when_it_is_not)
{
    g_autoptr(Scene) scene = scene_new();
    guint8 named[sizeof tlm + 7];

    memcpy(named, tlm, sizeof tlm);
    memcpy(named + sizeof tlm, "\6\11lobby", 7);
    scene->selection.name_pattern = g_strdup("lob*");
    scene->settings.has_floor = TRUE;
    scene->settings.floor = -75;
    scene_start(scene);
    for (gint8 rssi = -77; rssi < -72; rssi++) {
        named[sizeof tlm - 1]++; /* tenths of seconds since it began */
        scene_hear_as(scene, &(Heard){.rssi = rssi, .data = named, .size = sizeof named});
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 3);
}
END_TEST

START_TEST(of_everything_a_beacon_that_says_something_else_in_between_is_one)
{
    g_autoptr(Scene) scene = scene_new();
    static const guint8 named[] = {6, 9, 'l', 'o', 'b', 'b', 'y'};

    scene->selection.everything = TRUE;
    scene_start(scene);
    for (guint i = 0; i < 10; i++) {
        scene_hear_beacon(scene, "C0:00:00:00:00:01", 1, -60);
        scene_hear_as(scene, &(Heard){.rssi = -60, .data = named, .size = sizeof named});
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 20);
    ck_assert_uint_eq(scene_newest(scene).identity->kind, BH_BEACON_IBEACON);
}
END_TEST

START_TEST(everything_is_everything)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.everything = TRUE;
    scene_start(scene);
    scene_hear(scene, -60);
    scene_hear_beacon(scene, "C0:00:00:00:00:02", 1, -60);
    scene_hear_as(scene,
                  &(Heard){.address = "C0:00:00:00:00:01", .type = BH_ADDRESS_PUBLIC, .rssi = -60});
    ck_assert_uint_eq(bh_presence_count(scene->presence), 3);
}
END_TEST

/* Distance */

START_TEST(distance_is_by_the_beacons_own_power)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.beacon_types = BH_BEACON_BIT(BH_BEACON_IBEACON);
    scene_start(scene);
    scene_hear_beacon(scene, "C0:00:00:00:00:01", 1, -75);
    ck_assert_int_eq(scene_newest(scene).tx_power, -50);
    ck_assert_double_eq_tol(scene_newest(scene).distance_m, 10.0, 1e-9);
    ck_assert_double_eq(scene_newest(scene).min_m, scene_newest(scene).distance_m);
}
END_TEST

START_TEST(an_alias_knows_better_than_the_beacon_and_the_watch)
{
    g_autoptr(Scene) scene = scene_new();
    BhAlias *alias = bh_alias_new("door");

    ck_assert(bh_identity_pattern_parse("iBeacon:" SCENE_UUID "-7-1", &alias->pattern, NULL));
    alias->has_power = TRUE;
    alias->power = -65;
    g_ptr_array_add(scene->selection.known, alias);
    scene->selection.beacon_types = BH_BEACON_BIT(BH_BEACON_IBEACON);
    scene->settings.has_tx_power = TRUE;
    scene->settings.tx_power = -40;
    scene_start(scene);
    scene_hear_beacon(scene, "C0:00:00:00:00:01", 1, -75);
    ck_assert_str_eq(scene_newest(scene).alias, "door");
    ck_assert_int_eq(scene_newest(scene).tx_power, -65);
    scene_hear_beacon(scene, "C0:00:00:00:00:02", 2, -75);
    ck_assert_ptr_null(scene_newest(scene).alias);
    ck_assert_int_eq(scene_newest(scene).tx_power, -40);
}
END_TEST

START_TEST(the_interval_is_as_wide_as_the_samples_deviate)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    for (guint i = 0; i < 200; i++)
        scene_hear(scene, i % 2 == 0 ? -66 : -54);
    ck_assert_double_eq_tol(scene_newest(scene).deviation_db, 6.0, 1.5);
    ck_assert_double_gt(scene_newest(scene).max_m / scene_newest(scene).distance_m, 1.4);
    ck_assert_double_eq_tol(scene_newest(scene).max_m / scene_newest(scene).distance_m,
                            scene_newest(scene).distance_m / scene_newest(scene).min_m,
                            1e-9);
}
END_TEST

/* Several adapters */

START_TEST(of_two_adapters_the_one_that_hears_it_best_counts)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    for (guint i = 0; i < 20; i++) {
        scene_hear_by(scene, 0, -80);
        scene_hear_by(scene, 3, -60);
    }
    ck_assert_uint_eq(scene_newest(scene).n_tracks, 2);
    ck_assert_int_eq(scene_newest(scene).rssi, -60);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_NEAR);
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
}
END_TEST

START_TEST(a_little_better_is_not_enough_to_count_instead)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    for (guint i = 0; i < 20; i++) {
        scene_hear_by(scene, 0, -71);
        scene_hear_by(scene, 1, -66);
    }
    ck_assert_int_eq(scene_newest(scene).rssi, -71);
    ck_assert_str_eq(scene->story->str, "random:C0:00:00:00:00:01 lost>far ");
}
END_TEST

START_TEST(an_adapter_that_does_not_hear_it_any_more_is_not_told)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 2000 * MS;
    scene_start(scene);
    scene_hear_by(scene, 0, -40);
    scene_hear_by(scene, 1, -40);
    ck_assert_uint_eq(scene_newest(scene).n_tracks, 2);
    for (guint i = 0; i < 30; i++)
        scene_hear_by(scene, 1, -90);
    ck_assert_uint_eq(scene_newest(scene).n_tracks, 1);
    ck_assert_uint_eq(scene_newest(scene).tracks[0].adapter, 1);
}
END_TEST

START_TEST(the_adapter_that_counts_is_told_until_another_one_does)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 1000 * MS;
    scene->settings.sample_period_us = 3000 * MS;
    scene_start(scene);
    for (guint i = 0; i < 30; i++)
        scene_hear_by(scene, 0, -40);
    for (guint i = 0; i < 15; i++)
        scene_hear_by(scene, 1, -50); /* in a period that goes on */
    ck_assert_uint_eq(scene_newest(scene).n_tracks, 1);
    ck_assert_uint_eq(scene_newest(scene).tracks[0].adapter, 0);
    for (guint i = 0; i < 30; i++)
        scene_hear_by(scene, 1, -50);
    ck_assert_uint_eq(scene_newest(scene).n_tracks, 1);
    ck_assert_uint_eq(scene_newest(scene).tracks[0].adapter, 1);
}
END_TEST

START_TEST(an_adapter_that_falls_silent_does_not_count_for_long)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    for (guint i = 0; i < 5; i++)
        scene_hear_by(scene, 0, -40);
    for (guint i = 0; i < 150; i++)
        scene_hear_by(scene, 1, -90);
    ck_assert_int_eq(scene_newest(scene).rssi, -90);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_FAR);
}
END_TEST

START_TEST(an_adapter_counts_for_no_longer_than_it_takes_to_be_lost)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 3 * G_USEC_PER_SEC;
    scene_start(scene);
    for (guint i = 0; i < 5; i++)
        scene_hear_by(scene, 0, -40);
    for (guint i = 0; i < 40; i++)
        scene_hear_by(scene, 1, -90);
    ck_assert_int_eq(scene_newest(scene).rssi, -90);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_FAR);
}
END_TEST

START_TEST(the_interval_is_learned_of_one_adapter)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    for (guint i = 0; i < 50; i++) {
        scene_hear_as(scene, &(Heard){.adapter = 0, .rssi = -60});
        scene_pass(scene, 3);
        scene_hear_as(scene, &(Heard){.adapter = 1, .rssi = -65});
        scene_pass(scene, 497);
    }
    ck_assert_double_eq_tol(scene_newest(scene).interval_ms, 500.0, 1.0);
}
END_TEST

/* Bounds */

START_TEST(who_was_unheard_for_longest_goes_first)
{
    g_autoptr(Scene) scene = scene_new();
    BhPresenceState state;

    scene->selection.everything = TRUE;
    scene_watch(scene, "random:C0:00:00:00:FF:FF");
    scene->settings.max_identities = 101;
    scene_start(scene);
    for (guint i = 0; i < 1000; i++) {
        char address[BH_ADDRESS_TEXT_SIZE];

        g_snprintf(address, sizeof address, "C0:00:00:00:%02X:%02X", i / 256, i % 256);
        scene_hear_as(scene, &(Heard){.address = address, .type = BH_ADDRESS_RANDOM, .rssi = -60});
        scene_hear_as(
            scene,
            &(Heard){.address = "C0:00:00:00:00:00", .type = BH_ADDRESS_RANDOM, .rssi = -50});
        scene_pass(scene, 1);
    }
    ck_assert_uint_eq(bh_presence_count(scene->presence), 101);
    ck_assert_uint_eq(scene->forgotten, 1000 + 1 - 101);
    ck_assert_uint_eq(bh_presence_get_forgotten(scene->presence), scene->forgotten);
    state = scene_newest(scene);
    ck_assert_uint_eq(state.identity->bytes[5], 0);
    ck_assert_uint_eq(scene_newest_statistics(scene).readings, 1001);
}
END_TEST

START_TEST(who_was_forgotten_is_somebody_new_when_it_is_back)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.everything = TRUE;
    scene->settings.max_identities = 1;
    scene_start(scene);
    for (guint i = 0; i < 20; i++) {
        scene_hear_as(
            scene,
            &(Heard){.address = "C0:00:00:00:00:01", .type = BH_ADDRESS_RANDOM, .rssi = -40});
        scene_hear_as(
            scene,
            &(Heard){.address = "C0:00:00:00:00:02", .type = BH_ADDRESS_RANDOM, .rssi = -90});
    }
    ck_assert_uint_eq(scene->forgotten, 39);
    ck_assert_uint_eq(scene_newest(scene).samples, 1);
    ck_assert_double_eq(scene_newest(scene).smoothed, -90.0);
}
END_TEST

START_TEST(who_was_never_heard_well_enough_takes_no_room)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.everything = TRUE;
    scene->settings.max_identities = 1;
    scene->settings.has_floor = TRUE;
    scene->settings.floor = -75;
    scene_start(scene);
    scene_hear(scene, -60);
    for (guint8 minor = 1; minor < 100; minor++)
        scene_hear_beacon(scene, "C0:00:00:00:00:02", minor, -76);
    scene_hear_beacon(scene, "C0:00:00:00:00:02", 99, BH_RSSI_UNKNOWN);
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_uint_eq(scene->forgotten, 0);
    scene_hear_beacon(scene, "C0:00:00:00:00:02", 99, -75);
    ck_assert_uint_eq(scene->forgotten, 1);
    ck_assert_int_eq(scene_newest(scene).identity->kind, BH_BEACON_IBEACON);
    ck_assert_int_eq(scene_newest(scene).tx_power, -50);
}
END_TEST

START_TEST(a_period_ends_without_those_forgotten_in_it)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.everything = TRUE;
    scene->settings.max_identities = 3;
    scene->settings.sample_period_us = 1000 * MS;
    scene_start(scene);
    for (guint round = 0; round < 4; round++) {
        for (guint8 minor = 1; minor <= 8; minor++)
            scene_hear_beacon(scene, "C0:00:00:00:00:02", minor, -60);
        scene_pass(scene, 1000);
    }
    ck_assert_uint_eq(scene->forgotten, 4 * 8 - 3);
    ck_assert_uint_eq(scene->samples, 4 * 3);
}
END_TEST

START_TEST(those_asked_for_by_name_leave_no_room_for_others)
{
    g_autoptr(Scene) scene = scene_new();

    scene->selection.everything = TRUE;
    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.max_identities = 1;
    scene_start(scene);
    scene_hear(scene, -60);
    scene_hear_as(scene,
                  &(Heard){.address = "C0:00:00:00:00:02", .type = BH_ADDRESS_RANDOM, .rssi = -90});
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    ck_assert_int_eq(scene_newest(scene).rssi, -60);
    ck_assert_uint_eq(scene->forgotten, 0);
}
END_TEST

BH_TEST_MAIN("lib-presence-who",
             a_beacon_is_what_it_says_whatever_its_address,
             a_device_that_becomes_another_beacon_is_another_one,
             a_phone_is_its_key,
             telemetry_belongs_to_the_beacon_of_its_address,
             a_beacon_that_begins_with_telemetry_at_each_new_address_is_one,
             telemetry_of_an_address_that_was_asked_for_is_a_reading,
             a_name_may_come_late,
             telemetry_with_a_name_that_is_heard_too_weakly_at_first_is_somebody_when_it_is_not,
             of_everything_a_beacon_that_says_something_else_in_between_is_one,
             everything_is_everything,
             distance_is_by_the_beacons_own_power,
             an_alias_knows_better_than_the_beacon_and_the_watch,
             the_interval_is_as_wide_as_the_samples_deviate,
             of_two_adapters_the_one_that_hears_it_best_counts,
             a_little_better_is_not_enough_to_count_instead,
             an_adapter_that_does_not_hear_it_any_more_is_not_told,
             the_adapter_that_counts_is_told_until_another_one_does,
             an_adapter_that_falls_silent_does_not_count_for_long,
             an_adapter_counts_for_no_longer_than_it_takes_to_be_lost,
             the_interval_is_learned_of_one_adapter,
             who_was_unheard_for_longest_goes_first,
             who_was_forgotten_is_somebody_new_when_it_is_back,
             who_was_never_heard_well_enough_takes_no_room,
             a_period_ends_without_those_forgotten_in_it,
             those_asked_for_by_name_leave_no_room_for_others)
