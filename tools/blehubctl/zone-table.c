/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * All columns but the first fit whatever they have to show; the identity has what is left, and
 * loses its middle if that is too little, since identities of one place differ at their ends.
 */
#include "zone-table.h"

#include "bh-zone.h"
#include "columns.h"
#include "row-text.h"
#include "sparkline.h"
#include "terminal.h"
#include "zone-text.h"

#include <math.h>

#define MIN_NAME 12
#define MAX_NAME 60
#define WIDE 100 /* columns from which there is room for all readings */
#define FEW_READINGS 10
#define ZONE_WIDTH 9
#define SMOOTHED_WIDTH 6
#define DISTANCE_WIDTH 15
#define AGE_WIDTH 6
#define GAPS 10
#define TOO_FAR 999.5 /* metres */

typedef struct {
    char *id; /* the key */
    GString *name;
    GVariant *row;
    BhSparkline readings;
    BhZone zone;
    double distance; /* metres; infinite where not known */
    gint64 heard_us; /* monotonic */
    gboolean is_heard;
    gboolean is_kept;
} Entry;

struct BhZoneTable {
    GHashTable *entries; /* id -> Entry */
    guint max;
};

static void
entry_free(Entry *entry)
{
    g_free(entry->id);
    g_string_free(entry->name, TRUE);
    g_clear_pointer(&entry->row, g_variant_unref);
    g_free(entry);
}

BhZoneTable *
bh_zone_table_new(guint max)
{
    BhZoneTable *self = g_new0(BhZoneTable, 1);

    self->max = max;
    self->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)entry_free);
    return self;
}

void
bh_zone_table_free(BhZoneTable *self)
{
    g_hash_table_unref(self->entries);
    g_free(self);
}

void
bh_zone_table_clear(BhZoneTable *self)
{
    g_hash_table_remove_all(self->entries);
}

/* Taking in */

static gboolean
goes_before(const Entry *entry, const Entry *other)
{
    return !entry->is_kept && (!other || entry->heard_us < other->heard_us);
}

static void
make_room(BhZoneTable *self)
{
    const Entry *oldest = NULL;
    GHashTableIter iter;
    gpointer entry;

    if (g_hash_table_size(self->entries) < self->max)
        return;
    g_hash_table_iter_init(&iter, self->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        if (goes_before(entry, oldest))
            oldest = entry;
    if (oldest)
        g_hash_table_remove(self->entries, oldest->id);
}

static Entry *
get_entry(BhZoneTable *self, const char *id)
{
    Entry *entry = g_hash_table_lookup(self->entries, id);

    if (entry)
        return entry;
    make_room(self);
    entry = g_new0(Entry, 1);
    entry->id = g_strdup(id);
    entry->name = g_string_new(NULL);
    g_hash_table_insert(self->entries, entry->id, entry);
    return entry;
}

static void
read_row(Entry *entry, gint64 now_us)
{
    const char *zone = "";
    gint64 age_ms = 0;

    g_string_truncate(entry->name, 0);
    bh_terminal_append(entry->name, bh_zone_peek_name(entry->row));
    g_variant_lookup(entry->row, "Zone", "&s", &zone);
    if (!bh_zone_from_string(zone, &entry->zone))
        entry->zone = BH_ZONE_LOST;
    if (!g_variant_lookup(entry->row, "DistanceM", "d", &entry->distance))
        entry->distance = INFINITY;
    entry->is_heard = g_variant_lookup(entry->row, "AgeMs", "x", &age_ms);
    if (entry->is_heard)
        entry->heard_us = now_us - age_ms * 1000;
}

void
bh_zone_table_add(BhZoneTable *self,
                  GVariant *row,
                  gboolean with_reading,
                  gboolean keep,
                  gint64 now_us)
{
    const char *id = NULL;
    gint16 rssi = 0;
    Entry *entry;

    if (!g_variant_lookup(row, "Id", "&s", &id))
        return;
    entry = get_entry(self, id);
    g_clear_pointer(&entry->row, g_variant_unref);
    entry->row = g_variant_ref(row);
    entry->is_kept |= keep;
    read_row(entry, now_us);
    if (with_reading && g_variant_lookup(row, "RSSI", "n", &rssi))
        bh_sparkline_add(&entry->readings, rssi);
}

/* Drawing */

static int
compare(gconstpointer a, gconstpointer b)
{
    const Entry *one = *(Entry *const *)a, *other = *(Entry *const *)b;

    if (one->zone != other->zone)
        return one->zone > other->zone ? -1 : 1;
    if (one->distance != other->distance)
        return one->distance < other->distance ? -1 : 1;
    return g_strcmp0(one->id, other->id);
}

static GPtrArray *
sort_entries(BhZoneTable *self)
{
    GPtrArray *sorted = g_ptr_array_new();
    GHashTableIter iter;
    gpointer entry;

    g_hash_table_iter_init(&iter, self->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        g_ptr_array_add(sorted, entry);
    g_ptr_array_sort(sorted, compare);
    return sorted;
}

static void
append_smoothed(GVariant *row, GString *out)
{
    double dbm = 0;

    if (g_variant_lookup(row, "Smoothed", "d", &dbm))
        g_string_append_printf(out, "%*.1f  ", SMOOTHED_WIDTH, dbm);
    else
        g_string_append_printf(out, "%*s  ", SMOOTHED_WIDTH, "-");
}

static void
append_number(double metres, GString *out)
{
    g_string_append_printf(out, "%.*f", metres < 9.95 ? 1 : 0, metres);
}

static void
append_interval(GVariant *row, GString *out)
{
    double min = 0, max = 0;

    if (!g_variant_lookup(row, "DistanceMinM", "d", &min) ||
        !g_variant_lookup(row, "DistanceMaxM", "d", &max) || max >= TOO_FAR)
        return;
    g_string_append(out, " (");
    append_number(min, out);
    g_string_append_c(out, '-');
    append_number(max, out);
    g_string_append_c(out, ')');
}

/* "2.3 (1.3-3.9) m"; what is further away than any radio reaches is not told in digits. */
static void
append_distance(GVariant *row, GString *out)
{
    g_autoptr(GString) cell = g_string_new(NULL);
    double metres = 0;

    if (!g_variant_lookup(row, "DistanceM", "d", &metres)) {
        g_string_assign(cell, "-");
    } else if (metres >= TOO_FAR) {
        g_string_assign(cell, ">999 m");
    } else {
        append_number(metres, cell);
        append_interval(row, cell);
        g_string_append(cell, " m");
    }
    g_string_append_printf(out, "%*s  ", DISTANCE_WIDTH, cell->str);
}

static void
append_age(const Entry *entry, gint64 now_us, GString *out)
{
    g_autoptr(GString) cell = g_string_new(NULL);

    if (entry->is_heard)
        bh_row_append_age(cell, now_us - entry->heard_us);
    else
        g_string_append_c(cell, '-');
    g_string_append_printf(out, "%*s", AGE_WIDTH, cell->str);
}

typedef struct {
    guint name;
    guint readings;
} Widths;

static Widths
get_widths(GPtrArray *sorted, guint shown, const BhScreenSize *size)
{
    guint longest = MIN_NAME, fixed;
    Widths widths = {.readings = size->columns < WIDE ? FEW_READINGS : BH_SPARKLINE_MAX};

    fixed = ZONE_WIDTH + SMOOTHED_WIDTH + widths.readings + DISTANCE_WIDTH + AGE_WIDTH + GAPS;
    for (guint i = 0; i < shown; i++) {
        const Entry *entry = g_ptr_array_index(sorted, i);

        longest = MAX(longest, bh_columns_of(entry->name->str));
    }
    longest = MIN(longest, MAX_NAME);
    widths.name = MIN(longest, MAX(MIN_NAME, size->columns > fixed ? size->columns - fixed : 0));
    return widths;
}

static void
append_heading(const Widths *widths, GString *out)
{
    g_string_append_printf(out,
                           "%-*s  %-*s  %*s  %*s  %*s  %*s\n",
                           (int)widths->name,
                           "IDENTITY",
                           ZONE_WIDTH,
                           "ZONE",
                           SMOOTHED_WIDTH,
                           "DBM",
                           (int)widths->readings,
                           "READINGS",
                           DISTANCE_WIDTH,
                           "DISTANCE",
                           AGE_WIDTH,
                           "AGE");
}

static void
append_entry(const Entry *entry, const Widths *widths, gboolean ascii, gint64 now_us, GString *out)
{
    bh_columns_append_cell(entry->name->str, widths->name, ascii, out);
    g_string_append_printf(out, "  %-*s  ", ZONE_WIDTH, bh_zone_to_string(entry->zone));
    append_smoothed(entry->row, out);
    bh_sparkline_append(&entry->readings, widths->readings, ascii, out);
    g_string_append(out, "  ");
    append_distance(entry->row, out);
    append_age(entry, now_us, out);
    g_string_append_c(out, '\n');
}

char *
bh_zone_table_draw(BhZoneTable *self, const BhScreenSize *size, gint64 now_us)
{
    g_autoptr(GPtrArray) sorted = sort_entries(self);
    guint room = size->lines > 2 ? size->lines - 1 : 1;
    guint shown = sorted->len <= room ? sorted->len : room - 1;
    Widths widths = get_widths(sorted, shown, size);
    GString *out = g_string_new(NULL);

    append_heading(&widths, out);
    for (guint i = 0; i < shown; i++)
        append_entry(g_ptr_array_index(sorted, i), &widths, size->ascii, now_us, out);
    if (shown < sorted->len && size->lines > 1)
        g_string_append_printf(out, "and %u more\n", sorted->len - shown);
    return g_string_free(out, FALSE);
}
