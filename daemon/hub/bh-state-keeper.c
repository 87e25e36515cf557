/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The filter decides, one timer asks it again.
 */
#include "bh-state-keeper.h"

struct BhStateKeeper {
    const BhAdapterSlots *adapters; /* borrowed: outlives us */
    BhClock *clock;                 /* borrowed: outlives us */
    BhStateChangedFunc changed;
    gpointer user_data;
    BhHubStateFilter filter;
    BhTimer *timer;
    gboolean appeared; /* BlueZ or an adapter came since we looked last */
};

static void
on_timer(gpointer user_data)
{
    BhStateKeeper *self = user_data;
    BhHubState seen = bh_adapter_slots_get_state(self->adapters, NULL);
    gint64 now_us = bh_clock_now_us(self->clock);
    gboolean changed = bh_hub_state_filter_update(&self->filter, seen, self->appeared, now_us);
    gint64 next_us = bh_hub_state_filter_next_us(&self->filter);

    bh_clear_timer(&self->timer);
    self->appeared = FALSE;
    if (next_us != 0)
        self->timer =
            bh_clock_call_in(self->clock, MAX(next_us - now_us, 0) / 1000 + 1, on_timer, self);
    if (changed)
        self->changed(self->user_data);
}

BhHubState
bh_state_keeper_get(const BhStateKeeper *self)
{
    return self->filter.shown;
}

void
bh_state_keeper_appeared(BhStateKeeper *self)
{
    self->appeared = TRUE;
}

void
bh_state_keeper_queue(BhStateKeeper *self)
{
    bh_clear_timer(&self->timer);
    self->timer = bh_clock_call_in(self->clock, 0, on_timer, self);
}

void
bh_state_keeper_sync(BhStateKeeper *self)
{
    bh_clear_timer(&self->timer);
    self->appeared = FALSE;
    self->filter.shown = self->filter.seen = bh_adapter_slots_get_state(self->adapters, NULL);
}

void
bh_state_keeper_stop(BhStateKeeper *self)
{
    bh_clear_timer(&self->timer);
}

BhStateKeeper *
bh_state_keeper_new(const BhAdapterSlots *adapters,
                    BhClock *clock,
                    BhStateChangedFunc changed,
                    gpointer user_data)
{
    BhStateKeeper *self = g_new0(BhStateKeeper, 1);

    self->adapters = adapters;
    self->clock = clock;
    self->changed = changed;
    self->user_data = user_data;
    return self;
}

void
bh_state_keeper_free(BhStateKeeper *self)
{
    bh_clear_timer(&self->timer);
    g_free(self);
}
