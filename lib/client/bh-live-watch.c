/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * As a live scan: everything between two appearances of blehubd belongs to one cancellable. Changes
 * are fetched by one call after another that waits for the next.
 */
#include "bh-live-watch.h"

#include "bh-live-step.h"

#define BUS_NAME "org.blehub"
#define HUB_PATH "/org/blehub"
#define INTERFACE "org.blehub.Watch1"
#define RADIO_OFF "org.blehub.Error.Disconnected"
#define CALL_TIMEOUT_MS 10000

struct _BhLiveWatch {
    GObject parent;
    GDBusConnection *bus;
    GVariant *options;
    guint name;                /* what watches the name; 0 = stopped */
    GCancellable *cancellable; /* of this appearance of blehubd; NULL = it is not there */
    char *owner;               /* unique name of this appearance */
    char *path;                /* of its watch; NULL = none was made yet */
    BhDbusWatch1 *watch;
};

enum {
    SIGNAL_ZONE,
    SIGNAL_UP,
    SIGNAL_DOWN,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhLiveWatch, bh_live_watch, G_TYPE_OBJECT)

/* Ends what this appearance of blehubd gave; FALSE if there was nothing. */
static gboolean
forget(BhLiveWatch *self)
{
    if (self->cancellable == NULL)
        return FALSE;
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    g_clear_object(&self->watch);
    if (self->path != NULL)
        bh_live_release(self->bus, self->owner, self->path, INTERFACE);
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->owner, g_free);
    return TRUE;
}

static void
go_down(BhLiveWatch *self, const GError *reason)
{
    if (forget(self))
        g_signal_emit(self, signals[SIGNAL_DOWN], 0, reason);
}

/* The steps: Watch, a proxy for it, and then WaitZone after WaitZone. */

static void wait_zone(BhLiveWatch *self);

static gboolean
is_radio_off(const GError *error)
{
    g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error(error) : NULL;

    return g_strcmp0(name, RADIO_OFF) == 0;
}

static void
on_zone(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhDbusWatch1 *watch = BH_DBUS_WATCH1(source);
    g_autoptr(BhLiveWatch) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) change = NULL;

    bh_dbus_watch1_call_wait_zone_finish(watch, &change, result, &error);
    if (self == NULL)
        return;
    if (change == NULL && !is_radio_off(error)) {
        go_down(self, error);
        return;
    }
    if (change != NULL)
        g_signal_emit(self, signals[SIGNAL_ZONE], 0, change);
    if (watch == self->watch)
        wait_zone(self);
}

static void
wait_zone(BhLiveWatch *self)
{
    bh_dbus_watch1_call_wait_zone(self->watch,
                                  g_variant_new_parsed("{'TimeoutMs': <0>}"),
                                  G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                  G_MAXINT, /* for ever */
                                  self->cancellable,
                                  on_zone,
                                  bh_live_step_new(self, self->cancellable, NULL));
}

static void
on_proxy(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveWatch) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;

    if (self == NULL)
        return;
    self->watch = bh_dbus_watch1_proxy_new_finish(result, &error);
    if (self->watch == NULL) {
        go_down(self, error);
        return;
    }
    g_signal_emit(self, signals[SIGNAL_UP], 0);
    if (self->watch != NULL)
        wait_zone(self);
}

/* Never cancelled: a watch that was made for nobody must be released. */
static void
on_watch(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autofree char *owner = bh_live_step_dup_owner(user_data);
    g_autoptr(BhLiveWatch) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, &error);
    const char *path = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(&o)", &path);
    if (self == NULL && path != NULL)
        bh_live_release(bus, owner, path, INTERFACE);
    if (self != NULL && path == NULL)
        go_down(self, error);
    if (self == NULL || path == NULL)
        return;
    self->path = g_strdup(path);
    bh_dbus_watch1_proxy_new(bus,
                             G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                 G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                             owner,
                             path,
                             self->cancellable,
                             on_proxy,
                             bh_live_step_new(self, self->cancellable, NULL));
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    BhLiveWatch *self = user_data;

    forget(self);
    self->cancellable = g_cancellable_new();
    self->owner = g_strdup(owner);
    g_dbus_connection_call(bus,
                           owner,
                           HUB_PATH,
                           "org.blehub.Hub1",
                           "Watch",
                           g_variant_new("(@a{sv})", self->options),
                           G_VARIANT_TYPE("(o)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_TIMEOUT_MS,
                           NULL,
                           on_watch,
                           bh_live_step_new(self, self->cancellable, owner));
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    g_autoptr(GError) reason =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "blehubd left the bus");

    go_down(user_data, reason);
}

/* The interface */

void
bh_live_watch_start(BhLiveWatch *self)
{
    if (self->name != 0 && self->cancellable == NULL)
        bh_live_watch_stop(self); /* it is down: look anew */
    if (self->name == 0)
        self->name = g_bus_watch_name_on_connection(self->bus,
                                                    BUS_NAME,
                                                    G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                    on_appeared,
                                                    on_vanished,
                                                    self,
                                                    NULL);
}

void
bh_live_watch_stop(BhLiveWatch *self)
{
    if (self->name != 0)
        g_bus_unwatch_name(self->name);
    self->name = 0;
    forget(self);
}

BhDbusWatch1 *
bh_live_watch_peek_watch(BhLiveWatch *self)
{
    return self->watch;
}

static void
bh_live_watch_dispose(GObject *object)
{
    bh_live_watch_stop(BH_LIVE_WATCH(object));
    G_OBJECT_CLASS(bh_live_watch_parent_class)->dispose(object);
}

static void
bh_live_watch_finalize(GObject *object)
{
    BhLiveWatch *self = BH_LIVE_WATCH(object);

    g_clear_object(&self->bus);
    g_variant_unref(self->options);
    G_OBJECT_CLASS(bh_live_watch_parent_class)->finalize(object);
}

static guint
new_signal(const char *name, guint n_parameters, GType parameter)
{
    return g_signal_new(name,
                        BH_TYPE_LIVE_WATCH,
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
bh_live_watch_class_init(BhLiveWatchClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_live_watch_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_live_watch_finalize;
    signals[SIGNAL_ZONE] = new_signal("zone", 1, G_TYPE_VARIANT);
    signals[SIGNAL_UP] = new_signal("up", 0, G_TYPE_NONE);
    signals[SIGNAL_DOWN] = new_signal("down", 1, G_TYPE_ERROR);
}

static void
bh_live_watch_init(BhLiveWatch *self)
{
}

BhLiveWatch *
bh_live_watch_new(GDBusConnection *bus, GVariant *options)
{
    BhLiveWatch *self = g_object_new(BH_TYPE_LIVE_WATCH, NULL);

    self->bus = g_object_ref(bus);
    self->options = g_variant_ref_sink(
        options != NULL ? options : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
    return self;
}
