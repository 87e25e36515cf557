/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Services that are served: registered whatever happens, and every question of a central is
 * answered once, or over when its central, BlueZ or the application is.
 */
#include "bh-server-scene.h"

static void
fail_sim(BhServerScene *s, const char *method, const char *error, const char *text, guint count)
{
    bh_fixture_tell_sim(&s->bus, "Fail", g_variant_new("(sssu)", method, error, text, count));
}

static void
return_hex(BhServerScene *s, const char *hex)
{
    gsize size = 0;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    g_autoptr(GBytes) value = g_bytes_new(bytes, size);

    bh_peripheral_return_value(s->peripheral, bh_server_scene_take_open(s), value);
}

static guint
count_served(BhServerScene *s)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&s->bus, "GetServed", g_variant_new("(s)", "hci0"));
    g_autoptr(GVariant) names = g_variant_get_child_value(reply, 0);

    return (guint)g_variant_n_children(names);
}

/* Registration */

START_TEST(a_registration_that_is_refused_is_told_and_tried_again)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    fail_sim(&s, "RegisterApplication", "org.bluez.Error.Failed", "Failed to create entry", 2);
    bh_server_scene_serve(&s);
    BH_AWAIT_EVENTS(&s, "app-0 app-0 app+");
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "RegisterApplication"), 3);
}
END_TEST

START_TEST(a_registration_without_an_answer_is_taken_back_and_tried_again)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_patient(&s, NULL, 400);
    bh_fixture_tell_sim(&s.bus, "Hang", g_variant_new("(su)", "RegisterApplication", 1));
    bh_server_scene_serve(&s);
    BH_AWAIT_EVENTS(&s, "app-7 app+");
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "UnregisterApplication"), 1);
}
END_TEST

START_TEST(an_application_that_bluez_has_already_is_taken_back_first)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    fail_sim(&s, "RegisterApplication", "org.bluez.Error.AlreadyExists", "Already Exists", 1);
    bh_server_scene_serve(&s);
    BH_AWAIT_EVENTS(&s, "app-3 app+");
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "UnregisterApplication"), 1);
}
END_TEST

START_TEST(a_restart_of_bluez_registers_the_application_again)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_restart_bluez(&s);
    BH_AWAIT_EVENTS(&s, "app-8 app+");
    ck_assert_uint_eq(count_served(&s), 6);
}
END_TEST

START_TEST(a_controller_back_under_another_index_is_served_on)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_fixture_tell_sim(&s.bus, "RemoveAdapter", g_variant_new("(s)", "hci0"));
    BH_AWAIT_EVENTS(&s, "app-8");
    g_autoptr(GVariant) reply = bh_fixture_call_sim(
        &s.bus,
        "AddAdapter",
        g_variant_new_parsed("({'Address': <'00:AA:01:00:00:01'>, 'Index': <uint32 3>},)"));
    BH_AWAIT_EVENTS(&s, "app+");
}
END_TEST

START_TEST(services_stay_while_the_radio_is_off)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", FALSE));
    BH_AWAIT(!s.radio.adapters[0].powered);
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", TRUE));
    BH_AWAIT(s.radio.adapters[0].powered);
    bh_fixture_settle();
    ck_assert_str_eq(s.events->str, "");
    ck_assert_uint_eq(count_served(&s), 6);
}
END_TEST

START_TEST(an_application_taken_back_is_gone_and_one_moved_away_too)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_peripheral_set_application(s.peripheral, 1, s.definition, 1 << 5);
    BH_POLL(count_served(&s) == 0);
    bh_server_scene_serve(&s);
    BH_AWAIT_EVENTS(&s, "app+");
    bh_peripheral_drop_application(s.peripheral, 1);
    BH_POLL(count_served(&s) == 0);
}
END_TEST

START_TEST(one_taken_back_while_it_is_registered_is_gone_in_the_end)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_server_scene_serve(&s);
    BH_AWAIT(bh_fixture_count_sim_calls(&s.bus, "RegisterApplication") == 1);
    bh_peripheral_drop_application(s.peripheral, 1);
    BH_POLL(bh_fixture_count_sim_calls(&s.bus, "UnregisterApplication") == 1);
    BH_POLL(count_served(&s) == 0);
}
END_TEST

/* Questions that are not answered */

START_TEST(a_central_that_goes_withdraws_what_it_asked)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) read = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    BH_AWAIT_EVENTS(&s, "A+");
    bh_server_scene_read(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0, &read);
    BH_AWAIT_REQUEST(&s, "A read 0+0");
    bh_server_scene_disconnect(&s, BH_CENTRAL_A);
    BH_ASSERT_CALL(&read, "Disconnected");
    BH_AWAIT_EVENTS(&s, "withdrawn A-");
}
END_TEST

START_TEST(a_bluez_killed_in_a_read_withdraws_it_and_serves_again)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) read = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_read(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0, &read);
    BH_AWAIT_REQUEST(&s, "A read 0+0");
    bh_server_scene_restart_bluez(&s);
    BH_AWAIT_EVENTS(&s, "A+ withdrawn A- app-8 app+");
    BH_AWAIT(read.end != NULL);
    bh_central_call_clear(&read);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_read(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0, &read);
    BH_AWAIT_REQUEST(&s, "A read 0+0");
    return_hex(&s, "07");
    BH_ASSERT_CALL(&read, "07");
}
END_TEST

START_TEST(an_answer_after_the_application_was_taken_back_does_no_harm)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) read = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_read(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0, &read);
    BH_AWAIT_REQUEST(&s, "A read 0+0");
    bh_peripheral_drop_application(s.peripheral, 1);
    return_hex(&s, "07");
    BH_ASSERT_CALL(&read, "UnlikelyError");
}
END_TEST

START_TEST(nobody_but_bluez_may_read)
{
    g_auto(BhServerScene) s = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) names = NULL;
    guint refused = 0;

    bh_server_scene_init_serving(&s, NULL);
    reply = g_dbus_connection_call_sync(s.bus.connection,
                                        "org.freedesktop.DBus",
                                        "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus",
                                        "ListNames",
                                        NULL,
                                        NULL,
                                        G_DBUS_CALL_FLAGS_NONE,
                                        -1,
                                        NULL,
                                        &error);
    ck_assert_ptr_nonnull(reply);
    g_variant_get(reply, "(^as)", &names);
    for (char **name = names; *name != NULL; name++) {
        BhCentralCall call = {0};
        if (**name != ':' ||
            g_str_equal(*name, g_dbus_connection_get_unique_name(s.bus.connection)))
            continue;
        g_clear_error(&error);
        bh_server_scene_call_object(&s, *name, "ReadValue", &call);
        BH_AWAIT(call.end != NULL);
        refused += g_str_equal(call.end, "AccessDenied");
        bh_central_call_clear(&call);
    }
    ck_assert_uint_eq(refused, 1);
    ck_assert_str_eq(s.requests->str, "");
}
END_TEST

/* Answers */

START_TEST(a_value_is_read_from_its_offset_by_whoever_asks)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) read = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_connect(&s, BH_CENTRAL_B, TRUE);
    BH_AWAIT_EVENTS(&s, "A+ B+bonded");
    bh_server_scene_read(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0, &read);
    BH_AWAIT_REQUEST(&s, "A read 0+0");
    return_hex(&s, "00 ff 00");
    BH_ASSERT_CALL(&read, "00ff00");
    bh_server_scene_read(&s, BH_CENTRAL_B, BH_DESCRIPTION, 22, &read);
    BH_AWAIT_REQUEST(&s, "B read 1+22");
    return_hex(&s, "");
    BH_ASSERT_CALL(&read, "");
}
END_TEST

START_TEST(writes_come_as_they_are_and_are_answered)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) write = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_write(&s, BH_CENTRAL_A, BH_CONTROL, "0a 00", NULL, &write);
    BH_AWAIT_REQUEST(&s, "A write 3+0 0a00");
    bh_peripheral_return_done(s.peripheral, bh_server_scene_take_open(&s));
    BH_ASSERT_CALL(&write, "ok");
    bh_server_scene_write(&s,
                          BH_CENTRAL_A,
                          BH_CONTROL,
                          "0b",
                          g_variant_new_parsed("{'Offset': <uint16 2>}"),
                          &write);
    BH_AWAIT_REQUEST(&s, "A write 3+2 0b");
    bh_peripheral_return_done(s.peripheral, bh_server_scene_take_open(&s));
    BH_ASSERT_CALL(&write, "ok");
}
END_TEST

START_TEST(a_question_whether_a_write_is_allowed_brings_no_value)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) write = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_write(&s,
                          BH_CENTRAL_A,
                          BH_CONTROL,
                          "0a",
                          g_variant_new_parsed("{'Authorize': <true>}"),
                          &write);
    BH_AWAIT_REQUEST(&s, "A asks 3+0");
    bh_peripheral_return_error(s.peripheral, bh_server_scene_take_open(&s), 0x08);
    BH_ASSERT_CALL(&write, "InsufficientAuthorization");
}
END_TEST

START_TEST(a_refusal_of_a_write_that_needs_no_answer_is_not_heard)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) write = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_write(&s, BH_CENTRAL_A, BH_COMMAND, "0a", NULL, &write);
    BH_ASSERT_CALL(&write, "ok");
    BH_AWAIT_REQUEST(&s, "A write 4+0 0a");
    bh_peripheral_return_error(s.peripheral, bh_server_scene_take_open(&s), 0x0d);
}
END_TEST

/* What BlueZ makes of a byte, in a read and in a write. */
static const struct {
    guint8 status;
    const char *of_read;
    const char *of_write;
} refusals[] = {
    {0x02, "ReadNotPermitted", "UnlikelyError"},
    {0x03, "UnlikelyError", "WriteNotPermitted"},
    {0x05, "InsufficientAuthorization", "InsufficientAuthorization"},
    {0x06, "RequestNotSupported", "RequestNotSupported"},
    {0x07, "InvalidOffset", "InvalidOffset"},
    {0x0d, "InvalidAttributeValueLength", "InvalidAttributeValueLength"},
    {0x13, "UnlikelyError", "UnlikelyError"},
    {0x80, "X80", "X80"},
    {0x9f, "X9F", "X9F"},
    {0xfd, "UnlikelyError", "UnlikelyError"},
};

START_TEST(a_central_hears_the_byte_as_far_as_bluez_can_say_it)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) call = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        bh_server_scene_read(&s, BH_CENTRAL_A, BH_CONTROL, 0, &call);
        BH_AWAIT_REQUEST(&s, "A read 3+0");
        bh_peripheral_return_error(s.peripheral, bh_server_scene_take_open(&s), refusals[i].status);
        BH_ASSERT_CALL(&call, refusals[i].of_read);
        bh_server_scene_write(&s, BH_CENTRAL_A, BH_CONTROL, "01", NULL, &call);
        BH_AWAIT_REQUEST(&s, "A write 3+0 01");
        bh_peripheral_return_error(s.peripheral, bh_server_scene_take_open(&s), refusals[i].status);
        BH_ASSERT_CALL(&call, refusals[i].of_write);
    }
}
END_TEST

START_TEST(a_newer_bluez_can_say_that_it_is_improperly_configured)
{
    g_auto(BhServerScene) s = {0};
    g_auto(BhCentralCall) call = {0};

    bh_server_scene_init_serving(&s, "5.82");
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    bh_server_scene_read(&s, BH_CENTRAL_A, BH_CONTROL, 0, &call);
    BH_AWAIT_REQUEST(&s, "A read 3+0");
    bh_peripheral_return_error(s.peripheral, bh_server_scene_take_open(&s), 0xfd);
    BH_ASSERT_CALL(&call, "XFD");
}
END_TEST

/* Centrals */

START_TEST(a_central_that_comes_back_is_one_again)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NULL);
    for (guint i = 0; i < 3; i++) {
        bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
        BH_AWAIT_EVENTS(&s, "A+");
        bh_server_scene_disconnect(&s, BH_CENTRAL_A);
        BH_AWAIT_EVENTS(&s, "A-");
    }
}
END_TEST

START_TEST(a_central_that_bonds_is_known_by_its_identity_from_then_on)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NULL);
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    BH_AWAIT_EVENTS(&s, "A+");
    bh_server_scene_bond(&s, BH_CENTRAL_A, "00:00:00:00:00:0D");
    BH_AWAIT_EVENTS(&s, "A- D+bonded");
    bh_server_scene_disconnect(&s, BH_CENTRAL_A);
    BH_AWAIT_EVENTS(&s, "D-");
    bh_server_scene_connect(&s, BH_CENTRAL_A, TRUE);
    BH_AWAIT_EVENTS(&s, "D+bonded");
}
END_TEST

START_TEST(a_central_is_dropped_when_the_hub_wants_it)
{
    g_auto(BhServerScene) s = {0};
    BhLinkKey key = bh_server_scene_key(BH_CENTRAL_A);

    bh_server_scene_init_serving(&s, NULL);
    bh_fixture_tell_sim(&s.bus, "SetSpeed", g_variant_new("(d)", 100.0));
    bh_server_scene_connect(&s, BH_CENTRAL_A, FALSE);
    BH_AWAIT_EVENTS(&s, "A+");
    bh_central_disconnect(BH_CENTRAL(s.radio.bluez), &key);
    BH_AWAIT_EVENTS(&s, "A-");
}
END_TEST

BH_TEST_MAIN("bluez-serve",
             a_registration_that_is_refused_is_told_and_tried_again,
             a_registration_without_an_answer_is_taken_back_and_tried_again,
             an_application_that_bluez_has_already_is_taken_back_first,
             a_restart_of_bluez_registers_the_application_again,
             a_controller_back_under_another_index_is_served_on,
             services_stay_while_the_radio_is_off,
             an_application_taken_back_is_gone_and_one_moved_away_too,
             one_taken_back_while_it_is_registered_is_gone_in_the_end,
             a_central_that_goes_withdraws_what_it_asked,
             a_bluez_killed_in_a_read_withdraws_it_and_serves_again,
             an_answer_after_the_application_was_taken_back_does_no_harm,
             nobody_but_bluez_may_read,
             a_value_is_read_from_its_offset_by_whoever_asks,
             writes_come_as_they_are_and_are_answered,
             a_question_whether_a_write_is_allowed_brings_no_value,
             a_refusal_of_a_write_that_needs_no_answer_is_not_heard,
             a_central_hears_the_byte_as_far_as_bluez_can_say_it,
             a_newer_bluez_can_say_that_it_is_improperly_configured,
             a_central_that_comes_back_is_one_again,
             a_central_that_bonds_is_known_by_its_identity_from_then_on,
             a_central_is_dropped_when_the_hub_wants_it)
