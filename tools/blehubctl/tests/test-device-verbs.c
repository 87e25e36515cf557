/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verbs that work with one device, run against a hub and a device that say what each test wants
 * said: lines on stdout and stderr, exit codes, and the calls as they were on the bus.
 */
#include "fake-device.h"

#include <check.h>
#include <signal.h>
#include <string.h>

#define ADDRESS "C0:00:00:00:00:01"
#define CONNECT "Connect('" ADDRESS "', {})\n"

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
assert_run(const FakeRun *run, int code, const char *out, const char *err)
{
    ck_assert_str_eq(run->err, err);
    ck_assert_str_eq(run->out, out);
    ck_assert_int_eq(run->code, code);
}

static void
assert_calls(const char *expected)
{
    ck_assert_str_eq(device->calls->str, expected);
}

/* Of what can go wrong with any of them */

static const struct {
    const char *verb;
    const char *words[4];
    const char *err;
} mistakes[] = {
    {"read", {NULL}, "read takes ADDRESS SERVICE CHARACTERISTIC"},
    {"read", {"lamp", "180f", "2a19"}, "\"lamp\" is not an address, as C4:7C:8D:6A:11:02"},
    {"read", {ADDRESS, "180f", "2a1"}, "\"2a1\" is not a UUID, as 180d or in the long form"},
    {"read", {ADDRESS, "180f", "2a19", "--as=u7"}, NULL},
    {"write", {ADDRESS, "180f", "2a19"}, "write takes ADDRESS SERVICE CHARACTERISTIC VALUE…"},
    {"write", {ADDRESS, "180f", "2a19", "5"}, "\"5\" is not bytes in hexadecimal, two digits each"},
    {"subscribe", {ADDRESS, "180f"}, "subscribe takes ADDRESS SERVICE CHARACTERISTIC"},
    {"subscribe",
     {ADDRESS, "-", "2a19", "--count=-1"},
     "--count takes a whole number from 0 to 4294967295, not \"-1\""},
    {"explore", {ADDRESS, "180f"}, "explore takes ADDRESS"},
    {"explore",
     {ADDRESS, "--timeout=soon"},
     "--timeout takes seconds from 0 to 86400, not \"soon\""},
    {"connect", {NULL}, "connect takes ADDRESS"},
    {"connect", {ADDRESS, "--backoff=-1"}, "--backoff takes seconds from 0 to 86400, not \"-1\""},
    {"disconnect", {"/org/blehub/scan/1"}, NULL},
    {"pair",
     {ADDRESS, "--passkey=1000000"},
     "--passkey takes a whole number from 0 to 999999, not \"1000000\""},
    {"bonds", {ADDRESS}, "bonds takes no argument, \"" ADDRESS "\" was given"},
    {"transact", {ADDRESS}, "transact takes ADDRESS STEP [-- STEP…]"},
    {"transact", {ADDRESS, "erase"}, "step 1: \"erase\" is no verb of a transaction"},
};

START_TEST(wrong_usage_makes_no_link)
{
    g_auto(FakeRun) run = {0};
    const char *const *words = mistakes[_i].words;

    fake_hub_run(hub, &run, mistakes[_i].verb, words[0], words[1], words[2], words[3], NULL);
    ck_assert_int_eq(run.code, 2);
    ck_assert_str_eq(run.out, "");
    ck_assert(g_str_has_prefix(run.err, "blehubctl: "));
    if (mistakes[_i].err) {
        g_autofree char *line = g_strdup_printf("blehubctl: %s\n", mistakes[_i].err);

        ck_assert_str_eq(run.err, line);
    }
    assert_calls("");
}
END_TEST

static const struct {
    const char *method;
    const char *error;
    const char *message;
    int code;
    const char *err;
} refusals[] = {
    {"Connect", "org.blehub.Error.Timeout", "no link in 10000 ms", 1, "no link in 10000 ms"},
    {"Connect", "org.blehub.Error.NotReady", "the radio is off", 3, "not ready: the radio is off"},
    {"Read",
     "org.blehub.Error.Att.ReadNotPermitted",
     "0x02 Read not permitted",
     1,
     "0x02 Read not permitted"},
    {"Read", "org.blehub.Error.Disconnected", "the link was lost", 1, "the link was lost"},
    {"Read", "org.blehub.Error.InvalidArguments", "Instance: 7", 2, "Instance: 7"},
};

START_TEST(refusal_of_the_hub_or_the_device_is_one_line_and_its_exit_code)
{
    g_autofree char *line = g_strdup_printf("blehubctl: %s\n", refusals[_i].err);
    g_auto(FakeRun) run = {0};

    device->fails = refusals[_i].method;
    device->error = refusals[_i].error;
    device->message = refusals[_i].message;
    fake_hub_run(hub, &run, "read", ADDRESS, "180f", "2a19", NULL);
    assert_run(&run, refusals[_i].code, "", line);
}
END_TEST

/* read and write */

START_TEST(read_prints_the_value_in_hex)
{
    g_auto(FakeRun) run = {0};

    fake_device_set_reply(device, "Read", "(@ay [6, 72],)");
    fake_hub_run(hub, &run, "read", ADDRESS, "180d", "2a37", NULL);
    assert_run(&run, 0, "0648\n", "");
    assert_calls(CONNECT "Read('180d', '2a37', {})\n");
}
END_TEST

START_TEST(read_prints_the_value_as_its_type_in_json_too)
{
    g_auto(FakeRun) text = {0}, json = {0};

    fake_device_set_reply(device, "Read", "(@ay [0xe8, 3],)");
    fake_hub_run(hub, &text, "read", ADDRESS, "-", "2a37", "--as=u16le", NULL);
    assert_run(&text, 0, "1000\n", "");
    fake_hub_run(hub, &json, "--json", "read", ADDRESS, "-", "2a37", "--as=u16le", NULL);
    assert_run(&json, 0, "{\"Value\":\"e803\",\"Decoded\":1000}\n", "");
}
END_TEST

START_TEST(options_reach_connect_and_the_operation)
{
    g_auto(FakeRun) run = {0};

    fake_device_set_reply(device, "ReadDescriptor", "(@ay [],)");
    fake_hub_run(hub,
                 &run,
                 "read",
                 "--adapter=hci1",
                 "--instance=2",
                 "--timeout=0.25",
                 ADDRESS,
                 "180d",
                 "2a37",
                 "--descriptor=2901",
                 NULL);
    assert_run(&run, 0, "\n", "");
    ck_assert(
        g_str_has_prefix(device->calls->str, "Connect('" ADDRESS "', {'Adapter': <'hci1'>})"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "ReadDescriptor('180d', '2a37', '2901', {"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Instance': <uint32 2>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'TimeoutMs': <uint32 250>"));
}
END_TEST

START_TEST(write_sends_bytes_of_every_type_and_is_silent)
{
    g_auto(FakeRun) hex = {0}, number = {0}, text = {0}, empty = {0};

    fake_hub_run(hub, &hex, "write", ADDRESS, "1802", "2a06", "01", "02ff", NULL);
    assert_run(&hex, 0, "", "");
    fake_hub_run(hub, &number, "write", "--as=i16le", "--", ADDRESS, "1802", "2a06", "-2", NULL);
    assert_run(&number, 0, "", "");
    fake_hub_run(hub, &text, "write", "--as=utf8", ADDRESS, "1802", "2a06", "a", "b", NULL);
    assert_run(&text, 0, "", "");
    fake_hub_run(hub, &empty, "write", ADDRESS, "1802", "2a06", "", NULL);
    assert_run(&empty, 0, "", "");
    assert_calls(CONNECT "Write('1802', '2a06', [0x01, 0x02, 0xff], {})\n" CONNECT
                         "Write('1802', '2a06', [0xfe, 0xff], {})\n" CONNECT
                         "Write('1802', '2a06', [0x61, 0x20, 0x62], {})\n" CONNECT
                         "Write('1802', '2a06', [], {})\n");
}
END_TEST

START_TEST(write_asks_for_a_response_or_for_none)
{
    g_auto(FakeRun) with = {0}, without = {0}, descriptor = {0};

    fake_hub_run(hub, &with, "write", "--response", ADDRESS, "1802", "2a06", "01", NULL);
    fake_hub_run(hub, &without, "write", "--no-response", ADDRESS, "1802", "2a06", "01", NULL);
    fake_hub_run(hub,
                 &descriptor,
                 "write",
                 "--descriptor=2901",
                 ADDRESS,
                 "1802",
                 "2a06",
                 "01",
                 NULL);
    assert_calls(CONNECT "Write('1802', '2a06', [0x01], {'Response': <true>})\n" CONNECT
                         "Write('1802', '2a06', [0x01], {'Response': <false>})\n" CONNECT
                         "WriteDescriptor('1802', '2a06', '2901', [0x01], {})\n");
}
END_TEST

/* explore */

START_TEST(explore_shows_a_tree_under_the_name)
{
    g_auto(FakeRun) run = {0};

    fake_hub_set_rows(hub, "[{'Address': <'" ADDRESS "'>, 'Name': <'Strap'>}]");
    fake_device_set_reply(device,
                          "Services",
                          "([{'UUID': <'0000180f-0000-1000-8000-00805f9b34fb'>, 'Name': "
                          "<'Battery'>, 'Characteristics': <[{'UUID': "
                          "<'00002a19-0000-1000-8000-00805f9b34fb'>, 'Name': <'Battery Level'>, "
                          "'Flags': <['read', 'notify']>, 'Value': <@ay [100]>}]>}],)");
    fake_hub_run(hub, &run, "explore", ADDRESS, NULL);
    assert_run(&run,
               0,
               "Strap (" ADDRESS ")\n"
               "180f Battery\n"
               "  2a19 Battery Level [read, notify] = 64\n",
               "");
}
END_TEST

START_TEST(explore_json_is_the_object_of_the_hub_made_harmless)
{
    g_auto(FakeRun) run = {0};

    fake_device_set_reply(device,
                          "Explore",
                          "('{\"device_name\":\"A\\u009bB\",\"services\":[]}',)");
    fake_hub_run(hub, &run, "explore", "--json", "--no-values", ADDRESS, NULL);
    assert_run(&run, 0, "{\"device_name\":\"A\\u009bB\",\"services\":[]}\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Values': <false>"));
}
END_TEST

/* subscribe */

static void
send_sigint(FakeHub *self, GSubprocess *process)
{
    g_subprocess_send_signal(process, SIGINT);
}

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
    hub->when_starved = send_sigint;
    fake_hub_run(hub, &run, "subscribe", ADDRESS, "180d", "2a37", NULL);
    assert_run(&run, 0, "0648\n0649\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "Subscribe('180d', '2a37', {'Queue': "));
}
END_TEST

START_TEST(subscribe_ends_at_its_count)
{
    g_auto(FakeRun) run = {0};

    for (guint i = 0; i < 3; i++)
        fake_device_add_value(device, "\x48");
    fake_hub_run(hub, &run, "subscribe", "--count=2", "--as=u8", ADDRESS, "180d", "2a37", NULL);
    assert_run(&run, 0, "72\n72\n", "");
}
END_TEST

START_TEST(subscribe_ends_after_its_duration)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "subscribe", "--duration=0.05", ADDRESS, "180d", "2a37", NULL);
    assert_run(&run, 0, "", "");
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
    assert_run(&run,
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
    assert_run(&run, 1, "48\n", "blehubctl: the link was lost (remote)\n");
}
END_TEST

START_TEST(subscribe_that_reconnects_says_what_it_waits_for)
{
    g_auto(FakeRun) run = {0};

    hub->when_starved = lose_link_for_a_while;
    fake_hub_run(hub, &run, "subscribe", "--reconnect", ADDRESS, "180d", "2a37", NULL);
    assert_run(&run,
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
    assert_run(&run, 3, "", "blehubctl: blehubd or the bus went away\n");
}
END_TEST

/* connect and disconnect */

static gboolean
after_start(gpointer user_data)
{
    FakeHubFunc func = user_data;

    func(hub, hub->process);
    return G_SOURCE_REMOVE;
}

/* blehubctl asks for the properties when it has said that the link is ready, or will at once. */
static gboolean
lose_link_once_asked(gpointer user_data)
{
    if (!strstr(device->calls->str, "Connect"))
        return G_SOURCE_CONTINUE;
    g_timeout_add(100, after_start, lose_link);
    return G_SOURCE_REMOVE;
}

START_TEST(connect_holds_until_the_link_is_lost)
{
    g_auto(FakeRun) run = {0};

    g_timeout_add(5, lose_link_once_asked, NULL);
    fake_hub_run(hub, &run, "connect", ADDRESS, NULL);
    assert_run(&run, 1, ADDRESS " ready, MTU 247\n", "blehubctl: the link was lost (remote)\n");
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
    assert_run(&run, 0, ADDRESS " ready, MTU 247\n", "");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        ck_assert_msg(strstr(device->calls->str, options[i]) != NULL, "%s", options[i]);
}
END_TEST

START_TEST(connect_with_a_lease_prints_the_hold_and_ends)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "connect", "--lease=60", ADDRESS, NULL);
    assert_run(&run, 0, ADDRESS " ready, MTU 247\n" FAKE_HOLD_PATH "\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Lifetime': <'lease'>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'LeaseMs': <uint32 60000>"));
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
    assert_run(&by_path, 0, "", "");
    fake_hub_run(hub, &by_address, "disconnect", "c0:00:00:00:00:01", NULL);
    assert_run(&by_address,
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
    assert_run(&run, 1, "0 released\n", "");
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
    assert_run(&run, 0, "Paired.\n", dialogues[_i].asked);
    ck_assert(g_str_has_suffix(device->calls->str, dialogues[_i].answer));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "Pair({'Capability': <'DisplayYesNo'>},)\n"));
}
END_TEST

START_TEST(pair_passes_a_passkey_on)
{
    g_auto(FakeRun) run = {0};

    device->on_call = ask;
    question = "('enter-passkey', @a{sv} {})";
    hub->input = " 000042 \n";
    fake_hub_run(hub, &run, "pair", ADDRESS, NULL);
    assert_run(&run, 0, "Paired.\n", "Which passkey does the device show? ");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Passkey': <uint32 42>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Accept': <true>"));
}
END_TEST

START_TEST(pair_that_fails_says_why)
{
    g_auto(FakeRun) run = {0};

    device->fails = "Pair";
    device->error = "org.blehub.Error.NotAuthorized";
    device->message = "the device refused";
    fake_hub_run(hub, &run, "pair", "--passkey=7", "--confirm", ADDRESS, NULL);
    assert_run(&run, 1, "", "blehubctl: the device refused\n");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Passkey': <uint32 7>"));
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Confirm': <true>"));
}
END_TEST

START_TEST(bonds_are_listed_and_removed)
{
    g_auto(FakeRun) none = {0}, list = {0}, removal = {0};

    fake_hub_run(hub, &none, "bonds", NULL);
    assert_run(&none, 0, "no bonds\n", "");
    fake_hub_set_rows(hub,
                      "[{'Address': <'" ADDRESS "'>, 'AddressType': <'random'>, 'Name': "
                      "<'Strap\\u001b'>, 'Connected': <true>}]");
    fake_hub_run(hub, &list, "bonds", NULL);
    assert_run(&list, 0, ADDRESS "  random  connected  Strap\xef\xbf\xbd\n", "");
    fake_hub_run(hub, &removal, "bonds", "--remove=" ADDRESS, "--address-type=random", NULL);
    assert_run(&removal, 0, "", "");
    assert_calls("RemoveBond('" ADDRESS "', {'AddressType': <'random'>})\n");
}
END_TEST

/* transact */

START_TEST(transact_sends_its_steps_and_prints_a_line_each)
{
    g_auto(FakeRun) run = {0};

    fake_device_set_reply(device,
                          "Transact",
                          "([('read', {'Value': <@ay [100]>}), ('write', @a{sv} {}), ('mtu', "
                          "{'MTU': <uint16 247>})],)");
    fake_hub_run(hub,
                 &run,
                 "transact",
                 "--timeout=3",
                 ADDRESS,
                 "read",
                 "180f",
                 "2a19",
                 "as=u8",
                 "--",
                 "write",
                 "1802",
                 "2a06",
                 "01",
                 "--",
                 "mtu",
                 NULL);
    assert_run(&run, 0, "read 180f 2a19: 100\nwrite 1802 2a06\nmtu: 247\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "{'TimeoutMs': <uint32 3000>}"));
}
END_TEST

START_TEST(transact_says_which_step_failed)
{
    g_auto(FakeRun) run = {0};

    device->fails = "Transact";
    device->error = "org.blehub.Error.Att.WriteNotPermitted";
    device->message = "step 2 (write): 0x03 Write not permitted";
    fake_hub_run(hub, &run, "transact", ADDRESS, "mtu", "--", "write", "1802", "2a06", "01", NULL);
    assert_run(&run, 1, "", "blehubctl: step 2 (write): 0x03 Write not permitted\n");
}
END_TEST

static void
add_values(TCase *tests)
{
    tcase_add_loop_test(tests, wrong_usage_makes_no_link, 0, G_N_ELEMENTS(mistakes));
    tcase_add_loop_test(tests,
                        refusal_of_the_hub_or_the_device_is_one_line_and_its_exit_code,
                        0,
                        G_N_ELEMENTS(refusals));
    tcase_add_test(tests, read_prints_the_value_in_hex);
    tcase_add_test(tests, read_prints_the_value_as_its_type_in_json_too);
    tcase_add_test(tests, options_reach_connect_and_the_operation);
    tcase_add_test(tests, write_sends_bytes_of_every_type_and_is_silent);
    tcase_add_test(tests, write_asks_for_a_response_or_for_none);
    tcase_add_test(tests, explore_shows_a_tree_under_the_name);
    tcase_add_test(tests, explore_json_is_the_object_of_the_hub_made_harmless);
    tcase_add_test(tests, transact_sends_its_steps_and_prints_a_line_each);
    tcase_add_test(tests, transact_says_which_step_failed);
}

static void
add_links(TCase *tests)
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
    tcase_add_test(tests, disconnect_gives_up_what_was_left_behind_and_says_who_remains);
    tcase_add_test(tests, disconnect_of_what_nobody_left_behind_fails);
    tcase_add_loop_test(tests,
                        pair_asks_the_user_and_passes_the_answer_on,
                        0,
                        G_N_ELEMENTS(dialogues));
    tcase_add_test(tests, pair_passes_a_passkey_on);
    tcase_add_test(tests, pair_that_fails_says_why);
    tcase_add_test(tests, bonds_are_listed_and_removed);
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-device-verbs");
    TCase *tests = tcase_create("a device");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, setup, teardown);
    add_values(tests);
    add_links(tests);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
