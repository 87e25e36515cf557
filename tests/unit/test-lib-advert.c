/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertisements: packets byte for byte as BlueZ builds them, what does not fit, and options that
 * contradict themselves or that BlueZ would refuse.
 */
#include "bh-advert.h"
#include "bh-error.h"
#include "test-main.h"

static GVariant *
parse_variant(const char *text)
{
    GError *error = NULL;
    GVariant *variant = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    ck_assert_msg(variant != NULL, "%s: %s", text, error != NULL ? error->message : "");
    return variant;
}

static void
parse_spec(const char *text, BhAdvertSpec *spec)
{
    g_autoptr(GVariant) options = parse_variant(text);
    GError *error = NULL;

    ck_assert_msg(bh_advert_spec_parse(options, spec, &error),
                  "%s: %s",
                  text,
                  error != NULL ? error->message : "");
}

static void
assert_packet(const guint8 *bytes, gsize size, const char *expected)
{
    gsize expected_size;
    g_autofree guint8 *expected_bytes = bh_test_bytes(expected, &expected_size);
    g_autofree char *hex = bh_test_hex(bytes, size);
    g_autofree char *expected_hex = bh_test_hex(expected_bytes, expected_size);

    ck_assert_str_eq(hex, expected_hex);
}

static const struct {
    const char *options;
    const char *advertising;
    const char *scan_response;
} packets[] = {
    {"{}", "020106", ""},
    {"{'Discoverable': <false>}", "", ""},
    {"{'Connectable': <false>}", "", ""},
    {"{'LimitedDiscoverable': <true>}", "020105", ""},
    {"{'Name': <'blehub'>}", "020106", "0709 626c65687562"},
    /* 4 UUIDs of all widths, in the order given within a width */
    {"{'UUIDs': <['180d', '6e400001-b5a3-f393-e0a9-e50e24dcca9e', '12345678', '180f']>,"
     " 'Discoverable': <false>}",
     "0503 0d18 0f18 0505 78563412 1107 9ecadc240ee5a9e093f3a3b50100406e",
     ""},
    {"{'SolicitUUIDs': <['180d', '12345678']>}", "0314 0d18 051f 78563412 020106", ""},
    {"{'SolicitUUIDs': <'6e400001-b5a3-f393-e0a9-e50e24dcca9e'>}",
     "1115 9ecadc240ee5a9e093f3a3b50100406e 020106",
     ""},
    {"{'ManufacturerData': <{uint16 0x02e5: <[byte 1, 2]>, uint16 0x0059: <[byte 3]>}>}",
     "05ff e502 0102 04ff 5900 03 020106",
     ""},
    {"{'ServiceData': <{'180f': <[byte 0x64]>, '12345678': <[byte 1]>}>}",
     "0416 0f18 64 0620 78563412 01 020106",
     ""},
    {"{'ServiceData': <{'6e400001-b5a3-f393-e0a9-e50e24dcca9e': <[byte 1]>}>}",
     "1221 9ecadc240ee5a9e093f3a3b50100406e 01 020106",
     ""},
    {"{'Appearance': <0x0341>}", "0319 4103 020106", ""},
    {"{'Data': <{byte 0x24: <[byte 0x17, 0x2f]>}>}", "0324 172f 020106", ""},
    {"{'TxPower': <-7>}", "020106 020af9", ""},
    /* all at once, in BlueZ's order */
    {"{'Name': <'n'>, 'UUIDs': <['180d']>, 'SolicitUUIDs': <['180f']>,"
     " 'ManufacturerData': <{uint16 0x59: <[byte 1]>}>, 'ServiceData': <{'180a': <[byte 2]>}>,"
     " 'Data': <{byte 0x24: <[byte 3]>}>, 'Appearance': <uint16 2>, 'TxPower': <int16 4>}",
     "0303 0d18 0314 0f18 04ff 5900 01 0416 0a18 02 0319 0200 0224 03 020106 020a04",
     "0209 6e"},
    /* a packet that is full to the last byte */
    {"{'ManufacturerData': <{uint16 0x59: <b'12345678901234567890123'>}>}",
     "1bff 5900 3132333435363738393031323334353637383930313233 00 020106",
     ""},
    {"{'Name': <'12345678901234567890123456789'>}",
     "020106",
     "1e09 3132333435363738393031323334353637383930313233343536373839"},
    {"{'Beacon': <{'Type': <'iBeacon'>, 'UUID': <'e2c56db5-dffb-48d2-b060-d0f5a71096e0'>,"
     " 'Major': <1>, 'Minor': <2>}>}",
     "1aff 4c00 0215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0002 c5",
     ""},
    {"{'Connectable': <true>, 'Beacon': <{'Type': <'iBeacon'>, 'UUID': <'180d'>,"
     " 'Major': <1>, 'Minor': <2>}>, 'Name': <'b'>}",
     "1aff 4c00 0215 0000180d00001000800000805f9b34fb 0001 0002 c5 020106",
     "0209 62"},
    {"{'Beacon': <{'Type': <'Eddystone-URL'>, 'URL': <'https://a.com'>}>}",
     "0303 aafe 0816 aafe 10ee 03 61 07",
     ""},
    {"{'UUIDs': <['feaa', '180d']>,"
     " 'Beacon': <{'Type': <'Eddystone-EID'>, 'EID': <'0102030405060708'>}>}",
     "0503 aafe 0d18 0d16 aafe 30ee 0102030405060708",
     ""},
    {"{'Beacon': <{'Type': <'AltBeacon'>, 'Company': <280>,"
     " 'ID': <'000102030405060708090a0b0c0d0e0f10111213'>}>, 'TxPower': <0>}",
     "1bff 1801 beac 000102030405060708090a0b0c0d0e0f10111213 c500 020a00",
     ""},
};

START_TEST(packets_are_as_bluez_builds_them)
{
    for (gsize i = 0; i < G_N_ELEMENTS(packets); i++) {
        g_auto(BhAdvertSpec) spec = {0};
        g_autoptr(GError) error = NULL;
        BhAdvertPackets computed;

        parse_spec(packets[i].options, &spec);
        ck_assert_msg(bh_advert_compute_packets(&spec, &computed, &error),
                      "%s: %s",
                      packets[i].options,
                      error != NULL ? error->message : "");
        assert_packet(computed.advertising, computed.advertising_size, packets[i].advertising);
        assert_packet(computed.scan_response,
                      computed.scan_response_size,
                      packets[i].scan_response);
    }
}
END_TEST

static const struct {
    const char *options;
    const char *message;
} misfits[] = {
    {"{'UUIDs': <['6e400001-b5a3-f393-e0a9-e50e24dcca9e', "
     "'6e400002-b5a3-f393-e0a9-e50e24dcca9e']>}",
     "UUIDs: needs 34 bytes, 31 of 31 are left in the advertising packet"},
    {"{'UUIDs': <['6e400001-b5a3-f393-e0a9-e50e24dcca9e']>,"
     " 'SolicitUUIDs': <['6e400002-b5a3-f393-e0a9-e50e24dcca9e']>}",
     "SolicitUUIDs: needs 18 bytes, 13 of 31 are left in the advertising packet"},
    {"{'UUIDs': <['180d', '180f', '180a', '1812', '181a', '1816', '1818', '1809', '1810', '1822']>,"
     " 'ServiceData': <{'180f': <b'12345678901234567'>}>}",
     "ServiceData: needs 22 bytes, 9 of 31 are left in the advertising packet"},
    {"{'ManufacturerData': <{uint16 1: <b'123456789012345678901234567'>}>}",
     "ManufacturerData: needs 32 bytes, 31 of 31 are left in the advertising packet"},
    {"{'ManufacturerData': <{uint16 1: <b'12345678901234567890123'>}>, 'Appearance': <1>,"
     " 'Discoverable': <false>, 'TxPower': <0>}",
     "Appearance: needs 4 bytes, 3 of 31 are left in the advertising packet"},
    {"{'ManufacturerData': <{uint16 1: <b'12345678901234567890123'>}>,"
     " 'Data': <{byte 0x24: <b'12'>}>}",
     "Data: needs 5 bytes, 3 of 31 are left in the advertising packet"},
    {"{'ManufacturerData': <{uint16 1: <b'123456789012345678901234'>}>}",
     "Discoverable: needs 3 bytes, 2 of 31 are left in the advertising packet"},
    {"{'ManufacturerData': <{uint16 1: <b'123456789012345678901'>}>, 'TxPower': <0>}",
     "TxPower: needs 3 bytes, 2 of 31 are left in the advertising packet"},
    {"{'Name': <'123456789012345678901234567890'>}",
     "Name: needs 32 bytes, 31 of 31 are left in the scan response"},
    {"{'ManufacturerData': <{uint16 1: <[byte 1]>}>, 'Beacon': <{'Type': <'iBeacon'>,"
     " 'UUID': <'180d'>, 'Major': <1>, 'Minor': <2>}>}",
     "ManufacturerData: needs 27 bytes, 26 of 31 are left in the advertising packet"},
};

START_TEST(field_that_does_not_fit_is_named_with_its_bytes)
{
    for (gsize i = 0; i < G_N_ELEMENTS(misfits); i++) {
        g_auto(BhAdvertSpec) spec = {0};
        g_autoptr(GError) error = NULL;
        BhAdvertPackets computed;

        parse_spec(misfits[i].options, &spec);
        ck_assert_msg(!bh_advert_compute_packets(&spec, &computed, &error),
                      "%s",
                      misfits[i].options);
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_str_eq(error->message, misfits[i].message);
    }
}
END_TEST

static const struct {
    const char *options;
    const char *message;
} mistakes[] = {
    {"{'Nam': <'a'>}", "Nam: unknown option"},
    {"{'Name': <''>}", "Name: must not be empty"},
    {"{'Name': <1>}", "Name: must be a string"},
    {"{'UUIDs': <['180']>}", "UUIDs: UUID: '180' is none"},
    {"{'UUIDs': <['180d', '0000180d-0000-1000-8000-00805f9b34fb']>}",
     "UUIDs: 0000180d-0000-1000-8000-00805f9b34fb stands there twice"},
    {"{'SolicitUUIDs': <['180d', '180d']>}", "SolicitUUIDs: 180d stands there twice"},
    {"{'ManufacturerData': <[byte 1]>}", "ManufacturerData: must be a{qv} of bytes"},
    {"{'ManufacturerData': <1>}", "ManufacturerData: must be a{qv} of bytes"},
    {"{'ManufacturerData': <{'59': <[byte 1]>}>}", "ManufacturerData: must be a{qv} of bytes"},
    {"{'ManufacturerData': <{uint16 89: <'01'>}>}", "ManufacturerData: 89: must be bytes"},
    {"{'ManufacturerData': <{uint16 89: <@ay []>}>}",
     "ManufacturerData: 89: has no bytes, which BlueZ refuses"},
    {"{'ManufacturerData': <{uint16 89: <[byte 1]>, uint16 89: <[byte 1]>}>}",
     "ManufacturerData: 89: stands there twice"},
    {"{'ServiceData': <{uint16 89: <[byte 1]>}>}", "ServiceData: must be a{sv} of bytes"},
    {"{'ServiceData': <{'18': <[byte 1]>}>}", "ServiceData: '18': UUID: '18' is none"},
    {"{'ServiceData': <{'180d': <[byte 1]>, '0x180D': <[byte 2]>}>}",
     "ServiceData: '0x180D': stands there twice"},
    {"{'Data': <{byte 0x01: <[byte 6]>}>}",
     "Data: 0x01: type 0x01 has an option of its own, or BlueZ keeps it for itself"},
    {"{'Data': <{byte 0xff: <[byte 6]>}>}", "Data: 0xff: type 0xff has an option of its own"},
    {"{'Data': <{byte 0x2a: <[byte 6]>}>}", "Data: 0x2a: type 0x2a has an option of its own"},
    {"{'Data': <{'24': <[byte 6]>}>}", "Data: must be a{yv} of bytes"},
    {"{'Appearance': <65535>}", "Appearance: must be from 0 to 65534"},
    {"{'Connectable': <1>}", "Connectable: must be a boolean"},
    {"{'IntervalUs': <19999>}", "IntervalUs: must be from 20000 to 10240000"},
    {"{'IntervalUs': <10240001>}", "IntervalUs: must be from 20000 to 10240000"},
    {"{'TxPower': <21>}", "TxPower: must be from -127 to 20"},
    {"{'TxPower': <-128>}", "TxPower: must be from -127 to 20"},
    {"{'TimeoutMs': <0>}", "TimeoutMs: must be from 1 to 86400000"},
    {"{'Connectable': <false>, 'Discoverable': <true>}",
     "Discoverable: only what is connectable is discoverable"},
    {"{'Connectable': <false>, 'LimitedDiscoverable': <true>}",
     "LimitedDiscoverable: only what is connectable is discoverable"},
    {"{'Discoverable': <false>, 'LimitedDiscoverable': <true>}",
     "LimitedDiscoverable: contradicts Discoverable=false"},
    {"{'Connectable': <false>, 'UntilConnected': <true>}", "UntilConnected: nobody can connect"},
    {"{'Beacon': <'iBeacon'>}", "Beacon: Type: must be in a dictionary a{sv}"},
    {"{'Beacon': <{'Type': <'Eddystone-URL'>}>}", "Beacon: URL: must be given"},
    {"{'Beacon': <{'Type': <'Eddystone-TLM'>}>, 'UntilConnected': <true>}",
     "UntilConnected: nobody can connect"},
    {"{'Beacon': <{'Type': <'Eddystone-TLM'>}>, 'ServiceData': <{'feaa': <[byte 0]>}>}",
     "Beacon: data of its company or service stands there twice"},
};

START_TEST(mistake_names_the_key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GVariant) options = parse_variant(mistakes[i].options);
        g_autoptr(GError) error = NULL;
        BhAdvertSpec spec;

        ck_assert_msg(!bh_advert_spec_parse(options, &spec, &error), "%s", mistakes[i].options);
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_msg(g_str_has_prefix(error->message, mistakes[i].message),
                      "%s, not %s",
                      error->message,
                      mistakes[i].message);
        ck_assert_ptr_null(spec.name);
        ck_assert_ptr_null(spec.manufacturer_data);
    }
}
END_TEST

START_TEST(options_that_are_no_dictionary_are_refused)
{
    g_autoptr(GVariant) options = g_variant_ref_sink(g_variant_new_string("x"));
    g_autoptr(GError) error = NULL;
    BhAdvertSpec spec;

    ck_assert(!bh_advert_spec_parse(options, &spec, &error));
    ck_assert_str_eq(error->message, "Options: must be a{sv}");
}
END_TEST

START_TEST(more_entries_than_can_fit_are_refused)
{
    g_autoptr(GString) text = g_string_new("{'ManufacturerData': <{");
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GError) error = NULL;
    BhAdvertSpec spec;

    for (guint i = 0; i < 17; i++)
        g_string_append_printf(text, "%suint16 %u: <[byte 1]>", i > 0 ? ", " : "", i);
    g_string_append(text, "}>}");
    options = parse_variant(text->str);
    ck_assert(!bh_advert_spec_parse(options, &spec, &error));
    ck_assert_str_eq(error->message, "ManufacturerData: more than 16 entries");
}
END_TEST

START_TEST(numbers_come_through)
{
    g_auto(BhAdvertSpec) spec = {0};

    parse_spec("{'IntervalUs': <100999>, 'TimeoutMs': <86400000>, 'UntilConnected': <true>,"
               " 'TxPower': <-127>, 'Appearance': <65534>}",
               &spec);
    ck_assert_uint_eq(spec.interval_us, 100625); /* a multiple of 625 */
    ck_assert_uint_eq(spec.timeout_ms, 86400000);
    ck_assert(spec.until_connected && spec.connectable);
    ck_assert(spec.has_tx_power && spec.tx_power == -127);
    ck_assert(spec.has_appearance && spec.appearance == 65534);
    ck_assert_int_eq(spec.discoverable, BH_DISCOVERABLE_GENERAL);
}
END_TEST

START_TEST(absent_is_none)
{
    g_auto(BhAdvertSpec) spec = {0};

    parse_spec("{}", &spec);
    ck_assert_ptr_null(spec.name);
    ck_assert_ptr_null(spec.uuids);
    ck_assert_ptr_null(spec.solicit_uuids);
    ck_assert_ptr_null(spec.manufacturer_data);
    ck_assert_ptr_null(spec.service_data);
    ck_assert_ptr_null(spec.data);
    ck_assert(!spec.has_appearance && !spec.has_tx_power && !spec.until_connected);
    ck_assert_uint_eq(spec.interval_us, 0);
    ck_assert_uint_eq(spec.timeout_ms, 0);
    ck_assert(spec.connectable);
}
END_TEST

START_TEST(copy_is_the_same_and_stands_alone)
{
    BhAdvertSpec spec = {0};
    g_auto(BhAdvertSpec) copy = {0};
    BhAdvertPackets of_copy;

    parse_spec("{'Name': <'n'>, 'UUIDs': <['180d']>, 'SolicitUUIDs': <['180f']>,"
               " 'ManufacturerData': <{uint16 0x59: <[byte 1]>}>,"
               " 'ServiceData': <{'180a': <[byte 2]>}>, 'Data': <{byte 0x24: <[byte 3]>}>}",
               &spec);
    bh_advert_spec_copy(&spec, &copy);
    bh_advert_spec_clear(&spec);
    bh_advert_spec_clear(&spec); /* of nothing is nothing */
    ck_assert(bh_advert_compute_packets(&copy, &of_copy, NULL));
    assert_packet(of_copy.advertising,
                  of_copy.advertising_size,
                  "0303 0d18 0314 0f18 04ff 5900 01 0416 0a18 02 0224 03 020106");
    assert_packet(of_copy.scan_response, of_copy.scan_response_size, "0209 6e");
}
END_TEST

BH_TEST_MAIN("advert",
             packets_are_as_bluez_builds_them,
             field_that_does_not_fit_is_named_with_its_bytes,
             mistake_names_the_key,
             options_that_are_no_dictionary_are_refused,
             more_entries_than_can_fit_are_refused,
             numbers_come_through,
             absent_is_none,
             copy_is_the_same_and_stands_alone)
