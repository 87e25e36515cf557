/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Tells the state of the hub (see bh-hub-state.h) as time goes by: once the radio has told all that
 * belongs together, and again when what is passed through has settled or lasted.
 */
#include "bh-adapter-slots.h"
#include "bh-clock.h"

G_BEGIN_DECLS

typedef struct BhStateKeeper BhStateKeeper;

/* What is shown has changed. */
typedef void (*BhStateChangedFunc)(gpointer user_data);

/* Everything is borrowed: outlives the keeper. */
BhStateKeeper *bh_state_keeper_new(const BhAdapterSlots *adapters,
                                   BhClock *clock,
                                   BhStateChangedFunc changed,
                                   gpointer user_data);
void bh_state_keeper_free(BhStateKeeper *self);

/* What is shown now. */
BhHubState bh_state_keeper_get(const BhStateKeeper *self);

/* BlueZ or an adapter has just come. */
void bh_state_keeper_appeared(BhStateKeeper *self);
/* Looks once this turn of the main loop is over. */
void bh_state_keeper_queue(BhStateKeeper *self);
/* Shows what is, without a word: at start-up there is nothing to pass through. */
void bh_state_keeper_sync(BhStateKeeper *self);
void bh_state_keeper_stop(BhStateKeeper *self);

G_END_DECLS
