/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An application of ours, made and followed: where it is served, which centrals come and go, what
 * they write, read and subscribe to. It goes with our connection to the bus.
 */
#include "stay.h"
#include "value-text.h"

G_BEGIN_DECLS

typedef struct {
    const BhCtl *ctl;
    BhStay *stay; /* broken off with the application */
    const BhValueType *type;
    BhDbusApplication1 *application;
    GCancellable *cancellable;
    guint pending;    /* calls that are out */
    gboolean waiting; /* one of them waits for a write */
} BhServed;

/** options: a{sv} of RegisterApplication; a floating one is taken. type is how values are shown. */
gboolean bh_served_begin(BhServed *self,
                         const BhCtl *ctl,
                         BhDbusHub1 *hub,
                         GVariant *options,
                         const BhValueType *type,
                         GError **error);

/** Tells what there is to tell from now on, and answers reads that ask with the value that is
 * there. stay is borrowed: outlives self. */
void bh_served_follow(BhServed *self, BhStay *stay);

/** Afterwards nothing is pending. */
void bh_served_clear(BhServed *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhServed, bh_served_clear)

G_END_DECLS
