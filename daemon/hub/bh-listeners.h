/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What clients own that listens to the radio, of one kind (scans, watches): who of them listens to
 * which adapter, whether one listens for them, and how they come and go.
 */
#include "bh-adapter-slots.h"
#include "bh-owned.h"
#include "bh-power-keeper.h"

G_BEGIN_DECLS

typedef struct {
    const char *name; /* "scan": for the log */
    /* Whether it wants what this adapter hears, its user's vote apart. */
    gboolean (*wants)(BhOwned *it, BhAdapter *adapter);
    /* Whether an adapter scans for it. */
    void (*set_radio)(BhOwned *it, gboolean running);
    /* The radio was switched off for its user. */
    void (*radio_off)(BhOwned *it);
    /* It was released, and leaves the list. */
    void (*ended)(gpointer user_data, BhOwned *it);
    /* What they together want may have changed. */
    void (*changed)(gpointer user_data);
} BhListenerKind;

typedef struct BhListeners BhListeners;

/* Everything is borrowed: outlives them. */
BhListeners *bh_listeners_new(const BhListenerKind *kind,
                              const BhAdapterSlots *adapters,
                              BhPowerKeeper *power,
                              BhClock *clock,
                              gpointer user_data);
void bh_listeners_free(BhListeners *self);

/* Takes one in, a reference of it, in the name of client. */
void bh_listeners_add(BhListeners *self,
                      BhOwned *it,
                      BhClient *client,
                      BhLifetime lifetime,
                      gint64 lease_ms);

guint bh_listeners_count(const BhListeners *self);
/* One may end itself when it is offered something: who offers goes from the last to the first. */
gpointer bh_listeners_peek(const BhListeners *self, guint i);

/* Whether it wants what this adapter hears now: nothing while its user is off. */
gboolean bh_listeners_wants(const BhListeners *self, gpointer it, BhAdapter *adapter);

/* Tells each whether an adapter scans for it. */
void bh_listeners_look_at_radio(BhListeners *self);
/* The radio was switched off for one user or, uid G_MAXUINT32, for all. */
void bh_listeners_radio_off(BhListeners *self, guint32 uid);
/* What is wanted by one of them, or how, has changed. */
void bh_listeners_changed(BhListeners *self);

/* Of those that ended. */
guint64 bh_listeners_get_orphans(const BhListeners *self);
guint64 bh_listeners_get_leases_expired(const BhListeners *self);

/* Releases all. */
void bh_listeners_stop(BhListeners *self);

G_END_DECLS
