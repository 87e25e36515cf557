/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When a scan re-reports a device it has reported before. "changes" is the re-yield rule users know
 * from aioble: any difference in RSSI or payload; "all" every report; "first" once. A minimum
 * interval per device holds in every mode; what it suppresses is delivered by the next report after
 * it.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

typedef enum {
    BH_REPORT_CHANGES,
    BH_REPORT_ALL,
    BH_REPORT_FIRST,
} BhReportMode;

const char *bh_report_mode_to_string(BhReportMode mode);
gboolean bh_report_mode_from_string(const char *text, BhReportMode *mode);

typedef struct {
    BhReportMode mode;
    gint64 min_interval_us; /* 0 = none */
} BhReportRule;

/** What a scan remembers of one device; all zero for a device not reported yet. */
typedef struct {
    gint64 delivered_us;
    gboolean delivered;
    gboolean suppressed_change; /* a change fell into the minimum interval */
} BhReportMemory;

/** Decides and remembers. change is what the newest report changed. */
gboolean bh_report_rule_check(const BhReportRule *rule,
                              BhReportMemory *memory,
                              BhDeviceChange change,
                              gint64 monotonic_us);

G_END_DECLS
