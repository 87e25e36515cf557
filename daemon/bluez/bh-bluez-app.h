/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Applications that are wanted: each is registered on all adapters that it is for and that are
 * there, on or off, so that bonded centrals find the same services when the power is back.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

void bh_bluez_apps_init(BhBluezServer *self);

/* For bh_peripheral_set_application() and _drop_application(). */
void
bh_bluez_app_set(BhBluezServer *self, guint id, BhApplicationDefinition *definition, guint16 slots);
void bh_bluez_app_drop(BhBluezServer *self, guint id);
/* NULL if there is none. */
BhBluezApp *bh_bluez_app_find(BhBluezServer *self, guint id);
/* Those that are there now, each with a reference. */
GPtrArray *bh_bluez_apps_list(BhBluezServer *self);

/* Registers what is wanted and can be. */
void bh_bluez_apps_reconcile(BhBluezServer *self);
/* The adapter is gone, and what BlueZ knew on it. */
void bh_bluez_apps_adapter_gone(BhBluezServer *self, guint8 slot);
/* All end, here and in BlueZ. */
void bh_bluez_apps_clear(BhBluezServer *self);

G_END_DECLS
