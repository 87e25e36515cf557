/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A connection that is there while bluetoothd lives, and what is exported on it. Closing one takes
 * a while; whether bluetoothd shall live is remembered meanwhile and looked at when it is closed.
 */
#include "bluez.h"

#define BLUEZ_NAME "org.bluez"

typedef struct {
    BhBluezFunc func;
    gpointer user_data;
} Waiter;

struct _BhBluez {
    BhBluezOptions options;
    BhTap *tap; /* borrowed: outlives the object */
    BhBluezFunc changed;
    BhBluezFunc failed;
    gpointer user_data;
    BhPlugs *plugs;
    BhBluezContext context; /* its manager is NULL while bluetoothd is gone */
    GDBusConnection *connection;
    GCancellable *cancellable; /* of the connection attempt */
    guint name;
    gboolean running;
    gboolean wanted;  /* to live */
    gboolean closing; /* the connection */
    GArray *waiters;  /* Waiter: to be told when it is gone */
};

static void
set_running(BhBluez *bluez, gboolean running)
{
    if (bluez->running == running)
        return;
    bluez->running = running;
    bluez->changed(bluez->user_data);
}

static void
fail(BhBluez *bluez, const char *reason)
{
    g_printerr("blehub-sim: %s: %s\n", BLUEZ_NAME, reason);
    bluez->failed(bluez->user_data);
}

static void
on_name_acquired(GDBusConnection *connection, const char *name, gpointer user_data)
{
    set_running(user_data, TRUE);
}

static void
on_name_lost(GDBusConnection *connection, const char *name, gpointer user_data)
{
    BhBluez *bluez = user_data;

    if (bluez->context.manager != NULL)
        fail(bluez, connection != NULL ? "another owns the name" : "the bus is gone");
}

static void
set_up_objects(BhBluez *bluez, GDBusConnection *connection)
{
    bluez->connection = connection;
    bluez->context.manager = g_dbus_object_manager_server_new("/");
    bluez->context.agents = bh_agents_new(bluez->context.manager);
    bh_tap_attach(bluez->tap, connection);
    bh_plugs_show(bluez->plugs);
    g_dbus_object_manager_server_set_connection(bluez->context.manager, connection);
    bluez->name = g_bus_own_name_on_connection(connection,
                                               BLUEZ_NAME,
                                               G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                               on_name_acquired,
                                               on_name_lost,
                                               bluez,
                                               NULL);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhBluez *bluez = user_data;
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection = g_dbus_connection_new_for_address_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    g_clear_object(&bluez->cancellable);
    if (connection == NULL)
        fail(bluez, error->message);
    else
        set_up_objects(bluez, connection);
}

char *
bh_bus_address(const char *bus, GError **error)
{
    if (g_str_equal(bus, "session"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, error);
    if (g_str_equal(bus, "system"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, error);
    return g_strdup(bus);
}

static void
connect_if_wanted(BhBluez *bluez)
{
    if (!bluez->wanted || bluez->connection != NULL || bluez->cancellable != NULL)
        return;
    bluez->cancellable = g_cancellable_new();
    g_dbus_connection_new_for_address(bluez->options.bus,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                      NULL,
                                      bluez->cancellable,
                                      on_connected,
                                      bluez);
}

void
bh_bluez_appear(BhBluez *bluez)
{
    bluez->wanted = TRUE;
    connect_if_wanted(bluez);
}

static void
tear_down_objects(BhBluez *bluez)
{
    if (bluez->context.manager == NULL)
        return;
    g_dbus_object_manager_server_set_connection(bluez->context.manager, NULL);
    bh_plugs_hide(bluez->plugs);
    g_clear_pointer(&bluez->context.agents, bh_agents_free);
    g_clear_object(&bluez->context.manager);
}

static void
tell_waiters(BhBluez *bluez)
{
    for (guint i = 0; i < bluez->waiters->len; i++) {
        const Waiter *waiter = &g_array_index(bluez->waiters, Waiter, i);

        waiter->func(waiter->user_data);
    }
    g_array_set_size(bluez->waiters, 0);
}

static void
on_closed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhBluez *bluez = user_data;

    bluez->closing = FALSE;
    g_clear_handle_id(&bluez->name, g_bus_unown_name);
    g_clear_object(&bluez->connection);
    set_running(bluez, FALSE);
    tell_waiters(bluez);
    connect_if_wanted(bluez);
}

static void
close_connection(BhBluez *bluez)
{
    if (bluez->connection == NULL)
        tell_waiters(bluez);
    else if (!bluez->closing)
        g_dbus_connection_close(bluez->connection, NULL, on_closed, bluez);
    bluez->closing = bluez->connection != NULL;
}

void
bh_bluez_die(BhBluez *bluez, BhBluezFunc gone, gpointer user_data)
{
    Waiter waiter = {gone, user_data};

    if (gone != NULL)
        g_array_append_val(bluez->waiters, waiter);
    bluez->wanted = FALSE;
    if (bluez->cancellable != NULL)
        g_cancellable_cancel(bluez->cancellable);
    g_clear_object(&bluez->cancellable);
    bh_tap_detach(bluez->tap);
    tear_down_objects(bluez);
    close_connection(bluez);
}

gboolean
bh_bluez_is_running(const BhBluez *bluez)
{
    return bluez->running;
}

BhBluez *
bh_bluez_new(const BhBluezOptions *options,
             BhTimeline *timeline,
             BhTap *tap,
             BhBluezFunc changed,
             BhBluezFunc failed,
             gpointer user_data)
{
    BhBluez *bluez = g_new0(BhBluez, 1);

    bluez->options = *options;
    bluez->options.bus = g_strdup(options->bus);
    bluez->tap = tap;
    bluez->changed = changed;
    bluez->failed = failed;
    bluez->user_data = user_data;
    bluez->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    bluez->plugs = bh_plugs_new(&bluez->context);
    bluez->context.timeline = timeline;
    bluez->context.peers = bh_peers_new(timeline);
    bluez->context.storage = bh_storage_new();
    bluez->context.is_5_82 = options->is_5_82;
    bluez->context.tells_reasons = options->tells_reasons;
    bluez->context.experimental = options->experimental;
    bluez->context.temporary_us = options->temporary_us;
    return bluez;
}

void
bh_bluez_free(BhBluez *bluez)
{
    tear_down_objects(bluez);
    g_clear_handle_id(&bluez->name, g_bus_unown_name);
    g_clear_object(&bluez->connection);
    bh_plugs_free(bluez->plugs);
    bh_peers_free(bluez->context.peers);
    bh_storage_free(bluez->context.storage);
    g_array_unref(bluez->waiters);
    g_free(bluez->options.bus);
    g_free(bluez);
}

BhPlugs *
bh_bluez_get_plugs(BhBluez *bluez)
{
    return bluez->plugs;
}

BhPeers *
bh_bluez_get_peers(BhBluez *bluez)
{
    return bluez->context.peers;
}

guint64
bh_bluez_get_reports(const BhBluez *bluez)
{
    return bluez->context.reports;
}
