/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the management socket can do for a link, where there is one: end it at once, say how strong
 * it is, and prepare how often it will be served. Without the socket each of these does nothing, or
 * says so.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Handles the kernel's events that have arrived: its word on what BlueZ is just telling. */
void bh_bluez_mgmt_drain(BhBluez *bluez);

void bh_bluez_mgmt_disconnect(BhBluez *bluez, const BhLinkKey *key);

/* For the next link with the device. TRUE if nothing is wanted. Error: NotSupported. */
gboolean bh_bluez_mgmt_load_parameters(BhBluez *bluez,
                                       const BhLinkKey *key,
                                       const BhLinkParameters *parameters,
                                       GError **error);
/* Of the link that is there, too. Error: NotSupported. */
gboolean bh_bluez_mgmt_change_parameters(BhBluez *bluez,
                                         const BhLinkKey *key,
                                         const BhLinkParameters *parameters,
                                         GError **error);
/* What these say in the kernel's units; what is left open fits what is given. */
BhMgmtConnectionParameters bh_bluez_mgmt_to_kernel(const BhLinkParameters *parameters);

/* Takes task, which returns the RSSI as an integer. One question at a time is asked. */
void bh_bluez_rssi_start(BhBluezCentral *self, const BhLinkKey *key, GTask *task);
void bh_bluez_rssi_clear(BhBluezCentral *self);

G_END_DECLS
