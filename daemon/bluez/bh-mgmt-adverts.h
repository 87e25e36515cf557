/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Advertisements that one controller's kernel side sends for us, beside those that BlueZ registers:
 * for what BlueZ leaves out of its own. As with scans, everything that happens only changes what is
 * known and asks to be reconciled; reconcile() decides on the one next command.
 *
 * BlueZ numbers its advertisements from the lowest instance on and asks nobody, so ours are the
 * highest that are free; it removes all when it starts, and overwrites ours when it needs their
 * numbers. Both is noticed: the former is sent again, the latter waits until there is room.
 */
#include "bh-bluez-timing.h"
#include "bh-mgmt-advert-codec.h"
#include "bh-mgmt-memory.h"
#include "bh-mgmt.h"

G_BEGIN_DECLS

typedef struct BhMgmtAdverts BhMgmtAdverts;

typedef struct {
    /* It is on the air now (error NULL), or not any more, or this try failed. From the main loop;
     * may take advertisements back. Errors: LimitExceeded (tried again when there is room),
     * Disconnected and others (tried again after a while). */
    void (*told)(gpointer data, guint8 slot, guint id, const GError *error);
    void (*changed)(gpointer data);
} BhMgmtAdvertsObserver;

/* memory and timing are borrowed: outlive it. */
BhMgmtAdverts *bh_mgmt_adverts_new(BhMgmtMemory *memory,
                                   const BhBluezTiming *timing,
                                   guint8 slot,
                                   const BhMgmtAdvertsObserver *observer,
                                   gpointer data);
/* Without a word to the kernel: see bh_mgmt_adverts_undo(). */
void bh_mgmt_adverts_free(BhMgmtAdverts *self);

/* mgmt is borrowed: outlives it or is taken away with NULL. */
void bh_mgmt_adverts_set_mgmt(BhMgmtAdverts *self, BhMgmt *mgmt);
/* The controller as it is now. ready: switched on, and BlueZ has begun to advertise on it. index
 * BH_MGMT_INDEX_NONE: BlueZ does not have it; the kernel may. What was on the air is not when it is
 * not ready, without a word. */
void bh_mgmt_adverts_set_controller(BhMgmtAdverts *self,
                                    guint16 index,
                                    const BhAddress *address,
                                    gboolean ready);
/* BlueZ has so many instances of the controller's. */
void bh_mgmt_adverts_set_taken(BhMgmtAdverts *self, guint taken, guint total);
/* Told by the kernel: somebody has removed one. */
void bh_mgmt_adverts_removed(BhMgmtAdverts *self, guint8 instance);
/* There may be room now. */
void bh_mgmt_adverts_retry(BhMgmtAdverts *self);

/* Nothing if it is wanted already: one that is to say something else is dropped first. */
void bh_mgmt_adverts_want(BhMgmtAdverts *self, guint id, const BhAdvertSpec *spec);
/* Nothing if it is not wanted. */
void bh_mgmt_adverts_drop(BhMgmtAdverts *self, guint id);

void bh_mgmt_adverts_reconcile(BhMgmtAdverts *self);

/* Instances that are on the air, or about to be. */
guint bh_mgmt_adverts_count(const BhMgmtAdverts *self);

typedef enum {
    BH_MGMT_ADVERTS_UNKNOWN, /* not asked yet, or without an answer */
    BH_MGMT_ADVERTS_GOOD,
    BH_MGMT_ADVERTS_REFUSED,
} BhMgmtAdvertsAbility;

/* Whether all of these BH_MGMT_ADVERTISING_ flags can be had. */
BhMgmtAdvertsAbility bh_mgmt_adverts_get_ability(const BhMgmtAdverts *self, guint32 flags);

/* The end, when the main loop does not run any more: takes all back, and waits until the deadline
 * for the kernel to say so. What it did not say stays written down for the next start. */
void bh_mgmt_adverts_undo(BhMgmtAdverts *self, gint64 deadline_us);

G_END_DECLS
