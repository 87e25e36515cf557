/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Packed records of values: the bytes are those the header describes, what is written is read
 * again, and a reader of one kind of stream refuses records of the other.
 */
#include "bh-error.h"
#include "bh-packed.h"
#include "test-main.h"

static const guint8 beat[] = {0x06, 0x48, 0x00};

/* A packet of as many records about the same value. */
static GByteArray *
make_packet(guint16 records, guint64 sequence, guint32 dropped)
{
    GByteArray *packet = g_byte_array_new();

    g_byte_array_set_size(packet, BH_PACKED_HEADER_SIZE);
    bh_packed_write_header(packet->data, records, sequence, dropped);
    for (guint16 i = 0; i < records; i++)
        bh_packed_append_value(packet, beat, sizeof beat, 0x0102030405060708, 0x1112131415161718);
    return packet;
}

START_TEST(a_value_has_the_documented_bytes)
{
    g_autoptr(GByteArray) packet = make_packet(1, 1, 0);
    g_autofree char *hex =
        bh_test_hex(packet->data + BH_PACKED_HEADER_SIZE, packet->len - BH_PACKED_HEADER_SIZE);

    ck_assert_str_eq(hex,
                     "1b00"             /* size of the record */
                     "0080"             /* flags */
                     "0807060504030201" /* realtime */
                     "1817161514131211" /* monotonic */
                     "0300"             /* size of the value */
                     "0000"
                     "064800");
}
END_TEST

START_TEST(a_value_cut_anywhere_is_refused)
{
    g_autoptr(GByteArray) packet = make_packet(1, 1, 0);

    for (gsize size = BH_PACKED_HEADER_SIZE; size < packet->len; size++) {
        g_autofree guint8 *cut = g_memdup2(packet->data, size);
        g_autoptr(GError) error = NULL;
        BhPackedIter iter;
        BhPackedValue value;

        ck_assert(bh_packed_iter_init(&iter, cut, size, NULL));
        ck_assert(!bh_packed_iter_next_value(&iter, &value, &error));
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_FAILED));
        ck_assert(!bh_packed_iter_next_value(&iter, &value, NULL));
    }
}
END_TEST

START_TEST(a_value_longer_than_its_record_is_refused)
{
    g_autoptr(GByteArray) packet = make_packet(1, 1, 0);
    g_autoptr(GError) error = NULL;
    BhPackedIter iter;
    BhPackedValue value;

    packet->data[BH_PACKED_HEADER_SIZE + 20] += 1;
    ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    ck_assert(!bh_packed_iter_next_value(&iter, &value, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_FAILED));
}
END_TEST

START_TEST(a_record_of_the_other_kind_is_refused)
{
    const BhDevice device = {.rssi = -60};
    g_autoptr(GByteArray) values = make_packet(1, 1, 0);
    g_autoptr(GByteArray) reports = g_byte_array_new();
    g_autoptr(GError) no_report = NULL, no_value = NULL;
    BhPackedIter iter;
    BhPackedRecord record;
    BhPackedValue value;

    g_byte_array_set_size(values, 200); /* as long as a report would be */
    values->data[BH_PACKED_HEADER_SIZE] = 100;
    ck_assert(bh_packed_iter_init(&iter, values->data, values->len, NULL));
    ck_assert(!bh_packed_iter_next(&iter, &record, &no_report));
    ck_assert(g_error_matches(no_report, BH_ERROR, BH_ERROR_FAILED));
    g_byte_array_set_size(reports, BH_PACKED_HEADER_SIZE);
    bh_packed_write_header(reports->data, 1, 1, 0);
    bh_packed_append_record(reports, &device, NULL);
    ck_assert(bh_packed_iter_init(&iter, reports->data, reports->len, NULL));
    ck_assert(!bh_packed_iter_next_value(&iter, &value, &no_value));
    ck_assert(g_error_matches(no_value, BH_ERROR, BH_ERROR_FAILED));
}
END_TEST

START_TEST(values_that_were_written_are_read_in_order)
{
    g_autoptr(GByteArray) packet = make_packet(3, 5, 2);
    BhPackedIter iter;
    BhPackedValue value;

    ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    for (guint i = 0; i < 3; i++) {
        ck_assert(bh_packed_iter_next_value(&iter, &value, NULL));
        ck_assert_uint_eq(value.sequence, 5 + i);
        ck_assert_uint_eq(value.dropped, i == 0 ? 2 : 0);
        ck_assert_int_eq(value.realtime_us, 0x0102030405060708);
        ck_assert_int_eq(value.monotonic_us, 0x1112131415161718);
        ck_assert_uint_eq(value.size, sizeof beat);
        ck_assert_mem_eq(value.value, beat, sizeof beat);
    }
    ck_assert(!bh_packed_iter_next_value(&iter, &value, NULL));
}
END_TEST

START_TEST(an_empty_value_is_one_and_a_value_too_long_is_cut)
{
    g_autoptr(GByteArray) packet = make_packet(0, 1, 0);
    g_autofree guint8 *zeros = g_malloc0(BH_PACKED_VALUE_MAX + 1);
    BhPackedIter iter;
    BhPackedValue value;

    bh_packed_append_value(packet, NULL, 0, 1, 1);
    bh_packed_append_value(packet, zeros, BH_PACKED_VALUE_MAX + 1, 1, 1);
    bh_packed_write_header(packet->data, 2, 1, 0);
    ck_assert(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    ck_assert(bh_packed_iter_next_value(&iter, &value, NULL));
    ck_assert_uint_eq(value.size, 0);
    ck_assert(bh_packed_iter_next_value(&iter, &value, NULL));
    ck_assert_uint_eq(value.size, BH_PACKED_VALUE_MAX);
}
END_TEST

BH_TEST_MAIN("lib-packed-value",
             a_value_has_the_documented_bytes,
             a_value_cut_anywhere_is_refused,
             a_value_longer_than_its_record_is_refused,
             a_record_of_the_other_kind_is_refused,
             values_that_were_written_are_read_in_order,
             an_empty_value_is_one_and_a_value_too_long_is_cut)
