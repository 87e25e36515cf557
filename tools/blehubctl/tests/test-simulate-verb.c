/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * simulate-ema as the installed program, without a blehubd, since it needs none: what it prints,
 * word by word.
 */
#include "fake-run.h"
#include "test-main.h"

static FakeHub *hub;

static void
setup(void)
{
    hub = fake_hub_new(FALSE);
}

static void
teardown(void)
{
    g_clear_pointer(&hub, fake_hub_free);
}

#define DEFAULT_FILTER "Alpha: 0.3 -> Window: 5.7 samples -> 95 % response: 8.4 samples, 8.4 s\n"
#define WORKED_EXAMPLE                                                                             \
    "RSSI: -68 dBm -> Smoothed: -68.0 dBm -> Distance: 2.3 m -> Zone: near\n"                      \
    "RSSI: -72 dBm -> Smoothed: -69.2 dBm -> Distance: 2.6 m -> Zone: near\n"                      \
    "RSSI: -65 dBm -> Smoothed: -67.9 dBm -> Distance: 2.3 m -> Zone: near\n"                      \
    "RSSI: -70 dBm -> Smoothed: -68.6 dBm -> Distance: 2.4 m -> Zone: near\n"                      \
    "RSSI: -66 dBm -> Smoothed: -67.8 dBm -> Distance: 2.2 m -> Zone: near\n"

START_TEST(simulation_shows_the_worked_examples_wherever_the_samples_come_from)
{
    static const char *const example[] = {"--", "-68", "-72", "-65", "-70", "-66"};
    g_auto(FakeRun) words = {0}, bare = {0}, list = {0}, input = {0}, one = {0};

    fake_hub_run(hub,
                 &words,
                 "simulate-ema",
                 "--alpha",
                 "0.3",
                 example[0],
                 example[1],
                 example[2],
                 example[3],
                 example[4],
                 example[5],
                 NULL);
    fake_run_assert(&words, 0, WORKED_EXAMPLE, DEFAULT_FILTER);
    fake_hub_run(hub, &bare, "simulate-ema", "-68", "-72", "--near", "-70", "-65,-70", "-66", NULL);
    fake_run_assert(&bare, 0, WORKED_EXAMPLE, DEFAULT_FILTER);
    fake_hub_run(hub, &list, "simulate-ema", "--", "-68, -72 -65\t-70,-66", NULL);
    fake_run_assert(&list, 0, WORKED_EXAMPLE, DEFAULT_FILTER);
    hub->input = "-68 -72\n\n-65\n-70,-66";
    fake_hub_run(hub, &input, "simulate-ema", NULL);
    fake_run_assert(&input, 0, WORKED_EXAMPLE, DEFAULT_FILTER);
    fake_hub_run(hub, &one, "simulate-ema", "-75", NULL);
    fake_run_assert(&one,
                    0,
                    "RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far\n",
                    DEFAULT_FILTER);
}
END_TEST

START_TEST(simulation_takes_the_options_of_a_watch)
{
    g_auto(FakeRun) run = {0};

    fake_hub_run(hub,
                 &run,
                 "simulate-ema",
                 "--preset=retail",
                 "--interval=1000",
                 "--min-samples=2",
                 "--tx-power=-65",
                 "--exponent=2",
                 "-80",
                 "-70",
                 "-68",
                 "-69",
                 NULL);
    fake_run_assert(&run,
                    0,
                    "RSSI: -80 dBm -> not heard\n"
                    "RSSI: -70 dBm -> Smoothed: -70.0 dBm -> Distance: 1.8 m -> Zone: lost\n"
                    "RSSI: -68 dBm -> Smoothed: -69.6 dBm -> Distance: 1.7 m -> Zone: near\n",
                    "Alpha: 0.2 -> Window: 9.0 samples -> 95 % response: 13.4 samples, 26.9 s\n");
}
END_TEST

START_TEST(simulation_as_json_is_the_filter_and_a_row_each_sample)
{
    g_auto(FakeRun) run = {0};
    g_auto(GStrv) lines = NULL;

    fake_hub_run(hub,
                 &run,
                 "--json",
                 "simulate-ema",
                 "--alpha=1",
                 "--rssi=-80",
                 "-59",
                 "-81",
                 NULL);
    lines = g_strsplit(run.out, "\n", -1);
    ck_assert_uint_eq(g_strv_length(lines), 4);
    ck_assert_str_eq(lines[0],
                     "{\"Filter\":{\"Alpha\":1.0,\"Window\":1.0,\"ResponseSamples\":1.0,"
                     "\"ResponseMs\":1000.0}}");
    ck_assert_str_eq(lines[1],
                     "{\"Zone\":\"near\",\"RSSI\":-59,\"Smoothed\":-59.0,\"RSSIStdDev\":0.0,"
                     "\"TxPower\":-59,\"DistanceM\":1.0,\"DistanceMinM\":1.0,"
                     "\"DistanceMaxM\":1.0}");
    ck_assert_str_eq(lines[2], "{\"RSSI\":-81,\"BelowFloor\":true}");
    ck_assert_str_eq(run.err, "");
    ck_assert_int_eq(run.code, 0);
}
END_TEST

static const struct {
    const char *word;
    const char *input;
    const char *error;
} wrong[] = {
    {"-72x", NULL, "sample 2: \"-72x\" is no whole number of dBm from -127 to 20"},
    {"-128", NULL, "sample 2: \"-128\" is no whole number of dBm from -127 to 20"},
    {"-60.5", NULL, "sample 2: \"-60.5\" is no whole number of dBm from -127 to 20"},
    {"21", NULL, "sample 2: \"21\" is no whole number of dBm from -127 to 20"},
    {"near", NULL, "sample 2: \"near\" is no whole number of dBm from -127 to 20"},
    {NULL, "", "no samples were given"},
    {NULL, " ,\n", "no samples were given"},
    {NULL, "-60\n-61 what\n", "sample 3: \"what\" is no whole number of dBm from -127 to 20"},
    {"--alpha=2", NULL, "--alpha takes a number from 0.001 to 1, not \"2\""},
    {"--median=1", NULL, "--median takes a whole number from 2 to 15, or 0, not \"1\""},
    {"--interval=0", NULL, "--interval takes a whole number from 1 to 3600000, not \"0\""},
    {"--near=-50", NULL, "--immediate must be above --near"},
    {"--preset=shop", NULL, "--preset takes default or retail, not \"shop\""},
    {"--lost=1000", NULL, "Unknown option --lost=1000"},
};

START_TEST(simulation_of_nonsense_prints_nothing_but_what_is_wrong)
{
    g_auto(FakeRun) run = {0};
    g_autofree char *expected = g_strdup_printf("blehubctl: %s\n", wrong[_i].error);

    hub->input = wrong[_i].input;
    fake_hub_run(hub, &run, "simulate-ema", wrong[_i].word ? "-70" : NULL, wrong[_i].word, NULL);
    fake_run_assert(&run, 2, "", expected);
}
END_TEST

static Suite *
simulation_suite(void)
{
    Suite *suite = suite_create("blehubctl-simulate-verb");
    TCase *tests = tcase_create("simulate");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, simulation_shows_the_worked_examples_wherever_the_samples_come_from);
    tcase_add_test(tests, simulation_takes_the_options_of_a_watch);
    tcase_add_test(tests, simulation_as_json_is_the_filter_and_a_row_each_sample);
    tcase_add_loop_test(tests,
                        simulation_of_nonsense_prints_nothing_but_what_is_wrong,
                        0,
                        G_N_ELEMENTS(wrong));
    suite_add_tcase(suite, tests);
    return suite;
}

int
main(void)
{
    return bh_test_run_suite(simulation_suite());
}
