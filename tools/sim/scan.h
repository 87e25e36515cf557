/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One adapter's LE discovery below bluetoothd: an active scan of the controller, as the kernel runs
 * it. The kernel ends a discovery after 10.24 s and bluetoothd begins it anew, at once when it is
 * filtered, after 5 s when not; each new beginning clears the controller's duplicate filter.
 */
#include "kernel.h"
#include "timeline.h"

G_BEGIN_DECLS

typedef struct _BhScan BhScan;

/** The timeline is borrowed and must outlive it. */
BhScan *
bh_scan_new(BhTimeline *timeline, BhDuplicateRule rule, BhFoundFunc func, gpointer user_data);
void bh_scan_free(BhScan *scan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScan, bh_scan_free)

/** An advertisement monitor: from the next (re)start on no duplicate filter. */
void bh_scan_set_monitor(BhScan *scan, gboolean registered);

/** Starts a discovery, or another one in place of the one that runs. Takes the filter. */
void bh_scan_start(BhScan *scan, BhKernelFilter *filter);
void bh_scan_stop(BhScan *scan);

/** TRUE if a report of it reached bluetoothd. */
gboolean bh_scan_hear(BhScan *scan, const BhAdvertisement *advertisement);

/** a{sv}, see Scans in org.blehub.Sim1. Floating. */
GVariant *bh_scan_describe(const BhScan *scan);

G_END_DECLS
