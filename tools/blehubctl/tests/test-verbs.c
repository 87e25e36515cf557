/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The installed program against a hub that says what each test wants said: the exact lines on
 * stdout and stderr, the exit code, and the options that reached the hub.
 */
#include "fake-run.h"
#include "test-main.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#define LAMP                                                                                       \
    "{'Address': <'11:22:33:44:55:66'>, 'AddressType': <'random'>, 'Name': <'Lamp'>,"              \
    " 'RSSI': <int16 -45>, 'DistanceM': <0.27542>}"
#define LAMP_LATER                                                                                 \
    "{'Address': <'11:22:33:44:55:66'>, 'AddressType': <'random'>, 'Name': <'Lamp'>,"              \
    " 'RSSI': <int16 -60>, 'DistanceM': <1.1>, 'Samples': <uint32 2>, 'RSSIMin': <int16 -60>,"     \
    " 'RSSIMax': <int16 -45>, 'RSSIMean': <-52.5>, 'RSSIStdDev': <7.5>}"
#define NAMELESS                                                                                   \
    "{'Address': <'AA:BB:CC:DD:EE:FF'>, 'AddressType': <'public'>, 'RSSI': <int16 -80>,"           \
    " 'DistanceM': <6.9>, 'Samples': <uint32 1>}"

#define LAMP_FOUND "Found: Lamp (11:22:33:44:55:66)\n  RSSI: -45 dBm | Distance: ~0.3 m\n"
#define LAMP_FOUND_LATER "Found: Lamp (11:22:33:44:55:66)\n  RSSI: -60 dBm | Distance: ~1.1 m\n"
#define LAMP_HEARD "Heard: Lamp (11:22:33:44:55:66)\n  RSSI: -60 dBm | Distance: ~1.1 m\n"
#define NAMELESS_FOUND "Found: (unknown) (AA:BB:CC:DD:EE:FF)\n  RSSI: -80 dBm | Distance: ~6.9 m\n"
#define LAMP_SUMMARY                                                                               \
    "  11:22:33:44:55:66 Lamp: 2 samples, -60 to -45 dBm, mean -52.5 dBm, deviation 7.5 dB\n"
#define NAMELESS_SUMMARY "  AA:BB:CC:DD:EE:FF (unknown): 1 sample\n"
#define ABSENT "blehubctl: blehubd is not running (org.blehub is not on this bus)\n"

static FakeHub *hub;

static void
setup(void)
{
    hub = fake_hub_new(TRUE);
}

static void
setup_absent(void)
{
    hub = fake_hub_new(FALSE);
}

static void
teardown(void)
{
    g_clear_pointer(&hub, fake_hub_free);
}

static void
send_sigterm(FakeHub *self, GSubprocess *process)
{
    g_subprocess_send_signal(process, SIGTERM);
}

static void
radio_comes(FakeHub *self, GSubprocess *process)
{
    bh_dbus_hub1_set_state(self->hub, "ready");
}

START_TEST(scan_prints_each_new_device_once_and_a_summary)
{
    g_auto(FakeRun) run = {0};

    fake_hub_add_report(hub, LAMP);
    fake_hub_add_report(hub, NAMELESS);
    fake_hub_add_report(hub, LAMP_LATER);
    fake_hub_set_rows(hub, "[" LAMP_LATER ", " NAMELESS "]");
    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub, &run, "scan", NULL);
    fake_run_assert(&run,
                    0,
                    LAMP_FOUND NAMELESS_FOUND
                    "Scan complete: 2 devices found\n" LAMP_SUMMARY NAMELESS_SUMMARY,
                    "");
    fake_hub_assert_options(hub, "@a{sv} {}");
    ck_assert_uint_eq(hub->releases, 1);
}
END_TEST

START_TEST(scan_all_prints_every_report)
{
    g_auto(FakeRun) run = {0};

    fake_hub_add_report(hub, LAMP);
    fake_hub_add_report(hub, LAMP_LATER);
    fake_hub_set_rows(hub, "[" LAMP_LATER "]");
    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub, &run, "scan", "--all", NULL);
    fake_run_assert(&run,
                    0,
                    LAMP_FOUND LAMP_HEARD "Scan complete: 1 devices found\n" LAMP_SUMMARY,
                    "");
}
END_TEST

START_TEST(scan_names_devices_whose_report_still_waited)
{
    g_auto(FakeRun) run = {0};

    fake_hub_set_rows(hub, "[" LAMP_LATER "]");
    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub, &run, "scan", NULL);
    fake_run_assert(&run, 0, LAMP_FOUND_LATER "Scan complete: 1 devices found\n" LAMP_SUMMARY, "");
}
END_TEST

START_TEST(scan_hides_escape_sequences_of_names)
{
    g_auto(FakeRun) run = {0};

    fake_hub_set_rows(hub, "[{'Address': <'A'>, 'Name': <'\\u001b]0;owned\\u0007'>}]");
    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub, &run, "scan", NULL);
    fake_run_assert(&run,
                    0,
                    "Found: \xef\xbf\xbd]0;owned\xef\xbf\xbd (A)\n  RSSI: unknown\n"
                    "Scan complete: 1 devices found\n"
                    "  A \xef\xbf\xbd]0;owned\xef\xbf\xbd: 0 samples\n",
                    "");
}
END_TEST

START_TEST(scan_json_is_a_line_each_report_and_a_summary)
{
    g_auto(FakeRun) run = {0};
    g_auto(GStrv) lines = NULL;
    g_autoptr(JsonNode) last = NULL;
    JsonObject *summary = NULL;

    fake_hub_add_report(hub, LAMP);
    fake_hub_add_report(hub, LAMP_LATER);
    fake_hub_set_rows(hub, "[" LAMP_LATER "]");
    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub, &run, "scan", "--json", NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert_str_eq(run.err, "");
    lines = g_strsplit(run.out, "\n", 0);
    ck_assert_uint_eq(g_strv_length(lines), 4);
    ck_assert_msg(g_str_has_prefix(lines[0],
                                   "{\"Address\":\"11:22:33:44:55:66\",\"AddressType\":\"random\","
                                   "\"RSSI\":-45,\"DistanceM\":0.27542"),
                  "%s",
                  lines[0]);
    ck_assert_ptr_nonnull(strstr(lines[0], ",\"Name\":\"Lamp\",\"Timestamp\":"));
    last = json_from_string(lines[2], NULL);
    ck_assert_ptr_nonnull(last);
    summary = json_object_get_object_member(json_node_get_object(last), "Summary");
    ck_assert_int_eq(json_object_get_int_member(summary, "Devices"), 1);
    ck_assert_int_eq(json_object_get_int_member(summary, "Reports"), 2);
    ck_assert_uint_eq(json_array_get_length(json_object_get_array_member(summary, "Rows")), 1);
    ck_assert(json_object_has_member(summary, "ElapsedMs"));
    ck_assert_int_eq(json_object_get_int_member(summary, "Lost"), 0);
}
END_TEST

START_TEST(scan_says_how_many_reports_were_lost)
{
    g_auto(FakeRun) run = {0};

    fake_hub_add_report(hub, LAMP);
    fake_hub_set_rows(hub, "[" LAMP_LATER "]");
    hub->lost = 3;
    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub, &run, "scan", NULL);
    fake_run_assert(&run,
                    0,
                    LAMP_FOUND "Scan complete: 1 devices found\n" LAMP_SUMMARY,
                    "blehubctl: 3 reports were lost: they came faster than they were read\n");
}
END_TEST

START_TEST(signal_ends_a_scan_with_its_summary)
{
    g_auto(FakeRun) run = {0};

    fake_hub_add_report(hub, LAMP);
    fake_hub_set_rows(hub, "[" LAMP_LATER "]");
    hub->when_starved = _i == 0 ? fake_hub_interrupt : send_sigterm;
    fake_hub_run(hub, &run, "scan", "--duration", "0", NULL);
    fake_run_assert(&run, 0, LAMP_FOUND "Scan complete: 1 devices found\n" LAMP_SUMMARY, "");
    ck_assert_uint_eq(hub->releases, 1);
}
END_TEST

START_TEST(scan_ends_after_its_duration)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "scan", "--duration", "0.05", NULL);
    fake_run_assert(&run, 0, "Scan complete: 0 devices found\n", "");
    ck_assert_uint_eq(hub->releases, 1);
}
END_TEST

START_TEST(scan_ends_at_its_count)
{
    g_auto(FakeRun) run = {0};

    fake_hub_add_report(hub, NAMELESS);
    fake_hub_add_report(hub, NAMELESS);
    fake_hub_add_report(hub, LAMP);
    fake_hub_set_rows(hub, "[" LAMP_LATER ", " NAMELESS "]");
    fake_hub_run(hub, &run, "scan", "--count=2", "--duration=0", NULL);
    fake_run_assert(&run,
                    0,
                    NAMELESS_FOUND LAMP_FOUND
                    "Scan complete: 2 devices found\n" LAMP_SUMMARY NAMELESS_SUMMARY,
                    "");
}
END_TEST

START_TEST(scan_says_what_it_waits_for_and_that_it_never_came)
{
    g_auto(FakeRun) run = {0};

    bh_dbus_hub1_set_state(hub->hub, "radio-off");
    fake_hub_run(hub, &run, "scan", "--duration", "0.05", NULL);
    fake_run_assert(&run,
                    3,
                    "Scan complete: 0 devices found\n",
                    "waiting for the radio (radio-off)\n");
}
END_TEST

START_TEST(scan_goes_on_when_the_radio_comes)
{
    g_auto(FakeRun) run = {0};

    bh_dbus_hub1_set_state(hub->hub, "no-adapter");
    hub->when_starved = radio_comes;
    fake_hub_run(hub, &run, "scan", "--duration", "0.5", NULL);
    fake_run_assert(&run,
                    0,
                    "Scan complete: 0 devices found\n",
                    "waiting for the radio (no-adapter)\nthe radio is ready\n");
}
END_TEST

START_TEST(scan_sums_up_what_it_knows_when_blehubd_goes_away)
{
    g_auto(FakeRun) run = {0};

    fake_hub_add_report(hub, LAMP);
    fake_hub_add_report(hub, LAMP_LATER);
    hub->when_starved = fake_hub_vanish;
    fake_hub_run(hub, &run, "scan", "--duration", "0", NULL);
    fake_run_assert(&run,
                    3,
                    LAMP_FOUND "Scan complete: 1 devices found\n" LAMP_SUMMARY,
                    "blehubctl: blehubd or the bus went away\n");
}
END_TEST

START_TEST(scan_options_reach_the_hub)
{
    g_auto(FakeRun) run = {0};

    hub->when_starved = fake_hub_finish_scan;
    fake_hub_run(hub,
                 &run,
                 "scan",
                 "--uuid=180d",
                 "-u",
                 "180f",
                 "--name=HR*",
                 "--address",
                 "11:*",
                 "--rssi",
                 "-70",
                 "--manufacturer=004c",
                 "--beacons=iBeacon,Eddystone",
                 "-b",
                 "altbeacon",
                 "--adapter=hci1",
                 "--report=all",
                 "--min-interval=250",
                 "--passive",
                 "--preset=balanced",
                 NULL);
    ck_assert_str_eq(run.err, "");
    ck_assert_int_eq(run.code, 0);
    fake_hub_assert_options(
        hub,
        "{'UUIDs': <['180d', '180f']>, 'NamePattern': <'HR*'>,"
        " 'AddressPattern': <'11:*'>, 'RSSI': <int16 -70>,"
        " 'ManufacturerIds': <[uint16 76]>,"
        " 'Beacons': <['iBeacon', 'Eddystone', 'altbeacon']>, 'Adapter': <'hci1'>,"
        " 'Report': <'all'>,"
        " 'Preset': <'balanced'>, 'Active': <false>, 'MinIntervalMs': <uint32 250>}");
}
END_TEST

START_TEST(discover_prints_a_table)
{
    g_auto(FakeRun) run = {0};

    fake_hub_set_rows(hub, "[" LAMP_LATER ", " NAMELESS "]");
    fake_hub_run(hub, &run, "discover", "--duration=0.5", "--count=2", "--rssi=-90", NULL);
    fake_run_assert(
        &run,
        0,
        "ADDRESS            TYPE    RSSI    MEAN  DISTANCE  SAMPLES     AGE  NAME\n"
        "11:22:33:44:55:66  random   -60   -52.5    ~1.1 m        2       -  Lamp\n"
        "AA:BB:CC:DD:EE:FF  public   -80       -    ~6.9 m        1       -  (unknown)\n",
        "");
    fake_hub_assert_options(
        hub,
        "{'DurationMs': <uint32 500>, 'Count': <uint32 2>, 'RSSI': <int16 -90>}");
}
END_TEST

START_TEST(discover_leaves_defaults_to_the_hub)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "discover", NULL);
    fake_run_assert(&run, 0, "No devices.\n", "");
    fake_hub_assert_options(hub, "@a{sv} {}");
}
END_TEST

START_TEST(devices_json_is_an_object_a_line)
{
    g_auto(FakeRun) run = {0};

    fake_hub_set_rows(hub, "[{'Address': <'A'>, 'RSSI': <int16 -1>}, {'Address': <'B'>}]");
    fake_hub_run(hub, &run, "--json", "devices", "--name=*", NULL);
    fake_run_assert(&run, 0, "{\"Address\":\"A\",\"RSSI\":-1}\n{\"Address\":\"B\"}\n", "");
    fake_hub_assert_options(hub, "{'NamePattern': <'*'>}");
}
END_TEST

START_TEST(status_prints_hub_and_adapters)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "status", NULL);
    fake_run_assert(&run,
                    0,
                    "State:         ready\n"
                    "Version:       0.1.0\n"
                    "BlueZ:         5.66\n"
                    "Capabilities:  scan\n"
                    "Adapters:\n"
                    "  00:AA:01:00:00:00 (hci0): idle, roles central, peripheral\n"
                    "    heard 0 reports\n"
                    "Limits:\n"
                    "  MaxScans             32\n"
                    "Counters:\n"
                    "  Reports              7\n",
                    "");
}
END_TEST

static const struct {
    const char *name;
    const char *message;
    int code;
    const char *err;
} refusals[] = {
    {"org.blehub.Error.InvalidArguments", "RSSI too much", 2, "blehubctl: RSSI too much\n"},
    {"org.blehub.Error.NotReady", "radio-off", 3, "blehubctl: not ready: radio-off\n"},
    {"org.blehub.Error.LimitExceeded", "32 scans", 1, "blehubctl: 32 scans\n"},
    {"org.blehub.Error.Failed", "\x1b[2Jx", 1, "blehubctl: \xef\xbf\xbd[2Jx\n"},
    {"org.freedesktop.DBus.Error.AccessDenied", "policy", 1, "blehubctl: policy\n"},
    {"org.freedesktop.DBus.Error.NoReply", "gone", 3, "blehubctl: blehubd or the bus went away\n"},
    {"com.example.Strange", "odd", 1, "blehubctl: odd\n"},
};

START_TEST(refusal_of_the_hub_is_one_line_and_its_exit_code)
{
    static const char *const verbs[] = {"scan", "discover", "devices"};

    fake_hub_fail(hub, NULL, refusals[_i].name, refusals[_i].message);
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_auto(FakeRun) run = {0};

        fake_hub_run(hub, &run, verbs[i], NULL);
        fake_run_assert(&run, refusals[_i].code, "", refusals[_i].err);
    }
}
END_TEST

START_TEST(absent_blehubd_is_exit_code_3)
{
    static const char *const verbs[] = {"status", "scan", "discover", "devices"};
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, verbs[_i], NULL);
    fake_run_assert(&run, 3, "", ABSENT);
}
END_TEST

START_TEST(bus_that_cannot_be_reached_is_exit_code_3)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "devices", "--bus=unix:path=/nonexistent/bus", NULL);
    ck_assert_int_eq(run.code, 3);
    ck_assert_str_eq(run.out, "");
    ck_assert(g_str_has_prefix(run.err,
                               "blehubctl: cannot reach the bus \"unix:path=/nonexistent/bus\": "));
}
END_TEST

START_TEST(bus_is_taken_from_the_environment)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *err = NULL;
    const char *line[] = {g_getenv("BLEHUBCTL"), "devices", NULL};
    int status = 0;

    g_setenv("BLEHUB_BUS", g_test_dbus_get_bus_address(hub->dbus), TRUE);
    ck_assert(g_spawn_sync(NULL, (char **)line, NULL, 0, NULL, NULL, &out, &err, &status, &error));
    g_unsetenv("BLEHUB_BUS");
    ck_assert_str_eq(err, ABSENT);
    ck_assert_int_eq(WEXITSTATUS(status), 3);
}
END_TEST

static const struct {
    const char *arguments[3];
    const char *err;
} mistakes[] = {
    {{NULL}, "blehubctl: no verb given, see blehubctl --help\n"},
    {{"fly"}, "blehubctl: unknown verb \"fly\", see blehubctl --help\n"},
    {{"--fly"}, "blehubctl: Unknown option --fly\n"},
    {{"scan", "--fly"}, "blehubctl: Unknown option --fly\n"},
    {{"devices", "x"}, "blehubctl: devices takes no argument, \"x\" was given\n"},
    {{"scan", "--rssi=x"}, "blehubctl: --rssi takes a whole number from -127 to 20, not \"x\"\n"},
    {{"discover", "--count=-1"},
     "blehubctl: --count takes a whole number from 0 to 4294967295, not \"-1\"\n"},
    {{"decode"}, "blehubctl: decode takes advertising data in hex digits\n"},
    {{"decode", "0x0201060"}, "blehubctl: decode takes pairs of hex digits, and these are 7\n"},
    {{"decode", "02 0"}, "blehubctl: decode takes pairs of hex digits, and these are 3\n"},
    {{"decode", "02 0g"}, "blehubctl: decode takes advertising data in hex digits\n"},
    {{"scan", "--uuid=180g"},
     "blehubctl: --uuid takes a UUID, as 180d or in the long form, not \"180g\"\n"},
    {{"help", "fly"}, "blehubctl: unknown verb \"fly\", see blehubctl --help\n"},
    {{"uuid"}, "blehubctl: uuid takes a UUID or a word of a name\n"},
    {{"scan", "--name=\xff"}, "blehubctl: arguments must be UTF-8 text\n"},
};

START_TEST(wrong_usage_is_one_line_and_exit_code_2)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, mistakes[_i].arguments[0], mistakes[_i].arguments[1], NULL);
    fake_run_assert(&run, 2, "", mistakes[_i].err);
}
END_TEST

START_TEST(help_and_version_need_no_blehubd)
{
    static const char *const verbs[] = {"status",
                                        "devices",
                                        "scan",
                                        "discover",
                                        "connect",
                                        "disconnect",
                                        "explore",
                                        "read",
                                        "write",
                                        "subscribe",
                                        "transact",
                                        "pair",
                                        "bonds",
                                        "decode",
                                        "uuid"};
    g_auto(FakeRun) version = {0}, help = {0}, help_verb = {0};

    fake_hub_run(hub, &version, "--version", NULL);
    fake_run_assert(&version, 0, "blehubctl " BH_VERSION "\n", "");
    fake_hub_run(hub, &help, "--help", NULL);
    ck_assert_int_eq(help.code, 0);
    fake_hub_run(hub, &help_verb, "help", NULL);
    fake_run_assert(&help_verb, 0, help.out, "");
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *listed = g_strdup_printf("\n  %-10s ", verbs[i]);
        g_autofree char *usage = g_strdup_printf("Usage:\n  blehubctl %s ", verbs[i]);
        g_auto(FakeRun) run = {0}, same = {0};

        ck_assert_msg(strstr(help.out, listed) != NULL, "%s", verbs[i]);
        fake_hub_run(hub, &run, verbs[i], "--help", NULL);
        ck_assert_int_eq(run.code, 0);
        ck_assert_str_eq(run.err, "");
        ck_assert_msg(g_str_has_prefix(run.out, usage), "%s", run.out);
        ck_assert_ptr_nonnull(strstr(run.out, "--json"));
        fake_hub_run(hub, &same, "help", verbs[i], NULL);
        fake_run_assert(&same, 0, run.out, "");
    }
}
END_TEST

START_TEST(decode_and_uuid_need_no_bus)
{
    g_auto(FakeRun) decode = {0}, tail = {0}, uuid = {0}, search = {0}, nothing = {0};

    fake_hub_run(hub, &decode, "decode", "0201", "06", "020a04", NULL);
    fake_run_assert(&decode,
                    0,
                    "0x01 Flags: LE general discoverable, BR/EDR not supported\n"
                    "0x0a TX power: 4 dBm\n",
                    "");
    fake_hub_run(hub, &tail, "decode", "020a0405", NULL);
    fake_run_assert(&tail, 1, "0x0a TX power: 4 dBm\nMalformed at byte 3: 05\n", "");
    fake_hub_run(hub, &uuid, "uuid", "0x180D", "--json", NULL);
    fake_run_assert(&uuid,
                    0,
                    "{\"UUID\":\"0000180d-0000-1000-8000-00805f9b34fb\",\"Short\":\"180d\","
                    "\"Name\":\"Heart Rate\",\"Kind\":\"service\"}\n",
                    "");
    fake_hub_run(hub, &search, "uuid", "heart", "RATE", "max", NULL);
    fake_run_assert(
        &search,
        0,
        "2a8d      00002a8d-0000-1000-8000-00805f9b34fb  characteristic  Heart Rate Max\n",
        "");
    fake_hub_run(hub, &nothing, "uuid", "xyzzy", NULL);
    fake_run_assert(&nothing,
                    1,
                    "",
                    "blehubctl: \"xyzzy\" is not a UUID, and no standard name contains it\n");
}
END_TEST

static TCase *
present_case(void)
{
    TCase *tests = tcase_create("blehubd is there");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, scan_prints_each_new_device_once_and_a_summary);
    tcase_add_test(tests, scan_all_prints_every_report);
    tcase_add_test(tests, scan_names_devices_whose_report_still_waited);
    tcase_add_test(tests, scan_hides_escape_sequences_of_names);
    tcase_add_test(tests, scan_json_is_a_line_each_report_and_a_summary);
    tcase_add_test(tests, scan_says_how_many_reports_were_lost);
    tcase_add_loop_test(tests, signal_ends_a_scan_with_its_summary, 0, 2);
    tcase_add_test(tests, scan_ends_after_its_duration);
    tcase_add_test(tests, scan_ends_at_its_count);
    tcase_add_test(tests, scan_says_what_it_waits_for_and_that_it_never_came);
    tcase_add_test(tests, scan_goes_on_when_the_radio_comes);
    tcase_add_test(tests, scan_sums_up_what_it_knows_when_blehubd_goes_away);
    tcase_add_test(tests, scan_options_reach_the_hub);
    tcase_add_test(tests, discover_prints_a_table);
    tcase_add_test(tests, discover_leaves_defaults_to_the_hub);
    tcase_add_test(tests, devices_json_is_an_object_a_line);
    tcase_add_test(tests, status_prints_hub_and_adapters);
    tcase_add_loop_test(tests,
                        refusal_of_the_hub_is_one_line_and_its_exit_code,
                        0,
                        G_N_ELEMENTS(refusals));
    return tests;
}

static TCase *
absent_case(void)
{
    TCase *tests = tcase_create("blehubd is not there");

    tcase_add_checked_fixture(tests, setup_absent, teardown);
    tcase_add_loop_test(tests, absent_blehubd_is_exit_code_3, 0, 4);
    tcase_add_test(tests, bus_that_cannot_be_reached_is_exit_code_3);
    tcase_add_test(tests, bus_is_taken_from_the_environment);
    tcase_add_loop_test(tests, wrong_usage_is_one_line_and_exit_code_2, 0, G_N_ELEMENTS(mistakes));
    tcase_add_test(tests, help_and_version_need_no_blehubd);
    tcase_add_test(tests, decode_and_uuid_need_no_bus);
    return tests;
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-verbs");

    suite_add_tcase(suite, present_case());
    suite_add_tcase(suite, absent_case());
    return bh_test_run_suite(suite);
}
