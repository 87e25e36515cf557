/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links where there are several adapters: which has room, and which has the link already.
 */
#include "bh-error.h"
#include "bh-link-room.h"
#include "remote-fixture.h"
#include "test-main.h"

static BhHoldSpec
only_by(HubFixture *f, guint number, guint8 slot)
{
    BhHoldSpec spec = remote_spec(number);

    spec.has_adapter = TRUE;
    spec.adapter = *bh_adapter_get_address(bh_hub_peek_adapter(f->hub, slot));
    return spec;
}

static void
init(HubFixture *f)
{
    hub_fixture_init(f);
    hub_fixture_widen(f, 10);
    fake_radio_set_adapter(f->radio, 1, "hci1", TRUE);
}

static guint
free_slots(HubFixture *f, guint8 slot)
{
    return bh_remotes_count_free_slots(bh_hub_peek_remotes(f->hub), slot);
}

START_TEST(refusal_for_want_of_room_counts_until_a_link_goes)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) one = {0}, two = {0}, three = {0}, again = {0};
    const BhHoldSpec second = remote_spec(2), third = remote_spec(3);

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 10);
    remote_hold(&f, f.ann, 1, &one);
    ck_assert_uint_eq(free_slots(&f, 0), 15);
    remote_connect(&f, f.ann, &second, &two);
    fake_central_refuse(remote_central(&f), 0, 2, BH_ERROR_LIMIT_EXCEEDED);
    remote_turn(&f);
    remote_result_check(&two, BH_ERROR_LIMIT_EXCEEDED);
    ck_assert_uint_eq(free_slots(&f, 0), 0);
    remote_connect(&f, f.ann, &third, &three); /* not even tried */
    remote_result_check(&three, BH_ERROR_LIMIT_EXCEEDED);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    ck_assert_uint_eq(free_slots(&f, 0), 16);
    remote_hold(&f, f.ann, 2, &again);
}
END_TEST

START_TEST(refusal_for_want_of_room_is_forgotten_after_30_s)
{
    BhLinkRoom room = {.max = 4};

    bh_link_room_refused(&room, 0, 2, 1000);
    ck_assert_uint_eq(bh_link_room_get_free(&room, 0, 2, 1000), 0);
    ck_assert_uint_eq(bh_link_room_get_free(&room, 1, 2, 1000), 2);
    ck_assert_uint_eq(bh_link_room_get_free(&room, 0, 2, 30000999), 0);
    ck_assert_uint_eq(bh_link_room_get_free(&room, 0, 2, 30001000), 2);
    bh_link_room_refused(&room, 0, 0, 1000);
    ck_assert_uint_eq(bh_link_room_get_free(&room, 0, 0, 1000999), 0);
    ck_assert_uint_eq(bh_link_room_get_free(&room, 0, 0, 1001000), 4); /* no link took the room */
}
END_TEST

START_TEST(adapter_without_room_is_followed_by_another)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_LIMIT_EXCEEDED);
    remote_turn(&f);
    ck_assert(!r.done);
    fake_central_accept(remote_central(&f), 1, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    ck_assert_uint_eq(free_slots(&f, 0), 0);
    ck_assert_uint_eq(free_slots(&f, 1), 15);
}
END_TEST

START_TEST(all_adapters_without_room_are_a_limit)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_refuse(remote_central(&f), 0, 1, BH_ERROR_LIMIT_EXCEEDED);
    remote_turn(&f);
    fake_central_refuse(remote_central(&f), 1, 1, BH_ERROR_LIMIT_EXCEEDED);
    remote_turn(&f);
    remote_result_check(&r, BH_ERROR_LIMIT_EXCEEDED);
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(link_that_somebody_else_makes_by_another_adapter_is_taken)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    const BhHoldSpec spec = remote_spec(1);

    init(&f);
    remote_connect(&f, f.ann, &spec, &r);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
    fake_central_link(remote_central(&f), 1, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    ck_assert_uint_eq(bh_remote_get_slot(remote_find(&f, 1)), 1);
    ck_assert(!fake_central_is_trying(remote_central(&f), 0, 1));
    ck_assert(!fake_central_is_watched(remote_central(&f), 0, 1));
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_turn(&f);
    remote_check_log(&f, ""); /* it is not ours */
    ck_assert(!fake_central_is_watched(remote_central(&f), 1, 1));
}
END_TEST

START_TEST(waiting_hold_takes_a_link_that_somebody_else_makes_by_a_new_adapter)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec = remote_spec(1);

    hub_fixture_init(&f);
    spec.reconnect = TRUE;
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    remote_turn(&f);
    fake_central_link(remote_central(&f), 1, 1);
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_state(remote_find(&f, 1)), BH_REMOTE_READY);
    ck_assert_uint_eq(bh_remote_get_slot(remote_find(&f, 1)), 1);
    remote_result_check(&r, -1);
}
END_TEST

START_TEST(link_by_an_adapter_that_the_hold_does_not_want_is_not_taken)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec;

    init(&f);
    spec = only_by(&f, 1, 0);
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_link(remote_central(&f), 1, 1);
    remote_turn(&f);
    ck_assert(!r.done);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    remote_result_check(&r, -1);
    ck_assert_uint_eq(bh_remote_get_slot(remote_find(&f, 1)), 0);
}
END_TEST

START_TEST(device_linked_by_another_adapter_than_wanted_exists_already)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, other = {0};
    BhHoldSpec spec;

    init(&f);
    remote_hold(&f, f.ann, 1, &r);
    spec = only_by(&f, 1, 1);
    remote_connect(&f, f.bob, &spec, &other);
    remote_turn(&f);
    remote_result_check(&other, BH_ERROR_ALREADY_EXISTS);
    ck_assert(g_str_has_prefix(other.error->message, "Adapter"));
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 1);
}
END_TEST

START_TEST(waiting_hold_is_not_woken_by_an_adapter_it_does_not_want)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    BhHoldSpec spec;

    init(&f);
    spec = only_by(&f, 1, 0);
    spec.reconnect = TRUE;
    remote_connect(&f, f.ann, &spec, &r);
    fake_central_accept(remote_central(&f), 0, 1);
    remote_turn(&f);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    remote_turn(&f);
    fake_radio_hear(f.radio, 1, 1, -50, NULL, 0, bh_clock_now_us(f.clock));
    remote_turn(&f);
    ck_assert_uint_eq(bh_remote_get_state(remote_find(&f, 1)), BH_REMOTE_WAITING);
    fake_radio_hear(f.radio, 0, 1, -50, NULL, 0, bh_clock_now_us(f.clock));
    remote_turn(&f);
    ck_assert(fake_central_is_trying(remote_central(&f), 0, 1));
}
END_TEST

BH_TEST_MAIN("hub-adapters",
             refusal_for_want_of_room_counts_until_a_link_goes,
             refusal_for_want_of_room_is_forgotten_after_30_s,
             adapter_without_room_is_followed_by_another,
             all_adapters_without_room_are_a_limit,
             link_that_somebody_else_makes_by_another_adapter_is_taken,
             waiting_hold_takes_a_link_that_somebody_else_makes_by_a_new_adapter,
             link_by_an_adapter_that_the_hold_does_not_want_is_not_taken,
             device_linked_by_another_adapter_than_wanted_exists_already,
             waiting_hold_is_not_woken_by_an_adapter_it_does_not_want)
