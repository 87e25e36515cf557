/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Option dictionaries (a{sv} of D-Bus calls, and groups of the configuration file) checked by a
 * table: one row per key, giving its type, range and where it goes in a plain struct. An unknown
 * key, a wrong type or an impossible value is InvalidArguments with the key as first word. Integers
 * accept every integral D-Bus type in range and an integral double; a list of strings accepts one
 * string; a boolean is only a boolean. Absent keys leave the struct as it was, so defaults are set
 * before.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_OPTION_BOOL,    /* gboolean */
    BH_OPTION_INT,     /* gint64 within min..max, or 0 with or_zero */
    BH_OPTION_DOUBLE,  /* double within min..max */
    BH_OPTION_STRING,  /* char*, owned; at most max bytes, or (0) 1024 */
    BH_OPTION_STRINGS, /* char**, owned; at most 64 of 1024 bytes */
    BH_OPTION_UINT16S, /* GArray* of guint16, owned; at most 64 */
    BH_OPTION_CHOICE,  /* gint: index into choices */
    BH_OPTION_BYTES,   /* GBytes*, owned; at most max bytes. Not in the configuration file */
} BhOptionType;

typedef struct {
    const char *key; /* PascalCase */
    BhOptionType type;
    gsize offset;         /* of the value in the struct */
    gsize present_offset; /* of a gboolean set when the key was given; G_MAXSIZE = none */
    gint64 min, max;      /* INT (max below min: none) and DOUBLE; max also of BYTES and STRING */
    const char *const *choices; /* CHOICE: NULL-terminated */
    double least;               /* DOUBLE: if not 0, stands for min */
    gboolean or_zero;           /* INT */
} BhOptionSpec;

#define BH_OPTION_NO_PRESENT G_MAXSIZE

/** dict is a{sv}; specs ends with a row whose key is NULL. On error the struct may be partly
 * filled, and bh_options_clear still frees it. */
gboolean
bh_options_parse(GVariant *dict, const BhOptionSpec *specs, gpointer values, GError **error);

/** One key from text, as the configuration file has it (lists separated by ';'). */
gboolean bh_options_parse_text(const char *key,
                               const char *text,
                               const BhOptionSpec *specs,
                               gpointer values,
                               GError **error);

/** Frees strings and lists of the struct and sets them to NULL. */
void bh_options_clear(const BhOptionSpec *specs, gpointer values);

G_END_DECLS
