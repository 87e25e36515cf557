/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Watches as programs use them: what they are told, and what they are refused.
 */
#include "bh-watch-scene.h"
#include "test-main.h"

#include <string.h>

/* What is told */

START_TEST(who_is_asked_for_is_lost_until_it_is_heard_and_then_in_its_zone)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *change = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{'Identities': <'" BH_WATCH_BEACON "'>}");
    ck_assert(bh_watch_is_in(f.connection, watch, BH_WATCH_BEACON, "lost"));
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    change = bh_watch_dup_change(f.connection, watch, 9000);
    ck_assert_str_eq(change, "lost>near " BH_WATCH_BEACON);
    ck_assert(bh_watch_is_in(f.connection, watch, BH_WATCH_BEACON, "near"));
    ck_assert_uint_ge(bh_caller_counter(f.connection, "ZoneChanges"), 1);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Watches"), 1);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Identities"), 1);
}
END_TEST

static double
get_double(GVariant *row, const char *key)
{
    double value = -1;

    ck_assert_msg(g_variant_lookup(row, key, "d", &value), "no %s", key);
    return value;
}

START_TEST(a_state_row_says_what_is_known)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;
    g_autoptr(GVariant) adapters = NULL;
    g_autoptr(GVariant) adapter = NULL;
    gint16 power = 0;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{'Beacons': <'iBeacon'>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -67);
    g_free(bh_watch_dup_change(f.connection, watch, 9000));
    rows = bh_watch_rows(f.connection, watch, "GetStates", "{}");
    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    row = g_variant_get_child_value(rows, 0);
    bh_watch_require_text(row, "Id", BH_WATCH_BEACON);
    bh_watch_require_text(row, "Type", "iBeacon");
    bh_watch_require_text(row, "Zone", "near");
    bh_watch_require_text(row, "AddressType", "random");
    bh_watch_require_text(row, "Adapter", "00:AA:01:00:00:01");
    ck_assert(g_variant_lookup(row, "TxPower", "n", &power));
    ck_assert_int_eq(power, -59); /* as the beacon says */
    ck_assert_double_eq_tol(get_double(row, "Smoothed"), -67, 0.01);
    ck_assert_double_eq_tol(get_double(row, "DistanceM"), 2.09, 0.01); /* 10^(8/25) */
    adapters = g_variant_lookup_value(row, "Adapters", G_VARIANT_TYPE("aa{sv}"));
    ck_assert_uint_eq(g_variant_n_children(adapters), 1);
    adapter = g_variant_get_child_value(adapters, 0);
    bh_watch_require_text(adapter, "Adapter", "00:AA:01:00:00:01");
}
END_TEST

START_TEST(states_are_found_by_identity_in_either_case_and_by_zone)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    static const struct {
        const char *options;
        gsize n;
    } cases[] = {
        {"{'Id': <'IBEACON:E2C56DB5-DFFB-48D2-B060-D0F5A71096E0-1-2'>}", 1},
        {"{'Zone': <'near'>}", 1},
        {"{'Zone': <'far'>}", 0},
        {"{'Zone': <'lost'>}", 1},
        {"{'Id': <'" BH_WATCH_BEACON "'>, 'Zone': <'lost'>}", 0},
        {"{'Id': <'aa:bb:cc:dd:ee:ff'>, 'Zone': <'lost'>}", 1},
        {"{}", 2},
    };

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection,
                          "{'Identities': <['random:AA:BB:CC:DD:EE:FF', 'iBeacon:" BH_WATCH_UUID
                          "']>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -67);
    g_free(bh_watch_dup_change(f.connection, watch, 9000));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) rows =
            bh_watch_rows(f.connection, watch, "GetStates", cases[i].options);

        ck_assert_msg(g_variant_n_children(rows) == cases[i].n, "%s", cases[i].options);
    }
}
END_TEST

START_TEST(statistics_count_visits_and_transitions)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *back = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;
    guint32 visits = 0, transitions = 0;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE "}");
    bh_watch_scene_put(&f, "tag", 1, 2, -50);
    g_free(bh_watch_dup_change(f.connection, watch, 9000));
    bh_watch_scene_move(&f, "tag", 1, 2, -60);
    back = bh_watch_dup_change(f.connection, watch, 9000);
    ck_assert_str_eq(back, "immediate>near " BH_WATCH_BEACON);
    rows = bh_watch_rows(f.connection, watch, "GetStatistics", "{'Id': <'" BH_WATCH_BEACON "'>}");
    row = g_variant_get_child_value(rows, 0);
    ck_assert(g_variant_lookup(row, "Visits", "u", &visits) && visits == 1);
    ck_assert(g_variant_lookup(row, "Transitions", "u", &transitions) && transitions == 1);
}
END_TEST

START_TEST(who_falls_silent_is_lost_after_its_time)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *came = NULL;
    g_autofree char *went = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", 'LostMs': <1000>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -80);
    came = bh_watch_dup_change(f.connection, watch, 9000);
    bh_watch_scene_take_away(&f, "tag");
    went = bh_watch_dup_change(f.connection, watch, 9000);
    ck_assert_str_eq(came, "lost>far " BH_WATCH_BEACON);
    ck_assert_str_eq(went, "far>lost " BH_WATCH_BEACON);
}
END_TEST

START_TEST(options_in_force_are_told_without_keys_and_with_what_they_mean)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *text = NULL;
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GVariant) window = NULL;
    g_autoptr(GVariant) response = NULL;
    g_autoptr(GVariant) states = NULL;
    const char *preset = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection,
                          "{'Preset': <'retail'>, 'LostMs': <5000>,"
                          " 'Irk': <'00112233445566778899aabbccddeeff'>}");
    options = bh_caller_get(f.connection, watch, BH_WATCH, "Options");
    text = g_variant_print(options, FALSE);
    ck_assert_ptr_null(strstr(text, "0011"));
    ck_assert_ptr_null(strstr(text, "IRK"));
    ck_assert(g_variant_lookup(options, "Preset", "&s", &preset) && g_str_equal(preset, "retail"));
    ck_assert_double_eq(get_double(options, "Alpha"), 0.2);
    window = bh_caller_get(f.connection, watch, BH_WATCH, "Window");
    ck_assert_double_eq_tol(g_variant_get_double(window), 9, 1e-9);
    response = bh_caller_get(f.connection, watch, BH_WATCH, "ResponseMs");
    ck_assert_double_eq_tol(g_variant_get_double(response), 26850, 10); /* 13.4 periods of 2 s */
    states = bh_watch_rows(f.connection, watch, "GetStates", "{}");
    ck_assert_uint_eq(g_variant_n_children(states), 1); /* the phone, lost */
}
END_TEST

/* Two radios, each of which hears the same beacon, by an address of its own, with a strength of its
 * own. */
static const char second_room[] =
    "[adapter second]\n"
    "Address=00:AA:01:00:00:02\n"
    "Powered=true\n"
    "Monitor=true\n"
    "[device weak]\n"
    "Address=C0:00:00:00:00:11\n"
    "Type=nonconnectable\n"
    "ManufacturerData=004c:0215e2c56db5dffb48d2b060d0f5a71096e000010002c5\n"
    "IntervalMs=20\n"
    "RSSI=-80\n"
    "Adapters=00:AA:01:00:00:01\n"
    "[device strong]\n"
    "Address=C0:00:00:00:00:12\n"
    "Type=nonconnectable\n"
    "ManufacturerData=004c:0215e2c56db5dffb48d2b060d0f5a71096e000010002c5\n"
    "IntervalMs=20\n"
    "RSSI=-60\n"
    "Adapters=00:AA:01:00:00:02\n";

static gsize
count_adapters(GDBusConnection *connection, const char *watch)
{
    g_autoptr(GVariant) rows = bh_watch_rows(connection, watch, "GetStates", "{}");
    g_autoptr(GVariant) row = NULL;
    g_autoptr(GVariant) adapters = NULL;

    if (g_variant_n_children(rows) != 1)
        return 0;
    row = g_variant_get_child_value(rows, 0);
    adapters = g_variant_lookup_value(row, "Adapters", G_VARIANT_TYPE("aa{sv}"));
    return adapters != NULL ? g_variant_n_children(adapters) : 0;
}

START_TEST(a_beacon_that_two_adapters_hear_is_one_and_the_stronger_counts)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *first_room = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE "}");
    first_room =
        bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", 'Adapter': <'00:AA:01:00:00:01'>}");
    bh_fixture_tell_sim(&f, "Load", g_variant_new("(s)", second_room));
    BH_AWAIT_POLLED(count_adapters(f.connection, watch) == 2);
    BH_AWAIT_POLLED(bh_watch_is_in(f.connection, watch, BH_WATCH_BEACON, "near"));
    rows = bh_watch_rows(f.connection, watch, "GetStates", "{}");
    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    row = g_variant_get_child_value(rows, 0);
    bh_watch_require_text(row, "Adapter", "00:AA:01:00:00:02");
    ck_assert_double_eq_tol(get_double(row, "Smoothed"), -60, 0.01);
    BH_AWAIT_POLLED(count_adapters(f.connection, first_room) == 1);
    ck_assert(bh_watch_is_in(f.connection, first_room, BH_WATCH_BEACON, "far"));
}
END_TEST

/* What is refused */

START_TEST(mistakes_are_refused_with_the_key_first)
{
    static const struct {
        const char *options;
        const char *error;
        const char *message;
    } cases[] = {
        {"{'Alpha': <0.0>}", "InvalidArguments", "Alpha: "},
        {"{'Identities': <'iBeacon:nonsense'>}", "InvalidArguments", "Identities: "},
        {"{'Identities': <'nobody'>}", "NotFound", "Identities: "},
        {"{'IRK': <'0011'>}", "InvalidArguments", "IRK"},
        {"{'Beacons': <'nonsense'>}", "InvalidArguments", "Beacons"},
        {"{'Beacons': <['Eddystone-TLM', 'Eddystone-eTLM']>}", "InvalidArguments", "Beacons: "},
        {"{'Adapter': <'hci9'>}", "InvalidArguments", "Adapter: "},
        {"{'Active': <false>}", "NotSupported", "Active: "},
        {"{'MaxIdentities': <10001>}", "InvalidArguments", "MaxIdentities: "},
    };
    g_auto(BhFixture) f = {0};

    bh_watch_scene_init(&f, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strconcat("org.blehub.Error.", cases[i].error, NULL);

        bh_caller_require_error(f.connection,
                                BH_CALLER_HUB_PATH,
                                BH_CALLER_HUB,
                                "Watch",
                                bh_caller_options(cases[i].options),
                                name,
                                cases[i].message);
    }
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Watches"), 0);
}
END_TEST

START_TEST(wrong_calls_of_a_watch_are_refused)
{
    static const char *const cases[][4] = {
        {"GetStates", "{'Id': <'nobody'>}", "NotFound", "Id: "},
        {"GetStates", "{'Id': <'iBeacon:" BH_WATCH_UUID "'>}", "NotFound", "Id: "},
        {"GetStates", "{'Zone': <'nowhere'>}", "InvalidArguments", "Zone: "},
        {"GetStatistics", "{'Zone': <'near'>}", "InvalidArguments", "Zone: "},
        {"GetStatistics", "{'Id': <'nobody'>}", "NotFound", "Id: "},
        {"WaitZone", "{'TimeoutMs': <1>}", "Timeout", ""},
        {"WaitZone", "{'TimeoutMs': <-1>}", "InvalidArguments", "TimeoutMs: "},
    };
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{'Identities': <'" BH_WATCH_BEACON "'>}");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = g_strconcat("org.blehub.Error.", cases[i][2], NULL);

        bh_caller_require_error(f.connection,
                                watch,
                                BH_WATCH,
                                cases[i][0],
                                bh_caller_options(cases[i][1]),
                                name,
                                cases[i][3]);
    }
}
END_TEST

START_TEST(watches_beyond_the_limit_are_refused)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) limits = NULL;
    guint32 watches = 0, identities = 0;

    bh_watch_scene_init(&f, "[limits]\nMaxWatches=1\nMaxIdentities=7\n");
    limits = bh_caller_get(f.connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Limits");
    ck_assert(g_variant_lookup(limits, "MaxWatches", "u", &watches) && watches == 1);
    ck_assert(g_variant_lookup(limits, "MaxIdentities", "u", &identities) && identities == 7);
    g_free(bh_watch_make(f.connection, "{}"));
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Watch",
                            bh_caller_options("{}"),
                            "org.blehub.Error.LimitExceeded",
                            "MaxWatches");
}
END_TEST

BH_TEST_MAIN("hub-watch",
             who_is_asked_for_is_lost_until_it_is_heard_and_then_in_its_zone,
             a_state_row_says_what_is_known,
             states_are_found_by_identity_in_either_case_and_by_zone,
             statistics_count_visits_and_transitions,
             who_falls_silent_is_lost_after_its_time,
             options_in_force_are_told_without_keys_and_with_what_they_mean,
             a_beacon_that_two_adapters_hear_is_one_and_the_stronger_counts,
             mistakes_are_refused_with_the_key_first,
             wrong_calls_of_a_watch_are_refused,
             watches_beyond_the_limit_are_refused)
