/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One advertising report, whichever way it came. BlueZ's signals say which properties changed, so
 * such a report replaces some groups of the known payload; the kernel's events carry the whole
 * payload.
 */
#include "bh-ad.h"
#include "bh-address.h"

G_BEGIN_DECLS

#define BH_RSSI_UNKNOWN 127 /* Core 5.4 Vol 4 Part E 7.7.65.2 */

typedef enum {
    BH_CONNECTABLE_UNKNOWN, /* the source does not tell */
    BH_CONNECTABLE_NO,
    BH_CONNECTABLE_YES,
} BhConnectable;

/** Which part of what a device says a raw report carries. */
typedef enum {
    BH_REPORT_ADVERTISING,   /* the advertising data alone */
    BH_REPORT_SCAN_RESPONSE, /* the scan response alone */
    BH_REPORT_MERGED, /* of an active scan: the kernel may have joined the scan response to the
                         advertising data; whether, and where, cannot be told */
} BhReportPart;

typedef struct {
    BhAddress address;
    guint8 adapter;      /* slot of the adapter in the hub, 0 to 15 */
    gint8 rssi;          /* dBm, BH_RSSI_UNKNOWN if this report has none */
    BhAdGroups replaced; /* which groups data replaces; BH_AD_GROUP_ALL for a whole payload */
    const guint8 *data;  /* borrowed: valid during the call that delivers the report */
    gsize size;
    gboolean raw;      /* data is what the kernel delivered, to the byte */
    BhReportPart part; /* raw reports only */
    BhConnectable connectable;
    gint64 monotonic_us;
    gint64 realtime_us;
} BhReport;

G_END_DECLS
