/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Raw reports in the device table: which part of a payload each report replaces, what a row says of
 * the parts, and that lost scan responses do not make a device's name come and go.
 */
#include "bh-device-raw.h"
#include "test-main.h"

#define ADV "020106"
#define OTHER "02011a"
#define NAME "0409616263"
#define NAME2 "0409646566"

typedef struct {
    BhReportPart part;
    const char *hex;
    const char *payload;
    guint advertising;
    gboolean merged;
    gboolean changed;
} Step;

static const BhAddress someone = {{0xc0, 0, 0, 0, 0, 1}, BH_ADDRESS_RANDOM};

static BhDevice *
hear(BhDeviceTable *table, BhReportPart part, const char *hex, BhDeviceChange *change)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    BhReport report = {
        .address = someone,
        .rssi = -60,
        .replaced = BH_AD_GROUP_ALL,
        .data = bytes,
        .size = size,
        .raw = TRUE,
        .part = part,
        .monotonic_us = 1,
    };

    return bh_device_table_update(table, &report, change);
}

static void
play(const Step *steps, gsize n)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(2);

    for (gsize i = 0; i < n; i++) {
        BhDeviceChange change;
        const BhDevice *device = hear(table, steps[i].part, steps[i].hex, &change);
        g_autofree char *hex = bh_test_hex(device->payload, device->payload_size);
        ck_assert_msg(device->raw && strcmp(hex, steps[i].payload) == 0 &&
                          device->advertising_size == steps[i].advertising &&
                          (device->merged != 0) == steps[i].merged &&
                          ((change & BH_DEVICE_CHANGE_PAYLOAD) != 0) == steps[i].changed,
                      "step %zu: %s, %u of it advertising data, merged %d, change %d",
                      i,
                      hex,
                      device->advertising_size,
                      device->merged,
                      change);
    }
}

START_TEST(each_part_keeps_the_other_that_is_known_apart)
{
    static const Step steps[] = {
        {BH_REPORT_ADVERTISING, ADV, ADV, 3, FALSE, TRUE},
        {BH_REPORT_SCAN_RESPONSE, NAME, ADV NAME, 3, FALSE, TRUE},
        {BH_REPORT_ADVERTISING, ADV, ADV NAME, 3, FALSE, FALSE},
        {BH_REPORT_ADVERTISING, OTHER, OTHER NAME, 3, FALSE, TRUE},
        {BH_REPORT_SCAN_RESPONSE, NAME2, OTHER NAME2, 3, FALSE, TRUE},
        {BH_REPORT_SCAN_RESPONSE, NAME2, OTHER NAME2, 3, FALSE, FALSE},
        {BH_REPORT_SCAN_RESPONSE, "", OTHER, 3, FALSE, TRUE},
    };

    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(a_scan_response_may_be_heard_first)
{
    static const Step steps[] = {
        {BH_REPORT_SCAN_RESPONSE, NAME, NAME, 0, FALSE, TRUE},
        {BH_REPORT_MERGED, ADV, ADV NAME, 3, TRUE, TRUE},
        {BH_REPORT_ADVERTISING, ADV, ADV NAME, 3, FALSE, FALSE},
    };

    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(a_report_without_its_scan_response_takes_nothing_away)
{
    static const Step steps[] = {
        {BH_REPORT_MERGED, ADV NAME, ADV NAME, 8, TRUE, TRUE},
        {BH_REPORT_MERGED, ADV, ADV NAME, 8, TRUE, FALSE},
        {BH_REPORT_ADVERTISING, ADV, ADV NAME, 8, TRUE, FALSE},
        {BH_REPORT_SCAN_RESPONSE, NAME, ADV NAME, 8, TRUE, FALSE},
        {BH_REPORT_MERGED, ADV NAME2, ADV NAME2, 8, TRUE, TRUE},
        {BH_REPORT_MERGED, "0201", "0201", 2, TRUE, TRUE}, /* does not end at a border */
        {BH_REPORT_MERGED, OTHER, OTHER, 3, TRUE, TRUE},
    };

    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(a_joined_payload_that_has_the_known_scan_response_has_it_once)
{
    static const Step steps[] = {
        {BH_REPORT_SCAN_RESPONSE, NAME, NAME, 0, FALSE, TRUE},
        {BH_REPORT_MERGED, ADV NAME, ADV NAME, 8, TRUE, TRUE},
    };

    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(what_was_not_heard_for_long_is_gone_in_the_end)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(2);
    BhDeviceChange change;
    const BhDevice *device = hear(table, BH_REPORT_MERGED, ADV NAME, &change);

    for (guint i = 0; i < BH_DEVICE_RAW_SHORTER_MAX; i++) {
        device = hear(table, BH_REPORT_MERGED, ADV, &change);
        ck_assert_uint_eq(device->payload_size, 8);
    }
    device = hear(table, BH_REPORT_MERGED, ADV, &change);
    ck_assert_uint_eq(device->payload_size, 3);
    ck_assert_int_eq(change & BH_DEVICE_CHANGE_PAYLOAD, BH_DEVICE_CHANGE_PAYLOAD);
}
END_TEST

START_TEST(parts_too_long_together_leave_the_newer_advertising_data)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(2);
    g_autoptr(GString) hex = g_string_new(NULL);
    BhDeviceChange change;

    for (guint i = 0; i < 1000; i++)
        g_string_append(hex, "00");
    hear(table, BH_REPORT_SCAN_RESPONSE, hex->str, &change);
    hex->str[1] = '1';
    const BhDevice *device = hear(table, BH_REPORT_ADVERTISING, hex->str, &change);
    ck_assert_uint_eq(device->payload_size, 1000);
    ck_assert_uint_eq(device->advertising_size, 1000);
    device = hear(table, BH_REPORT_SCAN_RESPONSE, hex->str, &change);
    ck_assert_uint_eq(device->payload_size, 1000);
    ck_assert_uint_eq(device->advertising_size, 1000);
}
END_TEST

/* The raw keys of a row: "AdvertisingData=020106 Merged=0 ". */
static char *
raw_keys_of(const BhDevice *device)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GString *text = g_string_new(NULL);
    gboolean flag;

    bh_device_add_to_row(device, &builder);
    g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_builder_end(&builder));
    static const char *const bytes_keys[] = {"AdvertisingData", "ScanResponse"};
    static const char *const flag_keys[] = {"Merged", "Connectable"};
    for (gsize i = 0; i < G_N_ELEMENTS(bytes_keys); i++) {
        g_autoptr(GVariant) value =
            g_variant_lookup_value(row, bytes_keys[i], G_VARIANT_TYPE_BYTESTRING);
        if (value == NULL)
            continue;
        gsize size;
        gconstpointer bytes = g_variant_get_fixed_array(value, &size, 1);
        g_autofree char *hex = bh_test_hex(bytes, size);
        g_string_append_printf(text, "%s=%s ", bytes_keys[i], hex);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(flag_keys); i++)
        if (g_variant_lookup(row, flag_keys[i], "b", &flag))
            g_string_append_printf(text, "%s=%d ", flag_keys[i], flag);
    return g_string_free(text, FALSE);
}

START_TEST(a_row_says_of_its_parts_what_is_known)
{
    static const struct {
        BhReportPart part;
        const char *hex, *keys;
    } cases[] = {
        {BH_REPORT_ADVERTISING, ADV, "AdvertisingData=020106 Merged=0 "},
        {BH_REPORT_ADVERTISING, "", "AdvertisingData= Merged=0 "},
        {BH_REPORT_MERGED, ADV NAME, "AdvertisingData=0201060409616263 Merged=1 "},
        {BH_REPORT_SCAN_RESPONSE, NAME, "ScanResponse=0409616263 "},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BhDeviceTable) table = bh_device_table_new(2);
        BhDeviceChange change;
        g_autofree char *keys = raw_keys_of(hear(table, cases[i].part, cases[i].hex, &change));
        ck_assert_str_eq(keys, cases[i].keys);
    }
}
END_TEST

START_TEST(connectable_is_kept_while_reports_do_not_tell)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(2);
    BhReport report = {.address = someone, .rssi = -60, .monotonic_us = 1};
    BhDeviceChange change;

    ck_assert_int_eq(bh_device_table_update(table, &report, &change)->connectable,
                     BH_CONNECTABLE_UNKNOWN);
    report.connectable = BH_CONNECTABLE_YES;
    bh_device_table_update(table, &report, &change);
    report.connectable = BH_CONNECTABLE_UNKNOWN;
    g_autofree char *keys = raw_keys_of(bh_device_table_update(table, &report, &change));
    ck_assert_str_eq(keys, "Connectable=1 ");
}
END_TEST

START_TEST(raw_reports_follow_what_bluez_said_and_the_other_way_round)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(2);
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(NAME2, &size);
    BhReport from_bluez = {
        .address = someone,
        .replaced = BH_AD_GROUP_NAME,
        .data = bytes,
        .size = size,
        .monotonic_us = 1,
    };
    BhDeviceChange change;

    bh_device_table_update(table, &from_bluez, &change);
    const BhDevice *device = hear(table, BH_REPORT_SCAN_RESPONSE, NAME, &change);
    ck_assert_uint_eq(device->payload_size, 5); /* the name BlueZ told is gone */
    ck_assert_uint_eq(device->advertising_size, 0);
    device = bh_device_table_update(table, &from_bluez, &change);
    ck_assert(!device->raw);
    g_autofree char *keys = raw_keys_of(device);
    ck_assert_str_eq(keys, "");
}
END_TEST

BH_TEST_MAIN("lib-device-raw",
             parts_too_long_together_leave_the_newer_advertising_data,
             each_part_keeps_the_other_that_is_known_apart,
             a_scan_response_may_be_heard_first,
             a_report_without_its_scan_response_takes_nothing_away,
             a_joined_payload_that_has_the_known_scan_response_has_it_once,
             what_was_not_heard_for_long_is_gone_in_the_end,
             a_row_says_of_its_parts_what_is_known,
             connectable_is_kept_while_reports_do_not_tell,
             raw_reports_follow_what_bluez_said_and_the_other_way_round)
