/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio on again: who may, what comes back by itself, and what happens to links meanwhile. Ann
 * is user 1000, Bob 1001.
 */
#include "bh-error.h"
#include "local-fixture.h"
#include "remote-fixture.h"
#include "test-main.h"

/* On */

START_TEST(on_waits_for_power_and_brings_everything_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) on = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_switch_off(&f, f.ann, &off);
    local_radio_on(&f, f.ann, FALSE, &on);
    ck_assert(!on.done);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    local_result_check(&on, -1);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_wait_written(&f, made.application, f.ann, &wait);
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 0, "again");
    local_turn(&f);
    local_check_written(&wait, CAPTURED, 5, "again");
}
END_TEST

START_TEST(on_without_a_radio_is_not_ready)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) none = {0};
    g_auto(LocalResult) blocked = {0};

    hub_fixture_init(&f);
    fake_radio_remove_adapter(f.radio, 0);
    local_radio_on(&f, f.ann, FALSE, &none);
    local_result_check(&none, BH_ERROR_NOT_READY);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    local_radio_on(&f, f.ann, FALSE, &blocked);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ON);
    fake_radio_switch(f.radio, 0, "blocked by rfkill");
    local_turn(&f);
    local_result_check(&blocked, BH_ERROR_NOT_READY);
    ck_assert_str_eq(blocked.error->message, "blocked by rfkill");
}
END_TEST

START_TEST(a_forced_off_is_lifted_only_by_who_may)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) refused = {0};
    g_auto(LocalResult) lifted = {0};
    g_auto(RemoteResult) connected = {0};
    g_autoptr(BhScan) scan = NULL;
    const BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    local_serve(&f, f.bob, 1, &made);
    local_radio_off(&f, f.ann, TRUE, &off);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 0);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    local_check_users(&off, 0, 0);
    local_radio_on(&f, f.bob, FALSE, &refused);
    local_result_check(&refused, BH_ERROR_NOT_AUTHORIZED);
    remote_connect(&f, f.bob, &spec, &connected);
    remote_result_check(&connected, BH_ERROR_NOT_READY);
    scan = hub_fixture_scan(&f, f.bob, NULL);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
    local_radio_on(&f, f.bob, TRUE, &lifted);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    local_result_check(&lifted, -1);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), G_MAXUINT16);
}
END_TEST

START_TEST(the_next_call_that_needs_the_radio_brings_it_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};
    g_auto(RemoteResult) connected = {0};
    const BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_switch_off(&f, f.ann, &off);
    remote_connect(&f, f.ann, &spec, &connected);
    ck_assert(!connected.done);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ON);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    fake_central_accept(remote_central(&f), 0, 7);
    local_turn(&f);
    remote_result_check(&connected, -1);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), G_MAXUINT16);
}
END_TEST

/* Taking the vote back has a look at all that is wanted, what is just being asked for among it. */
START_TEST(what_is_registered_by_one_who_voted_off_is_served_and_withdrawn)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) again = {0};
    g_auto(LocalResult) advertised = {0};
    const BhAdvertSpec spec = {.name = (char *)"blehub"};

    hub_fixture_init(&f);
    local_switch_off(&f, f.ann, &off);
    local_register(&f, f.ann, &made);
    fake_radio_switch(f.radio, 0, NULL);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), G_MAXUINT16);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    local_result_check(&made, -1);
    local_switch_off(&f, f.ann, &again);
    local_advertise(&f, f.ann, &spec, &advertised);
    fake_radio_switch(f.radio, 0, NULL);
    fake_peripheral_advertise(local_peripheral(&f), 2, 0, -1);
    local_turn(&f);
    local_result_check(&advertised, -1);
    bh_client_leave(f.ann);
    ck_assert_uint_eq(fake_peripheral_count_applications(local_peripheral(&f)), 0);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(local_peripheral(&f)), 0);
}
END_TEST

START_TEST(a_connect_that_waits_for_power_keeps_its_deadline)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_auto(RemoteResult) connected = {0};
    const BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    local_switch_off(&f, f.ann, &off);
    remote_connect(&f, f.ann, &spec, &connected);
    local_advance(&f, spec.timeout_ms - 1);
    ck_assert(!connected.done);
    local_advance(&f, 1);
    remote_result_check(&connected, BH_ERROR_TIMEOUT);
}
END_TEST

START_TEST(an_adapter_that_somebody_else_switches_off_later_is_not_waited_for)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) on = {0};
    g_auto(RemoteResult) connected = {0};
    g_auto(LocalResult) made = {0};
    const BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    local_switch_off(&f, f.ann, &off);
    local_radio_on(&f, f.ann, FALSE, &on);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    local_result_check(&on, -1);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    remote_connect(&f, f.ann, &spec, &connected);
    remote_result_check(&connected, BH_ERROR_NOT_READY);
    local_register(&f, f.ann, &made);
    local_result_check(&made, -1);
}
END_TEST

START_TEST(a_scan_may_be_asked_for_while_a_vote_keeps_the_radio_off_but_not_without_one)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_autoptr(GError) error = NULL;
    static const BhScanSpec spec = {0};

    hub_fixture_init(&f);
    local_switch_off(&f, f.ann, &off);
    ck_assert(bh_hub_check_ready(f.hub, &spec, NULL));
    fake_radio_remove_adapter(f.radio, 0);
    ck_assert(!bh_hub_check_ready(f.hub, &spec, &error));
    ck_assert_str_eq(error->message, "no-adapter");
}
END_TEST

START_TEST(waiting_calls_do_not_bring_it_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_switch_off(&f, f.ann, &off);
    local_wait_written(&f, made.application, f.ann, &wait);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
    local_advance(&f, 20000);
    local_result_check(&wait, BH_ERROR_TIMEOUT);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
}
END_TEST

START_TEST(another_user_brings_it_back_for_as_long_as_it_has_something)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &anns);
    local_switch_off(&f, f.ann, &off);
    local_register(&f, f.bob, &bobs);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ON);
    ck_assert(!bobs.done);
    fake_radio_switch(f.radio, 0, NULL);
    fake_peripheral_serve(local_peripheral(&f), 2, 0, -1);
    local_turn(&f);
    local_result_check(&bobs, -1);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 0);
    bh_client_leave(f.bob);
    local_advance(&f, BH_POWER_LAST_MS);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
}
END_TEST

/* Links */

START_TEST(a_link_that_only_its_user_holds_is_dropped_and_made_again)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) held = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) on = {0};
    BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    local_serve(&f, f.bob, 1, &bobs);
    spec.reconnect = TRUE;
    remote_connect(&f, f.ann, &spec, &held);
    fake_central_accept(remote_central(&f), 0, 7);
    local_turn(&f);
    remote_result_check(&held, -1);
    local_radio_off(&f, f.ann, FALSE, &off);
    remote_check_log(&f, "disconnect 7");
    fake_central_drop(remote_central(&f), 0, 7, BH_LINK_CAUSE_LOCAL);
    local_advance(&f, 60000);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 7));
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    local_radio_on(&f, f.ann, FALSE, &on);
    local_result_check(&on, -1);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 7));
    fake_central_accept(remote_central(&f), 0, 7);
    local_turn(&f);
    ck_assert_int_eq(bh_remote_get_state(remote_find(&f, 7)), BH_REMOTE_READY);
}
END_TEST

START_TEST(a_link_that_another_user_holds_stays_but_calls_of_the_user_end)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) anns = {0};
    g_auto(RemoteResult) bobs = {0};
    g_auto(RemoteResult) anns_read = {0};
    g_auto(RemoteResult) bobs_read = {0};
    g_auto(LocalResult) off = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 7, &anns);
    remote = remote_hold(&f, f.bob, 7, &bobs);
    remote_read(remote, f.bob, "2a38", &bobs_read);
    remote_read(remote, f.ann, "2a19", &anns_read);
    local_radio_off(&f, f.ann, FALSE, &off);
    remote_result_check(&anns_read, BH_ERROR_DISCONNECTED);
    ck_assert(!bobs_read.done);
    fake_central_answer(remote_central(&f), 14, "x");
    fake_central_answer(remote_central(&f), 22, "x");
    local_turn(&f);
    remote_result_check(&bobs_read, -1);
    ck_assert_int_eq(bh_remote_get_state(remote), BH_REMOTE_READY);
}
END_TEST

START_TEST(a_link_that_lingers_for_another_user_stays)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(RemoteResult) held = {0};
    g_auto(LocalResult) off = {0};
    BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    local_serve(&f, f.bob, 1, &bobs);
    spec.linger_ms = 5000;
    remote_connect(&f, f.bob, &spec, &held);
    fake_central_accept(remote_central(&f), 0, 7);
    local_turn(&f);
    remote_result_check(&held, -1);
    bh_owned_release(BH_OWNED(held.hold), BH_RELEASE_ASKED);
    local_radio_off(&f, f.ann, FALSE, &off);
    remote_check_log(&f, "");
    local_advance(&f, 5000);
    remote_check_log(&f, "disconnect 7");
}
END_TEST

/* Restarts */

START_TEST(an_adapter_that_comes_while_the_radio_is_off_is_kept_off)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_switch_off(&f, f.ann, &off);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 1), BH_RADIO_POWER_OFF);
}
END_TEST

START_TEST(many_rounds_of_off_and_on_leave_nothing_behind)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    BhQuota *quota;

    hub_fixture_init(&f);
    quota = bh_hub_peek_quota(f.hub);
    local_serve(&f, f.ann, 1, &made);
    for (guint i = 0; i < 100; i++) {
        g_auto(LocalResult) off = {0};
        g_auto(LocalResult) on = {0};

        local_switch_off(&f, f.ann, &off);
        ck_assert_uint_eq(fake_peripheral_count_applications(local_peripheral(&f)), 0);
        local_radio_on(&f, f.ann, FALSE, &on);
        fake_radio_switch(f.radio, 0, NULL);
        local_turn(&f);
        local_result_check(&on, -1);
        fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
        ck_assert_uint_eq(bh_application_get_registered(made.application), 1);
    }
    ck_assert_uint_eq(bh_quota_total(quota, BH_QUOTA_WAITS), 0);
    ck_assert_uint_eq(bh_quota_total(quota, BH_QUOTA_APPLICATIONS), 1);
}
END_TEST

START_TEST(stopping_ends_those_who_wait_for_power)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_radio_off(&f, f.ann, FALSE, &off);
    bh_hub_stop(f.hub);
    local_turn(&f);
    local_result_check(&off, BH_ERROR_CANCELLED);
}
END_TEST

BH_TEST_MAIN("hub-radio-on",
             on_waits_for_power_and_brings_everything_back,
             on_without_a_radio_is_not_ready,
             a_forced_off_is_lifted_only_by_who_may,
             the_next_call_that_needs_the_radio_brings_it_back,
             what_is_registered_by_one_who_voted_off_is_served_and_withdrawn,
             a_connect_that_waits_for_power_keeps_its_deadline,
             an_adapter_that_somebody_else_switches_off_later_is_not_waited_for,
             a_scan_may_be_asked_for_while_a_vote_keeps_the_radio_off_but_not_without_one,
             waiting_calls_do_not_bring_it_back,
             another_user_brings_it_back_for_as_long_as_it_has_something,
             a_link_that_only_its_user_holds_is_dropped_and_made_again,
             a_link_that_another_user_holds_stays_but_calls_of_the_user_end,
             a_link_that_lingers_for_another_user_stays,
             an_adapter_that_comes_while_the_radio_is_off_is_kept_off,
             many_rounds_of_off_and_on_leave_nothing_behind,
             stopping_ends_those_who_wait_for_power)
