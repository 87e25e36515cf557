/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A packed stream as a hostile server would send it. Every record that is accepted lies within the
 * packet, makes a row, and is written again as it was read. The same bytes are then read as a
 * subscription's.
 */
#include "bh-error.h"
#include "bh-packed.h"
#include "fuzz.h"

#include <string.h>

static void
check_bounds(const BhPackedRecord *record, const uint8_t *data, size_t size)
{
    const guint8 *end = record->scan_response + record->scan_response_size;

    g_assert_true(record->advertising >= data + BH_PACKED_HEADER_SIZE);
    g_assert_true(record->scan_response == record->advertising + record->advertising_size);
    g_assert_true(end <= data + size);
    g_assert_true(record->address.type <= BH_ADDRESS_RANDOM);
    g_assert_true(record->connectable <= BH_CONNECTABLE_YES);
}

static void
check_row(const BhPackedRecord *record)
{
    GVariantBuilder builder;
    g_autoptr(GVariant) row = NULL;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    bh_packed_record_add_to_row(record, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    g_assert_true(g_variant_is_normal_form(row));
    g_assert_true(g_variant_lookup(row, "Address", "s", NULL));
}

/* Through a device, as blehubd does it; the longest payloads of the air only. */
static void
check_writing(const BhPackedRecord *record)
{
    gsize size = record->advertising_size + record->scan_response_size;
    g_autofree guint8 *payload = g_memdup2(record->advertising, size);
    g_autoptr(GByteArray) packet = g_byte_array_new();
    BhDevice device = {
        .address = record->address,
        .rssi = record->rssi,
        .raw = TRUE,
        .payload = payload,
        .payload_size = (guint16)size,
        .advertising_size = (guint16)record->advertising_size,
    };
    BhPackedIter iter;
    BhPackedRecord again;

    if (size > BH_AD_PAYLOAD_MAX)
        return;
    g_byte_array_set_size(packet, BH_PACKED_HEADER_SIZE);
    bh_packed_write_header(packet->data, 1, record->sequence, record->dropped);
    bh_packed_append_record(packet, &device, record->has_adapter ? &record->adapter : NULL);
    g_assert_true(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    g_assert_true(bh_packed_iter_next(&iter, &again, NULL));
    g_assert_true(bh_address_equal(&again.address, &record->address));
    g_assert_cmpint(again.rssi, ==, record->rssi);
    g_assert_cmpuint(again.sequence, ==, record->sequence);
    g_assert_cmpmem(again.advertising,
                    again.advertising_size,
                    record->advertising,
                    record->advertising_size);
    g_assert_cmpmem(again.scan_response,
                    again.scan_response_size,
                    record->scan_response,
                    record->scan_response_size);
}

static void
check_value(const BhPackedValue *value, const uint8_t *data, size_t size)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    BhPackedIter iter;
    BhPackedValue again;

    g_assert_true(value->value >= data + BH_PACKED_HEADER_SIZE);
    g_assert_true(value->value + value->size <= data + size);
    g_byte_array_set_size(packet, BH_PACKED_HEADER_SIZE);
    bh_packed_write_header(packet->data, 1, value->sequence, value->dropped);
    bh_packed_append_value(packet,
                           value->value,
                           value->size,
                           value->realtime_us,
                           value->monotonic_us);
    g_assert_true(bh_packed_iter_init(&iter, packet->data, packet->len, NULL));
    g_assert_true(bh_packed_iter_next_value(&iter, &again, NULL));
    g_assert_cmpint(again.realtime_us, ==, value->realtime_us);
    g_assert_cmpmem(again.value,
                    again.size,
                    value->value,
                    MIN(value->size, (gsize)BH_PACKED_VALUE_MAX));
}

static void
check_values(const uint8_t *data, size_t size)
{
    BhPackedIter iter;
    BhPackedValue value;
    guint values = 0;

    if (!bh_packed_iter_init(&iter, data, size, NULL))
        return;
    while (bh_packed_iter_next_value(&iter, &value, NULL)) {
        g_assert_cmpuint(++values, <=, G_MAXUINT16);
        check_value(&value, data, size);
    }
    g_assert_false(bh_packed_iter_next_value(&iter, &value, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    BhPackedIter iter;
    BhPackedRecord record;
    guint records = 0;

    if (!bh_packed_iter_init(&iter, data, size, &error)) {
        g_assert_true(error->domain == BH_ERROR);
        return 0;
    }
    while (bh_packed_iter_next(&iter, &record, &error)) {
        g_assert_cmpuint(++records, <=, G_MAXUINT16);
        check_bounds(&record, data, size);
        check_row(&record);
        check_writing(&record);
    }
    g_assert_false(bh_packed_iter_next(&iter, &record, NULL));
    check_values(data, size);
    return 0;
}
