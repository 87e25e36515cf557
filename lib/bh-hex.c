/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Separators may stand between bytes only, never within one.
 */
#include "bh-hex.h"

#include <string.h>

GBytes *
bh_bytes_from_hex(const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    if (g_ascii_strncasecmp(text, "0x", 2) == 0)
        text += 2;
    while (*(text += strspn(text, " \t\n:-")) != '\0') {
        guint8 byte = 0;

        if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]))
            return NULL;
        byte = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        g_byte_array_append(bytes, &byte, 1);
        text += 2;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

void
bh_hex_format(const guint8 *bytes, gsize size, char *hex)
{
    static const char digits[] = "0123456789abcdef";

    for (gsize i = 0; i < size; i++) {
        *hex++ = digits[bytes[i] >> 4];
        *hex++ = digits[bytes[i] & 0xf];
    }
    *hex = '\0';
}

char *
bh_hex_from_bytes(const guint8 *bytes, gsize size)
{
    char *hex = g_new(char, 2 * size + 1);

    bh_hex_format(bytes, size, hex);
    return hex;
}
