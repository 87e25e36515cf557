/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-drain-pace.h"

void
bh_drain_pace_init(BhDrainPace *self, guint batch_ms)
{
    *self = (BhDrainPace){.batch_us = (gint64)MIN(batch_ms, BH_DRAIN_BATCH_MAX_MS) * 1000};
}

void
bh_drain_pace_set_batch(BhDrainPace *self, guint batch_ms)
{
    self->batch_us = (gint64)MIN(batch_ms, BH_DRAIN_BATCH_MAX_MS) * 1000;
    if (self->hold_until_us != 0)
        self->hold_until_us = MIN(self->hold_until_us, self->monotonic_us + self->batch_us);
}

void
bh_drain_pace_begin(BhDrainPace *self)
{
    self->bulk = 0;
    self->monotonic_us = g_get_monotonic_time();
    self->realtime_us = g_get_real_time();
}

void
bh_drain_pace_end(BhDrainPace *self, gboolean more)
{
    gboolean busy = self->bulk > 1;

    if (self->bulk == 1)
        busy = self->hold_until_us == 0 && self->monotonic_us - self->last_bulk_us < self->batch_us;
    if (self->bulk > 0)
        self->last_bulk_us = self->monotonic_us;
    self->hold_until_us = busy && !more ? self->monotonic_us + self->batch_us : 0;
}

void
bh_drain_pace_add_bulk(BhDrainPace *self)
{
    self->bulk++;
}

void
bh_drain_pace_get_time(const BhDrainPace *self, gint64 *monotonic_us, gint64 *realtime_us)
{
    *monotonic_us = self->monotonic_us;
    *realtime_us = self->realtime_us;
}

gboolean
bh_drain_pace_is_holding(const BhDrainPace *self)
{
    return self->hold_until_us > g_get_monotonic_time();
}

gint
bh_drain_pace_left_ms(gint64 until_us)
{
    if (until_us == BH_DRAIN_FOR_EVER)
        return -1;
    gint64 now_us = g_get_monotonic_time();
    if (until_us <= now_us)
        return 0;
    return (gint)MIN((until_us - now_us + 999) / 1000, G_MAXINT);
}
