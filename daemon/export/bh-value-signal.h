/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The signal Value of a subscription: at most 10 a second, the newest value wins, with a count of
 * what it stands for. The first value after a silence goes at once.
 */
#include "bh-object-manager.h"
#include "bh-subscription.h"

G_BEGIN_DECLS

typedef struct BhValueSignal BhValueSignal;

/* Told by unicast to client, in the name of exported. Everything is borrowed: outlives it. */
BhValueSignal *bh_value_signal_new(BhObjectManager *manager,
                                   BhExported *exported,
                                   BhClient *client,
                                   BhClock *clock);
void bh_value_signal_free(BhValueSignal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhValueSignal, bh_value_signal_free)

void bh_value_signal_push(BhValueSignal *self, const BhNotifiedValue *value);

/* Sequence t, Timestamp x, TimestampMonotonic x, and Dropped t if values were lost. */
void bh_notified_value_add_details(const BhNotifiedValue *value, GVariantDict *details);

G_END_DECLS
