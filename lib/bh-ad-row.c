/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertising data as people and programs read it on the bus: the fields of bh-ad-fields.h put into
 * a dictionary with BlueZ's keys and types.
 */
#include "bh-ad-fields.h"

typedef struct {
    GVariantBuilder *row;
    GVariantBuilder map; /* between the beginning and the end of one */
} Output;

static GVariant *
variant_from_bytes(const guint8 *bytes, gsize size)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);
}

static void
add(gpointer out, const char *key, GVariant *value)
{
    Output *self = out;

    g_variant_builder_add(self->row, "{sv}", key, value);
}

static void
add_text(gpointer out, const char *key, const char *text)
{
    add(out, key, g_variant_new_string(text));
}

static void
add_number(gpointer out, const char *key, BhAdNumber type, gint value)
{
    switch (type) {
    case BH_AD_BYTE:
        add(out, key, g_variant_new_byte((guint8)value));
        break;
    case BH_AD_INT16:
        add(out, key, g_variant_new_int16((gint16)value));
        break;
    case BH_AD_UINT16:
        add(out, key, g_variant_new_uint16((guint16)value));
        break;
    }
}

static void
add_real(gpointer out, const char *key, double value)
{
    add(out, key, g_variant_new_double(value));
}

static void
add_pair(gpointer out, const char *key, const guint16 values[2])
{
    add(out, key, g_variant_new("(qq)", values[0], values[1]));
}

static void
add_bytes(gpointer out, const char *key, const guint8 *bytes, gsize size)
{
    add(out, key, variant_from_bytes(bytes, size));
}

static void
add_uuids(gpointer out, const char *key, const BhUuid *uuids, gsize n)
{
    g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (gsize i = 0; i < n; i++) {
        char text[BH_UUID_TEXT_SIZE];

        bh_uuid_format(&uuids[i], text);
        g_variant_builder_add(&list, "s", text);
    }
    add(out, key, g_variant_builder_end(&list));
}

static void
begin_map(gpointer out, const char *key, BhAdMap map)
{
    static const char *const types[] = {
        [BH_AD_COMPANIES] = "a{qv}",
        [BH_AD_SERVICES] = "a{sv}",
        [BH_AD_TYPES] = "a{yv}",
    };
    Output *self = out;

    g_variant_builder_init(&self->map, G_VARIANT_TYPE(types[map]));
}

static void
add_entry(gpointer out, BhAdMap map, const BhAdEntry *entry)
{
    Output *self = out;
    GVariant *value = variant_from_bytes(entry->data, entry->size);
    char uuid[BH_UUID_TEXT_SIZE];

    switch (map) {
    case BH_AD_COMPANIES:
        g_variant_builder_add(&self->map, "{qv}", (guint16)entry->number, value);
        break;
    case BH_AD_SERVICES:
        bh_uuid_format(&entry->uuid, uuid);
        g_variant_builder_add(&self->map, "{sv}", uuid, value);
        break;
    case BH_AD_TYPES:
        g_variant_builder_add(&self->map, "{yv}", (guint8)entry->number, value);
        break;
    }
}

static void
end_map(gpointer out, const char *key)
{
    Output *self = out;

    add(out, key, g_variant_builder_end(&self->map));
}

void
bh_ad_add_to_row(const guint8 *bytes, gsize size, GVariantBuilder *builder)
{
    static const BhAdSink sink = {
        .text = add_text,
        .number = add_number,
        .real = add_real,
        .pair = add_pair,
        .bytes = add_bytes,
        .uuids = add_uuids,
        .map_begin = begin_map,
        .map_entry = add_entry,
        .map_end = end_map,
    };
    Output output = {.row = builder};

    bh_ad_tell_fields(bytes, size, &sink, &output);
}
