/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The connections that talk to us, by unique name. The bus is asked once for each one's user; until
 * it answers, that connection's calls wait in their order. A failure to find out is a denial, never
 * a guess: a caller that vanished in between must not become somebody else.
 */
#include "bh-client.h"

G_BEGIN_DECLS

typedef struct BhPeers BhPeers;

/* max: connections served at once. */
BhPeers *bh_peers_new(GDBusConnection *connection, guint max);
void bh_peers_free(BhPeers *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPeers, bh_peers_free)

void bh_peers_set_max(BhPeers *self, guint max);
guint bh_peers_get_max(BhPeers *self);
guint bh_peers_count(BhPeers *self);

/* client is NULL if the caller is unknown or too many; error then says why. */
typedef void (*BhPeerFunc)(BhClient *client, const GError *error, gpointer user_data);

/* Calls func with the client behind sender: at once if it is known and none of its calls wait, else
 * in turn. */
void bh_peers_with_client(BhPeers *self, const char *sender, BhPeerFunc func, gpointer user_data);

/* NULL if not known (yet, or any more). */
BhClient *bh_peers_peek_client(BhPeers *self, const char *sender);

G_END_DECLS
