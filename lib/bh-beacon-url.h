/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * URLs as Eddystone has them on the air: one byte for the scheme (with or without "www."), then
 * characters, and one byte each for endings such as ".com/". Internal to libblehub.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_BEACON_URL_BYTES_MAX 18 /* the scheme and 17 */

/* The shortest form; *size may be more than BH_BEACON_URL_BYTES_MAX, of which the rest is not
 * written. Errors: InvalidArguments "URL: ..." (no such scheme, other characters, too long). */
gboolean bh_beacon_url_encode(const char *url,
                              guint8 bytes[BH_BEACON_URL_BYTES_MAX],
                              gsize *size,
                              GError **error);

/* FALSE if a byte is reserved, or there is no scheme, or text (with its NUL) has not text_size. */
gboolean bh_beacon_url_decode(const guint8 *bytes, gsize size, char *text, gsize text_size);

G_END_DECLS
