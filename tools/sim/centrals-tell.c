/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Subscriptions and values told, by signal or by socket: which socket is whose is where the
 * versions of BlueZ differ.
 */
#include "centrals-private.h"

#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define ATT_OVERHEAD 3 /* of a notification: opcode and handle */

/* A socket that the owner of an attribute gave for one central. */
typedef struct {
    BhCentrals *centrals;
    BhServedAttribute *attribute;
    BhSimCentral *central;
    int fd;
    guint source;
} BhServedSocket;

/* Sockets */

static void
socket_free(BhServedSocket *one)
{
    g_ptr_array_remove(one->attribute->sockets, one);
    g_clear_handle_id(&one->source, g_source_remove);
    close(one->fd);
    g_free(one);
}

/* The one that a central uses; central NULL: the first, as in BlueZ. */
static BhServedSocket *
find_socket(const BhServedAttribute *attribute, const BhSimCentral *central)
{
    for (guint i = 0; i < attribute->sockets->len; i++) {
        BhServedSocket *one = attribute->sockets->pdata[i];
        if (central == NULL || one->central == central || !one->centrals->setup.context->is_5_82)
            return one;
    }
    return NULL;
}

/* Telling */

void
bh_central_confirm(BhSimCentral *central, const BhConfirmation *confirmation)
{
    BhServedSocket *one = find_socket(confirmation->attribute, central);
    const guint8 byte = 1;

    if (confirmation->by_socket && one != NULL)
        send(one->fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    else if (!confirmation->by_socket)
        bh_centrals_call_owner(central->centrals, confirmation->attribute, "Confirm");
}

/* As many bytes as fit into a packet are sent. */
static GBytes *
cut(const BhSimCentral *central, GBytes *value)
{
    gsize room = MAX(central->options.mtu, ATT_OVERHEAD) - ATT_OVERHEAD;

    return g_bytes_new_from_bytes(value, 0, MIN(g_bytes_get_size(value), room));
}

static void
tell(BhSimCentral *central, BhConfiguration *configuration, GBytes *value, gboolean by_socket)
{
    BhConfirmation confirmation = {configuration->attribute,
                                   by_socket && central->centrals->setup.context->is_5_82};

    g_ptr_array_add(configuration->told, cut(central, value));
    if (configuration->value != 2)
        return;
    if (central->options.confirms)
        bh_central_confirm(central, &confirmation);
    else
        g_queue_push_tail(&central->unconfirmed, g_memdup2(&confirmation, sizeof confirmation));
}

void
bh_centrals_tell_all(BhCentrals *self,
                     BhServedAttribute *attribute,
                     GBytes *value,
                     gboolean by_socket)
{
    for (guint i = 0; i < self->all->len; i++) {
        BhSimCentral *central = self->all->pdata[i];
        BhConfiguration *configuration = bh_central_find_configuration(central, attribute);
        if (central->path != NULL && configuration != NULL && configuration->value != 0)
            tell(central, configuration, value, by_socket);
    }
}

static void
take_packet(BhServedSocket *one, GBytes *value)
{
    BhConfiguration *configuration = bh_central_find_configuration(one->central, one->attribute);

    if (!one->centrals->setup.context->is_5_82)
        bh_centrals_tell_all(one->centrals, one->attribute, value, TRUE);
    else if (configuration != NULL && configuration->value != 0 && one->central->path != NULL)
        tell(one->central, configuration, value, TRUE);
}

static gboolean
on_socket(gint fd, GIOCondition condition, gpointer user_data)
{
    BhServedSocket *one = user_data;
    guint8 bytes[512];
    gssize n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n > 0) {
        g_autoptr(GBytes) value = g_bytes_new(bytes, (gsize)n);
        take_packet(one, value);
        return G_SOURCE_CONTINUE;
    }
    one->source = 0;
    socket_free(one);
    return G_SOURCE_REMOVE;
}

/* Subscribing */

typedef struct {
    BhCentrals *centrals;
    BhSimCentral *central;
    BhServedAttribute *attribute;
    BhCentralsDone done;
    gpointer user_data;
} Acquiring;

static void
add_socket(const Acquiring *acquiring, int fd)
{
    BhServedSocket *one = g_new0(BhServedSocket, 1);

    one->centrals = acquiring->centrals;
    one->central = acquiring->central;
    one->attribute = acquiring->attribute;
    one->fd = fd;
    one->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_socket, one);
    g_ptr_array_add(acquiring->attribute->sockets, one);
    acquiring->attribute->subscriptions++;
}

/* After Failed BlueZ goes on without anything. */
static void
do_without(const Acquiring *acquiring, const GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);

    if (g_strcmp0(name, "org.bluez.Error.Failed") == 0 ||
        g_strcmp0(name, "org.freedesktop.DBus.Error.NoReply") == 0)
        return;
    bh_centrals_call_owner(acquiring->centrals, acquiring->attribute, "StartNotify");
    acquiring->attribute->subscriptions++;
}

static void
on_acquired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Acquiring *acquiring = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_with_unix_fd_list_finish(G_DBUS_CONNECTION(source),
                                                        &fds,
                                                        result,
                                                        &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        acquiring->done(BH_CENTRALS_LINK_GONE, NULL, acquiring->user_data);
        return;
    }
    acquiring->done(0, NULL, acquiring->user_data);
    if (reply == NULL) {
        if (bh_served_has(acquiring->centrals->served, acquiring->attribute))
            do_without(acquiring, error);
        return;
    }
    int fd = fds != NULL ? g_unix_fd_list_get(fds, 0, NULL) : -1;
    if (fd >= 0 && bh_served_has(acquiring->centrals->served, acquiring->attribute))
        add_socket(acquiring, fd);
}

static void
acquire(BhSimCentral *central,
        BhServedAttribute *attribute,
        BhCentralsDone done,
        gpointer user_data)
{
    g_autoptr(GDBusConnection) connection = bh_centrals_dup_connection(central->centrals);
    Acquiring *acquiring = g_new0(Acquiring, 1);

    *acquiring = (Acquiring){central->centrals, central, attribute, done, user_data};
    g_dbus_connection_call_with_unix_fd_list(
        connection,
        attribute->sender,
        attribute->path,
        BH_CENTRALS_CHARACTERISTIC,
        "AcquireNotify",
        g_variant_new("(@a{sv})", bh_central_new_options(central, 0, FALSE)),
        G_VARIANT_TYPE("(hq)"),
        G_DBUS_CALL_FLAGS_NO_AUTO_START,
        BH_CENTRALS_CALL_TIMEOUT_MS,
        NULL,
        central->link,
        on_acquired,
        acquiring);
}

static void
subscribe(BhSimCentral *central,
          BhServedAttribute *attribute,
          BhCentralsDone done,
          gpointer user_data)
{
    if (find_socket(attribute, central) == NULL && attribute->acquires) {
        acquire(central, attribute, done, user_data);
        return;
    }
    if (find_socket(attribute, central) == NULL)
        bh_centrals_call_owner(central->centrals, attribute, "StartNotify");
    attribute->subscriptions++;
    done(0, NULL, user_data);
}

/* central NULL: its link is gone. */
static void
unsubscribe(BhCentrals *self, BhServedAttribute *attribute, const BhSimCentral *central)
{
    BhServedSocket *one = find_socket(attribute, central);

    if (attribute->subscriptions == 0)
        return;
    attribute->subscriptions--;
    if (self->setup.context->is_5_82 && one != NULL) {
        socket_free(one);
    } else if (attribute->subscriptions == 0 && one != NULL) {
        socket_free(one);
    } else if (attribute->subscriptions == 0) {
        bh_centrals_call_owner(self, attribute, "StopNotify");
    }
}

static gboolean
may_configure(const BhServedAttribute *attribute, guint16 value)
{
    return value == 0 || (value == 1 && bh_served_attribute_has(attribute, "notify")) ||
           (value == 2 && bh_served_attribute_has(attribute, "indicate"));
}

gboolean
bh_centrals_configure(BhCentrals *centrals,
                      const BhAddress *address,
                      const char *name,
                      guint16 value,
                      BhCentralsDone done,
                      gpointer user_data,
                      GError **error)
{
    BhSimCentral *central = bh_centrals_find_connected(centrals, address, error);
    BhServedAttribute *attribute =
        central != NULL ? bh_served_find(centrals->served, name, error) : NULL;

    if (attribute == NULL)
        return FALSE;
    BhConfiguration *configuration = bh_central_ensure_configuration(central, attribute);
    gboolean changes = may_configure(attribute, value) && configuration->value != value;
    if (changes)
        configuration->value = value;
    if (changes && value != 0) {
        subscribe(central, attribute, done, user_data);
        return TRUE;
    }
    if (changes)
        unsubscribe(centrals, attribute, central);
    done(may_configure(attribute, value) ? 0 : BH_SIM_ATT_IMPROPERLY_CONFIGURED, NULL, user_data);
    return TRUE;
}

/* The end */

/* In BlueZ's order: its descriptors are cleared, each of which closes the socket made first, and
 * then its own sockets are. */
static void
close_its_sockets(BhSimCentral *central, BhServedAttribute *attribute)
{
    for (guint i = attribute->sockets->len; i > 0; i--) {
        BhServedSocket *one = attribute->sockets->pdata[i - 1];
        if (one->central == central && central->centrals->setup.context->is_5_82)
            socket_free(one);
    }
}

void
bh_central_leave(BhSimCentral *central, BhConfiguration *configuration)
{
    if (!central->options.bonded && configuration->value != 0)
        unsubscribe(central->centrals, configuration->attribute, NULL);
    close_its_sockets(central, configuration->attribute);
}

void
bh_centrals_close_sockets(BhServedAttribute *attribute)
{
    while (attribute->sockets->len > 0)
        socket_free(attribute->sockets->pdata[0]);
}
