/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which links, and attempts to make one, are of our making: what a crash of this process would
 * leave behind in BlueZ for ever, since nobody would hold it any more.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* made: BlueZ is about to be asked for it; else it is over, or BlueZ was asked to end it. */
void bh_bluez_made_set(BhBluezCentral *self, BhBluezLink *link, gboolean made);
/* BlueZ's objects are known now. */
void bh_bluez_made_drop_former(BhBluezCentral *self);

G_END_DECLS
