/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What makes holds, and nobody else, needs of them.
 */
#include "bh-hold.h"

G_BEGIN_DECLS

/* Claimed by its maker; the remote keeps it. */
BhHold *bh_hold_new(BhRemote *remote, const BhHoldSpec *spec);

G_END_DECLS
