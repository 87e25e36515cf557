/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The capability of a pairing over a link that is up. BlueZ before 5.81 tells the kernel that of
 * the agent. Later ones only have the link made secure, with the capability that was in force when
 * the link was made; where there is a management socket the kernel is told by it.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Whether a pairing has the capability that is asked for, as far as is known of this BlueZ. */
gboolean bh_bluez_mgmt_pair_can(const BhBluez *bluez);

/* Whether the kernel is to be told, and there is a way to. */
gboolean bh_bluez_mgmt_pair_is_needed(const BhBluez *bluez);

/* Just before BlueZ's own Pair, which joins what this begins. told: the controller if the kernel
 * was told, and so has to be told of a failure, too, else BH_MGMT_INDEX_NONE. FALSE if something
 * else than NoInputNoOutput is asked for and cannot be had: NotSupported. */
gboolean bh_bluez_mgmt_pair_begin(BhBluez *bluez,
                                  const BhLinkKey *key,
                                  BhIoCapability capability,
                                  guint16 *told,
                                  GError **error);

/* Ends what was begun for a controller (told) and has neither succeeded nor failed, else nothing.
 * BlueZ's CancelPairing does the same while BlueZ is there and knows of the pairing. */
void bh_bluez_mgmt_pair_cancel(BhBluez *bluez, guint16 told, const BhAddress *address);

G_END_DECLS
