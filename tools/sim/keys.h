/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reading one group of a keyfile by a table of keys. Each key has a reader that turns its text into
 * a field of the draft it is given; a key that is not in the table is refused. Errors are
 * BH_ERROR_INVALID_ARGUMENTS and begin with "key: ".
 */
#include <glib.h>

G_BEGIN_DECLS

typedef gboolean (*BhKeyReader)(gpointer draft, const char *text, GError **error);

typedef struct {
    const char *name;
    BhKeyReader read;
} BhKey;

/** Keys and what their readers fill. */
typedef struct {
    const BhKey *keys;
    gsize n_keys;
    gpointer draft;
} BhKeySet;

/** A group whose keys fill several drafts. */
gboolean bh_keys_read_sets(GKeyFile *file,
                           const char *group,
                           const BhKeySet *sets,
                           gsize n_sets,
                           GError **error);

/** The group that an a{sv} stands for. */
GKeyFile *bh_keys_file_from_options(const char *group, GVariant *options, GError **error);

gboolean bh_keys_read(GKeyFile *file,
                      const char *group,
                      const BhKey *keys,
                      gsize n_keys,
                      gpointer draft,
                      GError **error);

/** Sets the error and returns FALSE. */
gboolean bh_text_refuse(GError **error, const char *reason);

/* Readers' helpers: the error says what is wrong with the text, not where it stands. */
gboolean bh_text_to_int(const char *text, gint64 min, gint64 max, gint64 *value, GError **error);
gboolean bh_text_to_boolean(const char *text, gboolean *value, GError **error);
/** Index in a NULL-terminated list of words; the error lists them. */
gboolean
bh_text_to_choice(const char *text, const char *const *words, guint *index, GError **error);
/** Appends the bytes of a run of hexadecimal digit pairs; spaces between pairs are allowed. */
gboolean bh_text_to_bytes(const char *text, GByteArray *bytes, GError **error);
/** Milliseconds with a fraction, to microseconds. */
gboolean bh_text_to_us(const char *text, double min_ms, double max_ms, gint64 *us, GError **error);
/** The elements of a list separated by ';', blanks around them removed, empty ones left out. */
GStrv bh_text_to_list(const char *text);

/** The text a keyfile would have for a value of natural type: s, b, integers, d, ay (hexadecimal),
 * as. */
char *bh_text_from_variant(GVariant *value, GError **error);

G_END_DECLS
