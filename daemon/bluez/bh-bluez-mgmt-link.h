/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the management socket can do for a link, where there is one: end it at once, and say how
 * strong it is. Without the socket each of these does nothing, or says so.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Handles the kernel's events that have arrived: its word on what BlueZ is just telling. */
void bh_bluez_mgmt_drain(BhBluez *bluez);

/* The controller's number; BH_MGMT_INDEX_NONE without a socket, too. */
guint16 bh_bluez_mgmt_get_index(BhBluez *bluez, guint8 slot);

void bh_bluez_mgmt_disconnect(BhBluez *bluez, const BhLinkKey *key);

/* Takes task, which returns the RSSI as an integer. One question at a time is asked. */
void bh_bluez_rssi_start(BhBluezCentral *self, const BhLinkKey *key, GTask *task);
void bh_bluez_rssi_clear(BhBluezCentral *self);

G_END_DECLS
