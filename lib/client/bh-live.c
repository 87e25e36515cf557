/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Steps refer weakly to their object, so that a program may drop it at any time. The call that
 * makes something is never cancelled: its answer says what is to be released.
 */
#include "bh-live.h"

#include "bh-error.h"

#define BUS_NAME "org.blehub"
#define HUB_PATH "/org/blehub"
#define HUB_INTERFACE "org.blehub.Hub1"
#define RELEASE_TIMEOUT_MS 10000

typedef struct {
    char *path;
    const char *interface;
} Made;

typedef struct {
    GWeakRef object;
    BhLive *live; /* part of object */
    GCancellable *cancellable;
    char *owner;
    const BhLiveThing *thing; /* that is being made; else NULL */
} Step;

/* Steps */

gpointer
bh_live_step_new(BhLive *self)
{
    Step *step = g_new0(Step, 1);

    g_weak_ref_init(&step->object, self->object);
    step->live = self;
    step->cancellable = g_object_ref(self->cancellable);
    step->owner = g_strdup(self->owner);
    return step;
}

gpointer
bh_live_step_take(gpointer user_data)
{
    Step *step = user_data;
    g_autoptr(GObject) object = g_weak_ref_get(&step->object);
    gboolean late = g_cancellable_is_cancelled(step->cancellable);

    g_weak_ref_clear(&step->object);
    g_object_unref(step->cancellable);
    g_free(step->owner);
    g_free(step);
    return late ? NULL : g_steal_pointer(&object);
}

/* What blehubd made */

void
bh_live_release(GDBusConnection *bus, const char *owner, const char *path, const char *interface)
{
    g_dbus_connection_call(bus,
                           owner,
                           path,
                           interface,
                           "Release",
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           RELEASE_TIMEOUT_MS,
                           NULL,
                           NULL,
                           NULL);
}

static void
remember(BhLive *self, const char *path, const char *interface)
{
    Made *made = g_new0(Made, 1);

    made->path = g_strdup(path);
    made->interface = interface;
    self->made = g_slist_prepend(self->made, made);
}

static void
release_latest(BhLive *self)
{
    Made *made = self->made->data;

    bh_live_release(self->bus, self->owner, made->path, made->interface);
    self->made = g_slist_delete_link(self->made, self->made);
    g_free(made->path);
    g_free(made);
}

static void
on_proxy(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhLive *self = ((Step *)user_data)->live;
    const BhLiveThing *thing = ((Step *)user_data)->thing;
    g_autoptr(GObject) object = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GObject) proxy =
        g_async_initable_new_finish(G_ASYNC_INITABLE(source), result, &error);

    if (object == NULL)
        return;
    if (proxy == NULL)
        bh_live_go_down(self, error);
    else
        thing->ready(object, proxy);
}

static gpointer
making_new(BhLive *self, const BhLiveThing *thing)
{
    Step *step = bh_live_step_new(self);

    step->thing = thing;
    return step;
}

static void
make_proxy(BhLive *self, const char *path, const BhLiveThing *thing)
{
    g_async_initable_new_async(thing->proxy_type(),
                               G_PRIORITY_DEFAULT,
                               self->cancellable,
                               on_proxy,
                               making_new(self, thing),
                               "g-connection",
                               self->bus,
                               "g-name",
                               self->owner,
                               "g-object-path",
                               path,
                               "g-interface-name",
                               thing->interface,
                               "g-flags",
                               thing->proxy_flags | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                               NULL);
}

static void
on_made(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    BhLive *self = ((Step *)user_data)->live;
    const BhLiveThing *thing = ((Step *)user_data)->thing;
    g_autofree char *owner = g_strdup(((Step *)user_data)->owner);
    g_autoptr(GObject) object = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, &error);
    const char *path = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(&o)", &path);
    if (object == NULL && path != NULL)
        bh_live_release(bus, owner, path, thing->interface);
    if (object != NULL && path == NULL)
        bh_live_go_down(self, error);
    if (object == NULL || path == NULL)
        return;
    remember(self, path, thing->interface);
    make_proxy(self, path, thing);
}

void
bh_live_make(BhLive *self, const BhLiveThing *thing, GVariant *arguments)
{
    g_dbus_connection_call(self->bus,
                           self->owner,
                           HUB_PATH,
                           HUB_INTERFACE,
                           thing->method,
                           arguments,
                           G_VARIANT_TYPE("(o)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           thing->timeout_ms,
                           NULL,
                           on_made,
                           making_new(self, thing));
}

/* From a beginning to its end */

void
bh_live_begin(BhLive *self)
{
    self->cancellable = g_cancellable_new();
    self->kind->begin(self->object);
}

gboolean
bh_live_end(BhLive *self)
{
    g_autoptr(GCancellable) cancellable = g_steal_pointer(&self->cancellable);

    if (cancellable != NULL)
        g_cancellable_cancel(cancellable);
    self->kind->end(self->object);
    while (self->made != NULL)
        release_latest(self);
    return cancellable != NULL;
}

void
bh_live_go_up(BhLive *self)
{
    g_signal_emit_by_name(self->object, "up");
}

void
bh_live_go_down(BhLive *self, const GError *reason)
{
    if (bh_live_end(self))
        g_signal_emit_by_name(self->object, "down", reason);
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    BhLive *self = user_data;

    bh_live_end(self);
    g_free(self->owner);
    self->owner = g_strdup(owner);
    bh_live_begin(self);
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    g_autoptr(GError) reason = bh_live_error_new_closed("blehubd left the bus");

    bh_live_go_down(user_data, reason);
}

void
bh_live_start(BhLive *self)
{
    if (self->name != 0 && self->cancellable == NULL)
        bh_live_stop(self);
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
bh_live_stop(BhLive *self)
{
    g_clear_handle_id(&self->name, g_bus_unwatch_name);
    bh_live_end(self);
}

void
bh_live_init(BhLive *self, gpointer object, GDBusConnection *bus, const BhLiveKind *kind)
{
    self->object = object;
    self->bus = g_object_ref(bus);
    self->kind = kind;
}

void
bh_live_clear(BhLive *self)
{
    bh_live_stop(self);
    g_clear_pointer(&self->owner, g_free);
    g_clear_object(&self->bus);
}

/* For the classes */

guint
bh_live_add_signal(GType type, const char *name, GType parameter)
{
    guint n_parameters = parameter == G_TYPE_NONE ? 0 : 1;

    return g_signal_new(name,
                        type,
                        G_SIGNAL_RUN_LAST,
                        0,
                        NULL,
                        NULL,
                        NULL,
                        G_TYPE_NONE,
                        n_parameters,
                        parameter);
}

void
bh_live_add_signals(GType type)
{
    bh_live_add_signal(type, "up", G_TYPE_NONE);
    bh_live_add_signal(type, "down", G_TYPE_ERROR);
}

GVariant *
bh_live_own_options(GVariant *options)
{
    return g_variant_ref_sink(
        options != NULL ? options : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
}

GError *
bh_live_error_new_closed(const char *message)
{
    return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, message);
}

gboolean
bh_live_is_radio_off(const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    return g_strcmp0(name, bh_error_to_dbus_name(BH_ERROR_DISCONNECTED)) == 0;
}
