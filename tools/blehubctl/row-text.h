/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Device rows (a{sv}, see org.blehub.Scan1) in prose. A field that the row does not have is said to
 * be unknown or left out, never invented. Everything returned is safe for terminals and ends its
 * lines.
 */
#include <glib.h>

G_BEGIN_DECLS

/** "VERB: NAME (ADDRESS)" and below it "  RSSI: -45 dBm | Distance: ~0.3 m". */
char *bh_row_text(GVariant *row, const char *verb);

/** "ADDRESS NAME: N samples, -60 to -41 dBm, mean -50.3 dBm, deviation 4.2 dB". */
char *bh_row_summary(GVariant *row);

/** A table with a heading, ages counted up to now_us (monotonic); "No devices.\n" if rows is empty.
 */
char *bh_rows_table(GVariant *rows, gint64 now_us);

/** "0.3 m", with no more digits than it deserves; "~0.3 m", a hint. */
void bh_row_append_metres(GString *out, double metres);
void bh_row_append_distance(GString *out, double metres);

/** "5 s", "3 min", "2 h". */
void bh_row_append_age(GString *out, gint64 age_us);

/** Which device a row is about: address and address type. */
char *bh_row_dup_identity(GVariant *row);

G_END_DECLS
