/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertising data as a dictionary with BlueZ's keys. A dictionary has each key once, the air makes
 * no such promise, so whoever comes last wins, as with BlueZ. Nothing is allocated but text.
 */
#include "bh-ad-fields.h"

#include "bh-repeats.h"

typedef struct {
    const guint8 *bytes;
    gsize size;
    const BhAdSink *sink;
    gpointer out;
} Telling;

typedef gboolean (*Predicate)(const BhAdStructure *structure);

typedef struct {
    const char *key;
    BhAdMap map;
    Predicate belongs;
    gsize (*read_key)(const BhAdStructure *structure, BhAdEntry *entry); /* its size */
} MapRow;

static guint16
read_le16(const guint8 *data)
{
    return (guint16)(data[0] | data[1] << 8);
}

static void
tell_name(const Telling *self)
{
    g_autofree char *name = bh_ad_dup_name(self->bytes, self->size);

    if (name != NULL)
        self->sink->text(self->out, "Name", name);
}

/* Lists of UUIDs */

typedef struct {
    gsize n;
    BhUuid uuids[BH_REPEATS_MAX];
} UuidList;

static gboolean
is_service_list(const BhAdStructure *structure)
{
    return bh_ad_group_of(structure->type) == BH_AD_GROUP_UUIDS;
}

static gboolean
is_solicitation(const BhAdStructure *structure)
{
    return structure->type == BH_AD_SOLICIT16 || structure->type == BH_AD_SOLICIT32 ||
           structure->type == BH_AD_SOLICIT128;
}

static void
collect_uuids(const BhAdStructure *structure, UuidList *list)
{
    gsize width = bh_ad_uuid_width(structure->type);

    if (structure->length % width != 0)
        return;
    for (gsize at = 0; at < structure->length && list->n < BH_REPEATS_MAX; at += width)
        bh_uuid_from_le(structure->data + at, width, &list->uuids[list->n++]);
}

static void
leave_out_repeats(UuidList *list)
{
    gboolean superfluous[BH_REPEATS_MAX];
    gsize kept = 0;

    bh_repeats_find(list->uuids, list->n, BH_KEEP_FIRST, superfluous);
    for (gsize i = 0; i < list->n; i++)
        if (!superfluous[i])
            list->uuids[kept++] = list->uuids[i];
    list->n = kept;
}

static void
tell_uuids(const Telling *self, const char *key, Predicate belongs)
{
    UuidList list;
    BhAdIter iter;
    BhAdStructure structure;

    list.n = 0;
    bh_ad_iter_init(&iter, self->bytes, self->size);
    while (bh_ad_iter_next(&iter, &structure))
        if (belongs(&structure))
            collect_uuids(&structure, &list);
    leave_out_repeats(&list);
    if (list.n > 0)
        self->sink->uuids(self->out, key, list.uuids, list.n);
}

/* URI */

/* A URI begins with one character for its scheme (Assigned Numbers 2.7). */
static const char *
uri_scheme(gunichar code)
{
    switch (code) {
    case 0x01:
        return "";
    case 0x09:
        return "coap:";
    case 0x0a:
        return "coaps:";
    case 0x11:
        return "ftp:";
    case 0x16:
        return "http:";
    case 0x17:
        return "https:";
    default:
        return NULL;
    }
}

/* One of a scheme that is known. */
static gboolean
is_uri(const BhAdStructure *structure)
{
    return structure->type == BH_AD_URI && structure->length > 0 &&
           uri_scheme(structure->data[0]) != NULL;
}

static void
tell_uri(const Telling *self)
{
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, self->bytes, self->size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (!is_uri(&structure))
            continue;
        g_autofree char *rest = bh_ad_dup_text(structure.data + 1, structure.length - 1);
        g_autofree char *uri = g_strconcat(uri_scheme(structure.data[0]), rest, NULL);
        self->sink->text(self->out, "URI", uri);
        return;
    }
}

/* Fields of one structure */

static void
tell_bytes(const Telling *self, const char *key, const BhAdStructure *structure)
{
    self->sink->bytes(self->out, key, structure->data, structure->length);
}

static void
tell_byte(const Telling *self, const char *key, const BhAdStructure *structure)
{
    self->sink->number(self->out, key, BH_AD_BYTE, structure->data[0]);
}

static void
tell_dbm(const Telling *self, const char *key, const BhAdStructure *structure)
{
    self->sink->number(self->out, key, BH_AD_INT16, (gint8)structure->data[0]);
}

static void
tell_uint16(const Telling *self, const char *key, const BhAdStructure *structure)
{
    self->sink->number(self->out, key, BH_AD_UINT16, read_le16(structure->data));
}

static void
tell_pair(const Telling *self, const char *key, const BhAdStructure *structure)
{
    const guint16 values[2] = {read_le16(structure->data), read_le16(structure->data + 2)};

    self->sink->pair(self->out, key, values);
}

static void
tell_interval(const Telling *self, const char *key, const BhAdStructure *structure)
{
    double ms = 0.0;

    /* a structure with its head is a payload of one */
    bh_ad_find_advertising_interval(structure->data - 2, structure->length + 2u, &ms);
    self->sink->real(self->out, key, ms);
}

/* Types with a key of their own, and the lengths they can have. */
static const struct {
    guint8 type, min_length, max_length;
    const char *key;
    void (*tell)(const Telling *self, const char *key, const BhAdStructure *structure);
} single_rows[] = {
    {BH_AD_TX_POWER, 1, 1, "TxPower", tell_dbm},
    {BH_AD_APPEARANCE, 2, 2, "Appearance", tell_uint16},
    {BH_AD_FLAGS, 1, 254, "AdvertisingFlags", tell_bytes},
    {BH_AD_LE_ROLE, 1, 1, "LERole", tell_byte},
    {BH_AD_ADVERTISING_INTERVAL, 2, 4, "AdvertisingIntervalMs", tell_interval},
    {BH_AD_CONNECTION_INTERVALS, 4, 4, "ConnectionIntervals", tell_pair},
};

static void
tell_singles(const Telling *self)
{
    for (guint i = 0; i < G_N_ELEMENTS(single_rows); i++) {
        BhAdStructure structure;

        if (bh_ad_find(self->bytes,
                       self->size,
                       single_rows[i].type,
                       single_rows[i].min_length,
                       single_rows[i].max_length,
                       &structure))
            single_rows[i].tell(self, single_rows[i].key, &structure);
    }
}

/* Maps */

static gboolean
is_manufacturer(const BhAdStructure *structure)
{
    return structure->type == BH_AD_MANUFACTURER && structure->length >= 2;
}

static gsize
read_company(const BhAdStructure *structure, BhAdEntry *entry)
{
    entry->number = read_le16(structure->data);
    return 2;
}

static gboolean
is_service_data(const BhAdStructure *structure)
{
    return bh_ad_group_of(structure->type) == BH_AD_GROUP_SERVICE_DATA &&
           structure->length >= bh_ad_uuid_width(structure->type);
}

static gsize
read_service(const BhAdStructure *structure, BhAdEntry *entry)
{
    gsize width = bh_ad_uuid_width(structure->type);

    bh_uuid_from_le(structure->data, width, &entry->uuid);
    return width;
}

/* A type that no key tells about, or a URI that could not be told. */
static gboolean
is_other(const BhAdStructure *structure)
{
    if (bh_ad_group_of(structure->type) != BH_AD_GROUP_OTHER || is_solicitation(structure))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(single_rows); i++)
        if (single_rows[i].type == structure->type)
            return FALSE;
    return !is_uri(structure);
}

static gsize
read_type(const BhAdStructure *structure, BhAdEntry *entry)
{
    entry->number = structure->type;
    return 0;
}

static const MapRow manufacturer_data = {"ManufacturerData",
                                         BH_AD_COMPANIES,
                                         is_manufacturer,
                                         read_company};
static const MapRow service_data = {"ServiceData", BH_AD_SERVICES, is_service_data, read_service};
static const MapRow other_data = {"Data", BH_AD_TYPES, is_other, read_type};

typedef struct {
    gsize n;
    BhUuid keys[BH_REPEATS_MAX]; /* numbers, too: only whether they are equal matters */
    BhAdEntry entries[BH_REPEATS_MAX];
} EntryList;

static BhAdEntry
read_entry(const MapRow *row, const BhAdStructure *structure)
{
    BhAdEntry entry = {0};
    gsize skip = row->read_key(structure, &entry);

    entry.data = structure->data + skip;
    entry.size = structure->length - skip;
    return entry;
}

static void
collect_entries(const Telling *self, const MapRow *row, EntryList *list)
{
    BhAdIter iter;
    BhAdStructure structure;

    list->n = 0;
    bh_ad_iter_init(&iter, self->bytes, self->size);
    while (list->n < BH_REPEATS_MAX && bh_ad_iter_next(&iter, &structure)) {
        if (!row->belongs(&structure))
            continue;
        BhAdEntry entry = read_entry(row, &structure);

        list->keys[list->n] = entry.uuid;
        list->keys[list->n].octets[0] ^= (guint8)entry.number;
        list->keys[list->n].octets[1] ^= (guint8)(entry.number >> 8);
        list->entries[list->n++] = entry;
    }
}

static void
tell_map(const Telling *self, const MapRow *row)
{
    gboolean superfluous[BH_REPEATS_MAX];
    EntryList list;

    collect_entries(self, row, &list);
    if (list.n == 0)
        return;
    bh_repeats_find(list.keys, list.n, BH_KEEP_LAST, superfluous);
    self->sink->map_begin(self->out, row->key, row->map);
    for (gsize i = 0; i < list.n; i++)
        if (!superfluous[i])
            self->sink->map_entry(self->out, row->map, &list.entries[i]);
    self->sink->map_end(self->out, row->key);
}

void
bh_ad_tell_fields(const guint8 *bytes, gsize size, const BhAdSink *sink, gpointer out)
{
    const Telling telling = {bytes, size, sink, out};

    tell_name(&telling);
    tell_uuids(&telling, "UUIDs", is_service_list);
    tell_uuids(&telling, "SolicitUUIDs", is_solicitation);
    tell_map(&telling, &manufacturer_data);
    tell_map(&telling, &service_data);
    tell_singles(&telling);
    tell_uri(&telling);
    tell_map(&telling, &other_data);
}
