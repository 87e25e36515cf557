/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A signal that carries a value (of a subscription, of a write): at most 10 a second, the newest
 * wins, with a count of what it stands for. The first after a silence goes at once.
 */
#include "bh-clock.h"
#include "bh-object-manager.h"

G_BEGIN_DECLS

typedef struct BhValueSignal BhValueSignal;

/* The arguments of a signal, a tuple; merged is how many values it stands for. */
typedef GVariant *(*BhValueSignalFunc)(gconstpointer value, guint32 merged, gpointer user_data);

/* The signal name (static storage) is told by unicast to client, in the name of exported.
 * Everything is borrowed: outlives it. */
BhValueSignal *bh_value_signal_new(BhObjectManager *manager,
                                   BhExported *exported,
                                   BhClient *client,
                                   BhClock *clock,
                                   const char *name,
                                   BhValueSignalFunc build,
                                   gpointer user_data);
void bh_value_signal_free(BhValueSignal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhValueSignal, bh_value_signal_free)

/* value is what build understands; borrowed for the call. */
void bh_value_signal_push(BhValueSignal *self, gconstpointer value);

G_END_DECLS
