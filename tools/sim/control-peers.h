/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The methods of the control interface that are about devices which can be connected. */
#include "control.h"
#include "peers.h"

G_BEGIN_DECLS

void bh_sim_control_peers_init(BhSimDbusSim1Iface *iface);

/* What the control interface lends to them. */

/** Borrowed. */
BhPeers *bh_sim_control_get_peers(BhSimControl *control);
/** Replies after the signals that the call has caused, which are sent when the loop is idle. Takes
 * a floating result. Always TRUE. */
gboolean bh_sim_complete(GDBusMethodInvocation *invocation, GVariant *result);
/** Answers with the error, or with nothing if there is none. Always TRUE. */
gboolean bh_sim_finish(GDBusMethodInvocation *invocation, const GError *error);

G_END_DECLS
