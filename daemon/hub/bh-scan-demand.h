/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What all scans of one adapter together ask of BlueZ's filter. A wider demand must reach the radio
 * at once; a narrower one would restart the radio's scan and disturb the others only to save work,
 * so it waits until the demand has been stable for a while (BLUEZ-FACTS: a changed merged filter
 * restarts the scan). The same goes for the other needs: one active scan makes the radio ask for
 * scan responses, one that wants every report turns its duplicate filter off.
 */
#include "bh-filter.h"
#include "bh-radio.h"

G_BEGIN_DECLS

#define BH_SCAN_DEMAND_NARROW_AFTER_MS 30000

/* What one scan needs of the radio besides its filter. */
typedef struct {
    gboolean passive; /* scan responses are not asked for */
    gboolean every_report;
    guint32 interval_us; /* duty cycle; 0 = the controller's own */
    guint32 window_us;
} BhScanNeeds;

typedef struct {
    gboolean wanted;
    gboolean any_uuid;
    GArray *uuids; /* BhUuid, sorted, each once; meaningful unless any_uuid */
    gboolean has_rssi;
    gint rssi;
    BhScanNeeds needs;
} BhScanDemand;

BhScanDemand *bh_scan_demand_new(void);
void bh_scan_demand_free(BhScanDemand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScanDemand, bh_scan_demand_free)

/* Widens the demand so that filter and needs get all they want. Of duty cycles the strictest wins:
 * the one that listens the larger part of the time, then that of the shorter interval. The
 * controller's own counts as listening nearly always: it loses only to one that always does. */
void bh_scan_demand_add(BhScanDemand *self, const BhFilter *filter, const BhScanNeeds *needs);
/* Everything other asks for is asked for by self. */
gboolean bh_scan_demand_covers(const BhScanDemand *self, const BhScanDemand *other);
/* NULL-able view for the radio; borrowed from self. */
const BhRadioScanDemand *bh_scan_demand_peek(const BhScanDemand *self, BhRadioScanDemand *view);

G_END_DECLS
