/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When somebody comes, moves and goes, and what is told of it.
 */
#include "presence-scene.h"
#include "test-main.h"

/* Coming, moving, going */

START_TEST(somebody_comes_moves_and_goes)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 5000 * MS;
    scene_start(scene);
    scene_hear_often(scene, 2, -60);
    ck_assert_str_eq(scene->story->str, "");
    scene_hear_often(scene, 10, -60);
    scene_hear_often(scene, 30, -40);
    scene_hear_often(scene, 30, -62);
    scene_hear_often(scene, 60, -90);
    scene_pass(scene, 4500);
    ck_assert(scene_newest(scene).heard);
    scene_pass(scene, 1000);
    ck_assert_str_eq(scene->story->str,
                     "random:C0:00:00:00:00:01 lost>near "
                     "random:C0:00:00:00:00:01 near>immediate "
                     "random:C0:00:00:00:00:01 immediate>near "
                     "random:C0:00:00:00:00:01 near>far "
                     "random:C0:00:00:00:00:01 far>lost ");
    ck_assert(!scene_newest(scene).heard);
    ck_assert_int_eq(bh_presence_get_due(scene->presence), G_MAXINT64);
}
END_TEST

START_TEST(who_comes_back_begins_anew)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "random:C0:00:00:00:00:01");
    scene->settings.lost_us = 1000 * MS;
    scene_start(scene);
    scene_hear_often(scene, 5, -90);
    scene_pass(scene, 2000);
    scene_hear(scene, -40);
    ck_assert_double_eq(scene_newest(scene).smoothed, -40.0);
    ck_assert_uint_eq(scene_newest(scene).samples, 1);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_LOST);
    scene_hear_often(scene, 3, -40);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_IMMEDIATE);
    ck_assert_uint_eq(scene_newest_statistics(scene).visits, 2);
}
END_TEST

START_TEST(who_was_named_is_there_before_it_is_heard)
{
    g_autoptr(Scene) scene = scene_new();
    BhPresenceState state;

    scene_watch(scene, "iBeacon:" SCENE_UUID "-7-1");
    scene_watch(scene, "iBeacon:" SCENE_UUID);
    scene_start(scene);
    ck_assert_uint_eq(bh_presence_count(scene->presence), 1);
    state = scene_newest(scene);
    ck_assert_int_eq(state.zone, BH_ZONE_LOST);
    ck_assert(!state.heard);
    ck_assert_int_eq(state.since_us, 0);
    scene_hear_beacon(scene, "C0:00:00:00:00:01", 1, -60);
    scene_hear_beacon(scene, "C0:00:00:00:00:02", 2, -60);
    ck_assert_uint_eq(bh_presence_count(scene->presence), 2);
}
END_TEST

START_TEST(the_lost_time_follows_what_was_learned)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_intervals = 20;
    scene_start(scene);
    for (guint i = 0; i < 50; i++) {
        scene_hear(scene, -60);
        scene_pass(scene, 200);
    }
    scene_pass(scene, 3600); /* 3.8 s after the last reading */
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_NEAR);
    scene_pass(scene, 500);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_LOST);
}
END_TEST

START_TEST(nobody_is_lost_while_nobody_listens)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 5000 * MS;
    scene_start(scene);
    scene_hear_often(scene, 5, -60);
    bh_presence_set_listening(scene->presence, FALSE, scene->now_us);
    scene_pass(scene, 3600 * 1000);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_NEAR);
    bh_presence_set_listening(scene->presence, TRUE, scene->now_us);
    scene_pass(scene, 4900);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_NEAR);
    scene_pass(scene, 300);
    ck_assert_int_eq(scene_newest(scene).zone, BH_ZONE_LOST);
}
END_TEST

/* Readings and samples */

START_TEST(what_is_weaker_than_the_floor_is_not_heard)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.has_floor = TRUE;
    scene->settings.floor = -75;
    scene_start(scene);
    scene_hear_often(scene, 10, -76);
    ck_assert(!scene_newest(scene).heard);
    ck_assert_uint_eq(scene_newest_statistics(scene).below_floor, 10);
    scene_hear(scene, -75);
    ck_assert(scene_newest(scene).heard);
}
END_TEST

START_TEST(a_report_without_strength_is_no_reading)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    scene_hear(scene, BH_RSSI_UNKNOWN);
    ck_assert(!scene_newest(scene).heard);
    ck_assert_uint_eq(bh_presence_get_readings(scene->presence), 0);
}
END_TEST

START_TEST(a_period_has_one_sample_and_ends_by_itself)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.sample_period_us = 2000 * MS;
    scene->settings.zones.min_samples = 1;
    scene_start(scene);
    scene_hear_often(scene, 5, -80);
    scene_hear(scene, -52);
    ck_assert_uint_eq(scene->samples, 0);
    scene_pass(scene, 2000);
    ck_assert_uint_eq(scene->samples, 1);
    ck_assert_double_eq(scene_newest(scene).smoothed, -52.0);
    ck_assert_str_eq(scene->story->str, "random:C0:00:00:00:00:01 lost>immediate ");
    scene_hear_often(scene, 100, -52);
    ck_assert_uint_le(scene->samples, 6);
    ck_assert_uint_ge(scene->samples, 5);
}
END_TEST

START_TEST(the_median_is_before_the_average)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.median_window = 3;
    scene->settings.alpha = 1.0;
    scene_start(scene);
    scene_hear_often(scene, 3, -60);
    scene_hear(scene, -99);
    ck_assert_double_eq(scene_newest(scene).smoothed, -60.0);
}
END_TEST

START_TEST(a_half_life_makes_late_samples_weigh_more)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.half_life_us = 1000 * MS;
    scene_start(scene);
    scene_hear(scene, -60);
    scene_pass(scene, 1000);
    scene_hear(scene, -80);
    ck_assert_double_eq_tol(scene_newest(scene).smoothed, -70.0, 1e-6);
    scene_pass(scene, 1);
    scene_hear(scene, -100);
    ck_assert_double_eq_tol(scene_newest(scene).smoothed, -70.0, 0.05);
    ck_assert_double_eq_tol(scene_newest(scene).response_ms, 4321.9, 0.1);
}
END_TEST

START_TEST(the_response_time_is_that_of_the_learned_interval)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene_start(scene);
    scene_hear_often(scene, 20, -60);
    ck_assert_double_eq_tol(scene_newest(scene).interval_ms, 100.0, 0.1);
    ck_assert_double_eq_tol(scene_newest(scene).response_ms, 839.9, 1.0);
}
END_TEST

START_TEST(the_preset_is_that_of_the_contract)
{
    g_autoptr(Scene) scene = scene_new();

    bh_presence_settings_init(&scene->settings, TRUE);
    ck_assert_int_eq(scene->settings.sample_period_us, 2000 * MS);
    ck_assert_int_eq(scene->settings.floor, -75);
    ck_assert(scene->settings.has_floor);
    ck_assert_double_eq(scene->settings.alpha, 0.2);
    ck_assert_uint_eq(scene->settings.zones.min_samples, 3);
}
END_TEST

/* What is told */

START_TEST(visits_and_time_spent_are_counted)
{
    g_autoptr(Scene) scene = scene_new();
    BhPresenceStatistics statistics;

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 1000 * MS;
    scene->settings.alpha = 1.0;
    scene_start(scene);
    scene_hear_often(scene, 52, -60); /* near from the third on */
    scene_hear_often(scene, 50, -40); /* immediate from the third on */
    scene_pass(scene, 5000);
    scene_hear_often(scene, 153, -90);
    scene_pass(scene, 5000);
    statistics = scene_newest_statistics(scene);
    ck_assert_uint_eq(statistics.visits, 2);
    ck_assert_uint_eq(statistics.transitions, 1);
    ck_assert_int_eq(statistics.zone_us[BH_ZONE_NEAR], 5200 * MS);
    ck_assert_int_eq(statistics.zone_us[BH_ZONE_IMMEDIATE], 4700 * MS);
    ck_assert_int_eq(statistics.zone_us[BH_ZONE_FAR], 15000 * MS);
    ck_assert_uint_eq(statistics.lengths[0], 1);
    ck_assert_uint_eq(statistics.lengths[1], 1);
    ck_assert_uint_eq(statistics.readings, 255);
}
END_TEST

START_TEST(who_was_heard_once_in_a_period_paid_a_short_visit)
{
    g_autoptr(Scene) scene = scene_new();

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.lost_us = 5000 * MS;
    scene->settings.sample_period_us = 2000 * MS;
    scene->settings.zones.min_samples = 1;
    scene_start(scene);
    scene_hear(scene, -60);
    scene_pass(scene, 10000);
    ck_assert_uint_eq(scene_newest_statistics(scene).visits, 1);
    ck_assert_uint_eq(scene_newest_statistics(scene).lengths[0], 1);
}
END_TEST

START_TEST(a_state_is_a_row)
{
    g_autoptr(Scene) scene = scene_new();
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) row = NULL;
    g_autofree char *text = NULL;
    BhPresenceState state;

    scene_watch(scene, "C0:00:00:00:00:01");
    scene->settings.zones.min_samples = 1;
    scene_start(scene);
    scene_hear(scene, -59);
    state = scene_newest(scene);
    bh_presence_state_add_to_row(&state, scene->now_us + 250 * MS, 5000250 * (gint64)MS, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    text = g_variant_print(row, FALSE);
    ck_assert_str_eq(
        text,
        "{'Id': <'random:C0:00:00:00:00:01'>, 'Type': <'address'>, 'Zone': <'near'>, "
        "'ZoneSince': <int64 5000000000>, 'Address': <'C0:00:00:00:00:01'>, "
        "'AddressType': <'random'>, 'Timestamp': <int64 5000000000>, 'AgeMs': <int64 250>, "
        "'RSSI': <int16 -59>, 'Smoothed': <-59.0>, 'RSSIStdDev': <0.0>, 'TxPower': <int16 -59>, "
        "'DistanceM': <1.0>, 'DistanceMinM': <1.0>, 'DistanceMaxM': <1.0>, "
        "'Samples': <uint32 1>}");
}
END_TEST

BH_TEST_MAIN("lib-presence",
             somebody_comes_moves_and_goes,
             who_comes_back_begins_anew,
             who_was_named_is_there_before_it_is_heard,
             the_lost_time_follows_what_was_learned,
             nobody_is_lost_while_nobody_listens,
             what_is_weaker_than_the_floor_is_not_heard,
             a_report_without_strength_is_no_reading,
             a_period_has_one_sample_and_ends_by_itself,
             the_median_is_before_the_average,
             a_half_life_makes_late_samples_weigh_more,
             the_response_time_is_that_of_the_learned_interval,
             the_preset_is_that_of_the_contract,
             visits_and_time_spent_are_counted,
             who_was_heard_once_in_a_period_paid_a_short_visit,
             a_state_is_a_row)
