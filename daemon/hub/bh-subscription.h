/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One client's subscription to a characteristic, by UUID: it has a queue of its own (1 = the newest
 * wins, as in aioble; N = the oldest is dropped, counted) and survives reconnects. BlueZ has one
 * registration however many subscriptions there are. It holds the device: without a hold of the
 * same client the subscription keeps the link itself.
 *
 * Signals: "value" (const BhNotifiedValue, borrowed: of each value, for Signals=true; the exporter
 * coalesces).
 */
#include "bh-owned.h"
#include "bh-remote.h"
#include "bh-stream.h"

G_BEGIN_DECLS

typedef struct {
    BhGattName name; /* no descriptor */
    guint queue;     /* 1 to 65536 */
} BhSubscriptionSpec;

typedef struct {
    guint64 sequence; /* from 1, of this subscription */
    GBytes *value;
    gint64 monotonic_us;
    gint64 realtime_us;
    guint64 dropped; /* values lost since the one before */
} BhNotifiedValue;

#define BH_TYPE_SUBSCRIPTION (bh_subscription_get_type())
G_DECLARE_FINAL_TYPE(BhSubscription, bh_subscription, BH, SUBSCRIPTION, BhOwned)

/* Subscribes on a ready remote; done when values will come. Errors: those of operations,
 * LimitExceeded (subscriptions of this user). */
void bh_remote_subscribe_async(BhRemote *remote,
                               BhClient *client,
                               const BhSubscriptionSpec *spec,
                               BhLifetime lifetime,
                               gint64 lease_ms,
                               gint64 timeout_ms,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BhSubscription *bh_remote_subscribe_finish(BhRemote *remote, GAsyncResult *result, GError **error);

BhRemote *bh_subscription_peek_remote(BhSubscription *self);
/* As it was given: the service may be left out. */
const BhGattName *bh_subscription_peek_name(BhSubscription *self);
gboolean bh_subscription_is_active(BhSubscription *self); /* values come at present */

/* The next value, at once if one is queued. Errors: Timeout, Disconnected (the link went while
 * waiting; call again), Cancelled, LimitExceeded. */
void bh_subscription_wait_async(BhSubscription *self,
                                BhClient *client,
                                gint64 timeout_ms,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
BhNotifiedValue *
bh_subscription_wait_finish(BhSubscription *self, GAsyncResult *result, GError **error);
void bh_notified_value_free(BhNotifiedValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhNotifiedValue, bh_notified_value_free)

/* As of a scan: see bh_scan_open_stream(). */
int bh_subscription_open_stream(BhSubscription *self,
                                const BhStreamSpec *spec,
                                BhClient *client,
                                GError **error);

guint64 bh_subscription_get_received(BhSubscription *self);
guint64 bh_subscription_get_delivered(BhSubscription *self);
guint64 bh_subscription_get_dropped(BhSubscription *self);

G_END_DECLS
