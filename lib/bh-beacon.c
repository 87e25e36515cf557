/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One table of formats. A row says whose data it is, the bytes it begins with and how long it may
 * be. The first bytes tell a beacon from other data of the same owner; with another length it is a
 * malformed one. What comes after them is read and written field by field, and reading checks the
 * length once more, so that a wrong row cannot read beyond the data. Multi-byte fields are
 * big-endian in all formats.
 */
#include "bh-beacon.h"

#include "bh-ad.h"
#include "bh-beacon-url.h"

#include <string.h>

#define UID_SIZE (BH_BEACON_NAMESPACE_SIZE + BH_BEACON_INSTANCE_SIZE)

/* Reading: once something was not there, all the rest is not, either. */

typedef struct {
    const guint8 *next;
    gsize left;
    gboolean failed;
} Reader;

static const guint8 *
read_bytes(Reader *self, gsize size)
{
    static const guint8 nothing[BH_BEACON_ID_MAX];
    const guint8 *bytes = self->next;

    self->failed = self->failed || size > self->left;
    if (self->failed)
        return nothing;
    self->next += size;
    self->left -= size;
    return bytes;
}

static guint8
read_u8(Reader *self)
{
    return read_bytes(self, 1)[0];
}

static guint16
read_be16(Reader *self)
{
    const guint8 *bytes = read_bytes(self, 2);

    return (guint16)(bytes[0] << 8 | bytes[1]);
}

static guint32
read_be32(Reader *self)
{
    guint32 high = read_be16(self);

    return high << 16 | read_be16(self);
}

/* Writing; BH_BEACON_DATA_MAX is enough for every format. */

static void
write_bytes(BhBeaconData *self, const void *bytes, gsize size)
{
    g_return_if_fail(self->size + size <= sizeof self->bytes);
    memcpy(self->bytes + self->size, bytes, size);
    self->size += size;
}

static void
write_u8(BhBeaconData *self, guint8 byte)
{
    write_bytes(self, &byte, 1);
}

static void
write_be16(BhBeaconData *self, guint16 number)
{
    write_u8(self, (guint8)(number >> 8));
    write_u8(self, (guint8)number);
}

static void
write_be32(BhBeaconData *self, guint32 number)
{
    write_be16(self, (guint16)(number >> 16));
    write_be16(self, (guint16)number);
}

/* iBeacon */

static void
decode_ibeacon(Reader *reader, BhBeacon *beacon)
{
    memcpy(beacon->uuid.octets, read_bytes(reader, 16), 16);
    beacon->major = read_be16(reader);
    beacon->minor = read_be16(reader);
    beacon->power = (gint8)read_u8(reader);
}

static gboolean
encode_ibeacon(const BhBeacon *beacon, BhBeaconData *data)
{
    write_bytes(data, beacon->uuid.octets, 16);
    write_be16(data, beacon->major);
    write_be16(data, beacon->minor);
    write_u8(data, (guint8)beacon->power);
    return TRUE;
}

/* AltBeacon */

static void
decode_altbeacon(Reader *reader, BhBeacon *beacon)
{
    memcpy(beacon->id, read_bytes(reader, BH_BEACON_ALTBEACON_SIZE), BH_BEACON_ALTBEACON_SIZE);
    beacon->power = (gint8)read_u8(reader);
    beacon->reserved = read_u8(reader);
}

static gboolean
encode_altbeacon(const BhBeacon *beacon, BhBeaconData *data)
{
    data->owner = beacon->company;
    write_bytes(data, beacon->id, BH_BEACON_ALTBEACON_SIZE);
    write_u8(data, (guint8)beacon->power);
    write_u8(data, beacon->reserved);
    return TRUE;
}

/* Eddystone */

static void
decode_uid(Reader *reader, BhBeacon *beacon)
{
    beacon->power = (gint8)read_u8(reader);
    memcpy(beacon->id, read_bytes(reader, UID_SIZE), UID_SIZE);
    if (reader->left > 0)
        read_be16(reader); /* reserved for future use */
}

static gboolean
encode_uid(const BhBeacon *beacon, BhBeaconData *data)
{
    write_u8(data, (guint8)beacon->power);
    write_bytes(data, beacon->id, UID_SIZE);
    write_be16(data, 0);
    return TRUE;
}

static void
decode_url(Reader *reader, BhBeacon *beacon)
{
    beacon->power = (gint8)read_u8(reader);

    gsize size = reader->left;
    reader->failed |=
        !bh_beacon_url_decode(read_bytes(reader, size), size, beacon->url, sizeof beacon->url);
}

static gboolean
encode_url(const BhBeacon *beacon, BhBeaconData *data)
{
    guint8 bytes[BH_BEACON_URL_BYTES_MAX];
    gsize size;

    if (!bh_beacon_url_encode(beacon->url, bytes, &size, NULL))
        return FALSE;
    write_u8(data, (guint8)beacon->power);
    write_bytes(data, bytes, size);
    return TRUE;
}

static void
decode_tlm(Reader *reader, BhBeacon *beacon)
{
    beacon->battery_mv = read_be16(reader);
    beacon->temperature = (gint16)read_be16(reader);
    beacon->advertising_count = read_be32(reader);
    beacon->uptime = read_be32(reader);
}

static gboolean
encode_tlm(const BhBeacon *beacon, BhBeaconData *data)
{
    write_be16(data, beacon->battery_mv);
    write_be16(data, (guint16)beacon->temperature);
    write_be32(data, beacon->advertising_count);
    write_be32(data, beacon->uptime);
    return TRUE;
}

static void
decode_etlm(Reader *reader, BhBeacon *beacon)
{
    memcpy(beacon->id, read_bytes(reader, BH_BEACON_ETLM_SIZE), BH_BEACON_ETLM_SIZE);
    beacon->salt = read_be16(reader);
    beacon->mic = read_be16(reader);
}

static gboolean
encode_etlm(const BhBeacon *beacon, BhBeaconData *data)
{
    write_bytes(data, beacon->id, BH_BEACON_ETLM_SIZE);
    write_be16(data, beacon->salt);
    write_be16(data, beacon->mic);
    return TRUE;
}

static void
decode_eid(Reader *reader, BhBeacon *beacon)
{
    beacon->power = (gint8)read_u8(reader);
    memcpy(beacon->id, read_bytes(reader, BH_BEACON_EID_SIZE), BH_BEACON_EID_SIZE);
}

static gboolean
encode_eid(const BhBeacon *beacon, BhBeaconData *data)
{
    write_u8(data, (guint8)beacon->power);
    write_bytes(data, beacon->id, BH_BEACON_EID_SIZE);
    return TRUE;
}

/* The table */

typedef enum {
    NO_POWER,
    AT_0_M,
    AT_1_M,
} PowerKind;

typedef struct {
    const char *name;
    gboolean is_service;
    guint16 owner;
    const char *head; /* the bytes it begins with */
    gsize head_size;
    gsize min_size; /* head included, as the next */
    gsize max_size;
    PowerKind power;
    void (*decode)(Reader *reader, BhBeacon *beacon);
    gboolean (*encode)(const BhBeacon *beacon, BhBeaconData *data);
} Format;

#define APPLE FALSE, 0x004c    /* Assigned Numbers 7 */
#define EDDYSTONE TRUE, 0xfeaa /* Assigned Numbers 3.11 */
#define ANY_COMPANY FALSE, ANY
#define ANY 0

/* In the order of BhBeaconType. */
static const Format formats[] = {
    {"iBeacon", APPLE, "\x02\x15", 2, 23, 23, AT_1_M, decode_ibeacon, encode_ibeacon},
    {"AltBeacon", ANY_COMPANY, "\xbe\xac", 2, 24, 24, AT_1_M, decode_altbeacon, encode_altbeacon},
    {"Eddystone-UID", EDDYSTONE, "\x00", 1, 18, 20, AT_0_M, decode_uid, encode_uid},
    {"Eddystone-URL", EDDYSTONE, "\x10", 1, 3, 20, AT_0_M, decode_url, encode_url},
    {"Eddystone-TLM", EDDYSTONE, "\x20\x00", 2, 14, 14, NO_POWER, decode_tlm, encode_tlm},
    {"Eddystone-eTLM", EDDYSTONE, "\x20\x01", 2, 18, 18, NO_POWER, decode_etlm, encode_etlm},
    {"Eddystone-EID", EDDYSTONE, "\x30", 1, 10, 10, AT_0_M, decode_eid, encode_eid},
};
G_STATIC_ASSERT(G_N_ELEMENTS(formats) == BH_N_BEACON_TYPES);
G_STATIC_ASSERT(BH_N_BEACON_TYPES <= 8); /* a set of them is a byte */

const char *
bh_beacon_type_to_name(BhBeaconType type)
{
    return formats[type].name;
}

gboolean
bh_beacon_type_from_name(const char *name, BhBeaconType *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *type = (BhBeaconType)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* Finding */

/* Data with its owner, cut out of a structure; FALSE if it is of another kind. */
static gboolean
cut_data(const BhAdStructure *structure, gboolean *is_service, guint16 *owner, Reader *reader)
{
    *is_service = structure->type == BH_AD_SERVICE_DATA16;
    if ((!*is_service && structure->type != BH_AD_MANUFACTURER) || structure->length < 2)
        return FALSE;
    *owner = (guint16)(structure->data[0] | structure->data[1] << 8);
    *reader = (Reader){.next = structure->data + 2, .left = structure->length - 2u};
    return TRUE;
}

static gboolean
begins_as(const Format *format, gboolean is_service, guint16 owner, const Reader *data)
{
    return format->is_service == is_service && (format->owner == owner || format->owner == ANY) &&
           data->left >= format->head_size &&
           memcmp(data->next, format->head, format->head_size) == 0;
}

static gboolean
decode(BhBeaconType type, guint16 owner, Reader reader, BhBeacon *beacon)
{
    const Format *format = &formats[type];

    if (reader.left < format->min_size || reader.left > format->max_size)
        return FALSE;
    *beacon = (BhBeacon){.type = type};
    if (format->owner == ANY)
        beacon->company = owner;
    read_bytes(&reader, format->head_size);
    format->decode(&reader, beacon);
    return !reader.failed && reader.left == 0;
}

/* No two formats begin alike. */
static BhBeaconResult
detect_in(const BhAdStructure *structure, BhBeacon *beacon)
{
    gboolean is_service;
    guint16 owner;
    Reader reader;

    if (!cut_data(structure, &is_service, &owner, &reader))
        return BH_BEACON_NONE;
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        if (begins_as(&formats[i], is_service, owner, &reader))
            return decode((BhBeaconType)i, owner, reader, beacon) ? BH_BEACON_FOUND
                                                                  : BH_BEACON_MALFORMED;
    return BH_BEACON_NONE;
}

/* Of the structure that runs past the payload's end, from its length byte on. */
static gboolean
begins_a_beacon(const guint8 *rest, gsize size)
{
    BhBeacon beacon;

    if (size < 2)
        return FALSE;
    return detect_in(&(BhAdStructure){rest[1], (guint8)(size - 2), rest + 2}, &beacon) !=
           BH_BEACON_NONE;
}

BhBeaconResult
bh_beacon_detect(const guint8 *payload, gsize size, BhBeacon *beacon)
{
    BhBeaconResult result = BH_BEACON_NONE;
    const guint8 *at = payload;
    BhAdStructure structure;
    BhAdIter iter;

    bh_ad_iter_init(&iter, payload, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        BhBeaconResult here = detect_in(&structure, beacon);

        if (here == BH_BEACON_FOUND)
            return here;
        result = MAX(result, here);
        at = iter.next;
    }
    if (iter.malformed && begins_a_beacon(at, (gsize)(iter.end - at)))
        return BH_BEACON_MALFORMED;
    return result;
}

gboolean
bh_beacon_find(const guint8 *payload, gsize size, BhBeacon *beacon)
{
    return bh_beacon_detect(payload, size, beacon) == BH_BEACON_FOUND;
}

/* What it says */

gboolean
bh_beacon_get_power_at_1m(const BhBeacon *self, gint *dbm)
{
    PowerKind power = formats[self->type].power;

    if (power != NO_POWER)
        *dbm = self->power - (power == AT_0_M ? BH_BEACON_EDDYSTONE_LOSS_DB : 0);
    return power != NO_POWER;
}

gboolean
bh_beacon_encode(const BhBeacon *self, BhBeaconData *data)
{
    const Format *format = &formats[self->type];

    *data = (BhBeaconData){.is_service = format->is_service, .owner = format->owner};
    write_bytes(data, format->head, format->head_size);
    return format->encode(self, data);
}

gboolean
bh_beacon_equal(const BhBeacon *a, const BhBeacon *b)
{
    BhBeaconData of_a, of_b;

    return a->type == b->type && bh_beacon_encode(a, &of_a) && bh_beacon_encode(b, &of_b) &&
           of_a.owner == of_b.owner && of_a.size == of_b.size &&
           memcmp(of_a.bytes, of_b.bytes, of_a.size) == 0;
}
