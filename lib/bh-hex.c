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

char *
bh_hex_from_bytes(const guint8 *bytes, gsize size)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = g_new(char, 2 * size + 1);
    char *to = hex;

    for (gsize i = 0; i < size; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 0xf];
    }
    *to = '\0';
    return hex;
}
