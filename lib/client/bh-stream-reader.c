/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One buffer as long as the longest packet. A read that finds a packet waiting ends without a turn
 * of its own in poll(); otherwise a source on the socket waits for it.
 */
#include "bh-stream-reader.h"

#include "bh-error.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define OPEN_TIMEOUT_MS 10000

struct _BhStreamReader {
    GObject parent;
    GSocket *socket;
    gboolean of_values; /* what its records are */
    BhPackedIter iter;  /* over packet */
    guint64 lost;
    guint8 packet[BH_PACKED_PACKET_MAX];
};

G_DEFINE_FINAL_TYPE(BhStreamReader, bh_stream_reader, G_TYPE_OBJECT)

/* Opening */

static GVariant *
with_format(GVariant *options)
{
    g_autoptr(GVariant) owned = options != NULL ? g_variant_ref_sink(options) : NULL;
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(owned);

    g_variant_dict_insert(&dict, "Format", "s", "packed");
    return g_variant_dict_end(&dict);
}

/* Takes fd. */
static BhStreamReader *
reader_new(int fd, gboolean of_values, GError **error)
{
    BhStreamReader *self = NULL;
    GSocket *socket = g_socket_new_from_fd(fd, error);

    if (socket == NULL) {
        close(fd);
        return NULL;
    }
    g_socket_set_blocking(socket, FALSE);
    self = g_object_new(BH_TYPE_STREAM_READER, NULL);
    self->socket = socket;
    self->of_values = of_values;
    return self;
}

/* reply: of OpenStream; NULL: it failed, error is set. */
static BhStreamReader *
reader_from_reply(GDBusProxy *proxy, GVariant *reply, GUnixFDList *fds, GError **error)
{
    gint32 handle = 0;
    int fd = -1;

    if (reply == NULL)
        return NULL;
    if (fds == NULL) {
        g_set_error_literal(error,
                            G_IO_ERROR,
                            G_IO_ERROR_NOT_SUPPORTED,
                            "this connection passes no file descriptors");
        return NULL;
    }
    g_variant_get(reply, "(h)", &handle);
    fd = g_unix_fd_list_get(fds, handle, error);
    return fd >= 0 ? reader_new(fd, BH_DBUS_IS_SUBSCRIPTION1(proxy), error) : NULL;
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autoptr(GUnixFDList) fds = NULL;
    GError *error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source), &fds, result, &error);
    BhStreamReader *reader = reader_from_reply(G_DBUS_PROXY(source), reply, fds, &error);

    if (reader != NULL)
        g_task_return_pointer(task, reader, g_object_unref);
    else
        g_task_return_error(task, error);
}

static void
open_async(GDBusProxy *proxy,
           GVariant *options,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(proxy, cancellable, callback, user_data);

    g_task_set_source_tag(task, open_async);
    g_dbus_proxy_call_with_unix_fd_list(proxy,
                                        "OpenStream",
                                        g_variant_new("(@a{sv})", with_format(options)),
                                        G_DBUS_CALL_FLAGS_NONE,
                                        OPEN_TIMEOUT_MS,
                                        NULL,
                                        cancellable,
                                        on_opened,
                                        g_steal_pointer(&task));
}

static BhStreamReader *
open_sync(GDBusProxy *proxy, GVariant *options, GCancellable *cancellable, GError **error)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_proxy_call_with_unix_fd_list_sync(proxy,
                                                 "OpenStream",
                                                 g_variant_new("(@a{sv})", with_format(options)),
                                                 G_DBUS_CALL_FLAGS_NONE,
                                                 OPEN_TIMEOUT_MS,
                                                 NULL,
                                                 &fds,
                                                 cancellable,
                                                 error);

    return reader_from_reply(proxy, reply, fds, error);
}

void
bh_stream_reader_open_async(BhDbusScan1 *scan,
                            GVariant *options,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    open_async(G_DBUS_PROXY(scan), options, cancellable, callback, user_data);
}

BhStreamReader *
bh_stream_reader_open_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

BhStreamReader *
bh_stream_reader_open_sync(BhDbusScan1 *scan,
                           GVariant *options,
                           GCancellable *cancellable,
                           GError **error)
{
    return open_sync(G_DBUS_PROXY(scan), options, cancellable, error);
}

void
bh_stream_reader_open_values_async(BhDbusSubscription1 *subscription,
                                   GVariant *options,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
    open_async(G_DBUS_PROXY(subscription), options, cancellable, callback, user_data);
}

BhStreamReader *
bh_stream_reader_open_values_sync(BhDbusSubscription1 *subscription,
                                  GVariant *options,
                                  GCancellable *cancellable,
                                  GError **error)
{
    return open_sync(G_DBUS_PROXY(subscription), options, cancellable, error);
}

/* Reading */

/* Steps over a record of the reader's kind; how many were lost before it goes into dropped. */
static gboolean
skip_record(BhStreamReader *self, BhPackedIter *iter, guint32 *dropped, GError **error)
{
    BhPackedRecord record = {0};
    BhPackedValue value = {0};
    gboolean read = self->of_values ? bh_packed_iter_next_value(iter, &value, error)
                                    : bh_packed_iter_next(iter, &record, error);

    *dropped = self->of_values ? value.dropped : record.dropped;
    return read;
}

/* Whether every record fits, so that reading them cannot fail; counts what was lost. */
static gboolean
check_packet(BhStreamReader *self, gsize size, GError **error)
{
    GError *reason = NULL;
    BhPackedIter iter;
    guint32 dropped = 0;

    if (!bh_packed_iter_init(&iter, self->packet, size, error))
        return FALSE;
    if (iter.left == 0) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, "packed stream: an empty packet");
        return FALSE;
    }
    self->iter = iter;
    while (skip_record(self, &iter, &dropped, &reason))
        self->lost += dropped;
    if (reason == NULL)
        return TRUE;
    self->iter = (BhPackedIter){0};
    g_propagate_error(error, reason);
    return FALSE;
}

/* TRUE when the task was answered; FALSE if nothing is there to read. */
static gboolean
try_read(BhStreamReader *self, GTask *task)
{
    GError *error = NULL;
    gssize size = g_socket_receive(self->socket,
                                   (char *)self->packet,
                                   sizeof self->packet,
                                   g_task_get_cancellable(task),
                                   &error);

    self->iter = (BhPackedIter){0};
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        g_error_free(error);
        return FALSE;
    }
    if (size < 0 || (size > 0 && !check_packet(self, (gsize)size, &error)))
        g_task_return_error(task, error);
    else
        g_task_return_int(task, size > 0 ? (gssize)self->iter.left : 0);
    return TRUE;
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    GTask *task = user_data;

    return try_read(g_task_get_source_object(task), task) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

void
bh_stream_reader_read_async(BhStreamReader *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    g_autoptr(GSource) source = NULL;

    g_task_set_source_tag(task, bh_stream_reader_read_async);
    g_task_set_check_cancellable(task, FALSE); /* a packet read is a packet delivered */
    if (try_read(self, task))
        return;
    source = g_socket_create_source(self->socket, G_IO_IN, cancellable);
    g_task_attach_source(task, source, G_SOURCE_FUNC(on_readable));
}

gssize
bh_stream_reader_read_finish(BhStreamReader *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_int(G_TASK(result), error);
}

gboolean
bh_stream_reader_next(BhStreamReader *self, BhPackedRecord *record)
{
    return !self->of_values && bh_packed_iter_next(&self->iter, record, NULL);
}

gboolean
bh_stream_reader_next_value(BhStreamReader *self, BhPackedValue *value)
{
    return self->of_values && bh_packed_iter_next_value(&self->iter, value, NULL);
}

guint64
bh_stream_reader_get_lost(BhStreamReader *self)
{
    return self->lost;
}

static void
bh_stream_reader_finalize(GObject *object)
{
    g_clear_object(&BH_STREAM_READER(object)->socket);
    G_OBJECT_CLASS(bh_stream_reader_parent_class)->finalize(object);
}

static void
bh_stream_reader_class_init(BhStreamReaderClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_stream_reader_finalize;
}

static void
bh_stream_reader_init(BhStreamReader *self)
{
}

BhStreamReader *
bh_stream_reader_new(int fd, GError **error)
{
    return reader_new(fd, FALSE, error);
}

BhStreamReader *
bh_stream_reader_new_values(int fd, GError **error)
{
    return reader_new(fd, TRUE, error);
}
