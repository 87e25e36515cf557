/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Everything a device has, at one moment: its GATT database and, if wanted, the values of all that
 * can be read, or why they could not be.
 */
#include "bh-remote.h"

G_BEGIN_DECLS

typedef struct {
    GBytes *bytes; /* NULL if it could not be read */
    char *error;   /* why; NULL if it could */
} BhAttributeValue;

typedef struct {
    BhGattDatabase *database;
    GHashTable *values; /* handle -> BhAttributeValue */
} BhDeviceValues;

/* Without any values. */
BhDeviceValues *bh_device_values_new(BhGattDatabase *database);
void bh_device_values_free(BhDeviceValues *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceValues, bh_device_values_free)

/* NULL if it was not read. */
const BhAttributeValue *bh_device_values_peek(const BhDeviceValues *self, guint16 handle);

/* Without values: at once. Else one read after the other, under one deadline; a refused one is part
 * of the result. Errors: Disconnected, Timeout, LimitExceeded, Cancelled. */
void bh_device_values_read_async(BhRemote *remote,
                                 BhClient *client,
                                 BhClock *clock,
                                 gboolean with_values,
                                 gint64 timeout_ms,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
BhDeviceValues *bh_device_values_read_finish(GAsyncResult *result, GError **error);

G_END_DECLS
