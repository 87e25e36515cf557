/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything between two appearances of blehubd belongs to one cancellable: when the name goes, it
 * is cancelled, and a step that was under way finds that it is not the one of the present.
 */
#include "bh-live-scan.h"

#include "bh-live-step.h"

#define BUS_NAME "org.blehub"
#define HUB_PATH "/org/blehub"
#define CALL_TIMEOUT_MS 10000

struct _BhLiveScan {
    GObject parent;
    GDBusConnection *bus;
    GVariant *scan_options;
    GVariant *stream_options;
    guint watch;               /* of the name; 0 = stopped */
    GCancellable *cancellable; /* of this appearance of blehubd; NULL = it is not there */
    char *owner;               /* unique name of this appearance */
    char *path;                /* of its scan; NULL = none was made yet */
    BhDbusScan1 *scan;
    BhStreamReader *reader;
    guint64 lost; /* by readers that are gone */
};

enum {
    SIGNAL_RECORD,
    SIGNAL_UP,
    SIGNAL_DOWN,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhLiveScan, bh_live_scan, G_TYPE_OBJECT)

static void
drop_reader(BhLiveScan *self)
{
    if (self->reader != NULL)
        self->lost += bh_stream_reader_get_lost(self->reader);
    g_clear_object(&self->reader);
}

/* Ends what this appearance of blehubd gave; FALSE if there was nothing. */
static gboolean
forget(BhLiveScan *self)
{
    if (self->cancellable == NULL)
        return FALSE;
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    drop_reader(self);
    g_clear_object(&self->scan);
    if (self->path != NULL)
        bh_live_release(self->bus, self->owner, self->path, "org.blehub.Scan1");
    g_clear_pointer(&self->path, g_free);
    g_clear_pointer(&self->owner, g_free);
    return TRUE;
}

static void
go_down(BhLiveScan *self, const GError *reason)
{
    if (forget(self))
        g_signal_emit(self, signals[SIGNAL_DOWN], 0, reason);
}

/* The steps: Scan, a proxy for it, OpenStream, and then packet after packet. */

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
            g_signal_emit(self, signals[SIGNAL_RECORD], 0, &record);
        if (reader == self->reader)
            read_packet(self);
        return;
    }
    if (error == NULL)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "the scan ended");
    go_down(self, error);
}

static void
read_packet(BhLiveScan *self)
{
    bh_stream_reader_read_async(self->reader,
                                self->cancellable,
                                on_packet,
                                bh_live_step_new(self, self->cancellable, NULL));
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
        go_down(self, error);
        return;
    }
    g_signal_emit(self, signals[SIGNAL_UP], 0);
    if (self->reader != NULL)
        read_packet(self);
}

static void
on_proxy(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveScan) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;

    if (self == NULL)
        return;
    self->scan = bh_dbus_scan1_proxy_new_finish(result, &error);
    if (self->scan == NULL) {
        go_down(self, error);
        return;
    }
    bh_stream_reader_open_async(self->scan,
                                self->stream_options,
                                self->cancellable,
                                on_reader,
                                bh_live_step_new(self, self->cancellable, NULL));
}

/* Never cancelled: a scan that was made for nobody must be released. */
static void
on_scan(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GDBusConnection *bus = G_DBUS_CONNECTION(source);
    g_autofree char *owner = bh_live_step_dup_owner(user_data);
    g_autoptr(BhLiveScan) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, &error);
    const char *path = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(&o)", &path);
    if (self == NULL && path != NULL)
        bh_live_release(bus, owner, path, "org.blehub.Scan1");
    if (self != NULL && path == NULL)
        go_down(self, error);
    if (self == NULL || path == NULL)
        return;
    self->path = g_strdup(path);
    bh_dbus_scan1_proxy_new(bus,
                            G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
                                G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                            owner,
                            path,
                            self->cancellable,
                            on_proxy,
                            bh_live_step_new(self, self->cancellable, NULL));
}

static void
on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    BhLiveScan *self = user_data;

    forget(self);
    self->cancellable = g_cancellable_new();
    self->owner = g_strdup(owner);
    g_dbus_connection_call(bus,
                           owner,
                           HUB_PATH,
                           "org.blehub.Hub1",
                           "Scan",
                           g_variant_new("(@a{sv})", self->scan_options),
                           G_VARIANT_TYPE("(o)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_TIMEOUT_MS,
                           NULL,
                           on_scan,
                           bh_live_step_new(self, self->cancellable, owner));
}

static void
on_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    g_autoptr(GError) reason =
        g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "blehubd left the bus");

    go_down(user_data, reason);
}

/* The interface */

void
bh_live_scan_start(BhLiveScan *self)
{
    if (self->watch != 0 && self->cancellable == NULL)
        bh_live_scan_stop(self); /* it is down: look anew */
    if (self->watch == 0)
        self->watch = g_bus_watch_name_on_connection(self->bus,
                                                     BUS_NAME,
                                                     G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                     on_appeared,
                                                     on_vanished,
                                                     self,
                                                     NULL);
}

void
bh_live_scan_stop(BhLiveScan *self)
{
    if (self->watch != 0)
        g_bus_unwatch_name(self->watch);
    self->watch = 0;
    forget(self);
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
bh_live_scan_dispose(GObject *object)
{
    bh_live_scan_stop(BH_LIVE_SCAN(object));
    G_OBJECT_CLASS(bh_live_scan_parent_class)->dispose(object);
}

static void
bh_live_scan_finalize(GObject *object)
{
    BhLiveScan *self = BH_LIVE_SCAN(object);

    g_clear_object(&self->bus);
    g_variant_unref(self->scan_options);
    g_variant_unref(self->stream_options);
    G_OBJECT_CLASS(bh_live_scan_parent_class)->finalize(object);
}

static guint
new_signal(const char *name, guint n_parameters, GType parameter)
{
    return g_signal_new(name,
                        BH_TYPE_LIVE_SCAN,
                        G_SIGNAL_RUN_LAST,
                        0,
                        NULL,
                        NULL,
                        NULL,
                        G_TYPE_NONE,
                        n_parameters,
                        parameter);
}

static void
bh_live_scan_class_init(BhLiveScanClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_live_scan_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_live_scan_finalize;
    signals[SIGNAL_RECORD] = new_signal("record", 1, G_TYPE_POINTER);
    signals[SIGNAL_UP] = new_signal("up", 0, G_TYPE_NONE);
    signals[SIGNAL_DOWN] = new_signal("down", 1, G_TYPE_ERROR);
}

static void
bh_live_scan_init(BhLiveScan *self)
{
}

static GVariant *
own_options(GVariant *options)
{
    return g_variant_ref_sink(
        options != NULL ? options : g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0));
}

BhLiveScan *
bh_live_scan_new(GDBusConnection *bus, GVariant *scan_options, GVariant *stream_options)
{
    BhLiveScan *self = g_object_new(BH_TYPE_LIVE_SCAN, NULL);

    self->bus = g_object_ref(bus);
    self->scan_options = own_options(scan_options);
    self->stream_options = own_options(stream_options);
    return self;
}
