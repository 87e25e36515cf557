/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The devices that a live scan printed: the newest row of each, and statistics of what was printed,
 * for a summary when blehubd cannot be asked any more.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct BhHeard BhHeard;

BhHeard *bh_heard_new(void);
void bh_heard_free(BhHeard *self);

/** Remembers a row (see bh_row_dup_identity()); TRUE if its device is new. */
gboolean bh_heard_add(BhHeard *self, GVariant *row);
gboolean bh_heard_has(BhHeard *self, GVariant *row);
guint bh_heard_count(const BhHeard *self);

/** aa{sv}: the newest rows, each with statistics of all that were added. */
GVariant *bh_heard_get_rows(BhHeard *self);

G_END_DECLS
