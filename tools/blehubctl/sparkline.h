/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The newest readings of a signal as a line of bars, each a step of 8 dB: the lowest is weaker than
 * -92 dBm, the highest at least -44 dBm. The scale is the same for all, so that lines below each
 * other compare.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_SPARKLINE_MAX 20

/** All zero is the empty state. */
typedef struct {
    gint8 readings[BH_SPARKLINE_MAX]; /* dBm, a ring */
    guint8 count;
    guint8 next;
} BhSparkline;

void bh_sparkline_add(BhSparkline *self, gint dbm);

/** Appends the newest columns ones (at most BH_SPARKLINE_MAX), oldest first, with spaces before
 * them where there are fewer; bars of U+2581 to U+2588, or signs of ASCII. */
void bh_sparkline_append(const BhSparkline *self, guint columns, gboolean ascii, GString *out);

G_END_DECLS
