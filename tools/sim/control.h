/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* org.blehub.Sim1: the world's knobs on D-Bus. */
#include "bh-sim-dbus.h"
#include "world.h"

G_BEGIN_DECLS

#define BH_SIM_NAME "org.blehub.Sim"
#define BH_SIM_PATH "/org/blehub/sim"

#define BH_TYPE_SIM_CONTROL (bh_sim_control_get_type())
G_DECLARE_FINAL_TYPE(BhSimControl, bh_sim_control, BH, SIM_CONTROL, BhSimDbusSim1Skeleton)

/** All pointers are borrowed and must outlive it. */
BhSimControl *bh_sim_control_new(BhTimeline *timeline, BhTap *tap, BhBluez *bluez, BhWorld *world);

G_END_DECLS
