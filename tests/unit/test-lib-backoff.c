/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Delays grow, are bounded, and begin anew.
 */
#include "bh-backoff.h"
#include "test-main.h"

static const BhBackoffPolicy policy = {.initial_ms = 5000, .max_ms = 60000, .stable_ms = 1000};

START_TEST(delays_double_up_to_the_bound)
{
    static const gint64 expected[] = {5000, 10000, 20000, 40000, 60000, 60000};
    BhBackoff backoff = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
        ck_assert_int_eq(bh_backoff_fail(&backoff, &policy, 0), expected[i]);
}
END_TEST

START_TEST(chance_adds_a_tenth_at_most_and_does_not_add_up)
{
    BhBackoff backoff = {0};

    ck_assert_int_eq(bh_backoff_fail(&backoff, &policy, 0.5), 5250);
    ck_assert_int_eq(bh_backoff_fail(&backoff, &policy, 1), 11000);
    ck_assert_int_eq(bh_backoff_fail(&backoff, &policy, 0), 20000);
}
END_TEST

START_TEST(bound_below_the_first_delay_is_that_delay)
{
    const BhBackoffPolicy odd = {.initial_ms = 5000, .max_ms = 100};
    BhBackoff backoff = {0};

    ck_assert_int_eq(bh_backoff_fail(&backoff, &odd, 0), 5000);
    ck_assert_int_eq(bh_backoff_fail(&backoff, &odd, 0), 5000);
}
END_TEST

START_TEST(only_what_lasted_long_enough_begins_anew)
{
    BhBackoff backoff = {0};

    bh_backoff_fail(&backoff, &policy, 0);
    bh_backoff_succeed(&backoff, &policy, 999);
    ck_assert_int_eq(bh_backoff_fail(&backoff, &policy, 0), 10000);
    bh_backoff_succeed(&backoff, &policy, 1000);
    ck_assert_int_eq(bh_backoff_fail(&backoff, &policy, 0), 5000);
}
END_TEST

BH_TEST_MAIN("lib-backoff",
             delays_double_up_to_the_bound,
             chance_adds_a_tenth_at_most_and_does_not_add_up,
             bound_below_the_first_delay_is_that_delay,
             only_what_lasted_long_enough_begins_anew)
