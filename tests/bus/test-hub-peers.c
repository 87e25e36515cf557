/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Many clients, and clients that ask for much: each is answered in its turn, or told clearly why
 * not, and none keeps another waiting.
 */
#include "bh-caller.h"
#include "test-main.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define DEVICES 2000
#define GREEDY_CALLS 120
#define WATCH_US (2 * G_USEC_PER_SEC)

static const char one_adapter[] = "[adapter main]\n"
                                  "Address=00:AA:01:00:00:01\n"
                                  "Powered=true\n";

START_TEST(connections_beyond_the_configured_number_are_refused_until_one_leaves)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL;
    g_autofree char *argument = NULL;
    GDBusConnection *second, *third;

    bh_fixture_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxClients=2\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&f, argument, NULL);
    second = bh_fixture_connect(&f);
    third = bh_fixture_connect(&f);
    g_free(bh_caller_scan(f.connection, "{}"));
    g_free(bh_caller_scan(second, "{}"));
    for (guint i = 0; i < 3; i++)
        bh_caller_require_error(third,
                                BH_CALLER_HUB_PATH,
                                BH_CALLER_HUB,
                                "Scan",
                                bh_caller_options("{}"),
                                "org.blehub.Error.LimitExceeded",
                                "MaxClients");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "LimitExceeded"), 3);
    ck_assert_uint_eq(bh_caller_counter(second, "Clients"), 2);
    bh_fixture_disconnect(&second);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Scans") == 1);
    g_free(bh_caller_scan(third, "{}"));
    bh_fixture_disconnect(&third);
}
END_TEST

START_TEST(hundreds_of_calls_sent_before_the_first_answer_are_answered_in_order)
{
    const guint n = 600;
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    GDBusConnection *client; /* new: the hub does not know its user yet */

    bh_fixture_init(&f);
    bh_answers_init(&answers);
    bh_fixture_start_hub(&f, NULL);
    client = bh_fixture_connect(&f);
    bh_fixture_freeze_process(f.hub);
    for (guint i = 0; i < n; i++)
        bh_caller_send(client,
                       BH_CALLER_HUB_PATH,
                       i % 2 == 0 ? BH_CALLER_PROPERTIES : BH_CALLER_HUB,
                       i % 2 == 0 ? "GetAll" : "Scan",
                       i % 2 == 0 ? g_variant_new("(s)", BH_CALLER_HUB)
                                  : bh_caller_options("{'RSSI': <'near'>}"),
                       &answers);
    ck_assert(g_dbus_connection_flush_sync(client, NULL, NULL));
    bh_fixture_thaw_process(f.hub);
    BH_AWAIT(answers.came->len == n);
    for (guint i = 0; i < n; i++) {
        const char *end = i % 2 == 0 ? "ok" : "org.blehub.Error.InvalidArguments";
        g_autofree char *expected = g_strdup_printf("%u %s", i, end);

        ck_assert_str_eq(answers.came->pdata[i], expected);
    }
    bh_fixture_disconnect(&client);
}
END_TEST

/* One that is held up is so for as long as the other does not read; a busy machine is not. */
#define HELD_UP_US (10 * G_USEC_PER_SEC)

/* Calls until the time is over; the longest that one took. */
static gint64
watch_answers(BhFixture *f, gint64 for_us)
{
    gint64 end_us = g_get_monotonic_time() + for_us, longest_us = 0, begin_us;

    while ((begin_us = g_get_monotonic_time()) < end_us) {
        g_variant_unref(bh_caller_get(f->connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Version"));
        longest_us = MAX(longest_us, g_get_monotonic_time() - begin_us);
    }
    return longest_us;
}

START_TEST(a_client_that_asks_for_much_and_does_not_read_keeps_nobody_waiting)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    g_autoptr(sd_bus) greedy = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    scan = bh_caller_scan(f.connection, "{}");
    bh_caller_hear_strangers(&f, DEVICES);
    greedy = bh_caller_new_deaf(&f, "ListDevices", GREEDY_CALLS);
    ck_assert_int_lt(watch_answers(&f, WATCH_US), HELD_UP_US);
}
END_TEST

/* Calls WaitDevice for ever, with some descriptors nobody asked for. */
static void
wait_with_descriptors(BhFixture *f, const char *scan)
{
    g_autoptr(GUnixFDList) descriptors = g_unix_fd_list_new();

    for (guint i = 0; i < 10; i++)
        ck_assert_int_ge(g_unix_fd_list_append(descriptors, STDIN_FILENO, NULL), 0);
    g_dbus_connection_call_with_unix_fd_list(f->connection,
                                             "org.blehub",
                                             scan,
                                             BH_CALLER_SCAN,
                                             "WaitDevice",
                                             bh_caller_options("{'TimeoutMs': <0>}"),
                                             NULL,
                                             G_DBUS_CALL_FLAGS_NONE,
                                             G_MAXINT,
                                             descriptors,
                                             NULL,
                                             NULL,
                                             NULL);
}

START_TEST(descriptors_sent_with_calls_are_closed_at_once)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *scan = NULL;
    guint before;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    scan = bh_caller_scan(f.connection, "{}");
    before = bh_caller_count_descriptors(&f);
    for (guint i = 0; i < 20; i++)
        wait_with_descriptors(&f, scan);
    bh_caller_counter(f.connection, "Scans"); /* answered after all of them were taken in */
    ck_assert_uint_eq(bh_caller_count_descriptors(&f), before);
}
END_TEST

BH_TEST_MAIN("hub-peers",
             descriptors_sent_with_calls_are_closed_at_once,
             connections_beyond_the_configured_number_are_refused_until_one_leaves,
             hundreds_of_calls_sent_before_the_first_answer_are_answered_in_order,
             a_client_that_asks_for_much_and_does_not_read_keeps_nobody_waiting)
