/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * sd-bus tells which events and which deadline it waits for; prepare() hands both to the loop. The
 * poll record is changed in place and the deadline returned as a timeout, because the setters of
 * GSource for both wake the loop up once more each time. For the same reason the source may recurse
 * as far as GLib knows, since GLib takes the poll record of one that may not out and puts it back,
 * waking up twice; it keeps itself from recursing.
 *
 * A drain that met bulk messages twice within the batching time makes the stream busy: the next
 * drain waits that long. It is quiet again as soon as a drain finds at most one message. A drain
 * ends after DRAIN_MAX messages even if there are more, so that other sources get their turn.
 */
#include "bh-sdbus-source.h"

#define DRAIN_MAX 512
#define BATCH_MAX_MS 10

typedef struct {
    GSource parent;
    sd_bus *bus;
    GPollFD poll;
    gint64 batch_us;
    BhSdbusLostFunc lost;
    gpointer data;
    gboolean draining;    /* sd-bus cannot be entered again */
    gboolean more;        /* the last drain stopped at its bound */
    guint bulk;           /* bulk messages of the drain under way */
    gint64 last_bulk_us;  /* drain that met the last one */
    gint64 hold_until_us; /* busy: do not read before */
    gint64 monotonic_us;  /* of the drain under way */
    gint64 realtime_us;
} Source;

static gboolean
is_holding(const Source *self)
{
    return self->hold_until_us > g_get_monotonic_time();
}

/* Milliseconds until the deadline, rounded up; -1 = none. */
static gint
remaining_ms(guint64 deadline_us)
{
    if (deadline_us == UINT64_MAX)
        return -1;
    guint64 now_us = (guint64)g_get_monotonic_time();
    if (deadline_us <= now_us)
        return 0;
    return (gint)MIN((deadline_us - now_us + 999) / 1000, G_MAXINT);
}

static gboolean
source_prepare(GSource *base, gint *timeout)
{
    Source *self = (Source *)base;
    guint64 deadline_us = UINT64_MAX;
    int events = sd_bus_get_events(self->bus);

    if (self->draining) {
        self->poll.events = 0;
        *timeout = -1;
        return FALSE;
    }
    if (self->more || events < 0 || sd_bus_get_timeout(self->bus, &deadline_us) < 0) {
        *timeout = 0;
        return TRUE;
    }
    if (is_holding(self)) {
        events &= ~G_IO_IN;
        deadline_us = MIN(deadline_us, (guint64)self->hold_until_us);
    }
    self->poll.events = (gushort)events;
    self->poll.revents = 0;
    *timeout = remaining_ms(deadline_us);
    return *timeout == 0;
}

static gboolean
source_check(GSource *base)
{
    Source *self = (Source *)base;
    guint64 deadline_us = UINT64_MAX;

    if (self->draining)
        return FALSE;
    if (self->poll.revents != 0)
        return TRUE;
    if (self->hold_until_us != 0 && !is_holding(self))
        return TRUE;
    if (sd_bus_get_timeout(self->bus, &deadline_us) < 0)
        return TRUE;
    return remaining_ms(deadline_us) == 0;
}

static void
decide_hold(Source *self)
{
    gboolean busy = self->bulk > 1;

    if (self->bulk == 1)
        busy = self->hold_until_us == 0 && self->monotonic_us - self->last_bulk_us < self->batch_us;
    if (self->bulk > 0)
        self->last_bulk_us = self->monotonic_us;
    self->hold_until_us = busy && !self->more ? self->monotonic_us + self->batch_us : 0;
}

static gboolean
source_dispatch(GSource *base, GSourceFunc callback, gpointer user_data)
{
    Source *self = (Source *)base;
    int result = 1;

    self->bulk = 0;
    self->monotonic_us = g_get_monotonic_time();
    self->realtime_us = g_get_real_time();
    self->draining = TRUE;
    for (guint n = 0; n < DRAIN_MAX && result > 0; n++) {
        result = sd_bus_process(self->bus, NULL);
        if (g_source_is_destroyed(base))
            return G_SOURCE_REMOVE;
    }
    self->draining = FALSE;
    self->more = result > 0;
    decide_hold(self);
    if (result < 0) {
        self->lost(self->data);
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static void
source_finalize(GSource *base)
{
    Source *self = (Source *)base;

    sd_bus_unref(self->bus);
}

static GSourceFuncs source_funcs = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
    .finalize = source_finalize,
};

void
bh_sdbus_source_add_bulk(GSource *source)
{
    ((Source *)source)->bulk++;
}

void
bh_sdbus_source_get_time(GSource *source, gint64 *monotonic_us, gint64 *realtime_us)
{
    const Source *self = (const Source *)source;

    *monotonic_us = self->monotonic_us;
    *realtime_us = self->realtime_us;
}

GSource *
bh_sdbus_source_new(sd_bus *bus, guint batch_ms, BhSdbusLostFunc lost, gpointer data)
{
    GSource *base = g_source_new(&source_funcs, sizeof(Source));
    Source *self = (Source *)base;

    self->bus = sd_bus_ref(bus);
    self->batch_us = (gint64)MIN(batch_ms, BATCH_MAX_MS) * 1000;
    self->lost = lost;
    self->data = data;
    self->poll.fd = sd_bus_get_fd(bus);
    g_source_add_poll(base, &self->poll);
    g_source_set_can_recurse(base, TRUE);
    g_source_set_name(base, "sd-bus");
    return base;
}
