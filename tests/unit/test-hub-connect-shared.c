/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One link and whoever holds it: shared, lingering, made by others, let go of.
 */
#include "bh-ad.h"
#include "bh-error.h"
#include "fake-radio.h"
#include "remote-fixture.h"
#include "test-main.h"

START_TEST(second_client_gets_the_same_link_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &a);
    ck_assert_uint_eq(bh_remote_get_state(remote), BH_REMOTE_READY);
    remote_connect(&f, f.bob, bh_hold_peek_spec(a.hold), &b);
    remote_result_check(&b, -1);
    ck_assert_ptr_eq(bh_hold_peek_remote(b.hold), remote);
    ck_assert_uint_eq(bh_remote_count_holds(remote), 2);
    ck_assert(!bh_remote_is_held_only_by(remote, 1000));
}
END_TEST

START_TEST(all_who_wait_for_a_device_share_one_attempt)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &a);
    remote_connect(&f, f.bob, &spec, &b);
    bh_client_leave(f.ann);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&a, BH_ERROR_CANCELLED);
    remote_result_check(&b, -1);
}
END_TEST

START_TEST(link_drops_with_the_last_hold)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &a);
    remote_hold(&f, f.bob, 1, &b);
    bh_client_leave(f.ann);
    remote_turn(&f);
    remote_check_log(&f, "");
    bh_owned_release(BH_OWNED(b.hold), BH_RELEASE_ASKED);
    remote_turn(&f);
    remote_check_log(&f, "disconnect 1");
    ck_assert_ptr_nonnull(remote_find(&f, 1));
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_LOCAL);
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(device_wanted_again_while_its_link_goes_is_connected_anew)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &a);
    bh_owned_release(BH_OWNED(a.hold), BH_RELEASE_ASKED);
    remote_connect(&f, f.ann, &spec, &b);
    ck_assert(!b.done);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_LOCAL);
    remote_turn(&f);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&b, -1);
}
END_TEST

START_TEST(link_that_does_not_go_is_forgotten_after_5_s)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &a);
    bh_owned_release(BH_OWNED(a.hold), BH_RELEASE_ASKED);
    remote_advance(&f, 5000);
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(link_lingers_as_the_last_hold_wanted)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};
    BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    spec.linger_ms = 3000;
    remote_connect(&f, f.ann, &spec, &a);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    bh_owned_release(BH_OWNED(a.hold), BH_RELEASE_ASKED);
    remote_advance(&f, 2000);
    remote_connect(&f, f.bob, &spec, &b); /* at once */
    remote_result_check(&b, -1);
    remote_advance(&f, 3000);
    remote_check_log(&f, "");
    bh_owned_release(BH_OWNED(b.hold), BH_RELEASE_ASKED);
    remote_advance(&f, 3000);
    remote_check_log(&f, "disconnect 1");
}
END_TEST

static void
on_leased(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->hold = bh_remotes_connect_finish(BH_REMOTES(source), result, &it->error);
}

/* A hold of ann for as long as a lease. */
static void
lease(HubFixture *f, const BhHoldSpec *spec, gint64 lease_ms, RemoteResult *result)
{
    bh_remotes_connect_async(bh_hub_peek_remotes(f->hub),
                             spec,
                             f->ann,
                             BH_LIFETIME_LEASE,
                             lease_ms,
                             on_leased,
                             result);
    remote_turn(f);
}

START_TEST(leased_hold_outlives_its_client_and_ends_with_the_lease)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    lease(&f, &spec, 5000, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    bh_client_leave(f.ann);
    remote_advance(&f, 4000);
    bh_owned_renew(BH_OWNED(r.hold));
    remote_advance(&f, 4000);
    remote_check_log(&f, "");
    remote_advance(&f, 1000);
    remote_check_log(&f, "disconnect 1");
    ck_assert(bh_owned_is_released(BH_OWNED(r.hold)));
}
END_TEST

START_TEST(hold_released_while_connecting_leaves_the_attempt_to_those_of_others)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};
    const BhHoldSpec spec = remote_spec(1);
    const GPtrArray *holds;

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &a);
    remote_connect(&f, f.bob, &spec, &b);
    holds = bh_remote_peek_holds(remote_find(&f, 1));
    bh_owned_release(holds->pdata[0], BH_RELEASE_ASKED); /* ann's */
    remote_turn(&f);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&a, BH_ERROR_CANCELLED);
    remote_result_check(&b, -1);
    ck_assert(bh_remote_is_held_only_by(remote_find(&f, 1), 1001));
}
END_TEST

START_TEST(link_lost_while_it_lingers_is_not_lost_to_anybody)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec = remote_spec(1);
    BhHubCounters counters;

    hub_fixture_init(&f);
    spec.linger_ms = 3000;
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    ck_assert_ptr_null(remote_find(&f, 1));
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.remotes.links_lost, 0);
}
END_TEST

START_TEST(foreign_link_is_shared_and_never_cut)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};

    hub_fixture_init(&f);
    fake_central_link(remote_central(&f), 0, 1);
    remote_hold(&f, f.ann, 1, &r);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_advance(&f, 10000);
    remote_check_log(&f, "");
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(link_that_somebody_else_makes_during_our_attempt_is_never_cut)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_link(remote_central(&f), 0, 1);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_advance(&f, 10000);
    remote_check_log(&f, "");
}
END_TEST

/* Even if its end takes longer than it is waited for. */
START_TEST(link_that_we_let_go_of_is_not_taken_for_somebody_elses)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, again = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_advance(&f, 6000);
    remote_check_log(&f, "disconnect 1");
    ck_assert_ptr_null(remote_find(&f, 1));
    remote_connect(&f, f.bob, &spec, &again);
    fake_central_set_mtu(remote_central(&f), 0, 1, 23);
    remote_turn(&f);
    ck_assert(!again.done);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_LOCAL);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&again, -1);
}
END_TEST

BH_TEST_MAIN("hub-connect-shared",
             second_client_gets_the_same_link_at_once,
             all_who_wait_for_a_device_share_one_attempt,
             link_drops_with_the_last_hold,
             device_wanted_again_while_its_link_goes_is_connected_anew,
             link_that_does_not_go_is_forgotten_after_5_s,
             link_lingers_as_the_last_hold_wanted,
             leased_hold_outlives_its_client_and_ends_with_the_lease,
             hold_released_while_connecting_leaves_the_attempt_to_those_of_others,
             link_lost_while_it_lingers_is_not_lost_to_anybody,
             foreign_link_is_shared_and_never_cut,
             link_that_somebody_else_makes_during_our_attempt_is_never_cut,
             link_that_we_let_go_of_is_not_taken_for_somebody_elses)
