/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Numbers of periods wrap around after 2^32 of them; equal or not is all that is asked.
 */
#include "bh-sampler.h"

static guint32
number(gint64 now_us, gint64 period_us)
{
    return (guint32)(now_us / period_us);
}

gint64
bh_sampler_period_end(gint64 now_us, gint64 period_us)
{
    return (now_us / period_us + 1) * period_us;
}

gboolean
bh_sampler_take(BhSampler *self, gint64 now_us, gint64 period_us, gint8 *sample)
{
    if (!self->pending || self->period == number(now_us, period_us))
        return FALSE;
    self->pending = FALSE;
    *sample = self->strongest;
    return TRUE;
}

void
bh_sampler_add(BhSampler *self, gint64 now_us, gint64 period_us, gint8 reading)
{
    self->strongest = self->pending ? MAX(self->strongest, reading) : reading;
    self->pending = TRUE;
    self->period = number(now_us, period_us);
}
