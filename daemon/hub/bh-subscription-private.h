/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the remote of a subscription does with it, and nobody else.
 */
#include "bh-remotes.h"
#include "bh-subscription.h"

G_BEGIN_DECLS

/* Claimed by its maker; the remote keeps it. shared is borrowed: outlives it. */
BhSubscription *bh_subscription_new(BhRemote *remote,
                                    const BhRemotesShared *shared,
                                    const BhSubscriptionSpec *spec);

/* Values come at present, or not. */
void bh_subscription_set_active(BhSubscription *self, gboolean active);
/* The link went, or the radio: whoever waits hears of it. */
void bh_subscription_fail_waits(BhSubscription *self, const char *message);
/* The recorder has begun its record. */
void bh_subscription_take_value(BhSubscription *self, const BhValue *value);

guint64 bh_subscription_get_streamed(BhSubscription *self);
guint64 bh_subscription_get_stream_losses(BhSubscription *self);
/* Values that its queue had no room for. */
guint64 bh_subscription_get_queue_losses(BhSubscription *self);

G_END_DECLS
