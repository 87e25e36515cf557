/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Bonds: BlueZ keeps them, and is asked for them each time. To forget one is to remove the device,
 * which ends its link, too.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Takes task, which returns a GArray of BhLinkKey. */
void bh_bluez_bonds_list(BhBluezCentral *self, GTask *task);
/* Takes task, which returns TRUE. */
void bh_bluez_bonds_remove(BhBluezCentral *self, const BhLinkKey *key, GTask *task);

/* BlueZ is gone, or we are: with this error. */
void bh_bluez_bonds_end(BhBluezCentral *self, int code, const char *message);

G_END_DECLS
