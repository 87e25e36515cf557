/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A subscription as its two halves see it: bh-bluez-notify.c (its beginning and end) and
 * bh-bluez-notify-values.c (the values that come, and echoes among them).
 */
#include "bh-bluez-notify.h"

G_BEGIN_DECLS

typedef struct {
    GBytes *bytes;
    gint64 monotonic_us;
    gint64 realtime_us;
} BhBluezValue;

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    char *path;
    char *device; /* path of the link */
    BhLinkKey key;
    guint16 handle;
    gboolean battery;     /* nothing to start: BlueZ tells by itself */
    char *rule;           /* NULL = the bus refused it */
    sd_bus_slot *match;   /* the bus is asked for it */
    BhBluezWaiter waiter; /* for StartNotify, of a battery for the rule */
    sd_bus_slot *slot;    /* StartNotify */
    GError *doubt;        /* why it failed, unless the link turns out to be gone */
    gboolean unwanted;    /* taken back while that was under way: it is stopped when it is over */
    guint timer;          /* until it is tried again */
    guint retries;
    GQueue held;          /* BhBluezValue: may be an echo */
    sd_bus_slot *barrier; /* a question asked after the first of them had come */
    guint behind;         /* how many are older than the question */
} BhBluezSubscription;

/* NULL if there is none of that path. */
BhBluezSubscription *bh_bluez_subscription_find(BhBluezCentral *central, const char *path);
void bh_bluez_value_free(gpointer value);

G_END_DECLS
