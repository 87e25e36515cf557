/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A wanted scan runs, whatever BlueZ answers; and no call is made that is not needed.
 */
#include "bh-scene.h"

#define FILTER "SetDiscoveryFilter:Transport=le,DuplicateData"
#define START FILTER " StartDiscovery"
#define IN_PROGRESS "org.bluez.Error.InProgress"

static guint
count(BhScene *s, const char *method)
{
    return bh_puppet_count_calls(s->puppet, method);
}

static BhRadioCounters
get_counters(BhScene *s)
{
    BhRadioCounters counters;

    bh_radio_get_counters(BH_RADIO(s->radio.bluez), &counters);
    return counters;
}

/* Failures */

START_TEST(a_start_that_fails_is_tried_again_and_says_why)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_fail(s.puppet, "StartDiscovery", "org.bluez.Error.Failed", 3);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(s.radio.adapters[0].error != NULL);
    ck_assert_str_eq(s.radio.adapters[0].error, "Failed: as told");
    ck_assert_int_eq(s.radio.adapters[0].scan, BH_RADIO_SCAN_STARTING);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_ptr_null(s.radio.adapters[0].error);
    ck_assert_uint_eq(count(&s, "StartDiscovery"), 4);
    ck_assert_uint_eq(get_counters(&s).discovery_failures, 3);
    ck_assert_uint_eq(get_counters(&s).discovery_starts, 1);
}
END_TEST

START_TEST(waits_after_failures_double_up_to_their_limit)
{
    const BhBluezTiming timing = BH_BLUEZ_TIMING_DEFAULT;

    ck_assert_uint_eq(bh_bluez_timing_backoff_ms(&timing, 0), 250);
    ck_assert_uint_eq(bh_bluez_timing_backoff_ms(&timing, 1), 500);
    ck_assert_uint_eq(bh_bluez_timing_backoff_ms(&timing, 3), 2000);
    ck_assert_uint_eq(bh_bluez_timing_backoff_ms(&timing, 4), 2000);
    ck_assert_uint_eq(bh_bluez_timing_backoff_ms(&timing, G_MAXUINT), 2000);
}
END_TEST

START_TEST(a_filter_that_is_refused_is_tried_again_before_any_start)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_fail(s.puppet, "SetDiscoveryFilter", "org.bluez.Error.InvalidArguments", 2);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "GetManagedObjects " FILTER " " FILTER " " START);
}
END_TEST

START_TEST(a_start_without_an_answer_is_stopped_first)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_hang(s.puppet, "StartDiscovery", 1);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "GetManagedObjects " START " StopDiscovery " START);
}
END_TEST

START_TEST(a_session_left_over_is_stopped_and_started_anew_at_once)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_fail(s.puppet, "StartDiscovery", IN_PROGRESS, 1);
    bh_puppet_fail(s.puppet, "StopDiscovery", "org.bluez.Error.Failed", 1);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "GetManagedObjects " START " StopDiscovery " START);
    ck_assert_uint_eq(get_counters(&s).discovery_failures, 0);
}
END_TEST

START_TEST(a_bluez_busy_with_somebody_else_is_waited_for)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_fail(s.puppet, "StartDiscovery", IN_PROGRESS, 5);
    bh_puppet_fail(s.puppet, "StopDiscovery", IN_PROGRESS, 1);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_uint_eq(count(&s, "StartDiscovery"), 6);
    ck_assert_uint_eq(get_counters(&s).discovery_failures, 3);
}
END_TEST

START_TEST(a_discovery_that_ends_by_itself_is_started_again)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Discovering", FALSE);
    BH_AWAIT(!bh_recorder_is_running(&s.radio, 0));
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "StopDiscovery " START);
}
END_TEST

START_TEST(a_discovering_that_flickers_is_left_alone)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Discovering", FALSE);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Discovering", TRUE);
    bh_recorder_scan_for(&s.radio, 0, "180d", 0);
    BH_AWAIT(count(&s, "SetDiscoveryFilter") == 1);
    bh_fixture_settle();
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), FILTER ",UUIDs=0000180d");
}
END_TEST

START_TEST(a_start_nobody_wants_any_more_is_undone)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(count(&s, "StopDiscovery") == 1);
    ck_assert_int_eq(s.radio.adapters[0].scan, BH_RADIO_SCAN_OFF);
}
END_TEST

START_TEST(a_hung_start_nobody_wants_any_more_is_undone)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_hang(s.puppet, "StartDiscovery", 1);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(count(&s, "StopDiscovery") == 1);
    ck_assert_uint_eq(count(&s, "StartDiscovery"), 1);
}
END_TEST

START_TEST(a_scan_given_up_while_failing_is_not_tried_again)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_fail(s.puppet, "StartDiscovery", "org.bluez.Error.Failed", 100);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(s.radio.adapters[0].error != NULL);
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(s.radio.adapters[0].scan == BH_RADIO_SCAN_OFF);
    guint starts = count(&s, "StartDiscovery");
    bh_puppet_plug(s.puppet, "/org/bluez/hci1", "00:AA:01:00:00:02");
    bh_recorder_scan(&s.radio, 1);
    bh_puppet_fail(s.puppet, "StartDiscovery", "", 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 1));
    ck_assert_uint_eq(count(&s, "StartDiscovery"), starts + 1);
}
END_TEST

/* Power and plugs */

START_TEST(an_adapter_without_power_is_not_asked_until_it_has_it)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Powered", FALSE);
    BH_AWAIT(!s.radio.adapters[0].powered);
    bh_recorder_scan(&s.radio, 0);
    bh_fixture_settle();
    ck_assert_int_eq(s.radio.adapters[0].scan, BH_RADIO_SCAN_OFF);
    ck_assert_uint_eq(count(&s, "SetDiscoveryFilter"), 0);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Powered", TRUE);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
}
END_TEST

START_TEST(a_scan_resumes_when_power_is_back)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Discovering", FALSE);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Powered", FALSE);
    BH_AWAIT(s.radio.adapters[0].scan == BH_RADIO_SCAN_OFF);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Powered", TRUE);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), START);
}
END_TEST

START_TEST(an_adapter_back_under_another_index_keeps_slot_and_scan)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_AWAIT(!s.radio.adapters[0].present);
    bh_puppet_plug(s.puppet, "/org/bluez/hci0", "00:AA:01:00:00:02");
    bh_puppet_plug(s.puppet, "/org/bluez/hci1", BH_PUPPET_ADDRESS);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(s.radio.adapters[0].name, "hci1");
    ck_assert_str_eq(s.radio.adapters[1].name, "hci0");
    ck_assert_int_eq(s.radio.adapters[1].scan, BH_RADIO_SCAN_OFF);
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), START);
}
END_TEST

START_TEST(an_adapter_that_goes_during_a_call_takes_the_call_with_it)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_hang(s.puppet, "StartDiscovery", 1);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_AWAIT(!s.radio.adapters[0].present);
    bh_puppet_plug(s.puppet, "/org/bluez/hci4", BH_PUPPET_ADDRESS);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_uint_eq(get_counters(&s).discovery_failures, 0);
}
END_TEST

START_TEST(an_adapter_replaced_under_the_same_path_is_another)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    g_string_truncate(s.radio.events, 0);
    bh_puppet_plug(s.puppet, BH_PUPPET_ADAPTER, "00:AA:01:00:00:02");
    BH_AWAIT(s.radio.adapters[1].present);
    ck_assert_str_eq(s.radio.events->str, "adapter0- adapter1+");
}
END_TEST

/* What is asked of BlueZ */

START_TEST(the_filter_says_exactly_what_is_wanted)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_clear_calls(s.puppet);
    bh_recorder_scan_for(&s.radio, 0, "180f 180d 180f", -70);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     FILTER ",UUIDs=0000180d=0000180f,RSSI=-70 StartDiscovery");
}
END_TEST

START_TEST(an_rssi_bluez_would_refuse_is_kept_in_range)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_clear_calls(s.puppet);
    bh_recorder_scan_for(&s.radio, 0, "", -1000);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), FILTER ",RSSI=-127 StartDiscovery");
}
END_TEST

START_TEST(a_changed_demand_sets_the_filter_and_restarts_nothing)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_recorder_scan_for(&s.radio, 0, "180d", 0);
    BH_AWAIT(count(&s, "SetDiscoveryFilter") == 1);
    bh_recorder_scan_for(&s.radio, 0, "180d 180f", 0);
    BH_AWAIT(count(&s, "SetDiscoveryFilter") == 2);
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     FILTER ",UUIDs=0000180d " FILTER ",UUIDs=0000180d=0000180f");
    ck_assert(bh_recorder_is_running(&s.radio, 0));
}
END_TEST

START_TEST(an_equal_demand_makes_no_call)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_recorder_scan_for(&s.radio, 0, "180d 180f", 0);
    BH_AWAIT(count(&s, "SetDiscoveryFilter") == 1);
    bh_puppet_clear_calls(s.puppet);
    bh_recorder_scan_for(&s.radio, 0, "180f 180d 180d", 0);
    bh_radio_restart_scan(BH_RADIO(s.radio.bluez), 1); /* nothing runs there */
    bh_fixture_settle();
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(count(&s, "StopDiscovery") == 1);
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "StopDiscovery");
}
END_TEST

START_TEST(demands_of_one_turn_are_one_call)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_recorder_stop_scan(&s.radio, 0);
    bh_recorder_scan_for(&s.radio, 0, "180d", 0);
    bh_recorder_scan_for(&s.radio, 0, "180f", 0);
    bh_recorder_scan_for(&s.radio, 0, "181a", 0);
    BH_AWAIT(count(&s, "SetDiscoveryFilter") == 1);
    bh_fixture_settle();
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), FILTER ",UUIDs=0000181a");
}
END_TEST

START_TEST(a_restart_stops_and_starts_once)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_radio_restart_scan(BH_RADIO(s.radio.bluez), 0);
    BH_AWAIT(count(&s, "StartDiscovery") == 1);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    bh_fixture_settle();
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "StopDiscovery " START);
    ck_assert_uint_eq(get_counters(&s).discovery_starts, 2);
}
END_TEST

START_TEST(stopping_the_radio_stops_its_discovery)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    g_string_truncate(s.radio.events, 0);
    bh_radio_stop(BH_RADIO(s.radio.bluez));
    BH_AWAIT(count(&s, "StopDiscovery") == 1);
    ck_assert_str_eq(s.radio.events->str, "");
}
END_TEST

BH_TEST_MAIN("discovery",
             a_start_that_fails_is_tried_again_and_says_why,
             waits_after_failures_double_up_to_their_limit,
             a_filter_that_is_refused_is_tried_again_before_any_start,
             a_start_without_an_answer_is_stopped_first,
             a_session_left_over_is_stopped_and_started_anew_at_once,
             a_bluez_busy_with_somebody_else_is_waited_for,
             a_discovery_that_ends_by_itself_is_started_again,
             a_discovering_that_flickers_is_left_alone,
             a_start_nobody_wants_any_more_is_undone,
             a_hung_start_nobody_wants_any_more_is_undone,
             a_scan_given_up_while_failing_is_not_tried_again,
             an_adapter_without_power_is_not_asked_until_it_has_it,
             a_scan_resumes_when_power_is_back,
             an_adapter_back_under_another_index_keeps_slot_and_scan,
             an_adapter_that_goes_during_a_call_takes_the_call_with_it,
             an_adapter_replaced_under_the_same_path_is_another,
             the_filter_says_exactly_what_is_wanted,
             an_rssi_bluez_would_refuse_is_kept_in_range,
             a_changed_demand_sets_the_filter_and_restarts_nothing,
             an_equal_demand_makes_no_call,
             demands_of_one_turn_are_one_call,
             a_restart_stops_and_starts_once,
             stopping_the_radio_stops_its_discovery)
