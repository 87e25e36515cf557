/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who is how near, as a table that is as large as the terminal and no larger: the newest state row
 * of each identity and its newest readings, nearest first.
 */
#include "screen.h"

G_BEGIN_DECLS

typedef struct BhZoneTable BhZoneTable;

/** max: of identities; then the one unheard for longest goes, but none that was kept. */
BhZoneTable *bh_zone_table_new(guint max);
void bh_zone_table_free(BhZoneTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhZoneTable, bh_zone_table_free)

/** Takes in a state row. with_reading: its RSSI is a reading that was not told before. keep: as
 * long as the table lasts. */
void bh_zone_table_add(BhZoneTable *self,
                       GVariant *row,
                       gboolean with_reading,
                       gboolean keep,
                       gint64 now_us);
void bh_zone_table_clear(BhZoneTable *self);

/** Lines with their ends, at most size->lines: a heading, one each identity, and last how many did
 * not fit. now_us (monotonic) is what ages are counted up to. */
char *bh_zone_table_draw(BhZoneTable *self, const BhScreenSize *size, gint64 now_us);

G_END_DECLS
