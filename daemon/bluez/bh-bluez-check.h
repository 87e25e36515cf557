/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A round trip to the bus, to see that our connection is alive both ways. BlueZ is not asked: a
 * hung BlueZ is no reason to restart blehubd.
 */
#include <gio/gio.h>

#include "bh-bluez-bus.h"

G_BEGIN_DECLS

/* Takes task, which returns TRUE, or an error after timeout_ms at the latest. checks (of what is
 * under way) is borrowed: outlives the check. */
void bh_bluez_check_start(BhBluezBus *bus, GQueue *checks, guint timeout_ms, GTask *task);

/* Ends all that are under way. */
void bh_bluez_checks_cancel(GQueue *checks);

G_END_DECLS
