/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Values of attributes as people read them: bytes in hex, text, or numbers of a width and byte
 * order that only the user knows. A value longer than one number is a list of them.
 */
#include "bh-value.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** One line without its end, safe for terminals. What is no whole number of numbers is "0x" and its
 * bytes in hex. */
char *bh_value_to_text(const BhValueType *type, const guint8 *bytes, gsize size);

/** Adds "Value", the bytes in hex, and "Decoded", a number, text, or an array of numbers; without
 * it for hex, and for what does not fit the type or has no JSON form (NaN). */
void
bh_value_add_to_json(const BhValueType *type, const guint8 *bytes, gsize size, JsonObject *object);

G_END_DECLS
