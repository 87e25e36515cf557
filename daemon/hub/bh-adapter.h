/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One controller as the hub sees it: what the radio told of it, what was heard, and the recovery
 * ladder that notices when a running scan has fallen silent. Signal "changed" when anything but the
 * counters changed.
 */
#include "bh-clock.h"
#include "bh-radio.h"
#include "bh-recovery.h"

G_BEGIN_DECLS

typedef enum {
    BH_ADAPTER_OFF,
    BH_ADAPTER_IDLE,
    BH_ADAPTER_STARTING,
    BH_ADAPTER_SCANNING,
    BH_ADAPTER_SILENT,
} BhAdapterState;

#define BH_TYPE_ADAPTER (bh_adapter_get_type())
G_DECLARE_FINAL_TYPE(BhAdapter, bh_adapter, BH, ADAPTER, GObject)

/* What recovery did, of all adapters; the policy may change at any time. */
typedef struct {
    BhRecoveryPolicy policy;
    gboolean may_power_cycle;
    guint64 restarts;
    guint64 power_cycles;
} BhRecoveryLedger;

/* radio and ledger are borrowed: outlive the adapter. */
BhAdapter *bh_adapter_new(guint8 slot, BhRadio *radio, BhClock *clock, BhRecoveryLedger *ledger);

/* Takes over what the radio says. */
void bh_adapter_update(BhAdapter *self, const BhRadioAdapter *seen);
void bh_adapter_heard(BhAdapter *self, const BhReport *report);
/* The adapter is gone: ends timers and pending recovery. An update brings it back, with its
 * counters. */
void bh_adapter_stop(BhAdapter *self);

guint8 bh_adapter_get_slot(BhAdapter *self);
const BhAddress *bh_adapter_get_address(BhAdapter *self);
const char *bh_adapter_get_address_text(BhAdapter *self);
const char *bh_adapter_get_name(BhAdapter *self);
gboolean bh_adapter_get_powered(BhAdapter *self);
gboolean bh_adapter_get_discovering(BhAdapter *self);
gboolean bh_adapter_is_scanning(BhAdapter *self);
const char *const *bh_adapter_get_roles(BhAdapter *self);
const char *bh_adapter_get_state(BhAdapter *self);
const char *bh_adapter_get_last_error(BhAdapter *self);
/* Why it could not be switched as wanted; NULL = it could. */
const char *bh_adapter_get_power_error(BhAdapter *self);
guint64 bh_adapter_get_heard(BhAdapter *self);
/* Duty cycle in force because somebody asked for one; both 0 = BlueZ's own. */
void bh_adapter_get_scan_duty(BhAdapter *self, guint32 *interval_us, guint32 *window_us);
gint64 bh_adapter_get_last_heard_us(BhAdapter *self); /* realtime */

G_END_DECLS
