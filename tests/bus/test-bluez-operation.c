/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reads and writes: what refuses them, in which order they are made, and that each ends.
 */
#include "bh-peer-scene.h"

#define ERROR(name) "org.bluez.Error." name
#define IN_PROGRESS ERROR("InProgress")
#define REFUSED "Operation Not Authorized"
#define UNLIKELY "Operation failed with ATT error: 0x0e"

/* What BlueZ says of what devices answer */

START_TEST(errors_of_a_device_arrive_as_their_byte_or_as_hidden)
{
    static const struct {
        const char *name, *text, *end;
    } cases[] = {
        {ERROR("NotPermitted"), "Read not permitted", "0x102: 0x02 Read not permitted"},
        {ERROR("NotPermitted"), "Write not permitted", "0x103: 0x03 Write not permitted"},
        {ERROR("NotPermitted"), "Not paired", "0x200: BlueZ says \"NotPermitted: Not paired\""},
        {ERROR("NotSupported"), "Operation is not supported", "0x106: 0x06 Request not supported"},
        {ERROR("InvalidArguments"), "Invalid offset", "0x107: 0x07 Invalid offset"},
        {ERROR("NotAuthorized"), REFUSED, "0x108: 0x08 Insufficient authorization"},
        {ERROR("InvalidArguments"), "Invalid Length", "0x10d: 0x0d Invalid attribute value length"},
        {ERROR("Failed"), "Operation failed with ATT error: 0x80", "0x180: 0x80 Application error"},
        {ERROR("Failed"), "Operation failed", "0x200: BlueZ says \"Failed: Operation failed\""},
        {ERROR("Failed"),
         "Operation failed with ATT error: 0x1ff",
         "0: Failed: Operation failed with ATT error: 0x1ff"},
        {ERROR("Failed"), "Not connected", "0x8: Failed: Not connected"},
        {ERROR("NotPermitted"), "Write acquired", "0x6: NotPermitted: Write acquired"},
        {ERROR("InvalidArguments"),
         "Invalid arguments in method call",
         "0x1: InvalidArguments: Invalid arguments in method call"},
    };
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        bh_puppet_fail_with(s.puppet, "ReadValue", cases[i].name, cases[i].text, 1);
        bh_peer_read(&s, BH_LEVEL, 0, &call);
        BH_ASSERT_END(&call, cases[i].end);
    }
}
END_TEST

/* Device Information, which can be written to; BlueZ refuses that once. */
static void
write_to_claimed(BhPeerScene *s, guint version, BhPeerCall *call)
{
    bh_peer_scene_init_with(s, version);
    bh_puppet_add_attribute(s->puppet, BH_PEER "/service0010", "Service", "180a", NULL);
    bh_puppet_add_attribute(s->puppet,
                            BH_PEER "/service0010/char0011",
                            "Characteristic",
                            "2a29",
                            "read write");
    bh_peer_connect(s, call);
    BH_ASSERT_END(call, "ok");
    bh_puppet_fail_with(s->puppet, "WriteValue", ERROR("NotAuthorized"), REFUSED, 1);
    bh_peer_write(s, 0x12, "01", BH_WRITE_REQUEST, call);
    BH_AWAIT(call->done);
}

/* It cannot be told whether the device was asked at all. */
START_TEST(a_refused_write_to_a_service_that_bluez_claims_has_no_byte_of_the_device)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    write_to_claimed(&s, 0, &call);
    BH_ASSERT_END(&call, "0x200: BlueZ says \"NotAuthorized: " REFUSED "\"");
    bh_puppet_fail_with(s.puppet, "ReadValue", ERROR("NotAuthorized"), REFUSED, 1);
    bh_peer_read(&s, 0x12, 0, &call);
    BH_ASSERT_END(&call, "0x108: 0x08 Insufficient authorization");
    bh_puppet_fail_with(s.puppet, "WriteValue", ERROR("NotAuthorized"), REFUSED, 1);
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &call);
    BH_ASSERT_END(&call, "0x108: 0x08 Insufficient authorization");
}
END_TEST

START_TEST(only_a_bluez_that_refuses_writes_itself_hides_the_byte_of_the_device)
{
    static const struct {
        guint version;
        const char *end;
    } cases[] = {
        {0x054f, "0x108: 0x08 Insufficient authorization"},
        {0x0550, "0x200: BlueZ says \"NotAuthorized: " REFUSED "\""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhPeerScene) s = {0};
        g_auto(BhPeerCall) call = {0};
        write_to_claimed(&s, cases[i].version, &call);
        BH_ASSERT_END(&call, cases[i].end);
    }
}
END_TEST

START_TEST(without_a_link_or_an_attribute_nothing_is_sent)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_read(&s, 1, 0, &call);
    BH_ASSERT_END(&call, "0x2: no handle 0x0001");
    bh_peer_read(&s, 0x77, 0, &call);
    BH_ASSERT_END(&call, "0x2: no handle 0x0077");
    s.key.address.octets[0]++;
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_ASSERT_END(&call, "0x8: there is no link");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "ReadValue"), 0);
}
END_TEST

START_TEST(another_programs_operation_is_waited_for)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail(s.puppet, "WriteValue", IN_PROGRESS, 4);
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_uint_eq(bh_peer_scene_count(&s, "WriteValue"), 5);
}
END_TEST

START_TEST(waiting_for_another_programs_operation_ends_when_cancelled)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail(s.puppet, "WriteValue", IN_PROGRESS, 10000);
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "WriteValue") > 2);
    g_cancellable_cancel(call.cancellable);
    BH_ASSERT_END(&call, "0x9: cancelled");
    bh_puppet_fail(s.puppet, "WriteValue", IN_PROGRESS, 0);
    bh_peer_write(&s, BH_LEVEL, "02", BH_WRITE_REQUEST, &call);
    BH_ASSERT_END(&call, "ok");
}
END_TEST

START_TEST(a_cancelled_read_keeps_its_place_until_bluez_has_answered)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, write = {0}, other = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "ReadValue");
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    g_cancellable_cancel(read.cancellable);
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &write);
    bh_peer_write(&s, BH_OTHER, "02", BH_WRITE_COMMAND, &other);
    BH_ASSERT_END(&other, "ok");
    ck_assert(!read.done);
    ck_assert(!write.done);
    bh_puppet_release(s.puppet, "ReadValue");
    BH_ASSERT_END(&read, "0a0b0c");
    BH_ASSERT_END(&write, "ok");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "ReadValue WriteValue:02,command WriteValue:01,request");
}
END_TEST

START_TEST(a_cancelled_write_is_not_tried_again)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) write = {0}, next = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail(s.puppet, "WriteValue", IN_PROGRESS, 1);
    bh_puppet_hold(s.puppet, "WriteValue");
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &write);
    BH_AWAIT(bh_peer_scene_count(&s, "WriteValue") == 1);
    g_cancellable_cancel(write.cancellable);
    bh_peer_write(&s, BH_LEVEL, "02", BH_WRITE_REQUEST, &next);
    bh_puppet_release(s.puppet, "WriteValue");
    BH_ASSERT_END(&next, "ok");
    ck_assert(write.done);
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "WriteValue:01,request WriteValue:02,request");
}
END_TEST

/* Whatever else happens between the cancelling and the news of it. */
START_TEST(a_write_that_is_cancelled_before_it_was_sent_is_never_sent)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) first = {0}, second = {0}, third = {0};

    bh_peer_scene_init_ready(&s);
    first.cancellable = g_cancellable_new();
    g_cancellable_cancel(first.cancellable);
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &first);
    bh_peer_write(&s, BH_LEVEL, "02", BH_WRITE_REQUEST, &second);
    bh_peer_write(&s, BH_LEVEL, "03", BH_WRITE_REQUEST, &third);
    g_cancellable_cancel(second.cancellable);
    BH_ASSERT_END(&third, "ok");
    BH_ASSERT_END(&first, "0x9: cancelled");
    BH_ASSERT_END(&second, "0x9: cancelled");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "WriteValue:03,request");
}
END_TEST

START_TEST(what_waits_behind_can_be_cancelled_alone)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) first = {0}, second = {0}, third = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hold(s.puppet, "WriteValue");
    bh_peer_write(&s, BH_LEVEL, "01", BH_WRITE_REQUEST, &first);
    bh_peer_write(&s, BH_LEVEL, "02", BH_WRITE_REQUEST, &second);
    bh_peer_write(&s, BH_LEVEL, "03", BH_WRITE_REQUEST, &third);
    BH_AWAIT(bh_peer_scene_count(&s, "WriteValue") == 1);
    g_cancellable_cancel(second.cancellable);
    BH_ASSERT_END(&second, "0x9: cancelled");
    bh_puppet_release(s.puppet, "WriteValue");
    BH_ASSERT_END(&first, "ok");
    BH_ASSERT_END(&third, "ok");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), "WriteValue:01,request WriteValue:03,request");
}
END_TEST

START_TEST(everything_ends_with_the_link_at_once)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, behind = {0}, other = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "ReadValue", 9);
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    bh_peer_read(&s, BH_LEVEL, 0, &behind);
    bh_peer_read(&s, BH_OTHER, 0, &other);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 2);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&read, "0x8: the link is gone: unspecified");
    BH_ASSERT_END(&behind, "0x8: the link is gone: unspecified");
    BH_ASSERT_END(&other, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(what_bluez_says_of_a_link_that_is_going_is_no_error_of_the_device)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, behind = {0}, subscribe = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail_with(s.puppet, "ReadValue", ERROR("Failed"), UNLIKELY, 2);
    bh_puppet_fail_with(s.puppet, "StartNotify", ERROR("Failed"), UNLIKELY, 1);
    bh_puppet_hold(s.puppet, "Get");
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    bh_peer_read(&s, BH_LEVEL, 0, &behind);
    bh_peer_subscribe(&s, BH_OTHER, &subscribe);
    BH_AWAIT(bh_peer_scene_count(&s, "Get") == 2);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_ASSERT_END(&read, "0x8: the link is gone: unspecified");
    BH_ASSERT_END(&behind, "0x8: the link is gone: unspecified");
    BH_ASSERT_END(&subscribe, "0x8: the link is gone: unspecified");
}
END_TEST

static void
set_power_state(BhPeerScene *s, const char *state)
{
    ck_assert_int_ge(sd_bus_emit_signal(bh_puppet_peek_bus(s->puppet),
                                        BH_PUPPET_ADAPTER,
                                        "org.freedesktop.DBus.Properties",
                                        "PropertiesChanged",
                                        "sa{sv}as",
                                        "org.bluez.Adapter1",
                                        1,
                                        "PowerState",
                                        "s",
                                        state,
                                        0),
                     0);
}

/* Long before BlueZ tells that the link is gone. */
START_TEST(what_bluez_says_while_it_switches_the_radio_off_is_no_error_of_the_device)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, subscribe = {0};

    bh_peer_scene_init_ready(&s);
    set_power_state(&s, "on-disabling");
    bh_puppet_fail_with(s.puppet, "ReadValue", ERROR("Failed"), UNLIKELY, 2);
    bh_puppet_fail_with(s.puppet, "StartNotify", ERROR("Failed"), UNLIKELY, 1);
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    bh_peer_subscribe(&s, BH_OTHER, &subscribe);
    BH_ASSERT_END(&read, "0x8: the link is gone: the radio is being switched off");
    BH_ASSERT_END(&subscribe, "0x8: the link is gone: the radio is being switched off");
    set_power_state(&s, "on");
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    BH_ASSERT_END(&read, "0x10e: 0x0e Unlikely error");
}
END_TEST

START_TEST(an_unlikely_error_of_a_device_that_stays_is_told_and_the_next_call_made)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, behind = {0}, subscribe = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_fail_with(s.puppet, "ReadValue", ERROR("Failed"), UNLIKELY, 1);
    bh_puppet_fail_with(s.puppet, "StartNotify", ERROR("Failed"), UNLIKELY, 1);
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    bh_peer_read(&s, BH_LEVEL, 0, &behind);
    bh_peer_subscribe(&s, BH_OTHER, &subscribe);
    BH_ASSERT_END(&read, "0x10e: 0x0e Unlikely error");
    BH_ASSERT_END(&behind, "0a0b0c");
    BH_ASSERT_END(&subscribe, "0x10e: 0x0e Unlikely error");
}
END_TEST

START_TEST(everything_ends_with_bluez_and_with_the_adapter_at_once)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "ReadValue", 9);
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, "org.bluez.Adapter1");
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
    bh_peer_scene_clear(&s);
    s = (BhPeerScene){0};
    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "ReadValue", 9);
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    g_clear_pointer(&s.scene.puppet, bh_puppet_free);
    BH_ASSERT_END(&call, "0x8: the link is gone: unspecified");
}
END_TEST

START_TEST(what_is_under_way_ends_when_the_radio_stops)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) read = {0}, connect = {0}, subscribe = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_hang(s.puppet, "ReadValue", 9);
    bh_puppet_hang(s.puppet, "StartNotify", 9);
    bh_puppet_hang(s.puppet, "Connect", 9);
    bh_peer_read(&s, BH_LEVEL, 0, &read);
    bh_peer_subscribe(&s, BH_LEVEL, &subscribe);
    bh_peer_connect(&s, &connect);
    BH_AWAIT(bh_peer_scene_count(&s, "ReadValue") == 1);
    bh_radio_stop(BH_RADIO(s.scene.radio.bluez));
    BH_ASSERT_END(&read, "0x9: stopped");
    BH_ASSERT_END(&subscribe, "0x9: stopped");
    BH_AWAIT(connect.done);
}
END_TEST

/* What works */

START_TEST(values_are_read_whole_and_from_an_offset)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_ASSERT_END(&call, "0a0b0c");
    bh_peer_read(&s, BH_LEVEL, 2, &call);
    BH_ASSERT_END(&call, "0c");
    bh_peer_read(&s, BH_CONFIG, 0, &call);
    BH_ASSERT_END(&call, "63");
    bh_puppet_set_value(s.puppet, BH_PEER_LEVEL, "");
    bh_peer_read(&s, BH_LEVEL, 0, &call);
    BH_ASSERT_END(&call, "");
}
END_TEST

START_TEST(values_are_written_with_and_without_response)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_peer_write(&s, BH_LEVEL, "00ff00", BH_WRITE_REQUEST, &call);
    BH_ASSERT_END(&call, "ok");
    bh_peer_write(&s, BH_LEVEL, "", BH_WRITE_COMMAND, &call);
    BH_ASSERT_END(&call, "ok");
    bh_peer_write(&s, BH_CONFIG, "41", BH_WRITE_REQUEST, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "WriteValue:00ff00,request WriteValue:,command WriteValue:41");
}
END_TEST

START_TEST(a_thousand_writes_at_once_arrive_in_their_order)
{
    g_auto(BhPeerScene) s = {0};
    g_autofree BhPeerCall *calls = g_new0(BhPeerCall, 1000);
    g_autoptr(GString) wanted = g_string_new(NULL);

    bh_peer_scene_init_ready(&s);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *hex = g_strdup_printf("%04x", i);
        bh_peer_write(&s, BH_OTHER, hex, BH_WRITE_COMMAND, &calls[i]);
        g_string_append_printf(wanted, "%sWriteValue:%s,command", i > 0 ? " " : "", hex);
    }
    for (guint i = 0; i < 1000; i++)
        BH_ASSERT_END(&calls[i], "ok");
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet), wanted->str);
}
END_TEST

BH_TEST_MAIN("bluez-operation",
             errors_of_a_device_arrive_as_their_byte_or_as_hidden,
             a_refused_write_to_a_service_that_bluez_claims_has_no_byte_of_the_device,
             only_a_bluez_that_refuses_writes_itself_hides_the_byte_of_the_device,
             without_a_link_or_an_attribute_nothing_is_sent,
             another_programs_operation_is_waited_for,
             waiting_for_another_programs_operation_ends_when_cancelled,
             a_cancelled_read_keeps_its_place_until_bluez_has_answered,
             a_cancelled_write_is_not_tried_again,
             a_write_that_is_cancelled_before_it_was_sent_is_never_sent,
             what_waits_behind_can_be_cancelled_alone,
             everything_ends_with_the_link_at_once,
             what_bluez_says_of_a_link_that_is_going_is_no_error_of_the_device,
             what_bluez_says_while_it_switches_the_radio_off_is_no_error_of_the_device,
             an_unlikely_error_of_a_device_that_stays_is_told_and_the_next_call_made,
             everything_ends_with_bluez_and_with_the_adapter_at_once,
             what_is_under_way_ends_when_the_radio_stops,
             values_are_read_whole_and_from_an_offset,
             values_are_written_with_and_without_response,
             a_thousand_writes_at_once_arrive_in_their_order)
