/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Bytes as hexadecimal text, as people and scripts write them and as we write them back. Internal
 * to blehub.
 */
#include <glib.h>

G_BEGIN_DECLS

/** Bytes from hex digits, of which any two may be parted by spaces, colons or hyphens, and which
 * may begin with 0x; NULL if it is something else. No digits are no bytes. */
GBytes *bh_bytes_from_hex(const char *text);

/** Lower-case hex into 2 * size + 1 characters. */
void bh_hex_format(const guint8 *bytes, gsize size, char *hex);

/** Lower-case hex. */
char *bh_hex_from_bytes(const guint8 *bytes, gsize size);

G_END_DECLS
