/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One check at a time: our connection, then the radio's. A check that fails is not repeated early;
 * systemd gives us the rest of the period.
 */
#include "bh-watchdog.h"

#include <systemd/sd-daemon.h>

#define CHECK_TIMEOUT_MS 5000

struct BhWatchdog {
    GDBusConnection *connection; /* borrowed: outlives us */
    BhRadio *radio;              /* borrowed: outlives us */
    GCancellable *cancellable;
    guint source;
    gboolean checking;
};

static void
check_failed(BhWatchdog *self, GError *error)
{
    g_autoptr(GError) owned = error;

    self->checking = FALSE;
    g_message("watchdog not fed: %s", owned->message);
}

static void
on_radio_checked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GCancellable) cancellable = g_object_ref(g_task_get_cancellable(G_TASK(result)));
    BhWatchdog *self = user_data;
    GError *error = NULL;
    gboolean alive = bh_radio_check_finish(BH_RADIO(source), result, &error);

    if (g_cancellable_is_cancelled(cancellable)) {
        g_clear_error(&error);
        return; /* self is gone */
    }
    if (!alive) {
        check_failed(self, error);
        return;
    }
    self->checking = FALSE;
    sd_notify(0, "WATCHDOG=1");
}

static void
on_bus_checked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhWatchdog *self = user_data;
    GError *error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_error_free(error);
        return; /* self is gone */
    }
    if (reply == NULL) {
        check_failed(self, error);
        return;
    }
    bh_radio_check_async(self->radio, self->cancellable, on_radio_checked, self);
}

static gboolean
on_tick(gpointer user_data)
{
    BhWatchdog *self = user_data;

    if (self->checking)
        return G_SOURCE_CONTINUE;
    self->checking = TRUE;
    g_dbus_connection_call(self->connection,
                           "org.freedesktop.DBus",
                           "/org/freedesktop/DBus",
                           "org.freedesktop.DBus",
                           "GetId",
                           NULL,
                           G_VARIANT_TYPE("(s)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CHECK_TIMEOUT_MS,
                           self->cancellable,
                           on_bus_checked,
                           self);
    return G_SOURCE_CONTINUE;
}

BhWatchdog *
bh_watchdog_new(GDBusConnection *connection, BhRadio *radio)
{
    BhWatchdog *self = g_new0(BhWatchdog, 1);
    guint64 period_us = 0;

    self->connection = connection;
    self->radio = radio;
    self->cancellable = g_cancellable_new();
    if (sd_watchdog_enabled(0, &period_us) > 0)
        self->source = g_timeout_add((guint)MAX(period_us / 2000, 1), on_tick, self);
    return self;
}

void
bh_watchdog_free(BhWatchdog *self)
{
    g_clear_handle_id(&self->source, g_source_remove);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_free(self);
}
