/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * On which adapters something of the peripheral role is (an application or an advertisement), where
 * it is wanted, and the call that waits for how that begins. Part of it.
 */
#include "bh-adapter-slots.h"
#include "bh-owned.h"
#include "bh-waits.h"

G_BEGIN_DECLS

/* How long BlueZ may take to say whether it serves something. */
#define BH_SERVING_FIRST_MS 10000

typedef struct {
    BhOwned *owner; /* borrowed: it is part of it */
    guint id;
    char *adapter;  /* as asked for; NULL = all */
    BhAddress only; /* its address, once it was there */
    gboolean has_only;
    guint16 wanted;   /* slots that the radio was told; so are the next two */
    guint16 active;   /* where it is */
    guint16 answered; /* where it was tried */
    char *last_error; /* NULL = none since it was somewhere */
    GError *refusal;  /* the first one that waiting will not mend; while the call waits */
    BhWaits *first;   /* the call that made it */
    gboolean rests;   /* it is over, and counted so */
} BhServing;

/* quota and clock are borrowed: outlive it. */
void bh_serving_init(BhServing *self,
                     BhOwned *owner,
                     const char *adapter,
                     BhQuota *quota,
                     BhClock *clock);
void bh_serving_clear(BhServing *self);

/* On which adapters it may be, there or not. */
guint16 bh_serving_choose(BhServing *self, const BhAdapterSlots *adapters);
/* Another set of slots is wanted; TRUE if it is not any more where it was. */
gboolean bh_serving_want(BhServing *self, guint16 slots);
/* How a registration went; TRUE if active changed. */
gboolean bh_serving_take_result(BhServing *self, guint8 slot, const GError *error);
/* An adapter is gone or off; TRUE if it was there. */
gboolean bh_serving_lose(BhServing *self, guint8 slot);

/* Takes the task over, whose data is owner; it ends with a reference to it. What fails releases
 * owner. */
void bh_serving_begin(BhServing *self, GTask *task, BhClient *client);
/* Ends that call if there is something to say: it is served somewhere, or there is no adapter left
 * to try of those (slots) that could serve now. */
void bh_serving_look(BhServing *self, guint16 ready);
/* Ends that call. */
void bh_serving_fail(BhServing *self, BhError code, const char *message);

G_END_DECLS
