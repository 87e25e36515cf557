/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.GattCharacteristic1 and GattDescriptor1: one read and one write at a time each. Reads
 * of the same offset share one request, a second write is refused whoever it comes from.
 */
#include "gatt.h"
#include "interface.h"
#include "notify.h"

G_BEGIN_DECLS

typedef struct {
    const BhGattShared *shared; /* borrowed: outlives the object */
    BhPeer *peer;               /* keeps the attribute */
    BhPeerAttribute *attribute; /* borrowed: the peer's */
    guint16 handle;             /* as it was when the object was made */
    gboolean claimed;           /* writes are refused */
    char *path;
    BhSimInterface *interface;
    GPtrArray *readers; /* GDBusMethodInvocation: wait for the same read; empty = no read */
    guint16 read_offset;
    GDBusMethodInvocation *writer;
    BhNotify *notify; /* of characteristics that can */
} BhGattAttribute;

BhGattAttribute *bh_gatt_attribute_new(const BhGattShared *shared,
                                       BhPeer *peer,
                                       BhPeerAttribute *attribute,
                                       const char *parent,
                                       gboolean claimed);
/** Takes the object away; callers that wait get no answer, as with BlueZ. */
void bh_gatt_attribute_free(BhGattAttribute *self);

/** Signals a value, changed or not. */
void bh_gatt_attribute_signal_value(BhGattAttribute *self, const guint8 *bytes, gsize size);
/** A link has come or goes. */
void bh_gatt_attribute_connected(BhGattAttribute *self);
void bh_gatt_attribute_disconnected(BhGattAttribute *self);

G_END_DECLS
