/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The signals of a watch, for its owner's connection: ZoneChanged and Updated, each at most 10
 * times a second with a bounded number of rows. What waits is one entry for each identity, so a
 * client that does not read costs no more than one that does.
 */
#include "bh-export-context.h"

G_BEGIN_DECLS

typedef struct BhWatchSignals BhWatchSignals;

/* Listens to watch, and tells its client in the name of exported. Everything is borrowed: outlives
 * it. */
BhWatchSignals *
bh_watch_signals_new(const BhExportContext *context, BhWatch *watch, BhExported *exported);
void bh_watch_signals_free(BhWatchSignals *self);

G_END_DECLS
