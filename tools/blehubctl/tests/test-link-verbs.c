/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verbs that follow a device or change what is between it and us (subscribe, connect, pair
 * ...), run against a hub and a device that say what each test wants said.
 */
#include "fake-device.h"
#include "fake-run.h"
#include "test-main.h"

#include <string.h>

#define ADDRESS "C0:00:00:00:00:01"

static FakeHub *hub;
static FakeDevice *device;

static void
setup(void)
{
    hub = fake_hub_new(TRUE);
    device = fake_device_new(hub);
}

static void
teardown(void)
{
    g_clear_pointer(&device, fake_device_free);
    g_clear_pointer(&hub, fake_hub_free);
}

static void
assert_calls(const char *expected)
{
    ck_assert_str_eq(device->calls->str, expected);
}

/* subscribe */

static void
lose_link(FakeHub *self, GSubprocess *process)
{
    fake_device_emit(device, "Disconnected", g_variant_new("(s)", "remote"));
}

/* What comes by the bus comes in order; the end of the stream would overtake it. */
static void
lose_link_for_a_while(FakeHub *self, GSubprocess *process)
{
    fake_device_emit(device, "StateChanged", g_variant_new("(s)", "waiting"));
    fake_device_emit(device, "Disconnected", g_variant_new("(s)", "timeout"));
    fake_device_emit(device, "StateChanged", g_variant_new("(s)", "connecting"));
    fake_device_emit(device, "StateChanged", g_variant_new("(s)", "ready"));
    ck_assert(g_dbus_connection_flush_sync(self->bus, NULL, NULL));
    ck_assert(g_dbus_connection_close_sync(self->bus, NULL, NULL));
}

START_TEST(subscribe_prints_a_line_each_value_until_it_is_interrupted)
{
    g_auto(FakeRun) run = {0};

    fake_device_add_value(device, "\x06\x48");
    fake_device_add_value(device, "\x06\x49");
    hub->when_starved = fake_hub_interrupt;
    fake_hub_run(hub, &run, "subscribe", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run, 0, "0648\n0649\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "Subscribe('180d', '2a37', {'Queue': "));
}
END_TEST

START_TEST(subscribe_ends_at_its_count)
{
    g_auto(FakeRun) run = {0};

    for (guint i = 0; i < 3; i++)
        fake_device_add_value(device, "\x48");
    fake_hub_run(hub, &run, "subscribe", "--count=2", "--as=u8", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run, 0, "72\n72\n", "");
}
END_TEST

START_TEST(subscribe_ends_after_its_duration)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "subscribe", "--duration=0.05", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run, 0, "", "");
}
END_TEST

START_TEST(subscribe_json_has_sequence_loss_and_times)
{
    g_auto(FakeRun) run = {0};

    fake_device_add_value(device, "\x48");
    device->lost = 2;
    fake_hub_run(hub,
                 &run,
                 "--json",
                 "subscribe",
                 "--count=1",
                 "--as=u8",
                 ADDRESS,
                 "180d",
                 "2a37",
                 NULL);
    fake_run_assert(
        &run,
        0,
        "{\"Sequence\":3,\"Dropped\":2,\"Value\":\"48\",\"Decoded\":72,\"Timestamp\":1000,"
        "\"TimestampMonotonic\":1001}\n",
        "blehubctl: 2 values were lost: they came faster than they were read\n");
}
END_TEST

START_TEST(subscribe_ends_with_a_lost_link)
{
    g_auto(FakeRun) run = {0};

    fake_device_add_value(device, "\x48");
    hub->when_starved = lose_link;
    fake_hub_run(hub, &run, "subscribe", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run, 1, "48\n", "blehubctl: the link was lost (remote)\n");
}
END_TEST

START_TEST(subscribe_that_reconnects_says_what_it_waits_for)
{
    g_auto(FakeRun) run = {0};

    hub->when_starved = lose_link_for_a_while;
    fake_hub_run(hub, &run, "subscribe", "--reconnect", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run,
                    3,
                    "",
                    "waiting for the device (timeout)\nthe link is back\n"
                    "blehubctl: blehubd or the bus went away\n");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "{'Reconnect': <true>}"));
}
END_TEST

START_TEST(subscribe_ends_when_blehubd_goes_away)
{
    g_auto(FakeRun) run = {0};

    hub->when_starved = fake_hub_vanish;
    fake_hub_run(hub, &run, "subscribe", "--reconnect", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run, 3, "", "blehubctl: blehubd or the bus went away\n");
}
END_TEST

/* connect and disconnect */

/* blehubctl asks for the MTU when it listens to the device already. */
static gboolean
lose_link_once_asked(gpointer user_data)
{
    if (device->asked == 0)
        return G_SOURCE_CONTINUE;
    lose_link(hub, hub->process);
    return G_SOURCE_REMOVE;
}

START_TEST(connect_holds_until_the_link_is_lost)
{
    g_auto(FakeRun) run = {0};

    g_timeout_add(5, lose_link_once_asked, NULL);
    fake_hub_run(hub, &run, "connect", ADDRESS, NULL);
    fake_run_assert(&run,
                    1,
                    ADDRESS " ready, MTU 247\n",
                    "blehubctl: the link was lost (remote)\n");
}
END_TEST

START_TEST(connect_options_reach_the_hub)
{
    g_auto(FakeRun) run = {0};
    static const char *const options[] = {
        "'Reconnect': <true>",
        "'ReconnectScan': <false>",
        "'BackoffInitialMs': <uint32 1500>",
        "'BackoffMaxMs': <uint32 30000>",
        "'StableMs': <uint32 2000>",
        "'LingerMs': <uint32 3000>",
        "'TimeoutMs': <uint32 4000>",
        "'AddressType': <'random'>",
        "'MinIntervalUs': <uint32 7500>",
        "'MaxIntervalUs': <uint32 15000>",
        "'Latency': <uint32 4>",
        "'SupervisionMs': <uint32 500>",
    };

    fake_hub_run(hub,
                 &run,
                 "connect",
                 ADDRESS,
                 "--duration=0.05",
                 "--reconnect",
                 "--blind",
                 "--backoff=1.5",
                 "--backoff-max=30",
                 "--stable=2",
                 "--linger=3",
                 "--connect-timeout=4",
                 "--address-type=random",
                 "--min-interval=7500",
                 "--max-interval=15000",
                 "--latency=4",
                 "--supervision=500",
                 NULL);
    fake_run_assert(&run, 0, ADDRESS " ready, MTU 247\n", "");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        ck_assert_msg(strstr(device->calls->str, options[i]) != NULL, "%s", options[i]);
}
END_TEST

START_TEST(connect_with_a_lease_prints_the_hold_and_ends)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "connect", "--lease=60", ADDRESS, NULL);
    fake_run_assert(&run, 0, ADDRESS " ready, MTU 247\n" FAKE_HOLD_PATH "\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Lifetime': <'lease'>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'LeaseMs': <uint32 60000>"));
}
END_TEST

START_TEST(options_that_have_nothing_to_do_are_wrong_usage)
{
    g_auto(FakeRun) leased = {0}, listed = {0};

    fake_hub_run(hub, &leased, "connect", "--lease=60", "--duration=5", ADDRESS, NULL);
    ck_assert_int_eq(leased.code, 2);
    fake_hub_run(hub, &listed, "bonds", "--adapter=hci0", NULL);
    ck_assert_int_eq(listed.code, 2);
    ck_assert_str_eq(device->calls->str, "");
}
END_TEST

START_TEST(disconnect_gives_up_what_was_left_behind_and_says_who_remains)
{
    g_auto(FakeRun) by_path = {0}, by_address = {0};

    g_clear_pointer(&device, fake_device_free);
    device = fake_device_new(hub);
    g_dbus_connection_unregister_object(hub->bus, device->objects[0]);
    fake_hub_add_hold(hub, FAKE_HOLD_PATH, "lease", 2);
    fake_hub_add_hold(hub, "/org/blehub/hold/2", "caller", 2);
    fake_hub_run(hub, &by_path, "disconnect", FAKE_HOLD_PATH, NULL);
    fake_run_assert(&by_path, 0, "", "");
    fake_hub_run(hub, &by_address, "disconnect", "c0:00:00:00:00:01", NULL);
    fake_run_assert(&by_address,
                    0,
                    "1 released; 2 held by programs that run, which keep the link\n",
                    "");
    ck_assert_uint_eq(hub->releases, 2);
}
END_TEST

START_TEST(disconnect_of_what_nobody_left_behind_fails)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "disconnect", ADDRESS, NULL);
    fake_run_assert(&run, 1, "0 released\n", "");
}
END_TEST

/* pair and bonds */

static GDBusMethodInvocation *pairing;
static const char *question;

/* Pair waits until the question is answered. */
static gboolean
ask(FakeDevice *self, const char *method, GDBusMethodInvocation *call)
{
    if (g_str_equal(method, "Pair")) {
        pairing = call;
        fake_device_emit(self, "PairingQuestion", g_variant_new_parsed(question));
        return TRUE;
    }
    if (g_str_equal(method, "AnswerPairing"))
        g_dbus_method_invocation_return_value(pairing, NULL);
    return FALSE;
}

static const struct {
    const char *question;
    const char *input;
    const char *asked;
    const char *answer;
} dialogues[] = {
    {"('confirm', {'Passkey': <uint32 1234>})",
     "y\n",
     "Does the device show 001234? [y/n] ",
     "AnswerPairing({'Accept': <true>},)\n"},
    {"('confirm', {'Passkey': <uint32 1234>})",
     "",
     "Does the device show 001234? [y/n] ",
     "AnswerPairing({'Accept': <false>},)\n"},
    {"('authorize', @a{sv} {})",
     "no\n",
     "Let the device pair? [y/n] ",
     "AnswerPairing({'Accept': <false>},)\n"},
};

START_TEST(pair_asks_the_user_and_passes_the_answer_on)
{
    g_auto(FakeRun) run = {0};

    device->on_call = ask;
    question = dialogues[_i].question;
    hub->input = dialogues[_i].input;
    fake_hub_run(hub, &run, "pair", "--capability=DisplayYesNo", ADDRESS, NULL);
    fake_run_assert(&run, 0, "Paired.\n", dialogues[_i].asked);
    ck_assert(g_str_has_suffix(device->calls->str, dialogues[_i].answer));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "Pair({'Capability': <'DisplayYesNo'>},)\n"));
}
END_TEST

/* And the pairing goes on by itself. */
static gboolean
ask_and_withdraw(FakeDevice *self, const char *method, GDBusMethodInvocation *call)
{
    if (!g_str_equal(method, "Pair"))
        return FALSE;
    fake_device_emit(self, "PairingQuestion", g_variant_new_parsed(question));
    fake_device_emit(self, "PairingQuestion", g_variant_new_parsed("('withdrawn', @a{sv} {})"));
    g_dbus_method_invocation_return_value(call, NULL);
    return TRUE;
}

START_TEST(pair_says_that_a_question_is_withdrawn_and_answers_it_no_more)
{
    g_auto(FakeRun) run = {0};

    device->on_call = ask_and_withdraw;
    hub->nobody_types = TRUE;
    question = "('confirm', {'Passkey': <uint32 1234>})";
    fake_hub_run(hub, &run, "pair", ADDRESS, NULL);
    fake_run_assert(&run,
                    0,
                    "Paired.\n",
                    "Does the device show 001234? [y/n] \nThe question is withdrawn.\n");
    ck_assert_ptr_null(strstr(device->calls->str, "AnswerPairing"));
}
END_TEST

START_TEST(pair_of_a_paired_device_says_so_and_is_no_failure)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub, "Pair", "org.blehub.Error.AlreadyExists", "the device is paired");
    fake_hub_run(hub, &run, "pair", ADDRESS, NULL);
    fake_run_assert(&run, 0, "Already paired.\n", "");
}
END_TEST

START_TEST(pair_passes_a_passkey_on)
{
    g_auto(FakeRun) run = {0};

    device->on_call = ask;
    question = "('enter-passkey', @a{sv} {})";
    hub->input = " 000042 \n";
    fake_hub_run(hub, &run, "pair", ADDRESS, NULL);
    fake_run_assert(&run, 0, "Paired.\n", "Which passkey does the device show? ");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Passkey': <uint32 42>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Accept': <true>"));
}
END_TEST

START_TEST(pair_that_fails_says_why)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub, "Pair", "org.blehub.Error.NotAuthorized", "the device refused");
    fake_hub_run(hub, &run, "pair", "--passkey=7", "--confirm", ADDRESS, NULL);
    fake_run_assert(&run, 1, "", "blehubctl: the device refused\n");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Passkey': <uint32 7>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Confirm': <true>"));
}
END_TEST

START_TEST(bonds_are_listed_and_removed)
{
    g_auto(FakeRun) none = {0}, list = {0}, removal = {0};

    fake_hub_run(hub, &none, "bonds", NULL);
    fake_run_assert(&none, 0, "no bonds\n", "");
    fake_hub_set_rows(hub,
                      "[{'Address': <'" ADDRESS "'>, 'AddressType': <'random'>, 'Name': "
                      "<'Strap\\u001b'>, 'Connected': <true>}]");
    fake_hub_run(hub, &list, "bonds", NULL);
    fake_run_assert(&list, 0, ADDRESS "  random  connected  Strap\xef\xbf\xbd\n", "");
    fake_hub_run(hub, &removal, "bonds", "--remove=" ADDRESS, "--address-type=random", NULL);
    fake_run_assert(&removal, 0, "", "");
    assert_calls("RemoveBond('" ADDRESS "', {'AddressType': <'random'>})\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, subscribe_prints_a_line_each_value_until_it_is_interrupted);
    tcase_add_test(tests, subscribe_ends_at_its_count);
    tcase_add_test(tests, subscribe_ends_after_its_duration);
    tcase_add_test(tests, subscribe_json_has_sequence_loss_and_times);
    tcase_add_test(tests, subscribe_ends_with_a_lost_link);
    tcase_add_test(tests, subscribe_that_reconnects_says_what_it_waits_for);
    tcase_add_test(tests, subscribe_ends_when_blehubd_goes_away);
    tcase_add_test(tests, connect_holds_until_the_link_is_lost);
    tcase_add_test(tests, connect_options_reach_the_hub);
    tcase_add_test(tests, connect_with_a_lease_prints_the_hold_and_ends);
    tcase_add_test(tests, options_that_have_nothing_to_do_are_wrong_usage);
    tcase_add_test(tests, disconnect_gives_up_what_was_left_behind_and_says_who_remains);
    tcase_add_test(tests, disconnect_of_what_nobody_left_behind_fails);
    tcase_add_loop_test(tests,
                        pair_asks_the_user_and_passes_the_answer_on,
                        0,
                        G_N_ELEMENTS(dialogues));
    tcase_add_test(tests, pair_says_that_a_question_is_withdrawn_and_answers_it_no_more);
    tcase_add_test(tests, pair_of_a_paired_device_says_so_and_is_no_failure);
    tcase_add_test(tests, pair_passes_a_passkey_on);
    tcase_add_test(tests, pair_that_fails_says_why);
    tcase_add_test(tests, bonds_are_listed_and_removed);
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-link-verbs");
    TCase *tests = tcase_create("a device");

    tcase_add_checked_fixture(tests, setup, teardown);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return bh_test_run_suite(suite);
}
