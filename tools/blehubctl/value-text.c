/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A number of any kind passes through 64 bits: its bytes are put together in its order, and what
 * the 64 bits mean (unsigned, two's complement, IEEE 754) is decided last.
 */
#include "value-text.h"

#include "ad-text.h"
#include "bh-hex.h"
#include "terminal.h"

#include <errno.h>
#include <math.h>
#include <string.h>

typedef enum {
    KIND_HEX,
    KIND_TEXT,
    KIND_UNSIGNED,
    KIND_SIGNED,
    KIND_FLOAT,
} Kind;

struct BhValueType {
    const char *name;
    Kind kind;
    guint width; /* bytes of one number */
    gboolean big_endian;
};

static const BhValueType types[] = {
    {"hex", KIND_HEX, 1, FALSE},        {"utf8", KIND_TEXT, 1, FALSE},
    {"u8", KIND_UNSIGNED, 1, FALSE},    {"i8", KIND_SIGNED, 1, FALSE},
    {"u16le", KIND_UNSIGNED, 2, FALSE}, {"u16be", KIND_UNSIGNED, 2, TRUE},
    {"i16le", KIND_SIGNED, 2, FALSE},   {"i16be", KIND_SIGNED, 2, TRUE},
    {"u24le", KIND_UNSIGNED, 3, FALSE}, {"u24be", KIND_UNSIGNED, 3, TRUE},
    {"i24le", KIND_SIGNED, 3, FALSE},   {"i24be", KIND_SIGNED, 3, TRUE},
    {"u32le", KIND_UNSIGNED, 4, FALSE}, {"u32be", KIND_UNSIGNED, 4, TRUE},
    {"i32le", KIND_SIGNED, 4, FALSE},   {"i32be", KIND_SIGNED, 4, TRUE},
    {"u64le", KIND_UNSIGNED, 8, FALSE}, {"u64be", KIND_UNSIGNED, 8, TRUE},
    {"i64le", KIND_SIGNED, 8, FALSE},   {"i64be", KIND_SIGNED, 8, TRUE},
    {"f32le", KIND_FLOAT, 4, FALSE},    {"f32be", KIND_FLOAT, 4, TRUE},
    {"f64le", KIND_FLOAT, 8, FALSE},    {"f64be", KIND_FLOAT, 8, TRUE},
};

const BhValueType *
bh_value_type_find(const char *name, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (!name || g_str_equal(types[i].name, name))
            return &types[i];
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", types[i].name);
    }
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "a type is one of %s, not \"%s\"",
                names->str,
                name);
    return NULL;
}

/* Numbers as 64 bits */

static guint64
read_bits(const BhValueType *type, const guint8 *bytes)
{
    guint64 bits = 0;

    for (guint i = 0; i < type->width; i++)
        bits = bits << 8 | bytes[type->big_endian ? i : type->width - 1 - i];
    return bits;
}

static void
append_bits(const BhValueType *type, guint64 bits, GByteArray *out)
{
    for (guint i = 0; i < type->width; i++) {
        guint place = type->big_endian ? type->width - 1 - i : i;
        guint8 byte = (guint8)(bits >> 8 * place);

        g_byte_array_append(out, &byte, 1);
    }
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

static guint64
bits_from_float(const BhValueType *type, double value)
{
    float single = (float)value;
    guint32 low = 0;
    guint64 bits = 0;

    memcpy(&low, &single, sizeof low);
    memcpy(&bits, &value, sizeof bits);
    return type->width == sizeof single ? low : bits;
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

    if (type->kind == KIND_UNSIGNED)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, bits);
    else if (type->kind == KIND_SIGNED)
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

    if (type->kind == KIND_HEX)
        return g_steal_pointer(&hex);
    if (type->kind == KIND_TEXT)
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
    double value = type->kind == KIND_FLOAT ? float_from_bits(type, bits) : 0;

    if (type->kind == KIND_FLOAT)
        return isfinite(value) ? json_node_init_double(json_node_alloc(), value) : NULL;
    if (type->kind == KIND_SIGNED)
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

    if (type->kind == KIND_TEXT)
        return text_to_json(bytes, size);
    if (type->kind == KIND_HEX || !is_whole(type, size))
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

/* Reading */

static gboolean
is_read_completely(const char *word, const char *end)
{
    return end != word && *end == '\0' && errno == 0;
}

/* A leading zero means nothing: octal numbers surprise. digits stand behind a sign. */
static gboolean
parse_digits(const char *digits, guint64 *value)
{
    gboolean hex = g_ascii_strncasecmp(digits, "0x", 2) == 0;
    char *end = NULL;

    errno = 0;
    *value = g_ascii_strtoull(digits, &end, hex ? 16 : 10);
    return g_ascii_isdigit(digits[0]) && is_read_completely(digits, end);
}

static gboolean
parse_unsigned(const BhValueType *type, const char *word, guint64 *bits)
{
    return parse_digits(word, bits) && *bits >> (8 * type->width - 1) <= 1;
}

/* 2^63 negated is itself. */
static gboolean
parse_signed(const BhValueType *type, const char *word, guint64 *bits)
{
    gboolean negative = word[0] == '-';
    guint64 limit = G_GUINT64_CONSTANT(1) << (8 * type->width - 1);
    guint64 magnitude = 0;

    if (!parse_digits(word + negative, &magnitude))
        return FALSE;
    *bits = negative ? ~magnitude + 1 : magnitude;
    return negative ? magnitude <= limit : magnitude < limit;
}

static gboolean
parse_float(const BhValueType *type, const char *word, guint64 *bits)
{
    char *end = NULL;
    double value;

    errno = 0;
    value = g_ascii_strtod(word, &end);
    *bits = bits_from_float(type, value);
    return is_read_completely(word, end) &&
           (!isfinite(value) || isfinite(float_from_bits(type, *bits)));
}

static gboolean
append_number_word(const BhValueType *type, const char *word, GByteArray *out, GError **error)
{
    guint64 bits = 0;
    gboolean fits = type->kind == KIND_UNSIGNED ? parse_unsigned(type, word, &bits)
                    : type->kind == KIND_SIGNED ? parse_signed(type, word, &bits)
                                                : parse_float(type, word, &bits);

    if (fits)
        append_bits(type, bits, out);
    else
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "\"%s\" is no number of type %s",
                    word,
                    type->name);
    return fits;
}

static gboolean
append_hex_word(const char *word, GByteArray *out, GError **error)
{
    g_autoptr(GBytes) bytes = bh_bytes_from_hex(word);

    if (!bytes) {
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "\"%s\" is not bytes in hexadecimal, two digits each",
                    word);
        return FALSE;
    }
    g_byte_array_append(out, g_bytes_get_data(bytes, NULL), (guint)g_bytes_get_size(bytes));
    return TRUE;
}

static gboolean
append_word(const BhValueType *type, const char *word, GByteArray *out, GError **error)
{
    return type->kind == KIND_HEX ? append_hex_word(word, out, error)
                                  : append_number_word(type, word, out, error);
}

GBytes *
bh_value_from_words(const BhValueType *type, char *const *words, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    if (type->kind == KIND_TEXT) {
        char *text = g_strjoinv(" ", (char **)words);

        return g_bytes_new_take(text, strlen(text));
    }
    for (; *words; words++)
        if (**words && !append_word(type, *words, out, error))
            return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}
