/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links that holds want kept: when they are tried again, and what is heard meanwhile.
 */
#include "bh-error.h"
#include "remote-fixture.h"
#include "test-main.h"

/* A hold of ann on device 1, connected and lost again. */
static BhRemote *
lose_again(HubFixture *f, const BhHoldSpec *spec, RemoteResult *r)
{
    remote_connect(f, f->ann, spec, r);
    fake_central_accept(remote_central(f), 0, 1);
    remote_turn(f);
    remote_result_check(r, -1);
    fake_central_drop(remote_central(f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    remote_turn(f);
    return remote_find(f, 1);
}

static BhRemote *
lose(HubFixture *f, const BhHoldSpec *spec, RemoteResult *r)
{
    hub_fixture_init(f);
    return lose_again(f, spec, r);
}

static BhHoldSpec
keeping(void)
{
    BhHoldSpec spec = remote_spec(1);

    spec.reconnect = TRUE;
    return spec;
}

START_TEST(hold_that_does_not_reconnect_stays_disconnected)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);
    BhRemote *remote = lose(&f, &spec, &r);

    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_DISCONNECTED);
    ck_assert_str_eq(bh_remote_peek_last_error(remote), "the link is lost: timeout");
    remote_advance(&f, 100000);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(blind_attempts_back_off)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);
    static const gint64 delays_ms[] = {5000, 10000, 20000, 40000, 60000, 60000};

    for (gsize i = 0; i < G_N_ELEMENTS(delays_ms); i++) {
        ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_WAITING);
        remote_advance(&f, delays_ms[i] - 1);
        ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
        remote_advance(&f, delays_ms[i] / 10 + 1);
        ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
        ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_CONNECTING);
        fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_FAILED);
        remote_turn(&f);
    }
    ck_assert_uint_eq(bh_remote_get_attempts(remote), 6);
    ck_assert_str_eq(bh_remote_peek_last_error(remote), "as told");
}
END_TEST

START_TEST(blind_attempt_ends_after_10_s)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);

    remote_advance(&f, 5500);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    remote_advance(&f, 10500);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_WAITING);
    ck_assert_str_eq(bh_remote_peek_last_error(remote), "the device was not there");
}
END_TEST

START_TEST(device_that_is_heard_is_tried_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);

    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_READY);
    ck_assert_str_eq(bh_remote_peek_last_error(remote), "");
}
END_TEST

START_TEST(device_that_refuses_is_not_pestered_though_heard)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();

    lose(&f, &spec, &r);
    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_FAILED);
    remote_turn(&f);
    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    remote_advance(&f, 300);
    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(waiting_hold_listens_as_the_radio_can)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();

    lose(&f, &spec, &r);
    ck_assert(fake_radio_wants_scan(f.radio, 0));
    ck_assert(!fake_radio_peek_demand(f.radio, 0)->passive);
    ck_assert_uint_eq(fake_radio_peek_demand(f.radio, 0)->interval_us, 0);
}
END_TEST

START_TEST(waiting_hold_listens_with_a_tenth_of_the_time)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    const BhRadioScanDemand *demand;

    hub_fixture_init(&f);
    fake_radio_set_capabilities(f.radio, BH_RADIO_CAN_PASSIVE_SCAN | BH_RADIO_CAN_SCAN_DUTY);
    lose_again(&f, &spec, &r);
    demand = fake_radio_peek_demand(f.radio, 0);
    ck_assert(demand->passive);
    ck_assert_uint_eq(demand->window_us * 10, demand->interval_us);
    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    ck_assert(!fake_radio_wants_scan(f.radio, 0)); /* while it tries */
}
END_TEST

START_TEST(hold_may_wait_without_listening)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec = keeping();

    spec.reconnect_scan = FALSE;
    lose(&f, &spec, &r);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(most_demanding_hold_counts)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, patient = {0};
    BhHoldSpec spec = keeping();

    spec.backoff_initial_ms = 1000;
    lose(&f, &spec, &r);
    spec.backoff_initial_ms = 100000;
    spec.timeout_ms = 1;
    remote_connect(&f, f.bob, &spec, &patient);
    remote_advance(&f, 1);
    remote_result_check(&patient, BH_ERROR_TIMEOUT);
    remote_advance(&f, 1200);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(hold_whose_link_did_not_come_up_in_time_goes_also_if_it_would_try_on)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) late = {0};
    BhHoldSpec spec = keeping();

    hub_fixture_init(&f);
    spec.timeout_ms = 2000;
    remote_connect(&f, f.ann, &spec, &late);
    remote_advance(&f, 2000);
    remote_result_check(&late, BH_ERROR_TIMEOUT);
    remote_turn(&f);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_HOLDS), 0);
}
END_TEST

START_TEST(two_connects_of_a_client_are_two_holds)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, second = {0};
    const BhHoldSpec spec = keeping();

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &first);
    remote_connect(&f, f.ann, &spec, &second);
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 2);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&first, -1);
    remote_result_check(&second, -1);
}
END_TEST

START_TEST(reconnecting_connect_waits_through_failures)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_FAILED);
    remote_turn(&f);
    ck_assert(!r.done);
    remote_advance(&f, 6000);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
}
END_TEST

START_TEST(adapter_that_comes_back_is_used_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);

    remote_advance(&f, 1000);
    fake_radio_set_bluez(f.radio, FALSE);
    remote_advance(&f, 1000);
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_WAITING);
    fake_radio_set_bluez(f.radio, TRUE);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(adapter_that_goes_takes_its_links_along)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, leaving = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_wait_disconnected(remote, f.ann, &leaving);
    fake_radio_remove_adapter(f.radio, 0);
    remote_turn(&f);
    remote_result_check(&leaving, -1);
    ck_assert_str_eq(leaving.text, "unknown");
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_DISCONNECTED);
}
END_TEST

START_TEST(link_that_somebody_else_made_is_taken)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);

    fake_central_link(remote_central(&f), 0, 1);
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_READY);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_turn(&f);
    remote_check_log(&f, "");
}
END_TEST

START_TEST(released_hold_ends_the_waiting)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();

    lose(&f, &spec, &r);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_turn(&f);
    ck_assert_ptr_null(remote_find(&f, 1));
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    remote_advance(&f, 100000);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

static void
count(gpointer object, const char *cause, GString *causes)
{
    g_string_append_printf(causes, "%s;", cause);
}

START_TEST(cause_of_a_loss_is_told_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, leaving = {0}, again = {0};
    g_autoptr(GString) causes = g_string_new(NULL);
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    g_signal_connect(remote, "disconnected", G_CALLBACK(count), causes);
    remote_wait_disconnected(remote, f.ann, &leaving);
    ck_assert(!leaving.done);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    remote_turn(&f);
    ck_assert_str_eq(leaving.text, "remote");
    ck_assert_str_eq(causes->str, "remote;");
    remote_wait_disconnected(remote, f.ann, &again);
    ck_assert_str_eq(again.text, "remote");
    g_signal_handlers_disconnect_by_data(remote, causes);
}
END_TEST

static void
note_disconnected(BhRemote *remote, const char *cause, GString *log)
{
    g_string_append_printf(log,
                           "%s while %s, ",
                           cause,
                           bh_remote_state_to_string(bh_remote_get_state(remote)));
}

static void
note_state(BhRemote *remote, GString *log)
{
    g_string_append_printf(log,
                           "%s (%s), ",
                           bh_remote_state_to_string(bh_remote_get_state(remote)),
                           bh_remote_peek_last_error(remote));
}

START_TEST(cause_is_told_before_the_state_and_both_agree)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    g_autoptr(GString) log = g_string_new(NULL);
    const BhHoldSpec spec = keeping();
    BhRemote *remote;

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote = remote_find(&f, 1);
    g_signal_connect(remote, "disconnected", G_CALLBACK(note_disconnected), log);
    g_signal_connect(remote, "state-changed", G_CALLBACK(note_state), log);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    ck_assert_str_eq(log->str, "timeout while waiting, waiting (the link is lost: timeout), ");
    g_signal_handlers_disconnect_by_data(remote, log);
}
END_TEST

START_TEST(waiting_hold_does_not_try_while_the_radio_is_off)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);

    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    for (guint i = 0; i < 20; i++) {
        remote_advance(&f, 10000);
        ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_WAITING);
    }
    ck_assert_uint_eq(bh_remote_get_attempts(remote), 0);
    ck_assert_str_eq(bh_remote_peek_last_error(remote), "the link is lost: timeout");
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(waiting_hold_tries_when_bluez_comes_after_its_adapter)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();

    lose(&f, &spec, &r);
    fake_radio_remove_adapter(f.radio, 0);
    fake_radio_set_bluez(f.radio, FALSE);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    remote_turn(&f);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    fake_radio_set_bluez(f.radio, TRUE);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

START_TEST(radio_that_goes_off_in_an_attempt_is_waited_for)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();
    BhRemote *remote = lose(&f, &spec, &r);

    hub_fixture_hear(&f, 1, -50);
    remote_turn(&f);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_NOT_READY);
    remote_advance(&f, 100000);
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_WAITING);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

/* A link that is lost after so long, and then how long until the next blind attempt, at most. */
static gint64
blind_delay_after(HubFixture *f, gint64 lasted_ms)
{
    gint64 ms = 0;

    remote_advance(f, lasted_ms);
    fake_central_drop(remote_central(f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    remote_turn(f);
    for (; ms < 100000 && !fake_central_is_trying(remote_central(f), 0, 1); ms += 1000)
        remote_advance(f, 1000);
    return ms;
}

START_TEST(only_a_link_that_lasted_resets_the_back_off)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec = keeping();

    hub_fixture_init(&f);
    spec.stable_ms = 60000;
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    ck_assert_int_le(blind_delay_after(&f, 1000), 6000);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    ck_assert_int_ge(blind_delay_after(&f, 1000), 10000);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    ck_assert_int_le(blind_delay_after(&f, 60000), 6000);
}
END_TEST

START_TEST(hold_of_another_user_that_reconnects_is_enough)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) plain = {0}, kept = {0};
    const BhHoldSpec spec = keeping();

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &plain);
    remote_connect(&f, f.bob, &spec, &kept);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_state(remote_find(&f, 1)), BH_REMOTE_WAITING);
    bh_client_leave(f.bob);
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_state(remote_find(&f, 1)), BH_REMOTE_DISCONNECTED);
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 1);
    remote_result_check(&plain, -1);
    remote_result_check(&kept, -1);
}
END_TEST

START_TEST(connect_that_waits_through_failures_pauses_between_them)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = keeping();

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_FAILED);
    remote_turn(&f);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    remote_advance(&f, 300);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_FAILED);
    remote_advance(&f, 300);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    remote_advance(&f, 300);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
}
END_TEST

static void
count_change(BhRemote *remote, guint *changes)
{
    (*changes)++;
}

START_TEST(connect_that_waits_for_a_free_slot_does_not_spin)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0}, waits = {0};
    BhHoldSpec spec = keeping();
    guint changes = 0;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &a);
    remote_hold(&f, f.ann, 2, &b);
    spec.address = fake_address(3);
    remote_connect(&f, f.bob, &spec, &waits);
    g_signal_connect(remote_find(&f, 3), "state-changed", G_CALLBACK(count_change), &changes);
    remote_advance(&f, 1000);
    ck_assert_uint_le(changes, 8);
    remote_advance(&f, spec.timeout_ms);
    remote_result_check(&waits, BH_ERROR_TIMEOUT);
}
END_TEST

BH_TEST_MAIN("hub-reconnect",
             hold_that_does_not_reconnect_stays_disconnected,
             blind_attempts_back_off,
             blind_attempt_ends_after_10_s,
             device_that_is_heard_is_tried_at_once,
             device_that_refuses_is_not_pestered_though_heard,
             waiting_hold_listens_as_the_radio_can,
             waiting_hold_listens_with_a_tenth_of_the_time,
             hold_may_wait_without_listening,
             most_demanding_hold_counts,
             hold_whose_link_did_not_come_up_in_time_goes_also_if_it_would_try_on,
             two_connects_of_a_client_are_two_holds,
             reconnecting_connect_waits_through_failures,
             adapter_that_comes_back_is_used_at_once,
             adapter_that_goes_takes_its_links_along,
             link_that_somebody_else_made_is_taken,
             released_hold_ends_the_waiting,
             cause_of_a_loss_is_told_once,
             cause_is_told_before_the_state_and_both_agree,
             waiting_hold_does_not_try_while_the_radio_is_off,
             waiting_hold_tries_when_bluez_comes_after_its_adapter,
             radio_that_goes_off_in_an_attempt_is_waited_for,
             only_a_link_that_lasted_resets_the_back_off,
             hold_of_another_user_that_reconnects_is_enough,
             connect_that_waits_through_failures_pauses_between_them,
             connect_that_waits_for_a_free_slot_does_not_spin)
