/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What depends on which BlueZ it is, and cannot be found out by asking.
 */
#include "bh-bluez-private.h"

G_BEGIN_DECLS

/* FALSE while there is no adapter to tell, and where main.conf has a DeviceID of its own. */
gboolean bh_bluez_version_is_known(const BhBluez *bluez);
/* FALSE if it is not known. */
gboolean bh_bluez_version_is_since(const BhBluez *bluez, guint major, guint minor);

G_END_DECLS
