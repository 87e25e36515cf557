/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options of a watch, from words to what goes to blehubd, and what a filter of such options makes
 * of readings.
 */
#include "simulation.h"
#include "test-main.h"
#include "test-words.h"
#include "zone-options.h"

/* Options */

static gboolean
parse_options(BhZoneOptions *options, const char *words, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autofree char *line = g_strconcat("watch ", words, NULL);
    g_auto(GStrv) args = g_strsplit(line, " ", -1);

    bh_zone_options_add(options, context, TRUE);
    return g_option_context_parse_strv(context, &args, error);
}

START_TEST(every_option_becomes_the_key_and_type_of_the_bus)
{
    g_auto(BhZoneOptions) options = {0};
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GVariant) sent = NULL, expected = NULL;
    g_autoptr(GError) error = NULL;

    ck_assert(parse_options(
        &options,
        "--preset=retail --alpha=0.25 --half-life=1 --sample-period=2 --median=3 --rssi=-80"
        " --immediate=-40 --near -60 --hysteresis=1.5 --min-samples=4 --dwell=5 --tx-power=-61"
        " --exponent=3 --lost=6000 --lost-intervals=7 --switch=8 --max-identities=9 --name=x*"
        " --adapter=hci1 --beacons=iBeacon,AltBeacon -b any --irk=00 --irk=11 --passive",
        &error));
    ck_assert(bh_zone_options_fill(&options, dict, &error));
    sent = g_variant_ref_sink(g_variant_dict_end(dict));
    expected =
        ctl_parse("a{sv}",
                  "{'Preset': <'retail'>, 'Alpha': <0.25>, 'HalfLifeMs': <uint32 1>,"
                  " 'SamplePeriodMs': <uint32 2>, 'MedianWindow': <uint32 3>,"
                  " 'RSSI': <int16 -80>, 'ImmediateDbm': <int16 -40>, 'NearDbm': <int16 -60>,"
                  " 'HysteresisDb': <1.5>, 'MinSamples': <uint32 4>, 'DwellMs': <uint32 5>,"
                  " 'TxPower': <int16 -61>, 'PathLossExponent': <3.0>, 'LostMs': <uint32 6000>,"
                  " 'LostIntervals': <uint32 7>, 'SwitchDb': <8.0>,"
                  " 'MaxIdentities': <uint32 9>, 'NamePattern': <'x*'>, 'Adapter': <'hci1'>,"
                  " 'Beacons': <['iBeacon', 'AltBeacon', 'any']>, 'IRK': <['00', '11']>,"
                  " 'Active': <false>}");
    ck_assert_uint_eq(g_variant_n_children(sent), g_variant_n_children(expected));
    for (gsize i = 0; i < g_variant_n_children(expected); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(expected, i);
        g_autoptr(GVariant) wanted = NULL, got = NULL;
        const char *key;

        g_variant_get(entry, "{&sv}", &key, &wanted);
        got = g_variant_lookup_value(sent, key, NULL);
        ck_assert_msg(got && g_variant_equal(got, wanted), "%s", key);
    }
}
END_TEST

static const struct {
    const char *words;
    const char *message;
} wrong[] = {
    {"--alpha=0", "--alpha takes a number from 0.001 to 1, not \"0\""},
    {"--alpha=nan", "--alpha takes a number from 0.001 to 1, not \"nan\""},
    {"--alpha=x", "--alpha takes a number from 0.001 to 1, not \"x\""},
    {"--alpha=0.5s", "--alpha takes a number from 0.001 to 1, not \"0.5s\""},
    {"--median=1", "--median takes a whole number from 2 to 15, or 0, not \"1\""},
    {"--median=16", "--median takes a whole number from 2 to 15, or 0, not \"16\""},
    {"--median=0.0", "--median takes a whole number from 2 to 15, or 0, not \"0.0\""},
    {"--lost-intervals=1", "--lost-intervals takes a whole number from 2 to 1000, or 0, not \"1\""},
    {"--min-samples=256", "--min-samples takes a whole number from 1 to 255, not \"256\""},
    {"--near=-70.5", "--near takes a whole number from -127 to 20, not \"-70.5\""},
    {"--lost=99", "--lost takes a whole number from 100 to 86400000, not \"99\""},
};

START_TEST(impossible_values_are_refused)
{
    g_auto(BhZoneOptions) options = {0};
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GError) error = NULL;

    ck_assert(parse_options(&options, wrong[_i].words, NULL));
    ck_assert(!bh_zone_options_fill(&options, dict, &error));
    ck_assert(g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE));
    ck_assert_str_eq(error->message, wrong[_i].message);
}
END_TEST

START_TEST(zero_is_how_to_say_no_median_and_no_intervals)
{
    g_auto(BhZoneOptions) options = {0};
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    guint32 median = 7, intervals = 7;

    ck_assert(parse_options(&options, "--median=0 --lost-intervals=0", NULL));
    ck_assert(bh_zone_options_fill(&options, dict, NULL));
    ck_assert(g_variant_dict_lookup(dict, "MedianWindow", "u", &median));
    ck_assert(g_variant_dict_lookup(dict, "LostIntervals", "u", &intervals));
    ck_assert_uint_eq(median, 0);
    ck_assert_uint_eq(intervals, 0);
}
END_TEST

/* Simulation */

/* Lines of what a filter makes of readings. */
static char *
simulate(const char *options, const gint8 *readings, gsize n)
{
    g_autoptr(GVariant) parsed = ctl_parse("a{sv}", options);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(parsed);
    g_autoptr(GPtrArray) rows = NULL;
    g_autoptr(GError) error = NULL;
    GString *out = g_string_new(NULL);
    BhSimulation simulation;

    ck_assert(bh_simulation_init(&simulation, dict, &error));
    rows = bh_simulation_run(&simulation, readings, n);
    for (guint i = 0; i < rows->len; i++) {
        GVariant *row = g_ptr_array_index(rows, i);
        const char *zone = "below";
        double smoothed = 0;

        g_variant_lookup(row, "Smoothed", "d", &smoothed);
        g_variant_lookup(row, "Zone", "&s", &zone);
        g_string_append_printf(out, "%.1f %s, ", smoothed, zone);
    }
    return g_string_free(out, FALSE);
}

#define SIMULATE(options, ...)                                                                     \
    simulate(options, (const gint8[]){__VA_ARGS__}, G_N_ELEMENTS(((const gint8[]){__VA_ARGS__})))

START_TEST(simulation_averages_as_a_watch_does)
{
    ctl_assert_text(SIMULATE("{}", -68, -72, -65, -70, -66),
                    "-68.0 near, -69.2 near, -67.9 near, -68.6 near, -67.8 near, ");
    ctl_assert_text(SIMULATE("{'Alpha': <1.0>}", -68, -72), "-68.0 near, -72.0 far, ");
    ctl_assert_text(SIMULATE("{'HalfLifeMs': <uint32 1000>}", -68, -72, -72),
                    "-68.0 near, -70.0 far, -71.0 far, ");
    ctl_assert_text(SIMULATE("{'MedianWindow': <uint32 3>, 'Alpha': <1.0>}", -68, -90, -70, -70),
                    "-68.0 near, -79.0 far, -70.0 far, -70.0 far, ");
}
END_TEST

START_TEST(simulation_needs_samples_and_time_for_a_zone_as_told)
{
    ctl_assert_text(SIMULATE("{'MinSamples': <uint32 2>, 'Alpha': <1.0>}", -60, -60, -80, -80),
                    "-60.0 lost, -60.0 near, -80.0 near, -80.0 far, ");
    ctl_assert_text(SIMULATE("{'DwellMs': <uint32 2000>, 'Alpha': <1.0>}", -60, -80, -80, -80),
                    "-60.0 near, -80.0 near, -80.0 near, -80.0 far, ");
    ctl_assert_text(SIMULATE("{'HysteresisDb': <3.0>, 'Alpha': <1.0>}", -70, -68, -66, -73, -74),
                    "-70.0 far, -68.0 far, -66.0 near, -73.0 far, -74.0 far, ");
    ctl_assert_text(
        SIMULATE("{'ImmediateDbm': <int16 -50>, 'NearDbm': <int16 -60>, 'Alpha': <1.0>}",
                 -49,
                 -50,
                 -60),
        "-49.0 immediate, -50.0 near, -60.0 far, ");
}
END_TEST

START_TEST(simulated_period_gives_its_strongest_reading_and_ends_with_the_last)
{
    ctl_assert_text(
        SIMULATE("{'SamplePeriodMs': <uint32 2000>, 'Alpha': <1.0>}", -60, -70, -80, -75),
        "-60.0 near, -75.0 far, ");
    ctl_assert_text(SIMULATE("{'SamplePeriodMs': <uint32 2000>, 'Alpha': <1.0>}", -60, -70, -80),
                    "-60.0 near, -80.0 far, ");
    ctl_assert_text(SIMULATE("{'SamplePeriodMs': <uint32 500>, 'Alpha': <1.0>}", -60, -80),
                    "-60.0 near, -80.0 far, ");
    ctl_assert_text(SIMULATE("{'Preset': <'retail'>}", -60, -76, -60, -75, -60),
                    "0.0 below, -60.0 lost, -60.0 lost, -60.0 near, ");
}
END_TEST

static const struct {
    const char *options;
    const char *message;
} wrong_filters[] = {
    {"{'Preset': <'shop'>}", "--preset takes default or retail, not \"shop\""},
    {"{'Alpha': <0.3>, 'HalfLifeMs': <uint32 1>}", "--alpha and --half-life exclude each other"},
    {"{'NearDbm': <int16 -55>}", "--immediate must be above --near"},
};

START_TEST(filters_that_cannot_be_are_refused)
{
    g_autoptr(GVariant) parsed = ctl_parse("a{sv}", wrong_filters[_i].options);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(parsed);
    g_autoptr(GError) error = NULL;
    BhSimulation simulation;

    ck_assert(!bh_simulation_init(&simulation, dict, &error));
    ck_assert(g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE));
    ck_assert_str_eq(error->message, wrong_filters[_i].message);
}
END_TEST

static const struct {
    const char *options;
    double alpha, window, samples, ms;
} filters[] = {
    {"{}", 0.3, 5.667, 8.399, 8399},
    {"{'Alpha': <1.0>}", 1.0, 1.0, 1.0, 1000},
    {"{'Preset': <'retail'>}", 0.2, 9.0, 13.425, 26850},
    {"{'HalfLifeMs': <uint32 1000>}", 0.5, 3.0, 4.322, 4322},
    {"{'HalfLifeMs': <uint32 2000>, 'SamplePeriodMs': <uint32 2000>}", 0.5, 3.0, 4.322, 8644},
};

START_TEST(simulation_says_how_the_average_behaves)
{
    static const char *const keys[] = {"Alpha", "Window", "ResponseSamples", "ResponseMs"};
    const double expected[] = {filters[_i].alpha,
                               filters[_i].window,
                               filters[_i].samples,
                               filters[_i].ms};
    g_autoptr(GVariant) parsed = ctl_parse("a{sv}", filters[_i].options);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(parsed);
    g_autoptr(GVariant) filter = NULL;
    BhSimulation simulation;

    ck_assert(bh_simulation_init(&simulation, dict, NULL));
    filter = bh_simulation_describe(&simulation);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        double value = 0;

        ck_assert(g_variant_lookup(filter, keys[i], "d", &value));
        ck_assert_double_eq_tol(value, expected[i], expected[i] / 1000);
    }
}
END_TEST

static void
add_tests(TCase *tcase)
{
    tcase_add_test(tcase, every_option_becomes_the_key_and_type_of_the_bus);
    tcase_add_loop_test(tcase, impossible_values_are_refused, 0, G_N_ELEMENTS(wrong));
    tcase_add_test(tcase, zero_is_how_to_say_no_median_and_no_intervals);
    tcase_add_test(tcase, simulation_averages_as_a_watch_does);
    tcase_add_test(tcase, simulation_needs_samples_and_time_for_a_zone_as_told);
    tcase_add_test(tcase, simulated_period_gives_its_strongest_reading_and_ends_with_the_last);
    tcase_add_loop_test(tcase, filters_that_cannot_be_are_refused, 0, G_N_ELEMENTS(wrong_filters));
    tcase_add_loop_test(tcase, simulation_says_how_the_average_behaves, 0, G_N_ELEMENTS(filters));
}

int
main(void)
{
    Suite *suite = suite_create("blehubctl-simulation");
    TCase *tcase = tcase_create("simulation");

    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    return bh_test_run_suite(suite);
}
