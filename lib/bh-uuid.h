/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Bluetooth UUIDs. Always held as 128 bits; the short forms are shorthand for
 * 0000xxxx-0000-1000-8000-00805f9b34fb (Core 5.4 Vol 3 Part B 2.5.1).
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_UUID_TEXT_SIZE 37

typedef struct {
    guint8 octets[16]; /* most significant first, as people write them */
} BhUuid;

/** Accepts "180d", "0x180D", 8 hex digits, or the long form; either case. Error: InvalidArguments.
 */
gboolean bh_uuid_parse(const char *text, BhUuid *uuid, GError **error);

/** From bytes as they are on the air, least significant first. size is 2, 4 or 16. */
void bh_uuid_from_le(const guint8 *bytes, gsize size, BhUuid *uuid);

/** The long form, lower case. */
void bh_uuid_format(const BhUuid *uuid, char text[BH_UUID_TEXT_SIZE]);

/** The shortest form, lower case: 4 or 8 digits, or the long form. BlueZ takes a 32-bit UUID for
 * one in this form only: in an advertisement the long form of it takes 16 bytes. */
void bh_uuid_format_short(const BhUuid *uuid, char text[BH_UUID_TEXT_SIZE]);

/** Shortest size on the air: 2, 4 or 16, and its bytes, least significant first. */
gsize bh_uuid_to_le(const BhUuid *uuid, guint8 bytes[16]);

gboolean bh_uuid_equal(const BhUuid *a, const BhUuid *b);

G_END_DECLS
