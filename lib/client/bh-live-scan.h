/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A scan that is there whenever blehubd is: it follows the name org.blehub, makes its scan and
 * stream when blehubd comes, and again after it was restarted.
 *
 * Signals, from the main context in which it was started:
 *   "record" (gpointer): a const BhPackedRecord, valid during the call;
 *   "up" (): the scan is made, records may come;
 *   "down" (GError): it is not there any more, or could not be made, and why. It comes back with
 *   the next start of blehubd, or when bh_live_scan_start() is called again.
 * Nothing is told while blehubd was not there yet.
 */
#include "bh-stream-reader.h"

G_BEGIN_DECLS

#define BH_TYPE_LIVE_SCAN (bh_live_scan_get_type())
G_DECLARE_FINAL_TYPE(BhLiveScan, bh_live_scan, BH, LIVE_SCAN, GObject)

/** Both options are a{sv} or NULL, of Hub1.Scan and of Scan1.OpenStream (without Format); floating
 * ones are taken. */
BhLiveScan *
bh_live_scan_new(GDBusConnection *bus, GVariant *scan_options, GVariant *stream_options);

/** Begins to follow blehubd; nothing if it does already. */
void bh_live_scan_start(BhLiveScan *self);
/** Ends the scan, without a signal. Dropping the last reference does so, too. */
void bh_live_scan_stop(BhLiveScan *self);

/** The scan while it is up, for its other methods; else NULL. Borrowed. */
BhDbusScan1 *bh_live_scan_peek_scan(BhLiveScan *self);

/** Records lost so far because we were too slow, over all restarts. */
guint64 bh_live_scan_get_lost(BhLiveScan *self);

G_END_DECLS
