/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "stay.h"

#include <glib-unix.h>

void
bh_stay_init(BhStay *self, GDBusConnection *bus)
{
    *self = (BhStay){.bus = g_object_ref(bus), .loop = g_main_loop_new(NULL, FALSE)};
}

void
bh_stay_clear(BhStay *self)
{
    for (gsize i = 0; i < G_N_ELEMENTS(self->signals); i++)
        if (self->signals[i])
            g_source_remove(self->signals[i]);
    g_clear_object(&self->bus);
    g_clear_pointer(&self->loop, g_main_loop_unref);
    g_clear_error(&self->error);
}

void
bh_stay_end(BhStay *self, GError *error)
{
    if (!self->error)
        self->error = error;
    else
        g_clear_error(&error);
    self->ended = TRUE;
    g_main_loop_quit(self->loop);
}

static gboolean
on_end(gpointer user_data)
{
    bh_stay_end(user_data, NULL);
    return G_SOURCE_CONTINUE;
}

void
bh_stay_arm(BhStay *self)
{
    static const int numbers[] = {SIGINT, SIGTERM};

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (!self->signals[i])
            self->signals[i] = g_unix_signal_add(numbers[i], on_end, self);
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    bh_stay_end(user_data,
                g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "blehubd left the bus"));
}

static guint
watch_name(BhStay *self)
{
    if (self->outlasts)
        return 0;
    return g_bus_watch_name_on_connection(self->bus,
                                          BH_CTL_BUS_NAME,
                                          G_BUS_NAME_WATCHER_FLAGS_NONE,
                                          NULL,
                                          on_vanished,
                                          self,
                                          NULL);
}

gboolean
bh_stay_run(BhStay *self)
{
    guint time = self->duration_ms ? g_timeout_add((guint)self->duration_ms, on_end, self) : 0;
    guint name = watch_name(self);

    bh_stay_arm(self);
    if (!self->ended)
        g_main_loop_run(self->loop);
    if (name)
        g_bus_unwatch_name(name);
    if (time)
        g_source_remove(time);
    return !self->error;
}
