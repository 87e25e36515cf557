/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links that come about, with devices that BlueZ knows and with others, and how long they last.
 */
#include "bh-error.h"
#include "bh-peer-scene.h"

#define OTHER_OBJECT "/org/bluez/hci0/dev_40_00_00_00_00_01"

static gboolean
has_rule(BhPeerScene *s, const char *part)
{
    g_auto(GStrv) rules =
        bh_fixture_dup_match_rules(&s->scene.bus, bh_puppet_peek_caller(s->puppet));

    for (char **rule = rules; *rule != NULL; rule++)
        if (strstr(*rule, part) != NULL)
            return TRUE;
    return FALSE;
}

/* Devices that BlueZ does not know */

START_TEST(an_unknown_device_is_found_by_a_discovery_that_ends_with_it)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_unknown(&s);
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "StartDiscovery");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "ConnectDevice"), 1);
    bh_peer_scene_add_device(&s);
    bh_peer_scene_add_attributes(&s);
    BH_ASSERT_END(&call, "ok");
    bh_peer_scene_await(&s, "StopDiscovery");
    ck_assert_int_eq(s.scene.radio.adapters[0].scan, BH_RADIO_SCAN_OFF);
}
END_TEST

START_TEST(a_device_is_found_whatever_a_scan_filters)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_unknown(&s);
    bh_recorder_scan_for(&s.scene.radio, 0, "180d", -70);
    BH_AWAIT(bh_recorder_is_running(&s.scene.radio, 0));
    bh_puppet_clear_calls(s.puppet);
    bh_peer_connect(&s, &call);
    BH_AWAIT(bh_puppet_peek_calls(s.puppet)[0] != '\0');
    bh_peer_scene_await(&s, "SetDiscoveryFilter");
    ck_assert_ptr_nonnull(
        strstr(bh_puppet_peek_calls(s.puppet), "SetDiscoveryFilter:Transport=le,DuplicateData"));
    bh_puppet_clear_calls(s.puppet);
    bh_peer_scene_add_device(&s);
    bh_peer_scene_add_attributes(&s);
    BH_ASSERT_END(&call, "ok");
    bh_peer_scene_await(&s, "SetDiscoveryFilter");
    ck_assert_ptr_nonnull(strstr(bh_puppet_peek_calls(s.puppet), "UUIDs=0000180d"));
    ck_assert_uint_eq(bh_peer_scene_count(&s, "StopDiscovery"), 0);
}
END_TEST

START_TEST(a_search_that_is_cancelled_leaves_no_discovery)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_unknown(&s);
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "StartDiscovery");
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_peer_scene_await(&s, "StopDiscovery");
}
END_TEST

/* Of an experimental BlueZ, which has the call and has not answered it. */
static void
connect_by_address(BhPeerScene *s, BhPeerCall *call)
{
    bh_peer_scene_init_unknown(s);
    bh_puppet_set_experimental(s->puppet);
    bh_puppet_hold(s->puppet, "ConnectDevice");
    bh_peer_connect(s, call);
    bh_peer_scene_await(s, "ConnectDevice");
}

START_TEST(an_experimental_bluez_connects_by_address)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    connect_by_address(&s, &call);
    bh_peer_scene_add_device(&s);
    bh_peer_scene_add_attributes(&s);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", TRUE);
    bh_puppet_release(s.puppet, "ConnectDevice");
    bh_puppet_set_device(s.puppet, BH_PEER, "ServicesResolved", TRUE);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "StartDiscovery"), 0);
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 0);
}
END_TEST

START_TEST(what_a_cancelled_connect_by_address_brings_is_dropped)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    connect_by_address(&s, &call);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_puppet_clear_calls(s.puppet);
    bh_peer_scene_add_device(&s);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", TRUE);
    bh_puppet_release(s.puppet, "ConnectDevice");
    bh_peer_scene_await(&s, "Disconnect");
}
END_TEST

/* Links */

START_TEST(a_link_is_ready_when_its_services_are_known)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_central_watch(s.central, &s.key);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    BhLinkState state = bh_peer_scene_peek(&s);
    ck_assert(state.connected && state.resolved);
    ck_assert_uint_eq(state.mtu, 517);
    ck_assert_uint_eq(bh_gatt_database_peek_services(state.database)->len, 1);
    ck_assert_str_eq(s.links->str, "- c cr");
    ck_assert_uint_eq(bh_central_count_links(s.central, 0), 1);
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 1);
}
END_TEST

START_TEST(services_resolved_before_the_answer_do_not_wait_for_it)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_puppet_hang(s.puppet, "Connect", 1);
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    bh_peer_scene_add_link(&s);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(objects_told_after_services_resolved_are_in_the_database)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_bare(&s);
    bh_puppet_set_silent(s.puppet, TRUE);
    bh_puppet_hold(s.puppet, "Connect");
    bh_peer_connect(&s, &call);
    bh_peer_scene_await(&s, "Connect");
    bh_peer_scene_add_link(&s);
    bh_peer_scene_add_attributes(&s);
    bh_puppet_release(s.puppet, "Connect");
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_gatt_database_peek_services(bh_peer_scene_peek(&s).database)->len, 1);
}
END_TEST

START_TEST(a_link_that_is_dropped_ends_by_us)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_central_disconnect(s.central, &s.key);
    BH_AWAIT(s.links->len > 0);
    ck_assert_str_eq(s.links->str, "-local");
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(connecting_waits_for_the_end_of_the_link_that_is_being_dropped)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "Disconnect");
    bh_central_disconnect(s.central, &s.key);
    bh_peer_scene_await(&s, "Disconnect");
    bh_peer_connect(&s, &call);
    bh_fixture_settle();
    ck_assert(!call.done);
    bh_puppet_release(s.puppet, "Disconnect");
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 1);
}
END_TEST

START_TEST(a_link_made_by_somebody_else_is_told_and_ready_at_once)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init(&s);
    bh_central_watch(s.central, &s.key);
    bh_peer_scene_await(&s, "GetAll");
    BH_AWAIT(s.links->len > 0);
    bh_peer_scene_add_link(&s);
    BH_AWAIT(bh_peer_scene_peek(&s).resolved);
    ck_assert_str_eq(s.links->str, "- c cr");
    bh_peer_connect(&s, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "Connect"), 0);
}
END_TEST

START_TEST(links_of_others_are_known_from_the_start_and_their_end_is_told)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_prepare(&s);
    bh_puppet_add_device(s.puppet, BH_PEER, BH_PEER_ADDRESS, TRUE);
    bh_peer_scene_start(&s);
    ck_assert_uint_eq(bh_central_count_links(s.central, 0), 1);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(bh_central_count_links(s.central, 0) == 0);
    BH_POLL(!has_rule(&s, "dev_C0"));
}
END_TEST

/* BlueZ has two for a while when it learns who a device is. */
START_TEST(another_object_of_the_same_device_does_not_disturb_its_link)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    BH_PUPPET_ADD(s.puppet,
                  OTHER_OBJECT,
                  2,
                  "Address",
                  "s",
                  BH_PEER_ADDRESS,
                  "AddressType",
                  "s",
                  "random");
    bh_fixture_settle();
    bh_puppet_release(s.puppet, "ReadValue");
    BH_ASSERT_END(&call, "0a0b0c");
    bh_puppet_hang(s.puppet, "ReadValue", 1);
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_PUPPET_ADD(s.puppet,
                  OTHER_OBJECT,
                  3,
                  "Address",
                  "s",
                  BH_PEER_ADDRESS,
                  "AddressType",
                  "s",
                  "random",
                  "Connected",
                  "b",
                  TRUE);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(only_devices_that_matter_are_listened_to)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init(&s);
    ck_assert(!has_rule(&s, "arg0='org.bluez.Device1'"));
    ck_assert(!has_rule(&s, "dev_"));
    bh_central_watch(s.central, &s.key);
    BH_POLL(has_rule(&s, "path='" BH_PEER "'"));
    ck_assert(!has_rule(&s, "arg0='org.bluez.Device1'"));
    bh_central_unwatch(s.central, &s.key);
    BH_POLL(!has_rule(&s, "dev_"));
}
END_TEST

BH_TEST_MAIN("bluez-links",
             an_unknown_device_is_found_by_a_discovery_that_ends_with_it,
             a_device_is_found_whatever_a_scan_filters,
             a_search_that_is_cancelled_leaves_no_discovery,
             an_experimental_bluez_connects_by_address,
             what_a_cancelled_connect_by_address_brings_is_dropped,
             a_link_is_ready_when_its_services_are_known,
             services_resolved_before_the_answer_do_not_wait_for_it,
             objects_told_after_services_resolved_are_in_the_database,
             a_link_that_is_dropped_ends_by_us,
             connecting_waits_for_the_end_of_the_link_that_is_being_dropped,
             a_link_made_by_somebody_else_is_told_and_ready_at_once,
             links_of_others_are_known_from_the_start_and_their_end_is_told,
             another_object_of_the_same_device_does_not_disturb_its_link,
             only_devices_that_matter_are_listened_to)
