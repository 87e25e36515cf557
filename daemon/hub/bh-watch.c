/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The presence is fed reports, and time by one timer, which is armed anew only when the presence
 * wants to be asked sooner than it would be: a report that moves a deadline on costs no timer.
 */
#include "bh-watch.h"

#include "bh-signal.h"
#include "bh-waits.h"
#include "bh-watch-queue.h"

struct _BhWatch {
    BhOwned parent;
    BhWatchSpec spec;
    BhScanNeeds needs;
    BhClock *clock; /* borrowed: outlives us */
    BhPresence *presence;
    BhWatchQueue *changes;
    BhWaits *waits;
    BhTimer *timer;
    gint64 armed_us; /* while timer: when it fires */
    gboolean watching;
    guint64 zone_changes;
    const BhPresenceFuncs *listener; /* or NULL */
    gpointer listener_data;
};

enum {
    SIGNAL_STATE_CHANGED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhWatch, bh_watch, BH_TYPE_OWNED)

/* Waiting calls */

void
bh_watch_change_free(BhWatchChange *self)
{
    g_free(self->alias);
    g_free(self);
}

static BhWatchChange *
change_new(BhWatch *self, const BhWatchNews *news)
{
    BhWatchChange *change = g_new0(BhWatchChange, 1);

    change->now_us = bh_clock_now_us(self->clock);
    bh_presence_get_state(self->presence, news->id, &change->state);
    change->identity = *change->state.identity;
    change->alias = g_strdup(change->state.alias);
    change->state.identity = &change->identity;
    change->state.alias = change->alias;
    change->from = news->from;
    change->changes = news->count;
    return change;
}

static void
serve_waits(BhWatch *self)
{
    BhWatchNews news;
    GTask *task;

    while (bh_waits_count(self->waits) > 0 && bh_watch_queue_pop(self->changes, &news)) {
        task = bh_waits_pop(self->waits);
        g_task_return_pointer(task, change_new(self, &news), (GDestroyNotify)bh_watch_change_free);
        g_object_unref(task);
    }
}

void
bh_watch_wait_async(BhWatch *self,
                    BhClient *client,
                    gint64 timeout_ms,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_watch_wait_async);
    if (bh_owned_is_released(BH_OWNED(self))) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "the watch was released");
        return;
    }
    bh_waits_add(self->waits, g_steal_pointer(&task), client, timeout_ms);
    serve_waits(self);
}

BhWatchChange *
bh_watch_wait_finish(BhWatch *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_watch_radio_off(BhWatch *self)
{
    bh_waits_fail(self->waits, BH_ERROR_DISCONNECTED, "the radio was switched off");
}

/* What the presence tells */

/* A BhPresenceFunc. */
static void
on_heard(gpointer user_data, BhPresenceId id, BhZone from, BhZone to)
{
    BhWatch *self = user_data;

    if (to != from) {
        bh_watch_queue_add_change(self->changes, id, from, to);
        self->zone_changes++;
    }
    if (self->listener != NULL)
        self->listener->changed(self->listener_data, id, from, to);
}

/* A BhPresenceForgottenFunc. */
static void
on_forgotten(gpointer user_data, BhPresenceId id)
{
    BhWatch *self = user_data;

    bh_watch_queue_forget(self->changes, id);
    if (self->listener != NULL)
        self->listener->forgotten(self->listener_data, id);
}

static const BhPresenceFuncs presence_funcs = {on_heard, on_forgotten};

void
bh_watch_set_listener(BhWatch *self, const BhPresenceFuncs *listener, gpointer user_data)
{
    self->listener = listener;
    self->listener_data = user_data;
}

/* Reports and time */

static void on_due(gpointer user_data);

static void
arm(BhWatch *self)
{
    gint64 due_us = bh_presence_get_due(self->presence);
    gint64 now_us;
    gint64 delay_ms;

    if (due_us == G_MAXINT64 || (self->timer != NULL && self->armed_us <= due_us))
        return;
    bh_clear_timer(&self->timer);
    now_us = bh_clock_now_us(self->clock);
    delay_ms = (MAX(due_us - now_us, 0) + 999) / 1000;
    self->armed_us = now_us + delay_ms * 1000;
    self->timer = bh_clock_call_in(self->clock, delay_ms, on_due, self);
}

static void
on_due(gpointer user_data)
{
    BhWatch *self = user_data;

    bh_clear_timer(&self->timer);
    bh_presence_tick(self->presence, bh_clock_now_us(self->clock));
    arm(self);
    serve_waits(self);
}

void
bh_watch_hear(BhWatch *self, const BhDevice *device, BhDeviceChange change, const BhReport *report)
{
    bh_presence_hear(self->presence, device, change, report);
    arm(self);
    serve_waits(self);
}

void
bh_watch_set_radio(BhWatch *self, gboolean running)
{
    if (self->watching == running)
        return;
    self->watching = running;
    bh_presence_set_listening(self->presence, running, bh_clock_now_us(self->clock));
    arm(self);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

/* State */

const BhPresence *
bh_watch_peek_presence(BhWatch *self)
{
    return self->presence;
}

const BhPresenceSettings *
bh_watch_peek_settings(BhWatch *self)
{
    return &self->spec.settings;
}

gint64
bh_watch_get_now_us(BhWatch *self)
{
    return bh_clock_now_us(self->clock);
}

const BhScanNeeds *
bh_watch_peek_needs(BhWatch *self)
{
    return &self->needs;
}

gboolean
bh_watch_wants(BhWatch *self, BhAdapter *adapter)
{
    return !self->spec.has_adapter ||
           bh_address_equal(&self->spec.adapter, bh_adapter_get_address(adapter));
}

const char *
bh_watch_get_state(BhWatch *self)
{
    return self->watching ? "watching" : "waiting";
}

guint64
bh_watch_get_zone_changes(BhWatch *self)
{
    return self->zone_changes;
}

static void
bh_watch_released(BhOwned *owned, BhReleaseReason reason)
{
    BhWatch *self = BH_WATCH(owned);

    bh_clear_timer(&self->timer);
    bh_waits_fail(self->waits, BH_ERROR_CANCELLED, "the watch was released");
    BH_OWNED_CLASS(bh_watch_parent_class)->released(owned, reason);
}

static void
bh_watch_finalize(GObject *object)
{
    BhWatch *self = BH_WATCH(object);

    bh_clear_timer(&self->timer);
    g_clear_pointer(&self->waits, bh_waits_free);
    g_clear_pointer(&self->changes, bh_watch_queue_free);
    g_clear_pointer(&self->presence, bh_presence_free);
    G_OBJECT_CLASS(bh_watch_parent_class)->finalize(object);
}

static void
bh_watch_class_init(BhWatchClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_watch_finalize;
    BH_OWNED_CLASS(klass)->released = bh_watch_released;
    signals[SIGNAL_STATE_CHANGED] = bh_signal_new(BH_TYPE_WATCH, "state-changed", 0);
}

static void
bh_watch_init(BhWatch *self)
{
}

BhWatch *
bh_watch_new(const BhWatchSpec *spec,
             BhPresenceSelection *selection,
             BhQuota *quota,
             BhClock *clock)
{
    BhWatch *self = g_object_new(BH_TYPE_WATCH, NULL);

    self->spec = *spec;
    self->needs = (BhScanNeeds){.passive = !spec->active, .every_report = TRUE};
    self->clock = clock;
    self->waits = bh_waits_new(quota, clock, "no zone changed in time", NULL, NULL);
    self->changes = bh_watch_queue_new();
    self->presence = bh_presence_new(&spec->settings, selection, &presence_funcs, self);
    return self;
}
