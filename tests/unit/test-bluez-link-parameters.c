/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a client asks of a link in the kernel's units: always something the kernel takes, since it
 * refuses without a word.
 */
#include "bh-bluez-parameters.h"
#include "test-main.h"

static void
check(BhLinkParameters wanted, guint min, guint max, guint latency, guint timeout)
{
    BhMgmtConnectionParameters kernel = bh_bluez_parameters_to_kernel(&wanted);

    ck_assert_uint_eq(kernel.min_interval, min);
    ck_assert_uint_eq(kernel.max_interval, max);
    ck_assert_uint_eq(kernel.latency, latency);
    ck_assert_uint_eq(kernel.timeout, timeout);
}

/* As the kernel checks them before it takes them. */
static void
check_valid(BhLinkParameters wanted)
{
    BhMgmtConnectionParameters kernel = bh_bluez_parameters_to_kernel(&wanted);

    ck_assert_uint_le(kernel.min_interval, kernel.max_interval);
    ck_assert_uint_ge(kernel.min_interval, 6);
    ck_assert_uint_le(kernel.max_interval, 3200);
    ck_assert_uint_ge(kernel.timeout, 10);
    ck_assert_uint_le(kernel.timeout, 3200);
    ck_assert_uint_lt(kernel.max_interval, kernel.timeout * 8u);
    ck_assert_uint_le(kernel.latency, 499);
    ck_assert_uint_le(kernel.latency, kernel.timeout * 4u / kernel.max_interval - 1);
}

START_TEST(whatever_is_wanted_can_be_had)
{
    static const guint32 intervals[] = {0, 1, 7500, 11250, 50000, 1000000, 4000000, G_MAXUINT32};
    static const guint32 timeouts[] = {0, 1, 100, 420, 10000, 32000, G_MAXUINT32};
    static const guint16 latencies[] = {0, 1, 30, 499, G_MAXUINT16};

    for (gsize i = 0; i < G_N_ELEMENTS(intervals); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(intervals); j++)
            for (gsize k = 0; k < G_N_ELEMENTS(timeouts); k++)
                for (gsize l = 0; l < G_N_ELEMENTS(latencies); l++)
                    check_valid((BhLinkParameters){.min_interval_us = intervals[i],
                                                   .max_interval_us = intervals[j],
                                                   .has_latency = l > 0,
                                                   .latency = latencies[l],
                                                   .supervision_ms = timeouts[k]});
}
END_TEST

START_TEST(what_is_left_open_is_as_linux_has_it)
{
    check((BhLinkParameters){0}, 24, 40, 0, 42);
    check((BhLinkParameters){.min_interval_us = 100000}, 80, 80, 0, 42);
    check((BhLinkParameters){.max_interval_us = 7500}, 6, 6, 0, 42);
}
END_TEST

START_TEST(what_is_given_is_kept)
{
    check((BhLinkParameters){.min_interval_us = 7500,
                             .max_interval_us = 15000,
                             .has_latency = TRUE,
                             .latency = 4,
                             .supervision_ms = 5000},
          6,
          12,
          4,
          500);
}
END_TEST

START_TEST(a_timeout_outlasts_the_events_that_may_be_skipped)
{
    check((BhLinkParameters){.max_interval_us = 1000000, .has_latency = TRUE, .latency = 4},
          24,
          800,
          4,
          1001);
}
END_TEST

BH_TEST_MAIN("bluez-link-parameters",
             whatever_is_wanted_can_be_had,
             what_is_left_open_is_as_linux_has_it,
             what_is_given_is_kept,
             a_timeout_outlasts_the_events_that_may_be_skipped)
