/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values: none is lost, none comes twice, and what we read ourselves is none.
 */
#include "bh-peer-scene.h"

static gboolean
listens_to_values(BhPeerScene *s)
{
    g_auto(GStrv) rules =
        bh_fixture_dup_match_rules(&s->scene.bus, bh_puppet_peek_caller(s->puppet));

    for (char **rule = rules; *rule != NULL; rule++)
        if (strstr(*rule, "path='" BH_PEER_LEVEL "'") != NULL)
            return TRUE;
    return FALSE;
}

static void
subscribe(BhPeerScene *s)
{
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(s);
    bh_peer_subscribe(s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "ok");
    bh_puppet_clear_calls(s->puppet);
}

/* Failures */

START_TEST(a_subscription_that_is_refused_says_why_and_leaves_nothing)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail_with(s.puppet,
                        "StartNotify",
                        "org.bluez.Error.NotPermitted",
                        "Notify acquired",
                        1);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "0x6: NotPermitted: Notify acquired");
    BH_POLL(!listens_to_values(&s));
    bh_peer_subscribe(&s, BH_CONFIG, &call);
    BH_ASSERT_END(&call, "0x2: no handle 0x0004");
}
END_TEST

START_TEST(a_busy_bluez_is_asked_again)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail(s.puppet, "StartNotify", "org.bluez.Error.InProgress", 3);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "StartNotify"), 4);
}
END_TEST

START_TEST(a_subscription_that_is_cancelled_is_taken_back)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "StartNotify");
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "StartNotify") == 1);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_fixture_settle();
    ck_assert_uint_eq(bh_peer_scene_count(&s, "StopNotify"), 0);
    bh_puppet_release(s.puppet, "StartNotify");
    BH_AWAIT(bh_peer_scene_count(&s, "StopNotify") == 1);
    BH_POLL(!listens_to_values(&s));
    ck_assert_str_eq(s.values->str, "");
}
END_TEST

START_TEST(a_subscription_taken_back_too_early_is_none_if_it_is_refused)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "StartNotify");
    bh_puppet_fail(s.puppet, "StartNotify", "org.bluez.Error.NotSupported", 1);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "StartNotify") == 1);
    bh_central_unsubscribe(s.central, &s.key, BH_LEVEL);
    BH_ASSERT_END(&call, "0x9: unsubscribed");
    bh_puppet_release(s.puppet, "StartNotify");
    BH_POLL(!listens_to_values(&s));
    ck_assert_uint_eq(bh_peer_scene_count(&s, "StopNotify"), 0);
}
END_TEST

START_TEST(a_subscription_ends_with_the_link)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_puppet_hang(s.puppet, "StartNotify", 1);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(bh_peer_scene_count(&s, "StopNotify") == 1);
    BH_POLL(!listens_to_values(&s));
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_fixture_settle();
    ck_assert_str_eq(s.values->str, "");
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "0x8: there is no link");
}
END_TEST

START_TEST(a_subscription_under_way_ends_with_the_link)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "StartNotify", 1);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "StartNotify") == 1);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(a_subscription_ends_with_its_characteristic)
{
    g_auto(BhPeerScene) s = {0};

    subscribe(&s);
    bh_puppet_forget(s.puppet, BH_PEER_LEVEL);
    BH_AWAIT(s.links->len > 0);
    BH_POLL(!listens_to_values(&s));
    ck_assert_uint_eq(bh_peer_scene_count(&s, "StopNotify"), 0);
}
END_TEST

START_TEST(values_that_others_send_are_not_bluezs)
{
    g_auto(BhPeerScene) s = {0};

    subscribe(&s);
    BhPuppet *stranger = bh_puppet_new_stranger(s.scene.bus.address);
    bh_puppet_notify(stranger, BH_PEER_LEVEL, "66");
    bh_fixture_settle();
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "0003:01");
    bh_puppet_free(stranger);
}
END_TEST

/* Values */

START_TEST(values_arrive_one_by_one_in_their_order_also_equal_ones)
{
    g_auto(BhPeerScene) s = {0};

    subscribe(&s);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "02");
    BH_AWAIT(g_str_has_suffix(s.values->str, ":02"));
    ck_assert_str_eq(s.values->str, "0003:01 0003:01 0003: 0003:02");
}
END_TEST

START_TEST(a_value_before_the_answer_to_the_subscription_is_not_lost)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "StartNotify");
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "StartNotify") == 1);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_puppet_release(s.puppet, "StartNotify");
    BH_ASSERT_END(&call, "ok");
    ck_assert_str_eq(s.values->str, "0003:01");
}
END_TEST

START_TEST(what_we_read_ourselves_is_no_value)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_ASSERT_END(&call, "0a0b0c");
    bh_peer_read(&s, BH_LEVEL, 1, &call);
    BH_ASSERT_END(&call, "0b0c");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "0003:01");
}
END_TEST

START_TEST(what_a_cancelled_read_brings_is_no_value)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    g_cancellable_cancel(call.cancellable);
    bh_puppet_release(s.puppet, "ReadValue");
    BH_ASSERT_END(&call, "0a0b0c");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "0003:01");
}
END_TEST

START_TEST(a_notification_during_a_read_is_told_before_the_read_ends)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "02");
    BH_AWAIT(g_str_has_suffix(s.values->str, ":02"));
    ck_assert(!call.done);
    bh_puppet_release(s.puppet, "ReadValue");
    BH_ASSERT_END(&call, "0a0b0c");
    ck_assert_str_eq(s.values->str, "0003:01 0003:02");
}
END_TEST

START_TEST(a_notification_like_what_is_read_is_told_once)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "0a0b0c");
    bh_puppet_release(s.puppet, "ReadValue");
    BH_ASSERT_END(&call, "0a0b0c");
    bh_fixture_settle();
    ck_assert_str_eq(s.values->str, "0003:0a0b0c");
}
END_TEST

START_TEST(a_value_held_for_a_read_that_fails_is_told)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    bh_puppet_fail(s.puppet, "ReadValue", "org.bluez.Error.Failed", 1);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_puppet_release(s.puppet, "ReadValue");
    BH_ASSERT_END(&call, "0: Failed: as told");
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "0003:01");
}
END_TEST

START_TEST(a_value_held_when_the_link_ends_is_told)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_puppet_hang(s.puppet, "Get", 9);
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    BH_AWAIT(bh_peer_scene_count(&s, "Get") == 1);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
    ck_assert_str_eq(s.values->str, "0003:01");
}
END_TEST

START_TEST(unsubscribing_stops_values_and_listening)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    subscribe(&s);
    ck_assert(listens_to_values(&s));
    bh_central_unsubscribe(s.central, &s.key, BH_LEVEL);
    BH_AWAIT(bh_peer_scene_count(&s, "StopNotify") == 1);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    BH_POLL(!listens_to_values(&s));
    ck_assert_str_eq(s.values->str, "");
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "StopNotify StartNotify");
}
END_TEST

BH_TEST_MAIN("bluez-notify",
             a_subscription_that_is_refused_says_why_and_leaves_nothing,
             a_busy_bluez_is_asked_again,
             a_subscription_that_is_cancelled_is_taken_back,
             a_subscription_taken_back_too_early_is_none_if_it_is_refused,
             a_subscription_ends_with_the_link,
             a_subscription_under_way_ends_with_the_link,
             a_subscription_ends_with_its_characteristic,
             values_that_others_send_are_not_bluezs,
             values_arrive_one_by_one_in_their_order_also_equal_ones,
             a_value_before_the_answer_to_the_subscription_is_not_lost,
             what_we_read_ourselves_is_no_value,
             what_a_cancelled_read_brings_is_no_value,
             a_notification_during_a_read_is_told_before_the_read_ends,
             a_notification_like_what_is_read_is_told_once,
             a_value_held_for_a_read_that_fails_is_told,
             a_value_held_when_the_link_ends_is_told,
             unsubscribing_stops_values_and_listening)
