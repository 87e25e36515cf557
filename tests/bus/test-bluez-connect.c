/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Attempts that fail: what BlueZ answers to Connect is only a hint, and every attempt ends.
 */
#include "bh-error.h"
#include "bh-peer-scene.h"

#define IN_PROGRESS "org.bluez.Error.InProgress"
#define FAILED "org.bluez.Error.Failed"

START_TEST(a_success_without_a_link_is_a_failure_and_taken_back)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_set_silent(s.puppet, TRUE);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "0: BlueZ says \"success, but there is no link\"");
    BH_AWAIT(bh_peer_scene_count(&s, "Disconnect") == 1);
}
END_TEST

START_TEST(a_failure_without_the_kernels_word_says_what_bluez_said)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, "Connection refused", 1);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "0: BlueZ says \"Failed: Connection refused\"");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 1);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Disconnect"), 0);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(a_link_that_was_not_established_is_tried_twice_more)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, "le-connection-abort-by-local", 2);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 3);
    ck_assert(bh_peer_scene_peek(&s).ours);
}
END_TEST

START_TEST(a_link_that_is_never_established_fails_with_the_cause)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, "le-connection-abort-by-local", 100);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "0: BlueZ says \"Failed: le-connection-abort-by-local\"");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 3);
}
END_TEST

START_TEST(an_attempt_that_is_cancelled_at_its_second_try_makes_no_third)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, "le-connection-abort-by-local", 100);
    bh_puppet_hold(s.puppet, "Connect");
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    bh_puppet_release(s.puppet, "Connect");
    bh_puppet_hold(s.puppet, "Connect");
    BH_AWAIT(bh_peer_scene_count(&s, "Connect") == 2);
    g_cancellable_cancel(call.cancellable);
    bh_puppet_release(s.puppet, "Connect");
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_fixture_settle();
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 2);
}
END_TEST

START_TEST(an_attempt_that_is_cancelled_is_taken_back_and_the_next_one_works)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_hang(s.puppet, "Connect", 1);
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Disconnect"), 1);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 2);
}
END_TEST

/* The link is there, and BlueZ does not find out its services. */
static void
connect_without_services(BhPeerScene *s, BhPeerCall *call)
{
    bh_peer_scene_init(s);
    bh_puppet_set_silent(s->puppet, TRUE);
    bh_puppet_hold(s->puppet, "Connect");
    bh_peer_connect(s, call);
    bh_peer_scene_await(s, "Connect");
    bh_puppet_set_device(s->puppet, BH_PEER, "Connected", TRUE);
    bh_puppet_release(s->puppet, "Connect");
    BH_AWAIT(bh_peer_scene_peek(s).connected);
    bh_fixture_settle();
}

START_TEST(a_link_whose_services_stay_unknown_is_dropped_when_cancelled)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    connect_without_services(&s, &call);
    ck_assert(!call.done);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_peer_scene_await(&s, "Disconnect");
}
END_TEST

START_TEST(a_link_whose_end_was_asked_for_in_vain_is_ended_and_made_anew)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    bh_puppet_fail(s.puppet, "Disconnect", "org.bluez.Error.Failed", 1);
    bh_central_disconnect(s.central, &s.key);
    BH_AWAIT(bh_peer_scene_peek(&s).connected); /* BlueZ has answered */
    ck_assert(bh_peer_scene_peek(&s).ending);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert(!bh_peer_scene_peek(&s).ending);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Disconnect"), 2);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 2);
}
END_TEST

#define CROWD 520 /* more than the 512 rules that a bus allows a connection */

static void
watch_crowd(BhPeerScene *s, gboolean watch)
{
    BhLinkKey key = s->key;

    for (guint i = 0; i < CROWD; i++) {
        key.address.octets[3] = (guint8)(1 + i / 256);
        key.address.octets[4] = (guint8)i;
        (watch ? bh_central_watch : bh_central_unwatch)(s->central, &key);
    }
    bh_fixture_settle();
}

static void
assert_refused(BhPeerCall *call)
{
    BH_AWAIT(call->done);
    ck_assert(g_error_matches(call->error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED));
    bh_peer_call_clear(call);
}

START_TEST(a_device_that_the_bus_lets_nobody_hear_of_is_refused)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    watch_crowd(&s, TRUE);
    bh_peer_connect(&s, &call);
    assert_refused(&call);
    watch_crowd(&s, FALSE);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(a_link_that_the_bus_lets_nobody_hear_of_is_not_ready)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_peer_scene_add_link(&s);
    watch_crowd(&s, TRUE);
    bh_central_watch(s.central, &s.key);
    BH_AWAIT(bh_peer_scene_peek(&s).connected);
    bh_fixture_settle();
    ck_assert(!bh_peer_scene_peek(&s).resolved);
    bh_peer_connect(&s, &call); /* asks the bus again */
    assert_refused(&call);
    ck_assert_ptr_null(strchr(s.links->str, 'r'));
    watch_crowd(&s, FALSE);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    BH_AWAIT(bh_peer_scene_peek(&s).resolved);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(!bh_peer_scene_peek(&s).connected);
}
END_TEST

START_TEST(a_subscription_that_the_bus_lets_nobody_hear_is_refused)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    watch_crowd(&s, TRUE);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    assert_refused(&call);
    watch_crowd(&s, FALSE);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "ok");
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "0c");
    BH_AWAIT(s.values->len > 0);
}
END_TEST

START_TEST(a_foreign_link_is_not_cut_when_cancelled)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", TRUE);
    bh_peer_connect(&s, &call);
    BH_AWAIT(bh_peer_scene_peek(&s).connected);
    bh_fixture_settle();
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_fixture_settle();
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 0);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Disconnect"), 0);
}
END_TEST

START_TEST(a_link_lost_before_its_services_are_known_is_disconnected)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    connect_without_services(&s, &call);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(services_that_bluez_could_not_find_out_are_not_taken_for_none)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_bare(&s);
    bh_puppet_fail_discovery(s.puppet, BH_PEER);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "0: there is a link, but BlueZ could not find out the services");
    bh_peer_scene_await(&s, "Disconnect");
    bh_peer_scene_add_attributes(&s);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(services_that_were_not_found_out_because_the_link_ends_are_a_link_that_ended)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_bare(&s);
    bh_puppet_fail_discovery(s.puppet, BH_PEER);
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(a_device_that_has_no_service_to_show_is_ready)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_bare(&s);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

/* Since 5.83. */
START_TEST(the_end_of_a_link_has_the_cause_that_bluez_tells)
{
    static const struct {
        const char *reason, *told;
    } cases[] = {
        {"Timeout", "-timeout"},
        {"Local", "-local"},
        {"Remote", "-remote"},
        {"Authentication", "-authentication"},
        {"Suspend", "-suspend"},
        {"Unknown", "-unspecified"},
        {"Nonsense", "-unspecified"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *reason = g_strconcat("org.bluez.Reason.", cases[i].reason, NULL);
        g_auto(BhPeerScene) s = {0};
        bh_peer_scene_init_ready(&s);
        ck_assert_int_ge(sd_bus_emit_signal(bh_puppet_peek_bus(s.puppet),
                                            BH_PEER,
                                            "org.bluez.Device1",
                                            "Disconnected",
                                            "ss",
                                            reason,
                                            "words"),
                         0);
        bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
        BH_AWAIT(s.links->len > 0);
        ck_assert_str_eq(s.links->str, cases[i].told);
    }
}
END_TEST

static void
lose_link(BhPeerScene *s)
{
    bh_puppet_set_device(s->puppet, BH_PEER, "ServicesResolved", FALSE);
    bh_puppet_set_device(s->puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(!bh_peer_scene_peek(s).connected);
}

START_TEST(a_link_is_ours_if_our_attempt_made_it)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert(bh_peer_scene_peek(&s).ours);
    lose_link(&s);
    ck_assert(!bh_peer_scene_peek(&s).ours);
    bh_puppet_fail(s.puppet, "Connect", IN_PROGRESS, G_MAXUINT);
    bh_peer_connect(&s, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "Connect") > 1);
    bh_peer_scene_add_link(&s);
    BH_ASSERT_END(&call, "ok");
    ck_assert(!bh_peer_scene_peek(&s).ours);
}
END_TEST

START_TEST(a_bluez_busy_with_somebody_elses_attempt_is_asked_again)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail(s.puppet, "Connect", IN_PROGRESS, 1);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    lose_link(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, "Operation already in progress", 2);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 5);
}
END_TEST

START_TEST(somebody_elses_attempt_is_left_alone_when_cancelled)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail(s.puppet, "Connect", IN_PROGRESS, 1);
    bh_puppet_hold(s.puppet, "Connect");
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    bh_puppet_release(s.puppet, "Connect");
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Discovering", TRUE);
    BH_AWAIT(s.scene.radio.adapters[0].discovering); /* so the answer has come, too */
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_fixture_settle();
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Disconnect"), 0);
}
END_TEST

START_TEST(without_power_or_adapter_nothing_is_ready)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_set_adapter(s.puppet, BH_PUPPET_ADAPTER, "Powered", FALSE);
    BH_AWAIT(!s.scene.radio.adapters[0].powered);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "0x5: radio-off");
    s.key.slot = 3;
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "0x5: no-adapter");
}
END_TEST

START_TEST(an_adapter_or_bluez_that_goes_ends_the_attempt)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_hang(s.puppet, "Connect", 9);
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_ASSERT_END(&call, "0x5: the adapter is off");
    bh_puppet_plug(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS);
    BH_AWAIT(s.scene.radio.adapters[0].present);
    bh_peer_connect(&s, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "Connect") == 2);
    g_clear_pointer(&s.scene.puppet, bh_puppet_free);
    BH_ASSERT_END(&call, "0x5: the adapter is off");
}
END_TEST

START_TEST(a_link_ends_with_bluez_and_with_its_object)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_forget(s.puppet, BH_PEER);
    BH_AWAIT(s.links->len > 0);
    ck_assert_str_eq(s.links->str, "-unspecified");
    bh_peer_scene_clear(&s);
    s = (BhPeerScene){0};
    bh_peer_scene_init_ready(&s);
    g_clear_pointer(&s.scene.puppet, bh_puppet_free);
    BH_AWAIT(s.links->len > 0);
    ck_assert_str_eq(s.links->str, "-unspecified");
    ck_assert_uint_eq(bh_central_count_links(s.central, 0), 0);
}
END_TEST

BH_TEST_MAIN("bluez-connect",
             a_success_without_a_link_is_a_failure_and_taken_back,
             a_failure_without_the_kernels_word_says_what_bluez_said,
             a_link_that_was_not_established_is_tried_twice_more,
             a_link_that_is_never_established_fails_with_the_cause,
             an_attempt_that_is_cancelled_at_its_second_try_makes_no_third,
             an_attempt_that_is_cancelled_is_taken_back_and_the_next_one_works,
             a_link_whose_services_stay_unknown_is_dropped_when_cancelled,
             a_link_whose_end_was_asked_for_in_vain_is_ended_and_made_anew,
             a_device_that_the_bus_lets_nobody_hear_of_is_refused,
             a_link_that_the_bus_lets_nobody_hear_of_is_not_ready,
             a_subscription_that_the_bus_lets_nobody_hear_is_refused,
             a_foreign_link_is_not_cut_when_cancelled,
             a_link_lost_before_its_services_are_known_is_disconnected,
             services_that_bluez_could_not_find_out_are_not_taken_for_none,
             services_that_were_not_found_out_because_the_link_ends_are_a_link_that_ended,
             a_device_that_has_no_service_to_show_is_ready,
             the_end_of_a_link_has_the_cause_that_bluez_tells,
             a_link_is_ours_if_our_attempt_made_it,
             a_bluez_busy_with_somebody_elses_attempt_is_asked_again,
             somebody_elses_attempt_is_left_alone_when_cancelled,
             without_power_or_adapter_nothing_is_ready,
             an_adapter_or_bluez_that_goes_ends_the_attempt,
             a_link_ends_with_bluez_and_with_its_object)
