/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Nobody who wants much keeps others from the little they want: attempts to connect, operations.
 */
#include "bh-connector.h"
#include "bh-error.h"
#include "remote-fixture.h"
#include "test-main.h"

#define STEP_MS 500
#define PRESENT 200 /* a device that is there, unlike those with lower numbers */

static void
pass(HubFixture *f, gint64 ms)
{
    for (; ms > 0; ms -= STEP_MS)
        remote_advance(f, STEP_MS);
}

/* Until the device is tried; returns how long that took. */
static gint64
pass_until_tried(HubFixture *f, guint number, gint64 limit_ms)
{
    gint64 ms = 0;

    for (; ms < limit_ms && !fake_central_is_trying(remote_central(f), 0, number); ms += STEP_MS)
        remote_advance(f, STEP_MS);
    return ms;
}

static void
want_absent(HubFixture *f, RemoteResult *results, guint n)
{
    for (guint i = 0; i < n; i++) {
        BhHoldSpec spec = remote_spec(i + 1);

        spec.timeout_ms = 600000;
        remote_connect(f, f->ann, &spec, &results[i]);
    }
}

static void
clear_all(RemoteResult *results, guint n)
{
    for (guint i = 0; i < n; i++)
        remote_result_clear(&results[i]);
}

/* ann keeps a link to a device that is not there any more. */
static void
keep_absent(HubFixture *f, guint number, RemoteResult *result)
{
    BhHoldSpec spec = remote_spec(number);

    spec.reconnect = TRUE;
    remote_connect(f, f->ann, &spec, result);
    fake_central_accept(remote_central(f), 0, number);
    remote_turn(f);
    remote_result_check(result, -1);
    fake_central_drop(remote_central(f), 0, number, BH_LINK_CAUSE_TIMEOUT);
    remote_turn(f);
}

START_TEST(fifty_absent_devices_of_one_client_do_not_keep_another_from_a_present_one)
{
    g_auto(HubFixture) f = {0};
    RemoteResult absent[50] = {{0}};

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 100);
    want_absent(&f, absent, 50);
    for (guint round = 0; round < 3; round++) {
        g_auto(RemoteResult) there = {0};
        const BhHoldSpec spec = remote_spec(PRESENT + round);

        pass(&f, 7000);
        remote_connect(&f, f.bob, &spec, &there);
        ck_assert_int_le(pass_until_tried(&f, PRESENT + round, 10000), BH_CONNECTOR_TURN_MS);
        fake_central_accept(remote_central(&f), 0, PRESENT + round);
        remote_turn(&f);
        remote_result_check(&there, -1);
    }
    bh_client_leave(f.ann);
    remote_turn(&f);
    clear_all(absent, 50);
}
END_TEST

START_TEST(absent_devices_of_one_client_all_have_their_turn)
{
    g_auto(HubFixture) f = {0};
    RemoteResult absent[10] = {{0}};

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 100);
    want_absent(&f, absent, 10);
    for (guint number = 1; number <= 10; number++) {
        ck_assert(fake_central_is_trying(remote_central(&f), 0, number));
        pass(&f, BH_CONNECTOR_TURN_MS);
    }
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    bh_client_leave(f.ann);
    remote_turn(&f);
    clear_all(absent, 10);
}
END_TEST

START_TEST(attempt_that_nobody_waits_for_yields_to_a_call_after_1_s)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) kept = {0}, there = {0};
    const BhHoldSpec spec = remote_spec(PRESENT);

    hub_fixture_init(&f);
    keep_absent(&f, 1, &kept);
    ck_assert_int_lt(pass_until_tried(&f, 1, 10000), 10000);
    remote_connect(&f, f.bob, &spec, &there);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    ck_assert_int_le(pass_until_tried(&f, PRESENT, 10000), BH_CONNECTOR_YIELD_MS + STEP_MS);
    fake_central_accept(remote_central(&f), 0, PRESENT);
    remote_turn(&f);
    remote_result_check(&there, -1);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1)); /* its turn again */
}
END_TEST

START_TEST(call_of_a_client_goes_before_what_it_only_keeps)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) one = {0}, two = {0}, there = {0};
    const BhHoldSpec spec = remote_spec(PRESENT);

    hub_fixture_init(&f);
    keep_absent(&f, 1, &one);
    keep_absent(&f, 2, &two);
    pass(&f, 6000); /* both are wanted by now, one is tried */
    ck_assert_uint_eq(fake_central_count_attempts(remote_central(&f), 0), 1);
    remote_connect(&f, f.ann, &spec, &there);
    ck_assert_int_le(pass_until_tried(&f, PRESENT, 10000), BH_CONNECTOR_YIELD_MS + STEP_MS);
    fake_central_accept(remote_central(&f), 0, PRESENT);
    remote_turn(&f);
    remote_result_check(&there, -1);
}
END_TEST

START_TEST(call_that_waits_does_not_yield_to_what_is_only_kept)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) kept = {0}, slow = {0};
    const BhHoldSpec spec = remote_spec(PRESENT);

    hub_fixture_init(&f);
    keep_absent(&f, 1, &kept);
    remote_connect(&f, f.bob, &spec, &slow);
    hub_fixture_hear(&f, 1, -50); /* it is wanted at once */
    pass(&f, BH_CONNECTOR_TURN_MS - STEP_MS);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, PRESENT));
    fake_central_accept(remote_central(&f), 0, PRESENT);
    remote_turn(&f);
    remote_result_check(&slow, -1);
}
END_TEST

START_TEST(link_that_comes_too_late_goes_to_whoever_wants_it_again)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) late = {0}, again = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    fake_central_set_obedient(remote_central(&f), FALSE);
    remote_connect(&f, f.ann, &spec, &late);
    pass(&f, 10000);
    remote_result_check(&late, BH_ERROR_TIMEOUT);
    remote_connect(&f, f.bob, &spec, &again);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&again, -1);
    remote_check_log(&f, "");
    bh_owned_release(BH_OWNED(again.hold), BH_RELEASE_ASKED);
    remote_turn(&f);
    remote_check_log(&f, "disconnect 1"); /* it is ours */
}
END_TEST

START_TEST(thousand_operations_of_one_client_do_not_keep_another_from_its_own)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0}, mine = {0};
    g_autofree RemoteResult *many = g_new0(RemoteResult, 1000);
    BhRemote *remote;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 1000);
    remote = remote_hold(&f, f.ann, 1, &a);
    remote_hold(&f, f.bob, 1, &b);
    for (guint i = 0; i < 1000; i++)
        remote_read(remote, f.ann, "2a38", &many[i]);
    remote_read(remote, f.bob, "2a38", &mine);
    for (guint i = 0; i < 3; i++) { /* ann's, which was under way, and her next; then bob's */
        fake_central_answer(remote_central(&f), 14, "x");
        remote_turn(&f);
    }
    remote_result_check(&mine, -1);
    ck_assert(many[1].done);
    ck_assert(!many[2].done);
    bh_client_leave(f.ann);
    fake_central_answer(remote_central(&f), 14, "x"); /* nobody waits for it any more */
    remote_turn(&f);
    clear_all(many, 1000);
}
END_TEST

START_TEST(operation_on_another_attribute_does_not_wait_for_a_thousand)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0}, mine = {0};
    g_autofree RemoteResult *many = g_new0(RemoteResult, 1000);
    BhRemote *remote;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 1000);
    remote = remote_hold(&f, f.ann, 1, &a);
    remote_hold(&f, f.bob, 1, &b);
    for (guint i = 0; i < 1000; i++)
        remote_read(remote, f.ann, "2a38", &many[i]);
    remote_read(remote, f.bob, "2a19", &mine);
    fake_central_answer(remote_central(&f), 22, "y");
    remote_turn(&f);
    remote_result_check(&mine, -1);
    ck_assert(!many[0].done);
    bh_client_leave(f.ann);
    fake_central_answer(remote_central(&f), 14, "x"); /* nobody waits for it any more */
    remote_turn(&f);
    clear_all(many, 1000);
}
END_TEST

BH_TEST_MAIN("hub-fairness",
             fifty_absent_devices_of_one_client_do_not_keep_another_from_a_present_one,
             absent_devices_of_one_client_all_have_their_turn,
             attempt_that_nobody_waits_for_yields_to_a_call_after_1_s,
             call_of_a_client_goes_before_what_it_only_keeps,
             call_that_waits_does_not_yield_to_what_is_only_kept,
             link_that_comes_too_late_goes_to_whoever_wants_it_again,
             thousand_operations_of_one_client_do_not_keep_another_from_its_own,
             operation_on_another_attribute_does_not_wait_for_a_thousand)
