/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the hub and its parts counted, as one.
 */
#include "bh-hub-private.h"

static void
add_scans(BhHub *self, BhHubCounters *counters)
{
    BhScansCounters of;

    bh_scans_get_counters(self->scans, &of);
    counters->scans = bh_quota_total(self->quota, BH_QUOTA_SCANS);
    counters->orphans_released += of.orphans_released;
    counters->leases_expired += of.leases_expired;
    counters->stream_records += of.stream_records;
    counters->stream_losses += of.stream_losses;
}

static void
add_watches(BhHub *self, BhHubCounters *counters)
{
    BhWatchesCounters of;

    bh_watches_get_counters(self->watches, &of);
    counters->watches = bh_quota_total(self->quota, BH_QUOTA_WATCHES);
    counters->identities = of.identities;
    counters->identities_forgotten = of.forgotten;
    counters->zone_changes = of.zone_changes;
    counters->orphans_released += of.orphans_released;
    counters->leases_expired += of.leases_expired;
}

static void
add_remotes(BhHub *self, BhHubCounters *counters)
{
    BhRemotesCounters *of = &counters->remotes;

    bh_remotes_get_counters(self->remotes, of);
    counters->holds = bh_quota_total(self->quota, BH_QUOTA_HOLDS);
    counters->subscriptions = bh_quota_total(self->quota, BH_QUOTA_SUBSCRIPTIONS);
    counters->links = bh_remotes_count_all_links(self->remotes);
    counters->orphans_released += of->orphans_released;
    counters->leases_expired += of->leases_expired;
    counters->stream_records += of->stream_records;
    counters->stream_losses += of->stream_losses;
}

static void
add_local(BhHub *self, BhHubCounters *counters)
{
    bh_local_get_counters(self->local, &counters->local);
    counters->applications = bh_quota_total(self->quota, BH_QUOTA_APPLICATIONS);
    counters->advertisements = bh_quota_total(self->quota, BH_QUOTA_ADVERTISEMENTS);
    counters->orphans_released += counters->local.orphans_released;
    counters->leases_expired += counters->local.leases_expired;
}

void
bh_hub_get_counters(BhHub *self, BhHubCounters *counters)
{
    *counters = self->counters;
    counters->discovery_restarts = self->ledger.restarts;
    counters->power_cycles = self->ledger.power_cycles;
    counters->limit_exceeded = bh_quota_refusals(self->quota);
    counters->devices_evicted = bh_device_table_evictions(self->table);
    counters->malformed_beacons = bh_device_table_malformed_beacons(self->table);
    counters->devices_known = bh_device_table_size(self->table);
    counters->streams = bh_quota_total(self->quota, BH_QUOTA_STREAMS);
    add_scans(self, counters);
    add_watches(self, counters);
    add_remotes(self, counters);
    add_local(self, counters);
    bh_radio_get_counters(self->radio, &counters->radio);
}
