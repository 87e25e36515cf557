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
             lease_begins_when_the_link_is_there,
             client_that_leaves_takes_its_attempt_back_with_a_lease_too,
             name_is_what_the_device_advertises_or_else_what_was_read_of_it,
             shutdown_drops_links_and_ends_calls,
             one_attempt_at_a_time_and_clients_take_turns,
             absent_device_gives_way_to_others_and_comes_back,
             adapter_that_hears_the_device_best_is_taken,
             adapters_try_at_the_same_time,
             bonds_are_forgotten_on_every_adapter,
             device_without_a_bond_cannot_be_unpaired,
             link_lingers_also_after_a_client_that_subscribed_left)
