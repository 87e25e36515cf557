/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Centrals: the other sides of links that were not made here, as far as is known. The kernel says
 * who made a link; without its word one that nobody here asked for counts as made by the other
 * side, although another program may have made it.
 */
#include "bh-bluez-request.h"

G_BEGIN_DECLS

void bh_bluez_peers_init(BhBluezServer *self);

/* Who is meant by BlueZ's call on an adapter; what it tells is remembered. */
void bh_bluez_peers_identify(BhBluezServer *self,
                             guint8 slot,
                             const BhBluezCallOptions *options,
                             BhPeripheralCentral *central);

/* Something of a link changed: a central came or went, or something of it changed. */
void bh_bluez_peers_link_changed(BhBluezServer *self, const BhBluezLink *link);

/* Who is at its other end is known by another address from now on. */
void
bh_bluez_peers_link_renamed(BhBluezServer *self, const BhBluezLink *link, const BhLinkKey *former);

/* Whether a central is connected to an adapter. */
gboolean bh_bluez_peers_has_any(const BhBluezServer *self, guint8 slot);

G_END_DECLS
