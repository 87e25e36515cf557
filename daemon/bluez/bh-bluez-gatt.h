/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * BlueZ's objects of remote attributes, by device: kept as they come and go, and made into a
 * database when a link is ready. BlueZ writes handles into the paths (and tells them otherwise only
 * since 5.69): serviceHHHH, charHHHH (of the declaration; the value is the next, Core 5.4 Vol 3
 * Part G 3.3.2), descHHHH. Everything goes by whole paths, because one device has an object under
 * each adapter.
 *
 * The battery service is taken out of the tree by BlueZ and told as Battery1 instead; it is put
 * back where the tree lacks it, on handles that are free.
 */
#include "bh-gatt.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

typedef struct BhBluezGatt BhBluezGatt;

typedef enum {
    BH_BLUEZ_GATT_SERVICE,
    BH_BLUEZ_GATT_CHARACTERISTIC,
    BH_BLUEZ_GATT_DESCRIPTOR,
    BH_BLUEZ_GATT_BATTERY, /* the level of Battery1; its path is the device's */
} BhBluezGattKind;

BhBluezGatt *bh_bluez_gatt_new(void);
void bh_bluez_gatt_free(BhBluezGatt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBluezGatt, bh_bluez_gatt_free)

/* The kind an interface stands for; FALSE if it is none of these. */
gboolean bh_bluez_gatt_kind_of(const char *interface, BhBluezGattKind *kind);
const char *bh_bluez_gatt_interface_of(BhBluezGattKind kind);

/* The path of the device that an object belongs to; NULL if it is no path of an attribute. */
char *bh_bluez_gatt_dup_device(const char *path);

/* An object: reads the a{sv} of its interface that comes next. A negative errno if the message is
 * broken; an object that makes no sense is left out, and *malformed counts it. */
int bh_bluez_gatt_read(BhBluezGatt *self,
                       const char *path,
                       BhBluezGattKind kind,
                       sd_bus_message *message,
                       guint64 *malformed);
void bh_bluez_gatt_remove(BhBluezGatt *self, const char *path, BhBluezGattKind kind);
/* All of one device, or of all devices under a path. */
void bh_bluez_gatt_remove_device(BhBluezGatt *self, const char *device);
void bh_bluez_gatt_remove_under(BhBluezGatt *self, const char *adapter);

/* A database of what is there now. */
BhGattDatabase *bh_bluez_gatt_build(BhBluezGatt *self, const char *device);
/* Another number after each change; 0 = there is nothing. */
guint bh_bluez_gatt_get_change(BhBluezGatt *self, const char *device);

typedef struct {
    BhBluezGattKind kind;
    char *path;       /* owned */
    gboolean claimed; /* perhaps, by BlueZ: see bh-bluez-claimed.h */
} BhBluezGattPlace;

/* Where an attribute of that database is; FALSE if there is none with a value. */
gboolean
bh_bluez_gatt_find(BhBluezGatt *self, const char *device, guint16 handle, BhBluezGattPlace *place);
/* Any characteristic that BlueZ has an object of; NULL if there is none. */
char *bh_bluez_gatt_dup_characteristic(BhBluezGatt *self, const char *device);

G_END_DECLS
