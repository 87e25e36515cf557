/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * blehub-vhci: a virtual LE controller on /dev/vhci that plays a scenario, so that the real kernel
 * and the real bluetoothd can be tested with advertisers that do not exist. It runs where it is
 * allowed to open the device: as root in the test guest. Closing the device unplugs the controller.
 *
 * stdout: "ready hciN" once the kernel has made the controller. stderr: a line per scan command.
 * SIGUSR1: go silent but keep answering commands. SIGUSR2: be heard again. SIGHUP: say on stdout
 * how many advertisements were on the air, scanned for or not. SIGTERM, SIGINT: unplug.
 */
#include "hci.h"
#include "wake.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PACKET_MAX 1024
#define VENDOR_PACKET 0xff /* vhci driver: create a controller, and its answer */
#define VENDOR_PACKET_SIZE 4

typedef struct {
    char *device;
    char *scenario;
    char *address;
    char *adapter;
} Options;

typedef struct {
    GMainLoop *loop;
    int fd;
    BhScenarioAdapter *adapter; /* borrowed: outlived by the scenario */
    BhAir *air;
    BhController *controller;
    BhHci *hci;
    GSource *wake;
    gboolean silent;
    guint64 advertised;
    int status;
} Vhci;

static void
options_clear(Options *options)
{
    g_free(options->device);
    g_free(options->scenario);
    g_free(options->address);
    g_free(options->adapter);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
vhci_fail(Vhci *self, const char *what)
{
    g_printerr("blehub-vhci: %s: %s\n", what, g_strerror(errno));
    self->status = 1;
    g_main_loop_quit(self->loop);
}

static void
vhci_send(Vhci *self, const GPtrArray *packets)
{
    for (guint i = 0; i < packets->len; i++) {
        gsize size = 0;
        const guint8 *bytes = g_bytes_get_data(packets->pdata[i], &size);

        if (write(self->fd, bytes, size) != (gssize)size) {
            vhci_fail(self, "cannot send an event");
            return;
        }
    }
}

static gboolean
is_for_us(const Vhci *self, const BhAdvertisement *advertisement)
{
    return bh_scenario_device_is_heard_by(advertisement->device,
                                          self->adapter->group,
                                          &self->adapter->address);
}

static void
vhci_play(gpointer user_data)
{
    Vhci *self = user_data;
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    BhAdvertisement advertisement;

    while (bh_air_take(self->air, g_get_monotonic_time(), &advertisement)) {
        BhHeard heard[2];
        guint n = 0;

        if (self->silent || !is_for_us(self, &advertisement))
            continue;
        self->advertised++;
        n = bh_controller_hear(self->controller, &advertisement, heard);
        for (guint i = 0; i < n; i++)
            bh_hci_report(self->hci, &heard[i], events);
    }
    bh_hci_flush(self->hci, events);
    vhci_send(self, events);
    bh_wake_at(self->wake, bh_air_next_time(self->air));
}

/* The driver's answer, which may come after the kernel's first command. */
static void
on_plugged_in(const guint8 *answer, gsize size)
{
    if (size < VENDOR_PACKET_SIZE)
        return;
    printf("ready hci%u\n", answer[2] | answer[3] << 8);
    fflush(stdout);
}

static gboolean
on_packet(gint fd, GIOCondition condition, gpointer user_data)
{
    Vhci *self = user_data;
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    guint8 packet[PACKET_MAX];
    gssize size = read(fd, packet, sizeof packet);

    if (size <= 0) {
        vhci_fail(self, "cannot read a command");
        return G_SOURCE_REMOVE;
    }
    if (packet[0] == VENDOR_PACKET)
        on_plugged_in(packet, (gsize)size);
    bh_hci_handle(self->hci, packet, (gsize)size, g_get_monotonic_time(), answers);
    vhci_send(self, answers);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_silence(gpointer user_data)
{
    ((Vhci *)user_data)->silent = TRUE;
    g_printerr("silent\n");
    return G_SOURCE_CONTINUE;
}

static gboolean
on_resume(gpointer user_data)
{
    ((Vhci *)user_data)->silent = FALSE;
    g_printerr("resumed\n");
    return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer user_data)
{
    printf("advertised %" G_GUINT64_FORMAT "\n", ((Vhci *)user_data)->advertised);
    fflush(stdout);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gpointer user_data)
{
    g_main_loop_quit(((Vhci *)user_data)->loop);
    return G_SOURCE_CONTINUE;
}

static void
on_log(const char *line, gpointer user_data)
{
    g_printerr("%s\n", line);
}

static gboolean
ask_for_controller(Vhci *self, const char *device)
{
    static const guint8 create[] = {VENDOR_PACKET, 0x00};

    self->fd = open(device, O_RDWR | O_CLOEXEC);
    if (self->fd >= 0 && write(self->fd, create, sizeof create) == sizeof create)
        return TRUE;
    g_printerr("blehub-vhci: %s: no controller: %s\n", device, g_strerror(errno));
    return FALSE;
}

static BhScenarioAdapter *
choose_adapter(BhScenario *scenario, const char *group)
{
    for (guint i = 0; i < scenario->adapters->len; i++) {
        BhScenarioAdapter *adapter = scenario->adapters->pdata[i];

        if (group == NULL || g_str_equal(adapter->group, group))
            return adapter;
    }
    g_printerr("blehub-vhci: the scenario has no [adapter %s]\n", group != NULL ? group : "NAME");
    return NULL;
}

static void
run_loop(Vhci *self)
{
    self->loop = g_main_loop_new(NULL, FALSE);
    g_unix_fd_add(self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_packet, self);
    g_unix_signal_add(SIGUSR1, on_silence, self);
    g_unix_signal_add(SIGUSR2, on_resume, self);
    g_unix_signal_add(SIGHUP, on_hangup, self);
    g_unix_signal_add(SIGTERM, on_end, self);
    g_unix_signal_add(SIGINT, on_end, self);
    self->wake = bh_wake_new(vhci_play, self);
    bh_wake_at(self->wake, 0);
    g_main_loop_run(self->loop);
    bh_wake_free(self->wake);
    g_main_loop_unref(self->loop);
}

static int
play(BhScenario *scenario, BhScenarioAdapter *adapter, const char *device)
{
    g_autoptr(BhAir) air = bh_air_new(scenario->seed);
    g_autoptr(BhController) controller = bh_controller_new(adapter->duplicates);
    g_autoptr(BhHci) hci = bh_hci_new(controller, &adapter->address);
    Vhci self = {.fd = -1, .adapter = adapter, .air = air, .controller = controller, .hci = hci};

    bh_hci_set_log(hci, on_log, NULL);
    for (guint i = 0; i < scenario->devices->len; i++)
        bh_air_add(air, scenario->devices->pdata[i], g_get_monotonic_time());
    if (ask_for_controller(&self, device))
        run_loop(&self);
    else
        self.status = 1;
    if (self.fd >= 0)
        close(self.fd);
    return self.status;
}

static gboolean
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"scenario", 0, 0, G_OPTION_ARG_FILENAME, &options->scenario, "What to play", "FILE"},
        {"adapter",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options->adapter,
         "The [adapter NAME] to be (default: the first)",
         "NAME"},
        {"address",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options->address,
         "Its address (default: the scenario's)",
         "AA:.."},
        {"device", 0, 0, G_OPTION_ARG_FILENAME, &options->device, "Default: /dev/vhci", "FILE"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new("- a virtual LE controller");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (options->scenario != NULL)
        return TRUE;
    g_set_error_literal(error,
                        G_OPTION_ERROR,
                        G_OPTION_ERROR_BAD_VALUE,
                        "--scenario=FILE is needed");
    return FALSE;
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(BhScenario) scenario = NULL;
    BhScenarioAdapter *adapter = NULL;

    if (!parse_options(&options, &argc, &argv, &error) ||
        (scenario = bh_scenario_load(options.scenario, &error)) == NULL) {
        g_printerr("blehub-vhci: %s\n", error->message);
        return 2;
    }
    adapter = choose_adapter(scenario, options.adapter);
    if (adapter == NULL)
        return 2;
    if (options.address != NULL &&
        !bh_address_parse(options.address, BH_ADDRESS_PUBLIC, &adapter->address, &error)) {
        g_printerr("blehub-vhci: --address: %s\n", error->message);
        return 2;
    }
    return play(scenario, adapter, options.device != NULL ? options.device : "/dev/vhci");
}
