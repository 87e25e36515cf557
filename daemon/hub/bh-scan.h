/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One client's scan: a filter, a rule for re-reporting, what it knows of every device it saw, the
 * calls that wait for the next and the streams.
 */
#include "bh-adapter.h"
#include "bh-filter.h"
#include "bh-owned.h"
#include "bh-quota.h"
#include "bh-scan-demand.h"
#include "bh-scan-rows.h"
#include "bh-stream-set.h"

G_BEGIN_DECLS

typedef struct {
    BhFilterSpec filter;
    BhReportRule rule;
    gint64 duration_ms; /* 0 = endless */
    gboolean has_adapter;
    BhAddress adapter; /* only what this one hears */
    BhScanNeeds needs; /* every_report follows from the rule */
    BhQuotaKind quota; /* what it is of its user's: a scan, or the hold it listens for */
} BhScanSpec;

/* Whether a scan of this spec hears this adapter. */
gboolean bh_scan_spec_wants(const BhScanSpec *spec, BhAdapter *adapter);

typedef enum {
    BH_SCAN_WAITING,  /* no radio yet; goes on by itself */
    BH_SCAN_RUNNING,  /* a discovery of an adapter it uses is confirmed */
    BH_SCAN_FINISHED, /* its duration is over */
} BhScanState;

/* "waiting", "scanning", "finished". */
const char *bh_scan_state_to_string(BhScanState state);

/* What the scans of a hub share; borrowed: outlives them. */
typedef struct {
    BhDeviceTable *table;
    BhQuota *quota;
    BhClock *clock;
    BhRecorder *recorder;
    BhStreamPacer *pacer;
    BhStreamBudget *budget;
} BhScanShared;

#define BH_TYPE_SCAN (bh_scan_get_type())
G_DECLARE_FINAL_TYPE(BhScan, bh_scan, BH, SCAN, BhOwned)

/* Signals: "state-changed"; "device-found" when a device is seen for the first time; "radio-off".
 * Error: InvalidArguments of the filter. */
BhScan *bh_scan_new(const BhScanSpec *spec, const BhScanShared *shared, GError **error);

const BhFilter *bh_scan_peek_filter(BhScan *self);
const BhScanNeeds *bh_scan_peek_needs(BhScan *self);
/* Of which of its user's quotas it takes one while it lasts. */
BhQuotaKind bh_scan_get_quota(BhScan *self);
/* Whether the scan wants what this adapter hears, now. */
gboolean bh_scan_wants(BhScan *self, BhAdapter *adapter);

BhScanState bh_scan_get_state(BhScan *self);
void bh_scan_set_radio(BhScan *self, gboolean running);

/* Offers the device a report was about; the recorder has begun its record. */
void bh_scan_offer(BhScan *self, BhDevice *device, BhDeviceChange change, const BhReport *report);

/* FALSE if this scan has not seen the device. */
gboolean bh_scan_get_row(BhScan *self, const BhDevice *device, BhScanRow *row);

/* Every device seen and still known, most recently heard first, until func returns FALSE. */
void bh_scan_foreach(BhScan *self, BhScanRowFunc func, gpointer user_data);
guint bh_scan_count_devices(BhScan *self);

/* Waits for the next device to report; at once if one waits. client is who waits: the wait counts
 * against its user and ends without a trace when it goes. timeout_ms 0 = for ever. Errors: Timeout,
 * Cancelled, LimitExceeded. */
void bh_scan_wait_async(BhScan *self,
                        BhClient *client,
                        gint64 timeout_ms,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* A row whose payload is owned; free with bh_scan_row_free(). */
BhScanRow *bh_scan_wait_finish(BhScan *self, GAsyncResult *result, GError **error);

/* Opens a stream of what the scan reports from now on, on account of client's user; the first one
 * begins with what waits. While a stream is open nothing is kept for bh_scan_wait_async(), which
 * gives the next report. Returns the reader's descriptor, which is the caller's, or -1. Errors:
 * LimitExceeded, Cancelled (released), Failed. */
int bh_scan_open_stream(BhScan *self, const BhStreamSpec *spec, BhClient *client, GError **error);
/* The radio was switched off for its user: whoever waits hears of it. */
void bh_scan_radio_off(BhScan *self);

guint bh_scan_count_streams(BhScan *self);

guint64 bh_scan_get_seen(BhScan *self);
/* Waits answered and stream records sent. */
guint64 bh_scan_get_delivered(BhScan *self);
/* Devices forgotten while they waited, and records lost by slow readers. */
guint64 bh_scan_get_dropped(BhScan *self);
/* Of these, records sent and lost by streams. */
guint64 bh_scan_get_streamed(BhScan *self);
guint64 bh_scan_get_stream_losses(BhScan *self);

G_END_DECLS
