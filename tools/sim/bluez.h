/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The simulated bluetoothd as a process: a bus connection of its own that owns org.bluez and has
 * the object tree. It can die, which closes the connection, and come back with a new one.
 */
#include "plugs.h"
#include "tap.h"

G_BEGIN_DECLS

typedef struct {
    char *bus; /* "session", "system" or an address */
    gboolean is_5_82;
    gboolean tells_reasons;
    gboolean experimental;
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

/** Connects, exports what is plugged in and owns the name; as soon as it is gone if it is just
 * dying. Nothing if it is there already. */
void bh_bluez_appear(BhBluez *bluez);
/** Closes the connection; gone, if not NULL, is called when that is done. */
void bh_bluez_die(BhBluez *bluez, BhBluezFunc gone, gpointer user_data);
gboolean bh_bluez_is_running(const BhBluez *bluez);

/** What is plugged in, whether bluetoothd lives or not. Borrowed. */
BhPlugs *bh_bluez_get_plugs(BhBluez *bluez);

/** The devices of the world that can be connected. Borrowed. */
BhPeers *bh_bluez_get_peers(BhBluez *bluez);

guint64 bh_bluez_get_reports(const BhBluez *bluez);
G_END_DECLS
