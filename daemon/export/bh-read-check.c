/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One ping under way at a time; its answer stands for all that was sent before it. It waits for as
 * long as that takes: each ping that were given up would stay one of the few calls without an
 * answer that the bus lets us have.
 */
#include "bh-read-check.h"

#define PING_BYTES (64 * 1024)
#define MAX_UNREAD_BYTES (512 * 1024)
#define PING_AGAIN_MS 1000 /* when the bus did not take one, or gave it up */

struct BhReadCheck {
    GDBusConnection *connection; /* borrowed */
    BhClient *client;            /* borrowed */
    void (*func)(gpointer user_data);
    gpointer user_data;
    gsize unread;
    gsize pinged; /* part of unread that the ping under way stands for; 0 = none under way */
    GCancellable *cancellable;
    guint again; /* timeout of the next ping; 0 = none is wanted */
};

static void ping(BhReadCheck *self);

gboolean
bh_read_check_may_send(const BhReadCheck *self)
{
    return self->unread < MAX_UNREAD_BYTES;
}

/* By the client, and not by the bus in its place. */
static gboolean
was_answered(const GError *error)
{
    static const GDBusError of_bus[] = {
        G_DBUS_ERROR_LIMITS_EXCEEDED,
        G_DBUS_ERROR_NO_REPLY,
        G_DBUS_ERROR_TIMEOUT,
        G_DBUS_ERROR_TIMED_OUT,
    };

    if (error == NULL)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(of_bus); i++)
        if (g_error_matches(error, G_DBUS_ERROR, (gint)of_bus[i]))
            return FALSE;
    return g_dbus_error_is_remote_error(error);
}

static gboolean
on_again(gpointer user_data)
{
    BhReadCheck *self = user_data;

    self->again = 0;
    ping(self);
    return G_SOURCE_REMOVE;
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
    if (!was_answered(error)) {
        self->again = g_timeout_add(PING_AGAIN_MS, on_again, self);
        return;
    }
    was_full = !bh_read_check_may_send(self);
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
                           G_MAXINT, /* for ever */
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
    g_clear_handle_id(&self->again, g_source_remove);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_free(self);
}
