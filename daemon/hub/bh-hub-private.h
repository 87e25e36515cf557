/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The hub's inside, for its two halves: what clients ask of it, and what the radio tells it.
 */
#include "bh-demand-keeper.h"
#include "bh-hub.h"
#include "bh-power-keeper.h"
#include "bh-scans.h"
#include "bh-state-keeper.h"
#include "bh-watches.h"

G_BEGIN_DECLS

struct _BhHub {
    GObject parent;
    BhRadio *radio;
    BhClock *clock;
    BhQuota *quota;
    BhDeviceTable *table;
    BhRecorder *recorder;
    BhStreamPacer *pacer;
    BhStreamBudget *budget;
    BhRemotes *remotes;
    BhLocal *local;
    BhPowerKeeper *power;
    guint max_devices;
    guint max_identities;
    BhAdapterSlots adapters;
    BhDemandKeeper *keeper;
    BhScans *scans;
    BhWatches *watches;
    BhStateKeeper *state;
    BhRecoveryLedger ledger;
    char *bluez_version;
    BhRadioCapabilities capabilities;
    BhHubCounters counters;
    gboolean running;
};

/* What the radio tells; the data is the hub. */
const BhRadioSink *bh_hub_peek_radio_sink(void);

/* Follows what is there of an adapter and what the configuration allows. */
void bh_hub_reconcile_presence(BhHub *self, BhAdapterSlot *it);

/* What the power keeper asks and tells; the data is the hub. */
const BhPowerKeeperFuncs *bh_hub_peek_power_funcs(void);
/* What is wanted of the radio may have changed. */
void bh_hub_reconcile(BhHub *self);
/* Which adapters scan may have changed: tells those who listen. */
void bh_hub_look_at_radio(BhHub *self);

/* Emit the signals of the same names. */
void bh_hub_state_changed(BhHub *self);
void bh_hub_adapter_added(BhHub *self, BhAdapter *adapter);
void bh_hub_adapter_removed(BhHub *self, BhAdapter *adapter);
void bh_hub_synced(BhHub *self);

G_END_DECLS
