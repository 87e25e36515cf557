/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The central role as its parts see it: links, attributes, attempts to connect, operations,
 * subscriptions, pairings. Each part has its own file; what happens to a link is told to all of
 * them by bh-bluez-links.c.
 */
#include "bh-bluez-gatt.h"
#include "bh-bluez-private.h"
#include "bh-bluez-waiter.h"
#include "bh-central.h"

G_BEGIN_DECLS

typedef struct BhBluezAgent BhBluezAgent;

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    BhLinkKey key;
    char *path; /* BlueZ's object; NULL = it has none, as far as is known */
    char *name; /* of the device, as BlueZ knows it; NULL = not known */

    gboolean connected; /* as BlueZ says, and so the next three */
    gboolean services_resolved;
    gboolean has_gap; /* GAP is among the services that BlueZ knows of */
    gboolean paired;
    gboolean bonded;
    gboolean kernel_connected; /* as the kernel says, FALSE without it, and so the next one */
    gboolean pairing;
    gboolean incoming; /* the other side made the link, as far as is known */

    gboolean undiscovered; /* BlueZ failed to find out the services, and calls them resolved */
    gboolean ready;        /* its database is known; and of a ready one: */
    guint16 mtu;           /* 0 = not known */
    BhGattDatabase *database;
    guint built_of;      /* which state of the attributes */
    guint32 interval_us; /* as the kernel told; 0 = not known, and so the next two */
    guint16 latency;
    guint32 supervision_ms;
    BhLinkCause said;  /* by BlueZ, of one that is about to end; else NONE */
    BhLinkCause cause; /* of one that ended */

    gboolean watched;      /* by the hub */
    gboolean tell;         /* what is the case although nothing changed */
    BhLinkState told;      /* its database only to be compared with */
    guint users;           /* attempts and pairings */
    char *rule;            /* match rule of its path; NULL = none */
    sd_bus_slot *match;    /* the bus is asked for it */
    GError *deaf;          /* why nothing is heard of it: the bus refused last; NULL = not so */
    sd_bus_slot *refresh;  /* question to BlueZ under way */
    gboolean again;        /* ask once more: something changed since */
    sd_bus_slot *dropping; /* we asked for the end of it */
    gboolean dropped;      /* it ends, or the last one ended, because we asked */
    gboolean made;         /* or asked for, by us */
} BhBluezLink;

struct BhBluezCentral {
    BhBluez *bluez;            /* borrowed: owns this */
    const BhCentralSink *sink; /* borrowed; NULL = none, or not started */
    gpointer sink_data;

    GHashTable *links; /* BhLinkKey inside -> BhBluezLink, a reference */
    GHashTable *paths; /* path inside -> BhBluezLink, borrowed from links */
    guint tell_idle;
    BhLinkLog log; /* what the kernel said */
    BhBluezGatt *gatt;

    GHashTable *lines; /* path -> operations of one attribute */
    GQueue ready_lines;
    guint active_operations;

    GHashTable *subscriptions; /* path -> subscription */
    GQueue attempts;
    gboolean no_connect_device; /* this BlueZ lacks it */
    GQueue pairings;            /* the first one is under way */
    GQueue given_up;            /* pairings that BlueZ may have begun all the same */
    BhBluezAgent *agent;        /* NULL = none exported */
    GQueue requests;            /* for the RSSI of links */
    GQueue changes;             /* of connection parameters */
    GQueue bond_calls;
};

static inline BhBluezAdapter *
bh_bluez_central_peek_adapter(BhBluezCentral *self, guint8 slot)
{
    return &self->bluez->adapters[slot];
}

/* bh-bluez-central.c: whether anything is under way that must not wait may have changed. */
void bh_bluez_central_update_pace(BhBluezCentral *self);

G_END_DECLS
