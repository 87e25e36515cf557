/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines from standard input as they come, beside everything else. */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef void (*BhInputLineFunc)(const char *line, gpointer user_data);

typedef struct {
    GDataInputStream *stream;
    GCancellable *cancellable;
    BhInputLineFunc func;
    gpointer user_data;
    gboolean reading;
} BhInputLines;

/** func is called with each line, without its end, until input ends. */
void bh_input_lines_begin(BhInputLines *self, BhInputLineFunc func, gpointer user_data);

/** Afterwards nothing is pending. */
void bh_input_lines_clear(BhInputLines *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhInputLines, bh_input_lines_clear)

G_END_DECLS
