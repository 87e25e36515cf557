/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One match on NameOwnerChanged serves all peers, and only while there are any: a match per peer
 * would meet the bus's limit of 512, and one that is always there would wake us for every program
 * on the bus.
 */
#include "bh-peers.h"

#include "bh-error.h"

#define MAX_WAITING_CALLS                                                                          \
    1024 /* of one connection, until its user is known; a bus allows fewer                         \
          */
#define CREDENTIALS_TIMEOUT_MS 5000

typedef struct {
    BhPeerFunc func;
    gpointer user_data;
} Waiting;

typedef struct {
    BhPeers *peers; /* borrowed: cleared when peers is freed or the connection left */
    char *name;
    BhClient *client; /* NULL until known */
    GQueue waiting;   /* Waiting */
    gboolean serving; /* its queue is being worked off */
} Peer;

struct BhPeers {
    GDBusConnection *connection;
    GHashTable *peers; /* unique name -> Peer (reference) */
    guint max;
    guint names_subscription;
    GCancellable *cancellable;
};

static void
peer_clear(gpointer data)
{
    Peer *peer = data;

    g_free(peer->name);
    g_clear_object(&peer->client);
    g_assert(g_queue_is_empty(&peer->waiting));
}

static void
peer_unref(gpointer data)
{
    g_rc_box_release_full(data, peer_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Peer, peer_unref)

static void
peer_serve(Peer *peer, const GError *error)
{
    Waiting *waiting;

    peer->serving = TRUE;
    while ((waiting = g_queue_pop_head(&peer->waiting)) != NULL) {
        waiting->func(peer->client, error, waiting->user_data);
        g_free(waiting);
    }
    peer->serving = FALSE;
}

static void
peer_leave(Peer *peer)
{
    g_autoptr(GError) error = g_error_new(BH_ERROR, BH_ERROR_CANCELLED, "the caller left");

    peer->peers = NULL;
    if (peer->client != NULL)
        bh_client_leave(peer->client);
    else
        peer_serve(peer, error);
}

static void watch_names(BhPeers *self, gboolean watch);

static void
drop_peer(BhPeers *self, const char *name)
{
    g_autoptr(Peer) peer = NULL;
    gpointer value = NULL;

    if (!g_hash_table_steal_extended(self->peers, name, NULL, &value))
        return;
    peer = value;
    peer_leave(peer);
    if (g_hash_table_size(self->peers) == 0)
        watch_names(self, FALSE);
}

static void
on_name_owner_changed(GDBusConnection *connection,
                      const char *sender,
                      const char *path,
                      const char *interface,
                      const char *signal,
                      GVariant *parameters,
                      gpointer user_data)
{
    const char *name = NULL, *new_owner = NULL;

    g_variant_get(parameters, "(&s&s&s)", &name, NULL, &new_owner);
    if (name[0] == ':' && new_owner[0] == '\0')
        drop_peer(user_data, name);
}

static void
watch_names(BhPeers *self, gboolean watch)
{
    if (watch && self->names_subscription == 0)
        self->names_subscription = g_dbus_connection_signal_subscribe(self->connection,
                                                                      "org.freedesktop.DBus",
                                                                      "org.freedesktop.DBus",
                                                                      "NameOwnerChanged",
                                                                      "/org/freedesktop/DBus",
                                                                      NULL,
                                                                      G_DBUS_SIGNAL_FLAGS_NONE,
                                                                      on_name_owner_changed,
                                                                      self,
                                                                      NULL);
    else if (!watch && self->names_subscription != 0) {
        g_dbus_connection_signal_unsubscribe(self->connection, self->names_subscription);
        self->names_subscription = 0;
    }
}

static gboolean
read_uid(GVariant *reply, guint32 *uid)
{
    g_autoptr(GVariant) credentials = g_variant_get_child_value(reply, 0);

    return g_variant_lookup(credentials, "UnixUserID", "u", uid);
}

static void
on_credentials(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Peer) peer = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GError) denial = NULL;
    g_autofree char *name = NULL;
    guint32 uid;

    if (peer->peers == NULL)
        return; /* left meanwhile; its calls were answered then */
    if (reply != NULL && read_uid(reply, &uid)) {
        peer->client = bh_client_new(peer->name, uid);
        peer_serve(peer, NULL);
        return;
    }
    denial = g_error_new(BH_ERROR, BH_ERROR_NOT_AUTHORIZED, "the bus does not know who is calling");
    peer_serve(peer, denial);
    name = g_strdup(peer->name);
    if (peer->peers != NULL)
        drop_peer(peer->peers, name);
}

static Peer *
add_peer(BhPeers *self, const char *name)
{
    Peer *peer = g_rc_box_new0(Peer);

    peer->peers = self;
    peer->name = g_strdup(name);
    g_queue_init(&peer->waiting);
    g_hash_table_insert(self->peers, peer->name, peer);
    watch_names(self, TRUE); /* before asking, so that no departure is missed */
    g_dbus_connection_call(self->connection,
                           "org.freedesktop.DBus",
                           "/org/freedesktop/DBus",
                           "org.freedesktop.DBus",
                           "GetConnectionCredentials",
                           g_variant_new("(s)", name),
                           G_VARIANT_TYPE("(a{sv})"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CREDENTIALS_TIMEOUT_MS,
                           self->cancellable,
                           on_credentials,
                           g_rc_box_acquire(peer));
    return peer;
}

static gboolean
refuse(BhPeerFunc func, gpointer user_data, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(BH_ERROR, BH_ERROR_LIMIT_EXCEEDED, message);

    func(NULL, error, user_data);
    return FALSE;
}

void
bh_peers_with_client(BhPeers *self, const char *sender, BhPeerFunc func, gpointer user_data)
{
    Peer *peer = g_hash_table_lookup(self->peers, sender);
    Waiting *waiting;

    if (peer != NULL && peer->client != NULL && !peer->serving) {
        func(peer->client, NULL, user_data);
        return;
    }
    if (peer == NULL && g_hash_table_size(self->peers) >= self->max) {
        refuse(func, user_data, "MaxClients: too many connections are being served");
        return;
    }
    if (peer == NULL)
        peer = add_peer(self, sender);
    if (g_queue_get_length(&peer->waiting) >= MAX_WAITING_CALLS) {
        refuse(func, user_data, "too many calls before the first was answered");
        return;
    }
    waiting = g_new(Waiting, 1);
    *waiting = (Waiting){func, user_data};
    g_queue_push_tail(&peer->waiting, waiting);
}

BhClient *
bh_peers_peek_client(BhPeers *self, const char *sender)
{
    Peer *peer = g_hash_table_lookup(self->peers, sender);

    return peer != NULL ? peer->client : NULL;
}

void
bh_peers_set_max(BhPeers *self, guint max)
{
    self->max = max;
}

guint
bh_peers_get_max(BhPeers *self)
{
    return self->max;
}

guint
bh_peers_count(BhPeers *self)
{
    return g_hash_table_size(self->peers);
}

BhPeers *
bh_peers_new(GDBusConnection *connection, guint max)
{
    BhPeers *self = g_new0(BhPeers, 1);

    self->connection = g_object_ref(connection);
    self->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, peer_unref);
    self->max = max;
    self->cancellable = g_cancellable_new();
    return self;
}

void
bh_peers_free(BhPeers *self)
{
    g_autoptr(GList) names = g_hash_table_get_keys(self->peers);

    for (GList *it = names; it != NULL; it = it->next) {
        g_autofree char *name = g_strdup(it->data);

        drop_peer(self, name);
    }
    watch_names(self, FALSE);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_hash_table_unref(self->peers);
    g_object_unref(self->connection);
    g_free(self);
}
