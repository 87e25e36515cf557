/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Many advertisements, each from a new address, at a given rate. */
#include "world.h"

G_BEGIN_DECLS

typedef struct {
    guint32 count;
    guint32 rate; /* a second, 0 = as fast as it goes */
    GPtrArray
        *devices; /* BhScenarioDevice, taken; what each looks like in turn, but for the address */
} BhBurstPlan;

typedef struct _BhBurst BhBurst;

/** The last thing a burst does; it may be freed then. heard: how many reports reached bluetoothd.
 */
typedef void (*BhBurstFunc)(BhBurst *burst, guint heard, gpointer user_data);

/** Begins at once. Pointers are borrowed and must outlive it. */
BhBurst *bh_burst_new(BhTimeline *timeline,
                      BhWorld *world,
                      const BhBurstPlan *plan,
                      BhBurstFunc done,
                      gpointer user_data);
/** Ends it before its time, if need be; done is not called. */
void bh_burst_free(BhBurst *burst);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBurst, bh_burst_free)

G_END_DECLS
