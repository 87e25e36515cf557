/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What one scan knows of each device it saw, and the devices that wait to be fetched: one entry per
 * device, newest wins, in the order the devices came, so that a client that never asks costs no
 * more than the device table has rows.
 */
#include "bh-device-table.h"
#include "bh-report-rule.h"
#include "bh-statistics.h"

G_BEGIN_DECLS

/* One device as a scan knows it: rssi and adapter of its own newest report, and its statistics. */
typedef struct {
    BhDevice device; /* payload borrowed: until the next report */
    BhStatistics statistics;
    guint32 merged; /* reports that the row stands for */
} BhScanRow;

/* A row whose payload is its own. */
BhScanRow *bh_scan_row_dup(const BhScanRow *row);
void bh_scan_row_free(BhScanRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScanRow, bh_scan_row_free)

typedef struct BhScanRows BhScanRows;

/* table is borrowed: outlives us. */
BhScanRows *bh_scan_rows_new(BhDeviceTable *table);
void bh_scan_rows_free(BhScanRows *self);

/* Notes a report about a device; first: it is new to this scan. TRUE if the rule has it told. */
gboolean bh_scan_rows_hear(BhScanRows *self,
                           const BhReportRule *rule,
                           const BhDevice *device,
                           BhDeviceChange change,
                           const BhReport *report,
                           gboolean *first);

/* A device that was heard waits to be fetched; it does not any more. */
void bh_scan_rows_queue(BhScanRows *self, const BhDevice *device);
void bh_scan_rows_unqueue(BhScanRows *self, const BhDevice *device);
/* Fetches the device that waits for longest; FALSE if none does. */
gboolean bh_scan_rows_pop(BhScanRows *self, BhScanRow *row);

/* FALSE if the scan has not seen the device. */
gboolean bh_scan_rows_get(BhScanRows *self, const BhDevice *device, BhScanRow *row);

/* Every device seen and still known, most recently heard first, until func returns FALSE. */
typedef gboolean (*BhScanRowFunc)(const BhScanRow *row, gpointer user_data);
void bh_scan_rows_foreach(BhScanRows *self, BhScanRowFunc func, gpointer user_data);

/* Devices that were forgotten while they waited. */
guint64 bh_scan_rows_get_dropped(BhScanRows *self);

G_END_DECLS
