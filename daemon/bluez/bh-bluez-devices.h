/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whose object path is whose: BlueZ's signals name a device by its path, which is neither its
 * address (that changes to the identity address after pairing) nor unique per address (each adapter
 * has its own object of one device). The map is bounded: beyond it the device unheard for longest
 * is forgotten, and asked for again if it speaks.
 */
#include "bh-address.h"

G_BEGIN_DECLS

#define BH_BLUEZ_DEVICES_MAX 20000

typedef struct {
    BhAddress address;
    guint8 slot; /* of the adapter */
} BhBluezDevice;

typedef struct BhBluezDevices BhBluezDevices;

BhBluezDevices *bh_bluez_devices_new(guint max);
void bh_bluez_devices_free(BhBluezDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBluezDevices, bh_bluez_devices_free)

/* The device of a path, NULL if not known. Counts as heard. Borrowed until the next put or remove.
 */
BhBluezDevice *bh_bluez_devices_lookup(BhBluezDevices *self, const char *path);

/* Adds or changes. Returns the device, borrowed until the next put or remove. */
BhBluezDevice *
bh_bluez_devices_put(BhBluezDevices *self, const char *path, guint8 slot, const BhAddress *address);

void bh_bluez_devices_remove(BhBluezDevices *self, const char *path);
/* All devices of one adapter. */
void bh_bluez_devices_remove_slot(BhBluezDevices *self, guint8 slot);
/* Devices whose address may have become an identity address while nobody listened: those last known
 * by a resolvable private one. */
void bh_bluez_devices_remove_resolvable(BhBluezDevices *self);
guint bh_bluez_devices_size(const BhBluezDevices *self);

G_END_DECLS
