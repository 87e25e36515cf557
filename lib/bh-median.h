/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The median of the newest samples: takes out single readings that are far off, which an average
 * would follow.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_MEDIAN_MAX 15

/** All zero is the empty state. */
typedef struct {
    gint8 samples[BH_MEDIAN_MAX]; /* a ring */
    guint8 count : 4;
    guint8 next : 4;
} BhMedian;

/** Adds a sample and returns the median of the newest window ones (1 to BH_MEDIAN_MAX), or of as
 * many as there are; of an even number the mean of the middle two. window must stay the same. */
double bh_median_add(BhMedian *self, gint8 sample, guint window);

G_END_DECLS
