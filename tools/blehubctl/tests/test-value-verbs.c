/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verbs that read and write a device, and what can go wrong with any that has one, run against
 * a hub and a device that say what each test wants said: lines on stdout and stderr, exit codes,
 * and the calls as they were on the bus.
 */
#include "fake-device.h"
#include "fake-run.h"
#include "test-main.h"

#include <pty.h>
#include <string.h>
#include <unistd.h>

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
    {"write",
     {ADDRESS, "1802", "2a06", "-5"},
     "\"-5\" looks like an option: put \"--\" between the options and the first other word"},
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
    {"connect", {ADDRESS, "--backoff=1"}, "--backoff means something with --reconnect only"},
    {"connect", {ADDRESS, "--blind"}, "--blind means something with --reconnect only"},
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

    fake_hub_fail(hub, refusals[_i].method, refusals[_i].error, refusals[_i].message);
    fake_hub_run(hub, &run, "read", ADDRESS, "180f", "2a19", NULL);
    fake_run_assert(&run, refusals[_i].code, "", line);
}
END_TEST

/* read and write */

START_TEST(read_prints_the_value_in_hex)
{
    g_auto(FakeRun) run = {0};

    fake_device_set_reply(device, "Read", "(@ay [6, 72],)");
    fake_hub_run(hub, &run, "read", ADDRESS, "180d", "2a37", NULL);
    fake_run_assert(&run, 0, "0648\n", "");
    assert_calls(CONNECT "Read('180d', '2a37', {})\n");
}
END_TEST

START_TEST(read_prints_the_value_as_its_type_in_json_too)
{
    g_auto(FakeRun) text = {0}, json = {0};

    fake_device_set_reply(device, "Read", "(@ay [0xe8, 3],)");
    fake_hub_run(hub, &text, "read", ADDRESS, "-", "2a37", "--as=u16le", NULL);
    fake_run_assert(&text, 0, "1000\n", "");
    fake_hub_run(hub, &json, "--json", "read", ADDRESS, "-", "2a37", "--as=u16le", NULL);
    fake_run_assert(&json, 0, "{\"Value\":\"e803\",\"Decoded\":1000}\n", "");
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
    fake_run_assert(&run, 0, "\n", "");
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
    fake_run_assert(&hex, 0, "", "");
    fake_hub_run(hub, &number, "write", "--as=i16le", "--", ADDRESS, "1802", "2a06", "-2", NULL);
    fake_run_assert(&number, 0, "", "");
    fake_hub_run(hub, &text, "write", "--as=utf8", ADDRESS, "1802", "2a06", "a", "b", NULL);
    fake_run_assert(&text, 0, "", "");
    fake_hub_run(hub, &empty, "write", ADDRESS, "1802", "2a06", "", NULL);
    fake_run_assert(&empty, 0, "", "");
    assert_calls(CONNECT "Write('1802', '2a06', [0x01, 0x02, 0xff], {})\n" CONNECT
                         "Write('1802', '2a06', [0xfe, 0xff], {})\n" CONNECT
                         "Write('1802', '2a06', [0x61, 0x20, 0x62], {})\n" CONNECT
                         "Write('1802', '2a06', [], {})\n");
}
END_TEST

START_TEST(write_cannot_both_wait_and_not_wait)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub,
                 &run,
                 "write",
                 "--response",
                 "--no-response",
                 ADDRESS,
                 "1802",
                 "2a06",
                 "01",
                 NULL);
    fake_run_assert(&run, 2, "", "blehubctl: --response and --no-response: one of them\n");
    assert_calls("");
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

    fake_device_set_reply(device,
                          "Services",
                          "([{'UUID': <'0000180f-0000-1000-8000-00805f9b34fb'>, 'Name': "
                          "<'Battery'>, 'Characteristics': <[{'UUID': "
                          "<'00002a19-0000-1000-8000-00805f9b34fb'>, 'Name': <'Battery Level'>, "
                          "'Flags': <['read', 'notify']>, 'Value': <@ay [100]>}]>}],)");
    fake_hub_run(hub, &run, "explore", ADDRESS, NULL);
    fake_run_assert(&run,
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
    fake_run_assert(&run, 0, "{\"device_name\":\"A\\u009bB\",\"services\":[]}\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "'Values': <false>"));
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
    fake_run_assert(&run, 0, "read 180f 2a19: 100\nwrite 1802 2a06\nmtu: 247\n", "");
    ck_assert_ptr_nonnull(strstr(device->calls->str, "{'TimeoutMs': <uint32 3000>}"));
}
END_TEST

START_TEST(transact_says_which_step_failed)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub,
                  "Transact",
                  "org.blehub.Error.Att.WriteNotPermitted",
                  "step 2 (write): 0x03 Write not permitted");
    fake_hub_run(hub, &run, "transact", ADDRESS, "mtu", "--", "write", "1802", "2a06", "01", NULL);
    fake_run_assert(&run, 1, "", "blehubctl: step 2 (write): 0x03 Write not permitted\n");
}
END_TEST

/* Progress */

static gboolean
link_up(gpointer call)
{
    bh_dbus_hub1_complete_connect(hub->hub, call, FAKE_DEVICE_PATH, FAKE_HOLD_PATH);
    return G_SOURCE_REMOVE;
}

/* Longer than it takes until progress is shown. */
static gboolean
connect_slowly(FakeDevice *self, const char *method, GDBusMethodInvocation *call)
{
    if (g_str_equal(method, "Connect"))
        g_timeout_add(700, link_up, call);
    return g_str_equal(method, "Connect");
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(gboolean *)user_data = g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, NULL);
    ck_assert(*(gboolean *)user_data);
}

/* What blehubctl read shows on a terminal, which is its stderr. */
static char *
run_on_terminal(void)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr(GSubprocess) process = NULL;
    g_autofree char *bus = g_strdup_printf("--bus=%s", g_test_dbus_get_bus_address(hub->dbus));
    GString *shown = g_string_new(NULL);
    gboolean ended = FALSE;
    int terminal = -1, theirs = -1;
    char c = 0;

    ck_assert_int_eq(openpty(&terminal, &theirs, NULL, NULL, NULL), 0);
    g_subprocess_launcher_take_stderr_fd(launcher, theirs);
    process = g_subprocess_launcher_spawn(launcher,
                                          NULL,
                                          g_getenv("BLEHUBCTL"),
                                          bus,
                                          "read",
                                          ADDRESS,
                                          "180f",
                                          "2a19",
                                          NULL);
    ck_assert_ptr_nonnull(process);
    g_subprocess_wait_check_async(process, NULL, on_ended, &ended);
    while (!ended)
        g_main_context_iteration(NULL, TRUE);
    g_clear_object(&launcher); /* our own copy of their end; without it reading ends */
    while (read(terminal, &c, 1) == 1)
        g_string_append_c(shown, c);
    close(terminal);
    return g_string_free(shown, FALSE);
}

START_TEST(progress_is_shown_on_a_terminal_and_taken_away_again)
{
    g_autofree char *shown = NULL;

    fake_device_set_reply(device, "Read", "(@ay [1],)");
    device->on_call = connect_slowly;
    shown = run_on_terminal();
    ck_assert(g_str_has_prefix(shown, "\rconnecting to " ADDRESS " \xe2\x80\xa6 0 s"));
    ck_assert(g_str_has_suffix(shown, " \r"));
}
END_TEST

START_TEST(progress_is_not_shown_elsewhere)
{
    g_auto(FakeRun) run = {0};

    fake_device_set_reply(device, "Read", "(@ay [1],)");
    device->on_call = connect_slowly;
    fake_hub_run(hub, &run, "read", ADDRESS, "180f", "2a19", NULL);
    fake_run_assert(&run, 0, "01\n", "");
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, progress_is_shown_on_a_terminal_and_taken_away_again);
    tcase_add_test(tests, progress_is_not_shown_elsewhere);
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
    tcase_add_test(tests, write_cannot_both_wait_and_not_wait);
    tcase_add_test(tests, explore_shows_a_tree_under_the_name);
    tcase_add_test(tests, explore_json_is_the_object_of_the_hub_made_harmless);
    tcase_add_test(tests, transact_sends_its_steps_and_prints_a_line_each);
    tcase_add_test(tests, transact_says_which_step_failed);
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-value-verbs");
    TCase *tests = tcase_create("a device");

    tcase_add_checked_fixture(tests, setup, teardown);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return bh_test_run_suite(suite);
}
