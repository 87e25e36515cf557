/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A small text in the runtime directory that says what outlives this process elsewhere, so that the
 * next start can undo it. It is always whole: the former text or the new one. No file means that
 * there is nothing to undo.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct BhRuntimeFile BhRuntimeFile;

/* path: NULL = nothing is read or written. loss: what may happen when it cannot be written; it
 * begins the message of the first failure, the only one that is logged. */
BhRuntimeFile *bh_runtime_file_new(const char *path, const char *loss);
/* The file stays. */
void bh_runtime_file_free(BhRuntimeFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRuntimeFile, bh_runtime_file_free)

/* NULL = nothing is read or written. */
const char *bh_runtime_file_get_path(BhRuntimeFile *self);

/* The text; NULL if there is none, or what is there is no regular file or too long to be ours. */
char *bh_runtime_file_read(BhRuntimeFile *self);
/* text NULL: there is nothing to undo. */
void bh_runtime_file_write(BhRuntimeFile *self, const char *text);

G_END_DECLS
