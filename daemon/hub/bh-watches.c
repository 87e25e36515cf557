/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Listeners who want every report of everything: which of them is about something watched only the
 * presence can tell, since addresses change.
 */
#include "bh-watches.h"

#include "bh-listeners.h"

struct BhWatches {
    BhQuota *quota; /* borrowed: outlives us */
    BhClock *clock; /* borrowed: outlives us */
    BhWatchesChangedFunc changed;
    gpointer user_data;
    BhFilter *everything;
    BhListeners *all;
    BhWatchesCounters ended; /* what those that ended counted */
};

static void
add_counts(BhWatch *watch, BhWatchesCounters *counters)
{
    counters->forgotten += bh_presence_get_forgotten(bh_watch_peek_presence(watch));
    counters->zone_changes += bh_watch_get_zone_changes(watch);
}

/* As listeners */

static gboolean
wants(BhOwned *it, BhAdapter *adapter)
{
    return bh_watch_wants(BH_WATCH(it), adapter);
}

static void
set_radio(BhOwned *it, gboolean running)
{
    bh_watch_set_radio(BH_WATCH(it), running);
}

static void
radio_off(BhOwned *it)
{
    bh_watch_radio_off(BH_WATCH(it));
}

static void
on_ended(gpointer user_data, BhOwned *it)
{
    BhWatches *self = user_data;

    bh_quota_give(self->quota, bh_owned_get_uid(it), BH_QUOTA_WATCHES);
    add_counts(BH_WATCH(it), &self->ended);
}

static void
tell_changed(gpointer user_data)
{
    BhWatches *self = user_data;

    self->changed(self->user_data);
}

static const BhListenerKind kind = {"watch", wants, set_radio, radio_off, on_ended, tell_changed};

BhWatch *
bh_watches_add(BhWatches *self,
               const BhWatchSpec *spec,
               BhPresenceSelection *selection,
               BhClient *client,
               BhLifetime lifetime,
               gint64 lease_ms,
               GError **error)
{
    BhWatch *watch;

    if (!bh_quota_take(self->quota, bh_client_get_uid(client), BH_QUOTA_WATCHES, error))
        return NULL;
    watch = bh_watch_new(spec, selection, self->quota, self->clock);
    bh_listeners_add(self->all, BH_OWNED(watch), client, lifetime, lease_ms);
    return watch;
}

/* All together */

void
bh_watches_add_demand(BhWatches *self, BhAdapter *adapter, BhScanDemand *demand)
{
    for (guint i = 0; i < bh_listeners_count(self->all); i++) {
        BhWatch *watch = bh_listeners_peek(self->all, i);

        if (bh_listeners_wants(self->all, watch, adapter))
            bh_scan_demand_add(demand, self->everything, bh_watch_peek_needs(watch));
    }
}

void
bh_watches_look_at_radio(BhWatches *self)
{
    bh_listeners_look_at_radio(self->all);
}

void
bh_watches_hear(BhWatches *self,
                BhAdapter *adapter,
                const BhDevice *device,
                BhDeviceChange change,
                const BhReport *report)
{
    for (guint i = bh_listeners_count(self->all); i > 0; i--) {
        BhWatch *watch = bh_listeners_peek(self->all, i - 1);

        if (bh_listeners_wants(self->all, watch, adapter))
            bh_watch_hear(watch, device, change, report);
    }
}

void
bh_watches_radio_off(BhWatches *self, guint32 uid)
{
    bh_listeners_radio_off(self->all, uid);
}

void
bh_watches_get_counters(BhWatches *self, BhWatchesCounters *counters)
{
    *counters = self->ended;
    counters->orphans_released = bh_listeners_get_orphans(self->all);
    counters->leases_expired = bh_listeners_get_leases_expired(self->all);
    for (guint i = 0; i < bh_listeners_count(self->all); i++) {
        BhWatch *watch = bh_listeners_peek(self->all, i);

        counters->identities += bh_presence_count(bh_watch_peek_presence(watch));
        add_counts(watch, counters);
    }
}

void
bh_watches_stop(BhWatches *self)
{
    bh_listeners_stop(self->all);
}

BhWatches *
bh_watches_new(BhQuota *quota,
               BhClock *clock,
               const BhAdapterSlots *adapters,
               BhPowerKeeper *power,
               BhWatchesChangedFunc changed,
               gpointer user_data)
{
    BhWatches *self = g_new0(BhWatches, 1);

    self->quota = quota;
    self->clock = clock;
    self->changed = changed;
    self->user_data = user_data;
    self->everything = bh_filter_new(&(BhFilterSpec){0}, NULL);
    self->all = bh_listeners_new(&kind, adapters, power, clock, self);
    return self;
}

void
bh_watches_free(BhWatches *self)
{
    bh_listeners_free(self->all);
    bh_filter_free(self->everything);
    g_free(self);
}
