/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links that clients share: how they come about, how long they last, and who may try when.
 */
#include "bh-ad.h"
#include "bh-error.h"
#include "fake-radio.h"
#include "remote-fixture.h"
#include "test-main.h"

START_TEST(absent_device_is_a_timeout_at_the_deadline_and_leaves_nothing)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    remote_advance(&f, 9999);
    ck_assert(!r.done);
    remote_advance(&f, 1);
    remote_result_check(&r, BH_ERROR_TIMEOUT);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    ck_assert(!fake_central_is_watched(remote_central(&f), 0, 1));
    ck_assert_ptr_null(remote_find(&f, 1));
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_HOLDS), 0);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_WAITS), 0);
}
END_TEST

START_TEST(connect_works_right_after_one_that_timed_out)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) late = {0}, r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    fake_central_set_obedient(remote_central(&f), FALSE);
    remote_connect(&f, f.ann, &spec, &late);
    remote_advance(&f, 10000);
    remote_result_check(&late, BH_ERROR_TIMEOUT);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_CANCELLED); /* the old one, at last */
    remote_turn(&f);
    ck_assert(!r.done);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
}
END_TEST

START_TEST(failure_comes_with_the_cause_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_DISCONNECTED);
    remote_turn(&f);
    remote_result_check(&r, BH_ERROR_DISCONNECTED);
    ck_assert_str_eq(r.error->message, "as told");
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(success_without_a_link_is_a_failure)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    remote_turn(&f);
    remote_result_check(&r, BH_ERROR_DISCONNECTED);
}
END_TEST

START_TEST(nothing_to_connect_by_is_not_ready_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) off = {0}, gone = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    remote_connect(&f, f.ann, &spec, &off);
    remote_result_check(&off, BH_ERROR_NOT_READY);
    ck_assert_str_eq(off.error->message, "radio-off");
    fake_radio_set_bluez(f.radio, FALSE);
    remote_connect(&f, f.ann, &spec, &gone);
    remote_result_check(&gone, BH_ERROR_NOT_READY);
    ck_assert_str_eq(gone.error->message, "no-bluez");
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(unknown_adapter_is_not_found)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    spec.has_adapter = TRUE;
    spec.adapter = (BhAddress){.octets = {1, 2, 3, 4, 5, 6}};
    remote_connect(&f, f.ann, &spec, &r);
    remote_result_check(&r, BH_ERROR_NOT_FOUND);
    ck_assert(g_str_has_prefix(r.error->message, "Adapter"));
}
END_TEST

START_TEST(adapter_that_goes_ends_waiting_connects)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, second = {0};
    const BhHoldSpec one = remote_spec(1), two = remote_spec(2);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &one, &first);
    remote_connect(&f, f.ann, &two, &second);
    fake_radio_remove_adapter(f.radio, 0);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_NOT_READY);
    remote_turn(&f);
    remote_result_check(&first, BH_ERROR_NOT_READY);
    remote_result_check(&second, BH_ERROR_NOT_READY);
}
END_TEST

START_TEST(full_adapter_is_a_limit)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0}, c = {0};
    const BhHoldSpec three = remote_spec(3);

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &a);
    remote_hold(&f, f.ann, 2, &b);
    remote_connect(&f, f.ann, &three, &c);
    remote_result_check(&c, BH_ERROR_LIMIT_EXCEEDED);
    ck_assert_uint_eq(bh_remotes_count_free_slots(bh_hub_peek_remotes(f.hub), 0), 0);
}
END_TEST

START_TEST(holds_are_counted_per_user)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0}, c = {0}, over = {0}, other = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &a);
    remote_hold(&f, f.ann, 1, &b);
    remote_hold(&f, f.ann, 1, &c);
    remote_connect(&f, f.ann, bh_hold_peek_spec(a.hold), &over);
    remote_result_check(&over, BH_ERROR_LIMIT_EXCEEDED);
    remote_hold(&f, f.bob, 1, &other);
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 4);
}
END_TEST

START_TEST(link_that_comes_after_all_is_dropped)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    fake_central_set_obedient(remote_central(&f), FALSE);
    remote_connect(&f, f.ann, &spec, &r);
    remote_advance(&f, 10000);
    remote_result_check(&r, BH_ERROR_TIMEOUT);
    fake_central_accept(remote_central(&f), 0, 1); /* the cancelling came too late */
    remote_turn(&f);
    remote_check_log(&f, "disconnect 1");
}
END_TEST

START_TEST(client_that_leaves_takes_its_attempt_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    bh_client_leave(f.ann);
    remote_turn(&f);
    remote_result_check(&r, BH_ERROR_CANCELLED);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(lease_begins_when_the_link_is_there)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect_leased(&f, f.ann, &spec, &r);
    remote_advance(&f, 3000);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    remote_advance(&f, 999);
    ck_assert(!bh_owned_is_released(BH_OWNED(r.hold)));
    remote_advance(&f, 1);
    ck_assert(bh_owned_is_released(BH_OWNED(r.hold)));
}
END_TEST

START_TEST(client_that_leaves_takes_its_attempt_back_with_a_lease_too)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    remote_connect_leased(&f, f.ann, &spec, &r);
    bh_client_leave(f.ann);
    remote_turn(&f);
    remote_result_check(&r, BH_ERROR_CANCELLED);
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

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

static void
connect_with_interval(HubFixture *f, BhClient *client, guint32 interval_us, RemoteResult *result)
{
    BhHoldSpec spec = remote_spec(1);

    spec.parameters.min_interval_us = spec.parameters.max_interval_us = interval_us;
    remote_connect(f, client, &spec, result);
    if (fake_central_is_trying(remote_central(f), 0, 1))
        fake_central_accept(remote_central(f), 0, 1);
    remote_turn(f);
}

START_TEST(parameters_of_a_link_that_is_there_are_changed_for_who_wants_shorter_ones)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, same = {0}, longer = {0}, shorter = {0}, any = {0};

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 10);
    connect_with_interval(&f, f.ann, 30000, &first);
    remote_result_check(&first, -1);
    connect_with_interval(&f, f.bob, 30000, &same);
    remote_result_check(&same, -1);
    connect_with_interval(&f, f.bob, 60000, &longer);
    remote_result_check(&longer, -1);
    remote_check_log(&f, ""); /* the attempt had them */
    connect_with_interval(&f, f.bob, 15000, &shorter);
    remote_result_check(&shorter, -1);
    remote_check_log(&f, "parameters 15000");
    connect_with_interval(&f, f.bob, 0, &any);
    remote_result_check(&any, -1);
    remote_check_log(&f, "");
}
END_TEST

START_TEST(parameters_that_a_link_cannot_have_any_more_are_refused)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, other = {0}, any = {0};

    hub_fixture_init(&f);
    fake_central_set_parameters(remote_central(&f), FALSE);
    fake_central_link(remote_central(&f), 0, 1);
    connect_with_interval(&f, f.ann, 0, &any);
    remote_result_check(&any, -1);
    connect_with_interval(&f, f.bob, 15000, &other);
    remote_result_check(&other, BH_ERROR_NOT_SUPPORTED);
    ck_assert_str_eq(other.error->message, "the device is linked already: as told");
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 1);
    connect_with_interval(&f, f.ann, 0, &first);
    remote_result_check(&first, -1);
}
END_TEST

START_TEST(parameters_of_a_link_that_another_program_made_are_changed_for_the_first_connect)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) refused = {0}, changed = {0};

    hub_fixture_init(&f);
    fake_central_link(remote_central(&f), 0, 1);
    fake_central_set_parameters(remote_central(&f), FALSE);
    connect_with_interval(&f, f.ann, 15000, &refused);
    remote_result_check(&refused, BH_ERROR_NOT_SUPPORTED);
    remote_check_log(&f, "parameters 15000");
    fake_central_set_parameters(remote_central(&f), TRUE);
    connect_with_interval(&f, f.bob, 15000, &changed);
    remote_result_check(&changed, -1);
    remote_check_log(&f, "parameters 15000");
}
END_TEST

/* The link of an attempt that was taken back comes all the same, for who asked again meanwhile. */
static void
inherit_link(HubFixture *f, guint32 made_with_us, guint32 wanted_us, RemoteResult *heir)
{
    g_auto(RemoteResult) left = {0};
    BhHoldSpec spec = remote_spec(1);

    fake_central_set_obedient(remote_central(f), FALSE);
    spec.parameters.min_interval_us = spec.parameters.max_interval_us = made_with_us;
    remote_connect(f, f->ann, &spec, &left);
    bh_client_leave(f->ann);
    remote_turn(f);
    remote_result_check(&left, BH_ERROR_CANCELLED);
    connect_with_interval(f, f->bob, wanted_us, heir);
}

START_TEST(link_that_comes_late_has_the_parameters_of_who_asked_last)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) heir = {0};

    hub_fixture_init(&f);
    inherit_link(&f, 30000, 15000, &heir);
    remote_result_check(&heir, -1);
    remote_check_log(&f, "parameters 15000");
}
END_TEST

START_TEST(link_that_comes_late_is_not_changed_if_it_was_made_with_what_is_wanted)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) heir = {0};

    hub_fixture_init(&f);
    inherit_link(&f, 15000, 15000, &heir);
    remote_result_check(&heir, -1);
    remote_check_log(&f, "");
}
END_TEST

/* Ann's second Connect, which wants a shorter interval, while her reads keep its turn. */
static void
connect_behind_reads(HubFixture *f, gint64 timeout_ms, RemoteResult *reads, RemoteResult *second)
{
    BhHoldSpec spec = remote_spec(1);

    for (guint i = 0; i < 2; i++)
        remote_read_within(remote_find(f, 1), f->ann, "2a38", 60000, &reads[i]);
    spec.timeout_ms = timeout_ms;
    spec.parameters.min_interval_us = spec.parameters.max_interval_us = 15000;
    remote_connect(f, f->ann, &spec, second);
}

static void
answer_reads(HubFixture *f, RemoteResult *reads)
{
    for (guint i = 0; i < 2; i++) {
        fake_central_answer(remote_central(f), 14, "x");
        remote_turn(f);
        remote_result_check(&reads[i], -1);
        remote_result_clear(&reads[i]);
    }
}

START_TEST(parameters_have_all_the_time_of_connect)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, second = {0};
    RemoteResult reads[2] = {{0}};

    hub_fixture_init(&f);
    connect_with_interval(&f, f.ann, 0, &first);
    connect_behind_reads(&f, 5000, reads, &second);
    remote_advance(&f, 4999);
    ck_assert(!second.done);
    answer_reads(&f, reads);
    remote_result_check(&second, -1);
}
END_TEST

START_TEST(parameters_have_no_more_time_than_connect)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, second = {0};
    RemoteResult reads[2] = {{0}};

    hub_fixture_init(&f);
    connect_with_interval(&f, f.ann, 0, &first);
    connect_behind_reads(&f, 300, reads, &second);
    remote_advance(&f, 299);
    ck_assert(!second.done);
    remote_advance(&f, 1);
    remote_result_check(&second, BH_ERROR_TIMEOUT);
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 1);
    answer_reads(&f, reads);
}
END_TEST

START_TEST(name_is_what_the_device_advertises_or_else_what_was_read_of_it)
{
    static const guint8 advertised[] = {5, BH_AD_NAME_COMPLETE, 'S', 'e', 'e', 'n'};
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    g_autofree char *none = NULL, *first = NULL, *second = NULL;
    BhRemote *remote;

    hub_fixture_init(&f);
    hub_fixture_scan(&f, f.ann, NULL);
    remote = remote_hold(&f, f.ann, 1, &r);
    none = bh_remote_dup_name(remote);
    ck_assert_ptr_null(none);
    fake_central_set_name(remote_central(&f), 0, 1, "Read");
    first = bh_remote_dup_name(remote);
    ck_assert_str_eq(first, "Read");
    fake_radio_hear(f.radio, 0, 1, -50, advertised, sizeof(advertised), bh_clock_now_us(f.clock));
    second = bh_remote_dup_name(remote);
    ck_assert_str_eq(second, "Seen");
}
END_TEST

START_TEST(shutdown_drops_links_and_ends_calls)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) held = {0}, waiting = {0}, leaving = {0};
    const BhHoldSpec two = remote_spec(2);
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &held);
    remote_wait_disconnected(remote, f.ann, &leaving);
    remote_connect(&f, f.ann, &two, &waiting);
    bh_hub_stop(f.hub);
    remote_turn(&f);
    remote_check_log(&f, "disconnect 1");
    ck_assert_str_eq(leaving.text, "local");
    ck_assert_ptr_nonnull(waiting.error);
}
END_TEST

START_TEST(one_attempt_at_a_time_and_clients_take_turns)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a1 = {0}, a2 = {0}, b3 = {0};
    const BhHoldSpec one = remote_spec(1), two = remote_spec(2), three = remote_spec(3);

    hub_fixture_init(&f);
    remote_connect(&f, f.ann, &one, &a1);
    remote_connect(&f, f.ann, &two, &a2);
    remote_connect(&f, f.bob, &three, &b3);
    ck_assert_uint_eq(fake_central_count_attempts(remote_central(&f), 0), 1);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_FAILED);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 3)); /* before ann's second */
    fake_central_accept(remote_central(&f), 0, 3);
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 2));
    fake_central_accept(remote_central(&f), 0, 2);
    remote_turn(&f);
    remote_result_check(&a1, BH_ERROR_FAILED);
    remote_result_check(&a2, -1);
    remote_result_check(&b3, -1);
}
END_TEST

START_TEST(absent_device_gives_way_to_others_and_comes_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) absent = {0}, there = {0};
    BhHoldSpec one = remote_spec(1), two = remote_spec(2);

    hub_fixture_init(&f);
    one.timeout_ms = 60000;
    remote_connect(&f, f.ann, &one, &absent);
    remote_advance(&f, 4000);
    remote_connect(&f, f.bob, &two, &there);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    remote_advance(&f, 1000);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 2));
    fake_central_accept(remote_central(&f), 0, 2);
    remote_turn(&f);
    remote_result_check(&there, -1);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&absent, -1);
}
END_TEST

START_TEST(adapter_that_hears_the_device_best_is_taken)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    fake_radio_hear(f.radio, 1, 1, -50, NULL, 0, bh_clock_now_us(f.clock));
    fake_radio_hear(f.radio, 0, 1, -80, NULL, 0, bh_clock_now_us(f.clock));
    remote_connect(&f, f.ann, &spec, &r);
    ck_assert(fake_central_is_trying(remote_central(&f), 1, 1));
    fake_central_accept(remote_central(&f), 1, 1);
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_slot(bh_hold_peek_remote(r.hold)), 1);
}
END_TEST

START_TEST(adapters_try_at_the_same_time)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0};
    BhHoldSpec one = remote_spec(1), two = remote_spec(2);

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    remote_connect(&f, f.ann, &one, &a);
    remote_connect(&f, f.ann, &two, &b);
    fake_central_accept(remote_central(&f), 0, 1);
    fake_central_accept(remote_central(&f), 1, 2);
    remote_turn(&f);
    remote_result_check(&a, -1);
    remote_result_check(&b, -1);
}
END_TEST

START_TEST(bonds_are_forgotten_on_every_adapter)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, unpaired = {0};

    hub_fixture_init(&f);
    remote_unpair(remote_hold(&f, f.ann, 1, &r), f.ann, &unpaired);
    remote_turn(&f);
    remote_result_check(&unpaired, -1);
    remote_check_log(&f, "forget 0, forget 1");
}
END_TEST

START_TEST(device_without_a_bond_cannot_be_unpaired)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, unpaired = {0};

    hub_fixture_init(&f);
    remote_unpair(remote_hold(&f, f.ann, 2, &r), f.ann, &unpaired);
    remote_turn(&f);
    remote_result_check(&unpaired, BH_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(link_lingers_also_after_a_client_that_subscribed_left)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, subscribed = {0};
    BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    spec.linger_ms = 3000;
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_subscribe(remote_find(&f, 1), f.ann, "2a37", 1, &subscribed);
    fake_central_answer(remote_central(&f), 12, NULL);
    remote_turn(&f);
    remote_result_check(&subscribed, -1);
    bh_client_leave(f.ann);
    remote_advance(&f, 2999);
    remote_check_log(&f, "subscribe 12, unsubscribe 12");
    remote_advance(&f, 1);
    remote_check_log(&f, "disconnect 1");
}
END_TEST

BH_TEST_MAIN("hub-connect",
             absent_device_is_a_timeout_at_the_deadline_and_leaves_nothing,
             connect_works_right_after_one_that_timed_out,
             failure_comes_with_the_cause_at_once,
             success_without_a_link_is_a_failure,
             nothing_to_connect_by_is_not_ready_at_once,
             unknown_adapter_is_not_found,
             adapter_that_goes_ends_waiting_connects,
             full_adapter_is_a_limit,
             holds_are_counted_per_user,
             link_that_comes_after_all_is_dropped,
             client_that_leaves_takes_its_attempt_back,
             client_that_leaves_takes_its_attempt_back_with_a_lease_too,
             lease_begins_when_the_link_is_there,
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
             link_that_we_let_go_of_is_not_taken_for_somebody_elses,
             parameters_of_a_link_that_is_there_are_changed_for_who_wants_shorter_ones,
             parameters_that_a_link_cannot_have_any_more_are_refused,
             parameters_of_a_link_that_another_program_made_are_changed_for_the_first_connect,
             parameters_have_all_the_time_of_connect,
             parameters_have_no_more_time_than_connect,
             link_that_comes_late_has_the_parameters_of_who_asked_last,
             link_that_comes_late_is_not_changed_if_it_was_made_with_what_is_wanted,
             name_is_what_the_device_advertises_or_else_what_was_read_of_it,
             shutdown_drops_links_and_ends_calls,
             one_attempt_at_a_time_and_clients_take_turns,
             absent_device_gives_way_to_others_and_comes_back,
             adapter_that_hears_the_device_best_is_taken,
             adapters_try_at_the_same_time,
             bonds_are_forgotten_on_every_adapter,
             device_without_a_bond_cannot_be_unpaired,
             link_lingers_also_after_a_client_that_subscribed_left)
