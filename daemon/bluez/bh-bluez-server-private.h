/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The peripheral role as its parts see it. Each application has, on each adapter, a tree of objects
 * that BlueZ calls (bh-bluez-served.c, made of the definition when asked for), a registration
 * (bh-bluez-app.c), requests that are open (bh-bluez-request.c) and subscribers
 * (bh-bluez-subscriber.c, bh-bluez-notification.c). Links are those of the central role.
 */
#include "bh-bluez-registration.h"
#include "bh-bluez-server.h"

G_BEGIN_DECLS

typedef struct {
    BhBluezServer *server; /* borrowed: owns this */
    guint id;
    BhApplicationDefinition *definition;
    guint16 slots;
    BhBluezRegistration registrations[BH_RADIO_MAX_ADAPTERS]; /* that of an unused slot is empty */
    GPtrArray *subscribers;                /* BhBluezSubscriber, on all adapters */
    gint64 left_us[BH_RADIO_MAX_ADAPTERS]; /* when the link of one ended last */
    GQueue indications;                    /* BhBluezIndication, at most one of each attribute */
} BhBluezApp;

/* What an adapter says of its advertising sets. */
typedef struct {
    gboolean known;
    guint free;
    guint active;
    gboolean sets_power; /* the TX power of each */
    gboolean capable;    /* tells its capabilities: takes intervals, too */
    gboolean extended;   /* the controller has extended advertising */
} BhBluezSets;

struct BhBluezServer {
    BhBluez *bluez;               /* borrowed: owns this */
    const BhPeripheralSink *sink; /* borrowed; NULL = none, or not started */
    gpointer sink_data;

    GHashTable *apps;     /* id -> BhBluezApp */
    GHashTable *adverts;  /* id -> BhBluezAdvert */
    GQueue requests;      /* BhPeripheralRequest */
    GHashTable *centrals; /* BhLinkKey inside -> BhPeripheralCentral */
    BhBluezSets sets[BH_RADIO_MAX_ADAPTERS];
    GArray *listed;          /* BhLinkKey: the list that was asked for last */
    sd_bus_slot *served;     /* our objects */
    sd_bus_slot *advertised; /* and those of advertisements */
    gboolean listening;      /* to what BlueZ says of all devices */
    gboolean changed;        /* something is wanted that was not acted on */
};

/* Where an object of ours stands: which attribute of which application on which adapter. */
typedef struct {
    BhBluezApp *app;
    guint8 slot;
    guint attribute;
} BhBluezPlace;

/* bh-bluez-server.c */

/* Something is wanted: acted on from the main loop. */
void bh_bluez_server_schedule(BhBluezServer *self);
/* Each central has a socket of its own for its values (else all hear all). */
gboolean bh_bluez_server_can_direct(const BhBluezServer *self);

/* What this BlueZ does with an advertisement on this adapter. */
gboolean bh_bluez_server_takes_interval(const BhBluezServer *self, guint8 slot);
gboolean bh_bluez_server_takes_tx_power(const BhBluezServer *self, guint8 slot);

static inline BhBluezAdapter *
bh_bluez_server_peek_adapter(const BhBluezServer *self, guint8 slot)
{
    return &self->bluez->adapters[slot];
}

G_END_DECLS
