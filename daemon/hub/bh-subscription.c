/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values wait in a queue that is bounded in number and in bytes, unless a stream takes them;
 * whoever waits in a call gets the oldest. What is dropped is counted on the value that follows.
 */
#include "bh-subscription-private.h"

#include "bh-signal.h"
#include "bh-stream-set.h"
#include "bh-waits.h"

#define MAX_BYTES BH_STREAM_MAX_BYTES

struct _BhSubscription {
    BhOwned parent;
    BhRemote *remote;
    const BhRemotesShared *shared; /* borrowed: outlives us */
    BhSubscriptionSpec spec;
    BhStreamSet *streams;
    BhWaits *waits;
    GQueue values; /* BhNotifiedValue, oldest first */
    gsize bytes;   /* of these */
    guint64 sequence;
    guint64 untold; /* dropped with nothing behind them */
    guint64 delivered;
    guint64 dropped;
    gboolean active;
};

enum {
    SIGNAL_VALUE,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhSubscription, bh_subscription, BH_TYPE_OWNED)

void
bh_notified_value_free(BhNotifiedValue *value)
{
    g_bytes_unref(value->value);
    g_free(value);
}

/* The queue */

static BhNotifiedValue *
pop(BhSubscription *self)
{
    BhNotifiedValue *value = g_queue_pop_head(&self->values);

    if (value != NULL)
        self->bytes -= g_bytes_get_size(value->value);
    return value;
}

static void
drop_oldest(BhSubscription *self)
{
    g_autoptr(BhNotifiedValue) value = pop(self);
    BhNotifiedValue *next = g_queue_peek_head(&self->values);

    self->dropped++;
    if (next != NULL)
        next->dropped += value->dropped + 1;
    else
        self->untold += value->dropped + 1;
}

static void
push(BhSubscription *self, BhNotifiedValue *value)
{
    gsize size = g_bytes_get_size(value->value);

    while (self->values.length >= self->spec.queue ||
           (self->values.length > 0 && self->bytes + size > MAX_BYTES))
        drop_oldest(self);
    value->dropped = self->untold;
    self->untold = 0;
    self->bytes += size;
    g_queue_push_tail(&self->values, value);
}

static void
serve_waits(BhSubscription *self)
{
    GTask *task;

    while (self->values.length > 0 && (task = bh_waits_pop(self->waits)) != NULL) {
        self->delivered++;
        g_task_return_pointer(task, pop(self), (GDestroyNotify)bh_notified_value_free);
        g_object_unref(task);
    }
}

static BhNotifiedValue *
new_value(BhSubscription *self, const BhValue *value)
{
    BhNotifiedValue *notified = g_new0(BhNotifiedValue, 1);

    notified->sequence = self->sequence;
    notified->value = g_bytes_new(value->bytes, value->size);
    notified->monotonic_us = value->monotonic_us;
    notified->realtime_us = value->realtime_us;
    return notified;
}

void
bh_subscription_take_value(BhSubscription *self, const BhValue *value)
{
    g_autoptr(BhNotifiedValue) notified = NULL;

    if (bh_owned_is_released(BH_OWNED(self)))
        return;
    self->sequence++;
    bh_stream_set_push(self->streams, self->shared->recorder);
    notified = new_value(self, value);
    g_signal_emit(self, signals[SIGNAL_VALUE], 0, notified);
    if (bh_stream_set_count(self->streams) > 0 && bh_waits_count(self->waits) == 0)
        return;
    push(self, g_steal_pointer(&notified));
    serve_waits(self);
}

/* Waiting calls */

void
bh_subscription_wait_async(BhSubscription *self,
                           BhClient *client,
                           gint64 timeout_ms,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_subscription_wait_async);
    if (bh_owned_is_released(BH_OWNED(self))) {
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_CANCELLED,
                                "the subscription was released");
        return;
    }
    bh_waits_add(self->waits, g_steal_pointer(&task), client, timeout_ms);
    serve_waits(self);
}

BhNotifiedValue *
bh_subscription_wait_finish(BhSubscription *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void
bh_subscription_fail_waits(BhSubscription *self, const char *message)
{
    bh_waits_fail(self->waits, BH_ERROR_DISCONNECTED, message);
}

/* Streams */

/* Moves what waits for a call into the only stream there is. */
static void
stream_waiting(BhSubscription *self)
{
    BhNotifiedValue *next;

    while ((next = pop(self)) != NULL) {
        g_autoptr(BhNotifiedValue) it = next;
        BhValue value = {.monotonic_us = it->monotonic_us, .realtime_us = it->realtime_us};

        value.bytes = g_bytes_get_data(it->value, &value.size);
        bh_recorder_begin_value(self->shared->recorder, &value);
        bh_stream_set_push(self->streams, self->shared->recorder);
        bh_recorder_end(self->shared->recorder);
    }
}

int
bh_subscription_open_stream(BhSubscription *self,
                            const BhStreamSpec *spec,
                            BhClient *client,
                            GError **error)
{
    int reader_fd;

    if (bh_owned_is_released(BH_OWNED(self))) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the subscription was released");
        return -1;
    }
    reader_fd = bh_stream_set_open(self->streams, spec, bh_client_get_uid(client), error);
    if (reader_fd >= 0 && bh_stream_set_count(self->streams) == 1)
        stream_waiting(self);
    return reader_fd;
}

/* The rest of the interface */

void
bh_subscription_set_active(BhSubscription *self, gboolean active)
{
    self->active = active;
}

const BhGattName *
bh_subscription_peek_name(BhSubscription *self)
{
    return &self->spec.name;
}

BhRemote *
bh_subscription_peek_remote(BhSubscription *self)
{
    return self->remote;
}

gboolean
bh_subscription_is_active(BhSubscription *self)
{
    return self->active && !bh_owned_is_released(BH_OWNED(self));
}

guint64
bh_subscription_get_received(BhSubscription *self)
{
    return self->sequence;
}

guint64
bh_subscription_get_streamed(BhSubscription *self)
{
    return bh_stream_set_get_delivered(self->streams);
}

guint64
bh_subscription_get_stream_losses(BhSubscription *self)
{
    return bh_stream_set_get_dropped(self->streams);
}

guint64
bh_subscription_get_queue_losses(BhSubscription *self)
{
    return self->dropped;
}

guint64
bh_subscription_get_delivered(BhSubscription *self)
{
    return self->delivered + bh_subscription_get_streamed(self);
}

guint64
bh_subscription_get_dropped(BhSubscription *self)
{
    return self->dropped + bh_subscription_get_stream_losses(self);
}

static void
bh_subscription_released(BhOwned *owned, BhReleaseReason reason)
{
    BhSubscription *self = BH_SUBSCRIPTION(owned);

    bh_waits_fail(self->waits, BH_ERROR_CANCELLED, "the subscription was released");
    bh_stream_set_close(self->streams);
    BH_OWNED_CLASS(bh_subscription_parent_class)->released(owned, reason);
}

static void
bh_subscription_finalize(GObject *object)
{
    BhSubscription *self = BH_SUBSCRIPTION(object);

    g_queue_clear_full(&self->values, (GDestroyNotify)bh_notified_value_free);
    bh_waits_free(self->waits);
    bh_stream_set_free(self->streams);
    g_object_unref(self->remote);
    G_OBJECT_CLASS(bh_subscription_parent_class)->finalize(object);
}

static void
bh_subscription_class_init(BhSubscriptionClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_subscription_finalize;
    BH_OWNED_CLASS(klass)->released = bh_subscription_released;
    signals[SIGNAL_VALUE] = bh_signal_new(BH_TYPE_SUBSCRIPTION, "value", 1, G_TYPE_POINTER);
}

static void
bh_subscription_init(BhSubscription *self)
{
    g_queue_init(&self->values);
}

BhSubscription *
bh_subscription_new(BhRemote *remote, const BhRemotesShared *shared, const BhSubscriptionSpec *spec)
{
    BhSubscription *self = g_object_new(BH_TYPE_SUBSCRIPTION, NULL);

    self->remote = g_object_ref(remote);
    self->shared = shared;
    self->spec = *spec;
    self->streams =
        bh_stream_set_new(shared->quota,
                          &(BhStreamShared){shared->clock, shared->pacer, shared->budget});
    self->waits = bh_waits_new(shared->quota, shared->clock, "no value came in time", NULL, NULL);
    return self;
}
