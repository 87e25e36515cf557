/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The devices that a live scan printed: the newest report of each, and statistics of what was
 * printed, for a summary when blehubd cannot be asked any more.
 */
#include "bh-packed.h"

G_BEGIN_DECLS

typedef struct BhHeard BhHeard;

BhHeard *bh_heard_new(void);
void bh_heard_free(BhHeard *self);

/** Remembers a report; TRUE if its device is new. */
gboolean bh_heard_add(BhHeard *self, const BhPackedRecord *record);
/** Whether the device that a row (a{sv}) is about was heard. */
gboolean bh_heard_has_row(BhHeard *self, GVariant *row);
guint bh_heard_count(const BhHeard *self);

/** aa{sv}: a row of each device, with statistics of all its reports that were added. */
GVariant *bh_heard_get_rows(BhHeard *self);

G_END_DECLS
