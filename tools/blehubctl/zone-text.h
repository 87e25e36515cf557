/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * State rows (a{sv}, see org.blehub.Watch1) in prose. A field that the row does not have is left
 * out, never invented. Everything is safe for terminals.
 */
#include <glib.h>

G_BEGIN_DECLS

/** Its alias, else its identity. */
const char *bh_zone_peek_name(GVariant *row);

/** Appends "RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far". */
void bh_zone_append_state(GVariant *row, GString *out);

/** Appends "Zone: far -> near", of a row that has From. */
void bh_zone_append_change(GVariant *row, GString *out);

/** A table of statistics rows with a heading; "Nothing was watched.\n" if rows (aa{sv}) is empty.
 */
char *bh_zone_statistics_table(GVariant *rows);

G_END_DECLS
