/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.Adapter1: one controller as bluetoothd shows it. It takes what the radio found through
 * bluetoothd's rules, and remembers the devices.
 */
#include "advertising.h"
#include "centrals.h"
#include "discovery.h"
#include "memory.h"

G_BEGIN_DECLS

#define BH_TYPE_SIM_ADAPTER (bh_sim_adapter_get_type())
G_DECLARE_FINAL_TYPE(BhSimAdapter, bh_sim_adapter, BH, SIM_ADAPTER, BhBluezAdapter1Skeleton)

/** Exported at once, until bh_sim_adapter_remove(). Context and plug are borrowed until then. */
BhSimAdapter *bh_sim_adapter_new(BhBluezContext *context, BhPlug *plug);

/** Takes it and its devices off the bus. */
void bh_sim_adapter_remove(BhSimAdapter *adapter);

const char *bh_sim_adapter_peek_path(BhSimAdapter *adapter);
void bh_sim_adapter_set_powered(BhSimAdapter *adapter, gboolean powered);
void bh_sim_adapter_set_monitor(BhSimAdapter *adapter, gboolean registered);

/** TRUE if a report of it reached bluetoothd. */
gboolean bh_sim_adapter_hear(BhSimAdapter *adapter, const BhAdvertisement *advertisement);

/** What other programs serve and advertise on it. Borrowed. */
BhCentrals *bh_sim_adapter_get_centrals(BhSimAdapter *adapter);
BhAdvertising *bh_sim_adapter_get_advertising(BhSimAdapter *adapter);
/** A central ends its link. */
/** FALSE if there is none. */
gboolean
bh_sim_adapter_bond_central(BhSimAdapter *adapter, const BhAddress *address, const char *identity);
void bh_sim_adapter_drop_central(BhSimAdapter *adapter, const BhAddress *address);

/** a{sv}, see Scans in org.blehub.Sim1. Floating. */
GVariant *bh_sim_adapter_describe_scan(BhSimAdapter *adapter);

G_END_DECLS
