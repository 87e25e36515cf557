/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Calls that wait for the same thing to happen, oldest first. Each has a client and a deadline of
 * its own, and counts against its user; it ends by what it waited for, at its deadline, or when its
 * client leaves.
 */
#include "bh-client.h"
#include "bh-clock.h"
#include "bh-error.h"
#include "bh-quota.h"

G_BEGIN_DECLS

typedef struct BhWaits BhWaits;

/* A call ended by itself: at its deadline, or because its client left. Called before its task
 * returns. */
typedef void (*BhWaitsLeftFunc)(gpointer user_data);

/* late is what a call is told that reached its deadline. Everything is borrowed: outlives the
 * waits. left may be NULL. */
BhWaits *bh_waits_new(BhQuota *quota,
                      BhClock *clock,
                      const char *late,
                      BhWaitsLeftFunc left,
                      gpointer user_data);
/* Ends what still waits with Cancelled. */
void bh_waits_free(BhWaits *self);

/* Takes the task over; timeout_ms 0 = for ever. Ends it at once with Cancelled if client is gone,
 * or LimitExceeded. */
void bh_waits_add(BhWaits *self, GTask *task, BhClient *client, gint64 timeout_ms);

/* The call that waits for longest, which is then the caller's to return; NULL if none does. */
GTask *bh_waits_pop(BhWaits *self);
/* Ends all that wait now. */
void bh_waits_fail(BhWaits *self, BhError code, const char *message);

/* Ends those of one user's clients, or with uid G_MAXUINT32 all. */
void bh_waits_fail_user(BhWaits *self, guint32 uid, BhError code, const char *message);

guint bh_waits_count(BhWaits *self);
/* Adds the clients that wait. Borrowed. */
void bh_waits_add_clients(BhWaits *self, GPtrArray *clients);

G_END_DECLS
