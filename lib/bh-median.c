/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A window is so small that sorting a copy of it by insertion is the fast way, too.
 */
#include "bh-median.h"

#include <string.h>

static void
sort(gint8 *values, guint n)
{
    for (guint i = 1; i < n; i++) {
        gint8 value = values[i];
        guint at = i;

        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

double
bh_median_add(BhMedian *self, gint8 sample, guint window)
{
    gint8 sorted[BH_MEDIAN_MAX];
    guint n;

    self->samples[self->next] = sample;
    self->next = (guint8)((self->next + 1u) % window) & 0xf;
    n = MIN(self->count + 1u, window);
    self->count = (guint8)n & 0xf;
    memcpy(sorted, self->samples, n);
    sort(sorted, n);
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
}
