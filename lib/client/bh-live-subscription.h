/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A subscription that is there whenever it can be: it follows the name org.blehub, connects the
 * device, subscribes and reads the stream, and does so again after blehubd was restarted or when it
 * failed. Lost links are blehubd's business: the subscription goes on when the device is back.
 *
 * Signals, from the main context in which it was started:
 *   "value" (gpointer): a const BhPackedValue, valid during the call;
 *   "up" (): subscribed, values may come;
 *   "state" (string): while it is up, what Device1.StateChanged tells: "waiting", "ready" ...;
 *   "down" (GError): it is not there any more, or could not be made, and why. It tries again after
 *   a while, except where that is in vain (InvalidArguments, NotFound: no such characteristic,
 *   NotSupported, NotAuthorized): then with the next start of blehubd, or when
 *   bh_live_subscription_start() is called again.
 * Nothing is told while blehubd was not there yet.
 */
#include "bh-stream-reader.h"

G_BEGIN_DECLS

#define BH_TYPE_LIVE_SUBSCRIPTION (bh_live_subscription_get_type())
G_DECLARE_FINAL_TYPE(BhLiveSubscription, bh_live_subscription, BH, LIVE_SUBSCRIPTION, GObject)

/** service may be "", see Device1. Options are a{sv} or NULL, floating ones are taken:
 * connect_options of Hub1.Connect, in which Reconnect is true and TimeoutMs 30000 unless said
 * otherwise; subscribe_options of Device1.Subscribe. */
BhLiveSubscription *bh_live_subscription_new(GDBusConnection *bus,
                                             const char *address,
                                             const char *service,
                                             const char *characteristic,
                                             GVariant *connect_options,
                                             GVariant *subscribe_options);

/** Begins to follow blehubd; nothing if it does already. */
void bh_live_subscription_start(BhLiveSubscription *self);
/** Ends the subscription and the hold on the device, without a signal. Dropping the last reference
 * does so, too. */
void bh_live_subscription_stop(BhLiveSubscription *self);

/** The device while it is up, to read and write; else NULL. Borrowed. */
BhDbusDevice1 *bh_live_subscription_peek_device(BhLiveSubscription *self);

/** Values lost so far because we were too slow, over all restarts. */
guint64 bh_live_subscription_get_lost(BhLiveSubscription *self);

G_END_DECLS
