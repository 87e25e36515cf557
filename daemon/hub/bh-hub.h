/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The domain's root: the adapters, the device table, the scans of all clients, and what they
 * together want of the radio. It decides who hears what; it knows neither BlueZ nor D-Bus.
 *
 * Signals: "state-changed" (state or capabilities), "adapter-added" (BhAdapter), "adapter-removed"
 * (BhAdapter), "synced" (once: what is there at start-up is known).
 */
#include "bh-hub-state.h"
#include "bh-local.h"
#include "bh-remotes.h"
#include "bh-scan.h"
#include "bh-watch.h"

G_BEGIN_DECLS

typedef struct {
    guint max_scans;          /* per user */
    guint max_waits;          /* per user */
    guint max_streams;        /* per user */
    guint max_stream_bytes;   /* per user */
    guint max_holds;          /* per user */
    guint max_subscriptions;  /* per user */
    guint max_operations;     /* per user, on attributes of remote devices */
    guint max_applications;   /* per user */
    guint max_advertisements; /* per user */
    guint max_watches;        /* per user */
    guint max_identities;     /* of one watch */
    guint max_links;          /* per adapter, of anybody */
    guint max_devices;        /* of the table */
    BhRecoveryPolicy recovery;
    gboolean may_power_cycle;
    char **adapters; /* addresses or "hciN" that are used; empty or NULL = all; borrowed for the
                        call */
} BhHubSettings;

typedef struct {
    guint64 reports;
    guint64 bluez_losses;
    guint64 adapter_losses;
    guint64 orphans_released;
    guint64 leases_expired;
    guint64 discovery_restarts;
    guint64 power_cycles;
    guint64 limit_exceeded;
    guint64 devices_evicted;
    guint64 malformed_beacons;
    guint devices_known;
    guint scans;
    guint streams;
    guint holds;
    guint subscriptions;
    guint applications;
    guint advertisements;
    guint watches;
    guint identities; /* of all watches */
    guint64 identities_forgotten;
    guint64 zone_changes;
    guint links;               /* of anybody, on all adapters */
    BhRemotesCounters remotes; /* of which what follows and stands above is summed */
    BhLocalCounters local;     /* so, too */
    guint64 stream_records;    /* sent */
    guint64 stream_losses;     /* records lost by slow readers */
    BhRadioCounters radio;
} BhHubCounters;

#define BH_TYPE_HUB (bh_hub_get_type())
G_DECLARE_FINAL_TYPE(BhHub, bh_hub, BH, HUB, GObject)

BhHub *bh_hub_new(BhRadio *radio, BhClock *clock, const BhHubSettings *settings);

/* Starts the radio; stop releases every owned object, then stops the radio. */
void bh_hub_start(BhHub *self);
void bh_hub_stop(BhHub *self);

/* Takes new settings without disturbing what runs. */
void bh_hub_configure(BhHub *self, const BhHubSettings *settings);

BhHubState bh_hub_get_state(BhHub *self);
const char *bh_hub_get_bluez_version(BhHub *self);
BhRadioCapabilities bh_hub_get_capabilities(BhHub *self);
/* Whether an adapter that spec wants is on, or will be because a vote for off is taken back by the
 * call that asks; else NotReady with what is the case as message:
 * "no-bluez", "no-adapter", "radio-off". */
gboolean bh_hub_check_ready(BhHub *self, const BhScanSpec *spec, GError **error);
/* Whether the radio can do it at all; else NotSupported, saying why. */
gboolean bh_hub_check_needs(BhHub *self, const BhScanNeeds *needs, GError **error);

BhClock *bh_hub_peek_clock(BhHub *self);
BhQuota *bh_hub_peek_quota(BhHub *self);
BhDeviceTable *bh_hub_peek_table(BhHub *self);
/* Never NULL; without a central role everything asked of it is NotSupported. */
BhRemotes *bh_hub_peek_remotes(BhHub *self);
/* Never NULL; without a peripheral role everything asked of it is NotSupported. */
BhLocal *bh_hub_peek_local(BhHub *self);
/* What its BlueZ can do; follows "state-changed". */
BhPeripheralCapabilities bh_hub_get_peripheral_capabilities(BhHub *self);
/* Advertising sets of an adapter, and how many of them are free; 0 = not known. */
guint bh_hub_count_advertising_sets(BhHub *self, guint8 slot, guint *free_sets);
guint bh_hub_get_max_devices(BhHub *self);
guint bh_hub_get_max_stream_bytes(BhHub *self);
guint bh_hub_get_max_identities(BhHub *self);
/* By slot, also when it is gone at present as long as it was seen once; NULL else. */
BhAdapter *bh_hub_peek_adapter(BhHub *self, guint8 slot);
/* By address ("AA:..") or present name ("hci0"); NULL if not there. */
BhAdapter *bh_hub_find_adapter(BhHub *self, const char *name);
void bh_hub_get_counters(BhHub *self, BhHubCounters *counters);

/* The client's user votes for the radio to be off: what it waits in ends with Disconnected, what it
 * wants stays. Done when power has dropped, or it is clear that it will not, because other users
 * want the radio; their uids (guint32, newly made) are then in users, which is empty otherwise.
 * BH_POWER_FOREIGN stands there for links of programs that do not use the hub, which are not cut.
 * force: whoever wants it; the caller has checked who may. Errors: NotReady, NotSupported, Timeout
 * (the vote stays), Cancelled. */
void bh_hub_radio_off_async(BhHub *self,
                            BhClient *client,
                            gboolean force,
                            gint64 timeout_ms,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean bh_hub_radio_off_finish(BhHub *self, GAsyncResult *result, GArray **users, GError **error);
/* Takes the vote back; done when an adapter is on. Errors: NotAuthorized (it was forced off, and
 * lifts_force is not given), NotReady, Timeout, Cancelled. */
void bh_hub_radio_on_async(BhHub *self,
                           BhClient *client,
                           gboolean lifts_force,
                           gint64 timeout_ms,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean bh_hub_radio_on_finish(BhHub *self, GAsyncResult *result, GError **error);

/* Starts a scan owned by client. Errors: InvalidArguments, NotSupported, LimitExceeded. */
BhScan *bh_hub_add_scan(BhHub *self,
                        const BhScanSpec *spec,
                        BhClient *client,
                        BhLifetime lifetime,
                        gint64 lease_ms,
                        GError **error);

/* Starts a watch owned by client, which takes what selection has. Errors: NotSupported,
 * LimitExceeded. */
BhWatch *bh_hub_add_watch(BhHub *self,
                          const BhWatchSpec *spec,
                          BhPresenceSelection *selection,
                          BhClient *client,
                          BhLifetime lifetime,
                          gint64 lease_ms,
                          GError **error);

G_END_DECLS
