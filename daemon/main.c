/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * blehubd: wiring only. Reads options and configuration, connects the radio (BlueZ), the hub and
 * the service, and runs the loop until it is told to stop or the bus is lost. It sets no locale:
 * messages are the same for all callers, and the data of one would cost 150 KiB.
 */
#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "bh-bluez.h"
#include "bh-config.h"
#include "bh-service.h"
#include "bh-watchdog.h"

#define DRAIN_MS 500
#define EXIT_USAGE 2
#define EXIT_CONFIGURATION 78 /* EX_CONFIG: no restart mends it */

typedef struct {
    char *bus;
    char *config_path;
    char *ingest_name;
    BhBluezIngest ingest;
    int mgmt_fd; /* -1 = none */
    gboolean version;
} Options;

typedef struct {
    Options options;
    GMainLoop *loop;
    BhLogSettings *log;
    BhConfig *config;
    GDBusConnection *connection;
    BhClock *clock;
    BhBluez *bluez;
    BhHub *hub;
    BhService *service;
    BhWatchdog *watchdog;
    int status;
} Daemon;

/* Settings out of the configuration */

static BhHubSettings
hub_settings(const BhConfig *config)
{
    return (BhHubSettings){
        .max_scans = (guint)config->max_scans,
        .max_waits = (guint)config->max_waits,
        .max_streams = (guint)config->max_streams,
        .max_holds = (guint)config->max_holds,
        .max_subscriptions = (guint)config->max_subscriptions,
        .max_operations = (guint)config->max_operations,
        .max_applications = (guint)config->max_applications,
        .max_advertisements = (guint)config->max_advertisements,
        .max_watches = (guint)config->max_watches,
        .max_identities = (guint)config->max_identities,
        .max_links = (guint)config->max_links,
        .max_stream_bytes = (guint)config->max_stream_bytes,
        .max_devices = (guint)config->max_devices,
        .recovery = {.silent_us = config->silent_ms * 1000,
                     .power_cycle_min_us = config->power_cycle_min_ms * 1000,
                     .power_cycle_max_us = config->power_cycle_max_ms * 1000},
        .may_power_cycle = config->power_cycle,
        .adapters = config->use,
    };
}

static BhWatchDefaults
watch_defaults(const BhConfig *config)
{
    return (BhWatchDefaults){
        .alpha = config->alpha,
        .sample_period_ms = config->sample_period_ms,
        .median_window = config->median_window,
        .rssi = config->rssi,
        .immediate_dbm = config->immediate_dbm,
        .near_dbm = config->near_dbm,
        .hysteresis_db = config->hysteresis_db,
        .min_samples = config->min_samples,
        .dwell_ms = config->dwell_ms,
        .lost_ms = config->lost_ms,
        .lost_intervals = config->lost_intervals,
        .exponent = config->exponent,
        .switch_db = config->switch_db,
        .aliases = config->devices,
    };
}

static BhExportDefaults
option_defaults(const BhConfig *config)
{
    return (BhExportDefaults){
        .lease_ms = config->lease_ms,
        .discover_ms = config->discover_ms,
        .link = {.timeout_ms = config->connect_ms,
                 .backoff_initial_ms = config->backoff_initial_ms,
                 .backoff_max_ms = config->backoff_max_ms,
                 .stable_ms = config->stable_ms,
                 .reconnect_scan = config->reconnect_scan,
                 .linger_ms = config->linger_ms},
        .connect_many_ms = config->connect_many_ms,
        .operation_ms = config->operation_ms,
        .services_ms = config->services_ms,
        .transact_ms = config->transact_ms,
        .pair_ms = config->pair_ms,
        .queue = config->queue,
        .watch = watch_defaults(config),
    };
}

static BhServiceSettings
service_settings(const BhConfig *config)
{
    return (BhServiceSettings){
        .defaults = option_defaults(config),
        .max_clients = (guint)config->max_clients,
    };
}

static gboolean
reload(gpointer user_data, GError **error)
{
    Daemon *self = user_data;
    BhConfig *config = bh_config_load(self->options.config_path, error);
    BhHubSettings hub;
    BhServiceSettings service;

    if (config == NULL)
        return FALSE;
    bh_config_free(self->config);
    self->config = config;
    hub = hub_settings(config);
    service = service_settings(config);
    bh_service_configure(self->service, &service);
    bh_hub_configure(self->hub, &hub);
    bh_bluez_set_refresh(self->bluez, (guint)config->refresh_ms);
    g_message("configuration reloaded");
    return TRUE;
}

/* Events */

static void
fail(Daemon *self, const char *message)
{
    fprintf(stderr, "blehubd: %s\n", message);
    if (self->status == 0)
        self->status = 1;
    g_main_loop_quit(self->loop);
}

static gboolean
on_terminate(gpointer user_data)
{
    Daemon *self = user_data;

    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer user_data)
{
    g_autoptr(GError) error = NULL;

    if (!reload(user_data, &error))
        g_message("configuration not reloaded: %s", error->message);
    return G_SOURCE_CONTINUE;
}

static void
on_bus_closed(GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
    fail(user_data, "the bus is gone");
}

static void
on_bluez_lost(BhBluez *bluez, gpointer user_data)
{
    fail(user_data, "the bus is gone");
}

static void
tell_status(BhHub *hub, gpointer user_data)
{
    sd_notifyf(0, "STATUS=%s", bh_hub_state_to_string(bh_hub_get_state(hub)));
}

static void
on_started(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Daemon *self = user_data;
    g_autoptr(GError) error = NULL;

    if (!bh_service_start_finish(self->service, result, &error)) {
        fail(self, error->message);
        return;
    }
    self->watchdog = bh_watchdog_new(self->connection, BH_RADIO(self->bluez));
    g_signal_connect(self->hub, "state-changed", G_CALLBACK(tell_status), NULL);
    tell_status(self->hub, NULL);
    sd_notify(0, "READY=1");
}

static void
on_synced(BhHub *hub, gpointer user_data)
{
    Daemon *self = user_data;

    bh_service_start_async(self->service, on_started, self);
}

/* Start and stop */

static char *
dup_bus_address(const char *bus, GError **error)
{
    if (bus == NULL || g_str_equal(bus, "system"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, error);
    if (g_str_equal(bus, "session"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, error);
    return g_strdup(bus);
}

static gboolean
connect_buses(Daemon *self, GError **error)
{
    g_autofree char *address = dup_bus_address(self->options.bus, error);

    if (address == NULL)
        return FALSE;
    self->connection =
        g_dbus_connection_new_for_address_sync(address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL,
                                               NULL,
                                               error);
    if (self->connection == NULL)
        return FALSE;
    g_signal_connect(self->connection, "closed", G_CALLBACK(on_bus_closed), self);
    self->bluez = bh_bluez_new(address, error);
    if (self->bluez == NULL)
        return FALSE;
    g_signal_connect(self->bluez, "lost", G_CALLBACK(on_bluez_lost), self);
    return bh_bluez_set_ingest(self->bluez,
                               self->options.ingest,
                               self->options.mgmt_fd,
                               g_getenv("RUNTIME_DIRECTORY"),
                               error);
}

static gboolean
start(Daemon *self, GError **error)
{
    BhHubSettings hub;
    BhServiceSettings service;

    self->config = bh_config_load(self->options.config_path, error);
    if (self->config == NULL) {
        self->status = EXIT_CONFIGURATION;
        return FALSE;
    }
    if (!connect_buses(self, error))
        return FALSE;
    hub = hub_settings(self->config);
    service = service_settings(self->config);
    bh_bluez_set_refresh(self->bluez, (guint)self->config->refresh_ms);
    self->clock = bh_clock_new_system();
    self->hub = bh_hub_new(BH_RADIO(self->bluez), self->clock, &hub);
    self->service = bh_service_new(self->connection, self->hub, self->log, &service, reload, self);
    g_signal_connect(self->hub, "synced", G_CALLBACK(on_synced), self);
    bh_hub_start(self->hub);
    return TRUE;
}

/* Lets calls that were just cancelled send their answers. */
static void
drain(Daemon *self)
{
    gint64 deadline_us = g_get_monotonic_time() + DRAIN_MS * 1000;

    while (g_get_monotonic_time() < deadline_us && g_main_context_iteration(NULL, FALSE))
        ;
    g_dbus_connection_flush_sync(self->connection, NULL, NULL); /* the loop has ended */
}

static void
stop_serving(Daemon *self)
{
    bh_service_stop(self->service); /* no new calls */
    bh_hub_stop(self->hub);         /* ends what waits */
    drain(self);
    g_clear_pointer(&self->service, bh_service_free);
    g_clear_object(&self->hub);
}

static void
stop(Daemon *self)
{
    sd_notify(0, "STOPPING=1");
    g_clear_pointer(&self->watchdog, bh_watchdog_free);
    if (self->connection != NULL)
        g_signal_handlers_disconnect_by_data(self->connection, self);
    if (self->service != NULL)
        stop_serving(self);
    g_clear_object(&self->bluez);
    if (self->connection != NULL)
        g_dbus_connection_close_sync(self->connection, NULL, NULL);
    g_clear_object(&self->connection);
    g_clear_pointer(&self->clock, bh_clock_unref);
    g_clear_pointer(&self->config, bh_config_free);
}

static gboolean
parse_ingest(Options *options, GError **error)
{
    static const char *const names[] = {
        [BH_BLUEZ_INGEST_AUTO] = "auto",
        [BH_BLUEZ_INGEST_DBUS] = "dbus",
        [BH_BLUEZ_INGEST_MGMT] = "mgmt",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (options->ingest_name == NULL || g_str_equal(options->ingest_name, names[i])) {
            options->ingest = (BhBluezIngest)i;
            return TRUE;
        }
    }
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "--ingest: neither auto, dbus nor mgmt: %s",
                options->ingest_name);
    return FALSE;
}

/* Before anything is opened, which could get the same number. */
static gboolean
check_mgmt_fd(int fd, GError **error)
{
    if (fd == -1 || (fd > STDERR_FILENO && fcntl(fd, F_GETFD) >= 0))
        return TRUE;
    g_set_error_literal(error,
                        G_OPTION_ERROR,
                        G_OPTION_ERROR_BAD_VALUE,
                        "--mgmt-fd: not an open descriptor above 2");
    return FALSE;
}

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"bus",
         'b',
         0,
         G_OPTION_ARG_STRING,
         &options->bus,
         "Bus to serve on and to find BlueZ on: system (default), session, or an address",
         "BUS"},
        {"config",
         'c',
         0,
         G_OPTION_ARG_FILENAME,
         &options->config_path,
         "Read this file instead of the installed configuration",
         "FILE"},
        {"ingest",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options->ingest_name,
         "Where reports come from: auto (default), dbus, mgmt",
         "SOURCE"},
        {"mgmt-fd",
         0,
         0,
         G_OPTION_ARG_INT,
         &options->mgmt_fd,
         "Descriptor of the kernel's management socket, bound; see blehub-launch(8)",
         "FD"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(context, "BLE gateway shared by many programs.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error) || !parse_ingest(options, error))
        return FALSE;
    return check_mgmt_fd(options->mgmt_fd, error);
}

static void
run(Daemon *self)
{
    g_autoptr(GError) error = NULL;
    guint signals[] = {g_unix_signal_add(SIGTERM, on_terminate, self),
                       g_unix_signal_add(SIGINT, on_terminate, self),
                       g_unix_signal_add(SIGHUP, on_hangup, self)};

    if (start(self, &error))
        g_main_loop_run(self->loop);
    else
        fail(self, error->message);
    stop(self);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
}

int
main(int argc, char **argv)
{
    Daemon daemon = {.options.mgmt_fd = -1};
    g_autoptr(GError) error = NULL;

    if (!parse_options(&daemon.options, &argc, &argv, &error)) {
        fprintf(stderr, "blehubd: %s\n", error->message);
        daemon.status = EXIT_USAGE;
    } else if (daemon.options.version) {
        printf("blehubd %s\n", BH_VERSION);
    } else {
        daemon.log = bh_log_settings_install();
        daemon.loop = g_main_loop_new(NULL, FALSE);
        run(&daemon);
        g_main_loop_unref(daemon.loop);
    }
    g_free(daemon.options.bus);
    g_free(daemon.options.config_path);
    g_free(daemon.options.ingest_name);
    return daemon.status;
}
