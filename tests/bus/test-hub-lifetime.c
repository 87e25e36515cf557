/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How things end: blehubd itself while somebody waits or owns something, leases, and clients that
 * are gone before blehubd knows who they were, or in the middle of everything they asked for.
 */
#include "bh-link-scene.h"
#include "test-main.h"

static const char one_adapter[] = "[adapter main]\n"
                                  "Address=00:AA:01:00:00:01\n"
                                  "Powered=true\n";

START_TEST(blehubd_ends_well_while_a_leased_scan_lives)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *client;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    client = bh_fixture_connect(&f);
    g_free(bh_caller_scan(client, "{'Lifetime': <'lease'>}"));
    g_free(bh_caller_scan(f.connection, "{'Lifetime': <'lease'>, 'DurationMs': <60000>}"));
    BH_AWAIT_POLLED(bh_fixture_count_sim_calls(&f, "StartDiscovery") == 1);
    bh_fixture_disconnect(&client);
    bh_fixture_stop_process(&f.hub);
    BH_AWAIT_POLLED(bh_fixture_count_sim_calls(&f, "StopDiscovery") == 1);
}
END_TEST

static void
require_answer(const BhAnswers *answers, const char *wanted)
{
    ck_assert_msg(g_ptr_array_find_with_equal_func(answers->came, wanted, g_str_equal, NULL),
                  "no answer \"%s\"",
                  wanted);
}

START_TEST(calls_that_wait_are_cancelled_when_blehubd_ends)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autofree char *scan = NULL;

    bh_fixture_init(&f);
    bh_answers_init(&answers);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    scan = bh_caller_scan(f.connection, "{}");
    bh_caller_send(f.connection,
                   scan,
                   BH_CALLER_SCAN,
                   "WaitDevice",
                   bh_caller_options("{}"),
                   &answers);
    bh_caller_send(f.connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "Discover",
                   bh_caller_options("{'DurationMs': <60000>}"),
                   &answers);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Scans"), 2); /* so both have arrived */
    bh_fixture_stop_process(&f.hub);
    BH_AWAIT(answers.came->len == 2);
    require_answer(&answers, "0 org.blehub.Error.Cancelled");
    require_answer(&answers, "1 org.blehub.Error.Cancelled");
}
END_TEST

START_TEST(blehubd_ends_well_with_answers_that_nobody_reads)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(sd_bus) greedy = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    g_free(bh_caller_scan(f.connection, "{}"));
    bh_caller_hear_strangers(&f, 1000);
    greedy = bh_caller_new_deaf(&f, "ListDevices", 30);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Clients") == 2);
    bh_fixture_stop_process(&f.hub);
}
END_TEST

START_TEST(a_lease_lasts_as_long_as_it_is_renewed)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    gint64 made_us, renewed_us = 0;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    scan = bh_caller_scan(f.connection, "{'Lifetime': <'lease'>, 'LeaseMs': <1000>}");
    made_us = g_get_monotonic_time();
    while (renewed_us < made_us + 1500000) {
        renewed_us = g_get_monotonic_time();
        bh_caller_tell(f.connection, scan, BH_CALLER_SCAN, "Renew", NULL);
    }
    ck_assert_uint_eq(bh_caller_counter(f.connection, "LeasesExpired"), 0);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "LeasesExpired") == 1);
    ck_assert_int_ge(g_get_monotonic_time() - renewed_us, 1000000);
    bh_caller_require_error(f.connection,
                            scan,
                            BH_CALLER_SCAN,
                            "Renew",
                            NULL,
                            "org.blehub.Error.NotFound",
                            "");
}
END_TEST

/* Leaves the bus with this call on its way. */
static void
call_and_vanish(BhFixture *f, const char *method)
{
    g_autoptr(sd_bus) client = bh_caller_new_deaf(f, method, 1);

    sd_bus_close(client);
}

START_TEST(a_client_that_left_before_it_was_known_leaves_nothing)
{
    g_auto(BhFixture) f = {0};

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    bh_caller_counter(f.connection, "Clients"); /* we are one */
    bh_fixture_freeze_process(f.hub);
    for (guint i = 0; i < 20; i++) /* both call and departure are news when it goes on */
        call_and_vanish(&f, i % 2 == 0 ? "Scan" : "Discover");
    bh_fixture_thaw_process(f.hub);
    for (guint i = 0; i < 20; i++)
        call_and_vanish(&f, i % 2 == 0 ? "Scan" : "Discover");
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Clients") == 1);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Scans"), 0);
}
END_TEST

/* Calls of a device, sent without waiting; what they have in common is that they take a while. */
static void
begin_everything(GDBusConnection *connection, const char *subscription, BhAnswers *answers)
{
    static const char *const calls[][2] = {
        {"Pair", "({'Capability': <'DisplayYesNo'>},)"},
        {"Read", "('180d', '2a38', @a{sv} {})"},
        {"Write", "('', '" BH_LINK_NOTE "', @ay [1, 2], @a{sv} {})"},
        {"Subscribe", "('', '2a37', {'Queue': <5>})"},
        {"Services", "({'Values': <true>},)"},
        {"Transact", "([('read', {'Characteristic': <'2a38'>}), ('mtu', {})], @a{sv} {})"},
        {"WaitDisconnected", "({'TimeoutMs': <0>},)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        bh_caller_send(connection,
                       BH_LINK_PATH,
                       BH_LINK_DEVICE,
                       calls[i][0],
                       g_variant_new_parsed(calls[i][1]),
                       answers);
    bh_caller_send(connection,
                   subscription,
                   BH_LINK_SUBSCRIPTION,
                   "Wait",
                   bh_caller_options("{'TimeoutMs': <0>}"),
                   answers);
    bh_caller_send(connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "Connect",
                   g_variant_new_parsed("('C8:5A:11:00:01:99', {'Reconnect': <true>})"),
                   answers);
    bh_caller_send(connection,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   "ConnectMany",
                   g_variant_new_parsed("([(%s, {'AddressType': <'random'>})], @a{sv} {})",
                                        BH_LINK_OTHER_ADDRESS),
                   answers);
}

START_TEST(who_leaves_in_the_middle_of_everything_leaves_nothing)
{
    static const char *const counters[] =
        {"Holds", "Subscriptions", "Streams", "Scans", "Links", NULL};
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autofree char *subscription = NULL;
    GDBusConnection *other;

    bh_link_scene_init(&f);
    bh_answers_init(&answers);
    other = bh_fixture_connect(&f);
    g_free(bh_link_scene_connect(other, BH_LINK_ADDRESS, "{}"));
    subscription = bh_link_scene_subscribe(other, "{'Signals': <true>}");
    begin_everything(other, subscription, &answers);
    ck_assert(g_dbus_connection_flush_sync(other, NULL, NULL));
    bh_fixture_disconnect(&other);
    for (gsize i = 0; counters[i] != NULL; i++)
        BH_AWAIT_POLLED(bh_caller_counter(f.connection, counters[i]) == 0);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Clients"), 1);
    BH_AWAIT(answers.came->len == answers.sent);
    g_free(bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}"));
}
END_TEST

BH_TEST_MAIN("hub-lifetime",
             blehubd_ends_well_while_a_leased_scan_lives,
             calls_that_wait_are_cancelled_when_blehubd_ends,
             blehubd_ends_well_with_answers_that_nobody_reads,
             a_lease_lasts_as_long_as_it_is_renewed,
             a_client_that_left_before_it_was_known_leaves_nothing,
             who_leaves_in_the_middle_of_everything_leaves_nothing)
