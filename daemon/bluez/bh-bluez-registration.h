/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One object of ours that one adapter's manager in BlueZ shall know: services to serve, or an
 * advertisement. What is wanted is compared with what is the case, one call at a time: a call that
 * is under way is waited for before the next, because BlueZ need not answer a registration that is
 * taken back meanwhile.
 *
 * What fails is tried again, ever later. What there is no room for (LimitExceeded) is tried when
 * somebody says that there may be some.
 */
#include "bh-bluez-bus.h"
#include "bh-bluez-timing.h"

G_BEGIN_DECLS

/* The manager's interface and methods. */
typedef struct {
    const char *interface;
    const char *add; /* (oa{sv}) */
    const char *remove;
    const char *what; /* for errors: "services" */
} BhBluezManager;

/* It is registered now (error NULL), or this try failed. From the main loop. */
typedef void (*BhBluezRegistered)(gpointer data, guint8 slot, const GError *error);

typedef struct {
    const BhBluezManager *manager;
    BhBluezBus *bus;             /* borrowed: outlives this */
    const BhBluezTiming *timing; /* borrowed: outlives this */
    guint8 slot;
    char *path; /* of our object; owned */
    BhBluezRegistered told;
    gpointer data;

    char *adapter; /* path of the adapter that it is wanted on; NULL = on none */
    char *there;   /* where it is registered; NULL = it is not */
    char *asked;   /* what the call under way is for */
    gboolean renew;
    gboolean full; /* there was no room */
    sd_bus_slot *call;
    guint timer;
    guint failures;
} BhBluezRegistration;

/* Takes path. told and data are for the owner to set. */
void bh_bluez_registration_init(BhBluezRegistration *self,
                                const BhBluezManager *manager,
                                BhBluezBus *bus,
                                const BhBluezTiming *timing,
                                guint8 slot,
                                char *path);
/* Takes it back in BlueZ. */
void bh_bluez_registration_clear(BhBluezRegistration *self);

/* Wants it on an adapter; NULL = on none. Acts at once; tells later. */
void bh_bluez_registration_want(BhBluezRegistration *self, const char *adapter);
/* What the object says has changed: it is registered anew, if it is. */
void bh_bluez_registration_renew(BhBluezRegistration *self);
/* The adapter is gone, and with it what BlueZ knew: it is wanted on none. */
void bh_bluez_registration_forget(BhBluezRegistration *self);
/* BlueZ has dropped it by itself: told as Disconnected, and registered again after a while. */
void bh_bluez_registration_dropped(BhBluezRegistration *self);
/* There may be room now. */
void bh_bluez_registration_retry(BhBluezRegistration *self);

gboolean bh_bluez_registration_is_there(const BhBluezRegistration *self);

G_END_DECLS
