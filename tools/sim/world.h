/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Everything that is simulated, tied together: time, the air, the controllers and bluetoothd, and
 * the faults that a scenario has in store.
 */
#include "bluez.h"

G_BEGIN_DECLS

typedef struct _BhWorld BhWorld;

/** Pointers are borrowed and must outlive it. */
BhWorld *bh_world_new(BhTimeline *timeline, BhBluez *bluez, guint32 seed);
void bh_world_free(BhWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWorld, bh_world_free)

/** Adds all of a scenario, its times counted from now, or nothing. What is in it moves out. Error:
 * BH_ERROR_ALREADY_EXISTS. */
gboolean bh_world_load(BhWorld *world, BhScenario *scenario, GError **error);

/** Error: BH_ERROR_ALREADY_EXISTS, or what is wrong with the options. */
gboolean bh_world_add_device(BhWorld *world, const char *name, GVariant *options, GError **error);
/** Error: BH_ERROR_NOT_FOUND. */
gboolean bh_world_remove_device(BhWorld *world, const char *name, GError **error);

/** One advertisement of a device that is not in the air, right now; how many adapters reported it.
 */
guint bh_world_advertise(BhWorld *world, const BhScenarioDevice *device);

/** Real milliseconds until bluetoothd is back; G_MAXUINT32 = never. gone is called when it is gone.
 */
void bh_world_restart(BhWorld *world, guint32 after_ms, BhBluezFunc gone, gpointer user_data);

G_END_DECLS
