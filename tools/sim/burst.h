/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Many advertisements, each from a new random address, at a given rate. */
#include "world.h"

G_BEGIN_DECLS

typedef struct {
    guint32 count;
    guint32 rate;             /* a second, 0 = as fast as it goes */
    BhScenarioDevice *device; /* taken; what each looks like but for its address */
} BhBurstPlan;

/** heard: how many reports reached bluetoothd. */
typedef void (*BhBurstFunc)(guint heard, gpointer user_data);

/** Runs on its own and calls done at the end. Pointers are borrowed until then. */
void bh_burst_run(BhTimeline *timeline,
                  BhWorld *world,
                  const BhBurstPlan *plan,
                  BhBurstFunc done,
                  gpointer user_data);

G_END_DECLS
