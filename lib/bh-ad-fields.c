/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertising data as a dictionary with BlueZ's keys. A dictionary has each key once, the air makes
 * no such promise, so whoever comes last wins, as with BlueZ. Nothing is kept or allocated but
 * text: what a map already has is found by looking back, because a payload is short and mostly has
 * few structures.
 */
#include "bh-ad-fields.h"

typedef struct {
    const guint8 *bytes;
    gsize size;
    const BhAdSink *sink;
    gpointer out;
} Telling;

typedef gboolean (*Predicate)(const BhAdStructure *structure);

/* Whether two structures would make the same key. */
typedef gboolean (*SameKey)(const BhAdStructure *a, const BhAdStructure *b);

typedef struct {
    const char *key;
    BhAdMap map;
    Predicate belongs;
    SameKey same_key;
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

#define MAX_UUIDS (BH_AD_PAYLOAD_MAX / 2)

typedef struct {
    gsize n;
    BhUuid uuids[MAX_UUIDS];
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

static gboolean
has_uuid(const UuidList *list, const BhUuid *uuid)
{
    for (gsize i = 0; i < list->n; i++)
        if (bh_uuid_equal(&list->uuids[i], uuid))
            return TRUE;
    return FALSE;
}

static void
collect_uuids(const BhAdStructure *structure, UuidList *list)
{
    gsize width = bh_ad_uuid_width(structure->type);

    if (structure->length % width != 0)
        return;
    for (gsize at = 0; at < structure->length && list->n < MAX_UUIDS; at += width) {
        BhUuid uuid;

        bh_uuid_from_le(structure->data + at, width, &uuid);
        if (!has_uuid(list, &uuid))
            list->uuids[list->n++] = uuid;
    }
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

static gboolean
same_company(const BhAdStructure *a, const BhAdStructure *b)
{
    return a->data[0] == b->data[0] && a->data[1] == b->data[1];
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

static gboolean
same_service(const BhAdStructure *a, const BhAdStructure *b)
{
    BhAdEntry entry_a, entry_b;

    read_service(a, &entry_a);
    read_service(b, &entry_b);
    return bh_uuid_equal(&entry_a.uuid, &entry_b.uuid);
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

static gboolean
same_type(const BhAdStructure *a, const BhAdStructure *b)
{
    return a->type == b->type;
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
                                         same_company,
                                         read_company};
static const MapRow service_data = {"ServiceData",
                                    BH_AD_SERVICES,
                                    is_service_data,
                                    same_service,
                                    read_service};
static const MapRow other_data = {"Data", BH_AD_TYPES, is_other, same_type, read_type};

/* Whether a structure after this one, in what iter has left, has the same key. */
static gboolean
is_overridden(const MapRow *row, const BhAdStructure *structure, BhAdIter iter)
{
    BhAdStructure later;

    while (bh_ad_iter_next(&iter, &later))
        if (row->belongs(&later) && row->same_key(&later, structure))
            return TRUE;
    return FALSE;
}

static void
tell_entry(const Telling *self, const MapRow *row, const BhAdStructure *structure)
{
    BhAdEntry entry;
    gsize skip = row->read_key(structure, &entry);

    entry.data = structure->data + skip;
    entry.size = structure->length - skip;
    self->sink->map_entry(self->out, row->map, &entry);
}

static void
tell_map(const Telling *self, const MapRow *row)
{
    gboolean any = FALSE;
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, self->bytes, self->size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (!row->belongs(&structure) || is_overridden(row, &structure, iter))
            continue;
        if (!any)
            self->sink->map_begin(self->out, row->key, row->map);
        any = TRUE;
        tell_entry(self, row, &structure);
    }
    if (any)
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
