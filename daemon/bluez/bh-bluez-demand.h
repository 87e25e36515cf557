/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A copy of what a scan asks of the controller, in one canonical form (UUIDs sorted, each once), so
 * that two demands that mean the same compare equal; and its form as BlueZ's discovery filter.
 */
#include "bh-radio.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

typedef struct {
    GArray *uuids; /* BhUuid, owned */
    gboolean has_rssi;
    gint16 rssi;
} BhBluezDemand;

BhBluezDemand *bh_bluez_demand_new(const BhRadioScanDemand *demand);
BhBluezDemand *bh_bluez_demand_copy(const BhBluezDemand *self);
void bh_bluez_demand_free(BhBluezDemand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBluezDemand, bh_bluez_demand_free)

/* Either may be NULL. */
gboolean bh_bluez_demand_equal(const BhBluezDemand *a, const BhBluezDemand *b);

/* Appends the a{sv} of SetDiscoveryFilter. */
int bh_bluez_demand_append(const BhBluezDemand *self, sd_bus_message *message);

G_END_DECLS
