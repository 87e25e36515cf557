/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.LEAdvertisingManager1 of one adapter: which advertisements other programs have
 * registered, and what they say. Nobody in the simulated world hears them.
 */
#include "context.h"
#include "interface.h"

G_BEGIN_DECLS

#define BH_SIM_ADVERTISING_SETS 5 /* as Linux has without extended advertising */

typedef struct _BhAdvertising BhAdvertising;

/** The context is borrowed and must outlive it. */
BhAdvertising *bh_advertising_new(BhBluezContext *context);
void bh_advertising_free(BhAdvertising *advertising);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAdvertising, bh_advertising_free)

/** To be put on the adapter's object. Borrowed. */
GDBusInterfaceSkeleton *bh_advertising_get_interface(BhAdvertising *advertising);

/** aa{sv}: what each says, oldest first. Floating. */
GVariant *bh_advertising_describe(const BhAdvertising *advertising);
/** As when BlueZ ends them by itself: each is told. */
void bh_advertising_release_all(BhAdvertising *advertising);

G_END_DECLS
