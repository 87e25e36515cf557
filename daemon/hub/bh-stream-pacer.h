/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When streams send. All of them share one timer, and what falls due within a millisecond goes in
 * one wake-up: at usual rates waking up costs more than sending.
 *
 * Calls come from the main loop, never from inside bh_stream_pacer_add(): so what is due now still
 * waits until all that the radio told in this turn was heard, and shares a packet with it.
 */
#include "bh-clock.h"

G_BEGIN_DECLS

typedef struct BhStreamPacer BhStreamPacer;

/* Who waits; part of its owner. */
typedef struct {
    BhTimerFunc func;
    gpointer user_data;
    gboolean waiting;
    gint64 due_us;
} BhStreamTurn;

BhStreamPacer *bh_stream_pacer_new(BhClock *clock);
/* Nobody may wait any more. */
void bh_stream_pacer_free(BhStreamPacer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStreamPacer, bh_stream_pacer_free)

/* Calls turn's func once at due_us (monotonic) or up to 1 ms before; if it waits already, at the
 * earlier of the two. */
void bh_stream_pacer_add(BhStreamPacer *self, BhStreamTurn *turn, gint64 due_us);
void bh_stream_pacer_remove(BhStreamPacer *self, BhStreamTurn *turn);

G_END_DECLS
