/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Links as their parts see them: bh-bluez-links.c (which there are), bh-bluez-link-state.c (the
 * life of one) and bh-bluez-link.c (what BlueZ is asked for one).
 */
#include "bh-bluez-links.h"

G_BEGIN_DECLS

/* What BlueZ says of it. A link that is over by that has been told to everybody. */
void
bh_bluez_link_apply(BhBluezCentral *self, BhBluezLink *link, const BhBluezProperties *properties);
/* BlueZ has no object of it. */
void bh_bluez_link_no_object(BhBluezCentral *self, BhBluezLink *link);
/* NULL = none. */
void bh_bluez_link_set_path(BhBluezCentral *self, BhBluezLink *link, const char *path);

/* Tells the hub, if it watches and has not been told that already. */
void bh_bluez_link_tell(BhBluezCentral *self, BhBluezLink *link);
/* Tells the hub and everybody who works on it. */
void bh_bluez_link_spread(BhBluezCentral *self, BhBluezLink *link);
/* Listens as far as needed, and forgets it if nobody needs it. */
void bh_bluez_link_settle(BhBluezCentral *self, BhBluezLink *link);

/* Of a reference taken with g_rc_box_acquire(). */
void bh_bluez_link_release(gpointer link);

G_END_DECLS
