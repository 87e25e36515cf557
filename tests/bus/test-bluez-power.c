/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Power-cycling an adapter, which must never cut a link nor leave it off; and the round trip that
 * the watchdog relies on.
 */
#include <signal.h>

#include "bh-error.h"
#include "bh-scene.h"

#define DEVICE BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_01"
#define ADDRESS "C0:00:00:00:00:01"

static void
cycle(BhScene *s, GCancellable *cancellable, BhOutcome *outcome)
{
    bh_radio_power_cycle_async(BH_RADIO(s->radio.bluez),
                               0,
                               cancellable,
                               bh_outcome_on_power_cycle,
                               outcome);
}

static void
expect_error(const BhOutcome *outcome, BhError code)
{
    BH_AWAIT(outcome->done);
    ck_assert_msg(g_error_matches(outcome->error, BH_ERROR, (gint)code),
                  "%s",
                  outcome->error != NULL ? outcome->error->message : "no error");
}

/* Power-cycle */

START_TEST(an_adapter_with_a_link_is_not_touched)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, TRUE);
    cycle(&s, NULL, &outcome);
    expect_error(&outcome, BH_ERROR_NOT_SUPPORTED);
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "GetManagedObjects");
}
END_TEST

START_TEST(links_of_other_adapters_do_not_matter)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_add_device(s.puppet, "/org/bluez/hci01/dev_1", ADDRESS, TRUE);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    cycle(&s, NULL, &outcome);
    BH_AWAIT(outcome.done);
    ck_assert_ptr_null(outcome.error);
}
END_TEST

START_TEST(without_adapter_or_power_it_is_not_ready)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) off = {0}, gone = {0};

    bh_scene_init_started(&s);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Powered", FALSE);
    BH_AWAIT(!s.radio.adapters[0].powered);
    cycle(&s, NULL, &off);
    expect_error(&off, BH_ERROR_NOT_READY);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_AWAIT(!s.radio.adapters[0].present);
    cycle(&s, NULL, &gone);
    expect_error(&gone, BH_ERROR_NOT_READY);
}
END_TEST

START_TEST(an_adapter_that_stays_on_is_a_timeout_and_told_to_be_on)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    bh_puppet_set_stuck(s.puppet, TRUE);
    cycle(&s, NULL, &outcome);
    expect_error(&outcome, BH_ERROR_TIMEOUT);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Set") == 2);
}
END_TEST

START_TEST(a_set_without_an_answer_is_a_timeout)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    bh_puppet_hang(s.puppet, "Set", 1);
    cycle(&s, NULL, &outcome);
    expect_error(&outcome, BH_ERROR_TIMEOUT);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Set") == 2);
}
END_TEST

START_TEST(a_refusal_to_switch_is_told)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    bh_puppet_fail(s.puppet, "Set", "org.bluez.Error.NotPermitted", 1);
    cycle(&s, NULL, &outcome);
    expect_error(&outcome, BH_ERROR_NOT_AUTHORIZED);
}
END_TEST

START_TEST(an_adapter_unplugged_in_between_is_not_ready)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    bh_puppet_set_stuck(s.puppet, TRUE);
    cycle(&s, NULL, &outcome);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Set") == 1);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    expect_error(&outcome, BH_ERROR_NOT_READY);
}
END_TEST

START_TEST(bluez_dying_in_between_is_not_ready)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    bh_puppet_hang(s.puppet, "GetManagedObjects", 1);
    cycle(&s, NULL, &outcome);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "GetManagedObjects") == 2);
    g_clear_pointer(&s.puppet, bh_puppet_free);
    BH_AWAIT(outcome.done);
    ck_assert_ptr_nonnull(outcome.error);
}
END_TEST

START_TEST(a_cancelled_cycle_leaves_the_adapter_on)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();

    bh_scene_init_started(&s);
    bh_puppet_hang(s.puppet, "Set", 1);
    cycle(&s, cancellable, &outcome);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Set") == 1);
    g_cancellable_cancel(cancellable);
    expect_error(&outcome, BH_ERROR_CANCELLED);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Set") == 2);
}
END_TEST

START_TEST(stopping_the_radio_ends_a_cycle_and_a_check)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) cycled = {0}, checked = {0};

    bh_scene_init_started(&s);
    cycle(&s, NULL, &cycled);
    bh_radio_check_async(BH_RADIO(s.radio.bluez), NULL, bh_outcome_on_check, &checked);
    bh_radio_stop(BH_RADIO(s.radio.bluez));
    expect_error(&cycled, BH_ERROR_CANCELLED);
    expect_error(&checked, BH_ERROR_CANCELLED);
}
END_TEST

START_TEST(a_second_cycle_at_the_same_time_is_refused)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) first = {0}, second = {0};

    bh_scene_init_started(&s);
    cycle(&s, NULL, &first);
    cycle(&s, NULL, &second);
    expect_error(&second, BH_ERROR_ALREADY_EXISTS);
    BH_AWAIT(first.done);
    ck_assert_ptr_null(first.error);
}
END_TEST

START_TEST(a_cycle_switches_off_and_on_and_the_scan_resumes)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_scanning(&s);
    cycle(&s, NULL, &outcome);
    BH_AWAIT(outcome.done);
    ck_assert_ptr_null(outcome.error);
    ck_assert(s.radio.adapters[0].powered);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "GetManagedObjects Set Set "
                     "SetDiscoveryFilter:Transport=le,DuplicateData StartDiscovery");
}
END_TEST

/* Check */

START_TEST(a_bus_that_stands_still_is_a_timeout)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    bh_fixture_pause_process(s.bus.bus);
    bh_radio_check_async(BH_RADIO(s.radio.bluez), NULL, bh_outcome_on_check, &outcome);
    expect_error(&outcome, BH_ERROR_TIMEOUT);
    g_subprocess_send_signal(s.bus.bus, SIGCONT);
}
END_TEST

START_TEST(a_cancelled_check_ends_at_once)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();

    bh_scene_init_started(&s);
    g_cancellable_cancel(cancellable);
    bh_fixture_pause_process(s.bus.bus);
    bh_radio_check_async(BH_RADIO(s.radio.bluez), cancellable, bh_outcome_on_check, &outcome);
    expect_error(&outcome, BH_ERROR_CANCELLED);
    g_subprocess_send_signal(s.bus.bus, SIGCONT);
}
END_TEST

START_TEST(a_check_needs_no_bluez)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_scene_init_started(&s);
    g_clear_pointer(&s.puppet, bh_puppet_free);
    bh_radio_check_async(BH_RADIO(s.radio.bluez), NULL, bh_outcome_on_check, &outcome);
    BH_AWAIT(outcome.done);
    ck_assert_ptr_null(outcome.error);
}
END_TEST

BH_TEST_MAIN("power",
             an_adapter_with_a_link_is_not_touched,
             links_of_other_adapters_do_not_matter,
             without_adapter_or_power_it_is_not_ready,
             an_adapter_that_stays_on_is_a_timeout_and_told_to_be_on,
             a_set_without_an_answer_is_a_timeout,
             a_refusal_to_switch_is_told,
             an_adapter_unplugged_in_between_is_not_ready,
             bluez_dying_in_between_is_not_ready,
             a_cancelled_cycle_leaves_the_adapter_on,
             stopping_the_radio_ends_a_cycle_and_a_check,
             a_second_cycle_at_the_same_time_is_refused,
             a_cycle_switches_off_and_on_and_the_scan_resumes,
             a_bus_that_stands_still_is_a_timeout,
             a_cancelled_check_ends_at_once,
             a_check_needs_no_bluez)
