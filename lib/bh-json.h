/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * JSON appended to a string, for what is written thousands of times a second: no tree, no
 * allocation beyond the string's own growth. Internal to blehub.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

/** Quoted. Bytes that are not UTF-8 become U+FFFD; quotes, backslashes, and whatever could steer a
 * terminal or end a line are escaped. */
void bh_json_append_string(GString *out, const char *text);

/** Quoted lower-case hex. */
void bh_json_append_hex(GString *out, const guint8 *bytes, gsize size);

/** Decimal digits into the end of digits; returns where they begin. */
#define BH_JSON_DIGITS 20
const char *bh_json_format_uint(guint64 value, char digits[BH_JSON_DIGITS]);

void bh_json_append_uint(GString *out, guint64 value);
void bh_json_append_int(GString *out, gint64 value);

/** At most six decimals; what is not finite is null. */
void bh_json_append_double(GString *out, double value);

/** What bh_device_add_to_row() says of the device, as members of an object without its braces.
 * Bytes are hex, numbers as keys are hex of their width ("004c", "1c"). adapter: address of the
 * controller that heard it last, or NULL. */
void bh_json_append_device(GString *out, const BhDevice *device, const char *adapter);

/** A notified value, as members of an object without its braces: Value in hex, Timestamp,
 * TimestampMonotonic. */
void bh_json_append_value(GString *out,
                          const guint8 *value,
                          gsize size,
                          gint64 realtime_us,
                          gint64 monotonic_us);

G_END_DECLS
