/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The GATT objects below one device object. They appear when services are resolved, stay when the
 * link goes (BlueZ keeps what it knows of a device), and are made to match what the device has when
 * services are resolved anew or the device says that they changed.
 */
#include "att.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhGatt BhGatt;

/** What the objects of one device share. */
typedef struct {
    GDBusObjectManagerServer *manager; /* borrowed: outlives the objects */
    const char *device_path;           /* borrowed: outlives the objects */
    gboolean is_5_82;
    BhAtt *att; /* borrowed: as long as there is a link; NULL = none */
    gboolean disconnecting;
    const BhPeerAttribute *own; /* bluetoothd itself has subscribed it; NULL = none */
} BhGattShared;

/** shared is borrowed and must outlive it. */
BhGatt *bh_gatt_new(const BhGattShared *shared);
/** Takes all objects away; who waits for an answer gets none, as with BlueZ. */
void bh_gatt_free(BhGatt *gatt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhGatt, bh_gatt_free)

/** shared->att has come: sessions are registered again. */
void bh_gatt_connected(BhGatt *gatt);
/** It is about to go; requests were answered. */
void bh_gatt_disconnected(BhGatt *gatt);
/** Makes the objects match the peer of the link. */
void bh_gatt_update(BhGatt *gatt);
/** UUIDs of all services the peer of the last update has, shown or claimed. */
GStrv bh_gatt_dup_uuids(BhGatt *gatt);
void bh_gatt_notified(BhGatt *gatt, const BhPeerAttribute *attribute, GBytes *value);

/** org.bluez.Error.* of an ATT status. */
void bh_gatt_refuse(GDBusMethodInvocation *invocation, guint8 status);

G_END_DECLS
