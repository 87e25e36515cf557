/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is asked of the kernel for scans: refusals first, then monitors before discoveries, passive
 * scans, duty cycles, and what takes their place without a socket.
 */
#include "bh-mgmt-scene.h"

#define EVERY "{'Report': <'all'>}"
#define PASSIVE "{'Active': <false>}"
#define SOMEONE "C0:00:00:00:00:01"

static guint
count(BhMgmtScene *s, const char *method)
{
    return bh_puppet_count_calls(s->puppet, method);
}

static gboolean
has_duty(BhMgmtScene *s, const char *duty)
{
    g_autofree char *now = bh_mgmt_scene_dup_duty(s);

    return g_str_equal(now, duty);
}

static gboolean
has_state(BhMgmtScene *s, const char *state)
{
    g_autofree char *now = bh_mgmt_scene_dup_adapter_state(s);

    return g_str_equal(now, state);
}

/* Without a socket, or a kernel that is willing */

START_TEST(without_a_socket_a_discovery_is_started_anew_again_and_again)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    g_autofree char *config =
        bh_fixture_write_file(&s.bus, "blehub.conf", "[scan]\nRefreshMs=500\n");
    g_autofree char *option = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&s.bus, option, NULL);
    g_autofree char *plain = bh_mgmt_scene_scan_running(&s, "{}");
    ck_assert(!bh_mgmt_scene_can(&s, "every-report"));
    g_autofree char *every = bh_mgmt_scene_scan(&s, EVERY);
    BH_AWAIT(count(&s, "StartDiscovery") >= 3);
    ck_assert_uint_ge(count(&s, "StopDiscovery"), 2);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "DiscoveryStarts"), 1);
    BH_POLL(bh_mgmt_scene_get_counter(&s, "DiscoveryRefreshes") >= 2);
    ck_assert(has_state(&s, "scanning"));
    bh_mgmt_scene_release(&s, every);
    bh_mgmt_scene_release(&s, plain);
    BH_POLL(has_state(&s, "idle"));
}
END_TEST

START_TEST(what_needs_the_socket_is_not_supported_without_and_says_why)
{
    static const struct {
        const char *options, *error;
    } cases[] = {
        {PASSIVE,
         "NotSupported: Active: a passive scan needs the management socket: blehubd was started "
         "without one"},
        {"{'Preset': <'balanced'>}",
         "NotSupported: Preset: a duty cycle needs the management socket: blehubd was started "
         "without one"},
        {"{'IntervalUs': <30000>}",
         "NotSupported: IntervalUs: a duty cycle needs the management socket: blehubd was started "
         "without one"},
    };
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    bh_fixture_start_hub(&s.bus, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *error = bh_mgmt_scene_dup_scan_error(&s, cases[i].options);
        ck_assert_str_eq(error, cases[i].error);
    }
}
END_TEST

START_TEST(a_kernel_that_refuses_monitors_makes_discoveries_be_refreshed)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    bh_kernel_refuse(s.kernel, BH_MGMT_ADD_PATTERNS_MONITOR, 0x0d, 1);
    s.bus.mgmt_fd = bh_kernel_connect(s.kernel);
    g_autofree char *config =
        bh_fixture_write_file(&s.bus, "blehub.conf", "[scan]\nRefreshMs=500\n");
    g_autofree char *option = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&s.bus, option, NULL);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    BH_AWAIT(count(&s, "StartDiscovery") >= 2);
    ck_assert(!bh_mgmt_scene_can(&s, "every-report"));
    ck_assert(bh_mgmt_scene_can(&s, "raw-data"));
    g_autofree char *error = bh_mgmt_scene_dup_scan_error(&s, PASSIVE);
    ck_assert_str_eq(error,
                     "NotSupported: Active: a passive scan needs the management socket: the kernel "
                     "or a controller refuses it");
}
END_TEST

START_TEST(a_kernel_that_is_busy_is_asked_again)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    bh_kernel_refuse(s.kernel, BH_MGMT_ADD_PATTERNS_MONITOR, BH_MGMT_STATUS_BUSY, 2);
    bh_mgmt_scene_start(&s);
    ck_assert_str_eq(
        bh_kernel_peek_log(s.kernel),
        "ReadVersion GetConnections Monitors 0052:!0a Monitors 0052:!0a Monitors Add:1 Remove:1");
}
END_TEST

/* Every report */

START_TEST(a_monitor_is_there_before_the_discovery_starts)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    bh_kernel_hold(s.kernel, BH_MGMT_ADD_PATTERNS_MONITOR);
    g_autofree char *scan = bh_mgmt_scene_scan(&s, EVERY);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:1"));
    bh_fixture_settle();
    ck_assert_uint_eq(count(&s, "StartDiscovery"), 0);
    bh_kernel_hold(s.kernel, 0);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "ReadDefaults SetDefaults:18/18,18/18 Monitors Add:1");
}
END_TEST

START_TEST(a_discovery_that_runs_is_started_anew_after_the_monitor)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *plain = bh_mgmt_scene_scan_running(&s, "{}");
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel), "");
    bh_puppet_clear_calls(s.puppet);
    g_autofree char *every = bh_mgmt_scene_scan(&s, EVERY);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    ck_assert_uint_eq(count(&s, "StopDiscovery"), 1);
    ck_assert_str_eq(bh_kernel_peek_monitors(s.kernel), "1");
    BH_POLL(bh_mgmt_scene_get_counter(&s, "DiscoveryRefreshes") == 1);
}
END_TEST

START_TEST(the_monitor_goes_with_the_last_scan)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *one = bh_mgmt_scene_scan_running(&s, EVERY);
    g_autofree char *two = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_mgmt_scene_release(&s, one);
    ck_assert_str_eq(bh_kernel_peek_monitors(s.kernel), "1");
    bh_mgmt_scene_release(&s, two);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_AWAIT(bh_kernel_was_told(s.kernel, "SetDefaults:18/18,96/48"));
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(a_monitor_that_somebody_removes_comes_back)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_kernel_clear_log(s.kernel);
    bh_kernel_drop_monitor(s.kernel, 1);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:1"));
    BH_AWAIT(count(&s, "StartDiscovery") == 2);
}
END_TEST

START_TEST(a_monitor_taken_away_again_and_again_comes_back_ever_later)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    gint64 begin_us = g_get_monotonic_time();
    for (guint i = 0; i < 2; i++) {
        bh_kernel_clear_log(s.kernel);
        bh_kernel_drop_monitor(s.kernel, 1);
        BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:1"));
    }
    ck_assert_int_ge(g_get_monotonic_time() - begin_us, (250 + 500) * 1000); /* the back-off's */
}
END_TEST

START_TEST(a_controller_plugged_in_anew_gets_its_monitor_again)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_kernel_clear_log(s.kernel);
    bh_kernel_unplug(s.kernel);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_POLL(!bh_mgmt_scene_can(&s, "scan"));
    ck_assert_uint_eq(bh_kernel_add_monitor(s.kernel), 1); /* somebody was quicker */
    bh_puppet_plug(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:2"));
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "Monitors ReadDefaults SetDefaults:18/18,18/18 Monitors Add:2");
}
END_TEST

/* As each one known does. */
START_TEST(a_bluetoothd_that_removes_all_monitors_when_it_starts_gets_ours_again)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, PASSIVE);
    bh_puppet_free(s.puppet);
    BH_POLL(!bh_mgmt_scene_can(&s, "scan"));
    bh_kernel_clear_log(s.kernel);
    bh_kernel_drop_monitor(s.kernel, 0);
    s.puppet = bh_puppet_new(s.bus.address);
    bh_puppet_add_adapter(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:1"));
    ck_assert(!bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(bh_mgmt_scene_can(&s, "scan"));
}
END_TEST

START_TEST(a_bluetoothd_that_restarts_finds_the_monitor_where_it_was)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, EVERY);
    bh_kernel_clear_log(s.kernel);
    bh_puppet_free(s.puppet);
    BH_POLL(!bh_mgmt_scene_can(&s, "scan"));
    s.puppet = bh_puppet_new(s.bus.address);
    bh_puppet_add_adapter(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel), "SetDefaults:18/18,18/18");
    ck_assert_str_eq(bh_kernel_peek_monitors(s.kernel), "1");
}
END_TEST

/* Passive scans */

START_TEST(a_passive_scan_that_loses_the_socket_becomes_an_active_one)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, PASSIVE);
    BH_POLL(has_state(&s, "scanning"));
    bh_kernel_disconnect(s.kernel);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    BH_POLL(has_state(&s, "scanning"));
    BH_POLL(bh_mgmt_scene_listens(&s));
    bh_mgmt_scene_release(&s, scan);
    BH_AWAIT(count(&s, "StopDiscovery") == 1);
}
END_TEST

START_TEST(a_passive_scan_without_its_monitor_becomes_an_active_one)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, PASSIVE);
    BH_POLL(has_state(&s, "scanning"));
    bh_kernel_refuse(s.kernel, BH_MGMT_ADD_PATTERNS_MONITOR, 0x0d, 1);
    bh_kernel_drop_monitor(s.kernel, 1);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    BH_POLL(has_state(&s, "scanning"));
    bh_kernel_found(s.kernel, SOMEONE, BH_ADDRESS_RANDOM, -60, 0, "020106");
    BH_POLL(bh_mgmt_scene_get_seen(&s, scan) == 1);
}
END_TEST

START_TEST(a_passive_scan_needs_a_monitor_and_no_discovery)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, PASSIVE);
    BH_POLL(has_state(&s, "scanning"));
    ck_assert_str_eq(bh_kernel_peek_monitors(s.kernel), "1");
    ck_assert_uint_eq(count(&s, "StartDiscovery"), 0);
    bh_kernel_found_by_monitor(s.kernel, 0, SOMEONE, "020106");
    BH_POLL(bh_mgmt_scene_get_seen(&s, scan) == 1);
    bh_mgmt_scene_release(&s, scan);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Remove:1"));
    BH_POLL(has_state(&s, "idle"));
}
END_TEST

START_TEST(an_active_scan_makes_the_adapter_scan_actively_for_all)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *passive = bh_mgmt_scene_scan_running(&s, PASSIVE);
    g_autofree char *active = bh_mgmt_scene_scan(&s, "{}");
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    bh_kernel_found(s.kernel, SOMEONE, BH_ADDRESS_RANDOM, -60, 0, "020106");
    BH_POLL(bh_mgmt_scene_get_seen(&s, passive) == 1);
    ck_assert_uint_eq(bh_mgmt_scene_get_seen(&s, active), 1);
}
END_TEST

/* Duty cycles */

START_TEST(the_strictest_duty_cycle_wins_and_shows)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    ck_assert(has_duty(&s, "0/0"));
    g_autofree char *low = bh_mgmt_scene_scan_running(&s, "{'Preset': <'low-power'>}");
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel), "ReadDefaults SetDefaults:480/48,480/48");
    BH_POLL(has_duty(&s, "300000/30000"));
    g_autofree char *own =
        bh_mgmt_scene_scan_running(&s, "{'IntervalUs': <100000>, 'WindowUs': <50100>}");
    BH_POLL(has_duty(&s, "100000/50000"));
    ck_assert_str_eq(bh_kernel_peek_defaults(s.kernel), "160/80,160/80");
    BH_AWAIT(count(&s, "StartDiscovery") == 2);
    g_autofree char *full = bh_mgmt_scene_scan_running(&s, "{'Preset': <'low-latency'>}");
    BH_POLL(has_duty(&s, "30000/30000"));
    BH_AWAIT(count(&s, "StartDiscovery") == 3);
    g_autofree char *any = bh_mgmt_scene_scan_running(&s, "{}");
    ck_assert(has_duty(&s, "30000/30000"));
    bh_mgmt_scene_release(&s, low);
    bh_mgmt_scene_release(&s, own);
    bh_mgmt_scene_release(&s, full);
    bh_mgmt_scene_release(&s, any);
    BH_POLL(has_duty(&s, "0/0"));
    BH_AWAIT(g_str_equal(bh_kernel_peek_defaults(s.kernel), "18/18,96/48"));
}
END_TEST

START_TEST(one_scan_that_does_not_say_gets_the_controllers_own_duty_cycle)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *low = bh_mgmt_scene_scan_running(&s, "{'Preset': <'low-power'>}");
    BH_POLL(has_duty(&s, "300000/30000"));
    g_autofree char *any = bh_mgmt_scene_scan_running(&s, "{}");
    BH_POLL(has_duty(&s, "0/0"));
    ck_assert_str_eq(bh_kernel_peek_defaults(s.kernel), "18/18,96/48");
}
END_TEST

START_TEST(a_passive_scan_gets_another_duty_cycle_by_a_new_monitor)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *low =
        bh_mgmt_scene_scan_running(&s, "{'Active': <false>, 'Preset': <'low-power'>}");
    bh_kernel_clear_log(s.kernel);
    g_autofree char *high =
        bh_mgmt_scene_scan_running(&s, "{'Active': <false>, 'Preset': <'balanced'>}");
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Add:1"));
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "SetDefaults:96/48,96/48 Remove:1 Monitors Add:1");
}
END_TEST

START_TEST(impossible_duty_cycles_are_refused)
{
    static const struct {
        const char *options, *error;
    } cases[] = {
        {"{'WindowUs': <30000>}", "InvalidArguments: WindowUs: only together with IntervalUs"},
        {"{'IntervalUs': <30000>, 'WindowUs': <30001>}",
         "InvalidArguments: WindowUs: longer than IntervalUs"},
        {"{'IntervalUs': <30000>, 'Preset': <'balanced'>}",
         "InvalidArguments: Preset: not together with IntervalUs or WindowUs"},
        {"{'IntervalUs': <2499>}", "InvalidArguments: IntervalUs: "},
        {"{'IntervalUs': <10240001>}", "InvalidArguments: IntervalUs: "},
        {"{'Preset': <'fast'>}", "InvalidArguments: Preset: "},
    };
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *error = bh_mgmt_scene_dup_scan_error(&s, cases[i].options);
        ck_assert_msg(g_str_has_prefix(error, cases[i].error), "%s", error);
    }
}
END_TEST

BH_TEST_MAIN("mgmt-scan",
             without_a_socket_a_discovery_is_started_anew_again_and_again,
             what_needs_the_socket_is_not_supported_without_and_says_why,
             a_kernel_that_refuses_monitors_makes_discoveries_be_refreshed,
             a_kernel_that_is_busy_is_asked_again,
             a_monitor_is_there_before_the_discovery_starts,
             a_discovery_that_runs_is_started_anew_after_the_monitor,
             the_monitor_goes_with_the_last_scan,
             a_monitor_that_somebody_removes_comes_back,
             a_monitor_taken_away_again_and_again_comes_back_ever_later,
             a_controller_plugged_in_anew_gets_its_monitor_again,
             a_bluetoothd_that_removes_all_monitors_when_it_starts_gets_ours_again,
             a_bluetoothd_that_restarts_finds_the_monitor_where_it_was,
             a_passive_scan_that_loses_the_socket_becomes_an_active_one,
             a_passive_scan_without_its_monitor_becomes_an_active_one,
             a_passive_scan_needs_a_monitor_and_no_discovery,
             an_active_scan_makes_the_adapter_scan_actively_for_all,
             the_strictest_duty_cycle_wins_and_shows,
             one_scan_that_does_not_say_gets_the_controllers_own_duty_cycle,
             a_passive_scan_gets_another_duty_cycle_by_a_new_monitor,
             impossible_duty_cycles_are_refused)
