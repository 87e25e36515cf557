/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plugged controllers, each with an adapter object while bluetoothd lives. */
#include "bluez.h"

#include "bh-error.h"

#define BLUEZ_NAME "org.bluez"
#define INDEX_MAX 255

typedef struct {
    BhPlug plug;
    BhSimAdapter *adapter; /* NULL while bluetoothd is gone */
} Socket;

struct _BhBluez {
    BhBluezOptions options;
    BhTap *tap; /* borrowed: outlives the object */
    BhBluezFunc changed;
    BhBluezFunc failed;
    gpointer user_data;
    GPtrArray *sockets;
    GPtrArray *drawer;      /* BhScenarioAdapter, unplugged */
    BhBluezContext context; /* its manager is NULL while bluetoothd is gone */
    GDBusConnection *connection;
    GCancellable *cancellable; /* of the connection attempt */
    guint name;
    gboolean running;
    BhBluezFunc gone;
    gpointer gone_data;
};

static void
socket_free(gpointer data)
{
    Socket *socket = data;

    g_clear_object(&socket->adapter);
    g_clear_pointer(&socket->plug.config, bh_scenario_adapter_free);
    g_free(socket);
}

static void
show_adapter(BhBluez *bluez, Socket *socket)
{
    if (bluez->context.manager != NULL)
        socket->adapter = bh_sim_adapter_new(&bluez->context, &socket->plug);
}

static void
hide_adapter(Socket *socket)
{
    if (socket->adapter != NULL)
        bh_sim_adapter_remove(socket->adapter);
    g_clear_object(&socket->adapter);
}

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
    bh_tap_attach(bluez->tap, connection);
    for (guint i = 0; i < bluez->sockets->len; i++)
        show_adapter(bluez, bluez->sockets->pdata[i]);
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

void
bh_bluez_appear(BhBluez *bluez)
{
    if (bluez->connection != NULL || bluez->cancellable != NULL)
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

static void
tear_down_objects(BhBluez *bluez)
{
    if (bluez->context.manager == NULL)
        return;
    g_dbus_object_manager_server_set_connection(bluez->context.manager, NULL);
    for (guint i = 0; i < bluez->sockets->len; i++)
        hide_adapter(bluez->sockets->pdata[i]);
    g_clear_object(&bluez->context.manager);
}

static void
on_closed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhBluez *bluez = user_data;

    g_clear_handle_id(&bluez->name, g_bus_unown_name);
    g_clear_object(&bluez->connection);
    set_running(bluez, FALSE);
    if (bluez->gone != NULL)
        bluez->gone(bluez->gone_data);
}

void
bh_bluez_die(BhBluez *bluez, BhBluezFunc gone, gpointer user_data)
{
    bluez->gone = gone;
    bluez->gone_data = user_data;
    if (bluez->cancellable != NULL)
        g_cancellable_cancel(bluez->cancellable);
    g_clear_object(&bluez->cancellable);
    bh_tap_detach(bluez->tap);
    tear_down_objects(bluez);
    if (bluez->connection != NULL)
        g_dbus_connection_close(bluez->connection, NULL, on_closed, bluez);
    else if (gone != NULL)
        gone(user_data);
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
    bluez->sockets = g_ptr_array_new_with_free_func(socket_free);
    bluez->drawer = g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_adapter_free);
    bluez->context.timeline = timeline;
    bluez->context.is_5_82 = options->is_5_82;
    bluez->context.temporary_us = options->temporary_us;
    return bluez;
}

void
bh_bluez_free(BhBluez *bluez)
{
    tear_down_objects(bluez);
    g_clear_handle_id(&bluez->name, g_bus_unown_name);
    g_clear_object(&bluez->connection);
    g_ptr_array_unref(bluez->sockets);
    g_ptr_array_unref(bluez->drawer);
    g_free(bluez->options.bus);
    g_free(bluez);
}

static gboolean
is_named(const BhScenarioAdapter *config, const char *which)
{
    g_autofree char *name = g_strdup_printf("hci%d", config->index);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&config->address, address);
    return which == NULL || *which == '\0' || g_str_equal(which, name) ||
           g_ascii_strcasecmp(which, address) == 0 || g_str_equal(which, config->group);
}

/* The sockets meant, borrowed; NULL and an error if there is none. "All" may be none. */
static GPtrArray *
find_sockets(BhBluez *bluez, const char *which, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();

    for (guint i = 0; i < bluez->sockets->len; i++) {
        Socket *socket = bluez->sockets->pdata[i];

        if (is_named(socket->plug.config, which))
            g_ptr_array_add(found, socket);
    }
    if (found->len > 0 || which == NULL || *which == '\0')
        return g_steal_pointer(&found);
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no adapter '%s'", which);
    return NULL;
}

static gboolean
has_index(const BhBluez *bluez, gint index)
{
    for (guint i = 0; i < bluez->sockets->len; i++) {
        if (((Socket *)bluez->sockets->pdata[i])->plug.config->index == index)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_address(const BhBluez *bluez, const BhAddress *address)
{
    for (guint i = 0; i < bluez->sockets->len; i++) {
        Socket *socket = bluez->sockets->pdata[i];

        if (bh_address_equal(&socket->plug.config->address, address))
            return TRUE;
    }
    return FALSE;
}

void
bh_bluez_next_address(const BhBluez *bluez, BhAddress *address)
{
    *address = (BhAddress){.octets = {0x00, 0xaa, 0x01, 0x00, 0x00, 0x01}};
    while (has_address(bluez, address))
        address->octets[5]++;
}

static gboolean
check_free(const BhBluez *bluez, const BhScenarioAdapter *config, GError **error)
{
    gboolean address = has_address(bluez, &config->address);

    if (!address && (config->index < 0 || !has_index(bluez, config->index)))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_ALREADY_EXISTS,
                "%s: another adapter has it",
                address ? "Address" : "Index");
    return FALSE;
}

char *
bh_bluez_plug(BhBluez *bluez, BhScenarioAdapter *config, GError **error)
{
    g_autoptr(BhScenarioAdapter) taken = config;
    Socket *socket = NULL;

    if (!check_free(bluez, config, error))
        return NULL;
    for (gint i = 0; config->index < 0; i++)
        config->index = has_index(bluez, i) ? -1 : i;
    socket = g_new0(Socket, 1);
    socket->plug.config = g_steal_pointer(&taken);
    g_ptr_array_add(bluez->sockets, socket);
    show_adapter(bluez, socket);
    return g_strdup_printf("/org/bluez/hci%d", config->index);
}

gboolean
bh_bluez_plug_all(BhBluez *bluez, GPtrArray *configs, GError **error)
{
    for (guint i = 0; i < configs->len; i++) {
        if (!check_free(bluez, configs->pdata[i], error))
            return FALSE;
    }
    while (configs->len > 0) {
        g_autofree char *path = bh_bluez_plug(bluez, g_ptr_array_steal_index(configs, 0), error);

        if (path == NULL)
            return FALSE;
    }
    return TRUE;
}

gboolean
bh_bluez_unplug(BhBluez *bluez, const char *which, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(bluez, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
        Socket *socket = sockets->pdata[i];

        hide_adapter(socket);
        g_ptr_array_add(bluez->drawer, g_steal_pointer(&socket->plug.config));
        g_ptr_array_remove(bluez->sockets, socket);
    }
    return sockets != NULL;
}

/* Takes the newest match out of the drawer. */
static BhScenarioAdapter *
take_from_drawer(BhBluez *bluez, const char *which)
{
    for (guint i = bluez->drawer->len; i > 0; i--) {
        if (is_named(bluez->drawer->pdata[i - 1], which))
            return g_ptr_array_steal_index(bluez->drawer, i - 1);
    }
    return NULL;
}

gboolean
bh_bluez_replug(BhBluez *bluez, const char *which, gint index, GError **error)
{
    BhScenarioAdapter *config = take_from_drawer(bluez, which);
    gboolean all = which == NULL || *which == '\0';

    if (config == NULL && !all) {
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no unplugged adapter '%s'", which);
        return FALSE;
    }
    for (; config != NULL; config = all ? take_from_drawer(bluez, which) : NULL) {
        g_autofree char *path = NULL;

        if (index >= 0)
            config->index = index;
        path = bh_bluez_plug(bluez, config, error);
        if (path == NULL)
            return FALSE;
    }
    return TRUE;
}

gboolean
bh_bluez_set_powered(BhBluez *bluez, const char *which, gboolean powered, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(bluez, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
        Socket *socket = sockets->pdata[i];

        if (socket->adapter != NULL)
            bh_sim_adapter_set_powered(socket->adapter, powered);
        socket->plug.config->powered = powered;
    }
    return sockets != NULL;
}

gboolean
bh_bluez_set_monitor(BhBluez *bluez, const char *which, gboolean registered, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(bluez, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
        Socket *socket = sockets->pdata[i];

        if (socket->adapter != NULL)
            bh_sim_adapter_set_monitor(socket->adapter, registered);
        socket->plug.config->monitor = registered;
    }
    return sockets != NULL;
}

gboolean
bh_bluez_stall(BhBluez *bluez, const char *which, BhStall stall, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(bluez, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++)
        ((Socket *)sockets->pdata[i])->plug.stall = stall;
    return sockets != NULL;
}

guint
bh_bluez_hear(BhBluez *bluez, const BhAdvertisement *advertisement)
{
    guint heard = 0;

    for (guint i = 0; i < bluez->sockets->len; i++) {
        Socket *socket = bluez->sockets->pdata[i];
        const BhScenarioAdapter *config = socket->plug.config;

        if (socket->adapter != NULL &&
            bh_scenario_device_is_heard_by(advertisement->device, config->group, &config->address))
            heard += bh_sim_adapter_hear(socket->adapter, advertisement);
    }
    return heard;
}

guint64
bh_bluez_get_reports(const BhBluez *bluez)
{
    return bluez->context.reports;
}

GVariant *
bh_bluez_describe_scans(const BhBluez *bluez)
{
    GVariantBuilder scans = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (guint i = 0; i < bluez->sockets->len; i++) {
        Socket *socket = bluez->sockets->pdata[i];
        char address[BH_ADDRESS_TEXT_SIZE];

        bh_address_format(&socket->plug.config->address, address);
        if (socket->adapter != NULL)
            g_variant_builder_add(&scans,
                                  "{sv}",
                                  address,
                                  bh_sim_adapter_describe_scan(socket->adapter));
    }
    return g_variant_builder_end(&scans);
}
