/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Packed records: the bytes are those the header describes, what is written is read again, and
 * nothing that does not fit is believed.
 */
#include "bh-error.h"
#include "bh-packed.h"
#include "test-main.h"

#include <string.h>

static const BhAddress lamp = {{0xc0, 1, 2, 3, 4, 5}, BH_ADDRESS_RANDOM};
static const BhAddress radio = {{0x00, 0x1a, 0x7d, 0xda, 0x71, 0x13}, BH_ADDRESS_PUBLIC};
static guint8 payload[] = {0x02, 0x01, 0x06, 0x03, 0x09, 'o', 'k'};

static BhDevice
make_device(void)
{
    return (BhDevice){
        .address = lamp,
        .rssi = -60,
        .payload = payload,
        .payload_size = sizeof payload,
        .realtime_us = 0x0102030405060708,
        .last_seen_us = 0x1112131415161718,
    };
}

/* A packet of one record about device. */
static GByteArray *
make_packet(const BhDevice *device, const BhAddress *adapter, guint64 sequence, guint32 dropped)
{
    GByteArray *packet = g_byte_array_new();

    g_byte_array_set_size(packet, BH_PACKED_HEADER_SIZE);
    bh_packed_write_header(packet->data, 1, sequence, dropped);
    bh_packed_append_record(packet, device, adapter);
    return packet;
}

static void
read_one(const GByteArray *packet, BhPackedRecord *record)
{
    BhPackedIter iter;
    g_autoptr(GError) error = NULL;

    ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, &error));
    ck_assert(bh_packed_iter_next(&iter, record, &error));
    ck_assert_ptr_null(error);
}

START_TEST(a_packet_has_the_documented_bytes)
{
    const BhDevice device = make_device();
    g_autoptr(GByteArray) packet = make_packet(&device, &radio, 0x0a0b0c0d, 7);
    g_autofree char *hex = bh_test_hex(packet->data, packet->len);

    ck_assert_str_eq(hex,
                     "424850"           /* BHP */
                     "01"               /* version */
                     "0100"             /* records */
                     "1400"             /* size of the header */
                     "0d0c0b0a00000000" /* sequence */
                     "07000000"         /* dropped */
                     "2f00"             /* size of the record */
                     "0000"             /* flags */
                     "c00102030405"     /* address */
                     "01"               /* random */
                     "c4"               /* -60 dBm */
                     "001a7dda7113"     /* adapter */
                     "0700"             /* advertising data */
                     "0000"             /* scan response */
                     "0000"
                     "0807060504030201" /* realtime */
                     "1817161514131211" /* monotonic */
                     "02010603096f6b");
}
END_TEST

START_TEST(a_packet_that_is_none_is_refused)
{
    static const struct {
        const char *hex;
        BhError code;
    } cases[] = {
        {"", BH_ERROR_FAILED},
        {"4248500101001400000000000000000000000000" + 2, BH_ERROR_FAILED},    /* too short */
        {"4248510101001400010000000000000000000000", BH_ERROR_FAILED},        /* not BHP */
        {"4248500201001400010000000000000000000000", BH_ERROR_NOT_SUPPORTED}, /* version 2 */
        {"4248500101001300010000000000000000000000", BH_ERROR_FAILED},        /* header of 19 */
        {"4248500101001500010000000000000000000000", BH_ERROR_FAILED},        /* header of 21 */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(cases[i].hex, &size);
        g_autoptr(GError) error = NULL;
        BhPackedIter iter;
        BhPackedRecord record;

        ck_assert(!bh_packed_iter_init(&iter, bytes, size, &error));
        ck_assert_msg(g_error_matches(error, BH_ERROR, cases[i].code), "case %zu", i);
        ck_assert(!bh_packed_iter_next(&iter, &record, NULL));
    }
}
END_TEST

START_TEST(a_record_cut_anywhere_is_refused)
{
    const BhDevice device = make_device();
    g_autoptr(GByteArray) packet = make_packet(&device, &radio, 1, 0);

    for (gsize size = BH_PACKED_HEADER_SIZE; size < packet->len; size++) {
        g_autofree guint8 *cut = g_memdup2(packet->data, size);
        g_autoptr(GError) error = NULL;
        BhPackedIter iter;
        BhPackedRecord record;

        ck_assert(bh_packed_iter_init(&iter, cut, size, NULL));
        ck_assert(!bh_packed_iter_next(&iter, &record, &error));
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_FAILED));
        ck_assert(!bh_packed_iter_next(&iter, &record, NULL));
    }
}
END_TEST

START_TEST(a_payload_longer_than_its_record_is_refused)
{
    const BhDevice device = make_device();

    for (guint at = 18; at <= 20; at += 2) {
        g_autoptr(GByteArray) packet = make_packet(&device, &radio, 1, 0);
        g_autoptr(GError) error = NULL;
        BhPackedIter iter;
        BhPackedRecord record;

        packet->data[BH_PACKED_HEADER_SIZE + at] += 1;
        ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
        ck_assert(!bh_packed_iter_next(&iter, &record, &error));
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_FAILED));
    }
}
END_TEST

START_TEST(what_was_written_is_read)
{
    BhDevice device = make_device();
    g_autoptr(GByteArray) packet = NULL;
    BhPackedRecord record;

    device.raw = TRUE;
    device.advertising_size = 3;
    device.connectable = BH_CONNECTABLE_YES;
    packet = make_packet(&device, &radio, 42, 9);
    read_one(packet, &record);
    ck_assert_uint_eq(record.sequence, 42);
    ck_assert_uint_eq(record.dropped, 9);
    ck_assert(bh_address_equal(&record.address, &lamp));
    ck_assert(record.has_adapter && bh_address_equal(&record.adapter, &radio));
    ck_assert_int_eq(record.rssi, -60);
    ck_assert(record.raw && !record.merged);
    ck_assert_int_eq(record.connectable, BH_CONNECTABLE_YES);
    ck_assert_int_eq(record.realtime_us, device.realtime_us);
    ck_assert_int_eq(record.monotonic_us, device.last_seen_us);
    ck_assert_mem_eq(record.advertising, payload, 3);
    ck_assert_uint_eq(record.advertising_size, 3);
    ck_assert_mem_eq(record.scan_response, payload + 3, 4);
    ck_assert_uint_eq(record.scan_response_size, 4);
}
END_TEST

START_TEST(what_is_not_known_stays_unknown)
{
    BhDevice device = make_device();
    g_autoptr(GByteArray) packet = NULL;
    BhPackedRecord record;

    device.rssi = BH_RSSI_UNKNOWN;
    device.payload = NULL;
    device.payload_size = 0;
    packet = make_packet(&device, NULL, 1, 0);
    read_one(packet, &record);
    ck_assert(!record.has_adapter);
    ck_assert_int_eq(record.rssi, BH_RSSI_UNKNOWN);
    ck_assert_int_eq(record.connectable, BH_CONNECTABLE_UNKNOWN);
    ck_assert_uint_eq(record.advertising_size + record.scan_response_size, 0);
}
END_TEST

START_TEST(merged_and_not_connectable_are_told)
{
    BhDevice device = make_device();
    g_autoptr(GByteArray) packet = NULL;
    BhPackedRecord record;

    device.raw = TRUE;
    device.merged = TRUE;
    device.advertising_size = sizeof payload;
    device.connectable = BH_CONNECTABLE_NO;
    packet = make_packet(&device, &radio, 1, 0);
    read_one(packet, &record);
    ck_assert(record.merged);
    ck_assert_int_eq(record.connectable, BH_CONNECTABLE_NO);
    ck_assert_uint_eq(record.scan_response_size, 0);
}
END_TEST

START_TEST(records_of_a_packet_are_numbered_and_the_loss_is_told_once)
{
    const BhDevice device = make_device();
    g_autoptr(GByteArray) packet = make_packet(&device, &radio, 5, 2);
    BhPackedIter iter;
    BhPackedRecord record;

    bh_packed_append_record(packet, &device, &radio);
    bh_packed_append_record(packet, &device, &radio);
    bh_packed_write_header(packet->data, 3, 5, 2);
    ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    for (guint i = 0; i < 3; i++) {
        ck_assert(bh_packed_iter_next(&iter, &record, NULL));
        ck_assert_uint_eq(record.sequence, 5 + i);
        ck_assert_uint_eq(record.dropped, i == 0 ? 2 : 0);
    }
    ck_assert(!bh_packed_iter_next(&iter, &record, NULL));
}
END_TEST

START_TEST(fields_of_a_later_version_are_skipped)
{
    const BhDevice device = make_device();
    g_autoptr(GByteArray) packet = make_packet(&device, &radio, 1, 0);
    static const guint8 more[4] = {1, 2, 3, 4};
    BhPackedIter iter;
    BhPackedRecord record;
    guint begin;

    g_byte_array_append(packet, more, sizeof more); /* behind the first record's payload */
    packet->data[BH_PACKED_HEADER_SIZE] += sizeof more;
    packet->data[BH_PACKED_HEADER_SIZE + 3] = 0x7f; /* flags nobody knows yet */
    begin = packet->len;
    bh_packed_append_record(packet, &device, &radio);
    ck_assert_uint_gt(packet->len, begin);
    bh_packed_write_header(packet->data, 2, 1, 0);
    ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    ck_assert(bh_packed_iter_next(&iter, &record, NULL));
    ck_assert(bh_packed_iter_next(&iter, &record, NULL));
    ck_assert_mem_eq(record.advertising, payload, sizeof payload);
}
END_TEST

START_TEST(the_row_of_a_record_is_the_row_of_its_device)
{
    const BhDevice device = make_device();
    g_autoptr(GByteArray) packet = make_packet(&device, &radio, 1, 0);
    GVariantBuilder builder;
    g_autoptr(GVariant) expected = NULL;
    g_autoptr(GVariant) row = NULL;
    BhPackedRecord record;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    bh_device_add_to_row(&device, &builder);
    g_variant_builder_add(&builder, "{sv}", "Adapter", g_variant_new_string("00:1A:7D:DA:71:13"));
    expected = g_variant_ref_sink(g_variant_builder_end(&builder));
    read_one(packet, &record);
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    bh_packed_record_add_to_row(&record, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    ck_assert(g_variant_equal(row, expected));
}
END_TEST

START_TEST(the_device_of_a_record_knows_its_beacon)
{
    gsize size;
    g_autofree guint8 *eid = bh_test_bytes("0d16aafe30f6 0102030405060708", &size);
    BhDevice device = make_device();
    g_autoptr(GByteArray) packet = NULL;
    BhPackedRecord record;
    BhDevice read;

    device.payload = eid;
    device.payload_size = (guint16)size;
    packet = make_packet(&device, &radio, 1, 0);
    read_one(packet, &record);
    bh_packed_record_get_device(&record, &read);
    ck_assert_uint_eq(read.beacon, BH_BEACON_BIT(BH_BEACON_EDDYSTONE_EID));
}
END_TEST

BH_TEST_MAIN("lib-packed",
             a_packet_has_the_documented_bytes,
             a_packet_that_is_none_is_refused,
             a_record_cut_anywhere_is_refused,
             a_payload_longer_than_its_record_is_refused,
             what_was_written_is_read,
             what_is_not_known_stays_unknown,
             merged_and_not_connectable_are_told,
             records_of_a_packet_are_numbered_and_the_loss_is_told_once,
             fields_of_a_later_version_are_skipped,
             the_row_of_a_record_is_the_row_of_its_device,
             the_device_of_a_record_knows_its_beacon)
