/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One line formatter for readings that were heard and for those that are only thought. */
#include "zone-text.h"

#include "row-text.h"
#include "terminal.h"

const char *
bh_zone_peek_name(GVariant *row)
{
    const char *name = NULL;

    if (!g_variant_lookup(row, "Alias", "&s", &name))
        g_variant_lookup(row, "Id", "&s", &name);
    return name ? name : "?";
}

static void
append_zone(GVariant *row, const char *key, GString *out)
{
    const char *zone = NULL;

    bh_terminal_append(out, g_variant_lookup(row, key, "&s", &zone) ? zone : "?");
}

void
bh_zone_append_state(GVariant *row, GString *out)
{
    gint16 rssi = 0;
    double number = 0;

    if (g_variant_lookup(row, "RSSI", "n", &rssi))
        g_string_append_printf(out, "RSSI: %d dBm -> ", rssi);
    if (g_variant_lookup(row, "Smoothed", "d", &number))
        g_string_append_printf(out, "Smoothed: %.1f dBm -> ", number);
    if (g_variant_lookup(row, "DistanceM", "d", &number)) {
        g_string_append(out, "Distance: ");
        bh_row_append_metres(out, number);
        g_string_append(out, " -> ");
    }
    g_string_append(out, "Zone: ");
    append_zone(row, "Zone", out);
}

void
bh_zone_append_change(GVariant *row, GString *out)
{
    g_string_append(out, "Zone: ");
    append_zone(row, "From", out);
    g_string_append(out, " -> ");
    append_zone(row, "Zone", out);
}

/* Statistics */

/* Hours, minutes and seconds of milliseconds. */
static void
append_duration(GVariant *row, const char *key, GString *out)
{
    g_autofree char *text = NULL;
    guint64 ms = 0, seconds;

    g_variant_lookup(row, key, "t", &ms);
    seconds = (ms + 500) / 1000;
    text = g_strdup_printf("%" G_GUINT64_FORMAT ":%02u:%02u",
                           seconds / 3600,
                           (guint)(seconds / 60 % 60),
                           (guint)(seconds % 60));
    g_string_append_printf(out, "%9s  ", text);
}

static void
append_count(GVariant *row, const char *key, int width, GString *out)
{
    guint64 count = 0;
    guint32 small = 0;

    if (g_variant_lookup(row, key, "u", &small))
        count = small;
    else
        g_variant_lookup(row, key, "t", &count);
    g_string_append_printf(out, "%*" G_GUINT64_FORMAT "  ", width, count);
}

static void
append_statistics(GVariant *row, GString *out)
{
    append_count(row, "Visits", 6, out);
    append_count(row, "Transitions", 7, out);
    append_duration(row, "ImmediateMs", out);
    append_duration(row, "NearMs", out);
    append_duration(row, "FarMs", out);
    append_count(row, "Readings", 10, out);
    bh_terminal_append(out, bh_zone_peek_name(row));
    g_string_append_c(out, '\n');
}

char *
bh_zone_statistics_table(GVariant *rows)
{
    GString *out = g_string_new(NULL);

    if (g_variant_n_children(rows) == 0)
        g_string_append(out, "Nothing was watched.\n");
    else
        g_string_append_printf(out,
                               "%6s  %7s  %9s  %9s  %9s  %10s  %s\n",
                               "VISITS",
                               "CHANGES",
                               "IMMEDIATE",
                               "NEAR",
                               "FAR",
                               "READINGS",
                               "IDENTITY");
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

        append_statistics(row, out);
    }
    return g_string_free(out, FALSE);
}
