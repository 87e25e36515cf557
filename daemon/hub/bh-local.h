/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The peripheral role of the hub, beside BhRemotes: the applications and advertisements of all
 * clients, the adapters they are on, and what central does which. It gives out the numbers by which
 * the seam knows them.
 *
 * Signals: "application-added" (BhApplication), "advertisement-added" (BhAdvertisement).
 */
#include "bh-adapter-slots.h"
#include "bh-advertisement.h"
#include "bh-application.h"
#include "bh-power-keeper.h"
#include "bh-quota.h"

G_BEGIN_DECLS

#define BH_TYPE_LOCAL (bh_local_get_type())
G_DECLARE_FINAL_TYPE(BhLocal, bh_local, BH, LOCAL, GObject)

/* Borrowed: outlives it. */
typedef struct {
    BhPeripheral *peripheral; /* NULL = no peripheral role: NotSupported */
    BhCentral *central;       /* drops links */
    BhClock *clock;
    BhQuota *quota;
    const BhAdapterSlots *adapters;
    BhPowerKeeper *power; /* whose user is off serves nothing at present */
} BhLocalShared;

BhLocal *bh_local_new(const BhLocalShared *shared);

/* Both take what they need of spec. They wait until the first registration succeeded or it is clear
 * why it will not (NotReady does not fail them: they wait for the radio, state "waiting"). Errors:
 * NotSupported, LimitExceeded, AlreadyExists, InvalidArguments (BlueZ refuses it), NotFound
 * (Adapter), Timeout (BlueZ said nothing for 10 s), Disconnected (RadioOff), Cancelled. */
void bh_local_register_async(BhLocal *self,
                             const BhApplicationSpec *spec,
                             BhClient *client,
                             BhLifetime lifetime,
                             gint64 lease_ms,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
BhApplication *bh_local_register_finish(BhLocal *self, GAsyncResult *result, GError **error);
void bh_local_advertise_async(BhLocal *self,
                              const BhAdvertSpec *spec,
                              const char *adapter,
                              BhClient *client,
                              BhLifetime lifetime,
                              gint64 lease_ms,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
BhAdvertisement *bh_local_advertise_finish(BhLocal *self, GAsyncResult *result, GError **error);

/* Whether users other than this one serve applications on an adapter, and so its centrals. */
gboolean bh_local_serves_others(BhLocal *self, guint8 slot, guint32 uid);

/* What centrals did and met. */
typedef struct {
    guint64 writes;         /* taken */
    guint64 writes_refused; /* too long, or at a wrong offset */
    guint64 write_losses;   /* captured writes that nobody fetched in time */
    guint64 reads_asked;    /* of owners */
    guint64 reads_late;     /* of these: answered without the owner */
    guint64 indications;
    guint64 notifications;       /* handed to BlueZ */
    guint64 notification_losses; /* of both: BlueZ did not take them */
    guint64 centrals;            /* that came */
    guint64 orphans_released;
    guint64 leases_expired;
} BhLocalCounters;

void bh_local_get_counters(BhLocal *self, BhLocalCounters *counters);

/* For the hub. */

/* An adapter can be used from now on; it is gone or off. */
void bh_local_adapter_ready(BhLocal *self, guint8 slot);
void bh_local_adapter_gone(BhLocal *self, guint8 slot);
/* Which adapters may be used, or whose user is off, changed. */
void bh_local_look(BhLocal *self);
/* The radio was switched off for one user or, uid G_MAXUINT32, for all: waiters end with
 * Disconnected, values go back to the initial ones unless OnRestart says else. */
void bh_local_radio_off(BhLocal *self, guint32 uid);
/* Centrals that are linked by an adapter, as far as known. */
guint bh_local_count_centrals(BhLocal *self, guint8 slot);
/* Releases everything. */
void bh_local_stop(BhLocal *self);

G_END_DECLS
