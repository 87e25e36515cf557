/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The ladder on a clock of its own: each test plays hours of silence in a loop and compares the
 * whole diary of actions ("90R" = discovery restarted at 90 s, "P" = power-cycled).
 */
#include "bh-recovery.h"
#include "test-main.h"

#define SECOND G_GINT64_CONSTANT(1000000)

static const BhRecoveryPolicy policy = {
    .silent_us = BH_RECOVERY_SILENT_MS * 1000LL,
    .power_cycle_min_us = BH_RECOVERY_POWER_CYCLE_MIN_MS * 1000LL,
    .power_cycle_max_us = BH_RECOVERY_POWER_CYCLE_MAX_MS * 1000LL,
};

/* Asks whenever it was told to, until a time; returns the diary. */
static char *
play(BhRecovery *recovery, gboolean may_power_cycle, gint64 from_s, gint64 until_s)
{
    GString *diary = g_string_new(NULL);
    gint64 now_us = from_s * SECOND;
    while (now_us <= until_s * SECOND) {
        gint64 next_us = 0;
        BhRecoveryAction action =
            bh_recovery_check(recovery, &policy, may_power_cycle, now_us, &next_us);
        if (action != BH_RECOVERY_NONE)
            g_string_append_printf(diary,
                                   "%d%c ",
                                   (int)(now_us / SECOND),
                                   action == BH_RECOVERY_POWER_CYCLE ? 'P' : 'R');
        ck_assert_int_gt(next_us, now_us);
        now_us = next_us;
    }
    return g_string_free(diary, FALSE);
}

START_TEST(never_heard_adapter_is_restarted_but_never_power_cycled)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 1000 * SECOND);

    g_autofree char *diary = play(&recovery, TRUE, 1000, 15000);
    ck_assert_str_eq(diary, "1090R 1180R 1360R 1720R 2440R 3880R 6760R 10360R 13960R ");
    ck_assert_uint_eq(recovery.rung, 1);
}
END_TEST

START_TEST(adapter_with_a_link_is_restarted_but_never_power_cycled)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);

    g_autofree char *diary = play(&recovery, FALSE, 10, 2000);
    ck_assert_str_eq(diary, "100R 190R 370R 730R 1450R ");
}
END_TEST

START_TEST(silent_adapter_climbs_and_backs_off_to_the_longest)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);

    g_autofree char *diary = play(&recovery, TRUE, 10, 17000);
    ck_assert_str_eq(diary,
                     "100R 190P "
                     "280R 460R 550P " /* not before 300 s, and a restart has its 90 s first */
                     "640R 820R 1150P "
                     "1240R 1420R 1780R 2350P "
                     "2440R 2620R 2980R 3700R 4750P "
                     "4840R 5020R 5380R 6100R 7540R 8350P "
                     "8440R 8620R 8980R 9700R 11140R 11950P "
                     "12040R 12220R 12580R 13300R 14740R 15550P "
                     "15640R 15820R 16180R 16900R ");
    ck_assert_uint_eq(recovery.rung, 2);
}
END_TEST

START_TEST(nothing_is_done_while_reports_come)
{
    BhRecovery recovery = {0};
    gint64 next_us;
    bh_recovery_start(&recovery, 0);

    for (gint64 now_us = SECOND; now_us < 3600 * SECOND; now_us += 89 * SECOND) {
        bh_recovery_heard(&recovery, now_us);
        ck_assert_int_eq(
            bh_recovery_check(&recovery, &policy, TRUE, now_us + 88 * SECOND, &next_us),
            BH_RECOVERY_NONE);
        ck_assert_int_eq(next_us, now_us + 90 * SECOND);
        ck_assert_uint_eq(recovery.rung, 0);
    }
}
END_TEST

START_TEST(asking_early_or_twice_changes_nothing)
{
    BhRecovery recovery = {0};
    gint64 next_us;
    bh_recovery_start(&recovery, 0);

    ck_assert_int_eq(bh_recovery_check(&recovery, &policy, TRUE, 89 * SECOND, &next_us),
                     BH_RECOVERY_NONE);
    ck_assert_int_eq(next_us, 90 * SECOND);
    ck_assert_int_eq(bh_recovery_check(&recovery, &policy, TRUE, 95 * SECOND, &next_us),
                     BH_RECOVERY_RESTART_DISCOVERY);
    ck_assert_int_eq(next_us, 185 * SECOND);
    ck_assert_int_eq(bh_recovery_check(&recovery, &policy, TRUE, 95 * SECOND, &next_us),
                     BH_RECOVERY_NONE);
    ck_assert_int_eq(next_us, 185 * SECOND);
}
END_TEST

START_TEST(a_report_brings_back_the_first_rung)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);
    g_autofree char *silent = play(&recovery, TRUE, 10, 280);
    ck_assert_str_eq(silent, "100R 190P 280R ");

    bh_recovery_heard(&recovery, 300 * SECOND);
    ck_assert_uint_eq(recovery.rung, 0);
    g_autofree char *diary = play(&recovery, TRUE, 300, 600);
    ck_assert_str_eq(diary, "390R 480R 570P "); /* 300 s after the first power-cycle */
}
END_TEST

START_TEST(short_hearing_keeps_the_back_off)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);
    g_autofree char *silent = play(&recovery, TRUE, 10, 550);
    ck_assert_str_eq(silent, "100R 190P 280R 460R 550P ");

    bh_recovery_heard(&recovery, 570 * SECOND);
    bh_recovery_heard(&recovery, 650 * SECOND);
    g_autofree char *diary = play(&recovery, TRUE, 650, 1200);
    ck_assert_str_eq(diary, "740R 830R 1010R 1150P "); /* 600 s after the second */
}
END_TEST

START_TEST(long_hearing_resets_the_back_off)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);
    g_autofree char *silent = play(&recovery, TRUE, 10, 550);
    ck_assert_str_eq(silent, "100R 190P 280R 460R 550P ");

    bh_recovery_heard(&recovery, 570 * SECOND);
    bh_recovery_heard(&recovery, 660 * SECOND);
    g_autofree char *diary = play(&recovery, TRUE, 660, 1200);
    ck_assert_str_eq(diary, "750R 840P 930R 1110R 1200P "); /* at once, then after 300 s */
}
END_TEST

START_TEST(a_new_start_counts_silence_anew_and_keeps_the_back_off)
{
    BhRecovery recovery = {0};
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);
    g_autofree char *silent = play(&recovery, TRUE, 10, 200);
    ck_assert_str_eq(silent, "100R 190P ");

    bh_recovery_start(&recovery, 250 * SECOND);
    ck_assert_uint_eq(recovery.rung, 0);
    g_autofree char *diary = play(&recovery, TRUE, 250, 600);
    ck_assert_str_eq(diary, "340R 430R 520P ");
}
END_TEST

START_TEST(power_cycle_waits_for_the_last_link_to_go)
{
    BhRecovery recovery = {0};
    gint64 next_us;
    bh_recovery_start(&recovery, 0);
    bh_recovery_heard(&recovery, 10 * SECOND);
    g_autofree char *diary = play(&recovery, FALSE, 10, 800);
    ck_assert_str_eq(diary, "100R 190R 370R 730R ");

    ck_assert_int_eq(bh_recovery_check(&recovery, &policy, TRUE, 800 * SECOND, &next_us),
                     BH_RECOVERY_NONE);
    ck_assert_int_eq(next_us, 820 * SECOND); /* the restart at 730 s has its chance first */
    ck_assert_int_eq(bh_recovery_check(&recovery, &policy, TRUE, next_us, &next_us),
                     BH_RECOVERY_POWER_CYCLE);
}
END_TEST

BH_TEST_MAIN("lib-recovery",
             never_heard_adapter_is_restarted_but_never_power_cycled,
             adapter_with_a_link_is_restarted_but_never_power_cycled,
             silent_adapter_climbs_and_backs_off_to_the_longest,
             nothing_is_done_while_reports_come,
             asking_early_or_twice_changes_nothing,
             a_report_brings_back_the_first_rung,
             short_hearing_keeps_the_back_off,
             long_hearing_resets_the_back_off,
             a_new_start_counts_silence_anew_and_keeps_the_back_off,
             power_cycle_waits_for_the_last_link_to_go)
