/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The stream is read by one call after the other, each for a packet of records. Output is flushed
 * after each packet, because who reads us through a pipe waits for it.
 */
#include "reports.h"

#include <glib-unix.h>
#include <stdio.h>

gboolean
bh_reports_open(BhReports *self, const BhCtl *ctl, GVariant *options, GError **error)
{
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(GVariant) sent = g_variant_ref_sink(options);
    g_autofree char *path = NULL, *owner = NULL;

    self->loop = g_main_loop_new(NULL, FALSE);
    self->cancellable = g_cancellable_new();
    if (!(bus = bh_ctl_connect(ctl, error)) || !(self->hub = bh_ctl_hub(bus, TRUE, error)) ||
        !bh_dbus_hub1_call_scan_sync(self->hub,
                                     sent,
                                     G_DBUS_CALL_FLAGS_NONE,
                                     BH_CTL_TIMEOUT_MS,
                                     &path,
                                     NULL,
                                     error))
        return FALSE;
    /* This very blehubd: a later one has other scans under the same paths. */
    owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->hub));
    self->scan = bh_dbus_scan1_proxy_new_sync(bus,
                                              G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                                  G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                              owner ? owner : BH_CTL_BUS_NAME,
                                              path,
                                              NULL,
                                              error);
    if (!self->scan)
        return FALSE;
    self->reader = bh_stream_reader_open_sync(self->scan, NULL, NULL, error);
    return self->reader != NULL;
}

void
bh_reports_clear(BhReports *self)
{
    g_clear_object(&self->hub);
    g_clear_object(&self->scan);
    g_clear_object(&self->reader);
    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->loop, g_main_loop_unref);
    g_clear_error(&self->error);
}

void
bh_reports_end(BhReports *self)
{
    self->ended = TRUE;
    g_main_loop_quit(self->loop);
}

static void read_packet(BhReports *self);

static void
on_packet(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhReports *self = user_data;
    g_autoptr(GError) error = NULL;
    BhPackedRecord record;

    self->reading = FALSE;
    if (bh_stream_reader_read_finish(self->reader, result, &error) > 0) {
        while (!self->ended && bh_stream_reader_next(self->reader, &record))
            self->on_report(&record, self->user_data);
        fflush(stdout);
        if (!g_cancellable_is_cancelled(self->cancellable))
            read_packet(self);
        return;
    }
    if (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        self->error = g_steal_pointer(&error);
    g_main_loop_quit(self->loop);
}

static void
read_packet(BhReports *self)
{
    self->reading = TRUE;
    bh_stream_reader_read_async(self->reader, self->cancellable, on_packet, self);
}

/* Tells on stderr when the radio is not there, and when it is back. */
static void
on_hub_changed(BhReports *self)
{
    const char *state = bh_dbus_hub1_get_state(self->hub);
    gboolean ready = g_strcmp0(state, "ready") == 0;

    if (!state)
        return; /* blehubd is gone; the stream's end says so */
    if (!ready)
        fprintf(stderr, "waiting for the radio (%s)\n", state);
    else if (!self->ready)
        fprintf(stderr, "the radio is ready\n");
    self->ready = ready;
}

static gboolean
on_end(gpointer user_data)
{
    BhReports *self = user_data;

    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE; /* removed by who added it */
}

gboolean
bh_reports_run(BhReports *self)
{
    guint sources[] = {g_unix_signal_add(SIGINT, on_end, self),
                       g_unix_signal_add(SIGTERM, on_end, self),
                       self->duration_ms ? g_timeout_add((guint)self->duration_ms, on_end, self)
                                         : 0};

    self->begin_us = g_get_monotonic_time();
    self->ready = TRUE;
    g_signal_connect_swapped(self->hub, "notify::state", G_CALLBACK(on_hub_changed), self);
    on_hub_changed(self);
    read_packet(self);
    g_main_loop_run(self->loop);
    g_cancellable_cancel(self->cancellable);
    while (self->reading)
        g_main_context_iteration(NULL, TRUE);
    g_signal_handlers_disconnect_by_data(self->hub, self);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        if (sources[i])
            g_source_remove(sources[i]);
    return self->error == NULL;
}

guint64
bh_reports_get_lost(const BhReports *self)
{
    return bh_stream_reader_get_lost(self->reader);
}

BhExit
bh_reports_conclude(const BhReports *self, gboolean found)
{
    guint64 lost = bh_reports_get_lost(self);

    if (lost > 0)
        bh_ctl_complain("%" G_GUINT64_FORMAT
                        " reports were lost: they came faster than they were read",
                        lost);
    if (self->error)
        return bh_ctl_fail(self->error);
    return self->ready || found ? BH_EXIT_OK : BH_EXIT_NOT_READY;
}
