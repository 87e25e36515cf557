/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.Device1: what bluetoothd remembers of one device it heard, and which of it a further
 * report changes and signals. Manufacturer and service data pile up by key unless every report is
 * wanted, in which case they are what the last report said.
 */
#include "bh-bluez.h"
#include "kernel.h"
#include "link.h"

G_BEGIN_DECLS

#define BH_TYPE_SIM_DEVICE (bh_sim_device_get_type())
G_DECLARE_FINAL_TYPE(BhSimDevice, bh_sim_device, BH, SIM_DEVICE, BhBluezDevice1Skeleton)

typedef struct {
    guint rssi_delta;           /* signal the RSSI if it changed at least so much, dB */
    gboolean every_report;      /* signal all data, changed or not */
    gboolean has_ad_properties; /* AdvertisingFlags and AdvertisingData exist (from 5.78 on) */
} BhSimDeviceRules;

BhSimDevice *bh_sim_device_new(const BhAddress *address, const char *adapter_path);

/** Borrowed. */
BhProps *bh_sim_device_get_props(BhSimDevice *device);
/** What answers the calls about connections; borrowed, must outlive the object's export. */
void bh_sim_device_set_link(BhSimDevice *device, BhLink *link);
void bh_sim_device_add_uuids(BhSimDevice *device, GStrv uuids);

/** NULL if it is not known. Borrowed. */
const char *bh_sim_device_peek_name(BhSimDevice *device);
/** It bonded, and this public address is its identity. The octets it is known by here stay. */
void bh_sim_device_identify(BhSimDevice *device, const char *identity);
/** What was on disk, before anything is heard. name may be NULL. */
void bh_sim_device_restore(BhSimDevice *device, const char *name, gboolean bonded);

/** Takes in a report. */
void bh_sim_device_update(BhSimDevice *device,
                          const BhEir *eir,
                          const BhFound *found,
                          const BhSimDeviceRules *rules);

/** When no scan runs there is no RSSI and no TX power. */
void bh_sim_device_forget_signal(BhSimDevice *device);

void bh_sim_device_set_connectable(BhSimDevice *device, gboolean connectable);
/** What the last report said; a device that is not connectable goes when the scan ends. */
gboolean bh_sim_device_is_connectable(BhSimDevice *device);
const BhAddress *bh_sim_device_peek_address(BhSimDevice *device);

G_END_DECLS
