/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The first watch is made while the caller waits, so that a mistake in its options is told at once.
 * Every later one is made when the name org.blehub has a new owner; calls go to that very owner,
 * and what an earlier one still answers comes too late.
 */
#include "zone-feed.h"

#define WATCH_INTERFACE "org.blehub.Watch1"
#define MAX_SIGNALS 64 /* 3 s of them, at their fastest */
#define LEFT "blehubd left the bus"

static void
tell_waiting(BhZoneFeed *self)
{
    const char *state = self->owner ? bh_dbus_hub1_get_state(self->hub) : NULL;
    g_autofree char *what = NULL;

    if (!self->owner)
        what = g_strdup("blehubd");
    else if (state && !g_str_equal(state, "ready"))
        what = g_strdup_printf("the radio (%s)", state);
    if (g_strcmp0(what, self->waiting) == 0)
        return;
    g_free(self->waiting);
    self->waiting = g_steal_pointer(&what);
    self->funcs->waiting(self->waiting, self->user_data);
}

/* What the watch tells */

static void
on_signal(GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *arguments,
          gpointer user_data)
{
    BhZoneFeed *self = user_data;
    gboolean is_change = g_str_equal(signal, "ZoneChanged");
    g_autoptr(GVariant) rows = NULL;

    bh_signal_bound_take(self->bound);
    if (g_strcmp0(path, self->path) != 0 || g_strcmp0(sender, self->owner) != 0 ||
        !g_variant_is_of_type(arguments, G_VARIANT_TYPE("(aa{sv})")) ||
        (!is_change && !g_str_equal(signal, "Updated")))
        return;
    rows = g_variant_get_child_value(arguments, 0);
    self->funcs->news(is_change ? BH_ZONE_NEWS_CHANGES : BH_ZONE_NEWS_STATES,
                      rows,
                      self->user_data);
}

/* Calls; the first ones wait, the later ones do not */

static GVariant *
call_sync(BhZoneFeed *self, const char *method, GError **error)
{
    return g_dbus_connection_call_sync(self->bus,
                                       self->owner,
                                       self->path,
                                       WATCH_INTERFACE,
                                       method,
                                       g_variant_new("(a{sv})", NULL),
                                       G_VARIANT_TYPE("(aa{sv})"),
                                       G_DBUS_CALL_FLAGS_NONE,
                                       BH_CTL_TIMEOUT_MS,
                                       NULL,
                                       error);
}

static void
call(BhZoneFeed *self,
     const char *path,
     const char *interface,
     const char *method,
     GVariant *options,
     GAsyncReadyCallback on_answer)
{
    self->pending++;
    g_dbus_connection_call(self->bus,
                           self->owner,
                           path,
                           interface,
                           method,
                           g_variant_new("(@a{sv})", options),
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           BH_CTL_TIMEOUT_MS,
                           self->cancellable,
                           on_answer,
                           self);
}

/* Whether nobody was there to answer: that is told by the name, too. */
static gboolean
is_absence(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

/* The only value of an answer; NULL if it is none, or comes too late. */
static GVariant *
take_answer(BhZoneFeed *self, GObject *source, GAsyncResult *result)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    self->pending--;
    if (answer)
        return g_variant_get_child_value(answer, 0);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !is_absence(error))
        bh_stay_end(self->stay, g_steal_pointer(&error));
    return NULL;
}

static void
on_states(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhZoneFeed *self = user_data;
    g_autoptr(GVariant) rows = take_answer(self, source, result);

    if (rows)
        self->funcs->news(BH_ZONE_NEWS_BEGIN, rows, self->user_data);
}

static void
on_watch(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhZoneFeed *self = user_data;
    g_autoptr(GVariant) path = take_answer(self, source, result);

    if (!path)
        return;
    self->path = g_variant_dup_string(path, NULL);
    call(self, self->path, WATCH_INTERFACE, "GetStates", g_variant_new("a{sv}", NULL), on_states);
}

/* Coming and going of blehubd */

static void
forget(BhZoneFeed *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_pointer(&self->owner, g_free);
    g_clear_pointer(&self->path, g_free);
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    BhZoneFeed *self = user_data;

    if (g_strcmp0(self->owner, owner) == 0)
        return;
    forget(self);
    g_object_unref(self->cancellable);
    self->cancellable = g_cancellable_new();
    self->owner = g_strdup(owner);
    tell_waiting(self);
    call(self, BH_CTL_ROOT_PATH, "org.blehub.Hub1", "Watch", self->options, on_watch);
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    BhZoneFeed *self = user_data;

    if (g_dbus_connection_is_closed(self->bus)) {
        bh_stay_end(self->stay, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, LEFT));
        return;
    }
    forget(self);
    tell_waiting(self);
}

/* Beginning and end */

static gboolean
make_watch(BhZoneFeed *self, GError **error)
{
    g_autoptr(GVariant) answer = NULL;
    g_autoptr(GVariant) rows = NULL;

    if (!bh_dbus_hub1_call_watch_sync(self->hub,
                                      self->options,
                                      G_DBUS_CALL_FLAGS_NONE,
                                      BH_CTL_TIMEOUT_MS,
                                      &self->path,
                                      NULL,
                                      error))
        return FALSE;
    self->owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->hub));
    if (!self->owner) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CLOSED, LEFT);
        return FALSE;
    }
    answer = call_sync(self, "GetStates", error);
    if (!answer)
        return FALSE;
    rows = g_variant_get_child_value(answer, 0);
    self->funcs->news(BH_ZONE_NEWS_BEGIN, rows, self->user_data);
    return TRUE;
}

/* Before there is a watch, so that nothing that becomes of it is missed. */
static void
listen(BhZoneFeed *self)
{
    self->bound = bh_signal_bound_new(self->bus, WATCH_INTERFACE, MAX_SIGNALS);
    self->subscription = g_dbus_connection_signal_subscribe(self->bus,
                                                            NULL,
                                                            WATCH_INTERFACE,
                                                            NULL,
                                                            NULL,
                                                            NULL,
                                                            G_DBUS_SIGNAL_FLAGS_NONE,
                                                            on_signal,
                                                            self,
                                                            NULL);
    self->name_watch = g_bus_watch_name_on_connection(self->bus,
                                                      BH_CTL_BUS_NAME,
                                                      G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                      on_appeared,
                                                      on_vanished,
                                                      self,
                                                      NULL);
}

gboolean
bh_zone_feed_begin(BhZoneFeed *self,
                   BhDbusHub1 *hub,
                   GVariant *options,
                   BhStay *stay,
                   const BhZoneFuncs *funcs,
                   gpointer user_data,
                   GError **error)
{
    self->bus = g_object_ref(g_dbus_proxy_get_connection(G_DBUS_PROXY(hub)));
    self->hub = g_object_ref(hub);
    self->options = g_variant_ref(options);
    self->stay = stay;
    self->funcs = funcs;
    self->user_data = user_data;
    self->cancellable = g_cancellable_new();
    listen(self);
    if (!make_watch(self, error))
        return FALSE;
    g_signal_connect_swapped(hub, "notify::state", G_CALLBACK(tell_waiting), self);
    tell_waiting(self);
    return TRUE;
}

GVariant *
bh_zone_feed_get_statistics(BhZoneFeed *self, GError **error)
{
    g_autoptr(GVariant) answer = NULL;

    if (!self->path) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CLOSED, LEFT);
        return NULL;
    }
    answer = call_sync(self, "GetStatistics", error);
    return answer ? g_variant_get_child_value(answer, 0) : NULL;
}

guint
bh_zone_feed_get_lost(const BhZoneFeed *self)
{
    return bh_signal_bound_get_lost(self->bound);
}

const char *
bh_zone_feed_peek_waiting(const BhZoneFeed *self)
{
    return self->waiting;
}

static void
release(BhZoneFeed *self)
{
    g_autoptr(GVariant) answer = NULL;

    if (self->path)
        answer = g_dbus_connection_call_sync(self->bus,
                                             self->owner,
                                             self->path,
                                             WATCH_INTERFACE,
                                             "Release",
                                             NULL,
                                             NULL,
                                             G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                             BH_CTL_TIMEOUT_MS,
                                             NULL,
                                             NULL);
}

void
bh_zone_feed_clear(BhZoneFeed *self)
{
    if (!self->bus)
        return;
    if (self->name_watch)
        g_bus_unwatch_name(self->name_watch);
    g_signal_handlers_disconnect_by_data(self->hub, self);
    g_dbus_connection_signal_unsubscribe(self->bus, self->subscription);
    g_cancellable_cancel(self->cancellable);
    while (self->pending > 0)
        g_main_context_iteration(NULL, TRUE);
    release(self);
    g_clear_pointer(&self->bound, bh_signal_bound_free);
    g_clear_object(&self->cancellable);
    g_clear_object(&self->hub);
    g_clear_object(&self->bus);
    g_clear_pointer(&self->options, g_variant_unref);
    g_clear_pointer(&self->waiting, g_free);
    g_clear_pointer(&self->owner, g_free);
    g_clear_pointer(&self->path, g_free);
}
