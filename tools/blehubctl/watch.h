/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Waiting while a device is held: until the user or a time ends it, the link is lost for good, or
 * blehubd goes away. What the device's state is gets told on the way.
 */
#include "peer.h"
#include "stay.h"

G_BEGIN_DECLS

typedef void (*BhWatchStateFunc)(const char *state, const char *cause, gpointer user_data);

typedef struct {
    BhStay stay; /* its duration, and why it broke off */
    BhDbusDevice1 *device;
    gboolean reconnects;       /* a lost link is not the end */
    BhWatchStateFunc on_state; /* cause: why the link went; NULL or "" = none is known */
    gpointer user_data;
    char *cause; /* of the link lost last; NULL while there is one */
    char *kept;  /* a state whose cause is to come */
} BhWatch;

/** From now on nothing is missed. */
void bh_watch_init(BhWatch *self, BhPeer *peer, gboolean reconnects);

/** Runs until something ends it. TRUE if that was the user, the time or bh_watch_end(). */
gboolean bh_watch_run(BhWatch *self);

/** Ends the wait; error (taken) may be NULL. The first one counts. */
void bh_watch_end(BhWatch *self, GError *error);

void bh_watch_clear(BhWatch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhWatch, bh_watch_clear)

G_END_DECLS
