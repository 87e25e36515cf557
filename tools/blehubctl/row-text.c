/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The name stands last in the table, because only it may be of any width; everything else has a
 * column that always fits.
 */
#include "row-text.h"

#include "terminal.h"

static const char *
peek_text(GVariant *row, const char *key, const char *fallback)
{
    const char *text = NULL;

    return g_variant_lookup(row, key, "&s", &text) ? text : fallback;
}

/* Beacons seldom have a name. */
static void
append_name(GString *out, GVariant *row)
{
    g_autoptr(GVariant) beacon = g_variant_lookup_value(row, "Beacon", G_VARIANT_TYPE_VARDICT);
    const char *name = peek_text(row, "Name", "");

    if (name[0]) {
        bh_terminal_append(out, name);
        return;
    }
    g_string_append_c(out, '(');
    bh_terminal_append(out, beacon ? peek_text(beacon, "Type", "unknown") : "unknown");
    g_string_append_c(out, ')');
}

void
bh_row_append_metres(GString *out, double metres)
{
    int decimals = metres < 0.095 ? 2 : metres < 9.95 ? 1 : 0;

    g_string_append_printf(out, "%.*f m", decimals, metres);
}

void
bh_row_append_distance(GString *out, double metres)
{
    g_string_append_c(out, '~');
    bh_row_append_metres(out, metres);
}

char *
bh_row_text(GVariant *row, const char *verb)
{
    GString *out = g_string_new(verb);
    gint16 rssi = 0;
    double metres = 0;

    g_string_append(out, ": ");
    append_name(out, row);
    g_string_append(out, " (");
    bh_terminal_append(out, peek_text(row, "Address", "?"));
    g_string_append(out, ")\n  RSSI: ");
    if (g_variant_lookup(row, "RSSI", "n", &rssi))
        g_string_append_printf(out, "%d dBm", rssi);
    else
        g_string_append(out, "unknown");
    if (g_variant_lookup(row, "DistanceM", "d", &metres)) {
        g_string_append(out, " | Distance: ");
        bh_row_append_distance(out, metres);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

static void
append_statistics(GString *out, GVariant *row)
{
    gint16 min = 0, max = 0;
    double mean = 0, deviation = 0;

    if (g_variant_lookup(row, "RSSIMin", "n", &min) && g_variant_lookup(row, "RSSIMax", "n", &max))
        g_string_append_printf(out, ", %d to %d dBm", min, max);
    if (g_variant_lookup(row, "RSSIMean", "d", &mean))
        g_string_append_printf(out, ", mean %.1f dBm", mean);
    if (g_variant_lookup(row, "RSSIStdDev", "d", &deviation))
        g_string_append_printf(out, ", deviation %.1f dB", deviation);
}

char *
bh_row_summary(GVariant *row)
{
    GString *out = g_string_new("  ");
    guint32 samples = 0;

    bh_terminal_append(out, peek_text(row, "Address", "?"));
    g_string_append_c(out, ' ');
    append_name(out, row);
    g_variant_lookup(row, "Samples", "u", &samples);
    g_string_append_printf(out, ": %u sample%s", samples, samples == 1 ? "" : "s");
    append_statistics(out, row);
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

void
bh_row_append_age(GString *out, gint64 age_us)
{
    double seconds = (double)MAX(age_us, 0) / G_USEC_PER_SEC;

    if (seconds < 100)
        g_string_append_printf(out, "%.0f s", seconds);
    else if (seconds < 6000)
        g_string_append_printf(out, "%.0f min", seconds / 60);
    else
        g_string_append_printf(out, "%.0f h", seconds / 3600);
}

static void
append_cell(GString *out, int width, const char *text)
{
    g_string_append_printf(out, "%*s  ", width, text);
}

static void
append_number_cell(GString *out, GVariant *row, const char *key, int width)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    gint16 dbm = 0;
    guint32 count = 0;
    double number = 0;

    if (g_variant_lookup(row, key, "n", &dbm))
        g_string_printf(cell, "%d", dbm);
    else if (g_variant_lookup(row, key, "u", &count))
        g_string_printf(cell, "%u", count);
    else if (g_variant_lookup(row, key, "d", &number))
        g_string_printf(cell, "%.1f", number);
    else
        g_string_assign(cell, "-");
    append_cell(out, width, cell->str);
}

static void
append_row(GString *out, GVariant *row, gint64 now_us)
{
    g_autoptr(GString) age = g_string_new(NULL), distance = g_string_new(NULL);
    g_autoptr(GString) address = g_string_new(NULL);
    gint64 heard_us = 0;
    double metres = 0;

    bh_terminal_append(address, peek_text(row, "Address", "?"));
    g_string_append_printf(out, "%-17s  ", address->str);
    g_string_append_printf(out, "%-6s  ", peek_text(row, "AddressType", "-"));
    append_number_cell(out, row, "RSSI", 4);
    append_number_cell(out, row, "RSSIMean", 6);
    if (g_variant_lookup(row, "DistanceM", "d", &metres))
        bh_row_append_distance(distance, metres);
    append_cell(out, 8, distance->len ? distance->str : "-");
    append_number_cell(out, row, "Samples", 7);
    if (g_variant_lookup(row, "TimestampMonotonic", "x", &heard_us))
        bh_row_append_age(age, now_us - heard_us);
    append_cell(out, 6, age->len ? age->str : "-");
    append_name(out, row);
    g_string_append_c(out, '\n');
}

char *
bh_rows_table(GVariant *rows, gint64 now_us)
{
    GString *out = g_string_new(NULL);

    if (g_variant_n_children(rows) == 0)
        g_string_append(out, "No devices.\n");
    else
        g_string_append_printf(out,
                               "%-17s  %-6s  %4s  %6s  %8s  %7s  %6s  %s\n",
                               "ADDRESS",
                               "TYPE",
                               "RSSI",
                               "MEAN",
                               "DISTANCE",
                               "SAMPLES",
                               "AGE",
                               "NAME");
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

        append_row(out, row, now_us);
    }
    return g_string_free(out, FALSE);
}

char *
bh_row_dup_identity(GVariant *row)
{
    return g_strconcat(peek_text(row, "Address", ""), "/", peek_text(row, "AddressType", ""), NULL);
}
