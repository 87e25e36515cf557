/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the remotes do with holds: they make them, and keep them until they are released.
 */
#include "bh-hold.h"

G_BEGIN_DECLS

/* Claimed by its maker; the remote keeps it. */
BhHold *bh_hold_new(BhRemote *remote, const BhHoldSpec *spec, BhLifetime lifetime);
BhLifetime bh_hold_get_lifetime(BhHold *self);
/* The hold was the result of a call; before, another call of its client may take it up, with a spec
 * of its own. */
void bh_hold_give(BhHold *self);
gboolean bh_hold_is_given(BhHold *self);
void bh_hold_set_spec(BhHold *self, const BhHoldSpec *spec);

G_END_DECLS
