/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A payload structure by structure, as lines and as JSON. Where libblehub's iterator stops, the
 * tail begins; it is shown, because the bytes that do not fit are what a developer looks for.
 */
#include "ad-text.h"

#include "bh-hex.h"
#include "row-json.h"

#include <string.h>

static void
append_hex(GString *out, const guint8 *bytes, gsize size)
{
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);

    g_string_append(out, hex);
}

/* Zero bytes at the end are padding, and no tail. */
static void
find_tail(const guint8 *bytes, gsize size, BhAdTail *tail)
{
    gsize valid = bh_ad_valid_size(bytes, size, &tail->malformed);
    gboolean padding = TRUE;

    for (gsize i = valid; i < size; i++)
        padding = padding && bytes[i] == 0;
    tail->tail = bytes + valid;
    tail->tail_size = padding ? 0 : size - valid;
}

char *
bh_ad_text(const guint8 *bytes, gsize size, BhCompanies *companies, BhAdTail *tail)
{
    GString *out = g_string_new(NULL);
    BhAdStructure structure;
    BhAdIter iter;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure)) {
        g_autofree char *value = bh_ad_value_text(&structure, companies);

        g_string_append_printf(out, "0x%02x %s", structure.type, bh_ad_type_name(structure.type));
        g_string_append_printf(out, ": %s\n", value);
    }
    find_tail(bytes, size, tail);
    if (tail->tail_size > 0) {
        g_string_append_printf(out,
                               "%s at byte %zu: ",
                               tail->malformed ? "Malformed" : "After the end",
                               (gsize)(tail->tail - bytes));
        append_hex(out, tail->tail, tail->tail_size);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

static JsonNode *
structure_to_json(const BhAdStructure *structure, BhCompanies *companies)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_autofree char *type = bh_hex_from_bytes(&structure->type, 1);
    g_autofree char *data = bh_hex_from_bytes(structure->data, structure->length);
    g_autofree char *value = bh_ad_value_text(structure, companies);

    json_object_set_string_member(object, "Type", type);
    json_object_set_string_member(object, "TypeName", bh_ad_type_name(structure->type));
    json_object_set_string_member(object, "Data", data);
    json_object_set_string_member(object, "Value", value);
    return json_node_init_object(json_node_alloc(), object);
}

static JsonNode *
row_to_json(const guint8 *bytes, gsize size)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) row = NULL;

    bh_ad_add_to_row(bytes, size, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    return bh_json_from_variant(row);
}

char *
bh_ad_json(const guint8 *bytes, gsize size, BhCompanies *companies, BhAdTail *tail)
{
    g_autoptr(JsonObject) object = json_object_new();
    JsonArray *structures = json_array_new();
    BhAdStructure structure;
    BhAdIter iter;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure))
        json_array_add_element(structures, structure_to_json(&structure, companies));
    json_object_set_array_member(object, "Structures", structures);
    json_object_set_member(object, "Row", row_to_json(bytes, size));
    find_tail(bytes, size, tail);
    if (tail->tail_size > 0) {
        g_autofree char *hex = bh_hex_from_bytes(tail->tail, tail->tail_size);

        json_object_set_string_member(object, tail->malformed ? "Malformed" : "AfterTheEnd", hex);
    }
    return bh_json_take_line(json_node_init_object(json_node_alloc(), object));
}
