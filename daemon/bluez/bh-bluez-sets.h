/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What adapters say of their advertising sets: how many are free, and what can be asked of each.
 * BlueZ adds this interface to an adapter some time after the adapter itself.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

/* Reads the a{sv} that comes next. A negative errno if the message is broken. */
int bh_bluez_sets_take(BhBluezServer *self, guint8 slot, sd_bus_message *message);
void bh_bluez_sets_forget(BhBluezServer *self, guint8 slot);

/* Sets in all; 0 = not known. */
guint bh_bluez_sets_count(const BhBluezServer *self, guint8 slot, guint *free_sets);

G_END_DECLS
