/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When to try again to get a link that holds want kept: blindly after a back-off, or when the
 * device is heard, with a short back-off of its own so that a device which is there but refuses is
 * not pestered. Part of a remote.
 */
#include "bh-backoff.h"
#include "bh-clock.h"

G_BEGIN_DECLS

/* After the first attempt in vain on a device that was heard; doubled up to the blind back-off. */
#define BH_RECONNECT_HEARD_MS 250

/* What holds want, the most demanding of each. */
typedef struct {
    gboolean wanted;
    gboolean scan; /* listen meanwhile */
    BhBackoffPolicy backoff;
} BhReconnectPolicy;

/* holds: of BhHold. */
void bh_reconnect_policy_of(const GPtrArray *holds, BhReconnectPolicy *policy);

typedef struct {
    BhClock *clock; /* borrowed: outlives us */
    BhTimerFunc func;
    gpointer user_data;
    BhReconnectPolicy policy;
    gboolean due; /* an attempt is wanted now */
    BhBackoff blind;
    BhBackoff heard;
    gint64 deaf_until_us; /* hearing the device means nothing yet */
    BhTimer *timer;
} BhReconnect;

/* func is called when due has become TRUE. */
void bh_reconnect_init(BhReconnect *self, BhClock *clock, BhTimerFunc func, gpointer user_data);
void bh_reconnect_clear(BhReconnect *self);

/* Takes what is wanted now. */
void bh_reconnect_set_policy(BhReconnect *self, const BhReconnectPolicy *policy);
/* An attempt failed; chance as in bh_backoff_fail(). called: a call waits for the link, so that the
 * short back-off counts. */
void bh_reconnect_failed(BhReconnect *self, gboolean called, double chance);
/* There is a link. */
void bh_reconnect_succeeded(BhReconnect *self);
/* The link is lost again. */
void bh_reconnect_lost(BhReconnect *self, gint64 lasted_ms, double chance);
/* The device was heard, or something else makes a try worth it (at once). TRUE if due became TRUE.
 */
gboolean bh_reconnect_heard(BhReconnect *self);
gboolean bh_reconnect_at_once(BhReconnect *self);

G_END_DECLS
