/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The discovery of one adapter: what is wanted against what BlueZ does. Everything that happens (a
 * new demand, power, a reply, a timer) only changes what is known and asks to be reconciled;
 * reconcile() then decides on the one next call, if any. One call is under way at most.
 */
#include "bh-bluez-bus.h"
#include "bh-bluez-demand.h"
#include "bh-bluez-timing.h"

G_BEGIN_DECLS

typedef struct BhBluezDiscovery BhBluezDiscovery;

/* Something changed: call bh_bluez_discovery_reconcile() soon, from the main loop. */
typedef void (*BhBluezReconcileFunc)(gpointer data);

/* bus, timing and counters are borrowed: outlive the discovery. */
BhBluezDiscovery *bh_bluez_discovery_new(BhBluezBus *bus,
                                         const BhBluezTiming *timing,
                                         BhRadioCounters *counters,
                                         BhBluezReconcileFunc changed,
                                         gpointer data);
/* Without a word to BlueZ: see bh_bluez_discovery_abandon(). */
void bh_bluez_discovery_free(BhBluezDiscovery *self);

/* demand NULL = none. */
void bh_bluez_discovery_set_demand(BhBluezDiscovery *self, const BhRadioScanDemand *demand);
/* Something else serves the demand meanwhile. Takes effect with the next reconcile(). */
void bh_bluez_discovery_set_spared(BhBluezDiscovery *self, gboolean spared);
gboolean bh_bluez_discovery_is_wanted(const BhBluezDiscovery *self);

/* What the adapter is now; path NULL = not there. A session cannot outlive power or path. */
void bh_bluez_discovery_set_adapter(BhBluezDiscovery *self,
                                    const char *path,
                                    gboolean powered,
                                    gboolean discovering);

/* Looks for a device that BlueZ does not know, whatever the demand: everything is heard then, in
 * the same session. It does not show in the state. */
void bh_bluez_discovery_set_finding(BhBluezDiscovery *self, gboolean finding);

/* Stops and starts if it runs. */
void bh_bluez_discovery_restart(BhBluezDiscovery *self);

/* The same without anybody being told: the scan goes on, with an empty duplicate filter and the
 * kernel's settings of now. */
void bh_bluez_discovery_refresh(BhBluezDiscovery *self);
/* Does so again and again while it runs; 0 = not. */
void bh_bluez_discovery_set_refresh(BhBluezDiscovery *self, guint every_ms);

/* While held it is not started. Takes effect with the next reconcile(). */
void bh_bluez_discovery_set_held(BhBluezDiscovery *self, gboolean held);

/* Tells BlueZ to stop, without waiting for the answer, and wants nothing any more. */
void bh_bluez_discovery_abandon(BhBluezDiscovery *self);

void bh_bluez_discovery_reconcile(BhBluezDiscovery *self);

BhRadioScanState bh_bluez_discovery_get_state(const BhBluezDiscovery *self);
/* Why the last start failed, NULL after a success. Borrowed. */
const char *bh_bluez_discovery_peek_error(const BhBluezDiscovery *self);

G_END_DECLS
