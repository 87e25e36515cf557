/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The methods of the control interface that are about centrals and what is served to them. */
#include "control.h"

G_BEGIN_DECLS

void bh_sim_control_centrals_init(BhSimDbusSim1Iface *iface);

/** What the control interface lends to them. Borrowed. */
BhPlugs *bh_sim_control_get_plugs(BhSimControl *control);

G_END_DECLS
