/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Listeners whose demand has a filter, and whose time may be over while they are still held.
 */
#include "bh-scans.h"

#include "bh-listeners.h"

struct BhScans {
    BhScanShared shared; /* borrowed: outlives us */
    BhScansChangedFunc changed;
    gpointer user_data;
    BhListeners *all;
    BhScansCounters counters;
};

static void
add_stream_counts(BhScan *scan, BhScansCounters *counters)
{
    counters->stream_records += bh_scan_get_streamed(scan);
    counters->stream_losses += bh_scan_get_stream_losses(scan);
}

/* As listeners */

static gboolean
wants(BhOwned *it, BhAdapter *adapter)
{
    return bh_scan_wants(BH_SCAN(it), adapter);
}

static void
set_radio(BhOwned *it, gboolean running)
{
    bh_scan_set_radio(BH_SCAN(it), running);
}

static void
radio_off(BhOwned *it)
{
    bh_scan_radio_off(BH_SCAN(it));
}

static void
ended(gpointer user_data, BhOwned *it)
{
    BhScans *self = user_data;
    BhScan *scan = BH_SCAN(it);
    guint32 uid = bh_owned_get_uid(it);

    g_signal_handlers_disconnect_by_data(scan, self);
    if (bh_scan_get_state(scan) == BH_SCAN_FINISHED)
        bh_quota_unrest(self->shared.quota, uid);
    bh_quota_give(self->shared.quota, uid, bh_scan_get_quota(scan));
    add_stream_counts(scan, &self->counters);
}

static void
tell_changed(gpointer user_data)
{
    BhScans *self = user_data;

    self->changed(self->user_data);
}

static const BhListenerKind kind = {"scan", wants, set_radio, radio_off, ended, tell_changed};

/* Coming */

static void
on_state(BhScan *scan, BhScans *self)
{
    if (bh_scan_get_state(scan) != BH_SCAN_FINISHED)
        return;
    bh_quota_rest(self->shared.quota, bh_owned_get_uid(BH_OWNED(scan)));
    bh_listeners_changed(self->all);
}

BhScan *
bh_scans_add(BhScans *self,
             const BhScanSpec *spec,
             BhClient *client,
             BhLifetime lifetime,
             gint64 lease_ms,
             GError **error)
{
    g_autoptr(BhScan) scan = bh_scan_new(spec, &self->shared, error);

    if (scan == NULL ||
        !bh_quota_take(self->shared.quota, bh_client_get_uid(client), spec->quota, error))
        return NULL;
    g_signal_connect(scan, "state-changed", G_CALLBACK(on_state), self);
    bh_listeners_add(self->all, BH_OWNED(scan), client, lifetime, lease_ms);
    return g_steal_pointer(&scan);
}

/* All together */

void
bh_scans_add_demand(BhScans *self, BhAdapter *adapter, BhScanDemand *demand)
{
    for (guint i = 0; i < bh_listeners_count(self->all); i++) {
        BhScan *scan = bh_listeners_peek(self->all, i);

        if (bh_listeners_wants(self->all, scan, adapter))
            bh_scan_demand_add(demand, bh_scan_peek_filter(scan), bh_scan_peek_needs(scan));
    }
}

void
bh_scans_look_at_radio(BhScans *self)
{
    bh_listeners_look_at_radio(self->all);
}

void
bh_scans_offer(BhScans *self,
               BhAdapter *adapter,
               BhDevice *device,
               BhDeviceChange change,
               const BhReport *report)
{
    for (guint i = bh_listeners_count(self->all); i > 0; i--) {
        BhScan *scan = bh_listeners_peek(self->all, i - 1);

        if (bh_listeners_wants(self->all, scan, adapter))
            bh_scan_offer(scan, device, change, report);
    }
}

void
bh_scans_radio_off(BhScans *self, guint32 uid)
{
    bh_listeners_radio_off(self->all, uid);
}

void
bh_scans_get_counters(BhScans *self, BhScansCounters *counters)
{
    *counters = self->counters;
    counters->orphans_released = bh_listeners_get_orphans(self->all);
    counters->leases_expired = bh_listeners_get_leases_expired(self->all);
    for (guint i = 0; i < bh_listeners_count(self->all); i++)
        add_stream_counts(bh_listeners_peek(self->all, i), counters);
}

void
bh_scans_stop(BhScans *self)
{
    bh_listeners_stop(self->all);
}

BhScans *
bh_scans_new(const BhScanShared *shared,
             const BhAdapterSlots *adapters,
             BhPowerKeeper *power,
             BhScansChangedFunc changed,
             gpointer user_data)
{
    BhScans *self = g_new0(BhScans, 1);

    self->shared = *shared;
    self->changed = changed;
    self->user_data = user_data;
    self->all = bh_listeners_new(&kind, adapters, power, shared->clock, self);
    return self;
}

void
bh_scans_free(BhScans *self)
{
    bh_listeners_free(self->all);
    g_free(self);
}
