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

#define CROWD 5
#define EACH 12

typedef struct {
    BhClient *clients[CROWD];
    RemoteResult results[CROWD][EACH];
} Crowd;

/* Each wants many devices that are not there. */
static void
crowd_init(Crowd *self, HubFixture *f)
{
    for (guint i = 0; i < CROWD; i++) {
        g_autofree char *name = g_strdup_printf(":1.%u", 10 + i);

        self->clients[i] = bh_client_new(name, 2000 + i);
        for (guint k = 0; k < EACH; k++) {
            BhHoldSpec spec = remote_spec(1 + i * EACH + k);

            spec.timeout_ms = 3600000;
            remote_connect(f, self->clients[i], &spec, &self->results[i][k]);
        }
    }
}

static void
crowd_clear(Crowd *self, HubFixture *f)
{
    for (guint i = 0; i < CROWD; i++) {
        bh_client_leave(self->clients[i]);
        remote_turn(f);
        clear_all(self->results[i], EACH);
        g_clear_object(&self->clients[i]);
    }
}

/* Another client connects, and lets go; returns how long it took until the device was tried. */
static gint64
connect_present(HubFixture *f, guint number)
{
    g_auto(RemoteResult) there = {0};
    BhHoldSpec spec = remote_spec(number);
    gint64 ms;

    spec.timeout_ms = 60000;
    remote_connect(f, f->bob, &spec, &there);
    ms = pass_until_tried(f, number, 60000);
    fake_central_accept(remote_central(f), 0, number);
    remote_turn(f);
    remote_result_check(&there, -1);
    bh_owned_release(BH_OWNED(there.hold), BH_RELEASE_ASKED);
    fake_central_drop(remote_central(f), 0, number, BH_LINK_CAUSE_LOCAL);
    remote_turn(f);
    return ms;
}

/* At worst behind an attempt by turn alone, and the one before that. */
START_TEST(device_that_is_heard_does_not_wait_for_five_clients_with_absent_ones)
{
    g_auto(HubFixture) f = {0};
    Crowd crowd = {{0}};
    gint64 sum_ms = 0;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 100);
    hub_fixture_scan(&f, f.bob, NULL);
    crowd_init(&crowd, &f);
    for (guint i = 0; i < 20; i++) {
        hub_fixture_hear(&f, PRESENT, -50);
        gint64 ms = connect_present(&f, PRESENT);
        ck_assert_int_le(ms, 2 * BH_CONNECTOR_TURN_MS + 2 * STEP_MS);
        sum_ms += ms;
    }
    ck_assert_int_lt(sum_ms / 20, BH_CONNECTOR_TURN_MS / 2);
    crowd_clear(&crowd, &f);
}
END_TEST

START_TEST(device_that_is_new_does_not_wait_for_those_that_were_tried_in_vain)
{
    g_auto(HubFixture) f = {0};
    Crowd crowd = {{0}};

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 100);
    crowd_init(&crowd, &f);
    pass(&f, CROWD * EACH * BH_CONNECTOR_TURN_MS);
    for (guint i = 0; i < 20; i++)
        ck_assert_int_le(connect_present(&f, PRESENT), 2 * BH_CONNECTOR_TURN_MS + STEP_MS);
    crowd_clear(&crowd, &f);
}
END_TEST

/* One that is always heard and never there: tried again and again, but not only it. */
START_TEST(devices_that_are_heard_leave_those_that_are_not_their_turns)
{
    g_auto(HubFixture) f = {0};
    RemoteResult absent[4] = {{0}};
    guint met = 0;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 100);
    hub_fixture_scan(&f, f.bob, NULL);
    want_absent(&f, absent, 4);
    for (guint i = 0; i < 60; i++) {
        hub_fixture_hear(&f, PRESENT, -50);
        connect_present(&f, PRESENT);
        for (guint k = 1; k <= 4; k++)
            if (fake_central_is_trying(remote_central(&f), 0, k))
                met |= 1u << k;
    }
    ck_assert_uint_eq(met, 0x1e);
    bh_client_leave(f.ann);
    remote_turn(&f);
    clear_all(absent, 4);
}
END_TEST

/* However much is heard, a device that advertises seldom is listened for a whole turn. */
START_TEST(attempt_gives_way_to_what_is_heard_ever_later)
{
    static const gint64 expected_ms[] = {1000, 2000, 4000, 5000, 5000};
    g_auto(HubFixture) f = {0};
    RemoteResult absent[1] = {{0}};

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 100);
    hub_fixture_scan(&f, f.bob, NULL);
    want_absent(&f, absent, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(expected_ms); i++) {
        ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
        hub_fixture_hear(&f, PRESENT, -50);
        ck_assert_int_eq(connect_present(&f, PRESENT), expected_ms[i]);
    }
    bh_client_leave(f.ann);
    remote_turn(&f);
    clear_all(absent, 1);
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
             device_that_is_heard_does_not_wait_for_five_clients_with_absent_ones,
             device_that_is_new_does_not_wait_for_those_that_were_tried_in_vain,
             devices_that_are_heard_leave_those_that_are_not_their_turns,
             attempt_gives_way_to_what_is_heard_ever_later,
             attempt_that_nobody_waits_for_yields_to_a_call_after_1_s,
             call_of_a_client_goes_before_what_it_only_keeps,
             call_that_waits_does_not_yield_to_what_is_only_kept,
             link_that_comes_too_late_goes_to_whoever_wants_it_again,
             thousand_operations_of_one_client_do_not_keep_another_from_its_own,
             operation_on_another_attribute_does_not_wait_for_a_thousand)
