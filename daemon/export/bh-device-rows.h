/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A device's services as clients see them: dictionaries, or JSON text.
 */
#include "bh-device-values.h"

G_BEGIN_DECLS

/* a{sv}, floating. With hex_keys values are hex text instead of bytes. */
GVariant *bh_device_row_of_service(const BhDeviceValues *values,
                                   const BhGattService *service,
                                   gboolean hex_keys);
GVariant *bh_device_row_of_characteristic(const BhDeviceValues *values,
                                          const BhGattCharacteristic *characteristic,
                                          gboolean hex_keys);

/* Of one service, if characteristic is empty, or of one characteristic, without values. Errors:
 * InvalidArguments, NotFound, Disconnected. */
GVariant *bh_device_row_of_attribute(BhRemote *remote,
                                     const char *service,
                                     const char *characteristic,
                                     gint64 instance,
                                     GError **error);

/* {"device_name": ..., "services": [...]}; name may be NULL. */
char *bh_device_values_dup_json(const BhDeviceValues *values, const char *name);

G_END_DECLS
