/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A timer runs while values must be kept back; what it finds kept when it is over it sends, and
 * starts again.
 */
#include "bh-value-signal.h"

#define PERIOD_MS 100

struct BhValueSignal {
    BhObjectManager *manager; /* borrowed */
    BhExported *exported;     /* borrowed */
    BhClient *client;         /* borrowed */
    BhClock *clock;           /* borrowed */
    const char *name;
    BhValueSignalFunc build;
    gpointer user_data;
    BhTimer *timer; /* runs since the last signal */
    GVariant *kept; /* arguments of the next signal; NULL = none */
    guint32 merged;
};

static void on_period_over(gpointer user_data);

static void
send_kept(BhValueSignal *self)
{
    g_autoptr(GVariant) kept = g_steal_pointer(&self->kept);

    self->merged = 0;
    bh_object_manager_emit_to(self->manager, self->exported, self->client, self->name, kept);
    self->timer = bh_clock_call_in(self->clock, PERIOD_MS, on_period_over, self);
}

static void
on_period_over(gpointer user_data)
{
    BhValueSignal *self = user_data;

    bh_clear_timer(&self->timer);
    if (self->kept != NULL)
        send_kept(self);
}

void
bh_value_signal_push(BhValueSignal *self, gconstpointer value)
{
    self->merged++;
    g_clear_pointer(&self->kept, g_variant_unref);
    self->kept = g_variant_ref_sink(self->build(value, self->merged, self->user_data));
    if (self->timer == NULL)
        send_kept(self);
}

BhValueSignal *
bh_value_signal_new(BhObjectManager *manager,
                    BhExported *exported,
                    BhClient *client,
                    BhClock *clock,
                    const char *name,
                    BhValueSignalFunc build,
                    gpointer user_data)
{
    BhValueSignal *self = g_new0(BhValueSignal, 1);

    self->manager = manager;
    self->exported = exported;
    self->client = client;
    self->clock = clock;
    self->name = name;
    self->build = build;
    self->user_data = user_data;
    return self;
}

void
bh_value_signal_free(BhValueSignal *self)
{
    bh_clear_timer(&self->timer);
    g_clear_pointer(&self->kept, g_variant_unref);
    g_free(self);
}
