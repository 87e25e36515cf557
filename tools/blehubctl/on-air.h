/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An advertisement of ours, made and followed: what is sent, whether it is, and who came. It goes
 * with our connection to the bus.
 */
#include "stay.h"

G_BEGIN_DECLS

typedef struct {
    const BhCtl *ctl;
    BhStay *stay; /* ended with the advertisement; NULL = only told */
    BhDbusAdvertisement1 *advertisement;
    GCancellable *cancellable;
    gboolean until_connected;
    gboolean waiting; /* a call is out */
    gboolean lonely;  /* nobody can connect */
} BhOnAir;

/** options: a{sv} of Advertise; a floating one is taken. stay is borrowed: outlives self. */
gboolean bh_on_air_begin(BhOnAir *self,
                         const BhCtl *ctl,
                         BhDbusHub1 *hub,
                         GVariant *options,
                         GError **error);

/** Tells what there is to tell from now on. Centrals are told by the advertisement only if asked
 * for: whoever serves an application hears of them anyway. */
void bh_on_air_follow(BhOnAir *self, BhStay *stay, gboolean tell_centrals);

/** Afterwards nothing is pending. */
void bh_on_air_clear(BhOnAir *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOnAir, bh_on_air_clear)

G_END_DECLS
