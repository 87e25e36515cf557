/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Beacons of every format around the real blehubd: what cannot be asked for, what each filter lets
 * through, and what rows and lines say of them.
 */
#include "bh-stream-scene.h"
#include "test-main.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_BEACONS 7

/* One of each type, named so, somebody who is none, and one that is cut by a byte. */
static const char around[] =
    "[adapter main]\n"
    "Address=00:AA:01:00:00:01\n"
    "Powered=true\n"
    "Monitor=true\n"
    "[device ibeacon]\n"
    "Address=D0:00:00:00:00:01\n"
    "Advertising=1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010203bf\n"
    "RSSI=-90\n"
    "[device altbeacon]\n"
    "Address=D0:00:00:00:00:02\n"
    "Advertising="
    "1bff1801beac000102030405060708090a0b0c0d0e0f10111213c42a\n"
    "[device uid]\n"
    "Address=D0:00:00:00:00:03\n"
    "Advertising=0303aafe1716aafe00ee8b0ca750095477cb3e770123456789ab0000\n"
    "[device url]\n"
    "Address=D0:00:00:00:00:04\n"
    "Advertising=0303aafe0d16aafe10eb01626c6568756207\n"
    "[device tlm]\n"
    "Address=D0:00:00:00:00:05\n"
    "Advertising=0303aafe1116aafe20000bb815c00000006400000c80\n"
    "RSSI=-84\n"
    "[device etlm]\n"
    "Address=D0:00:00:00:00:06\n"
    "Advertising=0303aafe1516aafe2001000102030405060708090a0b12345678\n"
    "[device eid]\n"
    "Address=D0:00:00:00:00:07\n"
    "Advertising=0303aafe0d16aafe30f60102030405060708\n"
    "[device lamp]\n"
    "Address=D0:00:00:00:00:08\n"
    "ManufacturerData=004c:10050102030405\n"
    "[device broken]\n"
    "Address=D0:00:00:00:00:09\n"
    "Advertising=0303aafe0c16aafe30f601020304050607\n";

static GVariant *
call_for_rows(BhFixture *f, const char *method, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = bh_caller_call(f->connection,
                                               BH_CALLER_HUB_PATH,
                                               BH_CALLER_HUB,
                                               method,
                                               bh_caller_options(options),
                                               &error);

    g_assert_no_error(error);
    return g_variant_get_child_value(reply, 0);
}

/* blehubd has heard all of them. */
static void
scene_init(BhFixture *f)
{
    g_autoptr(GVariant) rows = NULL;

    bh_fixture_init(f);
    bh_fixture_start_sim(f, around);
    bh_fixture_tell_sim(f, "SetSpeed", g_variant_new("(d)", 10.0));
    bh_fixture_start_hub(f, NULL);
    rows = call_for_rows(f, "Discover", "{'DurationMs': <9000>, 'Count': <9>}");
    ck_assert_uint_eq(g_variant_n_children(rows), 9);
}

/* The last digits of the addresses, in order: "1 3 " */
static char *
numbers_of(GVariant *rows)
{
    gboolean there[10] = {FALSE};
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        const char *address = NULL;

        ck_assert(g_variant_lookup(row, "Address", "&s", &address));
        there[g_ascii_digit_value(address[16])] = TRUE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(there); i++)
        if (there[i])
            g_string_append_printf(text, "%u ", i);
    return g_string_free(text, FALSE);
}

static gboolean
numbers_are(BhFixture *f, const char *beacons, const char *expected)
{
    g_autofree char *options = g_strdup_printf("{'Beacons': <'%s'>}", beacons);
    g_autoptr(GVariant) rows = call_for_rows(f, "ListDevices", options);
    g_autofree char *numbers = numbers_of(rows);

    return g_str_equal(numbers, expected);
}

/* What cannot be asked for */

START_TEST(unknown_type_is_refused_with_what_there_is)
{
    static const char *const methods[] = {"Scan", "Discover", "ListDevices"};
    g_auto(BhFixture) f = {0};

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        bh_caller_require_error(f.connection,
                                BH_CALLER_HUB_PATH,
                                BH_CALLER_HUB,
                                methods[i],
                                bh_caller_options("{'Beacons': <['iBeacon', 'UriBeacon']>}"),
                                "org.blehub.Error.InvalidArguments",
                                "Beacons: 'UriBeacon' is none of any, Eddystone, iBeacon, ");
    bh_caller_require_error(f.connection,
                            BH_CALLER_HUB_PATH,
                            BH_CALLER_HUB,
                            "Scan",
                            bh_caller_options("{'Beacons': <true>}"),
                            "org.blehub.Error.InvalidArguments",
                            "Beacons: ");
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Scans"), 0);
}
END_TEST

/* Who is let through */

START_TEST(each_type_is_found_alone_and_families_together)
{
    static const struct {
        const char *beacons;
        const char *numbers;
    } cases[] = {
        {"'iBeacon'", "1 "},
        {"['ALTBEACON']", "2 "},
        {"['Eddystone-UID']", "3 "},
        {"['eddystone-url']", "4 "},
        {"['Eddystone-TLM']", "5 "},
        {"['Eddystone-eTLM']", "6 "},
        {"['Eddystone-EID']", "7 "},
        {"['Eddystone']", "3 4 5 6 7 "},
        {"['Eddystone-EID', 'iBeacon']", "1 7 "},
        {"'any'", "1 2 3 4 5 6 7 "},
        {"@as []", "1 2 3 4 5 6 7 8 9 "},
    };
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *options = g_strdup_printf("{'Beacons': <%s>}", cases[i].beacons);
        g_autoptr(GVariant) rows = call_for_rows(&f, "ListDevices", options);
        g_autofree char *numbers = numbers_of(rows);

        ck_assert_msg(g_str_equal(numbers, cases[i].numbers), "%s: %s", options, numbers);
    }
}
END_TEST

START_TEST(types_and_other_filters_must_both_hold)
{
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    g_autoptr(GVariant) rows =
        call_for_rows(&f, "ListDevices", "{'Beacons': <'any'>, 'RSSI': <-70>}");
    g_autofree char *numbers = numbers_of(rows);
    ck_assert_str_eq(numbers, "2 3 4 6 7 ");
}
END_TEST

START_TEST(discover_counts_only_beacons)
{
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    g_autoptr(GVariant) rows =
        call_for_rows(&f,
                      "Discover",
                      "{'Beacons': <'Eddystone'>, 'Count': <5>, 'DurationMs': <9000>}");
    g_autofree char *numbers = numbers_of(rows);
    ck_assert_str_eq(numbers, "3 4 5 6 7 ");
}
END_TEST

START_TEST(scan_says_which_beacons_it_is_for)
{
    g_auto(BhFixture) f = {0};
    g_autofree const char **names = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    g_autofree char *scan = bh_caller_scan(f.connection, "{'Beacons': <['ibeacon', 'any']>}");
    g_autoptr(GVariant) options = bh_caller_get(f.connection, scan, BH_CALLER_SCAN, "Options");
    ck_assert(g_variant_lookup(options, "Beacons", "^a&s", &names));
    ck_assert_str_eq(names[0], "ibeacon");
    ck_assert_str_eq(names[1], "any");
    ck_assert_ptr_null(names[2]);
}
END_TEST

/* What is said of them */

static GVariant *
row_of_type(BhFixture *f, const char *type)
{
    g_autofree char *options = g_strdup_printf("{'Beacons': <'%s'>}", type);
    g_autoptr(GVariant) rows = call_for_rows(f, "ListDevices", options);

    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    return g_variant_get_child_value(rows, 0);
}

static const struct {
    const char *type;
    const char *beacon; /* without the type */
} said[N_BEACONS] = {
    {"iBeacon",
     "'UUID': <'e2c56db5-dffb-48d2-b060-d0f5a71096e0'>, 'Major': <uint16 1>,"
     " 'Minor': <uint16 515>, 'MeasuredPower': <int16 -65>"},
    {"AltBeacon",
     "'Company': <uint16 280>, 'ID': <'000102030405060708090a0b0c0d0e0f10111213'>,"
     " 'MeasuredPower': <int16 -60>, 'Reserved': <byte 0x2a>"},
    {"Eddystone-UID",
     "'Namespace': <'8b0ca750095477cb3e77'>, 'Instance': <'0123456789ab'>,"
     " 'TxPower': <int16 -18>"},
    {"Eddystone-URL", "'URL': <'https://www.blehub.com'>, 'TxPower': <int16 -21>"},
    {"Eddystone-TLM",
     "'BatteryMv': <uint16 3000>, 'TemperatureC': <21.75>, 'AdvertisingCount': <uint32 100>,"
     " 'UptimeMs': <uint64 320000>"},
    {"Eddystone-eTLM",
     "'Encrypted': <'000102030405060708090a0b'>, 'Salt': <uint16 4660>, 'MIC': <uint16 22136>"},
    {"Eddystone-EID", "'EID': <'0102030405060708'>, 'TxPower': <int16 -10>"},
};

START_TEST(row_of_a_beacon_has_what_it_says)
{
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(said); i++) {
        g_autoptr(GVariant) row = row_of_type(&f, said[i].type);
        g_autoptr(GVariant) beacon = g_variant_lookup_value(row, "Beacon", G_VARIANT_TYPE_VARDICT);
        g_autofree char *expected =
            g_strdup_printf("{'Type': <'%s'>, %s}", said[i].type, said[i].beacon);

        ck_assert_ptr_nonnull(beacon);
        g_autofree char *text = g_variant_print(beacon, TRUE);
        ck_assert_str_eq(text, expected);
    }
}
END_TEST

/* 25 dB less than at 1 m, which the iBeacon says is -65 dBm; telemetry does not say. */
START_TEST(distance_goes_by_the_power_that_the_beacon_says)
{
    static const char *const types[] = {"iBeacon", "Eddystone-TLM"};
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GVariant) row = row_of_type(&f, types[i]);
        double metres = 0;

        ck_assert(g_variant_lookup(row, "DistanceM", "d", &metres));
        ck_assert_double_eq_tol(metres, 10.0, 1e-9);
    }
}
END_TEST

START_TEST(malformed_beacon_is_a_device_without_one_and_counted_once)
{
    g_auto(BhFixture) f = {0};
    gint64 reports;

    scene_init(&f);
    g_autoptr(GVariant) rows = call_for_rows(&f, "ListDevices", "{'AddressPattern': <'*:09'>}");
    g_autoptr(GVariant) row = g_variant_get_child_value(rows, 0);
    ck_assert(!g_variant_lookup(row, "Beacon", "@a{sv}", NULL));
    ck_assert(g_variant_lookup(row, "ServiceData", "@a{sv}", NULL));
    ck_assert_uint_eq(bh_caller_counter(f.connection, "MalformedBeacons"), 1);

    g_autofree char *scan = bh_caller_scan(f.connection, "{'Report': <'all'>}");
    reports = (gint64)bh_caller_counter(f.connection, "Reports");
    BH_POLL((gint64)bh_caller_counter(f.connection, "Reports") > reports + 100);
    ck_assert_uint_eq(bh_caller_counter(f.connection, "MalformedBeacons"), 1);
}
END_TEST

/* Lines of a stream */

static char *
read_line(int fd)
{
    GString *line = g_string_new(NULL);
    char c = 0;

    while (read(fd, &c, 1) == 1 && c != '\n')
        g_string_append_c(line, c);
    return g_string_free(line, FALSE);
}

START_TEST(line_of_a_beacon_has_what_its_row_has)
{
    g_auto(BhFixture) f = {0};
    int fd;

    scene_init(&f);
    g_autofree char *scan = bh_caller_scan(f.connection, "{'Beacons': <'Eddystone-TLM'>}");
    fd = bh_stream_scene_open(f.connection, scan, "{}", NULL);
    ck_assert_int_ge(fd, 0);
    g_autofree char *line = read_line(fd);
    ck_assert_msg(strstr(line,
                         "\"Beacon\":{\"Type\":\"Eddystone-TLM\",\"BatteryMv\":3000,"
                         "\"TemperatureC\":21.75,\"AdvertisingCount\":100,\"UptimeMs\":320000}") !=
                      NULL,
                  "%s",
                  line);
    ck_assert_ptr_nonnull(strstr(line, "\"DistanceM\":10,"));
    g_close(fd, NULL);
}
END_TEST

static gboolean
is_heard(BhFixture *f, const char *address, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    GVariant *payload = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(f,
                            "Advertise",
                            g_variant_new("(s@ayna{sv})", address, payload, -60, NULL));
    guint heard = 0;

    g_variant_get(reply, "(u)", &heard);
    return heard > 0;
}

/* One device that sends frames in turn: its row and the filters follow the newest. */
START_TEST(beacon_that_changes_is_what_it_is_now)
{
    static const struct {
        const char *hex;
        const char *numbers_of_ibeacon;
        const char *numbers_of_eid;
        const char *numbers_of_url;
    } frames[] = {
        {"0303aafe 0d16aafe10eb 01 626c65687562 07", "1 ", "7 ", "0 4 "},
        {"0303aafe 0d16aafe30f6 0102030405060709", "1 ", "0 7 ", "4 "},
        {"1aff4c000215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0204 bf", "0 1 ", "7 ", "4 "},
        {"0303aafe 0d16aafe30f6 0102030405060709", "1 ", "0 7 ", "4 "},
        {"0303aafe 0c16aafe30f6 01020304050607", "1 ", "7 ", "4 "},
    };
    g_auto(BhFixture) f = {0};

    scene_init(&f);
    g_autofree char *scan = bh_caller_scan(f.connection, "{}");
    bh_stream_scene_await_discovery(&f, scan);
    for (gsize i = 0; i < G_N_ELEMENTS(frames); i++) {
        BH_POLL(is_heard(&f, "D0:00:00:00:00:00", frames[i].hex));
        BH_POLL(numbers_are(&f, "Eddystone-URL", frames[i].numbers_of_url) &&
                numbers_are(&f, "Eddystone-EID", frames[i].numbers_of_eid) &&
                numbers_are(&f, "iBeacon", frames[i].numbers_of_ibeacon));
    }
    ck_assert_uint_eq(bh_caller_counter(f.connection, "MalformedBeacons"), 2);
}
END_TEST

BH_TEST_MAIN("hub-beacons",
             unknown_type_is_refused_with_what_there_is,
             each_type_is_found_alone_and_families_together,
             types_and_other_filters_must_both_hold,
             discover_counts_only_beacons,
             scan_says_which_beacons_it_is_for,
             row_of_a_beacon_has_what_it_says,
             distance_goes_by_the_power_that_the_beacon_says,
             malformed_beacon_is_a_device_without_one_and_counted_once,
             line_of_a_beacon_has_what_its_row_has,
             beacon_that_changes_is_what_it_is_now)
