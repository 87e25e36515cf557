/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A list. A scan leaves it by the signal that it is released, whoever released it.
 */
#include "bh-scans.h"

#include "bh-log.h"

struct BhScans {
    BhScanShared shared;            /* borrowed: outlives us */
    const BhAdapterSlots *adapters; /* borrowed: outlives us */
    BhPowerKeeper *power;           /* borrowed: outlives us */
    BhScansChangedFunc changed;
    gpointer user_data;
    GPtrArray *scans; /* owned */
    BhScansCounters counters;
};

/* A scan whose user is off wants nothing at present. */
static gboolean
wants(BhScans *self, BhScan *scan, BhAdapter *adapter)
{
    return bh_scan_wants(scan, adapter) &&
           !bh_power_keeper_is_off_for(self->power, bh_owned_get_uid(BH_OWNED(scan)));
}

static gboolean
runs_for(BhScans *self, BhScan *scan)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self->adapters, i);

        if (adapter != NULL && bh_adapter_is_scanning(adapter) && wants(self, scan, adapter))
            return TRUE;
    }
    return FALSE;
}

static void
add_stream_counts(BhScan *scan, BhScansCounters *counters)
{
    counters->stream_records += bh_scan_get_streamed(scan);
    counters->stream_losses += bh_scan_get_stream_losses(scan);
}

/* Coming and going */

static void
log_loss(BhScan *scan, BhReleaseReason reason)
{
    BhClient *client = bh_owned_peek_client(BH_OWNED(scan));

    bh_log_client(G_LOG_LEVEL_INFO,
                  BH_MESSAGE_CLIENT,
                  bh_client_get_name(client),
                  bh_client_get_uid(client),
                  "a scan of client %s ended: %s",
                  bh_client_get_name(client),
                  reason == BH_RELEASE_LEASE_OVER ? "its lease ran out" : "the client left");
}

static void
on_released(BhScan *scan, BhReleaseReason reason, BhScans *self)
{
    guint32 uid = bh_owned_get_uid(BH_OWNED(scan));

    self->counters.orphans_released += reason == BH_RELEASE_CLIENT_GONE;
    self->counters.leases_expired += reason == BH_RELEASE_LEASE_OVER;
    if (reason == BH_RELEASE_CLIENT_GONE || reason == BH_RELEASE_LEASE_OVER)
        log_loss(scan, reason);
    g_signal_handlers_disconnect_by_data(scan, self);
    if (bh_scan_get_state(scan) == BH_SCAN_FINISHED)
        bh_quota_unrest(self->shared.quota, uid);
    bh_quota_give(self->shared.quota, uid, bh_scan_get_quota(scan));
    add_stream_counts(scan, &self->counters);
    g_ptr_array_remove(self->scans, scan);
    self->changed(self->user_data);
}

static void
on_state(BhScan *scan, BhScans *self)
{
    if (bh_scan_get_state(scan) != BH_SCAN_FINISHED)
        return;
    bh_quota_rest(self->shared.quota, bh_owned_get_uid(BH_OWNED(scan)));
    self->changed(self->user_data);
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
    bh_owned_claim(BH_OWNED(scan), client, lifetime, lease_ms, self->shared.clock);
    g_signal_connect_after(scan, "released", G_CALLBACK(on_released), self);
    g_signal_connect(scan, "state-changed", G_CALLBACK(on_state), self);
    bh_scan_set_radio(scan, runs_for(self, scan));
    g_ptr_array_add(self->scans, g_object_ref(scan));
    self->changed(self->user_data);
    return g_steal_pointer(&scan);
}

/* All together */

void
bh_scans_add_demand(BhScans *self, BhAdapter *adapter, BhScanDemand *demand)
{
    for (guint i = 0; i < self->scans->len; i++) {
        BhScan *scan = self->scans->pdata[i];

        if (wants(self, scan, adapter))
            bh_scan_demand_add(demand, bh_scan_peek_filter(scan), bh_scan_peek_needs(scan));
    }
}

void
bh_scans_look_at_radio(BhScans *self)
{
    for (guint i = 0; i < self->scans->len; i++)
        bh_scan_set_radio(self->scans->pdata[i], runs_for(self, self->scans->pdata[i]));
}

void
bh_scans_offer(BhScans *self,
               BhAdapter *adapter,
               BhDevice *device,
               BhDeviceChange change,
               const BhReport *report)
{
    for (guint i = self->scans->len; i > 0; i--) { /* backwards: a scan may end itself here */
        BhScan *scan = self->scans->pdata[i - 1];

        if (wants(self, scan, adapter))
            bh_scan_offer(scan, device, change, report);
    }
}

void
bh_scans_radio_off(BhScans *self, guint32 uid)
{
    g_autoptr(GPtrArray) scans =
        g_ptr_array_copy(self->scans, (GCopyFunc)(void (*)(void))g_object_ref, NULL);

    for (guint i = 0; i < scans->len; i++)
        if (uid == G_MAXUINT32 || bh_owned_get_uid(BH_OWNED(scans->pdata[i])) == uid)
            bh_scan_radio_off(scans->pdata[i]);
}

void
bh_scans_get_counters(BhScans *self, BhScansCounters *counters)
{
    *counters = self->counters;
    for (guint i = 0; i < self->scans->len; i++)
        add_stream_counts(self->scans->pdata[i], counters);
}

void
bh_scans_stop(BhScans *self)
{
    while (self->scans->len > 0)
        bh_owned_release(self->scans->pdata[0], BH_RELEASE_SHUTDOWN);
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
    self->adapters = adapters;
    self->power = power;
    self->changed = changed;
    self->user_data = user_data;
    self->scans = g_ptr_array_new_with_free_func(g_object_unref);
    return self;
}

void
bh_scans_free(BhScans *self)
{
    g_ptr_array_unref(self->scans);
    g_free(self);
}
