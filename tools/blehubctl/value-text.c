/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A number of any kind passes through 64 bits: its bytes are put together in its order, and what
 * the 64 bits mean (unsigned, two's complement, IEEE 754) is decided last.
 */
#include "value-text.h"

#include "ad-text.h"
#include "bh-hex.h"
#include "terminal.h"

#include <math.h>
#include <string.h>

/* Numbers as 64 bits */

static guint64
read_bits(const BhValueType *type, const guint8 *bytes)
{
    guint64 bits = 0;

    for (guint i = 0; i < type->width; i++)
        bits = bits << 8 | bytes[type->big_endian ? i : type->width - 1 - i];
    return bits;
}

static gint64
sign_extend(guint64 bits, guint width)
{
    guint unused = 64 - 8 * width;

    return (gint64)(bits << unused) >> unused;
}

static double
float_from_bits(const BhValueType *type, guint64 bits)
{
    guint32 low = (guint32)bits;
    float single = 0;
    double value = 0;

    memcpy(&single, &low, sizeof single);
    memcpy(&value, &bits, sizeof value);
    return type->width == sizeof single ? (double)single : value;
}

/* Printing */

static gboolean
is_whole(const BhValueType *type, gsize size)
{
    return size % type->width == 0;
}

static void
append_number(const BhValueType *type, guint64 bits, GString *out)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (type->kind == BH_VALUE_UNSIGNED)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, bits);
    else if (type->kind == BH_VALUE_SIGNED)
        g_string_append_printf(out, "%" G_GINT64_FORMAT, sign_extend(bits, type->width));
    else /* as many digits as tell any two values of the width apart */
        g_string_append(out,
                        g_ascii_formatd(text,
                                        sizeof text,
                                        type->width == 4 ? "%.9g" : "%.17g",
                                        float_from_bits(type, bits)));
}

static char *
dup_text(const guint8 *bytes, gsize size)
{
    g_autofree char *valid = g_utf8_make_valid((const char *)bytes, (gssize)size);
    GString *out = g_string_new(NULL);

    bh_terminal_append(out, valid);
    return g_string_free(out, FALSE);
}

char *
bh_value_to_text(const BhValueType *type, const guint8 *bytes, gsize size)
{
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);
    GString *out = NULL;

    if (type->kind == BH_VALUE_HEX)
        return g_steal_pointer(&hex);
    if (type->kind == BH_VALUE_TEXT)
        return dup_text(bytes, size);
    if (!is_whole(type, size))
        return g_strconcat("0x", hex, NULL);
    out = g_string_new(NULL);
    for (gsize i = 0; i < size; i += type->width) {
        g_string_append(out, i > 0 ? " " : "");
        append_number(type, read_bits(type, bytes + i), out);
    }
    return g_string_free(out, FALSE);
}

/* NULL: JSON has no such number. */
static JsonNode *
number_to_json(const BhValueType *type, const guint8 *bytes)
{
    guint64 bits = read_bits(type, bytes);
    double value = type->kind == BH_VALUE_FLOAT ? float_from_bits(type, bits) : 0;

    if (type->kind == BH_VALUE_FLOAT)
        return isfinite(value) ? json_node_init_double(json_node_alloc(), value) : NULL;
    if (type->kind == BH_VALUE_SIGNED)
        return json_node_init_int(json_node_alloc(), sign_extend(bits, type->width));
    return bits <= G_MAXINT64 ? json_node_init_int(json_node_alloc(), (gint64)bits) : NULL;
}

static JsonNode *
text_to_json(const guint8 *bytes, gsize size)
{
    g_autofree char *valid = g_utf8_make_valid((const char *)bytes, (gssize)size);

    return json_node_init_string(json_node_alloc(), valid);
}

static JsonNode *
value_to_json(const BhValueType *type, const guint8 *bytes, gsize size)
{
    g_autoptr(JsonArray) numbers = NULL;

    if (type->kind == BH_VALUE_TEXT)
        return text_to_json(bytes, size);
    if (type->kind == BH_VALUE_HEX || !is_whole(type, size))
        return NULL;
    if (size == type->width)
        return number_to_json(type, bytes);
    numbers = json_array_new();
    for (gsize i = 0; i < size; i += type->width) {
        JsonNode *number = number_to_json(type, bytes + i);

        if (!number)
            return NULL;
        json_array_add_element(numbers, number);
    }
    return json_node_init_array(json_node_alloc(), numbers);
}

void
bh_value_add_to_json(const BhValueType *type, const guint8 *bytes, gsize size, JsonObject *object)
{
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);
    JsonNode *decoded = value_to_json(type, bytes, size);

    json_object_set_string_member(object, "Value", hex);
    if (decoded)
        json_object_set_member(object, "Decoded", decoded);
}
