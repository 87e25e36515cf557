/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * BlueZ's call for one operation on one attribute, and the value in its answer. The battery's level
 * is a property of the device instead, and read-only.
 */
#include "bh-bluez-bus.h"
#include "bh-bluez-gatt.h"
#include "bh-central.h"

G_BEGIN_DECLS

/* value: NULL = read. NULL if the connection is gone. */
sd_bus_message *bh_bluez_gatt_call_new(BhBluezBus *bus,
                                       BhBluezGattKind kind,
                                       const char *path,
                                       GBytes *value,
                                       guint16 offset,
                                       BhWriteKind how);

/* A question about a device, which BlueZ answers behind the news that it had before. NULL if the
 * connection is gone. */
sd_bus_message *bh_bluez_gatt_call_new_question(BhBluezBus *bus, const char *device);

/* What a read brought, from offset on; NULL if the answer has something else, or what no value can
 * be. */
GBytes *bh_bluez_gatt_call_dup_value(sd_bus_message *answer, BhBluezGattKind kind, guint16 offset);

G_END_DECLS
