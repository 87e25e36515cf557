/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Asks BlueZ for all properties of devices that speak although their path is not known. Bounded
 * both ways: the bus allows 128 unanswered calls on a connection, and thousands of devices may
 * speak at once.
 */
#include "bh-bluez-bus.h"

G_BEGIN_DECLS

#define BH_BLUEZ_FETCH_ACTIVE_MAX 64
#define BH_BLUEZ_FETCH_WAITING_MAX 1024

typedef struct BhBluezFetch BhBluezFetch;

/* message is at the a{sv} of all properties. */
typedef void (*BhBluezFetchedFunc)(gpointer data, const char *path, sd_bus_message *message);

/* bus is borrowed: outlives the fetch. */
BhBluezFetch *
bh_bluez_fetch_new(BhBluezBus *bus, guint timeout_ms, BhBluezFetchedFunc fetched, gpointer data);
void bh_bluez_fetch_free(BhBluezFetch *self);

/* Nothing if the path is being asked for already. When too many wait the oldest is dropped. */
void bh_bluez_fetch_add(BhBluezFetch *self, const char *path);

/* Forgets one that went away. */
void bh_bluez_fetch_remove(BhBluezFetch *self, const char *path);

/* Forgets all (BlueZ is gone, or nobody listens), and logs how many were dropped since the last
 * time. */
void bh_bluez_fetch_clear(BhBluezFetch *self);

G_END_DECLS
