/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * States to the radio what is wanted of each adapter: a wider demand at once, one that is only
 * narrower when it has lasted for a while (see bh-scan-demand.h).
 */
#include "bh-clock.h"
#include "bh-scan-demand.h"

G_BEGIN_DECLS

typedef struct BhDemandKeeper BhDemandKeeper;

/* All that is wanted of an adapter now; NULL if there never was one in this slot. */
typedef BhScanDemand *(*BhDemandFunc)(gpointer user_data, guint8 slot);

/* radio and clock are borrowed: outlive the keeper. */
BhDemandKeeper *
bh_demand_keeper_new(BhRadio *radio, BhClock *clock, BhDemandFunc merge, gpointer user_data);
void bh_demand_keeper_free(BhDemandKeeper *self);

/* What is wanted of one or all may have changed. */
void bh_demand_keeper_look(BhDemandKeeper *self, guint8 slot);
void bh_demand_keeper_look_at_all(BhDemandKeeper *self);
/* The radio was not told anything of this adapter. */
void bh_demand_keeper_forget(BhDemandKeeper *self, guint8 slot);
/* Nothing is stated any more, by itself. */
void bh_demand_keeper_stop(BhDemandKeeper *self);

G_END_DECLS
