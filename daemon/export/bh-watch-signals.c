/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two queues, each with a timer that runs while what comes must be kept back. The first after a
 * silence goes at once, which is the next turn of the main loop: the presence is at work when it
 * tells us.
 */
#include "bh-watch-signals.h"

#include "bh-read-check.h"
#include "bh-watch-queue.h"
#include "bh-watch-rows.h"

#define PERIOD_MS 100
#define MAX_ROWS 256

typedef struct {
    BhWatchSignals *signals;
    const char *name;
    GVariant *(*build)(const BhWatchSignals *self,
                       const BhPresenceState *state,
                       const BhWatchNews *news);
    BhWatchQueue *queue;
    BhTimer *timer;
    gint64 sent_us; /* when the last one was; 0 = never */
} Signal;

struct BhWatchSignals {
    const BhExportContext *context; /* borrowed */
    BhWatch *watch;                 /* borrowed */
    BhExported *exported;           /* borrowed */
    BhClient *client;               /* borrowed */
    BhClock *clock;                 /* borrowed */
    BhReadCheck *check;
    Signal zones;
    Signal samples;
};

/* Rows */

static GVariant *
build_change(const BhWatchSignals *self, const BhPresenceState *state, const BhWatchNews *news)
{
    return bh_watch_row_of_change(self->context->hub,
                                  state,
                                  bh_clock_now_us(self->clock),
                                  news->from,
                                  news->count);
}

static GVariant *
build_samples(const BhWatchSignals *self, const BhPresenceState *state, const BhWatchNews *news)
{
    return bh_watch_row_of_samples(self->context->hub,
                                   state,
                                   bh_clock_now_us(self->clock),
                                   news->count);
}

/* The arguments of a signal, with what waits; floating. */
static GVariant *
build_rows(Signal *signal)
{
    const BhWatchSignals *self = signal->signals;
    const BhPresence *presence = bh_watch_peek_presence(self->watch);
    BhPresenceState state;
    BhWatchNews news;
    GVariantBuilder rows;

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < MAX_ROWS && bh_watch_queue_pop(signal->queue, &news); i++)
        if (bh_presence_get_state(presence, news.id, &state))
            g_variant_builder_add_value(&rows, signal->build(self, &state, &news));
    return g_variant_new("(aa{sv})", &rows);
}

/* Pace */

static void arm(Signal *signal);

static void
send_rows(Signal *signal)
{
    const BhWatchSignals *self = signal->signals;
    g_autoptr(GVariant) rows = g_variant_ref_sink(build_rows(signal));

    signal->sent_us = bh_clock_now_us(self->clock);
    bh_read_check_sent(self->check, g_variant_get_size(rows));
    bh_object_manager_emit_to(self->context->manager,
                              self->exported,
                              self->client,
                              signal->name,
                              rows);
}

static void
on_turn(gpointer user_data)
{
    Signal *signal = user_data;

    bh_clear_timer(&signal->timer);
    if (!bh_watch_queue_is_empty(signal->queue))
        send_rows(signal);
    arm(signal);
}

/* While the client does not read nothing is armed, and never again after it left: a lease outlives
 * it. */
static void
arm(Signal *signal)
{
    const BhWatchSignals *self = signal->signals;
    gint64 since_ms = (bh_clock_now_us(self->clock) - signal->sent_us) / 1000;
    gint64 delay_ms = signal->sent_us == 0 ? 0 : CLAMP(PERIOD_MS - since_ms, 0, PERIOD_MS);

    if (signal->timer != NULL || bh_watch_queue_is_empty(signal->queue) ||
        bh_client_is_gone(self->client) || !bh_read_check_may_send(self->check))
        return;
    signal->timer = bh_clock_call_in(self->clock, delay_ms, on_turn, signal);
}

static void
on_read(gpointer user_data)
{
    BhWatchSignals *self = user_data;

    arm(&self->zones);
    arm(&self->samples);
}

/* What the watch tells */

static void
on_heard(gpointer user_data, BhPresenceId id, BhZone from, BhZone to)
{
    BhWatchSignals *self = user_data;

    if (to != from) {
        bh_watch_queue_add_change(self->zones.queue, id, from, to);
        arm(&self->zones);
    }
    if (to != from && to == BH_ZONE_LOST)
        return; /* that was no sample */
    bh_watch_queue_add_sample(self->samples.queue, id);
    arm(&self->samples);
}

static void
on_forgotten(gpointer user_data, BhPresenceId id)
{
    BhWatchSignals *self = user_data;

    bh_watch_queue_forget(self->zones.queue, id);
    bh_watch_queue_forget(self->samples.queue, id);
}

BhWatchSignals *
bh_watch_signals_new(const BhExportContext *context, BhWatch *watch, BhExported *exported)
{
    static const BhPresenceFuncs listener = {on_heard, on_forgotten};
    BhWatchSignals *self = g_new0(BhWatchSignals, 1);

    self->context = context;
    self->watch = watch;
    self->exported = exported;
    self->client = bh_owned_peek_client(BH_OWNED(watch));
    self->clock = bh_hub_peek_clock(context->hub);
    self->check = bh_read_check_new(context->connection, self->client, on_read, self);
    self->zones = (Signal){self, "ZoneChanged", build_change, bh_watch_queue_new(), NULL, 0};
    self->samples = (Signal){self, "Updated", build_samples, bh_watch_queue_new(), NULL, 0};
    bh_watch_set_listener(watch, &listener, self);
    return self;
}

static void
signal_clear(Signal *signal)
{
    bh_clear_timer(&signal->timer);
    bh_watch_queue_free(signal->queue);
}

void
bh_watch_signals_free(BhWatchSignals *self)
{
    bh_watch_set_listener(self->watch, NULL, NULL);
    signal_clear(&self->zones);
    signal_clear(&self->samples);
    bh_read_check_free(self->check);
    g_free(self);
}
