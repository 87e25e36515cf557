/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who subscribed to a characteristic. BlueZ tells of each that does, with its address: it asks for
 * a socket (AcquireNotify). Where each central may have one of its own (since 5.76) it gets one,
 * and its end says that the central unsubscribed. Elsewhere BlueZ is refused, and then does
 * without; there it says only that the last one unsubscribed (StopNotify).
 *
 * So a list of subscribers is certain only where each has its socket. It need not have one: BlueZ
 * gives a bonded central that comes back none, and closes the wrong one when a central leaves that
 * came after another. Those hear only what is told to all.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

typedef struct {
    BhBluezApp *app; /* borrowed: owns this */
    guint8 slot;
    guint attribute;
    BhLinkKey key; /* slot G_MAXUINT8 = BlueZ did not say who */
    int fd;        /* our end of its socket; -1 = none */
    guint source;  /* that listens to it */
    guint doubt;   /* timer: until it is known why its socket was closed */
    gboolean away; /* a bond keeps its subscription; it is not connected */
    /* Confirmations of indications that were given up, which may still come: */
    guint owes_bytes; /* by its socket */
    guint owes_calls; /* by Confirm() */
} BhBluezSubscriber;

/* Calls of BlueZ. */
int bh_bluez_subscriber_acquire(const BhBluezPlace *place, sd_bus_message *call);
int bh_bluez_subscriber_start(const BhBluezPlace *place, sd_bus_message *call);
int bh_bluez_subscriber_stop(const BhBluezPlace *place, sd_bus_message *call);

void bh_bluez_subscribers_link_made(BhBluezServer *self, const BhLinkKey *key);
void bh_bluez_subscribers_link_gone(BhBluezServer *self, const BhLinkKey *key, gboolean bonded);
void bh_bluez_subscribers_link_renamed(BhBluezServer *self,
                                       const BhLinkKey *former,
                                       const BhLinkKey *key);
/* BlueZ has forgotten all of an application on an adapter. */
void bh_bluez_subscribers_reset(BhBluezApp *app, guint8 slot);

/* NULL if it is none. */
BhBluezSubscriber *
bh_bluez_subscribers_find(BhBluezApp *app, guint attribute, const BhLinkKey *key);
/* Those that are connected, on one adapter (or G_MAXUINT8: on all). */
guint bh_bluez_subscribers_count(BhBluezApp *app, guint attribute, guint8 slot);
/* Whether anybody may hear what is told to all on an adapter. */
gboolean bh_bluez_subscribers_has_any(BhBluezApp *app, guint attribute, guint8 slot);
void bh_bluez_subscribers_get(BhBluezApp *app, guint attribute, BhPeripheralSubscribers *list);

void bh_bluez_subscriber_free(gpointer subscriber);

G_END_DECLS
