/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * All remote devices that somebody holds, and who may try to connect when: one attempt at a time
 * per adapter, taken in turns by devices, and among those by clients. It chooses the adapter of a
 * device by signal and free slots, and starts the low-duty scan that waiting holds want.
 *
 * Signals: "added" (BhRemote), "removed" (BhRemote).
 */
#include "bh-remote.h"

G_BEGIN_DECLS

#define BH_TYPE_REMOTES (bh_remotes_get_type())
G_DECLARE_FINAL_TYPE(BhRemotes, bh_remotes, BH, REMOTES, GObject)

/* Takes a hold and waits until the link is ready. A hold that could not be served is released again
 * unless spec.reconnect: then it stays, waits, and is the result all the same only if the link came
 * up in time. Errors: NotReady, Timeout, LimitExceeded, Disconnected, Cancelled, NotFound
 * (Adapter), Failed. */
void bh_remotes_connect_async(BhRemotes *self,
                              const BhHoldSpec *spec,
                              BhClient *client,
                              BhLifetime lifetime,
                              gint64 lease_ms,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BhHold *bh_remotes_connect_finish(BhRemotes *self, GAsyncResult *result, GError **error);

BhRemote *bh_remotes_find(BhRemotes *self, const BhAddress *address);
typedef void (*BhRemoteFunc)(BhRemote *remote, gpointer user_data);
void bh_remotes_foreach(BhRemotes *self, BhRemoteFunc func, gpointer user_data);

/* BhLinkKey of every bonded device, of all adapters; free with g_array_unref(). Errors: NotReady,
 * Cancelled (the client left), Timeout. */
void bh_remotes_list_bonds_async(BhRemotes *self,
                                 BhClient *client,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GArray *bh_remotes_list_bonds_finish(BhRemotes *self, GAsyncResult *result, GError **error);
/* Forgets the bonds with a device, held or not: of one adapter (slot) or, slot G_MAXUINT8, of all.
 * Errors: NotFound, NotReady, Cancelled. */
void bh_remotes_remove_bond_async(BhRemotes *self,
                                  const BhAddress *address,
                                  guint8 slot,
                                  BhClient *client,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean bh_remotes_remove_bond_finish(BhRemotes *self, GAsyncResult *result, GError **error);

G_END_DECLS
