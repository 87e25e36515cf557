/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Values of attributes as people read and write them: bytes in hex, text, or numbers of a width and
 * byte order that only the user knows. A value longer than one number is a list of them.
 */
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct BhValueType BhValueType;

/** "hex", "utf8", "u8", "i16le", "f32be" ...; NULL = hex. Error: G_OPTION_ERROR, which names all
 * there are. */
const BhValueType *bh_value_type_find(const char *name, GError **error);

/** One line without its end, safe for terminals. What is no whole number of numbers is "0x" and its
 * bytes in hex. */
char *bh_value_to_text(const BhValueType *type, const guint8 *bytes, gsize size);

/** Adds "Value", the bytes in hex, and "Decoded", a number, text, or an array of numbers; without
 * it for hex, and for what does not fit the type or has no JSON form (NaN). */
void
bh_value_add_to_json(const BhValueType *type, const guint8 *bytes, gsize size, JsonObject *object);

/** The bytes of what was written: words of hex digits, text (the words with a space between), or a
 * number each word, decimal or 0x. NULL-terminated, at least one word; an empty word has no bytes.
 * Error: G_OPTION_ERROR. */
GBytes *bh_value_from_words(const BhValueType *type, char *const *words, GError **error);

G_END_DECLS
