/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Public or random: what somebody means who gives an address and not its type. The same six bytes
 * may be both, but hardly ever are, so that whoever is known by them is meant.
 */
#include "bh-hub.h"

G_BEGIN_DECLS

/* Sets the address's type to that of the device as it is linked (by anybody), or was heard last.
 * That somebody tries to connect to it says nothing: that may be a mistake. FALSE if nobody knows.
 */
gboolean bh_address_type_recall(BhHub *hub, BhAddress *address);

/* The same for addresses (BhAddress, taken), of which devices that nobody knows are listened for:
 * up to 2 s, and at most half of timeout_ms. adapter may be NULL: any. */
void bh_address_type_find_async(BhHub *hub,
                                GArray *addresses,
                                const BhAddress *adapter,
                                gint64 timeout_ms,
                                BhClient *client,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* The addresses in the same order; public those of devices that were silent, or could not be
 * listened for. It never fails; the result owns them. */
const GArray *bh_address_type_find_finish(GAsyncResult *result);

G_END_DECLS
