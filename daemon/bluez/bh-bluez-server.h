/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The peripheral role over BlueZ: BhPeripheral of a BhBluez, and what of BlueZ's and the kernel's
 * signals concerns it.
 */
#include "bh-bluez-central-private.h"
#include "bh-peripheral.h"

G_BEGIN_DECLS

BhBluezServer *bh_bluez_server_new(BhBluez *bluez);
void bh_bluez_server_free(BhBluezServer *self);

/* Fills in BhPeripheral's functions. */
void bh_bluez_server_init_iface(BhPeripheralInterface *iface);

/* Advertisements of the kernel's on an adapter, for this. */
BhMgmtAdverts *bh_bluez_server_new_mgmt_adverts(BhBluezServer *self, guint8 slot);

/* With the radio. */
void bh_bluez_server_start(BhBluezServer *self);
void bh_bluez_server_stop(BhBluezServer *self);
/* As often as the radio reconciles. */
void bh_bluez_server_reconcile(BhBluezServer *self);

/* An adapter came or changed; it is gone. */
void bh_bluez_server_adapter_changed(BhBluezServer *self);
void bh_bluez_server_adapter_removed(BhBluezServer *self, guint8 slot);
/* Properties of an adapter's LEAdvertisingManager1: reads the a{sv} that comes next. A negative
 * errno if the message is broken. */
int bh_bluez_server_take_sets(BhBluezServer *self, guint8 slot, sd_bus_message *message);

/* Something of a link changed, or it ended. */
void bh_bluez_server_link_changed(BhBluezServer *self, const BhBluezLink *link);
/* Its device is known by another address from now on. */
void
bh_bluez_server_link_renamed(BhBluezServer *self, const BhBluezLink *link, const BhLinkKey *former);

/* Centrals may call at any time: answers must not wait for others to be read with them. */
gboolean bh_bluez_server_is_busy(const BhBluezServer *self);

G_END_DECLS
