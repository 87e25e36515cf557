/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Links, values and notifications of blehub-sim as it is shipped, by BlueZ's rules. */
#include "sim-gatt-rig.h"
#include "test-main.h"

#include <string.h>

#define READ "GattCharacteristic1.ReadValue"
#define WRITE "GattCharacteristic1.WriteValue"
#define START "GattCharacteristic1.StartNotify"
#define STOP "GattCharacteristic1.StopNotify"

static void
expect_property(Rig *rig, const char *path, const char *name, const char *expected)
{
    g_autofree char *all = g_strconcat("org.bluez.", name, NULL);
    char *dot = strrchr(all, '.');

    *dot = '\0';
    g_autofree char *value = rig_property(rig, path, all, dot + 1);
    ck_assert_msg(g_strcmp0(value, expected) == 0, "%s: %s", name, value != NULL ? value : "none");
}

static void
expect_state(Rig *rig, const char *attribute, const char *key, const char *expected)
{
    g_autofree char *value = gatt_get(rig, "peer", attribute, key);

    ck_assert_msg(g_str_equal(value, expected), "%s: %s", key, value);
}

static gboolean
has_property(Rig *rig, const char *device, const char *name, const char *expected)
{
    g_autofree char *value = rig_property(rig, device, "org.bluez.Device1", name);

    return g_strcmp0(value, expected) == 0;
}

static gboolean
has_state(Rig *rig, const char *device, const char *key, const char *expected)
{
    g_autofree char *value = gatt_get(rig, device, NULL, key);

    return g_str_equal(value, expected);
}

static void
set_speed(Rig *rig, double factor)
{
    g_variant_unref(rig_tell(rig, "SetSpeed", g_variant_new("(d)", factor)));
}

START_TEST(connect_is_answered_at_link_up_and_services_come_later)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "peer", NULL, "{'DiscoverMs': <200>}");
    gatt_expect(rig.client, PEER, "Device1.Connect", NULL, "");
    ck_assert_uint_eq(rig_count_changes(&rig, PEER, "Connected", FALSE), 1);
    ck_assert_uint_eq(rig_count_objects(&rig, "InterfacesAdded", PEER SERVICE), 0);
    AWAIT(rig_count_changes(&rig, PEER, "ServicesResolved", FALSE) == 1);
    ck_assert_uint_eq(rig_count_objects(&rig, "InterfacesAdded", PEER VALUE), 1);
    gatt_expect(rig.client, PEER, "Device1.Connect", NULL, "");
}
END_TEST

START_TEST(second_connect_is_refused_in_the_words_of_the_version)
{
    static const struct {
        const char *argument;
        const char *answer;
    } rows[] = {{NULL, "Failed: Operation already in progress"},
                {"--bluez-version=5.82", "InProgress: In Progress"}};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Rig) rig = {0};
        g_autofree char *first = NULL;

        gatt_rig_init(&rig, rows[i].argument);
        gatt_call(rig.client, MUTE, "Device1.Connect", NULL, &first);
        gatt_expect(rig.client, MUTE, "Device1.Connect", NULL, rows[i].answer);
        gatt_expect(rig.client, MUTE, "Device1.Disconnect", NULL, "");
        AWAIT(first != NULL);
        ck_assert_str_eq(first, "Failed: br-connection-canceled");
    }
}
END_TEST

START_TEST(attempt_that_nothing_answers_ends_after_its_time)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    set_speed(&rig, 50);
    gatt_expect(rig.client, MUTE, "Device1.Connect", NULL, "Failed: le-connection-abort-by-local");
    ck_assert(has_state(&rig, "mute", "Attempts", "1"));
    g_variant_unref(rig_tell(&rig, "SetPresent", g_variant_new("(sb)", "peer", FALSE)));
    gatt_expect(rig.client, PEER, "Device1.Connect", NULL, "Failed: le-connection-abort-by-local");
    ck_assert(has_state(&rig, "peer", "Attempts", "0"));
}
END_TEST

START_TEST(attempt_waits_for_a_device_that_comes_back)
{
    g_auto(Rig) rig = {0};
    g_autofree char *answer = NULL;

    gatt_rig_init(&rig, NULL);
    g_variant_unref(rig_tell(&rig, "SetPresent", g_variant_new("(sb)", "peer", FALSE)));
    gatt_call(rig.client, PEER, "Device1.Connect", NULL, &answer);
    g_variant_unref(rig_tell(&rig, "SetPresent", g_variant_new("(sb)", "peer", TRUE)));
    AWAIT(answer != NULL);
    ck_assert_str_eq(answer, "");
}
END_TEST

START_TEST(success_may_be_reported_without_a_link)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "peer", NULL, "{'Connect': <'phantom'>}");
    gatt_expect(rig.client, PEER, "Device1.Connect", NULL, "");
    expect_property(&rig, PEER, "Device1.Connected", "false");
}
END_TEST

START_TEST(link_that_is_not_established_is_up_for_a_moment)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_set(&rig, "peer", NULL, "{'Connect': <'lost'>}");
    gatt_expect(rig.client, PEER, "Device1.Connect", NULL, "Failed: br-connection-canceled");
    AWAIT(rig_count_changes(&rig, PEER, "Connected", FALSE) == 2);
}
END_TEST

START_TEST(controller_has_room_for_so_many_links)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_connect(&rig, LOCK);
    gatt_expect(rig.client,
                ERRORS,
                "Device1.Connect",
                NULL,
                "Failed: le-connection-abort-by-local");
    g_variant_unref(rig_tell(&rig, "Drop", g_variant_new("(s)", "peer")));
    gatt_connect(&rig, ERRORS);
}
END_TEST

/* Which signal of PEER says so; -1 = none. */
static gint
find_signal(Rig *rig, const char *member, const char *part)
{
    for (guint i = 0; i < rig->signals->len; i++) {
        const Signal *signal = rig->signals->pdata[i];
        g_autofree char *said = g_variant_print(signal->arguments, FALSE);
        if (g_str_equal(signal->path, PEER) && g_str_equal(signal->member, member) &&
            strstr(said, part) != NULL)
            return (gint)i;
    }
    return -1;
}

static void
expect_end(Rig *rig, const char *reason)
{
    AWAIT(find_signal(rig, "PropertiesChanged", "'Connected': <false>") >= 0);
    ck_assert_int_ge(find_signal(rig, "Disconnected", reason), 0);
    ck_assert_int_lt(find_signal(rig, "Disconnected", reason),
                     find_signal(rig, "PropertiesChanged", "'Connected': <false>"));
}

START_TEST(reason_of_the_end_of_a_link_is_told_before_it_since_5_83)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, "--bluez-version=5.87");
    gatt_connect(&rig, PEER);
    rig_forget(&rig);
    g_variant_unref(rig_tell(&rig, "Drop", g_variant_new("(s)", "peer")));
    expect_end(&rig, "org.bluez.Reason.Remote");
    gatt_connect(&rig, PEER);
    rig_forget(&rig);
    set_speed(&rig, 100);
    gatt_expect(rig.client, PEER, "Device1.Disconnect", NULL, "");
    expect_end(&rig, "org.bluez.Reason.Local");
}
END_TEST

START_TEST(disconnect_takes_two_seconds_and_answers_everybody)
{
    g_auto(Rig) rig = {0};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_call(rig.client, PEER, "Device1.Disconnect", NULL, &first);
    gatt_call(rig.client, PEER, "Device1.Disconnect", NULL, &second);
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    ck_assert_ptr_null(first);
    gatt_expect(rig.client, PEER VALUE, START, NULL, "NotConnected: Not Connected");
    set_speed(&rig, 100);
    AWAIT(first != NULL && second != NULL);
    ck_assert_str_eq(first, "");
    ck_assert_str_eq(second, "");
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "Failed: Not connected");
}
END_TEST

START_TEST(objects_have_the_properties_of_the_version)
{
    static const char *const arguments[] = {NULL, "--bluez-version=5.82"};
    static const char *const handles[] = {NULL, "9"};
    static const char *const names[] = {NULL, "[byte 0x70, 0x65, 0x65, 0x72]"};

    for (guint i = 0; i < G_N_ELEMENTS(arguments); i++) {
        g_auto(Rig) rig = {0};

        gatt_rig_init(&rig, arguments[i]);
        gatt_connect(&rig, PEER);
        expect_property(&rig,
                        PEER SERVICE,
                        "GattService1.UUID",
                        "'0000180d-0000-1000-8000-00805f9b34fb'");
        expect_property(&rig, PEER SERVICE, "GattService1.Device", "'" PEER "'");
        expect_property(&rig, PEER VALUE, "GattCharacteristic1.Service", "'" PEER SERVICE "'");
        expect_property(&rig,
                        PEER VALUE,
                        "GattCharacteristic1.Flags",
                        "['read', 'write-without-response', 'write', 'notify']");
        expect_property(&rig, PEER VALUE, "GattCharacteristic1.MTU", "23");
        expect_property(&rig, PEER VALUE, "GattCharacteristic1.Notifying", "false");
        expect_property(&rig, PEER VALUE, "GattCharacteristic1.Handle", handles[i]);
        expect_property(&rig, PEER VALUE, "GattCharacteristic1.Value", NULL);
        expect_property(&rig,
                        PEER VALUE "/desc000c",
                        "GattDescriptor1.UUID",
                        "'00002901-0000-1000-8000-00805f9b34fb'");
        /* What a plug-in claims is hidden, or read only. */
        if (names[i] != NULL)
            gatt_expect(rig.client,
                        PEER "/service0001/char0002",
                        WRITE,
                        gatt_write_arguments(1, 1, NULL),
                        "NotAuthorized: Operation Not Authorized");
        else
            expect_property(&rig, PEER "/service0001", "GattService1.UUID", NULL);
    }
}
END_TEST

START_TEST(reads_of_one_offset_share_a_request_and_signal_the_value)
{
    g_auto(Rig) rig = {0};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <100>}");
    gatt_call(rig.client, PEER VALUE, READ, gatt_read_arguments(0), &first);
    gatt_call(rig.client, PEER VALUE, READ, gatt_read_arguments(0), &second);
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(1), "InProgress: In Progress");
    AWAIT(first != NULL && second != NULL);
    ck_assert_str_eq(first, "([0x00, 0x01, 0x02],)");
    ck_assert_str_eq(second, first);
    expect_state(&rig, "s/c", "Reads", "1");
    ck_assert_uint_eq(rig_count_changes(&rig, PEER VALUE, "Value", FALSE), 1);
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(1), "([0x01, 0x02],)");
    expect_property(&rig, PEER VALUE, "GattCharacteristic1.Value", "[0x00, 0x01, 0x02]");
    gatt_expect(rig.client,
                PEER VALUE,
                READ,
                gatt_read_arguments(4),
                "InvalidArguments: Invalid offset");
}
END_TEST

START_TEST(one_write_at_a_time_but_any_number_of_commands)
{
    g_auto(Rig) rig = {0};
    GDBusConnection *other = NULL;
    g_autofree char *first = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    other = rig_connect(&rig);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <100>}");
    gatt_expect(rig.client, PEER VALUE, WRITE, gatt_write_arguments(1, 1, "command"), "");
    gatt_expect(rig.client, PEER VALUE, WRITE, gatt_write_arguments(2, 1, "command"), "");
    gatt_call(rig.client, PEER VALUE, WRITE, gatt_write_arguments(3, 1, NULL), &first);
    gatt_expect(rig.client,
                PEER VALUE,
                WRITE,
                gatt_write_arguments(4, 1, "request"),
                "InProgress: In Progress");
    gatt_expect(other,
                PEER VALUE,
                WRITE,
                gatt_write_arguments(4, 1, "command"),
                "InProgress: In Progress");
    AWAIT(first != NULL);
    ck_assert_str_eq(first, "");
    g_autoptr(GVariant) written =
        rig_tell(&rig, "TakeWritten", g_variant_new("(ss)", "peer", "s/c"));
    g_autofree char *all = g_variant_print(written, FALSE);
    ck_assert_str_eq(all, "([[0x01], [0x02], [0x03]],)");
    expect_state(&rig, "s/c", "Commands", "2");
    rig_disconnect(other);
}
END_TEST

START_TEST(long_values_take_more_round_trips)
{
    g_auto(Rig) rig = {0};
    gint64 start_us = 0;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <10>}");
    start_us = g_get_monotonic_time();
    gatt_expect(rig.client, PEER VALUE, WRITE, gatt_write_arguments(7, 100, NULL), "");
    ck_assert_int_ge(g_get_monotonic_time() - start_us, 7 * 10000); /* 18 bytes each, and execute */
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(98), "([0x07, 0x07],)");
    gatt_expect(rig.client,
                PEER VALUE,
                WRITE,
                gatt_write_arguments(7, 21, "command"),
                "Failed: Failed to initiate write");
    gatt_set(&rig, "peer", "s/c", "{'MaxLength': <50>}");
    gatt_expect(rig.client,
                PEER VALUE,
                WRITE,
                gatt_write_arguments(7, 51, NULL),
                "InvalidArguments: Invalid Length");
}
END_TEST

START_TEST(every_status_has_its_error)
{
    static const struct {
        const char *status;
        const char *answer;
    } rows[] = {{"01", "Failed: Operation failed with ATT error: 0x01"},
                {"02", "NotPermitted: Read not permitted"},
                {"03", "NotPermitted: Write not permitted"},
                {"05", "NotPermitted: Not paired"},
                {"06", "NotSupported: Operation is not supported"},
                {"07", "InvalidArguments: Invalid offset"},
                {"08", "NotAuthorized: Operation Not Authorized"},
                {"0c", "NotPermitted: Not paired"},
                {"0d", "InvalidArguments: Invalid Length"},
                {"0f", "NotPermitted: Not paired"},
                {"13", "Failed: Operation failed with ATT error: 0x13"},
                {"80", "Failed: Operation failed with ATT error: 0x80"},
                {"ff", "Failed: Operation failed with ATT error: 0xff"}};
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, ERRORS);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *options =
            g_strdup_printf("{'ReadError': <'%s'>, 'WriteError': <'%s'>, 'SubscribeError': <'%s'>}",
                            rows[i].status,
                            rows[i].status,
                            rows[i].status);

        gatt_set(&rig, "errors", "s/c", options);
        gatt_expect(rig.client, ERRORS VALUE, READ, gatt_read_arguments(0), rows[i].answer);
        gatt_expect(rig.client,
                    ERRORS VALUE,
                    WRITE,
                    gatt_write_arguments(0, 1, NULL),
                    rows[i].answer);
        gatt_expect(rig.client, ERRORS VALUE, START, NULL, rows[i].answer);
    }
    expect_property(&rig, ERRORS VALUE, "GattCharacteristic1.Notifying", "false");
}
END_TEST

START_TEST(what_cannot_be_done_is_refused)
{
    static const struct {
        const char *path;
        const char *method;
        const char *arguments;
        const char *answer;
    } rows[] = {
        {ERRORS VALUE,
         WRITE,
         "([byte 1], {'type': <'command'>, 'offset': <uint16 1>})",
         "NotSupported: Operation is not supported"},
        {ERRORS VALUE,
         READ,
         "({'offset': <1>},)",
         "InvalidArguments: Invalid arguments in method call"},
        {ERRORS VALUE, STOP, "()", "Failed: No notify session started"},
        {ERRORS VALUE,
         "GattCharacteristic1.AcquireNotify",
         "(@a{sv} {},)",
         "NotSupported: Operation is not supported"},
        {ERRORS VALUE "/desc000b",
         "GattDescriptor1.WriteValue",
         "([byte 1, 0], @a{sv} {})",
         "NotPermitted: Write not permitted"},
        {ADAPTER,
         "Adapter1.ConnectDevice",
         "({'Address': <'C1:00:00:00:00:01'>},)",
         "org.freedesktop.DBus.Error.UnknownMethod: Method \"ConnectDevice\" with signature "
         "\"a{sv}\" on interface \"org.bluez.Adapter1\" doesn't exist\n"},
    };
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, ERRORS);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) arguments = g_variant_parse(NULL, rows[i].arguments, NULL, NULL, NULL);

        gatt_expect(rig.client, rows[i].path, rows[i].method, arguments, rows[i].answer);
    }
}
END_TEST

START_TEST(notification_is_signalled_once_for_each_session)
{
    g_auto(Rig) rig = {0};
    GDBusConnection *other = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    other = rig_connect(&rig);
    gatt_expect(rig.client, PEER VALUE, START, NULL, "");
    ck_assert_uint_eq(rig_count_changes(&rig, PEER VALUE, "Notifying", FALSE), 1);
    gatt_notify(&rig, "peer", "s/c", 1);
    gatt_notify(&rig, "peer", "s/c", 1);
    AWAIT(rig_count_changes(&rig, PEER VALUE, "Value", FALSE) == 2);
    gatt_expect(other, PEER VALUE, START, NULL, "");
    gatt_notify(&rig, "peer", "s/c", 2);
    AWAIT(rig_count_changes(&rig, PEER VALUE, "Value", FALSE) == 4);
    gatt_expect(rig.client, PEER VALUE, STOP, NULL, "");
    expect_state(&rig, "s/c", "Configuration", "1");
    rig_disconnect(other);
    AWAIT(rig_count_changes(&rig, PEER VALUE, "Notifying", FALSE) == 2);
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    expect_state(&rig, "s/c", "Configuration", "0");
}
END_TEST

START_TEST(session_that_ends_before_it_began_leaves_nothing)
{
    g_autofree char *start = NULL; /* is set when the bus goes */
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <50>}");
    gatt_call(rig.client, PEER VALUE, START, NULL, &start);
    gatt_expect(rig.client, PEER VALUE, STOP, NULL, "");
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    expect_state(&rig, "s/c", "Configuration", "0");
    expect_property(&rig, PEER VALUE, "GattCharacteristic1.Notifying", "false");
    ck_assert_ptr_null(start); /* BlueZ forgets to answer it */
}
END_TEST

START_TEST(notifications_come_at_their_interval_and_count)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_set(&rig, "peer", "s/c", "{'NotifyMs': <2>, 'NotifyCount': <20>}");
    gatt_expect(rig.client, PEER VALUE, START, NULL, "");
    AWAIT(rig_count_changes(&rig, PEER VALUE, "Value", FALSE) == 20);
    expect_property(&rig, PEER VALUE, "GattCharacteristic1.Value", "[0x13, 0x00, 0x00, 0x00]");
    expect_state(&rig, "s/c", "Notified", "20");
}
END_TEST

START_TEST(sessions_outlive_the_link)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_expect(rig.client, PEER VALUE, START, NULL, "");
    g_variant_unref(rig_tell(&rig, "Drop", g_variant_new("(s)", "peer")));
    AWAIT(rig_count_changes(&rig, PEER, "Connected", FALSE) == 2);
    expect_property(&rig, PEER VALUE, "GattCharacteristic1.Notifying", "true");
    expect_state(&rig, "s/c", "Configuration", "0");
    gatt_connect(&rig, PEER);
    expect_state(&rig, "s/c", "Configuration", "1");
    gatt_notify(&rig, "peer", "s/c", 1);
    AWAIT(rig_count_changes(&rig, PEER VALUE, "Value", FALSE) == 1);
}
END_TEST

START_TEST(link_lost_in_the_middle_fails_what_was_under_way)
{
    static const struct {
        const char *point;
        const char *method;
    } rows[] = {{"read", READ}, {"write", WRITE}, {"subscribe", START}};
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *options = g_strdup_printf("{'DropAt': <'%s'>}", rows[i].point);
        GVariant *arguments = g_str_equal(rows[i].method, READ) ? gatt_read_arguments(0)
                              : g_str_equal(rows[i].method, WRITE)
                                  ? gatt_write_arguments(1, 1, NULL)
                                  : NULL;

        gatt_connect(&rig, ERRORS);
        gatt_set(&rig, "errors", NULL, options);
        gatt_expect(rig.client,
                    ERRORS VALUE,
                    rows[i].method,
                    arguments,
                    "Failed: Operation failed with ATT error: 0x0e");
        AWAIT(rig_count_changes(&rig, ERRORS, "Connected", FALSE) == 2 * (i + 1));
    }
    gatt_set(&rig, "errors", NULL, "{'DropAt': <'discovery'>}");
    rig_forget(&rig);
    gatt_expect(rig.client, ERRORS, "Device1.Connect", NULL, "");
    AWAIT(rig_count_changes(&rig, ERRORS, "Connected", FALSE) == 2);
    ck_assert_uint_eq(rig_count_changes(&rig, ERRORS, "ServicesResolved", FALSE), 0);
}
END_TEST

START_TEST(vanished_device_answers_nothing_until_it_is_missed)
{
    g_auto(Rig) rig = {0};
    gint64 start_us = 0;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_set(&rig, "peer", NULL, "{'SupervisionMs': <100>}");
    start_us = g_get_monotonic_time();
    g_variant_unref(rig_tell(&rig, "SetPresent", g_variant_new("(sb)", "peer", FALSE)));
    gatt_expect(rig.client,
                PEER VALUE,
                READ,
                gatt_read_arguments(0),
                "Failed: Operation failed with ATT error: 0x0e");
    ck_assert_int_ge(g_get_monotonic_time() - start_us, 90000);
    AWAIT(rig_count_changes(&rig, PEER, "Connected", FALSE) == 2);
}
END_TEST

START_TEST(changed_services_move_to_other_handles)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    expect_property(&rig,
                    PEER "/service000d",
                    "GattService1.UUID",
                    "'0000180f-0000-1000-8000-00805f9b34fb'");
    gatt_set(&rig, "peer", "s", "{'Present': <false>}");
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", PEER "/service000d") == 1);
    AWAIT(rig_count_objects(&rig, "InterfacesAdded", PEER "/service0008") == 2);
    expect_property(&rig,
                    PEER "/service0008",
                    "GattService1.UUID",
                    "'0000180f-0000-1000-8000-00805f9b34fb'");
    ck_assert_uint_eq(rig_count_changes(&rig, PEER, "ServicesResolved", FALSE), 1);
}
END_TEST

START_TEST(battery_is_shown_while_there_is_a_link)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    AWAIT(rig_count_objects(&rig, "InterfacesAdded", PEER) == 2);
    expect_property(&rig, PEER, "Battery1.Percentage", "0x32");
    AWAIT(has_state(&rig, "peer", "Linked", "true"));
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    gatt_notify(&rig, "peer", "battery/level", 7);
    AWAIT(rig_count_changes(&rig, PEER, "Percentage", FALSE) == 1);
    /* Its own subscription does not go with that of a program. */
    gatt_expect(rig.client, PEER "/service000d/char000e", START, NULL, "");
    gatt_expect(rig.client, PEER "/service000d/char000e", STOP, NULL, "");
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    gatt_notify(&rig, "peer", "battery/level", 6);
    AWAIT(rig_count_changes(&rig, PEER, "Percentage", FALSE) == 2);
    g_variant_unref(rig_tell(&rig, "Drop", g_variant_new("(s)", "peer")));
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", PEER) == 1);
}
END_TEST

START_TEST(radio_that_goes_takes_links_and_attempts_along)
{
    g_auto(Rig) rig = {0};
    g_autofree char *attempt = NULL;
    g_autofree char *read = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_call(rig.client, MUTE, "Device1.Connect", NULL, &attempt);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <10000>}");
    gatt_call(rig.client, PEER VALUE, READ, gatt_read_arguments(0), &read);
    expect_property(&rig, PEER, "Device1.Connected", "true"); /* answered when the read has begun */
    g_variant_unref(rig_tell(&rig, "SetPowered", g_variant_new("(sb)", "", FALSE)));
    AWAIT(attempt != NULL && read != NULL);
    ck_assert_str_eq(attempt, "Failed: le-connection-abort-by-local");
    ck_assert_str_eq(read, "Failed: Operation failed with ATT error: 0x0e");
    expect_property(&rig, PEER, "Device1.Connected", "false");
    gatt_expect(rig.client, PEER, "Device1.Connect", NULL, "Failed: Input/output error");
}
END_TEST

START_TEST(restart_loses_links_and_keeps_known_devices)
{
    g_auto(Rig) rig = {0};
    g_autofree char *read = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <10000>}");
    gatt_call(rig.client, PEER VALUE, READ, gatt_read_arguments(0), &read);
    expect_property(&rig, PEER, "Device1.Connected", "true"); /* answered when the read has begun */
    rig_forget(&rig);
    g_variant_unref(rig_tell(&rig, "Restart", g_variant_new("(u)", 10)));
    AWAIT(read != NULL);
    ck_assert(g_str_has_prefix(read, "org.freedesktop.DBus.Error.NoReply"));
    ck_assert(has_state(&rig, "peer", "Linked", "false"));
    AWAIT(has_property(&rig, PEER, "Connected", "false"));
    expect_property(&rig, PEER VALUE, "GattCharacteristic1.UUID", NULL);
    expect_property(&rig, MUTE, "Device1.Address", NULL);
    gatt_set(&rig, "peer", "s/c", "{'OperationMs': <1>}");
    gatt_connect(&rig, PEER);
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
}
END_TEST

START_TEST(remove_device_ends_the_link_first)
{
    g_auto(Rig) rig = {0};
    g_autofree char *answer = NULL;

    gatt_rig_init(&rig, NULL);
    gatt_connect(&rig, PEER);
    gatt_expect(rig.client, ADAPTER, "Adapter1.StopDiscovery", NULL, "");
    gatt_call(rig.client, ADAPTER, "Adapter1.RemoveDevice", g_variant_new("(o)", PEER), &answer);
    gatt_expect(rig.client, PEER VALUE, READ, gatt_read_arguments(0), "([0x00, 0x01, 0x02],)");
    ck_assert_ptr_null(answer);
    set_speed(&rig, 100);
    AWAIT(answer != NULL);
    ck_assert_str_eq(answer, "");
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", PEER) >= 1);
    expect_property(&rig, PEER, "Device1.Address", NULL);
    gatt_expect(rig.client,
                ADAPTER,
                "Adapter1.RemoveDevice",
                g_variant_new("(o)", PEER),
                "DoesNotExist: Does Not Exist");
}
END_TEST

static GVariant *
address_arguments(const char *address)
{
    return g_variant_new_parsed("({'Address': <%s>, 'AddressType': <'random'>},)", address);
}

START_TEST(connect_device_is_experimental_and_for_the_unknown)
{
    g_auto(Rig) rig = {0};

    gatt_rig_init(&rig, "--experimental");
    gatt_expect(rig.client,
                ADAPTER,
                "Adapter1.ConnectDevice",
                address_arguments("C1:00:00:00:00:01"),
                "AlreadyExists: Already Exists");
    gatt_expect(rig.client, ADAPTER, "Adapter1.StopDiscovery", NULL, "");
    gatt_expect(rig.client, ADAPTER, "Adapter1.RemoveDevice", g_variant_new("(o)", PEER), "");
    gatt_expect(rig.client,
                ADAPTER,
                "Adapter1.ConnectDevice",
                address_arguments("C1:00:00:00:00:01"),
                "('" PEER "',)");
    expect_property(&rig, PEER, "Device1.Connected", "true");
    set_speed(&rig, 100);
    gatt_expect(rig.client,
                ADAPTER,
                "Adapter1.ConnectDevice",
                address_arguments("C1:00:00:00:00:99"),
                "org.bluez.Failed: ");
    expect_property(&rig, DEVICE("C1_00_00_00_00_99"), "Device1.Address", NULL);
}
END_TEST

BH_TEST_MAIN("sim-gatt",
             connect_is_answered_at_link_up_and_services_come_later,
             second_connect_is_refused_in_the_words_of_the_version,
             attempt_that_nothing_answers_ends_after_its_time,
             attempt_waits_for_a_device_that_comes_back,
             success_may_be_reported_without_a_link,
             link_that_is_not_established_is_up_for_a_moment,
             controller_has_room_for_so_many_links,
             reason_of_the_end_of_a_link_is_told_before_it_since_5_83,
             disconnect_takes_two_seconds_and_answers_everybody,
             objects_have_the_properties_of_the_version,
             reads_of_one_offset_share_a_request_and_signal_the_value,
             one_write_at_a_time_but_any_number_of_commands,
             long_values_take_more_round_trips,
             every_status_has_its_error,
             what_cannot_be_done_is_refused,
             notification_is_signalled_once_for_each_session,
             session_that_ends_before_it_began_leaves_nothing,
             notifications_come_at_their_interval_and_count,
             sessions_outlive_the_link,
             link_lost_in_the_middle_fails_what_was_under_way,
             vanished_device_answers_nothing_until_it_is_missed,
             changed_services_move_to_other_handles,
             battery_is_shown_while_there_is_a_link,
             radio_that_goes_takes_links_and_attempts_along,
             restart_loses_links_and_keeps_known_devices,
             remove_device_ends_the_link_first,
             connect_device_is_experimental_and_for_the_unknown)
