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

/* Serves scan until it is released; returns its path, to be freed. options is a{sv}, for the
 * property. What context points to is borrowed: outlives the scan. */
char *bh_export_scan_publish(BhScan *scan, GVariant *options, const BhExportContext *context);

G_END_DECLS
