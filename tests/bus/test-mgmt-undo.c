/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is left in the kernel when blehubd ends, or is killed: commands refused or not answered at
 * the worst moment first, and that nothing of anybody else is touched.
 */
#include "bh-mgmt-scene.h"

#define EVERY "{'Report': <'all'>}"
#define DUTY "{'Report': <'all'>, 'Preset': <'balanced'>}"
#define FAILED 0x03
#define ALWAYS G_MAXUINT

static gboolean
has_monitors(BhMgmtScene *s, const char *handles)
{
    return g_str_equal(bh_kernel_peek_monitors(s->kernel), handles);
}

static gboolean
has_defaults(BhMgmtScene *s, const char *defaults)
{
    return g_str_equal(bh_kernel_peek_defaults(s->kernel), defaults);
}

/* The next start, without waiting for what it does. */
static void
start_again(BhMgmtScene *s)
{
    bh_kernel_clear_log(s->kernel);
    s->bus.mgmt_fd = bh_kernel_connect(s->kernel);
    bh_fixture_start_hub(&s->bus, NULL);
}

/* Until a monitor of it is there that it has not been told of. */
static void
start_adding(BhMgmtScene *s, const char *add)
{
    bh_kernel_hold(s->kernel, BH_MGMT_ADD_PATTERNS_MONITOR);
    start_again(s);
    BH_AWAIT(bh_kernel_was_told(s->kernel, add));
}

static void
stop_holding(BhMgmtScene *s)
{
    bh_kernel_disconnect(s->kernel);
    bh_kernel_hold(s->kernel, 0);
}

/* At the end */

START_TEST(a_kernel_that_is_busy_at_the_end_is_asked_again)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, DUTY);
    bh_kernel_refuse(s.kernel, BH_MGMT_REMOVE_MONITOR, BH_MGMT_STATUS_BUSY, 1);
    bh_fixture_stop_process(&s.bus.hub);
    ck_assert(has_monitors(&s, ""));
    ck_assert(has_defaults(&s, "18/18,96/48"));
    ck_assert(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(a_monitor_that_cannot_be_removed_at_the_end_goes_at_the_next_start)
{
    static const guint8 statuses[] = {BH_MGMT_STATUS_BUSY, FAILED};

    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_auto(BhMgmtScene) s = {0};
        bh_mgmt_scene_init_started(&s);
        g_autofree char *scan = bh_mgmt_scene_scan_running(&s, DUTY);
        bh_kernel_refuse(s.kernel, BH_MGMT_REMOVE_MONITOR, statuses[i], ALWAYS);
        bh_fixture_stop_process(&s.bus.hub);
        ck_assert(has_monitors(&s, "1"));
        ck_assert(has_defaults(&s, "18/18,96/48"));
        ck_assert(bh_mgmt_scene_remembers(&s, "Handles=1;"));
        bh_kernel_refuse(s.kernel, 0, 0, 0);
        start_again(&s);
        BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
        BH_POLL(bh_mgmt_scene_can(&s, "every-report"));
        BH_POLL(has_monitors(&s, "") && bh_mgmt_scene_remembers(&s, ""));
    }
}
END_TEST

START_TEST(scan_parameters_that_cannot_be_set_back_at_the_end_are_at_the_next_start)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, DUTY);
    bh_kernel_refuse(s.kernel, BH_MGMT_SET_DEFAULTS, BH_MGMT_STATUS_BUSY, ALWAYS);
    bh_fixture_stop_process(&s.bus.hub);
    ck_assert(has_monitors(&s, ""));
    ck_assert(has_defaults(&s, "96/48,96/48"));
    ck_assert(bh_mgmt_scene_remembers(&s, "Defaults=18;18;96;48;"));
    bh_kernel_refuse(s.kernel, 0, 0, 0);
    start_again(&s);
    BH_AWAIT(has_defaults(&s, "18/18,96/48"));
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(what_is_not_answered_at_the_end_stays_written_down)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_kernel_hold(s.kernel, BH_MGMT_REMOVE_MONITOR);
    bh_fixture_stop_process(&s.bus.hub);
    ck_assert(bh_mgmt_scene_remembers(&s, "Handles=1;"));
    stop_holding(&s);
    start_again(&s);
    BH_POLL(bh_mgmt_scene_can(&s, "every-report"));
    BH_POLL(has_monitors(&s, "") && bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(stopping_blehubd_leaves_the_kernel_as_it_was)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, DUTY);
    ck_assert(bh_mgmt_scene_remembers(&s, "Handles=1;"));
    ck_assert(bh_mgmt_scene_remembers(&s, "Defaults=18;18;96;48;"));
    bh_fixture_stop_process(&s.bus.hub);
    ck_assert(has_monitors(&s, ""));
    ck_assert(has_defaults(&s, "18/18,96/48"));
    ck_assert(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

/* While it runs */

START_TEST(a_monitor_that_the_kernel_fails_to_remove_is_not_forgotten)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_kernel_refuse(s.kernel, BH_MGMT_REMOVE_MONITOR, FAILED, 1);
    bh_mgmt_scene_release(&s, scan);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "0053:!03"));
    ck_assert(bh_mgmt_scene_remembers(&s, "Handles=1;"));
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

/* Then it is left for the next start, and all else goes on. */
START_TEST(a_monitor_that_cannot_be_removed_is_not_tried_for_ever)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_fixture_kill_process(&s.bus.hub);
    bh_kernel_refuse(s.kernel, BH_MGMT_REMOVE_MONITOR, FAILED, ALWAYS);
    start_again(&s);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:2"));
    ck_assert(bh_mgmt_scene_remembers(&s, "Handles=1;"));
}
END_TEST

START_TEST(a_monitor_answered_too_late_is_removed)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    start_adding(&s, "Add:1");
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY); /* without waiting for ever */
    ck_assert(has_monitors(&s, "1"));
    bh_kernel_hold(s.kernel, 0);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(bh_mgmt_scene_can(&s, "every-report"));
    BH_POLL(bh_puppet_count_calls(s.puppet, "StartDiscovery") == 2);
}
END_TEST

/* After a crash */

START_TEST(monitors_left_by_a_crash_go_at_the_next_start_and_nobody_elses)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 1); /* somebody else's */
    start_again(&s);
    g_autofree char *scan =
        bh_mgmt_scene_scan_running(&s, "{'Report': <'all'>, 'Preset': <'low-power'>}");
    ck_assert_str_eq(bh_kernel_peek_monitors(s.kernel), "1 2");
    ck_assert_str_eq(bh_kernel_peek_defaults(s.kernel), "480/48,480/48");
    bh_fixture_kill_process(&s.bus.hub);
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 3); /* somebody else's, too */

    start_again(&s);
    BH_POLL(bh_mgmt_scene_can(&s, "every-report"));
    BH_AWAIT(has_monitors(&s, "1 3"));
    ck_assert(has_defaults(&s, "18/18,96/48"));
    ck_assert(g_str_has_prefix(bh_kernel_peek_log(s.kernel),
                               "ReadVersion GetConnections Monitors Remove:2 "
                               "SetDefaults:18/18,96/48 Monitors Add:2"));
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(a_crash_is_cleaned_up_although_monitors_cannot_be_listed)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_fixture_kill_process(&s.bus.hub);
    bh_kernel_refuse(s.kernel, BH_MGMT_READ_MONITOR_FEATURES, FAILED, 1);
    start_again(&s);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(a_monitor_that_a_killed_blehubd_was_never_told_of_goes_at_the_next_start)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 1);
    start_adding(&s, "Add:2");
    ck_assert(bh_mgmt_scene_remembers(&s, "Adding="));
    bh_fixture_kill_process(&s.bus.hub);
    stop_holding(&s);
    start_again(&s);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:2"));
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "ReadVersion GetConnections Monitors Remove:2 Monitors Add:2");
    BH_POLL(has_monitors(&s, "1") && bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(a_monitor_that_a_stopped_blehubd_was_never_told_of_goes_at_the_next_start)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    start_adding(&s, "Add:1");
    bh_fixture_stop_process(&s.bus.hub);
    ck_assert(bh_mgmt_scene_remembers(&s, "Adding="));
    stop_holding(&s);
    start_again(&s);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(bh_mgmt_scene_can(&s, "every-report"));
    BH_POLL(has_monitors(&s, "") && bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

/* There are two that were not there before: which one is whose cannot be told. */
START_TEST(a_monitor_that_may_be_somebody_elses_stays)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    start_adding(&s, "Add:1");
    bh_fixture_kill_process(&s.bus.hub);
    stop_holding(&s);
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 2);
    start_again(&s);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:3"));
    BH_POLL(has_monitors(&s, "1 2") && bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

/* Ours would have had the first handle. */
START_TEST(a_monitor_with_another_handle_than_ours_would_have_stays)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    start_adding(&s, "Add:1");
    bh_fixture_kill_process(&s.bus.hub);
    stop_holding(&s);
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 2);
    bh_kernel_drop_monitor(s.kernel, 1);
    start_again(&s);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(has_monitors(&s, "2") && bh_mgmt_scene_remembers(&s, ""));
    ck_assert(!bh_kernel_was_told(s.kernel, "Remove:2"));
}
END_TEST

START_TEST(what_another_boot_left_written_down_is_not_touched)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 1);
    g_autofree char *path =
        bh_fixture_write_file(&s.bus,
                              "monitors",
                              "[kernel]\nBoot=0123456789abcdef0123456789abcdef\n"
                              "[" BH_PUPPET_ADDRESS "]\nInstance=0\nHandles=1;\n");
    start_again(&s);
    BH_POLL(bh_kernel_was_told(s.kernel, "Remove:2"));
    ck_assert(has_monitors(&s, "1"));
}
END_TEST

BH_TEST_MAIN("mgmt-undo",
             a_kernel_that_is_busy_at_the_end_is_asked_again,
             a_monitor_that_cannot_be_removed_at_the_end_goes_at_the_next_start,
             scan_parameters_that_cannot_be_set_back_at_the_end_are_at_the_next_start,
             what_is_not_answered_at_the_end_stays_written_down,
             stopping_blehubd_leaves_the_kernel_as_it_was,
             a_monitor_that_the_kernel_fails_to_remove_is_not_forgotten,
             a_monitor_that_cannot_be_removed_is_not_tried_for_ever,
             a_monitor_answered_too_late_is_removed,
             monitors_left_by_a_crash_go_at_the_next_start_and_nobody_elses,
             a_crash_is_cleaned_up_although_monitors_cannot_be_listed,
             a_monitor_that_a_killed_blehubd_was_never_told_of_goes_at_the_next_start,
             a_monitor_that_a_stopped_blehubd_was_never_told_of_goes_at_the_next_start,
             a_monitor_that_may_be_somebody_elses_stays,
             a_monitor_with_another_handle_than_ours_would_have_stays,
             what_another_boot_left_written_down_is_not_touched)
