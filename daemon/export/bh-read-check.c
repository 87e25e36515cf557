/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One ping under way at a time; its answer stands for all that was sent before it.
 */
#include "bh-read-check.h"

#define PING_BYTES (64 * 1024)
#define MAX_UNREAD_BYTES (512 * 1024)
#define PING_TIMEOUT_MS 10000

struct BhReadCheck {
    GDBusConnection *connection; /* borrowed */
    BhClient *client;            /* borrowed */
    void (*func)(gpointer user_data);
    gpointer user_data;
    gsize unread;
    gsize pinged; /* part of unread that the ping under way stands for; 0 = none under way */
    GCancellable *cancellable;
};

static void ping(BhReadCheck *self);

gboolean
bh_read_check_may_send(const BhReadCheck *self)
{
    return self->unread < MAX_UNREAD_BYTES;
}

static gboolean
was_answered(const GError *error)
{
    return error == NULL || g_dbus_error_is_remote_error(error);
}

static void
on_pong(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhReadCheck *self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    gboolean was_full;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* self is gone */
    was_full = !bh_read_check_may_send(self);
    if (was_answered(error))
        self->unread -= self->pinged;
    self->pinged = 0;
    if (self->unread >= PING_BYTES)
        ping(self);
    if (was_full && bh_read_check_may_send(self))
        self->func(self->user_data);
}

static void
ping(BhReadCheck *self)
{
    self->pinged = self->unread;
    g_dbus_connection_call(self->connection,
                           bh_client_get_name(self->client),
                           "/",
                           "org.freedesktop.DBus.Peer",
                           "Ping",
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           PING_TIMEOUT_MS,
                           self->cancellable,
                           on_pong,
                           self);
}

void
bh_read_check_sent(BhReadCheck *self, gsize bytes)
{
    self->unread += bytes;
    if (self->pinged == 0 && self->unread >= PING_BYTES)
        ping(self);
}

BhReadCheck *
bh_read_check_new(GDBusConnection *connection,
                  BhClient *client,
                  void (*func)(gpointer user_data),
                  gpointer user_data)
{
    BhReadCheck *self = g_new0(BhReadCheck, 1);

    self->connection = connection;
    self->client = client;
    self->func = func;
    self->user_data = user_data;
    self->cancellable = g_cancellable_new();
    return self;
}

void
bh_read_check_free(BhReadCheck *self)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_free(self);
}
