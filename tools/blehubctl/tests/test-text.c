/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What blehubctl prints, word by word, from values made here: advertising data, rows, status.
 * Company names are left out (no database given) except where the database itself is the subject.
 */
#include "ad-text.h"
#include "bh-hex.h"
#include "filter-options.h"
#include "row-json.h"
#include "row-text.h"
#include "status-text.h"
#include "terminal.h"
#include "test-main.h"
#include "test-words.h"

#include <string.h>

/* decode */

static const struct {
    const char *hex;
    const char *text;
} payloads[] = {
    {"020106", "0x01 Flags: LE general discoverable, BR/EDR not supported\n"},
    {"020100", "0x01 Flags: 00\n"},
    {"02011f",
     "0x01 Flags: LE limited discoverable, LE general discoverable, BR/EDR not supported, "
     "LE and BR/EDR (controller), LE and BR/EDR (host)\n"},
    {"0101", "0x01 Flags: (impossible value)\n"},
    {"05020d180f18", "0x02 Incomplete 16-bit services: 180d (Heart Rate), 180f (Battery)\n"},
    {"0303ffff", "0x03 Complete 16-bit services: ffff\n"},
    {"0103", "0x03 Complete 16-bit services: none\n"},
    {"04030d1800", "0x03 Complete 16-bit services: 0d1800 (impossible value)\n"},
    {"050578563412", "0x05 Complete 32-bit services: 12345678\n"},
    {"05040d180000", "0x04 Incomplete 32-bit services: 0000180d (Heart Rate)\n"},
    {"1107efcdab8967452301efcdab8967452301",
     "0x07 Complete 128-bit services: 01234567-89ab-cdef-0123-456789abcdef\n"},
    {"1106fb349b5f80000080001000000d180000",
     "0x06 Incomplete 128-bit services: 0000180d-0000-1000-8000-00805f9b34fb (Heart Rate)\n"},
    {"04084c6564", "0x08 Short name: \"Led\"\n"},
    {"06094cc3a16d70", "0x09 Complete name: \"L\xc3\xa1mp\"\n"},
    {"0509411b5b6d", "0x09 Complete name: \"A\xef\xbf\xbd[m\"\n"},
    {"0109", "0x09 Complete name: \"\"\n"},
    {"020ac5", "0x0a TX power: -59 dBm\n"},
    {"030ac500", "0x0a TX power: c500 (impossible value)\n"},
    {"040d040424", "0x0d Class of device: 040424\n"},
    {"051210002000", "0x12 Connection intervals: 20.00 to 40.00 ms\n"},
    {"031212 00", "0x12 Connection intervals: 1200 (impossible value)\n"},
    {"03140d18", "0x14 Solicited 16-bit services: 180d (Heart Rate)\n"},
    {"051f0d180000", "0x1f Solicited 32-bit services: 0000180d (Heart Rate)\n"},
    {"04160f1864", "0x16 Service data: 180f (Battery): 64\n"},
    {"03160f18", "0x16 Service data: 180f (Battery): \n"},
    {"02160f", "0x16 Service data: 0f (impossible value)\n"},
    {"062078563412aa", "0x20 Service data: 12345678: aa\n"},
    {"1221efcdab8967452301efcdab896745230101",
     "0x21 Service data: 01234567-89ab-cdef-0123-456789abcdef: 01\n"},
    {"0717665544332211", "0x17 Public target addresses: 11:22:33:44:55:66\n"},
    {"0d1866554433221106050403 0201",
     "0x18 Random target addresses: 11:22:33:44:55:66, 01:02:03:04:05:06\n"},
    {"0217aa", "0x17 Public target addresses: aa (impossible value)\n"},
    {"0319 4103", "0x19 Appearance: 0x0341\n"},
    {"031aa000", "0x1a Advertising interval: 100.000 ms\n"},
    {"042f400600", "0x2f Advertising interval, long: 1000.000 ms\n"},
    {"021a01", "0x1a Advertising interval: 01 (impossible value)\n"},
    {"081b66554433221101", "0x1b Device address: 11:22:33:44:55:66 (random)\n"},
    {"081b66554433221100", "0x1b Device address: 11:22:33:44:55:66 (public)\n"},
    {"021c02", "0x1c LE role: both, peripheral preferred\n"},
    {"021c04", "0x1c LE role: 04 (impossible value)\n"},
    {"0824172f2f612e6465", "0x24 URI: https://a.de\n"},
    {"062416 2f2f6162", "0x24 URI: http://ab\n"},
    {"0424016162", "0x24 URI: ab\n"},
    {"0424026162", "0x24 URI: (scheme 0x02) ab\n"},
    {"043041 4243", "0x30 Broadcast name: \"ABC\"\n"},
    {"05ff4c000215", "0xff Manufacturer data: 004c: 0215\n"},
    {"03ffffff", "0xff Manufacturer data: ffff: \n"},
    {"02ff4c", "0xff Manufacturer data: 4c (impossible value)\n"},
    {"037f0102", "0x7f Unknown: 0102\n"},
    {"020106 0000", "0x01 Flags: LE general discoverable, BR/EDR not supported\n"},
};

START_TEST(every_structure_is_put_into_words)
{
    g_autoptr(GBytes) bytes = bh_bytes_from_hex(payloads[_i].hex);
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    BhAdTail tail;

    ctl_assert_text(bh_ad_text(data, size, NULL, &tail), payloads[_i].text);
    ck_assert(!tail.malformed);
    ck_assert_uint_eq(tail.tail_size, 0);
}
END_TEST

START_TEST(malformed_tail_is_shown_after_what_is_good)
{
    static const guint8 data[] = {0x02, 0x0a, 0xc5, 0x05, 0x09, 'A', 'b'};
    BhAdTail tail;

    ctl_assert_text(bh_ad_text(data, sizeof data, NULL, &tail),
                    "0x0a TX power: -59 dBm\nMalformed at byte 3: 05094162\n");
    ck_assert(tail.malformed);
    ck_assert_uint_eq(tail.tail_size, 4);
    ctl_assert_text(
        bh_ad_json(data, sizeof data, NULL, &tail),
        "{\"Structures\":[{\"Type\":\"0a\",\"TypeName\":\"TX power\",\"Data\":\"c5\","
        "\"Value\":\"-59 dBm\"}],\"Row\":{\"TxPower\":-59},\"Malformed\":\"05094162\"}");
    ck_assert(tail.malformed);
}
END_TEST

START_TEST(bytes_behind_an_early_end_are_shown_and_not_malformed)
{
    static const guint8 data[] = {0x02, 0x0a, 0xc5, 0x00, 0x02, 0x0a, 0x01};
    BhAdTail tail;

    ctl_assert_text(bh_ad_text(data, sizeof data, NULL, &tail),
                    "0x0a TX power: -59 dBm\nAfter the end at byte 3: 00020a01\n");
    ck_assert(!tail.malformed);
}
END_TEST

START_TEST(every_type_and_length_can_be_explained)
{
    guint8 data[40] = {0};

    for (guint type = 0; type <= 0xff; type++) {
        for (guint length = 0; length <= 36; length++) {
            BhAdTail tail;
            g_autofree char *text = NULL, *json = NULL;

            data[0] = (guint8)(length + 1);
            data[1] = (guint8)type;
            text = bh_ad_text(data, length + 2, NULL, &tail);
            ck_assert(g_str_has_suffix(text, "\n"));
            ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
            json = bh_ad_json(data, length + 2, NULL, &tail);
            ck_assert(g_utf8_validate(json, -1, NULL));
            ck_assert(!tail.malformed);
        }
    }
}
END_TEST

START_TEST(company_names_come_from_the_hardware_database)
{
    g_autoptr(BhCompanies) companies = bh_companies_new();

    ck_assert_str_eq(bh_companies_peek_name(companies, 0x004c), "Apple, Inc.");
    ck_assert_ptr_null(bh_companies_peek_name(companies, 0xfffe));
    ck_assert_ptr_null(bh_companies_peek_name(NULL, 0x004c));
}
END_TEST

/* terminal */

START_TEST(nothing_from_the_air_steers_the_terminal)
{
    static const struct {
        const char *name, *shown;
    } rows[] = {
        {"L\xc3\xa1mp 1", "L\xc3\xa1mp 1"},
        {"\x1b[31mred", "\xef\xbf\xbd[31mred"},
        {"a\nb\tc\rd",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"
         "c\xef\xbf\xbd"
         "d"},
        {"\x7f", "\xef\xbf\xbd"},
        {"\xc2\x9b"
         "31m",
         "\xef\xbf\xbd"
         "31m"},
        {"\xe2\x80\xae"
         "evil",
         "\xef\xbf\xbd"
         "evil"},
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xa9",
         "a\xef\xbf\xbd"
         "b\xef\xbf\xbd"},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        bh_terminal_append(out, rows[i].name);
        ck_assert_str_eq(out->str, rows[i].shown);
    }
}
END_TEST

START_TEST(json_escapes_what_could_steer_the_terminal)
{
    g_autoptr(GVariant) row = ctl_parse("a{sv}",
                                        "{'Name': <'\\u001b[0m\\u009b1m\\u007f\\u202e\\u2066ä'>,"
                                        " 'URI': <'\\u2028\\u2029\\U000e0001\\U0001f600'>}");

    ctl_assert_text(bh_json_take_line(bh_json_from_variant(row)),
                    "{\"Name\":\"\\u001b[0m\\u009b1m\\u007f\\u202e\\u2066\xc3\xa4\","
                    "\"URI\":\"\\u2028\\u2029\\udb40\\udc01\xf0\x9f\x98\x80\"}");
}
END_TEST

/* rows */

START_TEST(row_json_keeps_keys_and_writes_bytes_as_hex)
{
    g_autoptr(GVariant) row = ctl_parse(
        "a{sv}",
        "{'Address': <'11:22:33:44:55:66'>, 'RSSI': <int16 -45>, 'TxPower': <int16 4>,"
        " 'ManufacturerData': <{uint16 76: <[byte 0x02, 0x15, 0x00]>, uint16 0xffff: <@ay []>}>,"
        " 'ServiceData': <{'180f': <[byte 0x64]>}>, 'Data': <{byte 0x0a: <[byte 0xff]>}>,"
        " 'UUIDs': <['180d', '180f']>, 'ConnectionIntervals': <(uint16 6, uint16 12)>,"
        " 'LERole': <byte 2>, 'Samples': <uint32 3>, 'Timestamp': <int64 1700000000000000>,"
        " 'RSSIMean': <-45.5>, 'Powered': <true>, 'Heard': <uint64 7>, 'Path': <objectpath '/a'>}");

    ctl_assert_text(
        bh_json_take_line(bh_json_from_variant(row)),
        "{\"Address\":\"11:22:33:44:55:66\",\"RSSI\":-45,\"TxPower\":4,"
        "\"ManufacturerData\":{\"004c\":\"021500\",\"ffff\":\"\"},\"ServiceData\":{\"180f\":\"64\"}"
        ","
        "\"Data\":{\"0a\":\"ff\"},\"UUIDs\":[\"180d\",\"180f\"],\"ConnectionIntervals\":[6,12],"
        "\"LERole\":2,\"Samples\":3,\"Timestamp\":1700000000000000,\"RSSIMean\":-45.5,"
        "\"Powered\":true,\"Heard\":7,\"Path\":\"/a\"}");
}
END_TEST

START_TEST(each_row_is_a_line_of_json)
{
    g_autoptr(GVariant) rows = ctl_parse("aa{sv}", "[{'Address': <'A'>}, {'Address': <'B'>}]");
    g_autoptr(GVariant) none = ctl_parse("aa{sv}", "[]");

    ctl_assert_text(bh_json_lines_from_rows(rows), "{\"Address\":\"A\"}\n{\"Address\":\"B\"}\n");
    ctl_assert_text(bh_json_lines_from_rows(none), "");
}
END_TEST

static const struct {
    const char *row;
    const char *text;
} founds[] = {
    {"{'Name': <'Lamp'>, 'Address': <'11:22:33:44:55:66'>, 'RSSI': <int16 -45>, 'DistanceM': "
     "<0.27542>}",
     "Found: Lamp (11:22:33:44:55:66)\n  RSSI: -45 dBm | Distance: ~0.3 m\n"},
    {"{'Address': <'11:22:33:44:55:66'>, 'RSSI': <int16 -70>, 'DistanceM': <2.7542>}",
     "Found: (unknown) (11:22:33:44:55:66)\n  RSSI: -70 dBm | Distance: ~2.8 m\n"},
    {"{'Name': <''>, 'Address': <'A'>, 'RSSI': <int16 -99>, 'DistanceM': <39.81>}",
     "Found: (unknown) (A)\n  RSSI: -99 dBm | Distance: ~40 m\n"},
    {"{'Name': <'n'>, 'Address': <'A'>, 'RSSI': <int16 -20>, 'DistanceM': <0.0275>}",
     "Found: n (A)\n  RSSI: -20 dBm | Distance: ~0.03 m\n"},
    {"{'Name': <'n'>, 'Address': <'A'>, 'RSSI': <int16 -20>}", "Found: n (A)\n  RSSI: -20 dBm\n"},
    {"{'Name': <'\\u001b[2J'>, 'Address': <'A'>}", "Found: \xef\xbf\xbd[2J (A)\n  RSSI: unknown\n"},
    {"@a{sv} {}", "Found: (unknown) (?)\n  RSSI: unknown\n"},
    {"{'Name': <uint32 1>, 'Address': <'A'>, 'RSSI': <'x'>}",
     "Found: (unknown) (A)\n  RSSI: unknown\n"},
};

START_TEST(found_device_takes_two_lines)
{
    g_autoptr(GVariant) row = ctl_parse("a{sv}", founds[_i].row);

    ctl_assert_text(bh_row_text(row, "Found"), founds[_i].text);
}
END_TEST

START_TEST(summary_has_samples_range_mean_and_deviation)
{
    g_autoptr(GVariant) full = ctl_parse(
        "a{sv}",
        "{'Name': <'Lamp'>, 'Address': <'A'>, 'Samples': <uint32 12>, 'RSSIMin': <int16 -60>,"
        " 'RSSIMax': <int16 -41>, 'RSSIMean': <-50.25>, 'RSSIStdDev': <4.21>}");
    g_autoptr(GVariant) bare = ctl_parse("a{sv}", "{'Address': <'A'>, 'Samples': <uint32 1>}");

    ctl_assert_text(bh_row_summary(full),
                    "  A Lamp: 12 samples, -60 to -41 dBm, mean -50.2 dBm, deviation 4.2 dB\n");
    ctl_assert_text(bh_row_summary(bare), "  A (unknown): 1 sample\n");
}
END_TEST

START_TEST(table_has_a_line_for_each_device)
{
    g_autoptr(GVariant) rows = ctl_parse(
        "aa{sv}",
        "[{'Address': <'11:22:33:44:55:66'>, 'AddressType': <'random'>, 'Name': <'Lamp'>,"
        " 'RSSI': <int16 -45>, 'RSSIMean': <-45.5>, 'DistanceM': <0.3>, 'Samples': <uint32 7>,"
        " 'TimestampMonotonic': <int64 1000000>},"
        " {'Address': <'D0:00:00:00:00:01'>, 'AddressType': <'random'>,"
        " 'Beacon': <{'Type': <'iBeacon'>}>},"
        " {'Address': <'AA:BB:CC:DD:EE:FF'>, 'AddressType': <'public'>}]");
    g_autoptr(GVariant) none = ctl_parse("aa{sv}", "[]");

    ctl_assert_text(
        bh_rows_table(rows, 13400000),
        "ADDRESS            TYPE    RSSI    MEAN  DISTANCE  SAMPLES     AGE  NAME\n"
        "11:22:33:44:55:66  random   -45   -45.5    ~0.3 m        7    12 s  Lamp\n"
        "D0:00:00:00:00:01  random     -       -         -        -       -  (iBeacon)\n"
        "AA:BB:CC:DD:EE:FF  public     -       -         -        -       -  (unknown)\n");
    ctl_assert_text(bh_rows_table(none, 0), "No devices.\n");
}
END_TEST

START_TEST(ages_grow_from_seconds_to_hours)
{
    static const struct {
        gint64 seconds;
        const char *age;
    } ages[] = {{-5, " 0 s "},
                {99, " 99 s "},
                {120, " 2 min "},
                {5940, " 99 min "},
                {7200, " 2 h "}};
    g_autoptr(GVariant) rows = ctl_parse("aa{sv}", "[{'TimestampMonotonic': <int64 0>}]");

    for (gsize i = 0; i < G_N_ELEMENTS(ages); i++) {
        g_autofree char *table = bh_rows_table(rows, ages[i].seconds * G_USEC_PER_SEC);

        ck_assert_msg(strstr(table, ages[i].age) != NULL, "%s in %s", ages[i].age, table);
    }
}
END_TEST

START_TEST(devices_of_one_address_differ_by_its_type)
{
    g_autoptr(GVariant) a = ctl_parse("a{sv}", "{'Address': <'A'>, 'AddressType': <'public'>}");
    g_autoptr(GVariant) b = ctl_parse("a{sv}", "{'Address': <'A'>, 'AddressType': <'random'>}");

    ctl_assert_text(bh_row_dup_identity(a), "A/public");
    ctl_assert_text(bh_row_dup_identity(b), "A/random");
}
END_TEST

/* status */

#define HUB                                                                                        \
    "{'State': <'ready'>, 'Version': <'0.1.0'>, 'BlueZVersion': <''>,"                             \
    " 'Capabilities': <['scan', 'active-scan']>, 'Limits': <{'MaxScans': <uint32 32>}>,"           \
    " 'Counters': <{'Scans': uint64 2, 'Reports': 10}>}"
#define ADAPTERS                                                                                   \
    "{'/org/blehub/adapter/B': {'org.blehub.Adapter1': {'Address': <'B'>, 'Name': <'hci1'>,"       \
    " 'State': <'off'>, 'Roles': <@as []>, 'Heard': <uint64 0>, 'LastHeard': <int64 0>,"           \
    " 'LastError': <'Not Ready'>}},"                                                               \
    " '/org/blehub/scan/1': {'org.blehub.Scan1': {'State': <'scanning'>}},"                        \
    " '/org/blehub/adapter/A': {'org.blehub.Adapter1': {'Address': <'A'>, 'Name': <'hci0'>,"       \
    " 'State': <'scanning'>, 'Roles': <['central', 'peripheral']>, 'Heard': <uint64 5>,"           \
    " 'LastHeard': <int64 1000000>, 'LastError': <''>}}}"

START_TEST(status_shows_everything_in_order)
{
    g_autoptr(GVariant) hub = ctl_parse("a{sv}", HUB);
    g_autoptr(GVariant) objects = ctl_parse("a{oa{sa{sv}}}", ADAPTERS);

    ctl_assert_text(bh_status_text(hub, objects, 4000000),
                    "State:         ready\n"
                    "Version:       0.1.0\n"
                    "BlueZ:         unknown\n"
                    "Capabilities:  scan, active-scan\n"
                    "Adapters:\n"
                    "  A (hci0): scanning, roles central, peripheral\n"
                    "    heard 5 reports, the last 3 s ago\n"
                    "  B (hci1): off, roles none\n"
                    "    heard 0 reports\n"
                    "    last failure: Not Ready\n"
                    "Limits:\n"
                    "  MaxScans             32\n"
                    "Counters:\n"
                    "  Reports              10\n"
                    "  Scans                2\n");
}
END_TEST

START_TEST(status_of_a_bare_hub_says_what_is_unknown)
{
    g_autoptr(GVariant) hub = ctl_parse("a{sv}", "{'State': <'no-bluez'>}");
    g_autoptr(GVariant) objects = ctl_parse("a{oa{sa{sv}}}", "@a{oa{sa{sv}}} {}");

    ctl_assert_text(bh_status_text(hub, objects, 0),
                    "State:         no-bluez\nVersion:       unknown\nBlueZ:         unknown\n"
                    "Capabilities:  none\nAdapters:      none\nLimits:\nCounters:\n");
}
END_TEST

START_TEST(status_json_has_hub_and_adapters)
{
    g_autoptr(GVariant) hub = ctl_parse("a{sv}", "{'State': <'ready'>}");
    g_autoptr(GVariant) objects =
        ctl_parse("a{oa{sa{sv}}}", "{'/a': {'org.blehub.Adapter1': {'Name': <'hci0'>}}}");

    ctl_assert_text(bh_status_json(hub, objects),
                    "{\"Hub\":{\"State\":\"ready\"},\"Adapters\":[{\"Name\":\"hci0\"}]}\n");
}
END_TEST

/* options */

static char *
print_options(const BhFilterOptions *options, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GVariant) value = NULL;

    if (!bh_filter_options_fill(options, dict, error))
        return NULL;
    value = g_variant_ref_sink(g_variant_dict_end(dict));
    return g_variant_print(value, TRUE);
}

START_TEST(filters_become_options_of_their_types)
{
    char *const manufacturers[] = {"004c", "0xffff", NULL};
    const BhFilterOptions ids = {.manufacturers = (char **)manufacturers};
    char *const types[] = {"iBeacon", "Eddystone-UID,Eddystone-URL", NULL};
    const BhFilterOptions beacons = {.beacons = (char **)types};
    const BhFilterOptions rssi = {.rssi = "-70"};
    const BhFilterOptions name = {.name = "A*"};
    const BhFilterOptions nothing = {0};

    ctl_assert_text(print_options(&ids, NULL), "{'ManufacturerIds': <[uint16 76, 65535]>}");
    ctl_assert_text(print_options(&beacons, NULL),
                    "{'Beacons': <['iBeacon', 'Eddystone-UID', 'Eddystone-URL']>}");
    ctl_assert_text(print_options(&rssi, NULL), "{'RSSI': <int16 -70>}");
    ctl_assert_text(print_options(&name, NULL), "{'NamePattern': <'A*'>}");
    ctl_assert_text(print_options(&nothing, NULL), "@a{sv} {}");
}
END_TEST

START_TEST(numbers_that_are_none_are_refused_by_name)
{
    static const char *const bad_ids[] = {"", "x", "10000", "0x", "-1", "4c "};
    static const char *const bad_seconds[] = {"", "x", "-1", "86401", "nan", "1s", "inf"};
    g_autoptr(GError) error = NULL;
    gint64 number = 7;

    for (gsize i = 0; i < G_N_ELEMENTS(bad_ids); i++) {
        char *const manufacturers[] = {(char *)bad_ids[i], NULL};
        const BhFilterOptions options = {.manufacturers = (char **)manufacturers};

        ck_assert_msg(print_options(&options, &error) == NULL, "%s", bad_ids[i]);
        ck_assert(g_str_has_prefix(error->message, "--manufacturer "));
        g_clear_error(&error);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad_seconds); i++) {
        ck_assert(!bh_option_read_seconds("duration", bad_seconds[i], 0, &number, &error));
        ck_assert(g_str_has_prefix(error->message, "--duration "));
        g_clear_error(&error);
    }
    ck_assert(!bh_option_read_integer("rssi", "21", -127, 20, &number, &error));
    ck_assert_str_eq(error->message, "--rssi takes a whole number from -127 to 20, not \"21\"");
}
END_TEST

START_TEST(seconds_become_milliseconds)
{
    gint64 ms = 0;

    ck_assert(bh_option_read_seconds("d", NULL, 5, &ms, NULL) && ms == 5);
    ck_assert(bh_option_read_seconds("d", "0", 5, &ms, NULL) && ms == 0);
    ck_assert(bh_option_read_seconds("d", "0.5", 5, &ms, NULL) && ms == 500);
    ck_assert(bh_option_read_seconds("d", "0.0001", 5, &ms, NULL) && ms == 1);
    ck_assert(bh_option_read_seconds("d", "86400", 5, &ms, NULL) && ms == 86400000);
}
END_TEST

static Suite *
text_suite(void)
{
    Suite *suite = suite_create("blehubctl-text");
    TCase *tests = tcase_create("text");

    tcase_add_loop_test(tests, every_structure_is_put_into_words, 0, G_N_ELEMENTS(payloads));
    tcase_add_test(tests, malformed_tail_is_shown_after_what_is_good);
    tcase_add_test(tests, bytes_behind_an_early_end_are_shown_and_not_malformed);
    tcase_add_test(tests, every_type_and_length_can_be_explained);
    tcase_add_test(tests, company_names_come_from_the_hardware_database);
    tcase_add_test(tests, nothing_from_the_air_steers_the_terminal);
    tcase_add_test(tests, json_escapes_what_could_steer_the_terminal);
    tcase_add_test(tests, row_json_keeps_keys_and_writes_bytes_as_hex);
    tcase_add_test(tests, each_row_is_a_line_of_json);
    tcase_add_loop_test(tests, found_device_takes_two_lines, 0, G_N_ELEMENTS(founds));
    tcase_add_test(tests, summary_has_samples_range_mean_and_deviation);
    tcase_add_test(tests, table_has_a_line_for_each_device);
    tcase_add_test(tests, ages_grow_from_seconds_to_hours);
    tcase_add_test(tests, devices_of_one_address_differ_by_its_type);
    tcase_add_test(tests, status_shows_everything_in_order);
    tcase_add_test(tests, status_of_a_bare_hub_says_what_is_unknown);
    tcase_add_test(tests, status_json_has_hub_and_adapters);
    tcase_add_test(tests, filters_become_options_of_their_types);
    tcase_add_test(tests, numbers_that_are_none_are_refused_by_name);
    tcase_add_test(tests, seconds_become_milliseconds);
    suite_add_tcase(suite, tests);
    return suite;
}

int
main(void)
{
    return bh_test_run_suite(text_suite());
}
