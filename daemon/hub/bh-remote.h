/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A remote device that clients hold: one link, shared by all of them. It exists from the first hold
 * to the last release (and BH_REMOTE linger), brings the link up when somebody waits for it or
 * wants it kept (Reconnect), and drops it when nobody holds it, unless a foreign program made it.
 *
 *   disconnected -> connecting -> ready -> disconnected (or waiting, with a hold that reconnects)
 *   waiting -> connecting when the back-off is over or the device is heard
 *
 * Signals: "disconnected" (cause as string), when the link is gone and the state says so already;
 * "state-changed", after it; "changed" (MTU, pairing, holds ...); "gone" (the last hold went; the
 * remote is forgotten).
 */
#include "bh-central.h"
#include "bh-client.h"
#include "bh-hold.h"

G_BEGIN_DECLS

typedef enum {
    BH_REMOTE_DISCONNECTED,
    BH_REMOTE_CONNECTING,
    BH_REMOTE_READY,
    BH_REMOTE_WAITING, /* for the next attempt */
} BhRemoteState;

const char *bh_remote_state_to_string(BhRemoteState state);

#define BH_TYPE_REMOTE (bh_remote_get_type())
G_DECLARE_FINAL_TYPE(BhRemote, bh_remote, BH, REMOTE, GObject)

const BhAddress *bh_remote_peek_address(BhRemote *self);
/* Slot of the adapter that has or had the link; G_MAXUINT8 before the first. */
guint8 bh_remote_get_slot(BhRemote *self);
BhRemoteState bh_remote_get_state(BhRemote *self);
guint16 bh_remote_get_mtu(BhRemote *self); /* 0 = not known */
/* As the device advertises it, or else as it was read from it; NULL = not known. Free it. */
char *bh_remote_dup_name(BhRemote *self);
gboolean bh_remote_is_paired(BhRemote *self);
guint bh_remote_count_holds(BhRemote *self);
guint32 bh_remote_get_attempts(BhRemote *self);        /* since the last link */
const char *bh_remote_peek_last_error(BhRemote *self); /* "" = none */
/* NULL unless ready. Borrowed. */
BhGattDatabase *bh_remote_peek_database(BhRemote *self);
/* In force; what is not known is 0. */
void bh_remote_get_parameters(BhRemote *self, BhLinkParameters *parameters);
/* BhHold. Borrowed: until one comes or goes. */
const GPtrArray *bh_remote_peek_holds(BhRemote *self);
/* BhSubscription, also those that are being made. Borrowed: until one comes or goes. */
const GPtrArray *bh_remote_peek_subscriptions(BhRemote *self);
/* Whether holds and subscriptions are all of this user. */
gboolean bh_remote_is_held_only_by(BhRemote *self, guint32 uid);

/* Ends when the link goes, with its cause ("remote", "timeout", "local", ...); at once if there is
 * none. timeout_ms 0 = for ever. Errors: Timeout, Cancelled. */
void bh_remote_wait_disconnected_async(BhRemote *self,
                                       BhClient *client,
                                       gint64 timeout_ms,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
char *bh_remote_wait_disconnected_finish(BhRemote *self, GAsyncResult *result, GError **error);

/* GATT operations of one client. Each has its own deadline (timeout_ms) and its turn: calls of one
 * client to one device start in the order they were made, and one attribute serves one at a time.
 * Errors: those of bh_gatt_database_find(), Att.*, Timeout, Disconnected, Cancelled (the client
 * left), LimitExceeded (waiting calls of this user), NotSupported (the characteristic lacks the
 * property). */
void bh_remote_read_async(BhRemote *self,
                          BhClient *client,
                          const BhGattName *name,
                          guint16 offset,
                          gint64 timeout_ms,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
GBytes *bh_remote_read_finish(BhRemote *self, GAsyncResult *result, GError **error);

typedef enum {
    BH_RESPONSE_AUTO, /* with response only if the peer lacks write-without-response */
    BH_RESPONSE_YES,
    BH_RESPONSE_NO,
} BhResponse;

void bh_remote_write_async(BhRemote *self,
                           BhClient *client,
                           const BhGattName *name,
                           GBytes *value,
                           guint16 offset,
                           BhResponse response,
                           gint64 timeout_ms,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

void bh_remote_pair_async(BhRemote *self,
                          BhClient *client,
                          BhIoCapability capability,
                          BhPairingAskFunc ask,
                          gpointer ask_data,
                          gint64 timeout_ms,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* On behalf of the user who pairs, or of root. NotFound if nothing was asked of this user;
 * InvalidArguments if a passkey was asked for and is not there: the question stays. */
gboolean bh_remote_answer_pairing(BhRemote *self,
                                  BhClient *client,
                                  const BhPairingAnswer *answer,
                                  GError **error);

void bh_remote_unpair_async(BhRemote *self,
                            BhClient *client,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

void bh_remote_read_rssi_async(BhRemote *self,
                               BhClient *client,
                               gint64 timeout_ms,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gint bh_remote_read_rssi_finish(BhRemote *self, GAsyncResult *result, GError **error);

/* Waits until the MTU is known; at once if it is. Errors: Timeout, Disconnected. */
void bh_remote_exchange_mtu_async(BhRemote *self,
                                  BhClient *client,
                                  gint64 timeout_ms,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
guint16 bh_remote_exchange_mtu_finish(BhRemote *self, GAsyncResult *result, GError **error);

/* Errors: NotSupported (see bh_central_set_parameters_async()), Disconnected, Timeout. */
void bh_remote_set_parameters_async(BhRemote *self,
                                    BhClient *client,
                                    const BhLinkParameters *parameters,
                                    gint64 timeout_ms,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/* Of write, pair, unpair and set_parameters. */
gboolean bh_remote_finish(BhRemote *self, GAsyncResult *result, GError **error);

G_END_DECLS
