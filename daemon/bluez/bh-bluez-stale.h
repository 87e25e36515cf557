/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A read or write that needs a safer link is tried again by BlueZ when the link is one. If it never
 * gets so and ends, BlueZ from 5.67 on forgets the call without an answer, and keeps what it would
 * have answered with: later calls for the attribute join it, and are never answered. Only a device
 * that BlueZ knows anew is free of that, so such a one is removed from BlueZ: if it has no bond to
 * lose.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Whether what is under way over a link, which is about to end, makes its device such a one. */
gboolean bh_bluez_stale_is(BhBluezCentral *self, const BhBluezLink *link);
/* Has BlueZ remove it; attempts to connect wait for that. */
void bh_bluez_stale_remove(BhBluezCentral *self, BhBluezLink *link);

G_END_DECLS
