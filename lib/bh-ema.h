/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The exponential moving average of a signal: s = a * x + (1 - a) * s, the first sample being the
 * first average. With it goes the deviation of the samples from it, forgotten at the same pace
 * (Finch, "Incremental calculation of weighted mean and variance", 2009, section 9).
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_EMA_DEFAULT_ALPHA 0.3

/** All zero is the empty state. */
typedef struct {
    double average;
    float variance;
    gboolean begun;
} BhEma;

/** Adds a sample; alpha above 0, at most 1. Returns the new average. */
double bh_ema_add(BhEma *self, double sample, double alpha);

/** Standard deviation of the samples, in their unit; 0 with fewer than two. */
double bh_ema_deviation(const BhEma *self);

/** The alpha by which a sample that comes dt_us after the one before moves the average so far that
 * an old value has lost half its weight after half_life_us: 1 - 2^(-dt / half_life). For signals
 * that are sampled unevenly. half_life_us must be positive. */
double bh_ema_alpha_for(gint64 dt_us, gint64 half_life_us);

/** How many samples of a plain average would be as smooth: 2 / alpha - 1. */
double bh_ema_window(double alpha);

/** After how many samples the average has gone 95 % of a step: ln 0.05 / ln(1 - alpha), at least 1.
 */
double bh_ema_response(double alpha);

G_END_DECLS
