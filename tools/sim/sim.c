/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * blehub-sim: BlueZ without Bluetooth. Owns org.bluez on a bus, plays a scenario, and does what the
 * control interface says. This file is wiring: two connections, the world, and when it is over.
 */
#include "control.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *bus;
    char *scenario;
    char *version;
    gint temporary_ms;
    double speed;
    gboolean experimental;
    gboolean print_ready;
} Options;

typedef struct {
    GMainLoop *loop;
    GDBusConnection *connection; /* of the control interface */
    BhTimeline *timeline;
    BhTap *tap;
    BhBluez *bluez;
    BhWorld *world;
    BhSimControl *control;
    guint name;
    gboolean has_name;
    gboolean print_ready;
    int status;
} Sim;

static void
options_clear(Options *options)
{
    g_free(options->bus);
    g_free(options->scenario);
    g_free(options->version);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
sim_say_ready(Sim *sim)
{
    if (!sim->has_name || !bh_bluez_is_running(sim->bluez) || !sim->print_ready)
        return;
    sim->print_ready = FALSE;
    puts("ready");
    fflush(stdout);
}

static void
sim_fail(gpointer user_data)
{
    Sim *sim = user_data;

    sim->status = 1;
    g_main_loop_quit(sim->loop);
}

static void
on_bluez_changed(gpointer user_data)
{
    Sim *sim = user_data;

    bh_sim_dbus_sim1_set_running(BH_SIM_DBUS_SIM1(sim->control), bh_bluez_is_running(sim->bluez));
    sim_say_ready(sim);
}

static void
on_name_acquired(GDBusConnection *connection, const char *name, gpointer user_data)
{
    Sim *sim = user_data;

    sim->has_name = TRUE;
    sim_say_ready(sim);
}

static void
on_name_lost(GDBusConnection *connection, const char *name, gpointer user_data)
{
    g_printerr("blehub-sim: %s: %s\n",
               name,
               connection != NULL ? "another owns the name" : "the bus is gone");
    sim_fail(user_data);
}

static gboolean
on_end(gpointer user_data)
{
    g_main_loop_quit(((Sim *)user_data)->loop);
    return G_SOURCE_CONTINUE;
}

/* In GDBus's thread. */
static void
on_called(GVariant *call, gpointer user_data)
{
    GDBusConnection *connection = user_data;

    g_dbus_connection_emit_signal(connection,
                                  NULL,
                                  BH_SIM_PATH,
                                  "org.blehub.Sim1",
                                  "Called",
                                  call,
                                  NULL);
}

static gboolean
check_options(const Options *options, GError **error)
{
    static const char *const versions[] = {"5.66", "5.82", "5.87", NULL};
    const char *wrong = NULL;

    if (options->version != NULL && !g_strv_contains(versions, options->version))
        wrong = "--bluez-version: must be 5.66, 5.82 or 5.87";
    else if (options->temporary_ms <= 0)
        wrong = "--temporary-timeout-ms: must be positive";
    else if (options->speed < 0.01 || options->speed > 1000)
        wrong = "--speed: must be from 0.01 to 1000";
    if (wrong != NULL)
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, wrong);
    return wrong == NULL;
}

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {{"bus",
                                     0,
                                     0,
                                     G_OPTION_ARG_STRING,
                                     &options->bus,
                                     "session, system or an address (default: session)",
                                     "BUS"},
                                    {"scenario",
                                     0,
                                     0,
                                     G_OPTION_ARG_FILENAME,
                                     &options->scenario,
                                     "What to play (default: nothing is there)",
                                     "FILE"},
                                    {"bluez-version",
                                     0,
                                     0,
                                     G_OPTION_ARG_STRING,
                                     &options->version,
                                     "5.66 (default), 5.82 or 5.87",
                                     "VERSION"},
                                    {"temporary-timeout-ms",
                                     0,
                                     0,
                                     G_OPTION_ARG_INT,
                                     &options->temporary_ms,
                                     "Forget a device after so long (default: 30000)",
                                     "MS"},
                                    {"speed",
                                     0,
                                     0,
                                     G_OPTION_ARG_DOUBLE,
                                     &options->speed,
                                     "Simulated seconds per second (default: 1)",
                                     "FACTOR"},
                                    {"experimental",
                                     0,
                                     0,
                                     G_OPTION_ARG_NONE,
                                     &options->experimental,
                                     "As bluetoothd with this option",
                                     NULL},
                                    {"print-ready",
                                     0,
                                     0,
                                     G_OPTION_ARG_NONE,
                                     &options->print_ready,
                                     "Print \"ready\" when the names are owned",
                                     NULL},
                                    G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new("- a simulated BlueZ");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    return check_options(options, error);
}

static GDBusConnection *
connect_to_bus(const char *bus, char **address, GError **error)
{
    *address = bh_bus_address(bus, error);
    if (*address == NULL)
        return NULL;
    return g_dbus_connection_new_for_address_sync(
        *address,
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL,
        NULL,
        error);
}

static void
run(Sim *sim)
{
    guint sources[] = {g_unix_signal_add(SIGTERM, on_end, sim),
                       g_unix_signal_add(SIGINT, on_end, sim)};

    bh_bluez_appear(sim->bluez);
    sim->name = g_bus_own_name_on_connection(sim->connection,
                                             BH_SIM_NAME,
                                             G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE,
                                             on_name_acquired,
                                             on_name_lost,
                                             sim,
                                             NULL);
    g_main_loop_run(sim->loop);
    g_bus_unown_name(sim->name);
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
}

static gboolean
export_control(Sim *sim, GError **error)
{
    sim->control = bh_sim_control_new(sim->timeline, sim->tap, sim->bluez, sim->world);
    return g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(sim->control),
                                            sim->connection,
                                            BH_SIM_PATH,
                                            error);
}

static void
sim_clear(Sim *sim)
{
    if (sim->control != NULL)
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(sim->control));
    g_clear_object(&sim->control);
    g_clear_pointer(&sim->world, bh_world_free);
    g_clear_pointer(&sim->bluez, bh_bluez_free);
    g_clear_pointer(&sim->tap, bh_tap_free);
    g_clear_pointer(&sim->timeline, bh_timeline_free);
    g_clear_object(&sim->connection);
    g_clear_pointer(&sim->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sim, sim_clear)

static gboolean
set_up(Sim *sim, const Options *options, BhScenario *scenario, GError **error)
{
    g_autofree char *address = NULL;
    gboolean is_5_87 = g_strcmp0(options->version, "5.87") == 0;
    BhBluezOptions bluez = {.is_5_82 = is_5_87 || g_strcmp0(options->version, "5.82") == 0,
                            .tells_reasons = is_5_87,
                            .experimental = options->experimental,
                            .temporary_us = (gint64)options->temporary_ms * 1000};

    sim->connection =
        connect_to_bus(options->bus != NULL ? options->bus : "session", &address, error);
    if (sim->connection == NULL)
        return FALSE;
    bluez.bus = address;
    sim->loop = g_main_loop_new(NULL, FALSE);
    sim->print_ready = options->print_ready;
    sim->timeline = bh_timeline_new();
    bh_timeline_set_speed(sim->timeline, options->speed);
    sim->tap = bh_tap_new(on_called, sim->connection);
    sim->bluez = bh_bluez_new(&bluez, sim->timeline, sim->tap, on_bluez_changed, sim_fail, sim);
    sim->world = bh_world_new(sim->timeline, sim->bluez, scenario->seed);
    return bh_world_load(sim->world, scenario, error) && export_control(sim, error);
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = {.temporary_ms = 30000, .speed = 1};
    g_auto(Sim) sim = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(BhScenario) scenario = NULL;

    if (!parse_options(&options, &argc, &argv, &error) ||
        (scenario = options.scenario != NULL ? bh_scenario_load(options.scenario, &error)
                                             : bh_scenario_parse("", &error)) == NULL ||
        !set_up(&sim, &options, scenario, &error)) {
        g_printerr("blehub-sim: %s\n", error->message);
        return 2;
    }
    run(&sim);
    return sim.status;
}
