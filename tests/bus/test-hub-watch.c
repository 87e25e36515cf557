/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Watches as programs use them: what they are told, what they are refused, what becomes of them
 * with the radio, and that nobody else knows of them.
 */
#include "bh-watch-scene.h"
#include "test-main.h"

#include <string.h>

#define NOBODY 65534

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

static void
require_text(GVariant *row, const char *key, const char *wanted)
{
    const char *text = NULL;

    ck_assert_msg(g_variant_lookup(row, key, "&s", &text), "no %s", key);
    ck_assert_str_eq(text, wanted);
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
    require_text(row, "Id", BH_WATCH_BEACON);
    require_text(row, "Type", "iBeacon");
    require_text(row, "Zone", "near");
    require_text(row, "AddressType", "random");
    require_text(row, "Adapter", "00:AA:01:00:00:01");
    ck_assert(g_variant_lookup(row, "TxPower", "n", &power));
    ck_assert_int_eq(power, -59); /* as the beacon says */
    ck_assert_double_eq_tol(get_double(row, "Smoothed"), -67, 0.01);
    ck_assert_double_eq_tol(get_double(row, "DistanceM"), 2.09, 0.01); /* 10^(8/25) */
    adapters = g_variant_lookup_value(row, "Adapters", G_VARIANT_TYPE("aa{sv}"));
    ck_assert_uint_eq(g_variant_n_children(adapters), 1);
    adapter = g_variant_get_child_value(adapters, 0);
    require_text(adapter, "Adapter", "00:AA:01:00:00:01");
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
    require_text(row, "Adapter", "00:AA:01:00:00:02");
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

/* Others */

static gboolean
lists(GDBusConnection *connection, const char *path)
{
    g_autoptr(GVariant) objects = bh_caller_call(connection,
                                                 BH_CALLER_HUB_PATH,
                                                 BH_CALLER_MANAGER,
                                                 "GetManagedObjects",
                                                 NULL,
                                                 NULL);
    g_autofree char *text = g_variant_print(objects, FALSE);

    return strstr(text, path) != NULL;
}

START_TEST(another_users_watch_is_not_there)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    GDBusConnection *nobody;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{}");
    nobody = bh_fixture_connect_as(&f, NOBODY);
    bh_caller_require_error(nobody,
                            watch,
                            BH_WATCH,
                            "GetStates",
                            bh_caller_options("{}"),
                            "org.blehub.Error.NotFound",
                            "");
    bh_caller_require_error(nobody,
                            watch,
                            BH_WATCH,
                            "Release",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
    ck_assert(!lists(nobody, watch));
    ck_assert(lists(f.connection, watch));
    bh_watch_is_watching(f.connection, watch); /* its owner finds it */
    bh_fixture_disconnect(&nobody);
}
END_TEST

START_TEST(clients_that_watch_with_different_options_do_not_disturb_each_other)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *zones = NULL;
    g_autofree char *floor = NULL;
    g_autofree char *orphan = NULL;
    g_autofree char *far = NULL;
    g_autoptr(GVariant) deaf_rows = NULL;
    GDBusConnection *other, *victim;

    bh_watch_scene_init(&f, NULL);
    other = bh_fixture_connect(&f);
    victim = bh_fixture_connect(&f);
    zones = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", 'NearDbm': <-56>}");
    floor = bh_watch_make(other, "{" BH_WATCH_AT_ONCE ", 'RSSI': <-50>}");
    orphan = bh_watch_make(victim, "{" BH_WATCH_AT_ONCE ", 'Signals': <true>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    far = bh_watch_dup_change(f.connection, zones, 9000);
    ck_assert_str_eq(far, "lost>far " BH_WATCH_BEACON);
    ck_assert(bh_watch_is_in(victim, orphan, BH_WATCH_BEACON, "near"));
    deaf_rows = bh_watch_rows(other, floor, "GetStates", "{'Zone': <'near'>}");
    ck_assert_uint_eq(g_variant_n_children(deaf_rows), 0);
    bh_fixture_disconnect(&victim);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Watches") == 2);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "OrphansReleased"), 1);
    ck_assert(bh_watch_is_in(f.connection, zones, BH_WATCH_BEACON, "far"));
    bh_fixture_disconnect(&other);
}
END_TEST

START_TEST(a_leased_watch_can_be_used_from_another_connection_until_it_ends)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    GDBusConnection *maker;

    bh_watch_scene_init(&f, NULL);
    maker = bh_fixture_connect(&f);
    watch = bh_watch_make(
        maker,
        "{'Lifetime': <'lease'>, 'LeaseMs': <1000>, 'Identities': <'" BH_WATCH_BEACON "'>}");
    bh_fixture_disconnect(&maker);
    ck_assert(bh_watch_is_in(f.connection, watch, BH_WATCH_BEACON, "lost"));
    bh_caller_tell(f.connection, watch, BH_WATCH, "Renew", NULL);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "LeasesExpired") == 1);
    bh_caller_require_error(f.connection,
                            watch,
                            BH_WATCH,
                            "Renew",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
}
END_TEST

static void
send_wait(BhFixture *f, const char *watch, BhAnswers *answers)
{
    bh_caller_send(f->connection,
                   watch,
                   BH_WATCH,
                   "WaitZone",
                   bh_caller_options("{'TimeoutMs': <0>}"),
                   answers);
}

START_TEST(who_waits_hears_of_a_release_and_of_the_radio_off)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autofree char *watch = NULL;
    g_autofree char *other = NULL;

    bh_watch_scene_init(&f, NULL);
    bh_answers_init(&answers);
    watch = bh_watch_make(f.connection, "{}");
    other = bh_watch_make(f.connection, "{}");
    send_wait(&f, watch, &answers);
    bh_caller_tell(f.connection, watch, BH_WATCH, "Release", NULL);
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(answers.came->pdata[0], "0 org.blehub.Error.Cancelled");
    send_wait(&f, other, &answers);
    bh_caller_tell(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "RadioOff",
                   bh_caller_options("{}"));
    BH_AWAIT(answers.came->len == 2);
    ck_assert_str_eq(answers.came->pdata[1], "1 org.blehub.Error.Disconnected");
}
END_TEST

static void
on_state(GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *signal,
         GVariant *parameters,
         gpointer user_data)
{
    g_autoptr(GVariant) values = g_variant_get_child_value(parameters, 1);
    const char *state = NULL;

    if (g_variant_lookup(values, "State", "&s", &state))
        g_string_append_printf(user_data, "%s ", state);
}

START_TEST(a_restart_of_bluez_loses_nobody_and_is_told_once)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autoptr(GString) states = g_string_new(NULL);
    g_autoptr(GVariant) before = NULL;
    g_autoptr(GVariant) after = NULL;

    bh_watch_scene_init(&f, NULL);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", 'LostMs': <60000>}");
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    g_free(bh_watch_dup_change(f.connection, watch, 9000));
    g_dbus_connection_signal_subscribe(f.connection,
                                       "org.blehub",
                                       BH_CALLER_PROPERTIES,
                                       "PropertiesChanged",
                                       watch,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_state,
                                       states,
                                       NULL);
    bh_fixture_tell_sim(&f, "Restart", g_variant_new("(u)", 100));
    BH_AWAIT(g_str_equal(states->str, "waiting watching "));
    before = bh_caller_get(f.connection, watch, BH_WATCH, "Readings");
    do {
        g_clear_pointer(&after, g_variant_unref);
        after = bh_caller_get(f.connection, watch, BH_WATCH, "Readings");
    } while (g_variant_get_uint64(after) == g_variant_get_uint64(before));
    ck_assert_uint_eq(bh_caller_counter(f.connection, "ZoneChanges"), 1);
    ck_assert_str_eq(states->str, "waiting watching ");
}
END_TEST

/* The configuration */

static const char named[] = "[watch]\nMinSamples=1\nAlpha=1\n"
                            "[device front door]\nIdentity=" BH_WATCH_BEACON "\n"
                            "MeasuredPower=-65\n"
                            "[device phone]\nIRK=00112233445566778899aabbccddeeff\n";

START_TEST(aliases_name_and_calibrate_what_is_watched)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *watch = NULL;
    g_autofree char *change = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;
    gint16 power = 0;

    bh_watch_scene_init(&f, named);
    watch = bh_watch_make(f.connection, "{'Identities': <['front door', 'phone']>}");
    ck_assert(bh_watch_is_in(f.connection, watch, "phone", "lost"));
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    change = bh_watch_dup_change(f.connection, watch, 9000);
    ck_assert_str_eq(change, "lost>near " BH_WATCH_BEACON); /* of the first sample, see [watch] */
    rows = bh_watch_rows(f.connection, watch, "GetStates", "{'Id': <'front door'>}");
    row = g_variant_get_child_value(rows, 0);
    require_text(row, "Alias", "front door");
    ck_assert(g_variant_lookup(row, "TxPower", "n", &power));
    ck_assert_int_eq(power, -65);
}
END_TEST

START_TEST(a_phone_that_changes_its_address_is_one)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *named_watch = NULL;
    g_autofree char *all = NULL;
    g_autoptr(GVariant) options =
        g_variant_ref_sink(g_variant_new_parsed("{'RatePerSecond': <uint32 0>, "
                                                "'IRK': <'00112233445566778899aabbccddeeff'>}"));
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GVariant) row = NULL;

    bh_watch_scene_init(&f, named);
    named_watch = bh_watch_make(f.connection, "{'Identities': <'phone'>}");
    all = bh_watch_make(f.connection, "{}");
    BH_AWAIT_POLLED(bh_watch_is_watching(f.connection, all));
    bh_fixture_tell_sim(&f, "Burst", g_variant_new("(u@a{sv})", 200, options));
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Reports") >= 100);
    ck_assert(bh_watch_is_in(f.connection, named_watch, "phone", "near"));
    rows = bh_watch_rows(f.connection, all, "GetStates", "{}");
    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    row = g_variant_get_child_value(rows, 0);
    require_text(row, "Type", "irk");
    require_text(row, "Alias", "phone");
}
END_TEST

START_TEST(after_a_reload_new_watches_know_the_new_names_and_old_ones_theirs)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *old = NULL;
    g_autofree char *new = NULL;

    bh_watch_scene_init(&f, named);
    old = bh_watch_make(f.connection, "{'Identities': <'front door'>}");
    g_free(bh_fixture_write_file(&f,
                                 "blehub.conf",
                                 "[device back door]\nIdentity=" BH_WATCH_BEACON "\n"));
    bh_caller_tell(f.connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Reload", NULL);
    ck_assert(bh_watch_is_in(f.connection, old, "front door", "lost"));
    new = bh_watch_make(f.connection, "{'Identities': <'back door'>}");
    ck_assert(bh_watch_is_in(f.connection, new, "back door", "lost"));
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Watch",
                            bh_caller_options("{'Identities': <'front door'>}"),
                            "org.blehub.Error.NotFound",
                            "Identities: ");
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
             watches_beyond_the_limit_are_refused,
             another_users_watch_is_not_there,
             clients_that_watch_with_different_options_do_not_disturb_each_other,
             a_leased_watch_can_be_used_from_another_connection_until_it_ends,
             who_waits_hears_of_a_release_and_of_the_radio_off,
             a_restart_of_bluez_loses_nobody_and_is_told_once,
             aliases_name_and_calibrate_what_is_watched,
             a_phone_that_changes_its_address_is_one,
             after_a_reload_new_watches_know_the_new_names_and_old_ones_theirs)
