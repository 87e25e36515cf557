/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the objects of the simulated bluetoothd share: the controllers, and one life of the daemon.
 */
#include "agents.h"
#include "peers.h"
#include "storage.h"

G_BEGIN_DECLS

/** Why a radio hears nothing, by what cures it. */
typedef enum {
    BH_STALL_NONE,
    BH_STALL_DISCOVERY, /* a discovery that bluetoothd starts anew */
    BH_STALL_POWER,     /* power off and on */
    BH_STALL_REPLUG,    /* only another controller */
} BhStall;

/** A controller that is plugged in. It stays when bluetoothd dies. */
typedef struct {
    BhScenarioAdapter *config; /* index is set, powered and monitor change */
    BhStall stall;
    guint links; /* that are up */
} BhPlug;

/** What is the same for all adapters of one life of bluetoothd. */
typedef struct {
    BhTimeline *timeline;
    GDBusObjectManagerServer *manager;
    BhPeers *peers; /* the devices of the world */
    BhStorage *storage;
    BhAgents *agents;
    gboolean is_5_82;       /* or newer; else 5.66 */
    gboolean tells_reasons; /* why links end: since 5.83 */
    gboolean experimental;
    gint64 temporary_us;
    guint64 reports; /* that reached bluetoothd; counted here */
} BhBluezContext;

G_END_DECLS
