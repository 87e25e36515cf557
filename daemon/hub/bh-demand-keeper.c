/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio ignores a demand that it knows already, so stating one too often costs nothing.
 */
#include "bh-demand-keeper.h"

typedef struct {
    BhScanDemand *stated; /* what the radio was told last; NULL = nothing */
    gint64 narrow_at_us;  /* when a narrower demand may be stated; 0 = none waits */
} Slot;

struct BhDemandKeeper {
    BhRadio *radio; /* borrowed: outlives us */
    BhClock *clock; /* borrowed: outlives us */
    BhDemandFunc merge;
    gpointer user_data;
    Slot slots[BH_RADIO_MAX_ADAPTERS];
    BhTimer *timer;
};

static void
state_demand(BhDemandKeeper *self, guint8 slot, BhScanDemand *demand)
{
    Slot *it = &self->slots[slot];
    BhRadioScanDemand view;

    it->narrow_at_us = 0;
    g_clear_pointer(&it->stated, bh_scan_demand_free);
    it->stated = demand;
    bh_radio_set_scan(self->radio, slot, bh_scan_demand_peek(demand, &view));
}

static gboolean
may_only_narrow(const Slot *it, const BhScanDemand *demand)
{
    return demand->wanted && it->stated != NULL && bh_scan_demand_covers(it->stated, demand) &&
           !bh_scan_demand_covers(demand, it->stated);
}

static void
on_timer(gpointer user_data)
{
    BhDemandKeeper *self = user_data;

    bh_clear_timer(&self->timer);
    bh_demand_keeper_look_at_all(self);
}

static void
queue_narrowing(BhDemandKeeper *self, Slot *it)
{
    if (it->narrow_at_us == 0)
        it->narrow_at_us =
            bh_clock_now_us(self->clock) + BH_SCAN_DEMAND_NARROW_AFTER_MS * G_GINT64_CONSTANT(1000);
    if (self->timer == NULL)
        self->timer = bh_clock_call_in(self->clock, BH_SCAN_DEMAND_NARROW_AFTER_MS, on_timer, self);
}

void
bh_demand_keeper_look(BhDemandKeeper *self, guint8 slot)
{
    Slot *it = &self->slots[slot];
    g_autoptr(BhScanDemand) demand = self->merge(self->user_data, slot);
    gboolean due = it->narrow_at_us != 0 && bh_clock_now_us(self->clock) >= it->narrow_at_us;

    if (demand == NULL)
        return;
    if (may_only_narrow(it, demand) && !due)
        queue_narrowing(self, it);
    else
        state_demand(self, slot, g_steal_pointer(&demand));
}

void
bh_demand_keeper_look_at_all(BhDemandKeeper *self)
{
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_demand_keeper_look(self, slot);
}

void
bh_demand_keeper_forget(BhDemandKeeper *self, guint8 slot)
{
    g_clear_pointer(&self->slots[slot].stated, bh_scan_demand_free);
}

void
bh_demand_keeper_stop(BhDemandKeeper *self)
{
    bh_clear_timer(&self->timer);
}

BhDemandKeeper *
bh_demand_keeper_new(BhRadio *radio, BhClock *clock, BhDemandFunc merge, gpointer user_data)
{
    BhDemandKeeper *self = g_new0(BhDemandKeeper, 1);

    self->radio = radio;
    self->clock = clock;
    self->merge = merge;
    self->user_data = user_data;
    return self;
}

void
bh_demand_keeper_free(BhDemandKeeper *self)
{
    bh_clear_timer(&self->timer);
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_demand_keeper_forget(self, slot);
    g_free(self);
}
