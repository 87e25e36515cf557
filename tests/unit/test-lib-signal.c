/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The filters between a reading and a zone, against values worked out by hand.
 */
#include "bh-distance.h"
#include "bh-ema.h"
#include "bh-median.h"
#include "bh-sampler.h"
#include "bh-zone.h"
#include "test-main.h"

#include <math.h>

#define MS 1000 /* us */

/* Average */

START_TEST(five_samples_average_as_published)
{
    static const double samples[] = {-68, -72, -65, -70, -66};
    static const double averages[] = {-68, -69.2, -67.94, -68.558, -67.7906};
    BhEma ema = {.begun = FALSE};

    for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
        ck_assert_double_eq_tol(bh_ema_add(&ema, samples[i], 0.3), averages[i], 1e-9);
}
END_TEST

START_TEST(alpha_one_is_the_signal_itself)
{
    BhEma ema = {.begun = FALSE};

    bh_ema_add(&ema, -40, 1.0);
    ck_assert_double_eq(bh_ema_add(&ema, -90, 1.0), -90.0);
}
END_TEST

START_TEST(one_sample_does_not_deviate_and_equal_ones_neither)
{
    BhEma ema = {.begun = FALSE};

    for (guint i = 0; i < 100; i++) {
        bh_ema_add(&ema, -61, 0.3);
        ck_assert_double_eq(bh_ema_deviation(&ema), 0.0);
    }
}
END_TEST

/* Samples that are m + d or m - d by turns: their variance is d^2, that of the average about m is
 * d^2 * a / (2 - a) on the average; what is measured lies between. */
START_TEST(the_deviation_is_that_of_the_samples)
{
    BhEma ema = {.begun = FALSE};

    for (guint i = 0; i < 10000; i++)
        bh_ema_add(&ema, i % 2 == 0 ? -66 : -54, 0.05);
    ck_assert_double_eq_tol(bh_ema_deviation(&ema), 6.0, 0.1);
}
END_TEST

START_TEST(uneven_samples_weigh_as_their_time)
{
    const gint64 half_life_us = 2000 * MS;
    double once = 1.0 - bh_ema_alpha_for(2000 * MS, half_life_us), left = 1.0;

    ck_assert_double_eq_tol(once, 0.5, 1e-12);
    for (guint i = 0; i < 20; i++) /* the same time in other steps leaves the same */
        left *= 1.0 - bh_ema_alpha_for((i % 2 == 0 ? 30 : 170) * MS, half_life_us);
    ck_assert_double_eq_tol(left, once, 1e-12);
    ck_assert_double_eq(bh_ema_alpha_for(0, half_life_us), 0.0);
    ck_assert_double_eq(bh_ema_alpha_for(-5, half_life_us), 0.0);
}
END_TEST

START_TEST(window_and_response_follow_from_alpha)
{
    ck_assert_double_eq_tol(bh_ema_window(0.3), 5.667, 0.001);
    ck_assert_double_eq_tol(bh_ema_window(0.2), 9.0, 1e-9);
    ck_assert_double_eq_tol(bh_ema_response(0.3), 8.399, 0.001);
    ck_assert_double_eq_tol(bh_ema_response(0.2), 13.425, 0.001);
    ck_assert_double_eq(bh_ema_response(1.0), 1.0);
    ck_assert_double_eq(bh_ema_window(1.0), 1.0);
}
END_TEST

START_TEST(the_response_is_when_95_percent_of_a_step_are_gone)
{
    for (double alpha = 0.05; alpha < 1.0; alpha += 0.05) {
        BhEma ema = {.begun = FALSE};
        guint n = 0;

        bh_ema_add(&ema, -80, alpha);
        while (bh_ema_add(&ema, -60, alpha) < -61.0 - 1e-9)
            n++;
        ck_assert_uint_eq(n + 1, (guint)ceil(bh_ema_response(alpha) - 1e-9));
    }
}
END_TEST

/* Median */

START_TEST(a_single_reading_far_off_does_not_move_the_median)
{
    BhMedian median = {.count = 0};

    bh_median_add(&median, -60, 3);
    bh_median_add(&median, -61, 3);
    ck_assert_double_eq(bh_median_add(&median, -95, 3), -61.0);
    ck_assert_double_eq(bh_median_add(&median, -60, 3), -61.0);
    ck_assert_double_eq(bh_median_add(&median, -60, 3), -60.0);
}
END_TEST

START_TEST(of_an_even_number_the_median_is_between)
{
    BhMedian median = {.count = 0};

    ck_assert_double_eq(bh_median_add(&median, -60, 4), -60.0);
    ck_assert_double_eq(bh_median_add(&median, -63, 4), -61.5);
    bh_median_add(&median, -70, 4);
    ck_assert_double_eq(bh_median_add(&median, 10, 4), -61.5);
}
END_TEST

START_TEST(every_window_forgets_what_left_it)
{
    for (guint window = 1; window <= BH_MEDIAN_MAX; window++) {
        BhMedian median = {.count = 0};
        double last = 0.0;

        for (guint i = 0; i < window; i++)
            bh_median_add(&median, 20, window);
        for (guint i = 0; i < window; i++)
            last = bh_median_add(&median, (gint8)(-50 - (gint)i), window);
        ck_assert_double_eq(last, -50.0 - (window - 1) / 2.0);
    }
}
END_TEST

/* Periods */

START_TEST(the_sample_of_a_period_is_its_strongest_reading)
{
    const gint64 period_us = 2000 * MS;
    BhSampler sampler = {.pending = FALSE};
    gint8 sample = 0;

    ck_assert(!bh_sampler_take(&sampler, 0, period_us, &sample));
    bh_sampler_add(&sampler, 100 * MS, period_us, -70);
    bh_sampler_add(&sampler, 1000 * MS, period_us, -61);
    bh_sampler_add(&sampler, 1999 * MS, period_us, -90);
    ck_assert(!bh_sampler_take(&sampler, 1999 * MS, period_us, &sample));
    ck_assert_int_eq(bh_sampler_period_end(1999 * MS, period_us), 2000 * MS);
    ck_assert(bh_sampler_take(&sampler, 2000 * MS, period_us, &sample));
    ck_assert_int_eq(sample, -61);
    ck_assert(!bh_sampler_take(&sampler, 4000 * MS, period_us, &sample));
    bh_sampler_add(&sampler, 4100 * MS, period_us, -88);
    ck_assert(bh_sampler_take(&sampler, 9000 * MS, period_us, &sample));
    ck_assert_int_eq(sample, -88);
}
END_TEST

/* Zones */

static const BhZoneRule plain = {.immediate_dbm = -55, .near_dbm = -70, .min_samples = 1};

START_TEST(a_border_belongs_to_the_farther_zone)
{
    ck_assert_int_eq(bh_zone_of(&plain, BH_ZONE_LOST, -54.999), BH_ZONE_IMMEDIATE);
    ck_assert_int_eq(bh_zone_of(&plain, BH_ZONE_LOST, -55.0), BH_ZONE_NEAR);
    ck_assert_int_eq(bh_zone_of(&plain, BH_ZONE_LOST, -69.999), BH_ZONE_NEAR);
    ck_assert_int_eq(bh_zone_of(&plain, BH_ZONE_LOST, -70.0), BH_ZONE_FAR);
}
END_TEST

START_TEST(hysteresis_keeps_a_zone_either_way)
{
    const BhZoneRule rule = {-55, -70, 4, 1, 0};
    static const struct {
        BhZone from;
        double dbm;
        BhZone to;
    } table[] = {
        {BH_ZONE_FAR, -66.0, BH_ZONE_FAR},
        {BH_ZONE_FAR, -65.9, BH_ZONE_NEAR},
        {BH_ZONE_FAR, -51.0, BH_ZONE_NEAR},
        {BH_ZONE_FAR, -50.9, BH_ZONE_IMMEDIATE},
        {BH_ZONE_NEAR, -73.9, BH_ZONE_NEAR},
        {BH_ZONE_NEAR, -74.0, BH_ZONE_FAR},
        {BH_ZONE_NEAR, -51.0, BH_ZONE_NEAR},
        {BH_ZONE_NEAR, -50.9, BH_ZONE_IMMEDIATE},
        {BH_ZONE_IMMEDIATE, -58.9, BH_ZONE_IMMEDIATE},
        {BH_ZONE_IMMEDIATE, -59.0, BH_ZONE_NEAR},
        {BH_ZONE_IMMEDIATE, -73.9, BH_ZONE_NEAR},
        {BH_ZONE_IMMEDIATE, -74.0, BH_ZONE_FAR},
        {BH_ZONE_LOST, -55.5, BH_ZONE_NEAR},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        ck_assert_msg(bh_zone_of(&rule, table[i].from, table[i].dbm) == table[i].to,
                      "%s at %.1f",
                      bh_zone_to_string(table[i].from),
                      table[i].dbm);
}
END_TEST

START_TEST(the_first_zone_needs_its_samples)
{
    const BhZoneRule rule = {-55, -70, 0, 3, 60000 * MS};
    BhZoneState state = {.zone = BH_ZONE_LOST};

    ck_assert(!bh_zone_add(&rule, &state, -60, 1));
    ck_assert(!bh_zone_add(&rule, &state, -80, 2)); /* another zone, but still a sign of life */
    ck_assert_int_eq(state.zone, BH_ZONE_LOST);
    ck_assert(bh_zone_add(&rule, &state, -60, 3));
    ck_assert_int_eq(state.zone, BH_ZONE_NEAR);
}
END_TEST

START_TEST(a_change_needs_its_samples_in_a_row)
{
    const BhZoneRule rule = {-55, -70, 0, 3, 0};
    BhZoneState state = {.zone = BH_ZONE_NEAR};

    for (guint i = 0; i < 10; i++) {
        ck_assert(!bh_zone_add(&rule, &state, -80, i));
        ck_assert(!bh_zone_add(&rule, &state, -80, i));
        ck_assert(!bh_zone_add(&rule, &state, i % 2 == 0 ? -60 : -40, i));
    }
    ck_assert(!bh_zone_add(&rule, &state, -80, 20));
    ck_assert(!bh_zone_add(&rule, &state, -80, 21));
    ck_assert(bh_zone_add(&rule, &state, -80, 22));
    ck_assert_int_eq(state.zone, BH_ZONE_FAR);
}
END_TEST

START_TEST(a_change_needs_to_last)
{
    const BhZoneRule rule = {-55, -70, 0, 1, 5000 * MS};
    BhZoneState state = {.zone = BH_ZONE_NEAR};

    ck_assert(!bh_zone_add(&rule, &state, -80, 0));
    ck_assert(!bh_zone_add(&rule, &state, -80, 4999 * MS));
    ck_assert(!bh_zone_add(&rule, &state, -60, 4999 * MS)); /* back: begins anew */
    ck_assert(!bh_zone_add(&rule, &state, -80, 5000 * MS));
    ck_assert(!bh_zone_add(&rule, &state, -80, 9999 * MS));
    ck_assert(bh_zone_add(&rule, &state, -80, 10000 * MS));
}
END_TEST

START_TEST(zones_have_names)
{
    for (guint i = 0; i < BH_N_ZONES; i++) {
        BhZone zone;

        ck_assert(bh_zone_from_string(bh_zone_to_string((BhZone)i), &zone));
        ck_assert_uint_eq(zone, i);
    }
    ck_assert(!bh_zone_from_string("nowhere", &(BhZone){0}));
}
END_TEST

/* Distance */

START_TEST(the_published_distance_is_met)
{
    double min_m, max_m;

    ck_assert_double_eq_tol(bh_distance_m(-67.8, -59, 2.5), 2.25, 0.005);
    ck_assert_double_eq_tol(bh_distance_m(-75.0, -59, 2.5), 4.4, 0.05);
    bh_distance_interval_m(-67.8, 6.0, -59, 2.5, &min_m, &max_m);
    ck_assert_double_eq_tol(min_m, 1.3, 0.05);
    ck_assert_double_eq_tol(max_m, 3.9, 0.05);
}
END_TEST

BH_TEST_MAIN("lib-signal",
             five_samples_average_as_published,
             alpha_one_is_the_signal_itself,
             one_sample_does_not_deviate_and_equal_ones_neither,
             the_deviation_is_that_of_the_samples,
             uneven_samples_weigh_as_their_time,
             window_and_response_follow_from_alpha,
             the_response_is_when_95_percent_of_a_step_are_gone,
             a_single_reading_far_off_does_not_move_the_median,
             of_an_even_number_the_median_is_between,
             every_window_forgets_what_left_it,
             the_sample_of_a_period_is_its_strongest_reading,
             a_border_belongs_to_the_farther_zone,
             hysteresis_keeps_a_zone_either_way,
             the_first_zone_needs_its_samples,
             a_change_needs_its_samples_in_a_row,
             a_change_needs_to_last,
             zones_have_names,
             the_published_distance_is_met)
