/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * State rows and statistics rows (a{sv}) of a watch, as clients see them.
 */
#include "bh-export-context.h"
#include "bh-watch-options.h"

G_BEGIN_DECLS

/* State rows; floating. This one with From s, and Changes u if there were several. */
GVariant *bh_watch_row_of_change(BhHub *hub,
                                 const BhPresenceState *state,
                                 gint64 now_us,
                                 BhZone from,
                                 guint32 changes);
/* With Merged u. */
GVariant *
bh_watch_row_of_samples(BhHub *hub, const BhPresenceState *state, gint64 now_us, guint32 merged);

typedef enum {
    BH_WATCH_ROWS_STATES,
    BH_WATCH_ROWS_STATISTICS,
} BhWatchRowsKind;

/* Answers with the rows that the options want, in its own time, or with NotFound. */
void bh_watch_rows_answer(const BhExportContext *context,
                          BhWatch *watch,
                          BhWatchRowsKind kind,
                          const BhStatesOptions *options,
                          GDBusMethodInvocation *invocation);

G_END_DECLS
