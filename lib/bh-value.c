/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A number of any kind passes through 64 bits: what the text means (unsigned, two's complement,
 * IEEE 754) is decided first, and its bytes are put in their order last.
 */
#include "bh-value.h"

#include "bh-error.h"
#include "bh-hex.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const BhValueType types[] = {
    {"hex", BH_VALUE_HEX, 1, FALSE},        {"utf8", BH_VALUE_TEXT, 1, FALSE},
    {"u8", BH_VALUE_UNSIGNED, 1, FALSE},    {"i8", BH_VALUE_SIGNED, 1, FALSE},
    {"u16le", BH_VALUE_UNSIGNED, 2, FALSE}, {"u16be", BH_VALUE_UNSIGNED, 2, TRUE},
    {"i16le", BH_VALUE_SIGNED, 2, FALSE},   {"i16be", BH_VALUE_SIGNED, 2, TRUE},
    {"u24le", BH_VALUE_UNSIGNED, 3, FALSE}, {"u24be", BH_VALUE_UNSIGNED, 3, TRUE},
    {"i24le", BH_VALUE_SIGNED, 3, FALSE},   {"i24be", BH_VALUE_SIGNED, 3, TRUE},
    {"u32le", BH_VALUE_UNSIGNED, 4, FALSE}, {"u32be", BH_VALUE_UNSIGNED, 4, TRUE},
    {"i32le", BH_VALUE_SIGNED, 4, FALSE},   {"i32be", BH_VALUE_SIGNED, 4, TRUE},
    {"u64le", BH_VALUE_UNSIGNED, 8, FALSE}, {"u64be", BH_VALUE_UNSIGNED, 8, TRUE},
    {"i64le", BH_VALUE_SIGNED, 8, FALSE},   {"i64be", BH_VALUE_SIGNED, 8, TRUE},
    {"f32le", BH_VALUE_FLOAT, 4, FALSE},    {"f32be", BH_VALUE_FLOAT, 4, TRUE},
    {"f64le", BH_VALUE_FLOAT, 8, FALSE},    {"f64be", BH_VALUE_FLOAT, 8, TRUE},
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
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "a type is one of %s, not \"%s\"",
                names->str,
                name);
    return NULL;
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
           (!isfinite(value) || type->width > sizeof(float) || isfinite((float)value));
}

static gboolean
append_number_word(const BhValueType *type, const char *word, GByteArray *out, GError **error)
{
    guint64 bits = 0;
    gboolean fits = type->kind == BH_VALUE_UNSIGNED ? parse_unsigned(type, word, &bits)
                    : type->kind == BH_VALUE_SIGNED ? parse_signed(type, word, &bits)
                                                    : parse_float(type, word, &bits);

    if (fits)
        append_bits(type, bits, out);
    else
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
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
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
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
    return type->kind == BH_VALUE_HEX ? append_hex_word(word, out, error)
                                      : append_number_word(type, word, out, error);
}

GBytes *
bh_value_from_words(const BhValueType *type, char *const *words, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    if (type->kind == BH_VALUE_TEXT) {
        char *text = g_strjoinv(" ", (char **)words);

        return g_bytes_new_take(text, strlen(text));
    }
    for (; *words; words++)
        if (**words && !append_word(type, *words, out, error))
            return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

/* Text of one line */

static const struct {
    char letter;
    char meaning;
} escapes[] = {{'s', ' '}, {'n', '\n'}, {'t', '\t'}, {'r', '\r'}, {'\\', '\\'}};

static const char *
find_escape(char letter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++)
        if (escapes[i].letter == letter)
            return &escapes[i].meaning;
    return NULL;
}

static GBytes *
bytes_from_escaped(const char *text, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    for (; *text != '\0'; text++) {
        const char *character = *text == '\\' ? find_escape(*++text) : text;

        if (character == NULL) {
            g_set_error_literal(error,
                                BH_ERROR,
                                BH_ERROR_INVALID_ARGUMENTS,
                                "after \"\\\" comes one of s, n, t, r, \\");
            return NULL;
        }
        g_byte_array_append(out, (const guint8 *)character, 1);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

/* The type that stands before a colon, and what comes behind it. Colons part bytes of hex, too, but
 * no type has the name of a byte. NULL without error: the text is hex alone. */
static const BhValueType *
split_type(const char *text, const char **rest, GError **error)
{
    const char *colon = strchr(text, ':');
    g_autofree char *name = colon != NULL ? g_strndup(text, (gsize)(colon - text)) : NULL;

    *rest = text;
    if (name == NULL || strspn(name, "0123456789abcdefABCDEFxX -") == strlen(name))
        return NULL;
    *rest = colon + 1;
    return bh_value_type_find(strcmp(name, "text") == 0 ? "utf8" : name, error);
}

GBytes *
bh_value_from_text(const char *text, GError **error)
{
    g_autoptr(GError) reason = NULL;
    const BhValueType *type = split_type(text, &text, &reason);
    g_auto(GStrv) words = NULL;

    if (reason != NULL) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    if (type != NULL && type->kind == BH_VALUE_TEXT)
        return bytes_from_escaped(text, error);
    words = g_strsplit_set(text, " \t", -1);
    return bh_value_from_words(type != NULL ? type : &types[0], words, error);
}
