/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The controllers that are plugged in. They are there whether bluetoothd lives or not; while it
 * does, each has its adapter object.
 */
#include "adapter.h"

G_BEGIN_DECLS

typedef struct _BhPlugs BhPlugs;

/** The context is borrowed and must outlive it. */
BhPlugs *bh_plugs_new(BhBluezContext *context);
void bh_plugs_free(BhPlugs *plugs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPlugs, bh_plugs_free)

/** Gives each controller its adapter object; bluetoothd has come. */
void bh_plugs_show(BhPlugs *plugs);
/** Takes the adapter objects away; bluetoothd goes. */
void bh_plugs_hide(BhPlugs *plugs);

/** Plugs a controller in; takes config. An index of -1 becomes the lowest free one. Returns the
 * object path. Error: BH_ERROR_ALREADY_EXISTS (Index or Address). */
char *bh_plugs_add(BhPlugs *plugs, BhScenarioAdapter *config, GError **error);

/** Plugs all of them in, or none; what could be plugged in is taken out of configs. */
gboolean bh_plugs_add_all(BhPlugs *plugs, GPtrArray *configs, GError **error);

/** Plugs in again what was unplugged ("" or NULL: all of it), under another index if index is not
 * -1. Error: BH_ERROR_NOT_FOUND, BH_ERROR_ALREADY_EXISTS. */
gboolean bh_plugs_restore(BhPlugs *plugs, const char *which, gint index, GError **error);

/* Adapters by "hciN", address or group, or all of them ("" or NULL). Error: BH_ERROR_NOT_FOUND. */
gboolean bh_plugs_remove(BhPlugs *plugs, const char *which, GError **error);
gboolean bh_plugs_set_powered(BhPlugs *plugs, const char *which, gboolean powered, GError **error);
gboolean
bh_plugs_set_monitor(BhPlugs *plugs, const char *which, gboolean registered, GError **error);
/** BH_STALL_NONE ends a stall. */
gboolean bh_plugs_stall(BhPlugs *plugs, const char *which, BhStall stall, GError **error);

/** The adapter object of one controller, by "hciN", address or group. Borrowed. Error:
 * BH_ERROR_NOT_FOUND, also while bluetoothd is gone. */
BhSimAdapter *bh_plugs_find(BhPlugs *plugs, const char *which, GError **error);

/** Next free address of the form 00:AA:01:00:00:01. */
void bh_plugs_next_address(const BhPlugs *plugs, BhAddress *address);

/** Plays one advertisement to all adapters that hear it; how many reported it. */
guint bh_plugs_hear(BhPlugs *plugs, const BhAdvertisement *advertisement);

/** a{sv}: per address the adapter's scan. Floating. */
GVariant *bh_plugs_describe_scans(const BhPlugs *plugs);

G_END_DECLS
