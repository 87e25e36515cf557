/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One buffer as long as the longest packet, and one source for all reads, as long as the next
 * begins in the callback of the one before: to put a descriptor into the loop and to take it out
 * wakes the loop up each time. For the same reason the source may recurse as far as GLib knows.
 */
#include "bh-stream-reader.h"

#include "bh-error.h"

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_TIMEOUT_MS 10000

struct _BhStreamReader {
    GObject parent;
    GSocket *socket;
    GSource *source;           /* NULL unless a read waits, or did last time the loop looked */
    GCancellable *cancellable; /* of the source; may be NULL */
    GTask *task;               /* the read that waits; NULL = nobody reads */
    gboolean of_values;        /* what its records are */
    BhPackedIter iter;         /* over packet */
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

/* The size of the packet, 0 at the end; -1 with error, or without if nothing is there. */
static gssize
receive(BhStreamReader *self, GError **error)
{
    gssize size;

    do
        size = recv(g_socket_get_fd(self->socket), self->packet, sizeof self->packet, MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0 && errno != EAGAIN)
        g_set_error(error,
                    G_IO_ERROR,
                    g_io_error_from_errno(errno),
                    "packed stream: %s",
                    g_strerror(errno));
    return size;
}

/* TRUE when the task was answered; FALSE if nothing is there to read. */
static gboolean
try_read(BhStreamReader *self, GTask *task)
{
    GError *error = NULL;

    if (g_task_return_error_if_cancelled(task))
        return TRUE;
    gssize size = receive(self, &error);
    if (size < 0 && error == NULL)
        return FALSE;
    if (size < 0 || (size > 0 && !check_packet(self, (gsize)size, &error)))
        g_task_return_error(task, error);
    else
        g_task_return_int(task, size > 0 ? (gssize)self->iter.left : 0);
    return TRUE;
}

/* Waiting */

typedef struct {
    GSource parent;
    GPollFD poll;
    BhStreamReader *reader; /* borrowed: destroys this before it goes */
} ReadSource;

static void
drop_source(BhStreamReader *self)
{
    if (self->source == NULL)
        return;
    g_source_destroy(self->source);
    g_clear_pointer(&self->source, g_source_unref);
    g_clear_object(&self->cancellable);
}

static gboolean
source_prepare(GSource *base, gint *timeout)
{
    ReadSource *source = (ReadSource *)base;

    source->poll.events = source->reader->task != NULL ? G_IO_IN : 0;
    source->poll.revents = 0;
    *timeout = -1;
    return FALSE;
}

static gboolean
source_check(GSource *base)
{
    return ((ReadSource *)base)->poll.revents != 0;
}

/* Nobody reads, but the writer is gone, or the cancellable of the last read is cancelled: the loop
 * would wake up for that again and again. */
static gboolean
source_dispatch(GSource *base, GSourceFunc callback, gpointer user_data)
{
    g_autoptr(BhStreamReader) reader = g_object_ref(((ReadSource *)base)->reader);
    g_autoptr(GTask) task = g_steal_pointer(&reader->task);

    if (task == NULL)
        drop_source(reader);
    else if (!try_read(reader, task))
        reader->task = g_steal_pointer(&task);
    return !g_source_is_destroyed(base);
}

static GSourceFuncs source_funcs = {
    .prepare = source_prepare,
    .check = source_check,
    .dispatch = source_dispatch,
};

static gboolean
fits(BhStreamReader *self, GTask *task)
{
    return self->source != NULL && self->cancellable == g_task_get_cancellable(task) &&
           g_source_get_context(self->source) == g_task_get_context(task);
}

static void
add_source(BhStreamReader *self, GTask *task)
{
    ReadSource *source = (ReadSource *)g_source_new(&source_funcs, sizeof(ReadSource));

    source->reader = self;
    source->poll.fd = g_socket_get_fd(self->socket);
    self->source = &source->parent;
    g_source_set_name(self->source, "bh-stream-reader");
    g_source_set_can_recurse(self->source, TRUE);
    g_source_add_poll(self->source, &source->poll);
    g_set_object(&self->cancellable, g_task_get_cancellable(task));
    if (self->cancellable != NULL) {
        g_autoptr(GSource) cancelled = g_cancellable_source_new(self->cancellable);
        g_source_set_dummy_callback(cancelled);
        g_source_add_child_source(self->source, cancelled);
    }
    g_source_attach(self->source, g_task_get_context(task));
}

void
bh_stream_reader_read_async(BhStreamReader *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);

    g_task_set_source_tag(task, bh_stream_reader_read_async);
    g_task_set_check_cancellable(task, FALSE); /* a packet read is a packet delivered */
    self->iter = (BhPackedIter){0};
    if (!fits(self, task)) {
        drop_source(self);
        add_source(self, task);
    }
    self->task = g_steal_pointer(&task);
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
    drop_source(BH_STREAM_READER(object));
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
