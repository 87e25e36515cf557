/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Advertisement1 of one advertisement: it is there until it is released.
 */
#include "bh-export-context.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_ADVERTISEMENT (bh_export_advertisement_get_type())
G_DECLARE_FINAL_TYPE(BhExportAdvertisement,
                     bh_export_advertisement,
                     BH,
                     EXPORT_ADVERTISEMENT,
                     BhDbusAdvertisement1Skeleton)

/* Serves advertisement until it is released; returns its path, to be freed. options is a{sv}, for
 * the property. What context points to is borrowed: outlives the advertisement. */
char *bh_export_advertisement_publish(BhAdvertisement *advertisement,
                                      GVariant *options,
                                      const BhExportContext *context);

G_END_DECLS
