/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Scan1 of one hub scan.
 */
#include "bh-export-context.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_SCAN (bh_export_scan_get_type())
G_DECLARE_FINAL_TYPE(BhExportScan, bh_export_scan, BH, EXPORT_SCAN, BhDbusScan1Skeleton)

/* Serves scan at path until it is released. options is a{sv}, for the property. What context points
 * to is borrowed; the object keeps itself alive while the scan lives. */
gboolean bh_export_scan_publish(BhScan *scan,
                                GVariant *options,
                                const char *path,
                                const BhExportContext *context,
                                GError **error);

G_END_DECLS
