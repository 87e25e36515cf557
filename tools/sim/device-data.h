/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Manufacturer, service and other data of a device: they pile up by key unless every report is
 * wanted, in which case they are what the last report said.
 */
#include "eir.h"
#include "props.h"

G_BEGIN_DECLS

typedef struct {
    BhProps *props;        /* borrowed: outlives the object */
    GHashTable *tables[3]; /* by BhEirKind: key -> GBytes */
} BhDeviceData;

void bh_device_data_init(BhDeviceData *self, BhProps *props);
void bh_device_data_clear(BhDeviceData *self);

/** Takes in the fields of one kind and signals them if that changed them. */
void
bh_device_data_update(BhDeviceData *self, const BhEir *eir, BhEirKind kind, gboolean every_report);

G_END_DECLS
