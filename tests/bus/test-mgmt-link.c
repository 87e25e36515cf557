/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Links with a management socket: what the kernel says of failures and ends reaches who waits, and
 * what BlueZ cannot do for a link is done by the kernel.
 */
#include "bh-mgmt-peer.h"

#define OTHER BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_02"
#define OTHER_ADDRESS "C0:00:00:00:00:02"
#define HOLD "org.blehub.Hold1"
#define FAILED "org.bluez.Error.Failed"
#define ABORTED "le-connection-abort-by-local"

static void
init_with(BhMgmtScene *s, guint16 revision)
{
    bh_mgmt_scene_init(s);
    bh_kernel_set_revision(s->kernel, revision);
    bh_puppet_add_device(s->puppet, BH_MGMT_PEER, BH_MGMT_PEER_ADDRESS, FALSE);
    bh_mgmt_scene_start(s);
    bh_kernel_clear_log(s->kernel);
    bh_puppet_clear_calls(s->puppet);
}

static void
init(BhMgmtScene *s)
{
    init_with(s, BH_KERNEL_REVISION);
}

/* Returns the path of the hold. */
static char *
init_connected_to(BhMgmtScene *s, guint16 revision)
{
    g_auto(BhMgmtCall) call = {0};
    g_auto(GStrv) parts = NULL;

    init_with(s, revision);
    bh_mgmt_peer_connect(s, &call, "");
    BH_AWAIT(call.done);
    parts = g_strsplit(call.end, "'", -1);
    ck_assert_msg(g_strv_length(parts) == 5, "%s", call.end);
    return g_strdup(parts[3]);
}

static char *
init_connected(BhMgmtScene *s)
{
    return init_connected_to(s, BH_KERNEL_REVISION);
}

START_TEST(a_failed_attempt_has_the_kernels_cause)
{
    static const struct {
        guint8 status;
        const char *end;
    } cases[] = {
        {0x08, "Timeout: "},
        {0x0b, "Failed: "},
        {0x07, "LimitExceeded: "}, /* last: the adapter counts as full for a while */
    };
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhMgmtCall) call = {0};
        bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 1);
        bh_puppet_hold(s.puppet, "Connect");
        bh_mgmt_peer_connect(&s, &call, "");
        BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == i + 1);
        bh_kernel_link(s.kernel, BH_MGMT_CONNECT_FAILED, BH_MGMT_PEER_ADDRESS, cases[i].status);
        bh_puppet_release(s.puppet, "Connect");
        BH_MGMT_ASSERT_END(&call, cases[i].end);
    }
}
END_TEST

/* BlueZ has not answered Connect when the link comes and goes. */
static void
meet_and_lose(BhMgmtScene *s, BhMgmtCall *call, guint8 reason)
{
    bh_puppet_clear_calls(s->puppet);
    bh_puppet_hold(s->puppet, "Connect");
    bh_mgmt_peer_connect(s, call, "");
    BH_AWAIT(bh_puppet_count_calls(s->puppet, "Connect") == 1);
    bh_kernel_link(s->kernel, BH_MGMT_DEVICE_CONNECTED, BH_MGMT_PEER_ADDRESS, 8);
    bh_puppet_set_device(s->puppet, BH_MGMT_PEER, "Connected", TRUE);
    bh_fixture_settle();
    bh_kernel_link(s->kernel, BH_MGMT_DEVICE_DISCONNECTED, BH_MGMT_PEER_ADDRESS, reason);
    bh_puppet_set_device(s->puppet, BH_MGMT_PEER, "Connected", FALSE);
}

START_TEST(a_link_that_ends_before_it_is_of_use_is_tried_again_unless_its_end_has_a_cause)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) lost = {0}, ready = {0};

    init(&s);
    meet_and_lose(&s, &lost, 3);
    BH_MGMT_ASSERT_END(&lost, "Disconnected: the link is gone: remote");
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 1);
    bh_puppet_release(s.puppet, "Connect");
    meet_and_lose(&s, &ready, 0);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 2);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 1);
    bh_puppet_release(s.puppet, "Connect");
    BH_MGMT_ASSERT_END(&ready, "('/org/blehub/device/");
}
END_TEST

START_TEST(a_link_that_is_never_established_is_disconnected_whoever_says_so_first)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init(&s);
    bh_puppet_fail_with(s.puppet, "Connect", FAILED, ABORTED, 100);
    meet_and_lose(&s, &call, 0);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 2);
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, BH_MGMT_PEER_ADDRESS, 0);
    bh_puppet_release(s.puppet, "Connect");
    bh_puppet_hold(s.puppet, "Connect");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 3);
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, BH_MGMT_PEER_ADDRESS, 0);
    bh_puppet_release(s.puppet, "Connect");
    BH_MGMT_ASSERT_END(&call, "Disconnected: disconnected: unspecified (code 0); BlueZ says");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "Connect"), 3);
}
END_TEST

/* BlueZ forgets a device that it never knew, and does not answer. */
START_TEST(a_controller_without_room_is_said_although_bluez_does_not_answer)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init(&s);
    bh_puppet_hang(s.puppet, "Connect", 1);
    bh_mgmt_peer_connect(&s, &call, "");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 1);
    bh_kernel_link(s.kernel, BH_MGMT_CONNECT_FAILED, BH_MGMT_PEER_ADDRESS, 0x07);
    bh_puppet_remove(s.puppet, BH_MGMT_PEER, "org.bluez.Device1");
    BH_MGMT_ASSERT_END(&call, "LimitExceeded: ");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "Connect"), 1);
}
END_TEST

START_TEST(a_link_that_is_lost_has_the_kernels_cause)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) wait = {0};
    g_autofree char *hold = init_connected(&s);

    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_CONNECTED, BH_MGMT_PEER_ADDRESS, 8);
    bh_mgmt_peer_begin(&s, &wait, "WaitDisconnected", bh_mgmt_options("{}"));
    bh_fixture_settle();
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, BH_MGMT_PEER_ADDRESS, 1);
    bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Connected", FALSE);
    BH_MGMT_ASSERT_END(&wait, "('timeout',)");
}
END_TEST

/* As when the kernel tells that one goes before it is gone. */
START_TEST(a_controller_has_the_events_of_its_index_although_another_had_it_before)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init(&s);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    bh_puppet_plug(s.puppet, BH_PUPPET_ADAPTER, "00:AA:01:00:00:02");
    BH_POLL(bh_mgmt_scene_can(&s, "connect"));
    bh_mgmt_peer_connect(&s, &call, "");
    BH_MGMT_ASSERT_END(&call, "(");
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_CONNECTED, BH_MGMT_PEER_ADDRESS, 8);
    bh_mgmt_peer_begin(&s, &call, "WaitDisconnected", bh_mgmt_options("{}"));
    bh_fixture_settle();
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_DISCONNECTED, BH_MGMT_PEER_ADDRESS, 3);
    bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Connected", FALSE);
    BH_MGMT_ASSERT_END(&call, "('remote',)");
}
END_TEST

START_TEST(the_last_release_ends_the_link_by_the_kernel_too)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};
    g_autofree char *hold = init_connected(&s);

    bh_mgmt_call_begin(&s, &call, hold, HOLD, "Release", NULL);
    BH_MGMT_ASSERT_END(&call, "()");
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Disconnect:" BH_MGMT_PEER_ADDRESS));
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Disconnect") == 1);
}
END_TEST

START_TEST(the_strength_of_a_link_is_the_kernels)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0}, other = {0};
    g_autofree char *hold = init_connected(&s);

    bh_mgmt_peer_begin(&s, &call, "ReadRSSI", bh_mgmt_options("{}"));
    bh_mgmt_peer_begin(&s, &other, "ReadRSSI", bh_mgmt_options("{}"));
    BH_MGMT_ASSERT_END(&call, "(-61,)");
    BH_MGMT_ASSERT_END(&other, "(-61,)");
    bh_kernel_refuse(s.kernel, BH_MGMT_GET_CONNECTION_INFORMATION, BH_MGMT_STATUS_NOT_CONNECTED, 1);
    bh_mgmt_peer_begin(&s, &call, "ReadRSSI", bh_mgmt_options("{}"));
    BH_MGMT_ASSERT_END(&call, "Disconnected: ");
}
END_TEST

START_TEST(connection_parameters_are_loaded_before_the_attempt)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init(&s);
    bh_mgmt_peer_connect(&s,
                         &call,
                         ", 'MinIntervalUs': <7500>, 'MaxIntervalUs': <15000>, 'Latency': <4>, "
                         "'SupervisionMs': <5000>");
    BH_MGMT_ASSERT_END(&call, "(");
    ck_assert(bh_kernel_was_told(s.kernel, "Parameters:" BH_MGMT_PEER_ADDRESS ",6-12,4,500"));
}
END_TEST

START_TEST(an_old_kernel_cannot_change_a_link_and_that_is_said)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};
    g_autofree char *hold = init_connected(&s);

    bh_mgmt_peer_begin(&s,
                       &call,
                       "SetConnectionParameters",
                       bh_mgmt_options("{'MinIntervalUs': <7500>, 'MaxIntervalUs': <15000>}"));
    BH_MGMT_ASSERT_END(&call, "NotSupported: this kernel changes them for the next link only");
}
END_TEST

START_TEST(an_old_kernel_cannot_change_the_link_of_another_program_and_that_is_said)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init(&s);
    bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "Connected", TRUE);
    bh_puppet_set_device(s.puppet, BH_MGMT_PEER, "ServicesResolved", TRUE);
    bh_fixture_settle();
    bh_mgmt_peer_connect(&s, &call, ", 'MinIntervalUs': <15000>, 'MaxIntervalUs': <15000>");
    BH_MGMT_ASSERT_END(&call, "NotSupported: the device is linked already: this kernel changes");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "Connect"), 0);
}
END_TEST

static void
begin_parameters(BhMgmtScene *s, BhMgmtCall *call)
{
    bh_mgmt_peer_begin(s,
                       call,
                       "SetConnectionParameters",
                       bh_mgmt_options("{'MinIntervalUs': <7500>, 'MaxIntervalUs': <15000>}"));
}

START_TEST(a_newer_kernel_changes_the_link_itself)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};
    g_autofree char *hold = init_connected_to(&s, BH_KERNEL_REVISION + 1);

    begin_parameters(&s, &call);
    BH_MGMT_ASSERT_END(&call, "()");
    ck_assert(bh_kernel_was_told(s.kernel, "Parameters:" BH_MGMT_PEER_ADDRESS ",6-12,0,42"));
}
END_TEST

START_TEST(the_answer_to_parameters_of_another_attempt_is_not_that_of_a_change)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) other = {0}, change = {0};
    g_autofree char *hold = init_connected_to(&s, BH_KERNEL_REVISION + 1);

    bh_puppet_add_device(s.puppet, OTHER, OTHER_ADDRESS, FALSE);
    bh_kernel_clear_log(s.kernel);
    bh_kernel_refuse(s.kernel, BH_MGMT_LOAD_CONNECTION_PARAMETERS, BH_MGMT_STATUS_BUSY, 1);
    bh_kernel_hold(s.kernel, BH_MGMT_LOAD_CONNECTION_PARAMETERS);
    bh_mgmt_connect(&s,
                    &other,
                    OTHER_ADDRESS,
                    ", 'MinIntervalUs': <30000>, 'MaxIntervalUs': <30000>");
    BH_MGMT_ASSERT_END(&other, "(");
    begin_parameters(&s, &change);
    BH_AWAIT(bh_kernel_was_told(s.kernel, "Parameters:" BH_MGMT_PEER_ADDRESS ",6-12,0,42"));
    bh_kernel_hold(s.kernel, 0);
    BH_MGMT_ASSERT_END(&change, "()");
}
END_TEST

START_TEST(parameters_that_nobody_waits_for_any_more_are_not_loaded_again)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) late = {0}, next = {0};
    g_autofree char *hold = init_connected_to(&s, BH_KERNEL_REVISION + 1);

    bh_kernel_clear_log(s.kernel);
    bh_kernel_hold(s.kernel, BH_MGMT_LOAD_CONNECTION_PARAMETERS);
    bh_mgmt_peer_connect(
        &s,
        &late,
        ", 'MinIntervalUs': <30000>, 'MaxIntervalUs': <30000>, 'TimeoutMs': <100>");
    BH_MGMT_ASSERT_END(&late, "Timeout: ");
    bh_kernel_hold(s.kernel, 0);
    begin_parameters(&s, &next);
    BH_MGMT_ASSERT_END(&next, "()");
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "Parameters:" BH_MGMT_PEER_ADDRESS ",24-24,0,42 "
                     "Parameters:" BH_MGMT_PEER_ADDRESS ",6-12,0,42 "
                     "Parameters:" BH_MGMT_PEER_ADDRESS ",6-12,0,42");
}
END_TEST

START_TEST(parameters_that_the_kernel_refuses_are_an_error)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) one = {0}, two = {0}, three = {0};
    g_autofree char *hold = init_connected_to(&s, BH_KERNEL_REVISION + 1);

    bh_kernel_refuse(s.kernel, BH_MGMT_LOAD_CONNECTION_PARAMETERS, BH_MGMT_STATUS_BUSY, 2);
    begin_parameters(&s, &one);
    begin_parameters(&s, &two);
    begin_parameters(&s, &three);
    BH_MGMT_ASSERT_END(&one, "Failed: the kernel refuses the connection parameters (status 0x0a)");
    BH_MGMT_ASSERT_END(&two, "Failed: ");
    BH_MGMT_ASSERT_END(&three, "()");
}
END_TEST

static char *
dup_property(BhMgmtScene *s, const char *name)
{
    g_auto(BhMgmtCall) call = {0};

    bh_mgmt_call_begin(s,
                       &call,
                       BH_MGMT_PEER_PATH,
                       "org.freedesktop.DBus.Properties",
                       "Get",
                       g_variant_new("(ss)", BH_MGMT_PEER_DEVICE, name));
    BH_AWAIT(call.done);
    return g_steal_pointer(&call.end);
}

static gboolean
has_property(BhMgmtScene *s, const char *name, const char *wanted)
{
    g_autofree char *end = dup_property(s, name);

    return g_str_equal(end, wanted);
}

START_TEST(the_parameters_of_a_link_are_those_that_the_kernel_tells)
{
    static const BhMgmtConnectionParameters exact = {40, 40, 3, 500}, range = {24, 40, 0, 42};
    g_auto(BhMgmtScene) s = {0};
    g_autofree char *hold = init_connected(&s);

    ck_assert(has_property(&s, "ConnectionIntervalUs", "(<uint32 0>,)"));
    bh_kernel_parameters(s.kernel, BH_MGMT_PEER_ADDRESS, &exact);
    BH_AWAIT(has_property(&s, "ConnectionIntervalUs", "(<uint32 50000>,)"));
    ck_assert(has_property(&s, "ConnectionLatency", "(<uint16 3>,)"));
    ck_assert(has_property(&s, "SupervisionMs", "(<uint32 5000>,)"));
    bh_kernel_parameters(s.kernel, BH_MGMT_PEER_ADDRESS, &range);
    BH_AWAIT(has_property(&s, "SupervisionMs", "(<uint32 420>,)"));
    ck_assert(has_property(&s, "ConnectionIntervalUs", "(<uint32 0>,)"));
}
END_TEST

/* BlueZ reads it over the link, after the services are known. */
START_TEST(the_name_of_a_device_that_was_never_heard_is_what_bluez_has_read)
{
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};
    g_autofree char *hold = init_connected(&s);

    ck_assert(has_property(&s, "Name", "(<'listed'>,)"));
    BH_PUPPET_CHANGE(s.puppet, BH_MGMT_PEER, 1, "Name", "s", "Read of it");
    BH_AWAIT(has_property(&s, "Name", "(<'Read of it'>,)"));
    bh_mgmt_peer_begin(&s, &call, "Explore", bh_mgmt_options("{}"));
    BH_MGMT_ASSERT_END(&call, "('{\"device_name\": \"Read of it\", ");
}
END_TEST

START_TEST(what_the_kernel_tells_of_a_link_before_bluez_does_is_not_lost)
{
    static const BhMgmtConnectionParameters exact = {40, 40, 3, 500};
    g_auto(BhMgmtScene) s = {0};
    g_auto(BhMgmtCall) call = {0};

    init(&s);
    bh_puppet_hold(s.puppet, "Connect");
    bh_mgmt_peer_connect(&s, &call, "");
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "Connect") == 1);
    bh_kernel_link(s.kernel, BH_MGMT_DEVICE_CONNECTED, BH_MGMT_PEER_ADDRESS, 8);
    bh_kernel_parameters(s.kernel, BH_MGMT_PEER_ADDRESS, &exact);
    bh_fixture_settle();
    bh_puppet_release(s.puppet, "Connect");
    BH_MGMT_ASSERT_END(&call, "(");
    ck_assert(has_property(&s, "ConnectionIntervalUs", "(<uint32 50000>,)"));
}
END_TEST

BH_TEST_MAIN("mgmt-link",
             a_failed_attempt_has_the_kernels_cause,
             a_link_that_ends_before_it_is_of_use_is_tried_again_unless_its_end_has_a_cause,
             a_link_that_is_never_established_is_disconnected_whoever_says_so_first,
             a_controller_without_room_is_said_although_bluez_does_not_answer,
             a_link_that_is_lost_has_the_kernels_cause,
             a_controller_has_the_events_of_its_index_although_another_had_it_before,
             the_last_release_ends_the_link_by_the_kernel_too,
             the_strength_of_a_link_is_the_kernels,
             connection_parameters_are_loaded_before_the_attempt,
             an_old_kernel_cannot_change_a_link_and_that_is_said,
             an_old_kernel_cannot_change_the_link_of_another_program_and_that_is_said,
             a_newer_kernel_changes_the_link_itself,
             the_answer_to_parameters_of_another_attempt_is_not_that_of_a_change,
             parameters_that_nobody_waits_for_any_more_are_not_loaded_again,
             parameters_that_the_kernel_refuses_are_an_error,
             the_parameters_of_a_link_are_those_that_the_kernel_tells,
             the_name_of_a_device_that_was_never_heard_is_what_bluez_has_read,
             what_the_kernel_tells_of_a_link_before_bluez_does_is_not_lost)
