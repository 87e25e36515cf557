/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The layout stands in the header. Offsets are counted by a cursor, so that writing and reading are
 * the same list of fields in the same order.
 */
#include "bh-packed.h"

#include "bh-error.h"

#include <string.h>

#define RECORD_HEAD_SIZE 40
#define VALUE_HEAD_SIZE 24

enum {
    FLAG_RAW = 1 << 0,
    FLAG_MERGED = 1 << 1,
    FLAG_CONNECTABLE_KNOWN = 1 << 2,
    FLAG_CONNECTABLE = 1 << 3,
    FLAG_VALUE = 1 << 15,
};

static const char magic[4] = {'B', 'H', 'P', BH_PACKED_VERSION};

/* Little-endian fields: put and take move the cursor behind the field. */

static void
put_bytes(guint8 **at, gconstpointer bytes, gsize size)
{
    memcpy(*at, bytes, size);
    *at += size;
}

static void
put_u16(guint8 **at, guint16 value)
{
    guint16 le = GUINT16_TO_LE(value);

    put_bytes(at, &le, sizeof le);
}

static void
put_u32(guint8 **at, guint32 value)
{
    guint32 le = GUINT32_TO_LE(value);

    put_bytes(at, &le, sizeof le);
}

static void
put_u64(guint8 **at, guint64 value)
{
    guint64 le = GUINT64_TO_LE(value);

    put_bytes(at, &le, sizeof le);
}

static void
take_bytes(const guint8 **at, gpointer bytes, gsize size)
{
    memcpy(bytes, *at, size);
    *at += size;
}

static guint16
take_u16(const guint8 **at)
{
    guint16 le;

    take_bytes(at, &le, sizeof le);
    return GUINT16_FROM_LE(le);
}

static guint32
take_u32(const guint8 **at)
{
    guint32 le;

    take_bytes(at, &le, sizeof le);
    return GUINT32_FROM_LE(le);
}

static guint64
take_u64(const guint8 **at)
{
    guint64 le;

    take_bytes(at, &le, sizeof le);
    return GUINT64_FROM_LE(le);
}

/* Writing */

static guint16
flags_of(const BhDevice *device)
{
    guint16 flags = 0;

    if (device->raw)
        flags |= FLAG_RAW;
    if (device->raw && device->merged)
        flags |= FLAG_MERGED;
    if (device->connectable != BH_CONNECTABLE_UNKNOWN)
        flags |= FLAG_CONNECTABLE_KNOWN;
    if (device->connectable == BH_CONNECTABLE_YES)
        flags |= FLAG_CONNECTABLE;
    return flags;
}

/* How much of the payload is advertising data; the rest is scan response. */
static guint16
advertising_size_of(const BhDevice *device)
{
    if (!device->raw)
        return device->payload_size;
    return MIN(device->advertising_size, device->payload_size);
}

void
bh_packed_append_record(GByteArray *out, const BhDevice *device, const BhAddress *adapter)
{
    static const BhAddress no_adapter = {{0}, BH_ADDRESS_PUBLIC};
    guint begin = out->len;
    guint16 size = RECORD_HEAD_SIZE + device->payload_size;
    guint16 advertising_size = advertising_size_of(device);
    guint8 *at;

    g_byte_array_set_size(out, begin + size);
    at = out->data + begin;
    put_u16(&at, size);
    put_u16(&at, flags_of(device));
    put_bytes(&at, device->address.octets, sizeof device->address.octets);
    *at++ = device->address.type;
    *at++ = (guint8)device->rssi;
    put_bytes(&at, (adapter != NULL ? adapter : &no_adapter)->octets, sizeof adapter->octets);
    put_u16(&at, advertising_size);
    put_u16(&at, device->payload_size - advertising_size);
    put_u16(&at, 0);
    put_u64(&at, (guint64)device->realtime_us);
    put_u64(&at, (guint64)device->last_seen_us);
    if (device->payload_size > 0)
        put_bytes(&at, device->payload, device->payload_size);
}

void
bh_packed_append_value(GByteArray *out,
                       const guint8 *value,
                       gsize size,
                       gint64 realtime_us,
                       gint64 monotonic_us)
{
    guint begin = out->len;
    guint16 kept = (guint16)MIN(size, BH_PACKED_VALUE_MAX);
    guint8 *at;

    g_byte_array_set_size(out, begin + VALUE_HEAD_SIZE + kept);
    at = out->data + begin;
    put_u16(&at, VALUE_HEAD_SIZE + kept);
    put_u16(&at, FLAG_VALUE);
    put_u64(&at, (guint64)realtime_us);
    put_u64(&at, (guint64)monotonic_us);
    put_u16(&at, kept);
    put_u16(&at, 0);
    if (kept > 0)
        put_bytes(&at, value, kept);
}

void
bh_packed_write_header(guint8 header[BH_PACKED_HEADER_SIZE],
                       guint16 records,
                       guint64 sequence,
                       guint32 dropped)
{
    guint8 *at = header;

    put_bytes(&at, magic, sizeof magic);
    put_u16(&at, records);
    put_u16(&at, BH_PACKED_HEADER_SIZE);
    put_u64(&at, sequence);
    put_u32(&at, dropped);
}

/* Reading */

static gboolean
refuse(BhPackedIter *iter, GError **error, BhError code, const char *reason)
{
    *iter = (BhPackedIter){0};
    g_set_error(error, BH_ERROR, code, "packed stream: %s", reason);
    return FALSE;
}

gboolean
bh_packed_iter_init(BhPackedIter *iter, const guint8 *packet, gsize size, GError **error)
{
    const guint8 *at = packet;
    guint16 header_size;

    if (size < BH_PACKED_HEADER_SIZE || memcmp(packet, magic, 3) != 0)
        return refuse(iter, error, BH_ERROR_FAILED, "this is no packet");
    if (packet[3] != BH_PACKED_VERSION)
        return refuse(iter, error, BH_ERROR_NOT_SUPPORTED, "a packet of another version");
    at += sizeof magic;
    iter->left = take_u16(&at);
    header_size = take_u16(&at);
    iter->sequence = take_u64(&at);
    iter->dropped = take_u32(&at);
    if (header_size < BH_PACKED_HEADER_SIZE || header_size > size)
        return refuse(iter, error, BH_ERROR_FAILED, "the header does not fit");
    iter->next = packet + header_size;
    iter->end = packet + size;
    return TRUE;
}

static BhConnectable
connectable_of(guint16 flags)
{
    if ((flags & FLAG_CONNECTABLE_KNOWN) == 0)
        return BH_CONNECTABLE_UNKNOWN;
    return flags & FLAG_CONNECTABLE ? BH_CONNECTABLE_YES : BH_CONNECTABLE_NO;
}

static void
take_address(const guint8 **at, BhAddress *address)
{
    take_bytes(at, address->octets, sizeof address->octets);
    address->type = BH_ADDRESS_PUBLIC;
}

static gboolean
is_known(const BhAddress *address)
{
    static const BhAddress none = {{0}, BH_ADDRESS_PUBLIC};

    return !bh_address_equal(address, &none);
}

/* at stands behind the size, and there are RECORD_HEAD_SIZE bytes at least with it. */
static void
take_head(const guint8 *at, BhPackedRecord *record)
{
    guint16 flags = take_u16(&at);

    record->raw = (flags & FLAG_RAW) != 0;
    record->merged = (flags & FLAG_MERGED) != 0;
    record->connectable = connectable_of(flags);
    take_address(&at, &record->address);
    record->address.type = *at++ == BH_ADDRESS_PUBLIC ? BH_ADDRESS_PUBLIC : BH_ADDRESS_RANDOM;
    record->rssi = (gint8)*at++;
    take_address(&at, &record->adapter);
    record->has_adapter = is_known(&record->adapter);
    record->advertising_size = take_u16(&at);
    record->scan_response_size = take_u16(&at);
    at += sizeof(guint16);
    record->realtime_us = (gint64)take_u64(&at);
    record->monotonic_us = (gint64)take_u64(&at);
    record->advertising = at;
    record->scan_response = at + record->advertising_size;
}

/* Checks the size of the next record, of which at least head_size bytes are then there, and its
 * kind. 0: refused. */
static gsize
check_next(BhPackedIter *iter, gsize head_size, guint16 kind, GError **error)
{
    gsize left = (gsize)(iter->end - iter->next);
    const guint8 *at = iter->next;
    gsize size = left >= head_size ? take_u16(&at) : 0;

    if (size < head_size || size > left) {
        refuse(iter, error, BH_ERROR_FAILED, "a record does not fit");
        return 0;
    }
    if ((take_u16(&at) & FLAG_VALUE) != kind) {
        refuse(iter, error, BH_ERROR_FAILED, "a record of another kind of stream");
        return 0;
    }
    return size;
}

/* The record of this size is read: gives its number and the losses before it. */
static void
step(BhPackedIter *iter, gsize size, guint64 *sequence, guint32 *dropped)
{
    *sequence = iter->sequence++;
    *dropped = iter->dropped;
    iter->dropped = 0;
    iter->left--;
    iter->next += size;
}

gboolean
bh_packed_iter_next(BhPackedIter *iter, BhPackedRecord *record, GError **error)
{
    gsize size;

    if (iter->left == 0)
        return FALSE;
    size = check_next(iter, RECORD_HEAD_SIZE, 0, error);
    if (size == 0)
        return FALSE;
    take_head(iter->next + sizeof(guint16), record);
    if (RECORD_HEAD_SIZE + record->advertising_size + record->scan_response_size > size)
        return refuse(iter, error, BH_ERROR_FAILED, "a payload does not fit");
    step(iter, size, &record->sequence, &record->dropped);
    return TRUE;
}

gboolean
bh_packed_iter_next_value(BhPackedIter *iter, BhPackedValue *value, GError **error)
{
    const guint8 *at;
    gsize size;

    if (iter->left == 0)
        return FALSE;
    size = check_next(iter, VALUE_HEAD_SIZE, FLAG_VALUE, error);
    if (size == 0)
        return FALSE;
    at = iter->next + 2 * sizeof(guint16);
    value->realtime_us = (gint64)take_u64(&at);
    value->monotonic_us = (gint64)take_u64(&at);
    value->size = take_u16(&at);
    value->value = at + sizeof(guint16);
    if (VALUE_HEAD_SIZE + value->size > size)
        return refuse(iter, error, BH_ERROR_FAILED, "a value does not fit");
    step(iter, size, &value->sequence, &value->dropped);
    return TRUE;
}

void
bh_packed_record_get_device(const BhPackedRecord *record, BhDevice *device)
{
    BhBeacon beacon;

    *device = (BhDevice){
        .address = record->address,
        .rssi = record->rssi,
        .raw = record->raw,
        .merged = record->merged,
        .connectable = record->connectable,
        .payload = (guint8 *)record->advertising, /* only read */
        .payload_size = (guint16)(record->advertising_size + record->scan_response_size),
        .advertising_size = (guint16)record->advertising_size,
        .realtime_us = record->realtime_us,
        .first_seen_us = record->monotonic_us,
        .last_seen_us = record->monotonic_us,
    };
    if (bh_beacon_find(device->payload, device->payload_size, &beacon))
        device->beacon = BH_BEACON_BIT(beacon.type);
}

void
bh_packed_record_add_to_row(const BhPackedRecord *record, GVariantBuilder *builder)
{
    BhDevice device;
    char adapter[BH_ADDRESS_TEXT_SIZE];

    bh_packed_record_get_device(record, &device);
    bh_device_add_to_row(&device, builder);
    if (!record->has_adapter)
        return;
    bh_address_format(&record->adapter, adapter);
    g_variant_builder_add(builder, "{sv}", "Adapter", g_variant_new_string(adapter));
}
