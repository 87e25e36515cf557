/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * RSSI is an integer, so sums of it are exact: mean and deviation come from the sum and the sum of
 * squares when somebody asks, and no rounding piles up however many samples there are.
 */
#include "bh-statistics.h"

#include "bh-report.h"

#include <math.h>

/* Thousands of these are kept. */
G_STATIC_ASSERT(sizeof(BhStatistics) == 32);

static void
add_gap(BhStatistics *self, gint64 monotonic_us)
{
    gint64 gap_us = monotonic_us - self->last_us;
    if (self->last_us != 0 && gap_us <= 0) /* several reports read in one go */
        return;

    float gap_ms = (float)((double)gap_us / 1000.0);
    if (self->last_us != 0 && self->interval_ms == 0.0f)
        self->interval_ms = gap_ms;
    else if (self->last_us != 0)
        self->interval_ms += BH_STATISTICS_INTERVAL_WEIGHT * (gap_ms - self->interval_ms);
    self->last_us = monotonic_us;
}

static void
add_rssi(BhStatistics *self, gint8 rssi)
{
    if (self->samples == G_MAXUINT32)
        return;
    self->min = self->samples == 0 ? rssi : MIN(self->min, rssi);
    self->max = self->samples == 0 ? rssi : MAX(self->max, rssi);
    self->sum += rssi;
    self->sum_squares += (guint64)(rssi * rssi);
    self->samples++;
}

void
bh_statistics_add(BhStatistics *self, gint8 rssi, gint64 monotonic_us)
{
    add_gap(self, monotonic_us);
    if (rssi != BH_RSSI_UNKNOWN)
        add_rssi(self, rssi);
}

double
bh_statistics_mean(const BhStatistics *self)
{
    return self->samples == 0 ? 0.0 : (double)self->sum / self->samples;
}

double
bh_statistics_deviation(const BhStatistics *self)
{
    if (self->samples < 2)
        return 0.0;
    double mean = bh_statistics_mean(self);
    return sqrt(MAX(0.0, (double)self->sum_squares / self->samples - mean * mean));
}

void
bh_statistics_add_to_row(const BhStatistics *self, GVariantBuilder *builder)
{
    g_variant_builder_add(builder, "{sv}", "Samples", g_variant_new_uint32(self->samples));
    if (self->samples > 0) {
        gint16 min = self->min, max = self->max;
        double mean = bh_statistics_mean(self), deviation = bh_statistics_deviation(self);
        g_variant_builder_add(builder, "{sv}", "RSSIMin", g_variant_new_int16(min));
        g_variant_builder_add(builder, "{sv}", "RSSIMax", g_variant_new_int16(max));
        g_variant_builder_add(builder, "{sv}", "RSSIMean", g_variant_new_double(mean));
        g_variant_builder_add(builder, "{sv}", "RSSIStdDev", g_variant_new_double(deviation));
    }
    if (self->interval_ms > 0.0f) {
        double interval = (double)self->interval_ms;
        g_variant_builder_add(builder, "{sv}", "IntervalMs", g_variant_new_double(interval));
    }
}
