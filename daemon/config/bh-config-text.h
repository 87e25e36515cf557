/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Keyfile text read line by line: "[group]", "key=value", comments that begin with '#' or ';',
 * blanks. GLib's own reader forgets the line numbers, and a mistake without its line is half a
 * message.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    const char *file;
    guint line;        /* from 1 */
    const char *group; /* "" before the first group */
    const char *key;   /* NULL for the line that opens the group */
    const char *value;
} BhConfigEntry;

/** Called for each group line and each pair in the order of the file; FALSE with error set ends it.
 */
typedef gboolean (*BhConfigEntryFunc)(const BhConfigEntry *entry,
                                      gpointer user_data,
                                      GError **error);

gboolean bh_config_text_read(const char *file,
                             const char *text,
                             gsize size,
                             BhConfigEntryFunc func,
                             gpointer user_data,
                             GError **error);

/** Sets InvalidArguments "file:line: [group] key: reason" and returns FALSE. */
gboolean bh_config_entry_refuse(const BhConfigEntry *entry, GError **error, const char *reason);

G_END_DECLS
