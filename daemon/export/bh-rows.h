/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Device rows (a{sv}) as clients see them. With hex_keys the dictionaries whose keys are numbers
 * (ManufacturerData a{qv}, Data a{yv}) have the numbers as hex text instead (a{sv}), because busctl
 * cannot print others as JSON.
 */
#include "bh-hub.h"

G_BEGIN_DECLS

/* One row of a scan, with Reports u if it stands for several. Floating. */
GVariant *bh_row_of_scan(BhHub *hub, const BhScanRow *row, gboolean hex_keys);

/* Which rows an answer has, decided at once; each is built when its turn comes. hub is borrowed:
 * outlives the list. */
typedef struct BhRowList BhRowList;

/* All rows of a scan, most recently heard first. */
BhRowList *bh_row_list_of_scan(BhHub *hub, BhScan *scan, gboolean hex_keys);
/* All rows of the device table that pass the spec's filter and adapter. NULL with InvalidArguments
 * if the filter is wrong. */
BhRowList *
bh_row_list_of_table(BhHub *hub, const BhScanSpec *spec, gboolean hex_keys, GError **error);
void bh_row_list_free(BhRowList *self);

guint bh_row_list_get_length(const BhRowList *self);
/* A BhBulkRowFunc. */
GVariant *bh_row_list_build(gpointer list, guint i);

G_END_DECLS
