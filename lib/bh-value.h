/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Values of attributes as people write them: bytes in hex, text, or numbers of a width and byte
 * order that only the writer knows. A value longer than one number is a list of them. Internal to
 * blehub.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_VALUE_HEX,
    BH_VALUE_TEXT,
    BH_VALUE_UNSIGNED,
    BH_VALUE_SIGNED,
    BH_VALUE_FLOAT,
} BhValueKind;

typedef struct {
    const char *name;
    BhValueKind kind;
    guint width; /* bytes of one number */
    gboolean big_endian;
} BhValueType;

/** "hex", "utf8", "u8", "i16le", "f32be" ...; NULL = hex. Error: InvalidArguments, which names all
 * there are. */
const BhValueType *bh_value_type_find(const char *name, GError **error);

/** The bytes of what was written: words of hex digits, text (the words with a space between), or a
 * number each word, decimal or 0x. NULL-terminated; no words, and an empty word, have no bytes.
 * Error: InvalidArguments. */
GBytes *bh_value_from_words(const BhValueType *type, char *const *words, GError **error);

/** The bytes of one text: "u16le:2150", "u8:1 2 3", "hex:0648", "0648"; "text:..." and "utf8:..."
 * with \s for a blank (at the ends), \n, \t, \r, \\. Error: InvalidArguments. */
GBytes *bh_value_from_text(const char *text, GError **error);

G_END_DECLS
