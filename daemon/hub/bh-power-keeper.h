/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * States to the radio whether adapters are wanted off, and answers those who asked for it once it
 * is so. Power comes back at once when somebody wants the radio; it drops at once when a user votes
 * for it, and a while after the last user who wanted it has left, so that a script of many calls
 * does not switch it each time.
 */
#include "bh-adapter-slots.h"
#include "bh-client.h"
#include "bh-quota.h"
#include "bh-radio-votes.h"

G_BEGIN_DECLS

#define BH_POWER_LAST_MS 2000 /* how long nobody must have wanted it */

/* Stands among users who keep the radio on for programs that do not use the hub. */
#define BH_POWER_FOREIGN G_MAXUINT32

typedef struct BhPowerKeeper BhPowerKeeper;

typedef struct {
    /* Links of an adapter that other programs made. */
    guint (*count_foreign)(gpointer user_data, guint8 slot);
    /* The radio is off for a user or, uid G_MAXUINT32, for all; its votes say so already. */
    void (*went_off)(gpointer user_data, guint32 uid);
    /* For some user it is not any more. */
    void (*came_back)(gpointer user_data);
} BhPowerKeeperFuncs;

/* Everything is borrowed: outlives the keeper. */
BhPowerKeeper *bh_power_keeper_new(BhRadio *radio,
                                   BhClock *clock,
                                   BhQuota *quota,
                                   const BhAdapterSlots *adapters,
                                   const BhPowerKeeperFuncs *funcs,
                                   gpointer user_data);
/* Ends what waits with Cancelled. */
void bh_power_keeper_free(BhPowerKeeper *self);
/* Nothing is stated any more. */
void bh_power_keeper_stop(BhPowerKeeper *self);

/* Whether nothing of the user may be on the air at present. */
gboolean bh_power_keeper_is_off_for(BhPowerKeeper *self, guint32 uid);

/* Both take the task over. That of off() ends with a GArray of who keeps it on (guint32), empty if
 * it is off; that of on() with TRUE when an adapter is on. Errors: as of the hub's functions. */
void bh_power_keeper_off(BhPowerKeeper *self,
                         GTask *task,
                         BhClient *client,
                         gboolean force,
                         gint64 timeout_ms);
void bh_power_keeper_on(BhPowerKeeper *self,
                        GTask *task,
                        BhClient *client,
                        gboolean lifts_force,
                        gint64 timeout_ms);

/* The user asks for something new of the radio, which takes back its vote. */
void bh_power_keeper_wake(BhPowerKeeper *self, guint32 uid);
/* Whether that would bring power back. */
gboolean bh_power_keeper_may_wake(BhPowerKeeper *self);
/* Whether an adapter is being switched on because somebody wants the radio. */
gboolean bh_power_keeper_is_waking(BhPowerKeeper *self);
/* Takes the task over, which ends with TRUE when an adapter is on. */
void
bh_power_keeper_wait_awake(BhPowerKeeper *self, GTask *task, BhClient *client, gint64 timeout_ms);

/* The slot belongs to another adapter from now on, of which the radio was told nothing. */
void bh_power_keeper_forget(BhPowerKeeper *self, guint8 slot);
/* An adapter came, went, changed, or lost a link. */
void bh_power_keeper_look(BhPowerKeeper *self);

G_END_DECLS
