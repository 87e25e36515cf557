/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Subscription1 of one subscription.
 */
#include "bh-export-context.h"
#include "bh-gatt-options.h"
#include "bh-subscription.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

/* What Subscribe() was told, kept until there is a subscription. */
typedef struct {
    GVariant *options; /* a{sv}, for the property */
    gboolean signals;
} BhSubscriptionTerms;

void bh_subscription_terms_init(BhSubscriptionTerms *self, const BhGattOptions *options);
void bh_subscription_terms_clear(BhSubscriptionTerms *self);

#define BH_TYPE_EXPORT_SUBSCRIPTION (bh_export_subscription_get_type())
G_DECLARE_FINAL_TYPE(BhExportSubscription,
                     bh_export_subscription,
                     BH,
                     EXPORT_SUBSCRIPTION,
                     BhDbusSubscription1Skeleton)

/* Serves subscription until it is released; returns its path, to be freed. What context points to
 * is borrowed: outlives the subscription. */
char *bh_export_subscription_publish(BhSubscription *subscription,
                                     const BhSubscriptionTerms *terms,
                                     const BhExportContext *context);

G_END_DECLS
