/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Staying on the bus while something of ours is there: until the user or a time ends it, it breaks
 * off, or, normally, blehubd goes away.
 */
#include "ctl.h"

G_BEGIN_DECLS

typedef struct {
    GDBusConnection *bus;
    gint64 duration_ms; /* 0 = no bound */
    gboolean outlasts;  /* it goes on when blehubd goes away */
    GMainLoop *loop;
    guint signals[2]; /* sources; 0 = not armed */
    gboolean ended;   /* bh_stay_end() was called, or the user ended it */
    GError *error;    /* why it broke off */
} BhStay;

void bh_stay_init(BhStay *self, GDBusConnection *bus);

/** From now on the user's signals end it, instead of the program; bh_stay_run() does so anyway. */
void bh_stay_arm(BhStay *self);

/** Runs until something ends it, or not at all if that happened before. TRUE if that was the user,
 * the time, or bh_stay_end() without an error. */
gboolean bh_stay_run(BhStay *self);

/** Ends it; error (taken) may be NULL. The first one counts. */
void bh_stay_end(BhStay *self, GError *error);

void bh_stay_clear(BhStay *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhStay, bh_stay_clear)

G_END_DECLS
