/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the remotes do with holds: they make them, and keep them until they are released.
 */
#include "bh-hold.h"

G_BEGIN_DECLS

/* Claimed by its maker; the remote keeps it. */
BhHold *bh_hold_new(BhRemote *remote, const BhHoldSpec *spec);

G_END_DECLS
