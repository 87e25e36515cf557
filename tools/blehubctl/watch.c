/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Device1 tells its state and the cause of a lost link by two signals, in either order; a state
 * that has a cause is told when both are known, or when the next state comes. Without a hold that
 * reconnects a lost link is the end, also if it came before anybody waited.
 */
#include "watch.h"

#include "bh-error.h"

#include <glib-unix.h>

void
bh_watch_end(BhWatch *self, GError *error)
{
    if (!self->error)
        self->error = error;
    else
        g_clear_error(&error);
    g_main_loop_quit(self->loop);
}

static void
tell(BhWatch *self, const char *state)
{
    if (self->on_state)
        self->on_state(state, self->cause, self->user_data);
}

static void
tell_kept(BhWatch *self)
{
    g_autofree char *state = g_steal_pointer(&self->kept);

    if (state)
        tell(self, state);
}

static void
on_state(BhWatch *self, const char *state)
{
    tell_kept(self);
    if (!self->cause && g_str_equal(state, "waiting"))
        self->kept = g_strdup(state);
    else
        tell(self, state);
    if (g_str_equal(state, "ready"))
        g_clear_pointer(&self->cause, g_free);
}

static void
on_disconnected(BhWatch *self, const char *cause)
{
    g_free(self->cause);
    self->cause = g_strdup(cause);
    tell_kept(self);
    if (!self->reconnects)
        bh_watch_end(self,
                     g_error_new(BH_ERROR, BH_ERROR_DISCONNECTED, "the link was lost (%s)", cause));
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    bh_watch_end(user_data,
                 g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "blehubd left the bus"));
}

void
bh_watch_init(BhWatch *self, BhPeer *peer, gboolean reconnects)
{
    *self = (BhWatch){.reconnects = reconnects};
    self->bus = g_object_ref(peer->bus);
    self->device = g_object_ref(peer->device);
    self->loop = g_main_loop_new(NULL, FALSE);
    g_object_connect(self->device,
                     "swapped-signal::state-changed",
                     on_state,
                     self,
                     "swapped-signal::disconnected",
                     on_disconnected,
                     self,
                     NULL);
}

void
bh_watch_clear(BhWatch *self)
{
    if (self->device)
        g_signal_handlers_disconnect_by_data(self->device, self);
    g_clear_object(&self->device);
    g_clear_object(&self->bus);
    g_clear_pointer(&self->loop, g_main_loop_unref);
    g_clear_pointer(&self->cause, g_free);
    g_clear_pointer(&self->kept, g_free);
    g_clear_error(&self->error);
}

static gboolean
on_end(gpointer user_data)
{
    BhWatch *self = user_data;

    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

gboolean
bh_watch_run(BhWatch *self)
{
    guint sources[] = {g_unix_signal_add(SIGINT, on_end, self),
                       g_unix_signal_add(SIGTERM, on_end, self),
                       self->duration_ms ? g_timeout_add((guint)self->duration_ms, on_end, self)
                                         : 0};
    guint name = g_bus_watch_name_on_connection(self->bus,
                                                BH_CTL_BUS_NAME,
                                                G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                NULL,
                                                on_vanished,
                                                self,
                                                NULL);

    if (!self->error)
        g_main_loop_run(self->loop);
    g_bus_unwatch_name(name);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        if (sources[i])
            g_source_remove(sources[i]);
    return !self->error;
}
