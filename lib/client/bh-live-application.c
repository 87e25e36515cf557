/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * As with a scan: everything between two appearances of blehubd belongs to one cancellable. A wait
 * for writes that ends because the radio was switched off is taken up again when the application is
 * registered again, because a call would bring the radio back.
 */
#include "bh-live-application.h"

#include "bh-error.h"
#include "bh-live-step.h"

#define BUS_NAME "org.blehub"
#define HUB_PATH "/org/blehub"
#define HUB_INTERFACE "org.blehub.Hub1"

struct _BhLiveApplication {
    GObject parent;
    GDBusConnection *bus;
    GVariant *options;
    GVariant *advertise_options; /* NULL = none */
    guint watch;                 /* of the name; 0 = stopped */
    GCancellable *cancellable;   /* of this appearance of blehubd; NULL = it is not there */
    char *owner;                 /* unique name of this appearance */
    char *path;                  /* NULL = not made yet */
    char *advertisement;         /* path, so, too */
    BhDbusApplication1 *application;
    gboolean up;
    gboolean waiting; /* for a write */
};

enum {
    SIGNAL_UP,
    SIGNAL_WRITTEN,
    SIGNAL_DOWN,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhLiveApplication, bh_live_application, G_TYPE_OBJECT)

static void
give_up(BhLiveApplication *self, char **path, const char *interface)
{
    if (*path != NULL)
        bh_live_release(self->bus, self->owner, *path, interface);
    g_clear_pointer(path, g_free);
}

/* Ends what this appearance of blehubd gave; FALSE if there was nothing. */
static gboolean
forget(BhLiveApplication *self)
{
    if (self->cancellable == NULL)
        return FALSE;
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    if (self->application != NULL)
        g_signal_handlers_disconnect_by_data(self->application, self);
    g_clear_object(&self->application);
    give_up(self, &self->advertisement, "org.blehub.Advertisement1");
    give_up(self, &self->path, "org.blehub.Application1");
    g_clear_pointer(&self->owner, g_free);
    self->up = self->waiting = FALSE;
    return TRUE;
}

static void
go_down(BhLiveApplication *self, const GError *reason)
{
    if (forget(self))
        g_signal_emit(self, signals[SIGNAL_DOWN], 0, reason);
}

/* Writes */

static void wait_written(BhLiveApplication *self);

static gboolean
is_radio_off(const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    return g_strcmp0(name, bh_error_to_dbus_name(BH_ERROR_DISCONNECTED)) == 0;
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveApplication) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

    if (self == NULL)
        return;
    self->waiting = FALSE;
    if (reply != NULL) {
        g_signal_emit(self, signals[SIGNAL_WRITTEN], 0, reply);
        if (G_OBJECT(self->application) == source)
            wait_written(self);
    } else if (!is_radio_off(error)) {
        go_down(self, error);
    }
}

static void
wait_written(BhLiveApplication *self)
{
    self->waiting = TRUE;
    g_dbus_proxy_call(G_DBUS_PROXY(self->application),
                      "WaitWritten",
                      g_variant_new_parsed("({'TimeoutMs': <uint32 0>},)"),
                      G_DBUS_CALL_FLAGS_NONE,
                      G_MAXINT,
                      self->cancellable,
                      on_written,
                      bh_live_step_new(self, self->cancellable, NULL));
}

static void
on_state(BhLiveApplication *self)
{
    const char *state = bh_dbus_application1_get_state(self->application);

    if (self->up && !self->waiting && g_strcmp0(state, "registered") == 0)
        wait_written(self);
}

/* The steps: RegisterApplication, a proxy for it, Advertise */

static void
go_up(BhLiveApplication *self)
{
    BhDbusApplication1 *application = self->application;

    self->up = TRUE;
    g_signal_emit(self, signals[SIGNAL_UP], 0);
    if (self->application == application && !self->waiting)
        wait_written(self);
}

/* The path that a call made. One that was made for nobody is released. */
static char *
take_made(BhLiveApplication *self,
          GDBusConnection *bus,
          const char *owner,
          GVariant *reply,
          const char *interface)
{
    char *path = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(o)", &path);
    if (self == NULL && path != NULL)
        bh_live_release(bus, owner, path, interface);
    if (self == NULL)
        g_clear_pointer(&path, g_free);
    return path;
}

static void
on_advertised(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autofree char *owner = bh_live_step_dup_owner(user_data);
    g_autoptr(BhLiveApplication) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, &error);
    char *path = take_made(self, bus, owner, reply, "org.blehub.Advertisement1");

    if (self == NULL)
        return;
    self->advertisement = path;
    if (path != NULL)
        go_up(self);
    else
        go_down(self, error);
}

/* Never cancelled: what was made for nobody must be released. */
static void
call_hub(BhLiveApplication *self,
         const char *method,
         GVariant *arguments,
         GAsyncReadyCallback callback)
{
    g_dbus_connection_call(self->bus,
                           self->owner,
                           HUB_PATH,
                           HUB_INTERFACE,
                           method,
                           arguments,
                           G_VARIANT_TYPE("(o)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           G_MAXINT, /* blehubd ends it */
                           NULL,
                           callback,
                           bh_live_step_new(self, self->cancellable, self->owner));
}

static void
on_proxy(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveApplication) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;

    if (self == NULL)
        return;
    self->application = bh_dbus_application1_proxy_new_finish(result, &error);
    if (self->application == NULL) {
        go_down(self, error);
        return;
    }
    g_signal_connect_swapped(self->application, "notify::state", G_CALLBACK(on_state), self);
    if (self->advertise_options == NULL)
        go_up(self);
    else
        call_hub(self,
                 "Advertise",
                 g_variant_new("(@a{sv})", self->advertise_options),
                 on_advertised);
}

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autofree char *owner = bh_live_step_dup_owner(user_data);
    g_autoptr(BhLiveApplication) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, &error);
    char *path = take_made(self, bus, owner, reply, "org.blehub.Application1");

    if (self == NULL)
        return;
    self->path = path;
    if (path == NULL)
        go_down(self, error);
    else
        bh_dbus_application1_proxy_new(bus,
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
    BhLiveApplication *self = user_data;

    forget(self);
    self->cancellable = g_cancellable_new();
    self->owner = g_strdup(owner);
    call_hub(self,
             "RegisterApplication",
             g_variant_new("(@aa{sv}@a{sv})", g_variant_new("aa{sv}", NULL), self->options),
             on_registered);
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
bh_live_application_start(BhLiveApplication *self)
{
    if (self->watch != 0 && self->cancellable == NULL)
        bh_live_application_stop(self); /* it is down: look anew */
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
bh_live_application_stop(BhLiveApplication *self)
{
    if (self->watch != 0)
        g_bus_unwatch_name(self->watch);
    self->watch = 0;
    forget(self);
}

BhDbusApplication1 *
bh_live_application_peek_application(BhLiveApplication *self)
{
    return self->up ? self->application : NULL;
}

static void
bh_live_application_dispose(GObject *object)
{
    bh_live_application_stop(BH_LIVE_APPLICATION(object));
    G_OBJECT_CLASS(bh_live_application_parent_class)->dispose(object);
}

static void
bh_live_application_finalize(GObject *object)
{
    BhLiveApplication *self = BH_LIVE_APPLICATION(object);

    g_clear_object(&self->bus);
    g_variant_unref(self->options);
    g_clear_pointer(&self->advertise_options, g_variant_unref);
    G_OBJECT_CLASS(bh_live_application_parent_class)->finalize(object);
}

static guint
new_signal(const char *name, guint n_parameters, GType parameter)
{
    return g_signal_new(name,
                        BH_TYPE_LIVE_APPLICATION,
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
bh_live_application_class_init(BhLiveApplicationClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_live_application_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_live_application_finalize;
    signals[SIGNAL_UP] = new_signal("up", 0, G_TYPE_NONE);
    signals[SIGNAL_WRITTEN] = new_signal("written", 1, G_TYPE_VARIANT);
    signals[SIGNAL_DOWN] = new_signal("down", 1, G_TYPE_ERROR);
}

static void
bh_live_application_init(BhLiveApplication *self)
{
}

BhLiveApplication *
bh_live_application_new(GDBusConnection *bus, GVariant *options, GVariant *advertise_options)
{
    BhLiveApplication *self = g_object_new(BH_TYPE_LIVE_APPLICATION, NULL);

    self->bus = g_object_ref(bus);
    self->options = g_variant_ref_sink(options);
    if (advertise_options != NULL)
        self->advertise_options = g_variant_ref_sink(advertise_options);
    return self;
}
