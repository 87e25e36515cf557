/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The simulated bluetoothd as a process: a bus connection of its own that owns org.bluez and has
 * the object tree, and the controllers that are plugged in. It can die, which closes the
 * connection, and come back with a new one.
 */
#include "adapter.h"
#include "tap.h"

G_BEGIN_DECLS

typedef struct {
    char *bus; /* "session", "system" or an address */
    gboolean is_5_82;
    gint64 temporary_us;
} BhBluezOptions;

typedef void (*BhBluezFunc)(gpointer user_data);

typedef struct _BhBluez BhBluez;

/** Pointers are borrowed and must outlive it. changed: bh_bluez_is_running() changed.
 *  failed: the bus or the name is not to be had (any more); the message is logged. */
BhBluez *bh_bluez_new(const BhBluezOptions *options,
                      BhTimeline *timeline,
                      BhTap *tap,
                      BhBluezFunc changed,
                      BhBluezFunc failed,
                      gpointer user_data);
void bh_bluez_free(BhBluez *bluez);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBluez, bh_bluez_free)

/** Address of a bus given by name or address. */
char *bh_bus_address(const char *bus, GError **error);

/** Connects, exports what is plugged in and owns the name. Nothing if it is there already. */
void bh_bluez_appear(BhBluez *bluez);
/** Closes the connection; gone, if not NULL, is called when that is done. */
void bh_bluez_die(BhBluez *bluez, BhBluezFunc gone, gpointer user_data);
gboolean bh_bluez_is_running(const BhBluez *bluez);

/** Plugs a controller in; takes config. An index of -1 becomes the lowest free one. Returns the
 * object path. Error: BH_ERROR_ALREADY_EXISTS (Index or Address). */
char *bh_bluez_plug(BhBluez *bluez, BhScenarioAdapter *config, GError **error);

/** Plugs all of them in, or none; what could be plugged in is taken out of configs. */
gboolean bh_bluez_plug_all(BhBluez *bluez, GPtrArray *configs, GError **error);

/** Plugs in again what was unplugged ("" or NULL: all of it), under another index if index is not
 * -1. Error: BH_ERROR_NOT_FOUND, BH_ERROR_ALREADY_EXISTS. */
gboolean bh_bluez_replug(BhBluez *bluez, const char *which, gint index, GError **error);

/* Adapters by "hciN", address or group, or all of them ("" or NULL). Error: BH_ERROR_NOT_FOUND. */
gboolean bh_bluez_unplug(BhBluez *bluez, const char *which, GError **error);
gboolean bh_bluez_set_powered(BhBluez *bluez, const char *which, gboolean powered, GError **error);
gboolean
bh_bluez_set_monitor(BhBluez *bluez, const char *which, gboolean registered, GError **error);
/** BH_STALL_NONE ends a stall. */
gboolean bh_bluez_stall(BhBluez *bluez, const char *which, BhStall stall, GError **error);

/** Next free address of the form 00:AA:01:00:00:01. */
void bh_bluez_next_address(const BhBluez *bluez, BhAddress *address);

/** Plays one advertisement to all adapters that hear it; how many reported it. */
guint bh_bluez_hear(BhBluez *bluez, const BhAdvertisement *advertisement);

guint64 bh_bluez_get_reports(const BhBluez *bluez);
/** a{sv}: per address the adapter's scan. Floating. */
GVariant *bh_bluez_describe_scans(const BhBluez *bluez);

G_END_DECLS
