/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A client of blehubd: one subscription, its values by a stream or by calls that wait, and an
 * account of what came; see bench-account.h. It is written as a program on libblehub-client is.
 */
#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#include "bench-account.h"
#include "bench-stream.h"
#include "blehub-client.h"

#include <gio/gunixfdlist.h>

#define HUB "org.blehub"
#define HUB_PATH "/org/blehub"
#define CALL_MS 60000
/* Of calls that wait for the device: emulated machines are slow. */
#define PATIENCE "'TimeoutMs': <uint32 30000>"

typedef struct {
    char *bus_address;
    char *form;
    char *address;
    char *service;
    char *characteristic;
} Options;

static void
clear_options(Options *options)
{
    g_free(options->bus_address);
    g_free(options->form);
    g_free(options->address);
    g_free(options->service);
    g_free(options->characteristic);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, clear_options)

typedef struct {
    GMainLoop *loop;
    GDBusConnection *bus;
    BhLiveSubscription *live; /* packed */
    BhDbusSubscription1 *subscription;
    BhBenchStream stream; /* json */
    BhBenchAccount account;
    int status;
} Client;

static void
fail(Client *self, const char *what, const char *why)
{
    fprintf(stderr, "bench-values: %s: %s\n", what, why);
    self->status = 1;
    g_main_loop_quit(self->loop);
}

static void
be_ready(void)
{
    puts("ready");
    fflush(stdout);
}

static gboolean
on_command(int fd, GIOCondition condition, gpointer user_data)
{
    Client *self = user_data;

    if (bh_bench_account_obey(&self->account))
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(self->loop);
    return G_SOURCE_REMOVE;
}

/* Packed */

static void
on_value(BhLiveSubscription *live, const BhPackedValue *value, Client *self)
{
    self->account.count++;
    self->account.lost = bh_live_subscription_get_lost(live);
    bh_bench_account_answer_waiting(&self->account);
}

static void
on_down(BhLiveSubscription *live, const GError *error, Client *self)
{
    fail(self, "subscription", error->message);
}

static void
start_packed(Client *self, const Options *options)
{
    self->live = bh_live_subscription_new(self->bus,
                                          options->address,
                                          options->service,
                                          options->characteristic,
                                          NULL,
                                          g_variant_new_parsed("{" PATIENCE "}"));
    g_signal_connect(self->live, "value", G_CALLBACK(on_value), self);
    g_signal_connect(self->live, "up", G_CALLBACK(be_ready), NULL);
    g_signal_connect(self->live, "down", G_CALLBACK(on_down), self);
    bh_live_subscription_start(self->live);
}

/* What the other two begin with */

static BhDbusDevice1 *
connect_device(Client *self, const Options *options, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(self->bus,
                                    HUB,
                                    HUB_PATH,
                                    "org.blehub.Hub1",
                                    "Connect",
                                    g_variant_new_parsed("(%s, {" PATIENCE "})", options->address),
                                    G_VARIANT_TYPE("(oo)"),
                                    G_DBUS_CALL_FLAGS_NONE,
                                    CALL_MS,
                                    NULL,
                                    error);

    if (reply == NULL)
        return NULL;
    g_variant_get(reply, "(oo)", &path, NULL);
    return bh_dbus_device1_proxy_new_sync(self->bus,
                                          G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES,
                                          HUB,
                                          path,
                                          NULL,
                                          error);
}

static gboolean
subscribe(Client *self, const Options *options, GError **error)
{
    g_autoptr(BhDbusDevice1) device = connect_device(self, options, error);
    g_autofree char *path = NULL;

    if (device == NULL || !bh_dbus_device1_call_subscribe_sync(
                              device,
                              options->service,
                              options->characteristic,
                              g_variant_new_parsed("{'Queue': <uint32 256>, " PATIENCE "}"),
                              G_DBUS_CALL_FLAGS_NONE,
                              CALL_MS,
                              &path,
                              NULL,
                              error))
        return FALSE;
    self->subscription =
        bh_dbus_subscription1_proxy_new_sync(self->bus,
                                             G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES,
                                             HUB,
                                             path,
                                             NULL,
                                             error);
    return self->subscription != NULL;
}

/* JSON */

static void
on_record(gpointer user_data, const guint8 *data, gsize size)
{
    Client *self = user_data;

    self->account.count++;
}

static gboolean
on_lines(int fd, GIOCondition condition, gpointer user_data)
{
    Client *self = user_data;

    if (!bh_bench_stream_read(&self->stream, fd)) {
        fail(self, "stream", "it ended");
        return G_SOURCE_REMOVE;
    }
    self->account.lost = self->stream.lost + self->stream.malformed;
    bh_bench_account_answer_waiting(&self->account);
    return G_SOURCE_CONTINUE;
}

static gboolean
start_lines(Client *self, GError **error)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) handle = NULL;
    int fd = -1;

    if (!bh_dbus_subscription1_call_open_stream_sync(self->subscription,
                                                     g_variant_new("a{sv}", NULL),
                                                     G_DBUS_CALL_FLAGS_NONE,
                                                     CALL_MS,
                                                     NULL,
                                                     &handle,
                                                     &fds,
                                                     NULL,
                                                     error) ||
        (fd = g_unix_fd_list_get(fds, g_variant_get_handle(handle), error)) < 0)
        return FALSE;
    g_unix_fd_add(fd, G_IO_IN, on_lines, self);
    be_ready();
    return TRUE;
}

/* Calls */

static void on_waited(GObject *source, GAsyncResult *result, gpointer user_data);

static void
wait_for_value(Client *self)
{
    bh_dbus_subscription1_call_wait(self->subscription,
                                    g_variant_new_parsed("{'TimeoutMs': <uint32 0>}"),
                                    G_DBUS_CALL_FLAGS_NONE,
                                    G_MAXINT,
                                    NULL,
                                    on_waited,
                                    self);
}

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Client *self = user_data;
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GVariant) details = NULL;
    g_autoptr(GError) error = NULL;
    guint64 dropped = 0;

    if (!bh_dbus_subscription1_call_wait_finish(self->subscription,
                                                &value,
                                                &details,
                                                result,
                                                &error)) {
        fail(self, "Wait", error->message);
        return;
    }
    self->account.count++;
    if (g_variant_lookup(details, "Dropped", "t", &dropped))
        self->account.lost += dropped;
    bh_bench_account_answer_waiting(&self->account);
    wait_for_value(self);
}

/* Start */

static gboolean
start(Client *self, const Options *options, GError **error)
{
    self->bus =
        g_dbus_connection_new_for_address_sync(options->bus_address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL,
                                               NULL,
                                               error);
    if (self->bus == NULL)
        return FALSE;
    if (g_str_equal(options->form, "packed")) {
        start_packed(self, options);
        return TRUE;
    }
    if (!subscribe(self, options, error))
        return FALSE;
    if (g_str_equal(options->form, "json"))
        return start_lines(self, error);
    be_ready();
    wait_for_value(self);
    return TRUE;
}

static void
run(Client *self, const Options *options)
{
    g_autoptr(GError) error = NULL;

    g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_command, self);
    if (start(self, options, &error))
        g_main_loop_run(self->loop);
    else
        fail(self, "start", error->message);
}

static gboolean
parse_options(Options *options, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"bus", 0, 0, G_OPTION_ARG_STRING, &options->bus_address, "Bus of blehubd", "ADDRESS"},
        {"form", 0, 0, G_OPTION_ARG_STRING, &options->form, "packed, json or calls", "FORM"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &options->address, "Who notifies", "ADDRESS"},
        {"service", 0, 0, G_OPTION_ARG_STRING, &options->service, "Where", "UUID"},
        {"characteristic", 0, 0, G_OPTION_ARG_STRING, &options->characteristic, "What", "UUID"},
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (g_option_context_parse(context, argc, argv, &error) && options->bus_address != NULL &&
        options->address != NULL && options->characteristic != NULL)
        return TRUE;
    fprintf(stderr,
            "bench-values: %s\n",
            error != NULL ? error->message : "needs --bus, --device and --characteristic");
    return FALSE;
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = {.form = g_strdup("packed"), .service = g_strdup("")};
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Client client = {.loop = loop};

    if (!parse_options(&options, &argc, &argv))
        return 2;
    bh_bench_account_init(&client.account);
    bh_bench_stream_init(&client.stream, FALSE);
    client.stream.on_record = on_record;
    client.stream.user_data = &client;
    run(&client, &options);
    g_clear_object(&client.live);
    g_clear_object(&client.subscription);
    g_clear_object(&client.bus);
    bh_bench_stream_clear(&client.stream);
    bh_bench_account_clear(&client.account);
    return client.status;
}
