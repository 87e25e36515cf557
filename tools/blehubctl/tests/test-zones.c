/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How near things are, as blehubctl words and draws it: lines, bars, tables, and what a filter
 * makes of readings.
 */
#include "columns.h"
#include "row-text.h"
#include "sparkline.h"
#include "test-main.h"
#include "test-words.h"
#include "zone-table.h"
#include "zone-text.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* Lines */

static char *
line_of(const char *row_text, void (*append)(GVariant *row, GString *out))
{
    g_autoptr(GVariant) row = ctl_parse("a{sv}", row_text);
    GString *out = g_string_new(NULL);

    append(row, out);
    return g_string_free(out, FALSE);
}

START_TEST(state_is_a_line_from_the_reading_to_the_zone)
{
    ctl_assert_text(line_of("{'RSSI': <int16 -75>, 'Smoothed': <-75.0>, 'DistanceM': <4.365>,"
                            " 'Zone': <'far'>}",
                            bh_zone_append_state),
                    "RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far");
}
END_TEST

START_TEST(line_leaves_out_what_is_not_known_and_hides_control_characters)
{
    ctl_assert_text(line_of("{'Zone': <'lost'>}", bh_zone_append_state), "Zone: lost");
    ctl_assert_text(line_of("@a{sv} {}", bh_zone_append_state), "Zone: ?");
    ctl_assert_text(line_of("{'Zone': <'\\u001b[2J'>}", bh_zone_append_state),
                    "Zone: \xef\xbf\xbd[2J");
}
END_TEST

START_TEST(change_of_zone_is_a_line_of_both)
{
    ctl_assert_text(line_of("{'From': <'far'>, 'Zone': <'near'>}", bh_zone_append_change),
                    "Zone: far -> near");
}
END_TEST

static const struct {
    double metres;
    const char *text;
} distances[] = {
    {0.0, "0.00 m"},
    {0.034, "0.03 m"},
    {0.0949, "0.09 m"},
    {0.096, "0.1 m"},
    {2.558, "2.6 m"},
    {9.94, "9.9 m"},
    {9.96, "10 m"},
    {123.4, "123 m"},
};

START_TEST(distance_has_the_decimals_that_mean_something)
{
    GString *out = g_string_new(NULL);

    bh_row_append_metres(out, distances[_i].metres);
    ctl_assert_text(g_string_free(out, FALSE), distances[_i].text);
}
END_TEST

START_TEST(name_is_the_alias_or_the_identity)
{
    g_autoptr(GVariant) named = ctl_parse("a{sv}", "{'Id': <'irk:01'>, 'Alias': <'Anna'>}");
    g_autoptr(GVariant) nameless = ctl_parse("a{sv}", "{'Id': <'irk:01'>}");
    g_autoptr(GVariant) empty = ctl_parse("a{sv}", "{}");

    ck_assert_str_eq(bh_zone_peek_name(named), "Anna");
    ck_assert_str_eq(bh_zone_peek_name(nameless), "irk:01");
    ck_assert_str_eq(bh_zone_peek_name(empty), "?");
}
END_TEST

START_TEST(statistics_are_a_table_of_visits_and_times)
{
    g_autoptr(GVariant) rows =
        ctl_parse("aa{sv}",
                  "[{'Id': <'irk:01'>, 'Alias': <'Anna'>, 'Visits': <uint32 2>,"
                  " 'Transitions': <uint32 13>, 'ImmediateMs': <uint64 1499>,"
                  " 'NearMs': <uint64 3600000>, 'FarMs': <uint64 362439501>,"
                  " 'Readings': <uint32 4294967295>},"
                  " {'Id': <'public:11:22:33:44:55:66'>}]");
    g_autoptr(GVariant) none = ctl_parse("aa{sv}", "[]");

    ctl_assert_text(
        bh_zone_statistics_table(rows),
        "VISITS  CHANGES  IMMEDIATE       NEAR        FAR    READINGS  IDENTITY\n"
        "     2       13    0:00:01    1:00:00  100:40:40  4294967295  Anna\n"
        "     0        0    0:00:00    0:00:00    0:00:00           0  public:11:22:33:44:55:66\n");
    ctl_assert_text(bh_zone_statistics_table(none), "Nothing was watched.\n");
}
END_TEST

/* Bars */

static char *
draw(const BhSparkline *readings, guint columns, gboolean ascii)
{
    GString *out = g_string_new(NULL);

    bh_sparkline_append(readings, columns, ascii, out);
    return g_string_free(out, FALSE);
}

START_TEST(bars_are_steps_of_8_db)
{
    BhSparkline readings = {0};

    for (gint dbm = -101; dbm <= -37; dbm += 8)
        bh_sparkline_add(&readings, dbm);
    bh_sparkline_add(&readings, 20);
    bh_sparkline_add(&readings, -127);
    ctl_assert_text(draw(&readings, 11, TRUE), "__.:-=+*##_");
    ctl_assert_text(draw(&readings, 11, FALSE),
                    "\u2581\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588\u2588\u2581");
}
END_TEST

START_TEST(bars_are_the_newest_ones_with_room_for_the_others)
{
    BhSparkline readings = {0};

    ctl_assert_text(draw(&readings, 3, TRUE), "   ");
    bh_sparkline_add(&readings, -40);
    ctl_assert_text(draw(&readings, 3, TRUE), "  #");
    for (guint i = 0; i < BH_SPARKLINE_MAX; i++)
        bh_sparkline_add(&readings, i % 2 ? -127 : -50);
    ctl_assert_text(draw(&readings, 3, TRUE), "_*_");
    ctl_assert_text(draw(&readings, BH_SPARKLINE_MAX, TRUE), "*_*_*_*_*_*_*_*_*_*_");
}
END_TEST

/* Columns */

static const struct {
    const char *text;
    guint columns;
    const char *cell; /* with a bar at its end */
} cells[] = {
    {"", 3, "   |"},
    {"lamp", 6, "lamp  |"},
    {"lamp", 4, "lamp|"},
    {"lampshade", 6, "la\u2026ade|"},
    {"lamp", 1, "\u2026|"},
    {"\u706f\u706f\u706f", 6, "\u706f\u706f\u706f|"},
    {"\u706f\u706f\u706f", 5, "\u706f\u2026\u706f|"},
    {"\u706f\u706f\u706f", 4, "\u2026\u706f |"},
    {"e\u0301e\u0301", 3, "e\u0301e\u0301 |"},
};

START_TEST(cell_has_its_width_whatever_is_in_it)
{
    GString *out = g_string_new(NULL);

    bh_columns_append_cell(cells[_i].text, cells[_i].columns, FALSE, out);
    ck_assert_uint_eq(bh_columns_of(out->str), cells[_i].columns);
    g_string_append_c(out, '|');
    ctl_assert_text(g_string_free(out, FALSE), cells[_i].cell);
}
END_TEST

/* The table */

#define WINDOW_80                                                                                  \
    &(const BhScreenSize)                                                                          \
    {                                                                                              \
        80, 24, TRUE                                                                               \
    }

static void
add(BhZoneTable *table, const char *text, gint64 now_us)
{
    g_autoptr(GVariant) row = ctl_parse("a{sv}", text);

    bh_zone_table_add(table, row, TRUE, FALSE, now_us);
}

static char *
row_of(const char *id, const char *zone, double metres)
{
    return g_strdup_printf("{'Id': <'%s'>, 'Zone': <'%s'>, 'DistanceM': <%f>, 'AgeMs': <int64 0>,"
                           " 'RSSI': <int16 -70>}",
                           id,
                           zone,
                           metres);
}

static void
add_simple(BhZoneTable *table, const char *id, const char *zone, double metres, gint64 now_us)
{
    g_autofree char *text = row_of(id, zone, metres);

    add(table, text, now_us);
}

/* The first words of the lines. */
static char *
dup_order(BhZoneTable *table, guint lines)
{
    const BhScreenSize size = {80, lines, TRUE};
    g_autofree char *drawn = bh_zone_table_draw(table, &size, 0);
    g_auto(GStrv) split = g_strsplit(drawn, "\n", -1);
    GString *out = g_string_new(NULL);

    for (gsize i = 0; split[i]; i++)
        g_string_append_printf(out, "%.*s ", (int)strcspn(split[i], " "), split[i]);
    return g_strchomp(g_string_free(out, FALSE));
}

START_TEST(table_has_a_line_for_each_with_all_that_is_known)
{
    g_autoptr(BhZoneTable) table = bh_zone_table_new(10);

    add(table, "{'Id': <'public:11:22:33:44:55:66'>, 'Zone': <'lost'>}", 0);
    add(table,
        "{'Id': <'irk:01'>, 'Alias': <'Anna'>, 'Zone': <'near'>, 'RSSI': <int16 -66>,"
        " 'Smoothed': <-67.79>, 'DistanceM': <2.25>, 'DistanceMinM': <1.3>,"
        " 'DistanceMaxM': <3.9>, 'AgeMs': <int64 2000>}",
        10 * SECOND);
    ctl_assert_text(
        bh_zone_table_draw(table, WINDOW_80, 11 * SECOND),
        "IDENTITY                  ZONE          DBM    READINGS         DISTANCE     AGE\n"
        "Anna                      near        -67.8           =  2.2 (1.3-3.9) m     3 s\n"
        "public:11:22:33:44:55:66  lost            -                            -       -\n");
}
END_TEST

START_TEST(table_is_sorted_by_nearness)
{
    g_autoptr(BhZoneTable) table = bh_zone_table_new(10);

    add_simple(table, "a", "far", 3, 0);
    add_simple(table, "b", "lost", 0.1, 0);
    add_simple(table, "c", "near", 2, 0);
    add_simple(table, "d", "near", 1, 0);
    add_simple(table, "e", "immediate", 9, 0);
    add_simple(table, "f", "far", 3, 0);
    ctl_assert_text(dup_order(table, 24), "IDENTITY e d c a f b");
    add_simple(table, "e", "lost", 9, 0);
    ctl_assert_text(dup_order(table, 24), "IDENTITY d c a f b e");
    bh_zone_table_clear(table);
    ctl_assert_text(dup_order(table, 24), "IDENTITY");
}
END_TEST

START_TEST(table_is_never_higher_than_the_window)
{
    g_autoptr(BhZoneTable) table = bh_zone_table_new(10);

    add_simple(table, "a", "near", 1, 0);
    add_simple(table, "b", "near", 2, 0);
    add_simple(table, "c", "near", 3, 0);
    ctl_assert_text(dup_order(table, 4), "IDENTITY a b c");
    ctl_assert_text(dup_order(table, 3), "IDENTITY a and");
    ctl_assert_text(dup_order(table, 2), "IDENTITY and");
    ctl_assert_text(dup_order(table, 1), "IDENTITY");
}
END_TEST

START_TEST(table_forgets_who_was_unheard_for_longest_but_none_that_is_kept)
{
    g_autoptr(BhZoneTable) table = bh_zone_table_new(3);
    g_autoptr(GVariant) kept = ctl_parse("a{sv}", "{'Id': <'k'>, 'Zone': <'lost'>}");

    bh_zone_table_add(table, kept, FALSE, TRUE, 0);
    add_simple(table, "a", "near", 1, 2 * SECOND);
    add_simple(table, "b", "near", 2, 1 * SECOND);
    add_simple(table, "c", "near", 3, 3 * SECOND);
    ctl_assert_text(dup_order(table, 24), "IDENTITY a c k");
    add_simple(table, "a", "near", 1, 4 * SECOND);
    add_simple(table, "d", "near", 4, 5 * SECOND);
    ctl_assert_text(dup_order(table, 24), "IDENTITY a d k");
}
END_TEST

START_TEST(table_shows_readings_and_not_what_was_told_before)
{
    g_autoptr(BhZoneTable) table = bh_zone_table_new(3);
    g_autofree char *text = row_of("a", "near", 1);
    g_autoptr(GVariant) row = ctl_parse("a{sv}", text);
    g_autofree char *drawn = NULL;

    bh_zone_table_add(table, row, TRUE, FALSE, 0);
    bh_zone_table_add(table, row, FALSE, FALSE, 0);
    bh_zone_table_add(table, row, TRUE, FALSE, 0);
    drawn = bh_zone_table_draw(table, WINDOW_80, 0);
    ck_assert_msg(strstr(drawn, "        --  ") != NULL, "%s", drawn);
}
END_TEST

static const struct {
    double metres, min, max;
    const char *cell;
} far[] = {
    {12.4, 9.4, 16.7, "  12 (9.4-17) m  "},
    {123, 100, 998, "  123 (100-998) m  "},
    {500, 200, 1250, "  500 m  "},
    {1000, 500, 2000, "  >999 m  "},
    {1e14, 500, 2000, "  >999 m  "},
};

START_TEST(distances_beyond_reach_keep_their_column)
{
    g_autoptr(BhZoneTable) table = bh_zone_table_new(3);
    g_autofree char *text =
        g_strdup_printf("{'Id': <'a'>, 'DistanceM': <%f>, 'DistanceMinM': <%f>,"
                        " 'DistanceMaxM': <%f>, 'AgeMs': <int64 0>, 'Zone': <'far'>}",
                        far[_i].metres,
                        far[_i].min,
                        far[_i].max);
    g_autofree char *drawn = NULL;
    g_auto(GStrv) lines = NULL;

    add(table, text, 0);
    drawn = bh_zone_table_draw(table, WINDOW_80, 200 * SECOND);
    lines = g_strsplit(drawn, "\n", -1);
    ck_assert_msg(strstr(lines[1], far[_i].cell) != NULL, "%s", drawn);
    ck_assert_uint_eq(strlen(lines[1]), strlen(lines[0]));
    ck_assert(g_str_has_suffix(lines[1], " 3 min"));
}
END_TEST

START_TEST(wide_window_has_all_readings_and_whole_identities)
{
    const BhScreenSize wide = {140, 24, FALSE}, narrow = {20, 24, FALSE};
    g_autoptr(BhZoneTable) table = bh_zone_table_new(3);
    g_autofree char *in_wide = NULL, *in_80 = NULL, *in_narrow = NULL;

    add_simple(table, "iBeacon:E2C56DB5-DFFB-48D2-B060-D0F5A71096E0-1-2", "near", 1, 0);
    in_wide = bh_zone_table_draw(table, &wide, 0);
    ck_assert(strstr(in_wide, "\niBeacon:E2C56DB5-DFFB-48D2-B060-D0F5A71096E0-1-2  near"));
    in_80 = bh_zone_table_draw(table, WINDOW_80, 0);
    ck_assert_msg(strstr(in_80, "\niBeacon:E2C~A71096E0-1-2  near") != NULL, "%s", in_80);
    in_narrow = bh_zone_table_draw(table, &narrow, 0);
    ck_assert_msg(strstr(in_narrow, "\niBeac\u2026E0-1-2  near") != NULL, "%s", in_narrow);
}
END_TEST

static void
add_tests(TCase *tcase)
{
    tcase_add_test(tcase, state_is_a_line_from_the_reading_to_the_zone);
    tcase_add_test(tcase, line_leaves_out_what_is_not_known_and_hides_control_characters);
    tcase_add_test(tcase, change_of_zone_is_a_line_of_both);
    tcase_add_loop_test(tcase,
                        distance_has_the_decimals_that_mean_something,
                        0,
                        G_N_ELEMENTS(distances));
    tcase_add_test(tcase, name_is_the_alias_or_the_identity);
    tcase_add_test(tcase, statistics_are_a_table_of_visits_and_times);
    tcase_add_test(tcase, bars_are_steps_of_8_db);
    tcase_add_test(tcase, bars_are_the_newest_ones_with_room_for_the_others);
    tcase_add_loop_test(tcase, cell_has_its_width_whatever_is_in_it, 0, G_N_ELEMENTS(cells));
    tcase_add_test(tcase, table_has_a_line_for_each_with_all_that_is_known);
    tcase_add_test(tcase, table_is_sorted_by_nearness);
    tcase_add_test(tcase, table_is_never_higher_than_the_window);
    tcase_add_test(tcase, table_forgets_who_was_unheard_for_longest_but_none_that_is_kept);
    tcase_add_test(tcase, table_shows_readings_and_not_what_was_told_before);
    tcase_add_loop_test(tcase, distances_beyond_reach_keep_their_column, 0, G_N_ELEMENTS(far));
    tcase_add_test(tcase, wide_window_has_all_readings_and_whole_identities);
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-zones");
    TCase *tcase = tcase_create("zones");

    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    return bh_test_run_suite(suite);
}
