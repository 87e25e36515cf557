/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One client's hold on a remote device: while it lasts the link is kept for it. What it asks for
 * besides (to reconnect, how patiently, which parameters) is its own; the remote goes by the most
 * demanding of its holds.
 */
#include "bh-central.h"
#include "bh-owned.h"

G_BEGIN_DECLS

typedef struct {
    BhAddress address;
    gboolean has_adapter;
    BhAddress adapter;
    gint64 timeout_ms; /* of Connect: to link up, services resolved and parameters changed */
    BhLinkParameters parameters;
    gboolean reconnect;
    gint64 backoff_initial_ms;
    gint64 backoff_max_ms;
    gint64 stable_ms; /* a link that lasted so long resets the back-off */
    gboolean reconnect_scan;
    gint64 linger_ms; /* the link stays so long after the last hold went */
} BhHoldSpec;

typedef struct _BhRemote BhRemote;

#define BH_TYPE_HOLD (bh_hold_get_type())
G_DECLARE_FINAL_TYPE(BhHold, bh_hold, BH, HOLD, BhOwned)

const BhHoldSpec *bh_hold_peek_spec(BhHold *self);
BhRemote *bh_hold_peek_remote(BhHold *self);

G_END_DECLS
