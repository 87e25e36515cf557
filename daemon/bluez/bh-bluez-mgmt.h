/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The radio's other way to the controllers: what the management socket tells becomes reports and
 * link events of adapters, and what the hub wants becomes commands. All of it also without the
 * socket, as far as that goes.
 */
#include "bh-bluez-private.h"

G_BEGIN_DECLS

/* With the radio's start and stop. */
void bh_bluez_mgmt_start(BhBluez *self);
void bh_bluez_mgmt_stop(BhBluez *self);

/* The controller of an adapter as BlueZ tells of it. */
void bh_bluez_mgmt_set_adapter(BhBluez *self, BhBluezAdapter *adapter);

/* What is wanted of an adapter, before BlueZ's discovery is reconciled. */
void bh_bluez_mgmt_set_scan(BhBluez *self, BhBluezAdapter *adapter);
void bh_bluez_mgmt_reconcile(BhBluez *self, BhBluezAdapter *adapter);
/* The same for all of them together: which events are read at all. */
void bh_bluez_mgmt_reconcile_all(BhBluez *self);

/* Whether all that scans, or will, is the kernel on its own. */
gboolean bh_bluez_mgmt_is_passive(const BhBluez *self, const BhBluezAdapter *adapter);

BhRadioCapabilities bh_bluez_mgmt_get_capabilities(const BhBluez *self);
gboolean
bh_bluez_mgmt_check_scan(const BhBluez *self, const BhRadioScanDemand *demand, GError **error);
void bh_bluez_mgmt_add_counters(const BhBluez *self, BhRadioCounters *counters);

G_END_DECLS
