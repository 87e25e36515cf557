/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One scan for each appearance of blehubd, with one stream, from which packet after packet is read.
 * Whoever handles a record may stop us before the next one.
 */
#include "bh-live-scan.h"

#include "bh-live.h"

#define CALL_TIMEOUT_MS 10000

struct _BhLiveScan {
    GObject parent;
    BhLive live;
    GVariant *scan_options;
    GVariant *stream_options;
    BhDbusScan1 *scan;
    BhStreamReader *reader;
    guint64 lost; /* by readers that are gone */
};

static guint record_signal;

G_DEFINE_FINAL_TYPE(BhLiveScan, bh_live_scan, G_TYPE_OBJECT)

static void
end(gpointer object)
{
    BhLiveScan *self = object;

    if (self->reader != NULL)
        self->lost += bh_stream_reader_get_lost(self->reader);
    g_clear_object(&self->reader);
    g_clear_object(&self->scan);
}

/* The steps: Scan, OpenStream, and then packet after packet. */

static void read_packet(BhLiveScan *self);

static void
on_packet(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhStreamReader *reader = BH_STREAM_READER(source);
    g_autoptr(BhLiveScan) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    BhPackedRecord record;

    if (self == NULL)
        return;
    if (bh_stream_reader_read_finish(reader, result, &error) > 0) {
        while (reader == self->reader && bh_stream_reader_next(reader, &record))
            g_signal_emit(self, record_signal, 0, &record);
        if (reader == self->reader)
            read_packet(self);
        return;
    }
    if (error == NULL)
        error = bh_live_error_new_closed("the scan ended");
    bh_live_go_down(&self->live, error);
}

static void
read_packet(BhLiveScan *self)
{
    bh_stream_reader_read_async(self->reader,
                                self->live.cancellable,
                                on_packet,
                                bh_live_step_new(&self->live));
}

static void
on_reader(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveScan) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;

    if (self == NULL)
        return;
    self->reader = bh_stream_reader_open_finish(result, &error);
    if (self->reader == NULL) {
        bh_live_go_down(&self->live, error);
        return;
    }
    bh_live_go_up(&self->live);
    if (self->reader != NULL)
        read_packet(self);
}

static void
on_scan(gpointer object, gpointer proxy)
{
    BhLiveScan *self = object;

    self->scan = g_object_ref(proxy);
    bh_stream_reader_open_async(self->scan,
                                self->stream_options,
                                self->live.cancellable,
                                on_reader,
                                bh_live_step_new(&self->live));
}

static const BhLiveThing SCAN = {
    .method = "Scan",
    .interface = "org.blehub.Scan1",
    .proxy_type = bh_dbus_scan1_proxy_get_type,
    .proxy_flags =
        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
    .timeout_ms = CALL_TIMEOUT_MS,
    .ready = on_scan,
};

static void
begin(gpointer object)
{
    BhLiveScan *self = object;

    bh_live_make(&self->live, &SCAN, g_variant_new("(@a{sv})", self->scan_options));
}

static const BhLiveKind KIND = {.begin = begin, .end = end};

/* The interface */

void
bh_live_scan_start(BhLiveScan *self)
{
    bh_live_start(&self->live);
}

void
bh_live_scan_stop(BhLiveScan *self)
{
    bh_live_stop(&self->live);
}

BhDbusScan1 *
bh_live_scan_peek_scan(BhLiveScan *self)
{
    return self->reader != NULL ? self->scan : NULL;
}

guint64
bh_live_scan_get_lost(BhLiveScan *self)
{
    return self->lost + (self->reader != NULL ? bh_stream_reader_get_lost(self->reader) : 0);
}

static void
bh_live_scan_finalize(GObject *object)
{
    BhLiveScan *self = BH_LIVE_SCAN(object);

    bh_live_clear(&self->live);
    g_variant_unref(self->scan_options);
    g_variant_unref(self->stream_options);
    G_OBJECT_CLASS(bh_live_scan_parent_class)->finalize(object);
}

static void
bh_live_scan_class_init(BhLiveScanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_live_scan_finalize;
    bh_live_add_signals(BH_TYPE_LIVE_SCAN);
    record_signal = bh_live_add_signal(BH_TYPE_LIVE_SCAN, "record", G_TYPE_POINTER);
}

static void
bh_live_scan_init(BhLiveScan *self)
{
}

BhLiveScan *
bh_live_scan_new(GDBusConnection *bus, GVariant *scan_options, GVariant *stream_options)
{
    BhLiveScan *self = g_object_new(BH_TYPE_LIVE_SCAN, NULL);

    bh_live_init(&self->live, self, bus, &KIND);
    self->scan_options = bh_live_own_options(scan_options);
    self->stream_options = bh_live_own_options(stream_options);
    return self;
}
