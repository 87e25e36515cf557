/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The beacons that were heard, each once, by what it says it is and not by the address it says that
 * from. Telemetry has no identity: it belongs to the beacons of its address, and is listed by
 * itself only as long as there is none.
 */
#include "bh-device-table.h"
#include "bh-identity.h"

G_BEGIN_DECLS

#define BH_BEACON_LIST_DEFAULT_MAX 10000

typedef struct {
    BhIdentity identity; /* of telemetry by itself: its address */
    BhBeacon beacon;     /* as it was heard last; of telemetry by itself: that */
    BhBeacon telemetry;
    gboolean has_telemetry;
    BhAddress address; /* that it was heard from last */
    gint8 rssi;        /* dBm, of its last report; BH_RSSI_UNKNOWN */
    gint64 heard_us;   /* monotonic */
} BhListedBeacon;

typedef enum {
    BH_BEACON_NEWS_NONE,
    BH_BEACON_NEWS_BEACON,    /* it was not in the list, or only its telemetry was */
    BH_BEACON_NEWS_TELEMETRY, /* its first, or telemetry by itself */
} BhBeaconNews;

typedef struct BhBeaconList BhBeaconList;

/** Of more than max beacons the one unheard for longest goes. */
BhBeaconList *bh_beacon_list_new(guint max);
void bh_beacon_list_free(BhBeaconList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBeaconList, bh_beacon_list_free)

/** Takes over what a report says. Returns the beacon it is about (borrowed until the next report;
 * of several at one address that telemetry is about, one of them), NULL if it is about none. */
const BhListedBeacon *
bh_beacon_list_add(BhBeaconList *self, const BhDevice *report, BhBeaconNews *news);

guint bh_beacon_list_size(const BhBeaconList *self);
/** How many went because of max. */
guint64 bh_beacon_list_forgotten(const BhBeaconList *self);

/** How many of each type there are. */
void bh_beacon_list_count(const BhBeaconList *self, guint counts[BH_N_BEACON_TYPES]);

/** All of them (const BhListedBeacon *, borrowed until the next report), by type and identity. */
GPtrArray *bh_beacon_list_sort(const BhBeaconList *self);

/** Whether it is telemetry by itself. */
gboolean bh_listed_beacon_is_bare(const BhListedBeacon *self);

G_END_DECLS
