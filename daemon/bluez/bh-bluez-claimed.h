/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Services that BlueZ uses itself. Since 5.80 it exports those that it claims read-only (main.conf,
 * ExportClaimedServices): it refuses to write to them, without asking the device, in the very words
 * that also stand for the device's own 0x08 Insufficient authorization.
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

/* Whether BlueZ may claim such a service. */
gboolean bh_bluez_claimed_may_be(const BhUuid *service);

G_END_DECLS
