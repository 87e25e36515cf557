/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a remote device was asked to notify: one registration per characteristic, whatever the
 * number of subscriptions. It is named by UUID, made anew on every link and whenever the device's
 * attributes changed, and taken back when the last subscription goes. One that the device refuses
 * after it was there once is tried again.
 */
#include "bh-operations.h"
#include "bh-remotes.h"
#include "bh-subscription.h"

G_BEGIN_DECLS

typedef struct BhRegistrations BhRegistrations;

/* shared is borrowed: outlives us. */
BhRegistrations *bh_registrations_new(const BhRemotesShared *shared);
void bh_registrations_free(BhRegistrations *self);

/* There is a link, or other attributes on it; key and database NULL: there is none any more. */
void bh_registrations_set_link(BhRegistrations *self,
                               const BhLinkKey *key,
                               const BhGattDatabase *database);

/* Lets a subscription have the values of name (which has a service) and ends operation when they
 * will come. The subscription is borrowed until it is removed. */
void bh_registrations_add(BhRegistrations *self,
                          const BhGattName *name,
                          guint16 handle,
                          BhSubscription *subscription,
                          BhOperation *operation);
void bh_registrations_remove(BhRegistrations *self, BhSubscription *subscription);

/* Whoever waits for values in calls on subscriptions of one user or, uid G_MAXUINT32, of all hears
 * that there will be none: Disconnected. */
void bh_registrations_fail_waits(BhRegistrations *self, guint32 uid, const char *message);

/* A value came. */
void bh_registrations_take_value(BhRegistrations *self,
                                 guint16 handle,
                                 const guint8 *bytes,
                                 gsize size,
                                 gint64 monotonic_us,
                                 gint64 realtime_us);

G_END_DECLS
