/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A client of blehubd: one scan, one stream, and an account of what came; see bench-account.h.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench-account.h"
#include "bench-advert.h"
#include "bench-stream.h"
#include "bh-sdbus.h"

#define HUB "org.blehub"
#define HUB_PATH "/org/blehub"
#define CALL_US (10 * G_USEC_PER_SEC)

typedef struct {
    char *bus_address;
    char *format;
    gint batch_ms;
    gint queue;
} Options;

static void
clear_options(Options *options)
{
    g_free(options->bus_address);
    g_free(options->format);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear_options)

typedef struct {
    sd_bus *bus;
    int fd;
    BhBenchStream stream;
    BhBenchAccount account;
} Reader;

/* Records */

static void
on_record(gpointer user_data, const guint8 *data, gsize size)
{
    Reader *self = user_data;
    guint64 sent_ns = 0;

    self->account.count++;
    if (!self->account.timing || size < sizeof sent_ns)
        return;
    memcpy(&sent_ns, data, sizeof sent_ns);
    guint32 delay_us = (guint32)((bh_bench_now_ns() - (gint64)GUINT64_FROM_LE(sent_ns)) / 1000);
    g_array_append_val(self->account.delays_us, delay_us);
}

static void
account_for_losses(Reader *self)
{
    self->account.lost = self->stream.lost + self->stream.malformed;
    bh_bench_account_answer_waiting(&self->account);
}

static void
run(Reader *self)
{
    struct pollfd polls[] = {{.fd = self->fd, .events = POLLIN},
                             {.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = sd_bus_get_fd(self->bus), .events = POLLIN}};

    while (poll(polls, G_N_ELEMENTS(polls), -1) >= 0) {
        if (polls[0].revents != 0 && !bh_bench_stream_read(&self->stream, self->fd))
            return;
        account_for_losses(self);
        if (polls[1].revents != 0 && !bh_bench_account_obey(&self->account))
            return;
        if (polls[2].revents != 0 && sd_bus_process(self->bus, NULL) < 0)
            return;
    }
}

/* Start */

static int
call(Reader *self, sd_bus_message *message, sd_bus_message **reply)
{
    sd_bus_error error = SD_BUS_ERROR_NULL;
    int result = sd_bus_call(self->bus, message, CALL_US, &error, reply);

    if (result < 0)
        fprintf(stderr, "bench-reader: %s: %s\n", error.name, error.message);
    sd_bus_error_free(&error);
    return result;
}

static int
start_scan(Reader *self, sd_bus_message **reply)
{
    g_autoptr(sd_bus_message) message = NULL;
    int result = sd_bus_message_new_method_call(self->bus,
                                                &message,
                                                HUB,
                                                HUB_PATH,
                                                "org.blehub.Hub1",
                                                "Scan");

    if (result < 0 || (result = sd_bus_message_append(message,
                                                      "a{sv}",
                                                      2,
                                                      "ManufacturerIds",
                                                      "aq",
                                                      1,
                                                      BH_BENCH_COMPANY,
                                                      "RSSI",
                                                      "n",
                                                      -100)) < 0)
        return result;
    return call(self, message, reply);
}

static int
open_stream(Reader *self, const Options *options, const char *scan)
{
    g_autoptr(sd_bus_message) message = NULL;
    g_autoptr(sd_bus_message) reply = NULL;
    int result = sd_bus_message_new_method_call(self->bus,
                                                &message,
                                                HUB,
                                                scan,
                                                "org.blehub.Scan1",
                                                "OpenStream");
    int fd = -1;

    if (result < 0 ||
        (result = sd_bus_message_append(message,
                                        "a{sv}",
                                        3,
                                        "Format",
                                        "s",
                                        options->format,
                                        "BatchMs",
                                        "u",
                                        (guint32)options->batch_ms,
                                        "Queue",
                                        "u",
                                        (guint32)options->queue)) < 0 ||
        (result = call(self, message, &reply)) < 0 ||
        (result = sd_bus_message_read_basic(reply, 'h', &fd)) < 0)
        return result;
    self->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return self->fd;
}

static int
start(Reader *self, const Options *options)
{
    g_autoptr(sd_bus_message) reply = NULL;
    const char *scan = NULL;
    int result;

    if ((result = sd_bus_new(&self->bus)) < 0 ||
        (result = sd_bus_set_address(self->bus, options->bus_address)) < 0 ||
        (result = sd_bus_set_bus_client(self->bus, TRUE)) < 0 ||
        (result = sd_bus_negotiate_fds(self->bus, TRUE)) < 0 ||
        (result = sd_bus_start(self->bus)) < 0 || (result = start_scan(self, &reply)) < 0 ||
        (result = sd_bus_message_read_basic(reply, 'o', &scan)) < 0)
        return result;
    return open_stream(self, options, scan);
}

static gboolean
parse_options(Options *options, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"bus", 0, 0, G_OPTION_ARG_STRING, &options->bus_address, "Bus of blehubd", "ADDRESS"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &options->format, "packed or json", "FORMAT"},
        {"batch-ms", 0, 0, G_OPTION_ARG_INT, &options->batch_ms, "BatchMs of the stream", "MS"},
        {"queue", 0, 0, G_OPTION_ARG_INT, &options->queue, "Queue of the stream", "RECORDS"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse(context, argc, argv, &error) && options->bus_address != NULL)
        return TRUE;
    fprintf(stderr, "bench-reader: %s\n", error != NULL ? error->message : "needs --bus");
    return FALSE;
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = {.format = g_strdup("packed"), .batch_ms = 10, .queue = 4096};
    Reader reader = {.fd = -1};
    int status = 2;

    if (parse_options(&options, &argc, &argv)) {
        bh_bench_account_init(&reader.account);
        bh_bench_stream_init(&reader.stream, g_str_equal(options.format, "packed"));
        reader.stream.on_record = on_record;
        reader.stream.user_data = &reader;
        int result = start(&reader, &options);
        if (result >= 0) {
            puts("ready");
            fflush(stdout);
            run(&reader);
        } else {
            fprintf(stderr, "bench-reader: %s\n", g_strerror(-result));
        }
        status = result >= 0 ? 0 : 1;
    }
    bh_bench_stream_clear(&reader.stream);
    bh_bench_account_clear(&reader.account);
    sd_bus_flush_close_unref(reader.bus);
    return status;
}
