/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Scan1 of one hub scan.
 */
#include "bh-hub.h"
#include "bh-object-manager.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_SCAN (bh_export_scan_get_type())
G_DECLARE_FINAL_TYPE(BhExportScan, bh_export_scan, BH, EXPORT_SCAN, BhDbusScan1Skeleton)

/* Exports scan at path until it is released. options is a{sv}, for the property. hub, gate and
 * manager are borrowed: outlive the object, which keeps itself alive while the scan lives. */
gboolean bh_export_scan_publish(BhScan *scan,
                                GVariant *options,
                                const char *path,
                                BhHub *hub,
                                BhGate *gate,
                                BhObjectManager *manager,
                                GError **error);

G_END_DECLS
