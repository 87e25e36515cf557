/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Calls that may take long: while one is waited for, a line on the terminal says what is done and
 * for how long. Into a pipe or file nothing of it is written.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct BhProgress BhProgress;

/** Begins to show "what ... 3 s" on stderr once it takes longer than half a second. */
BhProgress *bh_progress_new(const char *what);
/** Takes the line away again. */
void bh_progress_free(BhProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhProgress, bh_progress_free)

/** Calls a method and runs the main loop until it is answered, however long that takes; what is
 * shown meanwhile. parameters: a floating tuple is taken. */
GVariant *bh_progress_call(GDBusProxy *proxy,
                           const char *what,
                           const char *method,
                           GVariant *parameters,
                           GError **error);

G_END_DECLS
