/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The air of the bench: owns org.bluez on a bus and, given a socket, plays the kernel's management
 * channel on it. Told on stdin what to send, one command a line:
 *
 *   send COUNT RATE WAY    WAY is signals, events or both; RATE 0 = as fast as they are taken
 *
 * and says "sent" when all of it is on its way. Advertisements go round robin over the devices.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench-advert.h"
#include "bench-bluez.h"
#include "bench-kernel.h"

#define FLUSH_EVERY 64

typedef struct {
    BhBenchBluez *bluez;
    gint kernel_fd; /* -1 = no management channel */
    gint devices;
    guint sent; /* since the start */
    gboolean signals;
    gboolean events;
} Air;

static gboolean
advertise(Air *self)
{
    guint device = self->sent % (guint)self->devices;

    if (self->events && !bh_bench_kernel_emit(self->kernel_fd, device, self->sent))
        return FALSE;
    if (self->signals)
        bh_bench_bluez_emit(self->bluez, device, self->sent);
    self->sent++;
    return TRUE;
}

/* Waits for commands, calls, the kernel's clients or a deadline (-1 = none), and deals with all but
 * the commands, which the caller reads. FALSE when somebody is gone. */
static gboolean
serve_until(Air *self, gint64 deadline_ns, struct pollfd *commands)
{
    struct pollfd polls[] = {*commands,
                             bh_bench_bluez_get_poll(self->bluez),
                             {.fd = self->kernel_fd, .events = POLLIN}};
    gint64 left_ns = deadline_ns - bh_bench_now_ns();
    struct timespec timeout = {MAX(left_ns, 0) / BH_BENCH_TICK_NS,
                               MAX(left_ns, 0) % BH_BENCH_TICK_NS};

    if (ppoll(polls, G_N_ELEMENTS(polls), deadline_ns >= 0 ? &timeout : NULL, NULL) < 0)
        return FALSE;
    commands->revents = polls[0].revents;
    if (polls[1].revents != 0 && !bh_bench_bluez_serve(self->bluez))
        return FALSE;
    return polls[2].revents == 0 || bh_bench_kernel_serve(self->kernel_fd);
}

static gboolean
send_paced(Air *self, guint count, guint rate)
{
    struct pollfd no_commands = {.fd = -1};
    gint64 start_ns = bh_bench_now_ns();

    for (guint i = 0; i < count; i++) {
        gint64 due_ns = start_ns + i * BH_BENCH_TICK_NS / rate;
        while (bh_bench_now_ns() < due_ns)
            if (!serve_until(self, due_ns, &no_commands))
                return FALSE;
        if (!advertise(self))
            return FALSE;
    }
    return TRUE;
}

static gboolean
send_all(Air *self, guint count)
{
    for (guint i = 0; i < count; i++) {
        if (!advertise(self))
            return FALSE;
        if (i % FLUSH_EVERY == 0)
            bh_bench_bluez_flush(self->bluez);
    }
    return TRUE;
}

static gboolean
obey(Air *self, const char *line)
{
    guint count, rate;
    char way[16];

    if (sscanf(line, "send %u %u %15s", &count, &rate, way) != 3)
        return FALSE;
    self->signals = !g_str_equal(way, "events");
    self->events = !g_str_equal(way, "signals") && self->kernel_fd >= 0;
    if (!(rate > 0 ? send_paced(self, count, rate) : send_all(self, count)))
        return FALSE;
    bh_bench_bluez_flush(self->bluez);
    puts("sent");
    return fflush(stdout) == 0;
}

static void
run(Air *self)
{
    struct pollfd commands = {.fd = STDIN_FILENO, .events = POLLIN};
    char line[128];

    if (!bh_bench_bluez_serve(self->bluez)) /* what came with the name */
        return;
    while (serve_until(self, -1, &commands))
        if (commands.revents != 0 && (fgets(line, sizeof line, stdin) == NULL || !obey(self, line)))
            return;
}

int
main(int argc, char **argv)
{
    g_autofree char *bus = NULL;
    Air air = {.devices = 1000, .kernel_fd = -1};
    const GOptionEntry entries[] = {
        {"bus", 0, 0, G_OPTION_ARG_STRING, &bus, "Bus to own org.bluez on", "ADDRESS"},
        {"devices", 0, 0, G_OPTION_ARG_INT, &air.devices, "How many devices speak", "N"},
        {"kernel-fd", 0, 0, G_OPTION_ARG_INT, &air.kernel_fd, "Where to be the kernel", "FD"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || bus == NULL || air.devices < 1) {
        fprintf(stderr, "bench-air: %s\n", error != NULL ? error->message : "needs --bus");
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1UL);
    air.bluez = bh_bench_bluez_new(bus, (guint)air.devices);
    if (air.bluez == NULL)
        return 1;
    puts("ready");
    fflush(stdout);
    run(&air);
    bh_bench_bluez_free(air.bluez);
    return 0;
}
