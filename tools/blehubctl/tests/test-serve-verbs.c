/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The verbs of the peripheral role (advertise, serve, radio), run against a hub that says what each
 * test wants said.
 */
#include "fake-local.h"
#include "fake-run.h"
#include "test-main.h"

#include <glib/gstdio.h>
#include <string.h>

#define CENTRAL "C0:00:00:00:00:09"
#define ADAPTER "00:AA:01:00:00:00"
#define KNOWN "{'AddressType': <'random'>}"
#define TEMPERATURE "'0000181a-0000-1000-8000-00805f9b34fb', '00002a6e-0000-1000-8000-00805f9b34fb'"

static FakeHub *hub;
static FakeLocal *local;
static char *directory;
static char *file;

static void
setup(void)
{
    hub = fake_hub_new(TRUE);
    local = fake_local_new(hub);
    directory = g_dir_make_tmp("serve-XXXXXX", NULL);
    file = g_build_filename(directory, "weather.conf", NULL);
    ck_assert(g_file_set_contents(file,
                                  "[service 181a]\n"
                                  "[characteristic 181a/2a6e]\n"
                                  "Flags=read;notify\n",
                                  -1,
                                  NULL));
}

static void
teardown(void)
{
    g_remove(file);
    g_rmdir(directory);
    g_clear_pointer(&file, g_free);
    g_clear_pointer(&directory, g_free);
    g_clear_pointer(&local, fake_local_free);
    g_clear_pointer(&hub, fake_hub_free);
}

static void
assert_call(const char *expected)
{
    ck_assert_msg(strstr(local->calls->str, expected) != NULL,
                  "%s is not in %s",
                  expected,
                  local->calls->str);
}

/* advertise */

START_TEST(advertise_says_what_is_sent_and_who_comes_until_it_is_interrupted)
{
    g_auto(FakeRun) run = {0};

    local->idle_in = "WaitConnected";
    fake_local_add_connected(local, "('" CENTRAL "', " KNOWN ")");
    fake_hub_run(hub, &run, "advertise", "--name=Lamp", "--uuid=180f", NULL);
    fake_run_assert(&run,
                    0,
                    "advertising data 020106 (3)\nadvertising on " ADAPTER "\n" CENTRAL
                    " connected\n",
                    "");
    assert_call("'Name': <'Lamp'>");
    assert_call("'UUIDs': <['180f']>");
}
END_TEST

START_TEST(advertise_with_json_has_an_event_a_line)
{
    g_auto(FakeRun) run = {0};

    local->idle_in = "WaitConnected";
    fake_local_add_connected(local, "('" CENTRAL "', " KNOWN ")");
    fake_hub_run(hub, &run, "--json", "advertise", NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert_ptr_nonnull(
        strstr(run.out, "{\"Event\":\"packets\",\"AdvertisingData\":\"020106\",\"Timestamp\":"));
    ck_assert_ptr_nonnull(
        strstr(run.out, "{\"Event\":\"state\",\"State\":\"active\",\"Adapters\":"));
    ck_assert_ptr_nonnull(strstr(run.out,
                                 "{\"Event\":\"connected\",\"Address\":\"" CENTRAL
                                 "\",\"AddressType\":\"random\",\"Timestamp\":"));
}
END_TEST

START_TEST(advertise_until_connected_ends_with_the_first_central)
{
    g_auto(FakeRun) run = {0};

    fake_local_add_connected(local, "('" CENTRAL "', " KNOWN ")");
    fake_hub_run(hub, &run, "advertise", "--until-connected", NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert(g_str_has_suffix(run.out, CENTRAL " connected\n"));
    assert_call("'UntilConnected': <true>");
}
END_TEST

START_TEST(advertise_ends_when_its_time_is_over)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub, "WaitConnected", "org.blehub.Error.Timeout", "it has ended");
    fake_hub_run(hub, &run, "advertise", "--duration=1.5", NULL);
    ck_assert_int_eq(run.code, 0);
    assert_call("'TimeoutMs': <uint32 1500>");
}
END_TEST

/* Nobody can be waited for then. */
static gboolean
end_after_refusal(gpointer user_data)
{
    FakeLocal *self = user_data;

    if (!strstr(self->calls->str, "WaitConnected"))
        return G_SOURCE_CONTINUE;
    fake_local_change_state(self, "ended");
    return G_SOURCE_REMOVE;
}

START_TEST(what_nobody_can_connect_to_is_advertised_until_it_ends)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub,
                  "WaitConnected",
                  "org.blehub.Error.NotSupported",
                  "the advertisement is not connectable");
    g_timeout_add(1, end_after_refusal, local);
    fake_hub_run(hub, &run, "advertise", "Eddystone-URL", "URL=https://example.com/", NULL);
    ck_assert_str_eq(run.err, "");
    ck_assert_int_eq(run.code, 0);
    ck_assert(g_str_has_suffix(run.out, "advertising ended\n"));
}
END_TEST

START_TEST(advertise_takes_data_of_every_kind)
{
    g_auto(FakeRun) run = {0};

    local->idle_in = "WaitConnected";
    fake_hub_run(hub,
                 &run,
                 "advertise",
                 "--manufacturer=004c:0215",
                 "--service-data=181a:0a",
                 "--data=26:ff",
                 "--interval=100",
                 "--tx-power=-4",
                 NULL);
    ck_assert_int_eq(run.code, 0);
    assert_call("'ManufacturerData': <{uint16 76: <[byte 0x02, 0x15]>}>");
    assert_call("'ServiceData': <{'181a': <[byte 0x0a]>}>");
    assert_call("'Data': <{byte 0x26: <[byte 0xff]>}>");
    assert_call("'IntervalUs': <uint32 100000>");
    assert_call("'TxPower': <int16 -4>");
}
END_TEST

START_TEST(a_beacon_is_its_type_and_words)
{
    g_auto(FakeRun) run = {0};

    local->idle_in = "WaitConnected";
    fake_hub_run(hub,
                 &run,
                 "advertise",
                 "ibeacon",
                 "uuid=11223344-5566-7788-99aa-bbccddeeff00",
                 "major=1",
                 "minor=0x10",
                 "MeasuredPower=-60",
                 NULL);
    ck_assert_int_eq(run.code, 0);
    assert_call("{'Beacon': <{'Type': <'iBeacon'>, 'UUID': "
                "<'11223344-5566-7788-99aa-bbccddeeff00'>, 'Major': <int64 1>, 'Minor': "
                "<int64 16>, 'MeasuredPower': <int64 -60>}>}");
}
END_TEST

START_TEST(what_is_wrong_with_an_advertisement_is_said_before_anybody_is_asked)
{
    static const char *const cases[][2] = {
        {"--manufacturer=004c", "--manufacturer takes ID:HEX, as 004c:0215, not \"004c\""},
        {"--manufacturer=1004c:00", "--manufacturer takes ID:HEX, as 004c:0215, not \"1004c:00\""},
        {"--service-data=18:0g", "--service-data takes UUID:HEX, as 181a:0a0b, not \"18:0g\""},
        {"--uuid=18", "--uuid takes a UUID, as 180d or in the long form, not \"18\""},
        {"--interval=19", "--interval takes milliseconds from 20 to 10240, not \"19\""},
        {"--interval=nan", "--interval takes milliseconds from 20 to 10240, not \"nan\""},
        {"--tx-power=21", "--tx-power takes a whole number from -127 to 20, not \"21\""},
        {"lighthouse",
         "\"lighthouse\" is no type of beacon; there are iBeacon, AltBeacon, Eddystone-UID, "
         "Eddystone-URL, Eddystone-TLM, Eddystone-eTLM, Eddystone-EID"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(FakeRun) run = {0};
        g_autofree char *err = g_strdup_printf("blehubctl: %s\n", cases[i][1]);

        fake_hub_run(hub, &run, "advertise", cases[i][0], NULL);
        fake_run_assert(&run, 2, "", err);
    }
    ck_assert_str_eq(local->calls->str, "");
}
END_TEST

START_TEST(words_that_no_beacon_has_are_refused)
{
    static const char *const words[] = {"major", "major=", "major=one", "colour=red"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_auto(FakeRun) run = {0};

        fake_hub_run(hub, &run, "advertise", "iBeacon", words[i], NULL);
        ck_assert_int_eq(run.code, 2);
        ck_assert_ptr_nonnull(strstr(run.err, "is not KEY=VALUE of a beacon, as Major=1"));
    }
}
END_TEST

START_TEST(an_advertisement_that_blehubd_refuses_is_one_line)
{
    g_auto(FakeRun) run = {0};

    fake_hub_fail(hub,
                  "Advertise",
                  "org.blehub.Error.InvalidArguments",
                  "Name: needs 32 bytes, 31 of 31 are left in the scan response");
    fake_hub_run(hub, &run, "advertise", "--name=Lamp", NULL);
    fake_run_assert(&run,
                    2,
                    "",
                    "blehubctl: Name: needs 32 bytes, 31 of 31 are left in the scan response\n");
}
END_TEST

static void
rest_and_come_back(FakeLocal *self)
{
    fake_local_lose_radio(self);
    fake_local_change_state(self, "waiting");
    fake_local_change_state(self, "active");
}

START_TEST(advertise_goes_on_after_the_radio_was_off)
{
    g_auto(FakeRun) run = {0};

    local->idle_in = "WaitConnected";
    local->when_idle = rest_and_come_back;
    fake_hub_run(hub, &run, "advertise", NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert_ptr_nonnull(strstr(run.out, "advertising waits\nadvertising on " ADAPTER "\n"));
}
END_TEST

/* serve */

static void
leave_running(FakeLocal *self)
{
}

START_TEST(serve_registers_the_file_sets_values_and_advertises)
{
    g_auto(FakeRun) run = {0};

    local->when_idle = leave_running;
    fake_hub_run(hub,
                 &run,
                 "serve",
                 file,
                 "--set",
                 "181a/2a6e=i16le:2150",
                 "--duration=0.01",
                 NULL);
    fake_run_assert(&run,
                    0,
                    "serving on " ADAPTER "\nadvertising data 020106 (3)\nadvertising on " ADAPTER
                    "\n",
                    "");
    assert_call("RegisterApplication([], {'Definition': <'[service 181a]\\n");
    assert_call("SetValue('181a', '2a6e', [0x66, 0x08], {})\n");
    assert_call("'UUIDs': <['0000181a-0000-1000-8000-00805f9b34fb']>");
    assert_call("'Name': <'weather'>");
}
END_TEST

START_TEST(serve_without_advertising_advertises_nothing)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "serve", file, "--no-advertise", NULL);
    fake_run_assert(&run, 0, "serving on " ADAPTER "\n", "");
    ck_assert_ptr_null(strstr(local->calls->str, "Advertise"));
}
END_TEST

START_TEST(serve_shows_every_write)
{
    g_auto(FakeRun) run = {0};

    fake_local_add_written(local,
                           "('" CENTRAL "', " TEMPERATURE ", [byte 0x0a, 0x0b], {'Instance': "
                           "<uint32 0>, 'Timestamp': <int64 7>})");
    fake_local_add_written(local,
                           "('', " TEMPERATURE ", [byte 0x01, 0x00], {'Instance': <uint32 1>, "
                           "'Descriptor': <'00002901-0000-1000-8000-00805f9b34fb'>})");
    fake_hub_run(hub, &run, "serve", file, "--no-advertise", NULL);
    fake_run_assert(&run,
                    0,
                    "serving on " ADAPTER "\n" CENTRAL " wrote 181a/2a6e: 0a0b\n"
                    "a central wrote 181a/2a6e/2901 (instance 1): 0100\n",
                    "");
}
END_TEST

START_TEST(serve_with_json_and_a_type_decodes_writes)
{
    g_auto(FakeRun) run = {0};

    fake_local_add_written(local,
                           "('" CENTRAL "', " TEMPERATURE ", [byte 0x66, 0x08], {'Timestamp': "
                           "<int64 7>})");
    fake_hub_run(hub, &run, "--json", "serve", file, "--no-advertise", "--as=i16le", NULL);
    ck_assert_int_eq(run.code, 0);
    ck_assert_ptr_nonnull(
        strstr(run.out,
               "{\"Event\":\"written\",\"Service\":\"0000181a-0000-1000-8000-00805f9b34fb\","
               "\"Characteristic\":\"00002a6e-0000-1000-8000-00805f9b34fb\",\"Address\":\"" CENTRAL
               "\",\"Value\":\"6608\",\"Decoded\":2150,\"Timestamp\":7}\n"));
}
END_TEST

static void
have_a_visit(FakeLocal *self)
{
    static const char attribute[] = TEMPERATURE;
    g_autofree char *subscribed =
        g_strdup_printf("(%s, {'Instance': <uint32 0>, 'Count': <uint32 1>, 'Certain': <false>})",
                        attribute);
    g_autofree char *read =
        g_strdup_printf("(uint64 5, '" CENTRAL "', %s, {'Instance': <uint32 0>})", attribute);

    fake_local_emit(self, "CentralConnected", g_variant_new_parsed("('" CENTRAL "', " KNOWN ")"));
    fake_local_emit(self, "SubscribersChanged", g_variant_new_parsed(subscribed));
    fake_local_emit(self, "ReadRequested", g_variant_new_parsed(read));
}

/* The last thing that a visit makes the program do. */
static gboolean
interrupt_after_read(gpointer user_data)
{
    FakeLocal *self = user_data;

    if (!strstr(self->calls->str, "CompleteRead"))
        return G_SOURCE_CONTINUE;
    fake_local_emit(self,
                    "CentralDisconnected",
                    g_variant_new_parsed("('" CENTRAL "', " KNOWN ")"));
    ck_assert(g_dbus_connection_flush_sync(self->hub->bus, NULL, NULL));
    ck_assert(g_dbus_connection_close_sync(self->hub->bus, NULL, NULL));
    return G_SOURCE_REMOVE;
}

START_TEST(serve_shows_who_comes_subscribes_and_reads_and_answers_reads)
{
    g_auto(FakeRun) run = {0};

    local->when_idle = have_a_visit;
    g_timeout_add(1, interrupt_after_read, local);
    fake_hub_run(hub, &run, "serve", file, "--no-advertise", NULL);
    fake_run_assert(&run,
                    3,
                    "serving on " ADAPTER "\n" CENTRAL " connected\n"
                    "181a/2a6e: 1 subscribed, as far as BlueZ tells\n" CENTRAL
                    " reads 181a/2a6e\n" CENTRAL " disconnected\n",
                    "blehubctl: blehubd or the bus went away\n");
    assert_call("CompleteRead(5, [0x2a], {})\n");
}
END_TEST

static gboolean
interrupt_after_setting(gpointer user_data)
{
    FakeLocal *self = user_data;

    if (!strstr(self->calls->str, "SetValue"))
        return G_SOURCE_CONTINUE;
    fake_local_interrupt(self);
    return G_SOURCE_REMOVE;
}

START_TEST(serve_takes_values_from_its_input_and_complains_about_wrong_ones)
{
    g_auto(FakeRun) run = {0};

    hub->input = "# a comment\n181a=1\n181a/2a6e=0a\n";
    local->when_idle = leave_running;
    g_timeout_add(1, interrupt_after_setting, local);
    fake_hub_run(hub, &run, "serve", file, "--no-advertise", "--set=-", NULL);
    fake_run_assert(
        &run,
        0,
        "serving on " ADAPTER "\n",
        "blehubctl: a setting is SERVICE/CHARACTERISTIC=VALUE, as 181a/2a6e=i16le:2150\n");
    assert_call("SetValue('181a', '2a6e', [0x0a], {'Update': <true>})\n");
}
END_TEST

START_TEST(a_wrong_file_is_told_with_its_name_and_line_before_anybody_is_asked)
{
    g_auto(FakeRun) run = {0}, absent = {0};
    g_autofree char *expected = g_strdup_printf("blehubctl: %s: line 1:", file);

    ck_assert(g_file_set_contents(file, "[service 1800]\n", -1, NULL));
    fake_hub_run(hub, &run, "serve", file, NULL);
    ck_assert_int_eq(run.code, 2);
    ck_assert_msg(g_str_has_prefix(run.err, expected), "%s", run.err);
    fake_hub_run(hub, &absent, "serve", "/nonexistent.conf", NULL);
    ck_assert_int_eq(absent.code, 1);
    ck_assert_str_eq(local->calls->str, "");
}
END_TEST

START_TEST(wrong_settings_are_refused_before_anybody_is_asked)
{
    static const char *const settings[] = {"181a/2a6e",
                                           "2a6e=00",
                                           "181a/2a6e/2901/1=00",
                                           "181a/2a=00",
                                           "181a/2a6e=0",
                                           "181a/2a6e=u8:300"};

    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_auto(FakeRun) run = {0};

        fake_hub_run(hub, &run, "serve", file, "--set", settings[i], NULL);
        ck_assert_msg(run.code == 2, "%s: %d", settings[i], run.code);
    }
    ck_assert_str_eq(local->calls->str, "");
}
END_TEST

/* radio */

START_TEST(radio_off_says_whether_it_is_and_who_wants_it)
{
    g_auto(FakeRun) wanted = {0}, json = {0}, off = {0};

    fake_hub_run(hub, &wanted, "radio", "off", NULL);
    fake_run_assert(&wanted, 0, "still on: wanted by user 1000, programs outside of blehub\n", "");
    fake_hub_run(hub, &json, "--json", "radio", "off", "--timeout=2", NULL);
    fake_run_assert(&json, 0, "{\"Off\":false,\"Users\":[1000,4294967295]}\n", "");
    local->state = "off";
    fake_hub_run(hub, &off, "radio", "off", "--force", NULL);
    fake_run_assert(&off, 0, "off\n", "");
    ck_assert_str_eq(local->calls->str,
                     "RadioOff({},)\nRadioOff({'TimeoutMs': <uint32 2000>},)\n"
                     "RadioOff({'Force': <true>},)\n");
}
END_TEST

START_TEST(radio_on_is_quiet)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub, &run, "radio", "on", NULL);
    fake_run_assert(&run, 0, "", "");
    ck_assert_str_eq(local->calls->str, "RadioOn({},)\n");
}
END_TEST

START_TEST(radio_takes_one_word)
{
    g_auto(FakeRun) none = {0}, wrong = {0}, forced = {0};

    fake_hub_run(hub, &none, "radio", NULL);
    fake_run_assert(&none, 2, "", "blehubctl: radio takes on|off\n");
    fake_hub_run(hub, &wrong, "radio", "loud", NULL);
    fake_run_assert(&wrong, 2, "", "blehubctl: radio takes on|off\n");
    fake_hub_run(hub, &forced, "radio", "on", "--force", NULL);
    fake_run_assert(&forced, 2, "", "blehubctl: --force goes with off\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
    tcase_add_test(tests, advertise_says_what_is_sent_and_who_comes_until_it_is_interrupted);
    tcase_add_test(tests, advertise_with_json_has_an_event_a_line);
    tcase_add_test(tests, advertise_until_connected_ends_with_the_first_central);
    tcase_add_test(tests, advertise_ends_when_its_time_is_over);
    tcase_add_test(tests, what_nobody_can_connect_to_is_advertised_until_it_ends);
    tcase_add_test(tests, advertise_takes_data_of_every_kind);
    tcase_add_test(tests, a_beacon_is_its_type_and_words);
    tcase_add_test(tests, what_is_wrong_with_an_advertisement_is_said_before_anybody_is_asked);
    tcase_add_test(tests, words_that_no_beacon_has_are_refused);
    tcase_add_test(tests, an_advertisement_that_blehubd_refuses_is_one_line);
    tcase_add_test(tests, advertise_goes_on_after_the_radio_was_off);
    tcase_add_test(tests, serve_registers_the_file_sets_values_and_advertises);
    tcase_add_test(tests, serve_without_advertising_advertises_nothing);
    tcase_add_test(tests, serve_shows_every_write);
    tcase_add_test(tests, serve_with_json_and_a_type_decodes_writes);
    tcase_add_test(tests, serve_shows_who_comes_subscribes_and_reads_and_answers_reads);
    tcase_add_test(tests, serve_takes_values_from_its_input_and_complains_about_wrong_ones);
    tcase_add_test(tests, a_wrong_file_is_told_with_its_name_and_line_before_anybody_is_asked);
    tcase_add_test(tests, wrong_settings_are_refused_before_anybody_is_asked);
    tcase_add_test(tests, radio_off_says_whether_it_is_and_who_wants_it);
    tcase_add_test(tests, radio_on_is_quiet);
    tcase_add_test(tests, radio_takes_one_word);
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-serve-verbs");
    TCase *tests = tcase_create("the peripheral role");

    tcase_add_checked_fixture(tests, setup, teardown);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return bh_test_run_suite(suite);
}
