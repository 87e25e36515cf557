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
    BhTimer *timer;           /* runs since the last signal */
    GVariant *kept;           /* arguments of the next signal: (ay, a{sv}); NULL = none */
    guint32 merged;
};

void
bh_notified_value_add_details(const BhNotifiedValue *value, GVariantDict *details)
{
    g_variant_dict_insert(details, "Sequence", "t", value->sequence);
    g_variant_dict_insert(details, "Timestamp", "x", value->realtime_us);
    g_variant_dict_insert(details, "TimestampMonotonic", "x", value->monotonic_us);
    if (value->dropped > 0)
        g_variant_dict_insert(details, "Dropped", "t", value->dropped);
}

static GVariant *
build(const BhNotifiedValue *value, guint32 merged)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);

    bh_notified_value_add_details(value, &details);
    g_variant_dict_insert(&details, "Merged", "u", merged);
    return g_variant_new("(@ay@a{sv})",
                         g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value->value, TRUE),
                         g_variant_dict_end(&details));
}

static void on_period_over(gpointer user_data);

static void
send_kept(BhValueSignal *self)
{
    g_autoptr(GVariant) kept = g_steal_pointer(&self->kept);

    self->merged = 0;
    bh_object_manager_emit_to(self->manager, self->exported, self->client, "Value", kept);
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
bh_value_signal_push(BhValueSignal *self, const BhNotifiedValue *value)
{
    self->merged++;
    g_clear_pointer(&self->kept, g_variant_unref);
    self->kept = g_variant_ref_sink(build(value, self->merged));
    if (self->timer == NULL)
        send_kept(self);
}

BhValueSignal *
bh_value_signal_new(BhObjectManager *manager,
                    BhExported *exported,
                    BhClient *client,
                    BhClock *clock)
{
    BhValueSignal *self = g_new0(BhValueSignal, 1);

    self->manager = manager;
    self->exported = exported;
    self->client = client;
    self->clock = clock;
    return self;
}

void
bh_value_signal_free(BhValueSignal *self)
{
    bh_clear_timer(&self->timer);
    g_clear_pointer(&self->kept, g_variant_unref);
    g_free(self);
}
