/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * UUIDs are 16 octets in the order people write them; the air has them backwards and mostly short,
 * so all this file does is turning and completing with the Bluetooth base UUID.
 */
#include "bh-uuid.h"

#include "bh-error.h"

#include <string.h>

/* Core 5.4 Vol 3 Part B 2.5.1 */
static const BhUuid base_uuid = {
    {0, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0x80, 0x5f, 0x9b, 0x34, 0xfb}};

/* The digits of n octets, then whatever follows. */
static gboolean
read_octets(const char *text, gsize n, guint8 *octets)
{
    for (gsize i = 0; i < n; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);
        if (low < 0)
            return FALSE;
        octets[i] = (guint8)(high << 4 | low);
    }
    return TRUE;
}

/* 8-4-4-4-12 digits; text has 36 characters. */
static gboolean
read_long(const char *text, guint8 *octets)
{
    static const guint8 group_octets[] = {4, 2, 2, 2, 6};

    for (guint i = 0; i < G_N_ELEMENTS(group_octets); i++) {
        if (i > 0 && *text++ != '-')
            return FALSE;
        if (!read_octets(text, group_octets[i], octets))
            return FALSE;
        text += 2 * group_octets[i];
        octets += group_octets[i];
    }
    return TRUE;
}

gboolean
bh_uuid_parse(const char *text, BhUuid *uuid, GError **error)
{
    BhUuid read = base_uuid;
    gboolean ok = FALSE;
    gboolean prefixed = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = prefixed ? text + 2 : text;
    gsize length = strlen(digits);

    if (length == 4)
        ok = read_octets(digits, 2, read.octets + 2);
    else if (length == 8)
        ok = read_octets(digits, 4, read.octets);
    else if (length == BH_UUID_TEXT_SIZE - 1 && !prefixed)
        ok = read_long(digits, read.octets);

    if (!ok) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "UUID: '%s' is none (4 or 8 hex digits, or 8-4-4-4-12)",
                    text);
        return FALSE;
    }
    *uuid = read;
    return TRUE;
}

void
bh_uuid_from_le(const guint8 *bytes, gsize size, BhUuid *uuid)
{
    g_return_if_fail(size == 2 || size == 4 || size == 16);

    *uuid = base_uuid;
    gsize end = size == 16 ? 16 : 4; /* the short forms fill the first four octets from the right */
    for (gsize i = 0; i < size; i++)
        uuid->octets[end - 1 - i] = bytes[i];
}

void
bh_uuid_format(const BhUuid *uuid, char text[BH_UUID_TEXT_SIZE])
{
    for (guint i = 0; i < sizeof uuid->octets; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *text++ = '-';
        *text++ = "0123456789abcdef"[uuid->octets[i] >> 4];
        *text++ = "0123456789abcdef"[uuid->octets[i] & 0xf];
    }
    *text = '\0';
}

void
bh_uuid_format_short(const BhUuid *uuid, char text[BH_UUID_TEXT_SIZE])
{
    guint8 bytes[16];
    gsize size = bh_uuid_to_le(uuid, bytes);

    bh_uuid_format(uuid, text);
    if (size == 16)
        return;
    memmove(text, text + 8 - 2 * size, 2 * size);
    text[2 * size] = '\0';
}

gsize
bh_uuid_to_le(const BhUuid *uuid, guint8 bytes[16])
{
    gsize size = 16;
    if (memcmp(uuid->octets + 4, base_uuid.octets + 4, 12) == 0)
        size = uuid->octets[0] == 0 && uuid->octets[1] == 0 ? 2 : 4;

    gsize end = size == 16 ? 16 : 4;
    for (gsize i = 0; i < size; i++)
        bytes[i] = uuid->octets[end - 1 - i];
    return size;
}

gboolean
bh_uuid_equal(const BhUuid *a, const BhUuid *b)
{
    return memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}
