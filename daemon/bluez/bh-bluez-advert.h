/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Advertisements that are wanted: each is an object of ours, .../a<advertisement>/h<slot>, that
 * BlueZ reads, registered on all adapters that it is for and that are switched on; or, where BlueZ
 * would leave something out, an advertisement of the kernel.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

void bh_bluez_adverts_init(BhBluezServer *self);
/* Begins to answer calls to the objects. */
void bh_bluez_adverts_start(BhBluezServer *self);

/* For bh_peripheral_set_advertisement() and _drop_advertisement(). */
void bh_bluez_advert_set(BhBluezServer *self, guint id, const BhAdvertSpec *spec, guint16 slots);
void bh_bluez_advert_drop(BhBluezServer *self, guint id);

/* Registers what is wanted and can be. */
void bh_bluez_adverts_reconcile(BhBluezServer *self);
/* The adapter is gone, and what BlueZ knew on it. */
void bh_bluez_adverts_adapter_gone(BhBluezServer *self, guint8 slot);
/* A set of the adapter may be free. */
void bh_bluez_adverts_retry(BhBluezServer *self, guint8 slot);
/* For BhMgmtAdvertsObserver; data is the server. */
void bh_bluez_advert_told(gpointer data, guint8 slot, guint id, const GError *error);
/* All end, here and in BlueZ. */
void bh_bluez_adverts_clear(BhBluezServer *self);

G_END_DECLS
