/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Keyfile text read line by line: "[group]", "key=value", comments that begin with '#' or ';',
 * blanks. GLib's own reader forgets the line numbers, and a mistake without its line is half a
 * message. Internal to blehub.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const char *file;  /* NULL = not from a file */
    guint line;        /* from 1 */
    const char *group; /* "" before the first group */
    const char *key;   /* NULL for the line that opens the group */
    const char *value;
} BhKeyfileEntry;

/** Called for each group line and each pair in the order of the file; FALSE with error set ends it.
 */
typedef gboolean (*BhKeyfileEntryFunc)(const BhKeyfileEntry *entry,
                                       gpointer user_data,
                                       GError **error);

gboolean bh_keyfile_read(const char *file,
                         const char *text,
                         gsize size,
                         BhKeyfileEntryFunc func,
                         gpointer user_data,
                         GError **error);

/** Sets InvalidArguments "file:line: [group] key: reason" ("line N: [group] key: reason" without a
 * file) and returns FALSE. */
gboolean bh_keyfile_entry_refuse(const BhKeyfileEntry *entry, GError **error, const char *reason);

G_END_DECLS
