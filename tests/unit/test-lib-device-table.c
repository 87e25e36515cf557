/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The device table: full, held, shrunk and flooded first; then what a report does to a row.
 */
#include "bh-device-table.h"
#include "test-main.h"

#include <malloc.h>

/* A report of device n, at n-independent time. */
static BhReport
report_of(guint n, gint64 time_us)
{
    return (BhReport){
        .address = {{0xc0, 0, (guint8)(n >> 24), (guint8)(n >> 16), (guint8)(n >> 8), (guint8)n},
                    BH_ADDRESS_RANDOM},
        .rssi = -60,
        .replaced = BH_AD_GROUP_NONE,
        .monotonic_us = time_us,
        .realtime_us = time_us + 1000,
    };
}

static BhDevice *
hear(BhDeviceTable *table, guint n, gint64 time_us)
{
    BhReport report = report_of(n, time_us);
    BhDeviceChange change;
    return bh_device_table_update(table, &report, &change);
}

static BhDevice *
find(BhDeviceTable *table, guint n)
{
    BhReport report = report_of(n, 0);
    return bh_device_table_lookup(table, &report.address);
}

static gboolean
append_last_octet(BhDevice *device, gpointer user_data)
{
    g_string_append_printf(user_data, "%u ", device->address.octets[5]);
    return TRUE;
}

/* "3 2 1 ": devices as foreach gives them. */
static char *
order_of(BhDeviceTable *table)
{
    GString *text = g_string_new(NULL);
    bh_device_table_foreach(table, append_last_octet, text);
    return g_string_free(text, FALSE);
}

START_TEST(full_table_evicts_the_unheard_for_longest)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(3);
    hear(table, 1, 10);
    hear(table, 2, 20);
    hear(table, 3, 30);
    hear(table, 1, 40);
    ck_assert_uint_eq(bh_device_table_evictions(table), 0);

    hear(table, 4, 50);
    ck_assert_ptr_null(find(table, 2));
    ck_assert_uint_eq(bh_device_table_size(table), 3);
    ck_assert_uint_eq(bh_device_table_evictions(table), 1);
    g_autofree char *order = order_of(table);
    ck_assert_str_eq(order, "4 1 3 ");
}
END_TEST

static gboolean
stop_at_third(BhDevice *device, gpointer user_data)
{
    return ++*(guint *)user_data < 3;
}

START_TEST(foreach_stops_when_told)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(9);
    guint calls = 0;
    bh_device_table_foreach(table, stop_at_third, &calls);
    ck_assert_uint_eq(calls, 0);
    for (guint n = 1; n <= 5; n++)
        hear(table, n, 10 * n);
    bh_device_table_foreach(table, stop_at_third, &calls);
    ck_assert_uint_eq(calls, 3);
}
END_TEST

START_TEST(smaller_bound_evicts_at_once_those_unheard_for_longest)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(5);
    for (guint n = 1; n <= 5; n++)
        hear(table, n, 10 * n);
    hear(table, 2, 60);

    bh_device_table_set_max_rows(table, 2);
    g_autofree char *left = order_of(table);
    ck_assert_str_eq(left, "2 5 ");
    ck_assert_uint_eq(bh_device_table_evictions(table), 3);
    hear(table, 6, 70);
    g_autofree char *end = order_of(table);
    ck_assert_str_eq(end, "6 2 ");
}
END_TEST

START_TEST(larger_bound_makes_room)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    hear(table, 1, 10);
    bh_device_table_set_max_rows(table, 2);
    hear(table, 2, 20);
    ck_assert_uint_eq(bh_device_table_size(table), 2);
    ck_assert_uint_eq(bh_device_table_evictions(table), 0);
}
END_TEST

START_TEST(slot_tells_its_tenants_apart)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    BhDevice *device = hear(table, 1, 10);
    guint32 slot = device->slot;
    guint32 generation = device->generation;

    ck_assert_uint_ne(generation, 0);
    ck_assert_ptr_eq(bh_device_table_peek_slot(table, slot, generation), device);
    ck_assert_ptr_null(bh_device_table_peek_slot(table, slot, generation + 1));
    ck_assert_ptr_null(bh_device_table_peek_slot(table, slot + 1, generation));
    ck_assert_ptr_null(bh_device_table_peek_slot(table, G_MAXUINT32, generation));

    device = hear(table, 2, 20);
    ck_assert_uint_eq(device->slot, slot);
    ck_assert_uint_ne(device->generation, generation);
    ck_assert_ptr_null(bh_device_table_peek_slot(table, slot, generation));
}
END_TEST

START_TEST(slots_freed_by_a_smaller_bound_are_used_again)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(100);
    for (guint n = 0; n < 100; n++)
        hear(table, n, 10 + n);
    guint32 freed_slot = find(table, 7)->slot;
    guint32 freed_generation = find(table, 7)->generation;
    bh_device_table_set_max_rows(table, 10);
    ck_assert_ptr_null(bh_device_table_peek_slot(table, freed_slot, freed_generation));

    bh_device_table_set_max_rows(table, 100);
    for (guint n = 200; n < 290; n++)
        ck_assert_uint_lt(hear(table, n, n)->slot, 100);
    ck_assert_uint_eq(bh_device_table_size(table), 100);
}
END_TEST

START_TEST(new_tenant_inherits_nothing)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    BhReport report = report_of(1, 10);
    BhDeviceChange change;
    report.replaced = BH_AD_GROUP_ALL;
    report.raw = TRUE;
    report.data = (const guint8 *)"\x02\x01\x06";
    report.size = 3;
    bh_device_table_update(table, &report, &change);

    report = report_of(2, 20);
    report.rssi = BH_RSSI_UNKNOWN;
    const BhDevice *device = bh_device_table_update(table, &report, &change);
    ck_assert_int_eq(change, BH_DEVICE_CHANGE_NEW);
    ck_assert_int_eq(device->rssi, BH_RSSI_UNKNOWN);
    ck_assert_uint_eq(device->payload_size, 0);
    ck_assert_uint_eq(device->statistics.samples, 0);
    ck_assert(!device->raw);
    ck_assert_int_eq(device->first_seen_us, 20);
}
END_TEST

START_TEST(same_octets_of_another_type_are_another_device)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(9);
    BhReport report = report_of(1, 10);
    BhDeviceChange change;
    const BhDevice *random = bh_device_table_update(table, &report, &change);
    report.address.type = BH_ADDRESS_PUBLIC;
    ck_assert_ptr_ne(bh_device_table_update(table, &report, &change), random);
    ck_assert_uint_eq(bh_device_table_size(table), 2);
}
END_TEST

/* One report of one device, and what it should have done. */
typedef struct {
    BhAdGroups replaced;
    gboolean raw;
    const char *data;
    gint8 rssi;
    BhDeviceChange change;
    const char *payload;
    gboolean is_raw;
    gint8 known_rssi;
} Step;

static void
play(const Step *steps, gsize n)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    for (gsize i = 0; i < n; i++) {
        BhReport report = report_of(1, 10 + (gint64)i);
        BhDeviceChange change;
        g_autofree guint8 *data = bh_test_bytes(steps[i].data, &report.size);
        report.data = data;
        report.replaced = steps[i].replaced;
        report.raw = steps[i].raw;
        report.rssi = steps[i].rssi;

        const BhDevice *device = bh_device_table_update(table, &report, &change);
        g_autofree char *payload = bh_test_hex(device->payload, device->payload_size);
        ck_assert_msg(change == steps[i].change, "step %zu: change %d", i, change);
        ck_assert_str_eq(payload, steps[i].payload);
        ck_assert_int_eq(device->raw, steps[i].is_raw);
        ck_assert_int_eq(device->rssi, steps[i].known_rssi);
    }
}

#define NEW BH_DEVICE_CHANGE_NEW
#define PAYLOAD BH_DEVICE_CHANGE_PAYLOAD
#define RSSI BH_DEVICE_CHANGE_RSSI
#define MANUFACTURER BH_AD_GROUP_MANUFACTURER
#define UNKNOWN BH_RSSI_UNKNOWN

START_TEST(partial_reports_replace_their_groups)
{
    static const Step steps[] = {
        {BH_AD_GROUP_ALL,
         FALSE,
         "020106 03ff4c00",
         -60,
         NEW | PAYLOAD | RSSI,
         "02010603ff4c00",
         FALSE,
         -60},
        {0, FALSE, "", -60, 0, "02010603ff4c00", FALSE, -60},
        {0, FALSE, "", UNKNOWN, 0, "02010603ff4c00", FALSE, -60},
        {0, FALSE, "", -61, RSSI, "02010603ff4c00", FALSE, -61},
        {MANUFACTURER, FALSE, "03ff4c00", -61, 0, "02010603ff4c00", FALSE, -61},
        {BH_AD_GROUP_FLAGS, FALSE, "020106", -61, 0, "02010603ff4c00", FALSE, -61},
        {MANUFACTURER, FALSE, "04ff4c0001", -62, PAYLOAD | RSSI, "02010604ff4c0001", FALSE, -62},
        {MANUFACTURER, FALSE, "", UNKNOWN, PAYLOAD, "020106", FALSE, -62},
        {MANUFACTURER, FALSE, "", UNKNOWN, 0, "020106", FALSE, -62},
        {BH_AD_GROUP_NAME, FALSE, "020961", UNKNOWN, PAYLOAD, "020106020961", FALSE, -62},
        {BH_AD_GROUP_ALL, FALSE, "", UNKNOWN, PAYLOAD, "", FALSE, -62},
    };
    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(report_that_names_no_group_replaces_what_it_brings)
{
    static const Step steps[] = {
        {0, FALSE, "020106 03ff4c00", UNKNOWN, NEW | PAYLOAD, "02010603ff4c00", FALSE, UNKNOWN},
        {0, FALSE, "03ff4c00", UNKNOWN, 0, "02010603ff4c00", FALSE, UNKNOWN},
        {0, FALSE, "03ff5900", UNKNOWN, PAYLOAD, "02010603ff5900", FALSE, UNKNOWN},
    };
    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(raw_payload_is_kept_to_the_byte_until_a_part_changes)
{
    static const Step steps[] = {
        {BH_AD_GROUP_ALL,
         TRUE,
         "020106 05ff4c",
         -60,
         NEW | PAYLOAD | RSSI,
         "02010605ff4c",
         TRUE,
         -60},
        {BH_AD_GROUP_ALL, TRUE, "020106 05ff4c", -60, 0, "02010605ff4c", TRUE, -60},
        {0, FALSE, "", -60, 0, "02010605ff4c", TRUE, -60},
        {BH_AD_GROUP_NAME, FALSE, "020961", -60, PAYLOAD, "020106020961", FALSE, -60},
        {BH_AD_GROUP_ALL, TRUE, "020106 020961", -60, 0, "020106020961", TRUE, -60},
        {BH_AD_GROUP_NAME, FALSE, "020961", -60, 0, "020106020961", TRUE, -60},
        {BH_AD_GROUP_ALL, FALSE, "020106", -60, PAYLOAD, "020106", FALSE, -60},
        {BH_AD_GROUP_ALL, TRUE, "", -60, PAYLOAD, "", TRUE, -60},
    };
    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(malformed_tail_of_a_payload_that_is_not_raw_is_left_out)
{
    static const Step steps[] = {
        {BH_AD_GROUP_ALL, FALSE, "020106 05ff4c", -60, NEW | PAYLOAD | RSSI, "020106", FALSE, -60},
    };
    play(steps, G_N_ELEMENTS(steps));
}
END_TEST

START_TEST(payload_too_long_to_be_real_is_cut_and_not_raw)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    g_autofree guint8 *data = g_malloc0(8 * 256);
    BhReport report = report_of(1, 10);
    BhDeviceChange change;

    for (gsize i = 0; i < 8; i++)
        data[256 * i] = 255;
    report.replaced = BH_AD_GROUP_ALL;
    report.raw = TRUE;
    report.data = data;
    report.size = 8 * 256;
    const BhDevice *device = bh_device_table_update(table, &report, &change);
    ck_assert_uint_eq(device->payload_size, 6 * 256);
    ck_assert(!device->raw);
}
END_TEST

START_TEST(payload_memory_is_reused_and_given_back_when_it_is_mostly_empty)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    g_autofree guint8 *data = g_malloc0(BH_AD_PAYLOAD_MAX);
    static const gsize sizes[] = {31, 20, 0, 33, 1600, 900, 31, 40, 0, 1650, 3};
    BhReport report = report_of(1, 10);
    BhDeviceChange change;
    const guint8 *small = NULL;

    report.replaced = BH_AD_GROUP_ALL;
    report.raw = TRUE;
    report.data = data;
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        memset(data, (int)i + 1, BH_AD_PAYLOAD_MAX);
        report.size = sizes[i];
        const BhDevice *device = bh_device_table_update(table, &report, &change);
        ck_assert_int_ne(change & BH_DEVICE_CHANGE_PAYLOAD, 0);
        ck_assert_uint_eq(device->payload_size, sizes[i]);
        ck_assert_int_eq(memcmp(device->payload, data, sizes[i]), 0);
        small = i == 0 ? device->payload : small;
        if (i < 4) /* 31 to 33 bytes fit into one buffer */
            ck_assert_ptr_eq(device->payload, small);
    }
}
END_TEST

START_TEST(row_follows_the_newest_report)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(9);
    hear(table, 1, 1000000);
    BhReport report = report_of(1, 1100000);
    BhDeviceChange change;
    report.adapter = 3;
    const BhDevice *device = bh_device_table_update(table, &report, &change);

    ck_assert_uint_eq(device->adapter, 3);
    ck_assert_int_eq(device->first_seen_us, 1000000);
    ck_assert_int_eq(device->last_seen_us, 1100000);
    ck_assert_int_eq(device->realtime_us, 1101000);
    ck_assert_uint_eq(device->statistics.samples, 2);
    ck_assert_float_eq(device->statistics.interval_ms, 100.0f);
}
END_TEST

static BhDevice *
hear_payload(BhDeviceTable *table, guint n, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    BhReport report = report_of(n, 1);
    BhDeviceChange change;

    report.replaced = BH_AD_GROUP_ALL;
    report.raw = TRUE;
    report.data = bytes;
    report.size = size;
    return bh_device_table_update(table, &report, &change);
}

#define IBEACON "1aff4c000215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5"
#define EID "0d16aafe30f6 0102030405060708"
#define EID_CUT "0c16aafe30f6 01020304050607"

START_TEST(payload_tells_which_beacon_it_is)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    BhBeacon beacon;

    BhDevice *device = hear_payload(table, 1, "020106");
    ck_assert_uint_eq(device->beacon, 0);
    ck_assert(!bh_device_get_beacon(device, &beacon));

    hear_payload(table, 1, "020106" IBEACON);
    ck_assert_uint_eq(device->beacon, BH_BEACON_BIT(BH_BEACON_IBEACON));
    ck_assert(bh_device_get_beacon(device, &beacon));
    ck_assert_uint_eq(beacon.minor, 0x203);
    hear_payload(table, 1, "020106" EID);
    ck_assert_uint_eq(device->beacon, BH_BEACON_BIT(BH_BEACON_EDDYSTONE_EID));
    hear(table, 1, 2); /* which says nothing of the payload */
    ck_assert_uint_eq(device->beacon, BH_BEACON_BIT(BH_BEACON_EDDYSTONE_EID));

    hear(table, 2, 3); /* takes its place */
    ck_assert_uint_eq(find(table, 2)->beacon, 0);
    ck_assert_uint_eq(bh_device_table_malformed_beacons(table), 0);
}
END_TEST

START_TEST(malformed_beacon_is_none_and_counted_once_for_each_new_payload)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(2);
    BhDevice *device = hear_payload(table, 1, EID);

    hear_payload(table, 1, EID_CUT);
    ck_assert_uint_eq(device->beacon, 0);
    hear_payload(table, 1, EID_CUT);
    hear(table, 1, 2);
    ck_assert_uint_eq(bh_device_table_malformed_beacons(table), 1);
    hear_payload(table, 2, EID_CUT);
    hear_payload(table, 1, EID);
    hear_payload(table, 1, EID_CUT);
    ck_assert_uint_eq(bh_device_table_malformed_beacons(table), 3);
}
END_TEST

/* As BlueZ tells it: what a frame has, and not what it lacks. */
static const char *
hear_signal(BhDeviceTable *table, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    BhReport report = report_of(1, 1);
    BhDeviceChange change;
    BhBeacon beacon;

    report.data = bytes;
    report.size = size;
    bh_device_table_update(table, &report, &change);
    if (!bh_device_get_beacon(find(table, 1), &beacon))
        return "none";
    return bh_beacon_type_to_name(beacon.type);
}

START_TEST(beacon_that_sends_several_kinds_is_the_one_heard_last)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);

    for (guint i = 0; i < 3; i++) {
        ck_assert_str_eq(hear_signal(table, "0309 6162" IBEACON), "iBeacon");
        ck_assert_str_eq(hear_signal(table, EID), "Eddystone-EID");
        ck_assert_str_eq(hear_signal(table, "0303aafe 0d16aafe10eb01626c6568756207"),
                         "Eddystone-URL");
    }
    const BhDevice *device = find(table, 1);
    g_autofree char *payload = bh_test_hex(device->payload, device->payload_size);
    ck_assert_str_eq(payload,
                     "03096162"
                     "0303aafe"
                     "0d16aafe10eb01626c6568756207");
}
END_TEST

/* Data of a company is no other beacon. */
START_TEST(beacon_stays_when_something_else_is_told_of_it)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);

    hear_signal(table, EID);
    ck_assert_str_eq(hear_signal(table, "05ff59000102"), "Eddystone-EID");
    ck_assert_str_eq(hear_signal(table, "0309 6162"), "Eddystone-EID");
    ck_assert_str_eq(hear_signal(table, EID), "Eddystone-EID");
    ck_assert(bh_ad_has_manufacturer(find(table, 1)->payload, find(table, 1)->payload_size, 0x59));
}
END_TEST

static char *
row_text(const BhDevice *device)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    bh_device_add_to_row(device, &builder);
    g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_builder_end(&builder));
    return g_variant_print(row, TRUE);
}

START_TEST(row_tells_what_is_known_and_nothing_else)
{
    BhDevice device = {
        .address = {{0xc0, 0xff, 0xee, 1, 2, 3}, BH_ADDRESS_PUBLIC},
        .rssi = BH_RSSI_UNKNOWN,
        .last_seen_us = 5,
        .realtime_us = 6,
    };
    g_autofree char *bare = row_text(&device);
    ck_assert_str_eq(bare,
                     "{'Address': <'C0:FF:EE:01:02:03'>, 'AddressType': <'public'>, "
                     "'Timestamp': <int64 6>, 'TimestampMonotonic': <int64 5>}");

    guint8 payload[] = {2, 1, 6};
    device.rssi = -84;
    device.address.type = BH_ADDRESS_RANDOM;
    device.payload = payload;
    device.payload_size = sizeof payload;
    device.raw = TRUE;
    device.advertising_size = sizeof payload;
    g_autofree char *full = row_text(&device);
    ck_assert_str_eq(full,
                     "{'Address': <'C0:FF:EE:01:02:03'>, 'AddressType': <'random'>, "
                     "'RSSI': <int16 -84>, 'DistanceM': <10.0>, "
                     "'AdvertisingFlags': <[byte 0x06]>, "
                     "'AdvertisingData': <[byte 0x02, 0x01, 0x06]>, 'Merged': <false>, "
                     "'Timestamp': <int64 6>, 'TimestampMonotonic': <int64 5>}");
}
END_TEST

/* What each says of its power at 1 m is 25 dB more than what is received: 10 m. */
START_TEST(distance_is_that_of_the_beacons_own_power)
{
    static const struct {
        const char *hex;
        gint8 rssi;
    } cases[] = {
        {"1aff4c000215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 bf", -90}, /* -65 dBm */
        {"0d16aafe30f6 0102030405060708", -76},            /* -10 dBm at 0 m: -51 */
        {"1116aafe2000 0bb8 15c0 00000064 00000c80", -84}, /* it does not say */
        {"020106", -84},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
        BhDevice *device = hear_payload(table, 1, cases[i].hex);

        device->rssi = cases[i].rssi;
        g_autofree char *text = row_text(device);
        ck_assert_msg(strstr(text, "'DistanceM': <10.0>") != NULL, "%s", text);
    }
}
END_TEST

START_TEST(row_of_a_beacon_says_what_it_says)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(1);
    g_autofree char *text = row_text(hear_payload(table, 1, EID));

    ck_assert_msg(strstr(text,
                         " 'Beacon': <{'Type': <'Eddystone-EID'>, 'EID': <'0102030405060708'>,"
                         " 'TxPower': <int16 -10>}>,") != NULL,
                  "%s",
                  text);
}
END_TEST

/* Bytes the allocator has handed out; a sanitizer's allocator says 0. */
static gsize
allocated(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static BhReport
random_report(GRand *rand, const guint8 *payload, gsize size, gint64 time_us)
{
    BhReport report = {.rssi = -70, .replaced = BH_AD_GROUP_ALL, .data = payload, .size = size};
    for (guint i = 0; i < 6; i++)
        report.address.octets[i] = (guint8)g_rand_int(rand);
    report.address.type = BH_ADDRESS_RANDOM;
    report.monotonic_us = time_us;
    return report;
}

START_TEST(fifty_thousand_strangers_pass_through_a_bounded_table)
{
    enum {
        STRANGERS = 50000,
        ROWS = 10000
    };
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    g_autofree BhAddress *addresses = g_new(BhAddress, STRANGERS);
    guint8 payload[31] = {30, BH_AD_MANUFACTURER};
    gsize before = allocated(), filled = 0;
    g_autoptr(BhDeviceTable) table = bh_device_table_new(ROWS);

    for (guint i = 0; i < STRANGERS; i++) {
        BhReport report = random_report(rand, payload, sizeof payload, 1 + i);
        BhDeviceChange change;
        addresses[i] = report.address;
        BhDevice *device = bh_device_table_update(table, &report, &change);
        ck_assert_int_eq(change, NEW | PAYLOAD | RSSI);
        ck_assert_uint_lt(device->slot, ROWS);
        if (i == 2 * ROWS)
            filled = allocated();
    }

    ck_assert_uint_eq(bh_device_table_size(table), ROWS);
    ck_assert_uint_eq(bh_device_table_evictions(table), STRANGERS - ROWS);
    for (guint i = 0; i < STRANGERS; i++) {
        gboolean stays = i >= STRANGERS - ROWS;
        ck_assert_int_eq(bh_device_table_lookup(table, &addresses[i]) != NULL, stays);
    }
    ck_assert_uint_le(allocated(), filled + filled / 100);
    ck_assert_uint_le((allocated() - before) / ROWS, 256);
}
END_TEST

BH_TEST_MAIN("lib-device-table",
             full_table_evicts_the_unheard_for_longest,
             foreach_stops_when_told,
             smaller_bound_evicts_at_once_those_unheard_for_longest,
             larger_bound_makes_room,
             slot_tells_its_tenants_apart,
             slots_freed_by_a_smaller_bound_are_used_again,
             new_tenant_inherits_nothing,
             same_octets_of_another_type_are_another_device,
             partial_reports_replace_their_groups,
             report_that_names_no_group_replaces_what_it_brings,
             raw_payload_is_kept_to_the_byte_until_a_part_changes,
             malformed_tail_of_a_payload_that_is_not_raw_is_left_out,
             payload_too_long_to_be_real_is_cut_and_not_raw,
             payload_memory_is_reused_and_given_back_when_it_is_mostly_empty,
             row_follows_the_newest_report,
             payload_tells_which_beacon_it_is,
             beacon_that_sends_several_kinds_is_the_one_heard_last,
             beacon_stays_when_something_else_is_told_of_it,
             malformed_beacon_is_none_and_counted_once_for_each_new_payload,
             row_tells_what_is_known_and_nothing_else,
             distance_is_that_of_the_beacons_own_power,
             row_of_a_beacon_says_what_it_says,
             fifty_thousand_strangers_pass_through_a_bounded_table)
