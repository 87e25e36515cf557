/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the hub wants of one adapter's power. Off is a level: whoever switches it on, it is switched
 * off again. On is for each time that it is wanted and that the adapter comes: what somebody
 * switches off later is that program's or user's business.
 */
#include "bh-bluez-bus.h"
#include "bh-bluez-timing.h"
#include "bh-radio.h"

G_BEGIN_DECLS

typedef struct BhBluezSwitch BhBluezSwitch;

/* bus and timing are borrowed: outlive it. changed: bh_bluez_switch_peek_error() did. */
BhBluezSwitch *bh_bluez_switch_new(BhBluezBus *bus,
                                   const BhBluezTiming *timing,
                                   void (*changed)(gpointer data),
                                   gpointer data);
void bh_bluez_switch_free(BhBluezSwitch *self);

void bh_bluez_switch_want(BhBluezSwitch *self, BhRadioPower power);
/* The adapter as it is now; path NULL = not there. */
void bh_bluez_switch_set_adapter(BhBluezSwitch *self, const char *path, gboolean powered);
/* What it keeps off is switched on; nothing is wanted any more. */
void bh_bluez_switch_stop(BhBluezSwitch *self);

/* Why it is not as wanted; NULL if it is, or nothing was tried yet. */
const char *bh_bluez_switch_peek_error(const BhBluezSwitch *self);

/* The call for it, NULL if the connection is gone. */
sd_bus_message *bh_bluez_switch_new_call(BhBluezBus *bus, const char *adapter, gboolean powered);

G_END_DECLS
