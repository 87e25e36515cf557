/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A walk along the value, one function per shape. JSON text may hold U+007F to U+009F, characters
 * that turn the writing direction and the separators of lines and paragraphs as they are, and a
 * terminal or a reader of lines would obey them, so they leave as escapes.
 */
#include "row-json.h"

#include "bh-hex.h"
#include "terminal.h"

#include <string.h>

static JsonNode *
node_from_bytes(GVariant *value)
{
    gsize size = 0;
    const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);

    return json_node_init_string(json_node_alloc(), hex);
}

static char *
dup_key(GVariant *key)
{
    switch (g_variant_classify(key)) {
    case G_VARIANT_CLASS_BYTE:
        return g_strdup_printf("%02x", g_variant_get_byte(key));
    case G_VARIANT_CLASS_UINT16:
        return g_strdup_printf("%04x", g_variant_get_uint16(key));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
        return g_variant_dup_string(key, NULL);
    default:
        return g_variant_print(key, FALSE);
    }
}

static JsonNode *
node_from_dictionary(GVariant *value)
{
    g_autoptr(JsonObject) object = json_object_new();

    for (gsize i = 0; i < g_variant_n_children(value); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(value, i);
        g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
        g_autoptr(GVariant) content = g_variant_get_child_value(entry, 1);
        g_autofree char *name = dup_key(key);

        json_object_set_member(object, name, bh_json_from_variant(content));
    }
    return json_node_init_object(json_node_alloc(), object);
}

static JsonNode *
node_from_list(GVariant *value)
{
    g_autoptr(JsonArray) array = json_array_new();

    for (gsize i = 0; i < g_variant_n_children(value); i++) {
        g_autoptr(GVariant) child = g_variant_get_child_value(value, i);

        json_array_add_element(array, bh_json_from_variant(child));
    }
    return json_node_init_array(json_node_alloc(), array);
}

static JsonNode *
node_from_array(GVariant *value)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING))
        return node_from_bytes(value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_DICTIONARY))
        return node_from_dictionary(value);
    return node_from_list(value);
}

static gint64
get_integer(GVariant *value)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_BYTE:
        return g_variant_get_byte(value);
    case G_VARIANT_CLASS_INT16:
        return g_variant_get_int16(value);
    case G_VARIANT_CLASS_UINT16:
        return g_variant_get_uint16(value);
    case G_VARIANT_CLASS_INT32:
        return g_variant_get_int32(value);
    case G_VARIANT_CLASS_UINT32:
        return g_variant_get_uint32(value);
    case G_VARIANT_CLASS_UINT64:
        return (gint64)MIN(g_variant_get_uint64(value), (guint64)G_MAXINT64);
    default:
        return g_variant_get_int64(value);
    }
}

JsonNode *
bh_json_from_variant(GVariant *value)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_VARIANT: {
        g_autoptr(GVariant) content = g_variant_get_variant(value);

        return bh_json_from_variant(content);
    }
    case G_VARIANT_CLASS_ARRAY:
        return node_from_array(value);
    case G_VARIANT_CLASS_TUPLE:
        return node_from_list(value);
    case G_VARIANT_CLASS_BOOLEAN:
        return json_node_init_boolean(json_node_alloc(), g_variant_get_boolean(value));
    case G_VARIANT_CLASS_DOUBLE:
        return json_node_init_double(json_node_alloc(), g_variant_get_double(value));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
        return json_node_init_string(json_node_alloc(), g_variant_get_string(value, NULL));
    default:
        return json_node_init_int(json_node_alloc(), get_integer(value));
    }
}

/* What is beyond 16 bits is two escapes in JSON. */
static void
append_escaped(GString *out, gunichar c)
{
    if (c > 0xffff) {
        g_string_append_printf(out, "\\u%04x", 0xd7c0 + (c >> 10));
        c = 0xdc00 + (c & 0x3ff);
    }
    g_string_append_printf(out, "\\u%04x", c);
}

char *
bh_json_escape(const char *json)
{
    GString *out = g_string_sized_new(strlen(json));

    for (const char *p = json; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (bh_terminal_is_harmless(c))
            g_string_append_unichar(out, c);
        else
            append_escaped(out, c);
    }
    return g_string_free(out, FALSE);
}

char *
bh_json_take_line(JsonNode *node)
{
    g_autofree char *text = json_to_string(node, FALSE);

    json_node_unref(node);
    return bh_json_escape(text);
}

char *
bh_json_lines_from_rows(GVariant *rows)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        g_autofree char *line = bh_json_take_line(bh_json_from_variant(row));

        g_string_append_printf(out, "%s\n", line);
    }
    return g_string_free(out, FALSE);
}
