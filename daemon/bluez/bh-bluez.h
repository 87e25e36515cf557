/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The radio as BlueZ offers it on D-Bus: a BhRadio over one connection to the bus. BlueZ may come,
 * restart and go at any time; what is wanted stays wanted.
 *
 * Signal "lost" (no arguments): the connection to the bus itself is gone, for good. Nothing more
 * will be told; the process should end and be started anew.
 */
#include "bh-bluez-timing.h"
#include "bh-radio.h"

G_BEGIN_DECLS

#define BH_TYPE_BLUEZ (bh_bluez_get_type())
G_DECLARE_FINAL_TYPE(BhBluez, bh_bluez, BH, BLUEZ, GObject)

/* bus: NULL or "system", "session", or a D-Bus address. Error: Failed if there is no such bus. */
BhBluez *bh_bluez_new(const char *bus, GError **error);

typedef enum {
    BH_BLUEZ_INGEST_AUTO, /* from the management socket if it can be used */
    BH_BLUEZ_INGEST_DBUS,
    BH_BLUEZ_INGEST_MGMT,
} BhBluezIngest;

/* Where reports come from, and the management socket, if any (fd, which is taken; -1 = none): a
 * bound one, see bh-mgmt.h. runtime_directory: where to remember what must be undone after a crash;
 * NULL = nowhere. Before bh_radio_start() and before the main loop runs: waits for the kernel's
 * answer. Errors, only if the ingest is to be the management socket: Failed, NotAuthorized. */
gboolean bh_bluez_set_ingest(BhBluez *self,
                             BhBluezIngest ingest,
                             int fd,
                             const char *runtime_directory,
                             GError **error);

/* How often a discovery is refreshed while somebody wants every report and there is no other way;
 * at any time. */
void bh_bluez_set_refresh(BhBluez *self, guint every_ms);

/* Before bh_radio_start(); for tests. */
void bh_bluez_set_timing(BhBluez *self, const BhBluezTiming *timing);

G_END_DECLS
