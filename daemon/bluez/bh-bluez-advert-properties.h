/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An advertisement in BlueZ's words: the properties of LEAdvertisement1.
 */
#include "bh-advert.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

/* What this BlueZ takes beyond the packets. */
typedef struct {
    gboolean interval;
    gboolean tx_power; /* wanted of the controller; that it is told in the packet goes everywhere */
} BhBluezAdvertAbilities;

/* Appends an a{sv}. A negative errno if it cannot. */
int bh_bluez_advert_put_properties(sd_bus_message *message,
                                   const BhAdvertSpec *spec,
                                   const BhBluezAdvertAbilities *abilities);

G_END_DECLS
