/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Pairing on behalf of a client, whether by Pair() or as a step of a transaction.
 */
#include "bh-gatt-options.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

/* object is a BhExportDevice. Questions that options do not answer go to client. Errors: those of
 * bh_remote_pair_async(). */
void bh_device_pair_async(BhDbusDevice1 *object,
                          BhClient *client,
                          const BhPairOptions *options,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean bh_device_pair_finish(GAsyncResult *result, GError **error);

G_END_DECLS
