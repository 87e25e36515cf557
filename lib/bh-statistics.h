/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Running statistics of a signal without keeping samples: exact mean and deviation from integer
 * sums, and the learned report interval. 32 bytes, because there are thousands of them.
 */
#include <glib.h>

G_BEGIN_DECLS

/** Weight of the newest gap in the smoothed interval: it follows a change of the advertising
 * interval within about 8 reports, and one lost report moves it by an eighth. */
#define BH_STATISTICS_INTERVAL_WEIGHT 0.125f

/* All zero is the empty state. */
typedef struct {
    guint32 samples;   /* with an RSSI; stays at the largest value, and the sums with it */
    float interval_ms; /* smoothed gap between reports; 0 until there are two */
    gint64 last_us;    /* monotonic time of the newest report; 0 before the first */
    gint64 sum;        /* of RSSI, dBm */
    guint64 sum_squares : 48;
    gint min : 8; /* dBm; as max meaningful with samples */
    gint max : 8;
} BhStatistics;

/** Adds a report. An rssi of BH_RSSI_UNKNOWN counts for the interval only, a report not later than
 * the one before for the RSSI only. */
void bh_statistics_add(BhStatistics *self, gint8 rssi, gint64 monotonic_us);

/** dBm; 0 without samples. */
double bh_statistics_mean(const BhStatistics *self);

/** Population standard deviation, dB; 0 with fewer than two samples. */
double bh_statistics_deviation(const BhStatistics *self);

/** Samples u, and with samples: RSSIMin n, RSSIMax n, RSSIMean d, RSSIStdDev d; IntervalMs d if
 * learned. */
void bh_statistics_add_to_row(const BhStatistics *self, GVariantBuilder *builder);

G_END_DECLS
