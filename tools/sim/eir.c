/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One function per kind of structure. */
#include "eir.h"

#include "bh-ad.h"

#include <string.h>

static void
field_free(gpointer data)
{
    BhEirField *field = data;

    g_free(field->uuid);
    g_bytes_unref(field->data);
    g_free(field);
}

static void
add_field(BhEir *eir, BhEirKind kind, guint16 number, char *uuid, const guint8 *data, gsize size)
{
    BhEirField *field = g_new0(BhEirField, 1);

    *field =
        (BhEirField){.kind = kind, .number = number, .uuid = uuid, .data = g_bytes_new(data, size)};
    g_ptr_array_add(eir->fields, field);
}

static char *
dup_uuid(const guint8 *bytes, gsize width)
{
    char *text = g_malloc(BH_UUID_TEXT_SIZE);
    BhUuid uuid;

    bh_uuid_from_le(bytes, width, &uuid);
    bh_uuid_format(&uuid, text);
    return text;
}

static void
read_uuids(BhEir *eir, const BhAdStructure *structure, gsize width)
{
    for (gsize at = 0; at + width <= structure->length; at += width)
        g_ptr_array_add(eir->uuids, dup_uuid(structure->data + at, width));
}

static void
read_service_data(BhEir *eir, const BhAdStructure *structure, gsize width)
{
    if (structure->length >= width)
        add_field(eir,
                  BH_EIR_SERVICE,
                  0,
                  dup_uuid(structure->data, width),
                  structure->data + width,
                  structure->length - width);
}

static void
read_manufacturer(BhEir *eir, const BhAdStructure *structure)
{
    if (structure->length >= 2)
        add_field(eir,
                  BH_EIR_MANUFACTURER,
                  (guint16)(structure->data[0] | structure->data[1] << 8),
                  NULL,
                  structure->data + 2,
                  structure->length - 2u);
}

static void
read_name(BhEir *eir, const BhAdStructure *structure)
{
    gsize size = structure->length;

    while (size > 0 && structure->data[size - 1] == '\0')
        size--;
    g_free(eir->name);
    eir->name = g_strndup((const char *)structure->data, size);
    eir->name_complete = structure->type == BH_AD_NAME_COMPLETE;
    if (g_utf8_validate((const char *)structure->data, (gssize)size, NULL))
        return;
    for (char *at = eir->name; *at != '\0'; at++) {
        if (!g_ascii_isprint(*at) && (guchar)*at >= 0x80)
            *at = ' ';
    }
    g_strstrip(eir->name);
}

static void
read_scalar(BhEir *eir, const BhAdStructure *structure)
{
    if (structure->type == BH_AD_FLAGS && structure->length >= 1)
        eir->flags = structure->data[0];
    else if (structure->type == BH_AD_TX_POWER && structure->length >= 1)
        eir->tx_power = (gint8)structure->data[0];
    else if (structure->type == BH_AD_APPEARANCE && structure->length >= 2)
        eir->appearance = (guint16)(structure->data[0] | structure->data[1] << 8);
}

static void
read_structure(BhEir *eir, const BhAdStructure *structure)
{
    switch (structure->type) {
    case BH_AD_UUID16_SOME:
    case BH_AD_UUID16_ALL:
        read_uuids(eir, structure, 2);
        break;
    case BH_AD_UUID32_SOME:
    case BH_AD_UUID32_ALL:
        read_uuids(eir, structure, 4);
        break;
    case BH_AD_UUID128_SOME:
    case BH_AD_UUID128_ALL:
        read_uuids(eir, structure, 16);
        break;
    case BH_AD_NAME_SHORT:
    case BH_AD_NAME_COMPLETE:
        read_name(eir, structure);
        break;
    case BH_AD_FLAGS:
    case BH_AD_TX_POWER:
    case BH_AD_APPEARANCE:
        read_scalar(eir, structure);
        break;
    case BH_AD_SERVICE_DATA16:
        read_service_data(eir, structure, 2);
        break;
    case BH_AD_SERVICE_DATA32:
        read_service_data(eir, structure, 4);
        break;
    case BH_AD_SERVICE_DATA128:
        read_service_data(eir, structure, 16);
        break;
    case BH_AD_MANUFACTURER:
        read_manufacturer(eir, structure);
        break;
    default:
        add_field(eir, BH_EIR_OTHER, structure->type, NULL, structure->data, structure->length);
    }
}

BhEir *
bh_eir_parse(const guint8 *bytes, gsize size)
{
    BhEir *eir = g_new0(BhEir, 1);
    BhAdIter iter;
    BhAdStructure structure;

    eir->tx_power = BH_EIR_NO_TX_POWER;
    eir->uuids = g_ptr_array_new_with_free_func(g_free);
    eir->fields = g_ptr_array_new_with_free_func(field_free);
    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure))
        read_structure(eir, &structure);
    return eir;
}

void
bh_eir_free(BhEir *eir)
{
    g_free(eir->name);
    g_ptr_array_unref(eir->uuids);
    g_ptr_array_unref(eir->fields);
    g_free(eir);
}

gboolean
bh_eir_has_uuid(const BhEir *eir, const char *uuid)
{
    return g_ptr_array_find_with_equal_func(eir->uuids, uuid, g_str_equal, NULL);
}
