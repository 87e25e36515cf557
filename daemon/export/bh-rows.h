/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Device rows (a{sv}) as clients see them. With hex_keys the dictionaries whose keys are numbers
 * (ManufacturerData a{qv}, Data a{yv}) have the numbers as hex text instead (a{sv}), because busctl
 * cannot print others as JSON.
 */
#include "bh-hub.h"

G_BEGIN_DECLS

/* One row of a scan, with Reports if it stands for several. Floating. */
GVariant *bh_row_of_scan(BhHub *hub, const BhScanRow *row, gboolean hex_keys);

/* All rows of a scan, most recently heard first: aa{sv}. Floating. */
GVariant *bh_rows_of_scan(BhHub *hub, BhScan *scan, gboolean hex_keys);

/* All rows of the device table that pass the spec's filter and adapter: aa{sv}. Floating. NULL with
 * InvalidArguments if the filter is wrong. */
GVariant *bh_rows_of_table(BhHub *hub, const BhScanSpec *spec, gboolean hex_keys, GError **error);

G_END_DECLS
