/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertising data as people and programs read it: a dictionary with BlueZ's keys and types. A
 * dictionary has each key once, the air makes no such promise, so whoever comes last wins, as with
 * BlueZ.
 */
#include "bh-ad.h"

/* Whether two structures would make the same key. */
typedef gboolean (*SameKey)(const BhAdStructure *a, const BhAdStructure *b);

typedef gboolean (*TypeFilter)(guint8 type);

/* An entry with the structure's data after its first skip bytes. */
static GVariant *
bytes_from(const BhAdStructure *structure, gsize skip)
{
    gsize size = structure->length - skip;
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, structure->data + skip, size, 1);
}

/* Whether a structure after this one, in what iter has left, has the same key. The payload is short
 * and mostly has few structures: looking ahead is cheaper than a set. */
static gboolean
is_overridden(const BhAdStructure *structure, BhAdIter iter, SameKey same_key)
{
    BhAdStructure later;

    while (bh_ad_iter_next(&iter, &later)) {
        if (same_key(&later, structure))
            return TRUE;
    }
    return FALSE;
}

static void
add_name(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    g_autofree char *name = bh_ad_dup_name(bytes, size);
    if (name != NULL)
        g_variant_builder_add(builder, "{sv}", "Name", g_variant_new_string(name));
}

static gboolean
is_service_list(guint8 type)
{
    return bh_ad_group_of(type) == BH_AD_GROUP_UUIDS;
}

static gboolean
is_solicitation(guint8 type)
{
    return type == BH_AD_SOLICIT16 || type == BH_AD_SOLICIT32 || type == BH_AD_SOLICIT128;
}

static gboolean
has_uuid(const GArray *uuids, const BhUuid *uuid)
{
    for (guint i = 0; i < uuids->len; i++) {
        if (bh_uuid_equal(&g_array_index(uuids, BhUuid, i), uuid))
            return TRUE;
    }
    return FALSE;
}

static void
collect_list(const BhAdStructure *list, GArray *uuids)
{
    gsize width = bh_ad_uuid_width(list->type);
    if (list->length % width != 0)
        return;

    for (gsize at = 0; at < list->length; at += width) {
        BhUuid uuid;
        bh_uuid_from_le(list->data + at, width, &uuid);
        if (!has_uuid(uuids, &uuid))
            g_array_append_val(uuids, uuid);
    }
}

static GVariant *
uuids_to_variant(const GArray *uuids)
{
    g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < uuids->len; i++) {
        char text[BH_UUID_TEXT_SIZE];
        bh_uuid_format(&g_array_index(uuids, BhUuid, i), text);
        g_variant_builder_add(&list, "s", text);
    }
    return g_variant_builder_end(&list);
}

static void
add_uuids(const guint8 *bytes,
          gsize size,
          const char *key,
          TypeFilter is_listed,
          GVariantBuilder *builder)
{
    g_autoptr(GArray) uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (is_listed(structure.type))
            collect_list(&structure, uuids);
    }
    if (uuids->len > 0)
        g_variant_builder_add(builder, "{sv}", key, uuids_to_variant(uuids));
}

static gboolean
is_manufacturer(const BhAdStructure *structure)
{
    return structure->type == BH_AD_MANUFACTURER && structure->length >= 2;
}

static gboolean
same_company(const BhAdStructure *a, const BhAdStructure *b)
{
    return is_manufacturer(a) && a->data[0] == b->data[0] && a->data[1] == b->data[1];
}

static void
add_manufacturer_data(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    g_auto(GVariantBuilder) map = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{qv}"));
    gboolean any = FALSE;
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (!is_manufacturer(&structure) || is_overridden(&structure, iter, same_company))
            continue;
        guint16 company = (guint16)(structure.data[0] | structure.data[1] << 8);
        g_variant_builder_add(&map, "{qv}", company, bytes_from(&structure, 2));
        any = TRUE;
    }
    if (any)
        g_variant_builder_add(builder, "{sv}", "ManufacturerData", g_variant_builder_end(&map));
}

static gboolean
is_service_data(const BhAdStructure *structure)
{
    return bh_ad_group_of(structure->type) == BH_AD_GROUP_SERVICE_DATA &&
           structure->length >= bh_ad_uuid_width(structure->type);
}

static void
read_service(const BhAdStructure *structure, BhUuid *uuid)
{
    bh_uuid_from_le(structure->data, bh_ad_uuid_width(structure->type), uuid);
}

static gboolean
same_service(const BhAdStructure *a, const BhAdStructure *b)
{
    BhUuid uuid_a, uuid_b;
    if (!is_service_data(a))
        return FALSE;
    read_service(a, &uuid_a);
    read_service(b, &uuid_b);
    return bh_uuid_equal(&uuid_a, &uuid_b);
}

static void
add_service_data(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    g_auto(GVariantBuilder) map = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    gboolean any = FALSE;
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        BhUuid uuid;
        char text[BH_UUID_TEXT_SIZE];
        if (!is_service_data(&structure) || is_overridden(&structure, iter, same_service))
            continue;
        read_service(&structure, &uuid);
        bh_uuid_format(&uuid, text);
        GVariant *data = bytes_from(&structure, bh_ad_uuid_width(structure.type));
        g_variant_builder_add(&map, "{sv}", text, data);
        any = TRUE;
    }
    if (any)
        g_variant_builder_add(builder, "{sv}", "ServiceData", g_variant_builder_end(&map));
}

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

/* NULL if it is no URI, or one of a scheme that is not known. */
static char *
dup_uri(const BhAdStructure *structure)
{
    if (structure->type != BH_AD_URI || structure->length == 0)
        return NULL;
    const char *scheme = uri_scheme(structure->data[0]);
    if (scheme == NULL)
        return NULL;
    g_autofree char *rest = bh_ad_dup_text(structure->data + 1, structure->length - 1);
    return g_strconcat(scheme, rest, NULL);
}

static void
add_uri(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        g_autofree char *uri = dup_uri(&structure);
        if (uri != NULL) {
            g_variant_builder_add(builder, "{sv}", "URI", g_variant_new_string(uri));
            return;
        }
    }
}

static GVariant *
read_bytes(const BhAdStructure *structure)
{
    return bytes_from(structure, 0);
}

static GVariant *
read_byte(const BhAdStructure *structure)
{
    return g_variant_new_byte(structure->data[0]);
}

static GVariant *
read_dbm(const BhAdStructure *structure)
{
    return g_variant_new_int16((gint8)structure->data[0]);
}

static GVariant *
read_uint16(const BhAdStructure *structure)
{
    return g_variant_new_uint16((guint16)(structure->data[0] | structure->data[1] << 8));
}

static GVariant *
read_uint16_pair(const BhAdStructure *structure)
{
    const guint8 *data = structure->data;
    return g_variant_new("(qq)", data[0] | data[1] << 8, data[2] | data[3] << 8);
}

static GVariant *
read_interval(const BhAdStructure *structure)
{
    double ms = 0.0;
    /* a structure with its head is a payload of one */
    bh_ad_find_advertising_interval(structure->data - 2, structure->length + 2u, &ms);
    return g_variant_new_double(ms);
}

/* Types with a key of their own, and the lengths they can have. */
static const struct {
    guint8 type, min_length, max_length;
    const char *key;
    GVariant *(*read)(const BhAdStructure *structure);
} single_rows[] = {
    {BH_AD_TX_POWER, 1, 1, "TxPower", read_dbm},
    {BH_AD_APPEARANCE, 2, 2, "Appearance", read_uint16},
    {BH_AD_FLAGS, 1, 254, "AdvertisingFlags", read_bytes},
    {BH_AD_LE_ROLE, 1, 1, "LERole", read_byte},
    {BH_AD_ADVERTISING_INTERVAL, 2, 4, "AdvertisingIntervalMs", read_interval},
    {BH_AD_CONNECTION_INTERVALS, 4, 4, "ConnectionIntervals", read_uint16_pair},
};

static void
add_singles(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    for (guint i = 0; i < G_N_ELEMENTS(single_rows); i++) {
        BhAdStructure structure;
        if (bh_ad_find(bytes,
                       size,
                       single_rows[i].type,
                       single_rows[i].min_length,
                       single_rows[i].max_length,
                       &structure))
            g_variant_builder_add(builder,
                                  "{sv}",
                                  single_rows[i].key,
                                  single_rows[i].read(&structure));
    }
}

/* A type that no key tells about, or a URI that could not be told. */
static gboolean
is_other(const BhAdStructure *structure)
{
    if (bh_ad_group_of(structure->type) != BH_AD_GROUP_OTHER || is_solicitation(structure->type))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(single_rows); i++) {
        if (single_rows[i].type == structure->type)
            return FALSE;
    }
    g_autofree char *uri = dup_uri(structure);
    return uri == NULL;
}

static gboolean
same_other(const BhAdStructure *a, const BhAdStructure *b)
{
    return a->type == b->type && is_other(a);
}

static void
add_others(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    g_auto(GVariantBuilder) map = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{yv}"));
    gboolean any = FALSE;
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        if (!is_other(&structure) || is_overridden(&structure, iter, same_other))
            continue;
        g_variant_builder_add(&map, "{yv}", structure.type, bytes_from(&structure, 0));
        any = TRUE;
    }
    if (any)
        g_variant_builder_add(builder, "{sv}", "Data", g_variant_builder_end(&map));
}

void
bh_ad_add_to_row(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    add_name(bytes, size, builder);
    add_uuids(bytes, size, "UUIDs", is_service_list, builder);
    add_uuids(bytes, size, "SolicitUUIDs", is_solicitation, builder);
    add_manufacturer_data(bytes, size, builder);
    add_service_data(bytes, size, builder);
    add_singles(bytes, size, builder);
    add_uri(bytes, size, builder);
    add_others(bytes, size, builder);
}
