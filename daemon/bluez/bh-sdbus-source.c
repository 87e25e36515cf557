/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * sd-bus tells which events and which deadline it waits for; prepare() hands both to the loop. The
 * poll record is changed in place and the deadline returned as a timeout, because the setters of
 * GSource for both wake the loop up once more each time. For the same reason the source may recurse
 * as far as GLib knows, since GLib takes the poll record of one that may not out and puts it back,
 * waking up twice; it keeps itself from recursing.
 *
 * A drain ends after DRAIN_MAX messages even if there are more, so that other sources get their
 * turn.
 */
#include "bh-sdbus-source.h"

#define DRAIN_MAX 512

typedef struct {
    GSource parent;
    sd_bus *bus;
    GPollFD poll;
    BhDrainPace pace;
    BhSdbusLostFunc lost;
    gpointer data;
    gboolean draining; /* sd-bus cannot be entered again */
    gboolean more;     /* the last drain stopped at its bound */
} Source;

/* sd-bus's deadlines are on the clock of the main loop. */
static gint64
loop_time(guint64 deadline_us)
{
    return deadline_us >= (guint64)BH_DRAIN_FOR_EVER ? BH_DRAIN_FOR_EVER : (gint64)deadline_us;
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
    if (bh_drain_pace_is_holding(&self->pace)) {
        events &= ~G_IO_IN;
        deadline_us = MIN(deadline_us, (guint64)self->pace.hold_until_us);
    }
    self->poll.events = (gushort)events;
    self->poll.revents = 0;
    *timeout = bh_drain_pace_left_ms(loop_time(deadline_us));
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
    if (self->pace.hold_until_us != 0 && !bh_drain_pace_is_holding(&self->pace))
        return TRUE;
    if (sd_bus_get_timeout(self->bus, &deadline_us) < 0)
        return TRUE;
    return bh_drain_pace_left_ms(loop_time(deadline_us)) == 0;
}

static gboolean
source_dispatch(GSource *base, GSourceFunc callback, gpointer user_data)
{
    Source *self = (Source *)base;
    int result = 1;

    self->draining = TRUE;
    bh_drain_pace_begin(&self->pace);
    for (guint n = 0; n < DRAIN_MAX && result > 0; n++) {
        result = sd_bus_process(self->bus, NULL);
        if (g_source_is_destroyed(base))
            return G_SOURCE_REMOVE;
    }
    self->draining = FALSE;
    self->more = result > 0;
    bh_drain_pace_end(&self->pace, self->more);
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

BhDrainPace *
bh_sdbus_source_peek_pace(GSource *source)
{
    return &((Source *)source)->pace;
}

GSource *
bh_sdbus_source_new(sd_bus *bus, guint batch_ms, BhSdbusLostFunc lost, gpointer data)
{
    GSource *base = g_source_new(&source_funcs, sizeof(Source));
    Source *self = (Source *)base;

    self->bus = sd_bus_ref(bus);
    bh_drain_pace_init(&self->pace, batch_ms);
    self->lost = lost;
    self->data = data;
    self->poll.fd = sd_bus_get_fd(bus);
    g_source_add_poll(base, &self->poll);
    g_source_set_can_recurse(base, TRUE);
    g_source_set_name(base, "sd-bus");
    return base;
}
