/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which links, and attempts to make one, are of our making: what a crash of this process would
 * leave behind in BlueZ for ever, since nobody would hold it any more.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* made: BlueZ is about to be asked for it; else it is over. */
void bh_bluez_made_set(BhBluezCentral *self, BhBluezLink *link, gboolean made);
/* BlueZ was asked to end it: ours until it does, but the next start need not ask again. */
void bh_bluez_made_strike_out(BhBluezCentral *self, BhBluezLink *link);
/* BlueZ's objects are known now. */
void bh_bluez_made_drop_former(BhBluezCentral *self);

G_END_DECLS
