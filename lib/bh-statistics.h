/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Running statistics of a signal: exact mean and deviation without keeping samples (Welford's method),
 * and the learned report interval. 32 bytes, because there are thousands of them.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint32 samples;     /* saturates */
    gint8 min, max;      /* dBm */
    float mean;          /* dBm */
    float sum_squares;   /* of differences from the mean */
    float interval_ms;   /* smoothed gap between reports; 0 until there are two */
    gint64 last_us;      /* monotonic time of the newest sample */
} BhStatistics;

/** Adds a sample. An rssi of BH_RSSI_UNKNOWN counts for the interval only. */
void bh_statistics_add(BhStatistics *self, gint8 rssi, gint64 monotonic_us);

/** Population standard deviation, dB; 0 with fewer than two samples. */
double bh_statistics_deviation(const BhStatistics *self);

/** Samples u, and with samples: RSSIMin n, RSSIMax n, RSSIMean d, RSSIStdDev d; IntervalMs d if learned. */
void bh_statistics_add_to_row(const BhStatistics *self, GVariantBuilder *builder);

G_END_DECLS
