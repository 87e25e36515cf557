/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What BlueZ never answers: calls whose object it forgets meanwhile, and those it is too slow for.
 * Each ends all the same, and nothing stands behind it for long.
 */
#include "bh-peer-scene.h"

#define DOES_NOT_EXIST "org.bluez.Error.DoesNotExist"
#define MANY 200 /* more calls than the system bus allows to be unanswered */

static void
await_calls(BhPeerScene *s, const char *method, guint n)
{
    BH_AWAIT(bh_peer_scene_count(s, method) == n);
}

static gboolean
is_level(BhPeerScene *s, const char *text)
{
    BhLinkState state = bh_peer_scene_peek(s);
    const GArray *services =
        state.database != NULL ? bh_gatt_database_peek_services(state.database) : NULL;
    BhUuid uuid;

    if (services == NULL || services->len == 0)
        return FALSE;
    const GArray *all = g_array_index(services, BhGattService, 0).characteristics;
    ck_assert(bh_uuid_parse(text, &uuid, NULL));
    return all->len > 0 && bh_uuid_equal(&g_array_index(all, BhGattCharacteristic, 0).uuid, &uuid);
}

/* Service Changed: the characteristic goes, and another one comes under the same path. */
static void
replace_level(BhPeerScene *s)
{
    bh_puppet_forget(s->puppet, BH_PEER_LEVEL);
    bh_puppet_add_attribute(s->puppet, BH_PEER_LEVEL, "Characteristic", "2a57", "read write");
    bh_puppet_set_value(s->puppet, BH_PEER_LEVEL, "11");
    BH_AWAIT(is_level(s, "2a57"));
}

START_TEST(operations_end_with_their_attribute)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, behind = {0}, other = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "ReadValue", 1);
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &behind);
    await_calls(&s, "ReadValue", 1);
    bh_puppet_forget(s.puppet, BH_PEER_LEVEL);
    BH_ASSERT_END(&read, "0x2: the attribute is gone");
    BH_ASSERT_END(&behind, "0x2: the attribute is gone");
    bh_peer_read(&s, BH_OTHER, 0, &other);
    BH_ASSERT_END(&other, "0d");
}
END_TEST

START_TEST(nothing_stands_behind_a_read_of_an_attribute_that_was_replaced)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, again = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "ReadValue", 1);
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    await_calls(&s, "ReadValue", 1);
    g_cancellable_cancel(read.cancellable);
    replace_level(&s);
    bh_peer_read(&s, BH_LEVEL, 0, &again);
    BH_ASSERT_END(&again, "11");
    BH_ASSERT_END(&read, "0x2: the attribute is gone");
}
END_TEST

START_TEST(an_attempt_whose_device_is_forgotten_finds_it_anew)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_hang(s.puppet, "Connect", 1);
    bh_peer_connect(&s, &call);
    await_calls(&s, "Connect", 1);
    bh_puppet_forget(s.puppet, BH_PEER);
    await_calls(&s, "StartDiscovery", 1);
    bh_peer_scene_add_device(&s);
    bh_peer_scene_add_attributes(&s);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 2);
}
END_TEST

START_TEST(a_link_that_is_being_dropped_ends_with_its_device)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "Disconnect", 1);
    bh_central_disconnect(s.central, &s.key);
    await_calls(&s, "Disconnect", 1);
    bh_puppet_forget(s.puppet, BH_PEER);
    bh_peer_connect(&s, &call);
    await_calls(&s, "StartDiscovery", 1);
    bh_peer_scene_add_device(&s);
    bh_peer_scene_add_attributes(&s);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(a_bluez_that_is_slow_to_answer_has_not_lost_the_link)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "GetAll", 1);
    bh_puppet_forget(s.puppet, BH_PEER_OTHER);
    BH_AWAIT(bh_peer_scene_count(&s, "GetAll") >= 2);
    BH_AWAIT(s.links->len > 0);
    ck_assert_str_eq(s.links->str, "cr");
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    BH_ASSERT_END(&read, "0a0b0c");
}
END_TEST

START_TEST(an_mtu_that_is_told_late_is_known_all_the_same)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_hang(s.puppet, "Get", 1);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_ne(bh_peer_scene_peek(&s).mtu, 0);
}
END_TEST

/* BlueZ may go on saying so while its object is there. */
START_TEST(a_bluez_that_contradicts_itself_is_not_asked_without_pause)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_fail(s.puppet, "Connect", DOES_NOT_EXIST, 3);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 4);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(!bh_peer_scene_peek(&s).connected);
    bh_puppet_clear_calls(s.puppet);
    bh_puppet_fail(s.puppet, "Connect", DOES_NOT_EXIST, G_MAXUINT);
    gint64 begin_us = g_get_monotonic_time();
    bh_peer_connect(&s, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "Connect") >= 5);
    gint64 pauses =
        (g_get_monotonic_time() - begin_us) / (bh_recorder_timing.backoff_max_ms * 1000);
    ck_assert_int_le(bh_peer_scene_count(&s, "Connect"), 2 + pauses);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
}
END_TEST

/* BlueZ does not answer a StartNotify that it is told to stop, so it is not told before. */
START_TEST(a_subscription_that_is_taken_back_is_taken_up_again_before_its_answer)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "StartNotify");
    for (guint i = 0; i < MANY; i++) {
        bh_peer_subscribe(&s, BH_LEVEL, &call);
        await_calls(&s, "StartNotify", 1);
        g_cancellable_cancel(call.cancellable);
        BH_ASSERT_END(&call, "0x9: cancelled");
    }
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, "01");
    bh_puppet_release(s.puppet, "StartNotify");
    BH_ASSERT_END(&call, "ok");
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "0003:01");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "StartNotify");
}
END_TEST

BH_TEST_MAIN("bluez-silence",
             operations_end_with_their_attribute,
             nothing_stands_behind_a_read_of_an_attribute_that_was_replaced,
             an_attempt_whose_device_is_forgotten_finds_it_anew,
             a_link_that_is_being_dropped_ends_with_its_device,
             a_bluez_that_is_slow_to_answer_has_not_lost_the_link,
             an_mtu_that_is_told_late_is_known_all_the_same,
             a_bluez_that_contradicts_itself_is_not_asked_without_pause,
             a_subscription_that_is_taken_back_is_taken_up_again_before_its_answer)
