/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One object of a remote attribute as BlueZ writes it: where it is, by its path, and what its
 * properties say.
 */
#include "bh-bluez-gatt.h"
#include "bh-uuid.h"

G_BEGIN_DECLS

/* Where an object is, by its path. */
typedef struct {
    gsize device; /* length of the device's path */
    guint16 service;
    guint16 characteristic; /* its declaration; 0 = none */
    guint16 descriptor;     /* 0 = none */
} BhBluezGattPath;

typedef struct {
    BhBluezGattKind kind;
    BhBluezGattPath place;
    BhUuid uuid;
    gboolean primary;
    BhGattFlags flags;
} BhBluezGattObject;

/* FALSE if it is no path of an attribute. */
gboolean bh_bluez_gatt_path_read(BhBluezGattPath *self, const char *path);
BhBluezGattKind bh_bluez_gatt_path_get_kind(const BhBluezGattPath *self);
/* By which it is known in a device: of a characteristic, that of its declaration. */
guint16 bh_bluez_gatt_path_get_handle(const BhBluezGattPath *self);
/* Of a characteristic's value. */
guint16 bh_bluez_gatt_path_get_value(const BhBluezGattPath *self);
char *bh_bluez_gatt_path_dup(const BhBluezGattPath *self, const char *device);

/* Reads the a{sv} that comes next. A negative errno if it is broken. */
int bh_bluez_gatt_object_read(BhBluezGattObject *self, sd_bus_message *message);
/* Fills in the place; FALSE if that or the properties make no sense for its kind. */
gboolean bh_bluez_gatt_object_take_path(BhBluezGattObject *self, const char *path);

G_END_DECLS
