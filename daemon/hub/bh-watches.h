/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The watches of all clients: who hears what of each report, what they together want of an adapter,
 * and what those that ended leave in the counters.
 */
#include "bh-adapter-slots.h"
#include "bh-power-keeper.h"
#include "bh-watch.h"

G_BEGIN_DECLS

typedef struct BhWatches BhWatches;

/* What the watches together want may have changed. */
typedef void (*BhWatchesChangedFunc)(gpointer user_data);

/* Everything is borrowed: outlives us. */
BhWatches *bh_watches_new(BhQuota *quota,
                          BhClock *clock,
                          const BhAdapterSlots *adapters,
                          BhPowerKeeper *power,
                          BhWatchesChangedFunc changed,
                          gpointer user_data);
void bh_watches_free(BhWatches *self);

/* Starts a watch owned by client, which takes what selection has. Error: LimitExceeded. */
BhWatch *bh_watches_add(BhWatches *self,
                        const BhWatchSpec *spec,
                        BhPresenceSelection *selection,
                        BhClient *client,
                        BhLifetime lifetime,
                        gint64 lease_ms,
                        GError **error);

/* Adds what all want of an adapter. */
void bh_watches_add_demand(BhWatches *self, BhAdapter *adapter, BhScanDemand *demand);
/* Tells each whether an adapter scans for it. */
void bh_watches_look_at_radio(BhWatches *self);
/* Gives them the device that a report of adapter was about. */
void bh_watches_hear(BhWatches *self,
                     BhAdapter *adapter,
                     const BhDevice *device,
                     BhDeviceChange change,
                     const BhReport *report);

/* The radio was switched off for one user or, uid G_MAXUINT32, for all: whoever waits hears of it.
 */
void bh_watches_radio_off(BhWatches *self, guint32 uid);

typedef struct {
    guint identities; /* now */
    /* Of those that ended, and of those there are. */
    guint64 forgotten;
    guint64 zone_changes;
    guint64 orphans_released;
    guint64 leases_expired;
} BhWatchesCounters;

void bh_watches_get_counters(BhWatches *self, BhWatchesCounters *counters);

/* Releases all. */
void bh_watches_stop(BhWatches *self);

G_END_DECLS
