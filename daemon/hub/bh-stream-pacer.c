/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A plain list of who waits: a handful at most times, and all of them mostly due at once.
 */
#include "bh-stream-pacer.h"

struct BhStreamPacer {
    BhClock *clock;
    BhTimer *timer;
    gint64 armed_us;    /* when the timer goes off */
    GPtrArray *waiting; /* BhStreamTurn, borrowed: removed before they go */
    GArray *batches;    /* gint64 of who joined, in no order */
    gint64 batch_us;    /* the shortest of them */
    BhStreamBatchFunc on_batch;
    gpointer user_data;
};

/* The shortest batch */

static void
find_shortest(BhStreamPacer *self)
{
    gint64 shortest_us = G_MAXINT64;

    for (guint i = 0; i < self->batches->len; i++)
        shortest_us = MIN(shortest_us, g_array_index(self->batches, gint64, i));
    if (self->batch_us == shortest_us)
        return;
    self->batch_us = shortest_us;
    self->on_batch(self->user_data, shortest_us);
}

void
bh_stream_pacer_join(BhStreamPacer *self, gint64 batch_us)
{
    g_array_append_val(self->batches, batch_us);
    find_shortest(self);
}

void
bh_stream_pacer_leave(BhStreamPacer *self, gint64 batch_us)
{
    guint i = 0;

    while (g_array_index(self->batches, gint64, i) != batch_us)
        i++;
    g_array_remove_index_fast(self->batches, i);
    find_shortest(self);
}

/* Turns */

static BhStreamTurn *
find_due(BhStreamPacer *self, gint64 until_us)
{
    for (guint i = 0; i < self->waiting->len; i++) {
        BhStreamTurn *turn = g_ptr_array_index(self->waiting, i);

        if (turn->due_us <= until_us)
            return turn;
    }
    return NULL;
}

static void on_timer(gpointer user_data);

static void
arm(BhStreamPacer *self, gint64 due_us)
{
    gint64 left_us = MAX(due_us - BH_STREAM_EARLY_US - bh_clock_now_us(self->clock), 0);

    if (self->timer != NULL && self->armed_us <= due_us)
        return;
    bh_clear_timer(&self->timer);
    self->armed_us = due_us;
    self->timer = bh_clock_call_in(self->clock, (left_us + 999) / 1000, on_timer, self);
}

static void
on_timer(gpointer user_data)
{
    BhStreamPacer *self = user_data;
    gint64 until_us = bh_clock_now_us(self->clock) + BH_STREAM_EARLY_US;
    BhStreamTurn *turn;

    bh_clear_timer(&self->timer);
    while ((turn = find_due(self, until_us)) != NULL) {
        bh_stream_pacer_remove(self, turn);
        turn->func(turn->user_data);
    }
    for (guint i = 0; i < self->waiting->len; i++)
        arm(self, ((BhStreamTurn *)g_ptr_array_index(self->waiting, i))->due_us);
}

void
bh_stream_pacer_add(BhStreamPacer *self, BhStreamTurn *turn, gint64 due_us)
{
    if (turn->waiting && turn->due_us <= due_us)
        return;
    turn->due_us = due_us;
    if (!turn->waiting)
        g_ptr_array_add(self->waiting, turn);
    turn->waiting = TRUE;
    arm(self, due_us);
}

void
bh_stream_pacer_remove(BhStreamPacer *self, BhStreamTurn *turn)
{
    if (!turn->waiting)
        return;
    turn->waiting = FALSE;
    g_ptr_array_remove_fast(self->waiting, turn);
}

BhStreamPacer *
bh_stream_pacer_new(BhClock *clock, BhStreamBatchFunc on_batch, gpointer user_data)
{
    BhStreamPacer *self = g_new0(BhStreamPacer, 1);

    self->clock = bh_clock_ref(clock);
    self->waiting = g_ptr_array_new();
    self->batches = g_array_new(FALSE, FALSE, sizeof(gint64));
    self->batch_us = G_MAXINT64;
    self->on_batch = on_batch;
    self->user_data = user_data;
    return self;
}

void
bh_stream_pacer_free(BhStreamPacer *self)
{
    g_assert(self->waiting->len == 0);
    bh_clear_timer(&self->timer);
    g_ptr_array_unref(self->waiting);
    g_array_unref(self->batches);
    bh_clock_unref(self->clock);
    g_free(self);
}
