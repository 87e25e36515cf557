/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The primitives. A run of plain characters is copied in one piece; numbers are written by hand,
 * because printf costs more than all the rest.
 */
#include "bh-json.h"

#include <math.h>
#include <string.h>

#define REPLACEMENT 0xfffd
#define DECIMALS 6
#define SCALE 1000000
#define FIXED_MAX 1e12 /* beyond it doubles are written by GLib */

static const char hex_digits[] = "0123456789abcdef";

/* Makes room for n more bytes and returns where they go. */
static char *
extend(GString *out, gsize n)
{
    gsize at = out->len;

    g_string_set_size(out, at + n);
    return out->str + at;
}

/* Strings */

static void
append_escape(GString *out, guint16 unit)
{
    char *to = extend(out, 6);

    *to++ = '\\';
    *to++ = 'u';
    for (gint shift = 12; shift >= 0; shift -= 4)
        *to++ = hex_digits[unit >> shift & 0xf];
}

static void
append_escaped(GString *out, gunichar c)
{
    if (c <= 0xffff) {
        append_escape(out, (guint16)c);
        return;
    }
    append_escape(out, (guint16)(0xd800 + ((c - 0x10000) >> 10)));
    append_escape(out, (guint16)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

/* The two separators are lines' ends for Python's splitlines() and in old JavaScript. */
static gboolean
is_printable(gunichar c)
{
    return g_unichar_isprint(c) && c != 0x2028 && c != 0x2029;
}

static gboolean
is_plain(char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Appends the character at text, which is not plain; returns where the next one begins. */
static const char *
append_special(GString *out, const char *text)
{
    gunichar c = g_utf8_get_char_validated(text, -1);

    if (c == (gunichar)-1 || c == (gunichar)-2) {
        append_escape(out, REPLACEMENT);
        return text + 1;
    }
    if (c == '"' || c == '\\') {
        g_string_append_c(out, '\\');
        g_string_append_c(out, (char)c);
    } else if (is_printable(c)) {
        g_string_append_unichar(out, c);
    } else {
        append_escaped(out, c);
    }
    return g_utf8_next_char(text);
}

void
bh_json_append_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    while (*text != '\0') {
        const char *begin = text;

        while (is_plain(*text))
            text++;
        g_string_append_len(out, begin, text - begin);
        if (*text != '\0')
            text = append_special(out, text);
    }
    g_string_append_c(out, '"');
}

void
bh_json_append_hex(GString *out, const guint8 *bytes, gsize size)
{
    char *to = extend(out, 2 * size + 2);

    *to++ = '"';
    for (gsize i = 0; i < size; i++) {
        *to++ = hex_digits[bytes[i] >> 4];
        *to++ = hex_digits[bytes[i] & 0xf];
    }
    *to = '"';
}

/* Numbers */

const char *
bh_json_format_uint(guint64 value, char digits[BH_JSON_DIGITS])
{
    gsize at = BH_JSON_DIGITS;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    return digits + at;
}

void
bh_json_append_uint(GString *out, guint64 value)
{
    char digits[BH_JSON_DIGITS];
    const char *begin = bh_json_format_uint(value, digits);

    g_string_append_len(out, begin, digits + sizeof digits - begin);
}

void
bh_json_append_int(GString *out, gint64 value)
{
    if (value < 0)
        g_string_append_c(out, '-');
    bh_json_append_uint(out, value < 0 ? -(guint64)value : (guint64)value);
}

static void
append_fraction(GString *out, guint64 fraction)
{
    char digits[DECIMALS];
    gsize length = DECIMALS;

    for (gsize i = DECIMALS; i > 0; i--) {
        digits[i - 1] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    while (digits[length - 1] == '0')
        length--;
    g_string_append_c(out, '.');
    g_string_append_len(out, digits, (gssize)length);
}

void
bh_json_append_double(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    guint64 scaled;

    if (!isfinite(value)) {
        g_string_append(out, "null");
        return;
    }
    if (fabs(value) > FIXED_MAX) {
        g_string_append(out, g_ascii_dtostr(text, sizeof text, value));
        return;
    }
    scaled = (guint64)(fabs(value) * SCALE + 0.5);
    if (value < 0 && scaled != 0)
        g_string_append_c(out, '-');
    bh_json_append_uint(out, scaled / SCALE);
    if (scaled % SCALE != 0)
        append_fraction(out, scaled % SCALE);
}
