/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * When a stream is read next.
 */
#include "bh-drain-pace.h"
#include "test-main.h"

/* One drain at a time with so many bulk messages. */
static void
drain(BhDrainPace *pace, gint64 at_us, guint bulk)
{
    bh_drain_pace_begin(pace);
    pace->monotonic_us = at_us;
    pace->bulk = bulk;
    bh_drain_pace_end(pace, FALSE);
}

START_TEST(a_quiet_stream_is_read_at_once)
{
    BhDrainPace pace;

    bh_drain_pace_init(&pace, 4);
    drain(&pace, 10000, 1);
    ck_assert_int_eq(pace.hold_until_us, 0);
    drain(&pace, 20000, 1);
    ck_assert_int_eq(pace.hold_until_us, 0);
    drain(&pace, 20100, 0);
    ck_assert_int_eq(pace.hold_until_us, 0);
}
END_TEST

START_TEST(two_messages_within_the_batching_time_make_it_wait)
{
    BhDrainPace pace;

    bh_drain_pace_init(&pace, 4);
    drain(&pace, 10000, 1);
    drain(&pace, 13999, 1);
    ck_assert_int_eq(pace.hold_until_us, 17999);
    drain(&pace, 17999, 5);
    ck_assert_int_eq(pace.hold_until_us, 21999);
    drain(&pace, 21999, 1);
    ck_assert_int_eq(pace.hold_until_us, 0);
}
END_TEST

START_TEST(what_is_there_already_is_not_waited_for)
{
    BhDrainPace pace;

    bh_drain_pace_init(&pace, 4);
    bh_drain_pace_begin(&pace);
    pace.bulk = 500;
    bh_drain_pace_end(&pace, TRUE);
    ck_assert_int_eq(pace.hold_until_us, 0);
}
END_TEST

START_TEST(somebody_impatient_ends_the_wait_under_way)
{
    BhDrainPace pace;

    bh_drain_pace_init(&pace, 10);
    drain(&pace, 10000, 5);
    ck_assert_int_eq(pace.hold_until_us, 20000);
    bh_drain_pace_set_batch(&pace, 2);
    ck_assert_int_eq(pace.hold_until_us, 12000);
    bh_drain_pace_set_batch(&pace, 10);
    ck_assert_int_eq(pace.hold_until_us, 12000);
    drain(&pace, 12000, 5);
    ck_assert_int_eq(pace.hold_until_us, 22000);
}
END_TEST

START_TEST(the_wait_is_never_long)
{
    BhDrainPace pace;

    bh_drain_pace_init(&pace, 10000);
    ck_assert_int_eq(pace.batch_us, BH_DRAIN_BATCH_MAX_MS * 1000);
    ck_assert_int_eq(bh_drain_pace_left_ms(0), 0);
    ck_assert_int_eq(bh_drain_pace_left_ms(BH_DRAIN_FOR_EVER), -1);
    ck_assert_int_eq(bh_drain_pace_left_ms(BH_DRAIN_FOR_EVER - 1), G_MAXINT);
}
END_TEST

BH_TEST_MAIN("bluez-drain-pace",
             a_quiet_stream_is_read_at_once,
             two_messages_within_the_batching_time_make_it_wait,
             what_is_there_already_is_not_waited_for,
             somebody_impatient_ends_the_wait_under_way,
             the_wait_is_never_long)
