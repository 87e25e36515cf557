/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A radio for unit tests: it does at once what it is told, remembers what was asked of it, and
 * hears what the test says.
 */
#include "bh-radio.h"
#include "fake-central.h"
#include "fake-peripheral.h"

G_BEGIN_DECLS

#define FAKE_TYPE_RADIO (fake_radio_get_type())
G_DECLARE_FINAL_TYPE(FakeRadio, fake_radio, FAKE, RADIO, GObject)

FakeRadio *fake_radio_new(void);

/* Its central and peripheral roles. Borrowed. */
FakeCentral *fake_radio_peek_central(FakeRadio *self);
FakePeripheral *fake_radio_peek_peripheral(FakeRadio *self);

void fake_radio_set_bluez(FakeRadio *self, gboolean present);
void fake_radio_sync(FakeRadio *self);
/* Adds the adapter, or changes it. Address 00:00:00:00:00:<slot + 1>, name as given. */
void fake_radio_set_adapter(FakeRadio *self, guint8 slot, const char *name, gboolean powered);
void fake_radio_remove_adapter(FakeRadio *self, guint8 slot);
/* Whether a wanted scan is confirmed at once (default) or stays starting. */
void fake_radio_set_starts(FakeRadio *self, gboolean starts);

/* Whether a power-cycle is refused because the adapter carries a link (default: no). */
void fake_radio_set_linked(FakeRadio *self, gboolean linked);

/* Hears one advertisement of device number; payload may be NULL. */
void fake_radio_hear(FakeRadio *self,
                     guint8 slot,
                     guint number,
                     gint8 rssi,
                     const guint8 *payload,
                     gsize size,
                     gint64 now_us);
/* The same as the kernel tells it, RSSI -50. */
void fake_radio_hear_raw(FakeRadio *self,
                         guint8 slot,
                         guint number,
                         const guint8 *payload,
                         gsize size,
                         gint64 now_us);

/* Whether passive scans are possible (default not). */
void fake_radio_set_passive(FakeRadio *self, gboolean passive);
/* What the radio says it can. */
void fake_radio_set_capabilities(FakeRadio *self, BhRadioCapabilities capabilities);

/* What is wanted of the power of an adapter; does it. Error: what stands in the way, NULL =
 * nothing. */
BhRadioPower fake_radio_get_power(FakeRadio *self, guint8 slot);
void fake_radio_switch(FakeRadio *self, guint8 slot, const char *error);

gboolean fake_radio_wants_scan(FakeRadio *self, guint8 slot);
/* The demand in force: number of UUIDs (0 = any), minimum RSSI or G_MININT. */
guint fake_radio_wanted_uuids(FakeRadio *self, guint8 slot);
gint fake_radio_wanted_rssi(FakeRadio *self, guint8 slot);
/* The whole of it but UUIDs; all zero without a scan. */
const BhRadioScanDemand *fake_radio_peek_demand(FakeRadio *self, guint8 slot);
/* How often a demand different from the one before was stated. */
guint fake_radio_demand_changes(FakeRadio *self, guint8 slot);
guint fake_radio_restarts(FakeRadio *self, guint8 slot);
guint fake_radio_power_cycles(FakeRadio *self, guint8 slot);
/* G_MAXUINT until it is told. */
guint fake_radio_get_batch(FakeRadio *self);
gboolean fake_radio_is_stopped(FakeRadio *self);

G_END_DECLS
