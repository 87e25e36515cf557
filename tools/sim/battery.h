/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.Battery1 of a device that has a battery service: bluetoothd reads the level when
 * services are resolved, has it notified, and forgets it with the link.
 */
#include "gatt.h"

G_BEGIN_DECLS

typedef struct _BhBattery BhBattery;

/** NULL if the device has no battery service. Everything is borrowed and must outlive it. */
BhBattery *bh_battery_new(const BhGattShared *shared);
void bh_battery_free(BhBattery *battery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBattery, bh_battery_free)

/** What it subscribes, NULL without one. Borrowed. */
const BhPeerAttribute *bh_battery_peek_level(const BhBattery *battery);
void bh_battery_notified(BhBattery *battery, const BhPeerAttribute *attribute, GBytes *value);

G_END_DECLS
