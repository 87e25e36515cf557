/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A scan that ends by itself and is its own result.
 */
#include "bh-hub.h"

G_BEGIN_DECLS

/* Scans for spec's duration, or until count (0 = no limit) devices were found; the ended scan is
 * the result, to be read and dropped. Errors: NotReady, InvalidArguments, LimitExceeded, Cancelled
 * (the client left, or the hub stops). */
void bh_discover_async(BhHub *hub,
                       const BhScanSpec *spec,
                       guint count,
                       BhClient *client,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
BhScan *bh_discover_finish(BhHub *hub, GAsyncResult *result, GError **error);

G_END_DECLS
