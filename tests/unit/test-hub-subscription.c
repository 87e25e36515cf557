/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values that a device notifies, and who gets them.
 */
#include "bh-error.h"
#include "bh-packed.h"
#include "remote-fixture.h"
#include "test-main.h"

#include <unistd.h>

#define RATE "2a37"

/* A subscription of client that is active. */
static BhSubscription *
subscribe(HubFixture *f, BhClient *client, guint queue, RemoteResult *result)
{
    g_autofree char *log = NULL;

    remote_subscribe(remote_find(f, 1), client, RATE, queue, result);
    log = fake_central_take_log(remote_central(f));
    if (g_str_equal(log, "subscribe 12"))
        fake_central_answer(remote_central(f), 12, NULL);
    hub_fixture_turn();
    remote_result_check(result, -1);
    return result->subscription;
}

static void
notify(HubFixture *f, const char *values)
{
    for (; *values != '\0'; values++)
        fake_central_notify(remote_central(f), 0, 1, 12, *values);
}

static void
check_value(BhSubscription *subscription,
            BhClient *client,
            char value,
            guint64 sequence,
            guint64 dropped)
{
    g_auto(RemoteResult) wait = {0};

    remote_wait(subscription, client, &wait);
    remote_result_check(&wait, -1);
    ck_assert_int_eq(*(const char *)g_bytes_get_data(wait.notified->value, NULL), value);
    ck_assert_uint_eq(wait.notified->sequence, sequence);
    ck_assert_uint_eq(wait.notified->dropped, dropped);
}

START_TEST(refusal_of_the_device_leaves_no_subscription)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, refused = {0};

    hub_fixture_init(&f);
    remote_subscribe(remote_hold(&f, f.ann, 1, &r), f.ann, RATE, 1, &refused);
    fake_central_fail(remote_central(&f), 12, (gint)BH_ERROR_ATT(0x05));
    remote_advance(&f, 60000);
    remote_result_check(&refused, (gint)BH_ERROR_ATT(0x05));
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_SUBSCRIPTIONS), 0);
    remote_check_log(&f, "subscribe 12"); /* not tried again */
}
END_TEST

START_TEST(what_does_not_notify_cannot_be_subscribed)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, lacks = {0}, none = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_subscribe(remote, f.ann, "2a38", 1, &lacks);
    remote_result_check(&lacks, BH_ERROR_NOT_SUPPORTED);
    remote_subscribe(remote, f.ann, "2a00", 1, &none);
    remote_result_check(&none, BH_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(late_answer_to_a_subscription_that_timed_out_is_taken_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, late = {0};

    hub_fixture_init(&f);
    remote_subscribe(remote_hold(&f, f.ann, 1, &r), f.ann, RATE, 1, &late);
    remote_advance(&f, 1000);
    remote_result_check(&late, BH_ERROR_TIMEOUT);
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    remote_check_log(&f, "subscribe 12, unsubscribe 12");
}
END_TEST

START_TEST(lost_link_ends_waits_but_not_subscriptions)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0}, waits = {0}, again = {0}, back = {0};
    BhSubscription *subscription;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscription = subscribe(&f, f.ann, 1, &s);
    ck_assert(bh_subscription_is_active(subscription));
    remote_wait(subscription, f.ann, &waits);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    hub_fixture_turn();
    remote_result_check(&waits, BH_ERROR_DISCONNECTED);
    ck_assert(!bh_subscription_is_active(subscription));
    remote_wait(subscription, f.ann, &again);
    remote_hold(&f, f.bob, 1, &back);
    remote_check_log(&f, "subscribe 12");
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    ck_assert(bh_subscription_is_active(subscription));
    notify(&f, "x");
    hub_fixture_turn();
    remote_result_check(&again, -1);
    ck_assert_uint_eq(again.notified->sequence, 1);
}
END_TEST

START_TEST(subscription_finds_its_characteristic_when_handles_changed)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};
    BhSubscription *subscription;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscription = subscribe(&f, f.ann, 5, &s);
    fake_central_change_services(remote_central(&f), 0, 1);
    remote_check_log(&f, "subscribe 112");
    fake_central_answer(remote_central(&f), 112, NULL);
    hub_fixture_turn();
    fake_central_notify(remote_central(&f), 0, 1, 112, 'n');
    check_value(subscription, f.ann, 'n', 1, 0);
}
END_TEST

START_TEST(registration_that_is_refused_later_is_tried_again)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0}, back = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 1, &s);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    remote_hold(&f, f.bob, 1, &back);
    fake_central_fail(remote_central(&f), 12, BH_ERROR_FAILED);
    remote_turn(&f);
    remote_check_log(&f, "subscribe 12");
    remote_advance(&f, 1000);
    remote_check_log(&f, "subscribe 12");
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    ck_assert(bh_subscription_is_active(s.subscription));
}
END_TEST

START_TEST(device_has_one_registration_whoever_subscribes)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, held = {0}, a = {0}, b = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    remote_hold(&f, f.bob, 1, &held);
    subscribe(&f, f.ann, 1, &a);
    remote_subscribe(remote_find(&f, 1), f.bob, RATE, 1, &b);
    remote_result_check(&b, -1);
    notify(&f, "v");
    check_value(a.subscription, f.ann, 'v', 1, 0);
    check_value(b.subscription, f.bob, 'v', 1, 0);
    bh_client_leave(f.ann);
    hub_fixture_turn();
    remote_check_log(&f, "");
    bh_owned_release(BH_OWNED(b.subscription), BH_RELEASE_ASKED);
    remote_check_log(&f, "unsubscribe 12");
}
END_TEST

START_TEST(two_who_subscribe_at_the_same_time_share_the_answer)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, a = {0}, b = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_subscribe(remote, f.ann, RATE, 1, &a);
    remote_subscribe(remote, f.bob, RATE, 1, &b);
    remote_check_log(&f, "subscribe 12");
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    remote_result_check(&a, -1);
    remote_result_check(&b, -1);
    remote_check_log(&f, "");
}
END_TEST

START_TEST(first_value_before_the_answer_is_not_lost)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};

    hub_fixture_init(&f);
    remote_subscribe(remote_hold(&f, f.ann, 1, &r), f.ann, RATE, 1, &s);
    notify(&f, "1");
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    check_value(s.subscription, f.ann, '1', 1, 0);
}
END_TEST

START_TEST(queue_of_one_keeps_the_newest)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 1, &s);
    notify(&f, "abc");
    check_value(s.subscription, f.ann, 'c', 3, 2);
    ck_assert_uint_eq(bh_subscription_get_received(s.subscription), 3);
    ck_assert_uint_eq(bh_subscription_get_delivered(s.subscription), 1);
    ck_assert_uint_eq(bh_subscription_get_dropped(s.subscription), 2);
}
END_TEST

START_TEST(longer_queue_drops_the_oldest_and_says_so)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 2, &s);
    notify(&f, "abcd");
    check_value(s.subscription, f.ann, 'c', 3, 2);
    check_value(s.subscription, f.ann, 'd', 4, 0);
}
END_TEST

START_TEST(subscription_keeps_the_link_without_a_hold)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 1, &s);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    remote_turn(&f);
    remote_check_log(&f, "");
    bh_owned_release(BH_OWNED(s.subscription), BH_RELEASE_ASKED);
    remote_turn(&f);
    remote_check_log(&f, "unsubscribe 12, disconnect 1");
}
END_TEST

START_TEST(released_subscription_ends_its_waits)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0}, waits = {0}, after = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 1, &s);
    remote_wait(s.subscription, f.ann, &waits);
    bh_owned_release(BH_OWNED(s.subscription), BH_RELEASE_ASKED);
    hub_fixture_turn();
    remote_result_check(&waits, BH_ERROR_CANCELLED);
    remote_wait(s.subscription, f.ann, &after);
    remote_result_check(&after, BH_ERROR_CANCELLED);
}
END_TEST

START_TEST(subscribing_right_after_the_release_works)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, first = {0}, second = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 1, &first);
    g_free(fake_central_take_log(remote_central(&f)));
    bh_owned_release(BH_OWNED(first.subscription), BH_RELEASE_ASKED);
    remote_subscribe(remote_find(&f, 1), f.ann, RATE, 1, &second);
    remote_check_log(&f, "unsubscribe 12, subscribe 12");
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    remote_result_check(&second, -1);
    notify(&f, "x");
    check_value(second.subscription, f.ann, 'x', 1, 0);
    ck_assert_uint_eq(bh_subscription_get_received(first.subscription), 0);
}
END_TEST

START_TEST(values_that_queues_dropped_are_counted)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};
    BhHubCounters counters;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 1, &s);
    notify(&f, "abc");
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.remotes.value_losses, 2);
    bh_owned_release(BH_OWNED(s.subscription), BH_RELEASE_ASKED);
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.remotes.value_losses, 2);
}
END_TEST

START_TEST(subscriptions_are_counted_per_user)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, over = {0};
    RemoteResult s[3] = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    for (guint i = 0; i < 3; i++)
        subscribe(&f, f.ann, 1, &s[i]);
    remote_subscribe(remote_find(&f, 1), f.ann, RATE, 1, &over);
    remote_result_check(&over, BH_ERROR_LIMIT_EXCEEDED);
    for (guint i = 0; i < 3; i++)
        remote_result_clear(&s[i]);
}
END_TEST

static int
open_stream(RemoteResult *s, BhClient *client, BhStreamFormat format)
{
    const BhStreamSpec spec = {.format = format, .batch_us = 0, .queue = 16};
    g_autoptr(GError) error = NULL;
    int fd = bh_subscription_open_stream(s->subscription, &spec, client, &error);

    g_assert_no_error(error);
    return fd;
}

START_TEST(stream_begins_with_what_waits_and_survives_a_lost_link)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0}, back = {0};
    char text[1024];
    gssize size;
    int fd;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 4, &s);
    notify(&f, "a");
    fd = open_stream(&s, f.ann, BH_STREAM_JSON);
    remote_turn(&f);
    size = read(fd, text, sizeof text - 1);
    ck_assert_int_gt(size, 0);
    text[size] = '\0';
    ck_assert_str_eq(
        text,
        "{\"Sequence\":1,\"Value\":\"61\",\"Timestamp\":8,\"TimestampMonotonic\":7}\n");
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    remote_hold(&f, f.bob, 1, &back);
    fake_central_answer(remote_central(&f), 12, NULL);
    hub_fixture_turn();
    notify(&f, "b");
    remote_turn(&f);
    ck_assert_int_gt(read(fd, text, sizeof text), 0);
    close(fd);
}
END_TEST

START_TEST(packed_stream_has_values)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, s = {0};
    guint8 packet[BH_PACKED_PACKET_MAX];
    BhPackedIter iter;
    BhPackedValue value;
    gssize size;
    int fd;

    hub_fixture_init(&f);
    remote_hold(&f, f.ann, 1, &r);
    subscribe(&f, f.ann, 4, &s);
    fd = open_stream(&s, f.ann, BH_STREAM_PACKED);
    notify(&f, "z");
    remote_turn(&f);
    size = read(fd, packet, sizeof packet);
    ck_assert_int_gt(size, 0);
    ck_assert(bh_packed_iter_init(&iter, packet, (gsize)size, NULL));
    ck_assert(bh_packed_iter_next_value(&iter, &value, NULL));
    ck_assert_uint_eq(value.size, 1);
    ck_assert_int_eq(value.value[0], 'z');
    ck_assert_int_eq(value.realtime_us, 8);
    close(fd);
}
END_TEST

START_TEST(refusal_may_be_the_end_of_all_that_wants_the_device)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, refused = {0};

    hub_fixture_init(&f);
    fake_central_link(remote_central(&f), 0, 1);
    remote_subscribe(remote_hold(&f, f.ann, 1, &r), f.ann, RATE, 1, &refused);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    g_clear_object(&r.hold);
    fake_central_fail(remote_central(&f), 12, (gint)BH_ERROR_ATT(0x05));
    remote_turn(&f);
    remote_result_check(&refused, (gint)BH_ERROR_ATT(0x05));
    ck_assert_ptr_null(remote_find(&f, 1));
}
END_TEST

START_TEST(attributes_that_move_while_two_subscribe_leave_nobody_without_an_answer)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) a = {0}, b = {0}, first = {0}, second = {0};

    hub_fixture_init(&f);
    remote_hold(&f, f.bob, 1, &b);
    remote_subscribe(remote_hold(&f, f.ann, 1, &a), f.ann, RATE, 1, &first);
    fake_central_change_services(remote_central(&f), 0, 1);
    remote_subscribe(remote_find(&f, 1), f.bob, RATE, 1, &second);
    fake_central_fail(remote_central(&f), 12, BH_ERROR_NOT_FOUND);
    fake_central_answer(remote_central(&f), 112, NULL);
    remote_turn(&f);
    remote_result_check(&first, -1);
    remote_result_check(&second, -1);
    remote_check_log(&f, "subscribe 12, subscribe 112");
}
END_TEST

BH_TEST_MAIN("hub-subscription",
             refusal_of_the_device_leaves_no_subscription,
             what_does_not_notify_cannot_be_subscribed,
             late_answer_to_a_subscription_that_timed_out_is_taken_back,
             lost_link_ends_waits_but_not_subscriptions,
             subscription_finds_its_characteristic_when_handles_changed,
             registration_that_is_refused_later_is_tried_again,
             device_has_one_registration_whoever_subscribes,
             two_who_subscribe_at_the_same_time_share_the_answer,
             first_value_before_the_answer_is_not_lost,
             queue_of_one_keeps_the_newest,
             longer_queue_drops_the_oldest_and_says_so,
             subscription_keeps_the_link_without_a_hold,
             released_subscription_ends_its_waits,
             subscribing_right_after_the_release_works,
             values_that_queues_dropped_are_counted,
             subscriptions_are_counted_per_user,
             stream_begins_with_what_waits_and_survives_a_lost_link,
             packed_stream_has_values,
             refusal_may_be_the_end_of_all_that_wants_the_device,
             attributes_that_move_while_two_subscribe_leave_nobody_without_an_answer)
