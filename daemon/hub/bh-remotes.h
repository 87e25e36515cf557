/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * All remote devices that somebody holds, and who may try to connect when: one attempt at a time
 * per adapter, taken in turns by devices, and among those by clients. It chooses the adapter of a
 * device by signal and free slots, and starts the low-duty scan that waiting holds want.
 *
 * Signals: "added" (BhRemote), "removed" (BhRemote), "listening-changed" (the demand on scans).
 */
#include "bh-adapter-slots.h"
#include "bh-power-keeper.h"
#include "bh-quota.h"
#include "bh-record.h"
#include "bh-remote.h"
#include "bh-scan-demand.h"
#include "bh-stream-budget.h"
#include "bh-stream-pacer.h"

G_BEGIN_DECLS

#define BH_TYPE_REMOTES (bh_remotes_get_type())
G_DECLARE_FINAL_TYPE(BhRemotes, bh_remotes, BH, REMOTES, GObject)

/* What remotes need of the hub; borrowed: outlives them. */
typedef struct {
    BhCentral *central; /* NULL = no central role: NotSupported */
    BhClock *clock;
    BhQuota *quota;
    BhDeviceTable *table;
    BhRecorder *recorder;
    BhStreamPacer *pacer;
    BhStreamBudget *budget;
    const BhAdapterSlots *adapters;
    BhPowerKeeper *power;
} BhRemotesShared;

BhRemotes *bh_remotes_new(const BhRemotesShared *shared);

/* Takes a hold and waits until the link is ready; with spec.reconnect through failures, while there
 * is time. When it fails the hold is released again. Errors: NotReady, Timeout, LimitExceeded,
 * Disconnected, Cancelled, NotFound (Adapter), Failed. */
void bh_remotes_connect_async(BhRemotes *self,
                              const BhHoldSpec *spec,
                              BhClient *client,
                              BhLifetime lifetime,
                              gint64 lease_ms,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BhHold *bh_remotes_connect_finish(BhRemotes *self, GAsyncResult *result, GError **error);

/* Borrowed; NULL if nobody holds it. */
BhRemote *bh_remotes_find(BhRemotes *self, const BhAddress *address);
typedef void (*BhRemoteFunc)(BhRemote *remote, gpointer user_data);
void bh_remotes_foreach(BhRemotes *self, BhRemoteFunc func, gpointer user_data);

/* Links of anybody, on one adapter or all of them. */
guint bh_remotes_count_links(BhRemotes *self, guint8 slot);
guint bh_remotes_count_all_links(BhRemotes *self);
/* Whether there is this link, whoever made it. */
gboolean bh_remotes_is_linked(BhRemotes *self, const BhLinkKey *key);
/* Links that an adapter may still have. */
guint bh_remotes_count_free_slots(BhRemotes *self, guint8 slot);

/* What remotes did and met. */
typedef struct {
    guint64 attempts;
    guint64 links;        /* that became ready */
    guint64 links_lost;   /* while somebody held the device */
    guint64 values;       /* notified */
    guint64 value_losses; /* that subscriptions dropped, of those nobody fetched in time */
    guint64 orphans_released;
    guint64 leases_expired;
    guint64 stream_records;
    guint64 stream_losses;
} BhRemotesCounters;

void bh_remotes_get_counters(BhRemotes *self, BhRemotesCounters *counters);

/* BhLinkKey of every bonded device, of all adapters; free with g_array_unref(). Errors: NotReady,
 * Cancelled (the client left), Timeout. */
void bh_remotes_list_bonds_async(BhRemotes *self,
                                 BhClient *client,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GArray *bh_remotes_list_bonds_finish(BhRemotes *self, GAsyncResult *result, GError **error);
/* Forgets the bonds with a device, held or not: of one adapter (slot) or, slot G_MAXUINT8, of all.
 * Errors: NotFound, NotReady, Cancelled. */
void bh_remotes_remove_bond_async(BhRemotes *self,
                                  const BhAddress *address,
                                  guint8 slot,
                                  BhClient *client,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean bh_remotes_remove_bond_finish(BhRemotes *self, GAsyncResult *result, GError **error);

/* For the hub. */

/* Per adapter, of anybody. */
void bh_remotes_set_max_links(BhRemotes *self, guint max_links);
guint bh_remotes_get_max_links(BhRemotes *self);
void bh_remotes_set_capabilities(BhRemotes *self, BhRadioCapabilities capabilities);
/* Adds what waiting remotes want to hear by an adapter. */
void bh_remotes_add_demand(BhRemotes *self, BhAdapter *adapter, BhScanDemand *demand);
/* A device was heard, and the table has it. */
void bh_remotes_heard(BhRemotes *self, const BhDevice *device, const BhReport *report);
/* An adapter can be used from now on; it is gone or off (cause). */
void bh_remotes_adapter_ready(BhRemotes *self, guint8 slot);
void bh_remotes_adapter_gone(BhRemotes *self, guint8 slot, BhLinkCause cause);
/* Links of an adapter that were made here, those that are going counted in. */
guint bh_remotes_count_own_links(BhRemotes *self, guint8 slot);
/* The radio was switched off for one user or, uid G_MAXUINT32, for all: what it waits in ends with
 * Disconnected, and links that only such users hold are dropped. */
void bh_remotes_radio_off(BhRemotes *self, guint32 uid);
/* It is there for somebody again. */
void bh_remotes_radio_on(BhRemotes *self);
/* Releases everything. */
void bh_remotes_stop(BhRemotes *self);

G_END_DECLS
