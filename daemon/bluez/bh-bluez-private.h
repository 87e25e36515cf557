/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The radio object as its two halves see it: bh-bluez.c (who BlueZ is, starting and stopping,
 * telling the sink) and bh-bluez-tree.c (what BlueZ's messages mean for adapters and devices).
 */
#include "bh-bluez-adapter.h"
#include "bh-bluez-bus.h"
#include "bh-bluez-devices.h"
#include "bh-bluez-fetch.h"
#include "bh-bluez-power.h"
#include "bh-bluez-report.h"
#include "bh-bluez.h"
#include "bh-link-memory.h"
#include "bh-mgmt-memory.h"
#include "bh-mgmt.h"
#include "bh-peripheral.h"

G_BEGIN_DECLS

typedef struct BhBluezCentral BhBluezCentral;
typedef struct BhBluezServer BhBluezServer;

struct _BhBluez {
    GObject parent_instance;

    BhBluezTiming timing;
    BhRadioCounters counters;
    BhBluezBus *bus;
    const BhRadioSink *sink; /* borrowed: outlives stop(); NULL = not started */
    gpointer sink_data;

    gboolean loaded; /* the objects of the owner are known; without it its signals are ignored */
    gboolean synced;
    sd_bus_slot *load_slot; /* GetNameOwner or GetManagedObjects under way */
    guint load_timer;       /* until it is tried again */
    guint load_failures;
    char *version; /* of BlueZ; NULL = not known (yet) */

    BhBluezAdapter adapters[BH_RADIO_MAX_ADAPTERS];
    BhBluezDevices *devices;
    BhBluezFetch *fetch;
    BhBluezProperties properties; /* scratch, so that a report allocates nothing */
    gboolean listening;           /* the match rule on devices is there */
    guint reconcile;              /* idle source; 0 = none */

    BhMgmt *mgmt;           /* NULL = none, and then */
    char *no_mgmt;          /* why */
    BhMgmt *dead_mgmt;      /* lost, to be freed */
    guint64 lost_malformed; /* of it */
    guint64 lost_drops;
    BhMgmtMemory *memory;
    BhLinkMemory *link_memory;
    gboolean hears_kernel; /* reports come from mgmt, not from BlueZ's signals */
    guint refresh_ms;      /* how often a discovery is refreshed where there is no monitor */
    BhRadioCapabilities told_capabilities;
    BhPeripheralCapabilities told_peripheral;

    GQueue checks;  /* round trips under way */
    guint batch_ms; /* that the hub wants */
    BhBluezCentral *central;
    BhBluezServer *server;
};

/* bh-bluez.c */

/* What the sink hears of one adapter. */
void bh_bluez_tell_adapter(BhBluez *self, BhBluezAdapter *adapter);
/* Wanted is compared with seen, soon. */
void bh_bluez_schedule_reconcile(gpointer self);

/* bh-bluez-owner.c */

/* Asks who BlueZ is or, once that is known, what it has. */
void bh_bluez_owner_load(BhBluez *self);
/* The bus's NameOwnerChanged. */
void bh_bluez_owner_changed(BhBluez *self, sd_bus_message *message);
/* Everything of the owner goes, and the sink is told. */
void bh_bluez_owner_end(BhBluez *self);

/* bh-bluez-tree.c. All messages are from the current owner. */

/* The answer of GetManagedObjects. A negative errno if it is broken. */
int bh_bluez_tree_load(BhBluez *self, sd_bus_message *message);
void bh_bluez_tree_handle_signal(BhBluez *self, sd_bus_message *message);
/* The answer of GetAll for a device that spoke. */
void bh_bluez_tree_handle_fetched(gpointer self, const char *path, sd_bus_message *message);
/* Everything goes, and the sink is told. */
void bh_bluez_tree_drop(BhBluez *self);

G_END_DECLS
