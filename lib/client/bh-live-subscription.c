/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Attempt after attempt, each with a cancellable of its own: it is cancelled when the attempt is
 * over, for whatever reason, and what was under way for it finds that it comes too late.
 */
#include "bh-live-subscription.h"

#include "bh-error.h"
#include "bh-live-attempt.h"
#include "bh-live-step.h"

#define BUS_NAME "org.blehub"
#define CONNECT_MS 30000
#define RETRY_MS 1000

struct _BhLiveSubscription {
    GObject parent;
    GDBusConnection *bus;
    BhLiveTarget target;
    guint watch;               /* of the name; 0 = stopped */
    guint retry;               /* source of the next attempt; 0 = none */
    GCancellable *cancellable; /* of the attempt; NULL = there is none */
    char *owner;               /* unique name of the present blehubd */
    BhLiveAttempt *got;        /* NULL = not up */
    guint64 lost;              /* by readers that are gone */
};

enum {
    SIGNAL_VALUE,
    SIGNAL_UP,
    SIGNAL_STATE,
    SIGNAL_DOWN,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhLiveSubscription, bh_live_subscription, G_TYPE_OBJECT)

static void
drop(BhLiveSubscription *self)
{
    if (self->got == NULL)
        return;
    self->lost += bh_stream_reader_get_lost(self->got->reader);
    g_signal_handlers_disconnect_by_data(self->got->device, self);
    g_clear_pointer(&self->got, bh_live_attempt_free);
}

/* Ends the attempt; FALSE if there was none. */
static gboolean
forget(BhLiveSubscription *self)
{
    g_clear_handle_id(&self->retry, g_source_remove);
    if (self->cancellable == NULL)
        return FALSE;
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    drop(self);
    return TRUE;
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

static gboolean on_retry(gpointer user_data);

/* The attempt failed or came to its end while blehubd is there. */
static void
fail(BhLiveSubscription *self, const GError *reason)
{
    if (!forget(self))
        return;
    if (!is_in_vain(reason))
        self->retry = g_timeout_add(RETRY_MS, on_retry, self);
    g_signal_emit(self, signals[SIGNAL_DOWN], 0, reason);
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
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "the subscription ended");
    fail(self, error);
}

static void
read_packet(BhLiveSubscription *self)
{
    bh_stream_reader_read_async(self->got->reader,
                                self->cancellable,
                                on_packet,
                                bh_live_step_new(self, self->cancellable, NULL));
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
    g_signal_emit(self, signals[SIGNAL_UP], 0);
    if (is_reading(self, reader))
        read_packet(self);
}

static void
begin(BhLiveSubscription *self)
{
    forget(self);
    self->cancellable = g_cancellable_new();
    bh_live_attempt_async(self->bus,
                          self->owner,
                          &self->target,
                          self->cancellable,
                          on_attempt,
                          bh_live_step_new(self, self->cancellable, NULL));
}

static gboolean
on_retry(gpointer user_data)
{
    BhLiveSubscription *self = user_data;

    self->retry = 0;
    begin(self);
    return G_SOURCE_REMOVE;
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    BhLiveSubscription *self = user_data;

    g_free(self->owner);
    self->owner = g_strdup(owner);
    begin(self);
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    BhLiveSubscription *self = user_data;
    g_autoptr(GError) reason =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "blehubd left the bus");

    if (forget(self))
        g_signal_emit(self, signals[SIGNAL_DOWN], 0, reason);
}

/* The interface */

void
bh_live_subscription_start(BhLiveSubscription *self)
{
    if (self->watch != 0 && self->cancellable == NULL)
        bh_live_subscription_stop(self); /* it is down: look anew */
    if (self->watch == 0)
        self->watch = g_bus_watch_name_on_connection(self->bus,
                                                     BUS_NAME,
                                                     G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                     on_appeared,
                                                     on_vanished,
                                                     self,
                                                     NULL);
}

void
bh_live_subscription_stop(BhLiveSubscription *self)
{
    if (self->watch != 0)
        g_bus_unwatch_name(self->watch);
    self->watch = 0;
    forget(self);
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
bh_live_subscription_dispose(GObject *object)
{
    bh_live_subscription_stop(BH_LIVE_SUBSCRIPTION(object));
    G_OBJECT_CLASS(bh_live_subscription_parent_class)->dispose(object);
}

static void
bh_live_subscription_finalize(GObject *object)
{
    BhLiveSubscription *self = BH_LIVE_SUBSCRIPTION(object);

    g_clear_object(&self->bus);
    g_free(self->owner);
    g_free(self->target.address);
    g_free(self->target.service);
    g_free(self->target.characteristic);
    g_variant_unref(self->target.connect_options);
    g_variant_unref(self->target.subscribe_options);
    G_OBJECT_CLASS(bh_live_subscription_parent_class)->finalize(object);
}

static guint
new_signal(const char *name, guint n_parameters, GType parameter)
{
    return g_signal_new(name,
                        BH_TYPE_LIVE_SUBSCRIPTION,
                        G_SIGNAL_RUN_LAST,
                        0,
                        NULL,
                        NULL,
                        NULL,
                        G_TYPE_NONE,
                        n_parameters,
                        parameter);
}

static void
bh_live_subscription_class_init(BhLiveSubscriptionClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_live_subscription_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_live_subscription_finalize;
    signals[SIGNAL_VALUE] = new_signal("value", 1, G_TYPE_POINTER);
    signals[SIGNAL_UP] = new_signal("up", 0, G_TYPE_NONE);
    signals[SIGNAL_STATE] = new_signal("state", 1, G_TYPE_STRING);
    signals[SIGNAL_DOWN] = new_signal("down", 1, G_TYPE_ERROR);
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

    self->bus = g_object_ref(bus);
    self->target.address = g_strdup(address);
    self->target.service = g_strdup(service);
    self->target.characteristic = g_strdup(characteristic);
    self->target.connect_options = with_defaults(connect_options);
    self->target.subscribe_options = g_variant_ref_sink(
        subscribe_options != NULL ? subscribe_options
                                  : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
    return self;
}
