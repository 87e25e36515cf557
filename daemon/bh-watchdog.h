/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Feeds systemd's watchdog, only after a real check: the main loop turns, and both bus connections
 * (ours and the one to BlueZ) answered a round trip. Without WATCHDOG_USEC in the environment it
 * does nothing.
 */
#include "bh-radio.h"

G_BEGIN_DECLS

typedef struct BhWatchdog BhWatchdog;

/* connection and radio are borrowed: outlive the watchdog. */
BhWatchdog *bh_watchdog_new(GDBusConnection *connection, BhRadio *radio);
void bh_watchdog_free(BhWatchdog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWatchdog, bh_watchdog_free)

G_END_DECLS
