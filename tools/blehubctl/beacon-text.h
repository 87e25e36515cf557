/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Beacons in prose and as JSON. A beacon is named as a watch takes it: "iBeacon:UUID-1-2".
 */
#include "beacon-list.h"

G_BEGIN_DECLS

/** "NAME  -60 dBm  ~1.1 m  ADDRESS", and its telemetry, as a line. */
char *bh_beacon_text(const BhListedBeacon *beacon);

/** "NAME: 3000 mV, 21.75 C, 100 packets, 320.0 s", as a line. */
char *bh_beacon_telemetry_text(const BhListedBeacon *beacon);

/** "3 beacons: 2 iBeacon, 1 Eddystone-URL", as a line. */
char *bh_beacon_totals(const BhBeaconList *list);

/** The totals, and below them a table of as many beacons as there is room for (lines, of which it
 * has no more). Ages are counted up to now_us (monotonic). */
char *bh_beacon_picture(const BhBeaconList *list, guint lines, gint64 now_us);

/** {"total_beacons", "by_type", "beacons"} as a line. */
char *bh_beacon_json(const BhBeaconList *list);

G_END_DECLS
