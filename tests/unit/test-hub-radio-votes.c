/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio off and on: who may, what ends, what rests, and what comes back. Ann is user 1000, Bob
 * 1001.
 */
#include "bh-error.h"
#include "local-fixture.h"
#include "remote-fixture.h"
#include "test-main.h"

/* Votes */

static gboolean
is_off(BhRadioVotes *votes, guint32 wants)
{
    g_autoptr(GArray) users = g_array_new(FALSE, FALSE, sizeof(guint32));

    if (wants != 0)
        g_array_append_val(users, wants);
    return bh_radio_votes_is_off(votes, users);
}

START_TEST(votes_count_only_if_nobody_else_wants_the_radio)
{
    BhRadioVotes *votes = bh_radio_votes_new();

    ck_assert(!is_off(votes, 0));
    ck_assert(bh_radio_votes_off(votes, 1000, FALSE));
    ck_assert(!bh_radio_votes_off(votes, 1000, FALSE));
    ck_assert(is_off(votes, 0));
    ck_assert(is_off(votes, 1000));
    ck_assert(!is_off(votes, 1001));
    ck_assert(bh_radio_votes_on(votes, 1000, FALSE));
    ck_assert(!bh_radio_votes_on(votes, 1000, FALSE));
    ck_assert(!is_off(votes, 0));
    bh_radio_votes_free(votes);
}
END_TEST

START_TEST(who_said_on_wants_the_radio_until_it_votes)
{
    BhRadioVotes *votes = bh_radio_votes_new();

    bh_radio_votes_off(votes, 1000, FALSE);
    bh_radio_votes_keep_on(votes, 1001);
    ck_assert(!is_off(votes, 0));
    bh_radio_votes_off(votes, 1001, FALSE);
    ck_assert(is_off(votes, 0));
    bh_radio_votes_free(votes);
}
END_TEST

START_TEST(force_asks_nobody_and_stays_until_it_is_lifted)
{
    BhRadioVotes *votes = bh_radio_votes_new();

    bh_radio_votes_off(votes, 0, TRUE);
    ck_assert(is_off(votes, 1001));
    bh_radio_votes_on(votes, 0, FALSE);
    ck_assert(is_off(votes, 1001));
    ck_assert(bh_radio_votes_on(votes, 0, TRUE));
    ck_assert(!is_off(votes, 1001));
    bh_radio_votes_free(votes);
}
END_TEST

/* Off */

static void
check_users(const LocalResult *result, guint n, guint32 first)
{
    local_result_check(result, -1);
    ck_assert_uint_eq(result->users->len, n);
    if (n > 0)
        ck_assert_uint_eq(g_array_index(result->users, guint32, 0), first);
}

static void
switch_off(HubFixture *f, BhClient *client, LocalResult *result)
{
    local_radio_off(f, client, FALSE, result);
    fake_radio_switch(f->radio, 0, NULL);
    local_turn(f);
    check_users(result, 0, 0);
    ck_assert_int_eq(fake_radio_get_power(f->radio, 0), BH_RADIO_POWER_OFF);
}

START_TEST(off_is_done_when_power_has_dropped)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_radio_off(&f, f.ann, FALSE, &off);
    ck_assert(!off.done);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    check_users(&off, 0, 0);
}
END_TEST

START_TEST(off_ends_when_the_adapter_does_not_obey)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) late = {0};
    g_auto(LocalResult) refused = {0};

    hub_fixture_init(&f);
    local_radio_off(&f, f.ann, FALSE, &late);
    local_advance(&f, 5000);
    local_result_check(&late, BH_ERROR_TIMEOUT);
    local_radio_off(&f, f.ann, FALSE, &refused);
    fake_radio_switch(f.radio, 0, "org.bluez.Error.Busy");
    local_turn(&f);
    local_result_check(&refused, BH_ERROR_FAILED);
    ck_assert_str_eq(refused.error->message, "org.bluez.Error.Busy");
}
END_TEST

START_TEST(off_says_who_keeps_the_radio_on_and_drops_when_that_user_leaves)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.bob, NULL);
    local_radio_off(&f, f.ann, FALSE, &off);
    check_users(&off, 1, 1001);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ANY);
    bh_client_leave(f.bob);
    local_advance(&f, BH_POWER_LAST_MS - 1);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ANY);
    local_advance(&f, 1);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
}
END_TEST

START_TEST(off_cuts_no_link_of_a_program_that_knows_nothing_of_us)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    fake_central_link(fake_radio_peek_central(f.radio), 0, 9);
    local_radio_off(&f, f.ann, FALSE, &off);
    check_users(&off, 1, BH_POWER_FOREIGN);
    fake_central_drop(fake_radio_peek_central(f.radio), 0, 9, BH_LINK_CAUSE_REMOTE);
    fake_radio_switch(f.radio, 0, NULL); /* something is told of the adapter */
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
}
END_TEST

START_TEST(off_ends_what_its_user_waits_in_and_nothing_of_others)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) bobs = {0};
    LocalResult waits[3] = {0};
    g_auto(WaitResult) device = {0};
    g_auto(LocalResult) off = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 10);
    local_serve(&f, f.ann, 1, &anns);
    local_serve(&f, f.bob, 2, &bobs);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    local_wait_written(&f, anns.application, f.ann, &waits[0]);
    local_wait_written(&f, bobs.application, f.bob, &waits[1]);
    local_indicate(&f, anns.application, f.ann, 0, "a", FALSE, &waits[2]);
    hub_fixture_wait(scan, f.ann, 20000, &device);
    local_radio_off(&f, f.ann, FALSE, &off);
    check_users(&off, 1, 1001);
    local_result_check(&waits[0], BH_ERROR_DISCONNECTED);
    local_result_check(&waits[2], BH_ERROR_DISCONNECTED);
    ck_assert(g_error_matches(device.error, BH_ERROR, BH_ERROR_DISCONNECTED));
    ck_assert(!waits[1].done);
    local_advance(&f, 20000);
    local_result_check(&waits[1], BH_ERROR_TIMEOUT);
    for (guint i = 0; i < G_N_ELEMENTS(waits); i++)
        local_result_clear(&waits[i]);
}
END_TEST

START_TEST(what_its_user_has_rests_while_others_keep_the_radio_on)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) advertised = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) on = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &anns);
    local_advertise_now(&f, f.ann, 2, 0, FALSE, &advertised);
    local_serve(&f, f.bob, 3, &bobs);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    local_radio_off(&f, f.ann, FALSE, &off);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 0);
    ck_assert_uint_eq(fake_peripheral_get_advertisement(local_peripheral(&f), 2), 0);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 3), G_MAXUINT16);
    local_advance(&f, 60000);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_WAITING);
    local_radio_on(&f, f.ann, FALSE, &on);
    local_result_check(&on, -1);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), G_MAXUINT16);
    ck_assert_uint_eq(fake_peripheral_get_advertisement(local_peripheral(&f), 2), G_MAXUINT16);
    ck_assert(fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(off_ends_a_registration_under_way)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_register(&f, f.ann, &made);
    switch_off(&f, f.ann, &off);
    local_result_check(&made, BH_ERROR_DISCONNECTED);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_APPLICATIONS), 0);
}
END_TEST

/* Values */

static void
check_value_after_off(BhOnRestart on_restart, const char *expected)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};
    const BhGattName name = local_name(PLAIN);
    g_autoptr(GBytes) value = g_bytes_new("last", 4);

    hub_fixture_init(&f);
    local_register_spec(&f, f.ann, BH_LIFETIME_CALLER, NULL, 3, on_restart, &made);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    local_result_check(&made, -1);
    ck_assert(bh_application_set_value(made.application, &name, value, FALSE, NULL));
    switch_off(&f, f.ann, &off);
    local_check_value(made.application, PLAIN, expected);
}

START_TEST(values_begin_anew_unless_they_are_to_be_kept)
{
    check_value_after_off(BH_RESTART_DEFAULT, "initial");
    check_value_after_off(BH_RESTART_INITIAL, "initial");
    check_value_after_off(BH_RESTART_KEEP, "last");
}
END_TEST

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
    switch_off(&f, f.ann, &off);
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
    check_users(&off, 0, 0);
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
    switch_off(&f, f.ann, &off);
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

START_TEST(a_connect_that_waits_for_power_keeps_its_deadline)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_auto(RemoteResult) connected = {0};
    const BhHoldSpec spec = remote_spec(7);

    hub_fixture_init(&f);
    switch_off(&f, f.ann, &off);
    remote_connect(&f, f.ann, &spec, &connected);
    local_advance(&f, spec.timeout_ms - 1);
    ck_assert(!connected.done);
    local_advance(&f, 1);
    remote_result_check(&connected, BH_ERROR_TIMEOUT);
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
    switch_off(&f, f.ann, &off);
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
    switch_off(&f, f.ann, &off);
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

/* Restarts */

START_TEST(an_adapter_that_comes_while_the_radio_is_off_is_kept_off)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    switch_off(&f, f.ann, &off);
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

        switch_off(&f, f.ann, &off);
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

BH_TEST_MAIN("hub-radio-votes",
             votes_count_only_if_nobody_else_wants_the_radio,
             who_said_on_wants_the_radio_until_it_votes,
             force_asks_nobody_and_stays_until_it_is_lifted,
             off_is_done_when_power_has_dropped,
             off_ends_when_the_adapter_does_not_obey,
             off_says_who_keeps_the_radio_on_and_drops_when_that_user_leaves,
             off_cuts_no_link_of_a_program_that_knows_nothing_of_us,
             off_ends_what_its_user_waits_in_and_nothing_of_others,
             what_its_user_has_rests_while_others_keep_the_radio_on,
             off_ends_a_registration_under_way,
             values_begin_anew_unless_they_are_to_be_kept,
             on_waits_for_power_and_brings_everything_back,
             on_without_a_radio_is_not_ready,
             a_forced_off_is_lifted_only_by_who_may,
             the_next_call_that_needs_the_radio_brings_it_back,
             a_connect_that_waits_for_power_keeps_its_deadline,
             waiting_calls_do_not_bring_it_back,
             another_user_brings_it_back_for_as_long_as_it_has_something,
             a_link_that_only_its_user_holds_is_dropped_and_made_again,
             a_link_that_another_user_holds_stays_but_calls_of_the_user_end,
             an_adapter_that_comes_while_the_radio_is_off_is_kept_off,
             many_rounds_of_off_and_on_leave_nothing_behind,
             stopping_ends_those_who_wait_for_power)
