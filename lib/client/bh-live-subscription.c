/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Attempt after attempt, each of which is a beginning of its own. When one is over while blehubd is
 * there the next one follows, unless it would be in vain.
 */
#include "bh-live-subscription.h"

#include "bh-error.h"
#include "bh-live-attempt.h"
#include "bh-live.h"

#define CONNECT_MS 30000
#define RETRY_MS 1000

struct _BhLiveSubscription {
    GObject parent;
    BhLive live;
    BhLiveTarget target;
    guint retry;        /* source of the next attempt; 0 = none */
    BhLiveAttempt *got; /* NULL = not up */
    guint64 lost;       /* by readers that are gone */
};

enum {
    SIGNAL_VALUE,
    SIGNAL_STATE,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhLiveSubscription, bh_live_subscription, G_TYPE_OBJECT)

static void
end(gpointer object)
{
    BhLiveSubscription *self = object;

    g_clear_handle_id(&self->retry, g_source_remove);
    if (self->got == NULL)
        return;
    self->lost += bh_stream_reader_get_lost(self->got->reader);
    g_signal_handlers_disconnect_by_data(self->got->device, self);
    g_clear_pointer(&self->got, bh_live_attempt_free);
}

static gboolean
is_in_vain(const GError *reason)
{
    g_autofree char *name =
        g_dbus_error_is_remote_error(reason) ? g_dbus_error_get_remote_error(reason) : NULL;
    BhError code = BH_ERROR_FAILED;

    if (name == NULL || !bh_error_from_dbus_name(name, &code))
        return FALSE;
    return code == BH_ERROR_INVALID_ARGUMENTS || code == BH_ERROR_NOT_FOUND ||
           code == BH_ERROR_NOT_SUPPORTED || code == BH_ERROR_NOT_AUTHORIZED;
}

static gboolean
on_retry(gpointer user_data)
{
    BhLiveSubscription *self = user_data;

    self->retry = 0;
    bh_live_begin(&self->live);
    return G_SOURCE_REMOVE;
}

/* The attempt failed or came to its end while blehubd is there. */
static void
fail(BhLiveSubscription *self, const GError *reason)
{
    if (!bh_live_end(&self->live))
        return;
    if (!is_in_vain(reason))
        self->retry = g_timeout_add(RETRY_MS, on_retry, self);
    g_signal_emit_by_name(self, "down", reason);
}

/* Whoever handles a signal may stop us, or start anew. */
static gboolean
is_reading(BhLiveSubscription *self, BhStreamReader *reader)
{
    return self->got != NULL && self->got->reader == reader;
}

static void read_packet(BhLiveSubscription *self);

static void
on_packet(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhStreamReader *reader = BH_STREAM_READER(source);
    g_autoptr(BhLiveSubscription) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    BhPackedValue value;

    if (self == NULL)
        return;
    if (bh_stream_reader_read_finish(reader, result, &error) > 0) {
        while (is_reading(self, reader) && bh_stream_reader_next_value(reader, &value))
            g_signal_emit(self, signals[SIGNAL_VALUE], 0, &value);
        if (is_reading(self, reader))
            read_packet(self);
        return;
    }
    if (error == NULL)
        error = bh_live_error_new_closed("the subscription ended");
    fail(self, error);
}

static void
read_packet(BhLiveSubscription *self)
{
    bh_stream_reader_read_async(self->got->reader,
                                self->live.cancellable,
                                on_packet,
                                bh_live_step_new(&self->live));
}

static void
on_state(BhLiveSubscription *self, const char *state)
{
    g_signal_emit(self, signals[SIGNAL_STATE], 0, state);
}

static void
on_attempt(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveSubscription) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(BhLiveAttempt) got = bh_live_attempt_finish(result, &error);
    BhStreamReader *reader = got != NULL ? got->reader : NULL;

    if (self == NULL)
        return;
    if (got == NULL) {
        fail(self, error);
        return;
    }
    self->got = g_steal_pointer(&got);
    g_signal_connect_swapped(self->got->device, "state-changed", G_CALLBACK(on_state), self);
    bh_live_go_up(&self->live);
    if (is_reading(self, reader))
        read_packet(self);
}

static void
begin(gpointer object)
{
    BhLiveSubscription *self = object;

    bh_live_attempt_async(self->live.bus,
                          self->live.owner,
                          &self->target,
                          self->live.cancellable,
                          on_attempt,
                          bh_live_step_new(&self->live));
}

static const BhLiveKind KIND = {.begin = begin, .end = end};

/* The interface */

void
bh_live_subscription_start(BhLiveSubscription *self)
{
    bh_live_start(&self->live);
}

void
bh_live_subscription_stop(BhLiveSubscription *self)
{
    bh_live_stop(&self->live);
}

BhDbusDevice1 *
bh_live_subscription_peek_device(BhLiveSubscription *self)
{
    return self->got != NULL ? self->got->device : NULL;
}

guint64
bh_live_subscription_get_lost(BhLiveSubscription *self)
{
    return self->lost + (self->got != NULL ? bh_stream_reader_get_lost(self->got->reader) : 0);
}

static void
bh_live_subscription_finalize(GObject *object)
{
    BhLiveSubscription *self = BH_LIVE_SUBSCRIPTION(object);

    bh_live_clear(&self->live);
    g_free(self->target.address);
    g_free(self->target.service);
    g_free(self->target.characteristic);
    g_variant_unref(self->target.connect_options);
    g_variant_unref(self->target.subscribe_options);
    G_OBJECT_CLASS(bh_live_subscription_parent_class)->finalize(object);
}

static void
bh_live_subscription_class_init(BhLiveSubscriptionClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_live_subscription_finalize;
    bh_live_add_signals(BH_TYPE_LIVE_SUBSCRIPTION);
    signals[SIGNAL_VALUE] = bh_live_add_signal(BH_TYPE_LIVE_SUBSCRIPTION, "value", G_TYPE_POINTER);
    signals[SIGNAL_STATE] = bh_live_add_signal(BH_TYPE_LIVE_SUBSCRIPTION, "state", G_TYPE_STRING);
}

static void
bh_live_subscription_init(BhLiveSubscription *self)
{
}

/* What is said stays. */
static GVariant *
with_defaults(GVariant *options)
{
    g_autoptr(GVariant) owned = options != NULL ? g_variant_ref_sink(options) : NULL;
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(owned);

    if (!g_variant_dict_contains(&dict, "Reconnect"))
        g_variant_dict_insert(&dict, "Reconnect", "b", TRUE);
    if (!g_variant_dict_contains(&dict, "TimeoutMs"))
        g_variant_dict_insert(&dict, "TimeoutMs", "u", CONNECT_MS);
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

BhLiveSubscription *
bh_live_subscription_new(GDBusConnection *bus,
                         const char *address,
                         const char *service,
                         const char *characteristic,
                         GVariant *connect_options,
                         GVariant *subscribe_options)
{
    BhLiveSubscription *self = g_object_new(BH_TYPE_LIVE_SUBSCRIPTION, NULL);

    bh_live_init(&self->live, self, bus, &KIND);
    self->target.address = g_strdup(address);
    self->target.service = g_strdup(service);
    self->target.characteristic = g_strdup(characteristic);
    self->target.connect_options = with_defaults(connect_options);
    self->target.subscribe_options = bh_live_own_options(subscribe_options);
    return self;
}
