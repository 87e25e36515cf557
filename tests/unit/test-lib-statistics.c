/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Statistics against values worked out by hand, and against a million samples.
 */
#include "bh-report.h"
#include "bh-statistics.h"
#include "test-main.h"

#include <math.h>

static char *
row_text(const BhStatistics *statistics)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    bh_statistics_add_to_row(statistics, &builder);
    g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_builder_end(&builder));
    return g_variant_print(row, TRUE);
}

START_TEST(nothing_heard_is_no_statistics)
{
    BhStatistics statistics = {0};
    g_autofree char *text = row_text(&statistics);

    ck_assert_str_eq(text, "{'Samples': <uint32 0>}");
    ck_assert_double_eq(bh_statistics_mean(&statistics), 0.0);
    ck_assert_double_eq(bh_statistics_deviation(&statistics), 0.0);
}
END_TEST

START_TEST(unknown_rssi_counts_for_the_interval_only)
{
    BhStatistics statistics = {0};
    bh_statistics_add(&statistics, BH_RSSI_UNKNOWN, 1000000);
    bh_statistics_add(&statistics, BH_RSSI_UNKNOWN, 1100000);

    g_autofree char *text = row_text(&statistics);
    ck_assert_str_eq(text, "{'Samples': <uint32 0>, 'IntervalMs': <100.0>}");
}
END_TEST

START_TEST(one_sample_is_its_own_range_and_does_not_deviate)
{
    BhStatistics statistics = {0};
    bh_statistics_add(&statistics, -60, 1000000);

    g_autofree char *text = row_text(&statistics);
    ck_assert_str_eq(text,
                     "{'Samples': <uint32 1>, 'RSSIMin': <int16 -60>, 'RSSIMax': <int16 -60>, "
                     "'RSSIMean': <-60.0>, 'RSSIStdDev': <0.0>}");
}
END_TEST

START_TEST(range_mean_and_deviation_are_those_of_the_samples)
{
    static const gint8 samples[] = {-70, -60, -80, -50, -65};
    BhStatistics statistics = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(samples); i++)
        bh_statistics_add(&statistics, samples[i], 1000000 + 100000 * (gint64)i);
    ck_assert_uint_eq(statistics.samples, 5);
    ck_assert_int_eq(statistics.min, -80);
    ck_assert_int_eq(statistics.max, -50);
    ck_assert_double_eq_tol(bh_statistics_mean(&statistics), -65.0, 1e-9);
    ck_assert_double_eq_tol(bh_statistics_deviation(&statistics), 10.0, 1e-9);
}
END_TEST

START_TEST(equal_samples_never_deviate)
{
    BhStatistics statistics = {0};
    for (guint i = 0; i < 1000; i++)
        bh_statistics_add(&statistics, -128, 1 + i);
    ck_assert_int_eq(statistics.min, -128);
    ck_assert_double_eq(bh_statistics_mean(&statistics), -128.0);
    ck_assert_double_eq(bh_statistics_deviation(&statistics), 0.0);
}
END_TEST

START_TEST(a_million_samples_are_still_exact)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    BhStatistics statistics = {0};
    double sum = 0.0, squares = 0.0;

    for (guint i = 0; i < 1000000; i++) {
        gint8 rssi = (gint8)g_rand_int_range(rand, -110, 21);
        bh_statistics_add(&statistics, rssi, 1 + i);
        sum += rssi;
        squares += rssi * rssi;
    }
    double mean = sum / 1e6;
    ck_assert_double_eq_tol(bh_statistics_mean(&statistics), mean, 1e-9);
    ck_assert_double_eq_tol(bh_statistics_deviation(&statistics),
                            sqrt(squares / 1e6 - mean * mean),
                            1e-9);
}
END_TEST

START_TEST(full_counter_freezes_what_was_learned)
{
    BhStatistics statistics = {.samples = G_MAXUINT32, .min = -60, .max = -60};
    statistics.sum = -60 * (gint64)G_MAXUINT32;
    statistics.sum_squares = 3600 * (guint64)G_MAXUINT32;

    bh_statistics_add(&statistics, -20, 1000000);
    ck_assert_uint_eq(statistics.samples, G_MAXUINT32);
    ck_assert_int_eq(statistics.max, -60);
    ck_assert_double_eq_tol(bh_statistics_mean(&statistics), -60.0, 1e-9);
    ck_assert_double_eq_tol(bh_statistics_deviation(&statistics), 0.0, 1e-3);
}
END_TEST

START_TEST(interval_starts_with_the_first_gap_and_follows_slowly)
{
    BhStatistics statistics = {0};
    gint64 now_us = 1000000;

    bh_statistics_add(&statistics, -60, now_us);
    ck_assert_float_eq(statistics.interval_ms, 0.0f);
    bh_statistics_add(&statistics, -60, now_us += 100000);
    ck_assert_float_eq(statistics.interval_ms, 100.0f);
    bh_statistics_add(&statistics, -60, now_us += 200000); /* one lost */
    ck_assert_float_eq_tol(statistics.interval_ms, 112.5f, 0.01f);
    for (guint i = 0; i < 40; i++)
        bh_statistics_add(&statistics, -60, now_us += 1000000);
    ck_assert_float_eq_tol(statistics.interval_ms, 1000.0f, 10.0f);
}
END_TEST

START_TEST(reports_read_in_one_go_or_backwards_do_not_shorten_the_interval)
{
    BhStatistics statistics = {0};
    bh_statistics_add(&statistics, -60, 1000000);
    bh_statistics_add(&statistics, -60, 1100000);
    bh_statistics_add(&statistics, -60, 1100000);
    bh_statistics_add(&statistics, -60, 900000);
    bh_statistics_add(&statistics, -60, 1200000);

    ck_assert_uint_eq(statistics.samples, 5);
    ck_assert_float_eq(statistics.interval_ms, 100.0f);
}
END_TEST

BH_TEST_MAIN("lib-statistics",
             nothing_heard_is_no_statistics,
             unknown_rssi_counts_for_the_interval_only,
             one_sample_is_its_own_range_and_does_not_deviate,
             range_mean_and_deviation_are_those_of_the_samples,
             equal_samples_never_deviate,
             a_million_samples_are_still_exact,
             full_counter_freezes_what_was_learned,
             interval_starts_with_the_first_gap_and_follows_slowly,
             reports_read_in_one_go_or_backwards_do_not_shorten_the_interval)
