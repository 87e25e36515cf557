/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When streams send. All of them share one timer, and what falls due within a millisecond goes in
 * one wake-up: at usual rates waking up costs more than sending.
 *
 * Calls come from the main loop, never from inside bh_stream_pacer_add(): so what is due now still
 * waits until all that the radio told in this turn was heard, and shares a packet with it.
 *
 * It also knows how long the most impatient stream may be kept waiting, for whoever could gather
 * reports before they come here.
 */
#include "bh-clock.h"

G_BEGIN_DECLS

/* By how much a turn may come early, to share a wake-up. */
#define BH_STREAM_EARLY_US 1000

typedef struct BhStreamPacer BhStreamPacer;

/* The shortest batch_us of those who joined changed; G_MAXINT64 = nobody is left. */
typedef void (*BhStreamBatchFunc)(gpointer user_data, gint64 batch_us);

/* Who waits; part of its owner. */
typedef struct {
    BhTimerFunc func;
    gpointer user_data;
    gboolean waiting;
    gint64 due_us;
} BhStreamTurn;

BhStreamPacer *bh_stream_pacer_new(BhClock *clock, BhStreamBatchFunc on_batch, gpointer user_data);
/* Nobody may wait any more. */
void bh_stream_pacer_free(BhStreamPacer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStreamPacer, bh_stream_pacer_free)

/* A stream that sends every batch_us comes; goes. */
void bh_stream_pacer_join(BhStreamPacer *self, gint64 batch_us);
void bh_stream_pacer_leave(BhStreamPacer *self, gint64 batch_us);

/* Calls turn's func once at due_us (monotonic) or up to BH_STREAM_EARLY_US before; if it waits
 * already, at the earlier of the two. */
void bh_stream_pacer_add(BhStreamPacer *self, BhStreamTurn *turn, gint64 due_us);
void bh_stream_pacer_remove(BhStreamPacer *self, BhStreamTurn *turn);

G_END_DECLS
