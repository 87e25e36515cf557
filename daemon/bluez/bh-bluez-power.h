/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Switching one adapter off and on again, as a last means against a controller that has gone deaf.
 * Only if nobody has a link on it, which is asked for freshly, and never so that the adapter stays
 * off.
 */
#include "bh-bluez-adapter.h"

G_BEGIN_DECLS

/* Takes task, which returns TRUE or an error once the adapter is on again, cannot be switched, or
 * time is up. adapter, bus and timing are borrowed: outlive the cycle. */
void bh_bluez_cycle_start(BhBluezBus *bus,
                          const BhBluezTiming *timing,
                          BhBluezAdapter *adapter,
                          GTask *task);

/* The adapter's power changed, or it went. NULL is no cycle. */
void bh_bluez_cycle_adapter_changed(BhBluezCycle *self);

/* Ends it because the radio stops. NULL is no cycle. */
void bh_bluez_cycle_cancel(BhBluezCycle *self);

G_END_DECLS
