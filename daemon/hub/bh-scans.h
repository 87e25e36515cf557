/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The scans of all clients: who hears what of each report, what they together want of an adapter,
 * and what those that ended leave in the counters.
 */
#include "bh-adapter-slots.h"
#include "bh-power-keeper.h"
#include "bh-scan.h"

G_BEGIN_DECLS

typedef struct BhScans BhScans;

/* What the scans together want may have changed. */
typedef void (*BhScansChangedFunc)(gpointer user_data);

/* What shared names, adapters and power are borrowed: outlive us. */
BhScans *bh_scans_new(const BhScanShared *shared,
                      const BhAdapterSlots *adapters,
                      BhPowerKeeper *power,
                      BhScansChangedFunc changed,
                      gpointer user_data);
void bh_scans_free(BhScans *self);

/* Starts a scan owned by client. Errors: InvalidArguments, LimitExceeded. */
BhScan *bh_scans_add(BhScans *self,
                     const BhScanSpec *spec,
                     BhClient *client,
                     BhLifetime lifetime,
                     gint64 lease_ms,
                     GError **error);

/* Adds what all want of an adapter. */
void bh_scans_add_demand(BhScans *self, BhAdapter *adapter, BhScanDemand *demand);
/* Tells each whether an adapter scans for it. */
void bh_scans_look_at_radio(BhScans *self);
/* Offers the device that a report of adapter was about; the recorder has begun its record. */
void bh_scans_offer(BhScans *self,
                    BhAdapter *adapter,
                    BhDevice *device,
                    BhDeviceChange change,
                    const BhReport *report);

/* The radio was switched off for one user or, uid G_MAXUINT32, for all: whoever waits hears of it.
 */
void bh_scans_radio_off(BhScans *self, guint32 uid);

/* Of those that ended, and of those there are. */
typedef struct {
    guint64 orphans_released;
    guint64 leases_expired;
    guint64 stream_records; /* sent */
    guint64 stream_losses;  /* records lost by slow readers */
} BhScansCounters;

void bh_scans_get_counters(BhScans *self, BhScansCounters *counters);

/* Releases all. */
void bh_scans_stop(BhScans *self);

G_END_DECLS
