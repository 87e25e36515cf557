/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. */
#include "sparkline.h"

#define LOWEST_DBM (-100)
#define STEP_DB 8
#define LEVELS 8
#define LOWEST_BAR 0x2581

static const char signs[LEVELS] = "_.:-=+*#";

void
bh_sparkline_add(BhSparkline *self, gint dbm)
{
    self->readings[self->next] = (gint8)CLAMP(dbm, G_MININT8, G_MAXINT8);
    self->next = (guint8)((self->next + 1u) % BH_SPARKLINE_MAX);
    self->count = (guint8)MIN(self->count + 1u, BH_SPARKLINE_MAX);
}

static void
append_bar(gint dbm, gboolean ascii, GString *out)
{
    guint level = (guint)CLAMP((dbm - LOWEST_DBM) / STEP_DB, 0, LEVELS - 1);

    if (ascii)
        g_string_append_c(out, signs[level]);
    else
        g_string_append_unichar(out, LOWEST_BAR + level);
}

void
bh_sparkline_append(const BhSparkline *self, guint columns, gboolean ascii, GString *out)
{
    guint shown = MIN(self->count, columns);

    g_string_append_printf(out, "%*s", (int)(columns - shown), "");
    for (guint i = shown; i > 0; i--)
        append_bar(self->readings[(self->next + BH_SPARKLINE_MAX - i) % BH_SPARKLINE_MAX],
                   ascii,
                   out);
}
