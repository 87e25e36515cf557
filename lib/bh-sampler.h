/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One sample a period, the strongest reading of it: what a body between the beacon and us takes
 * away for a moment does not count. Periods are the same for all who share a clock: they begin at
 * its multiples.
 */
#include <glib.h>

G_BEGIN_DECLS

/** All zero is the empty state. */
typedef struct {
    guint32 period; /* number of the one that strongest is of */
    gint8 strongest;
    gboolean pending : 8;
} BhSampler;

/** The end of the period that a time is in. */
gint64 bh_sampler_period_end(gint64 now_us, gint64 period_us);

/** Whether a period is over of which there is a reading; it becomes the sample. Asked before
 * readings are added, and when the period ends. */
gboolean bh_sampler_take(BhSampler *self, gint64 now_us, gint64 period_us, gint8 *sample);
void bh_sampler_add(BhSampler *self, gint64 now_us, gint64 period_us, gint8 reading);

G_END_DECLS
