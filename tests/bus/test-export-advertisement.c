/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertisements and the radio switch as their programs see them.
 */
#include "bh-serve-scene.h"
#include "test-main.h"

#include <string.h>

#define HUB "/org/blehub"
#define DAEMON 1 /* users that every system has */
#define NOBODY 65534
#define CENTRAL "C0:00:00:00:00:07"
#define NUMBER 7

static void
expect_property(GDBusConnection *client, const char *path, const char *name, const char *expected)
{
    g_autofree char *value = bh_serve_scene_get(client, path, name);

    ck_assert_str_eq(value, expected);
}

static void
expect_end(BhServeCall *call, const char *expected)
{
    g_autofree char *end = bh_serve_call_dup_end(call);

    ck_assert_msg(g_str_has_prefix(end, expected), "%s", end);
}

/* Advertising */

START_TEST(an_advertisement_says_what_it_sends_to_the_byte_and_by_whom)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    g_autofree char *packets = NULL;
    g_autofree char *options = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_advertise(&s, s.client, "{'Name': <'Hi'>, 'UUIDs': <'180d'>}");
    packets = bh_serve_scene_get(s.client, path, "Packets");
    ck_assert_ptr_nonnull(
        strstr(packets, "'AdvertisingData': <[byte 0x03, 0x03, 0x0d, 0x18, 0x02, 0x01, 0x06]>"));
    ck_assert_ptr_nonnull(strstr(packets, "'ScanResponse': <[byte 0x03, 0x09, 0x48, 0x69]>"));
    options = bh_serve_scene_get(s.client, path, "Options");
    ck_assert_ptr_nonnull(strstr(options, "'Name': <'Hi'>"));
    ck_assert_ptr_nonnull(strstr(options, "'Lifetime': <'caller'>"));
    expect_property(s.client, path, "State", "'active'");
    expect_property(s.client, path, "Adapters", "['" BH_SERVE_ADAPTER_PATH "']");
}
END_TEST

START_TEST(what_does_not_fit_or_is_wrong_is_refused_before_bluez_is_asked)
{
    static const char *const cases[][2] = {
        {"({'Name': <'a name of more than twenty-nine bytes'>},)", "InvalidArguments: Name: needs"},
        {"({'Nmae': <'typo'>},)", "InvalidArguments: Nmae"},
        {"({'Lifetime': <'eternal'>},)", "InvalidArguments: Lifetime"},
        {"({'TxPower': <21>},)", "InvalidArguments: TxPower"},
        {"({'Adapter': <'hci9'>},)", "NotFound: "},
        {"({'Beacon': <{'Type': <'lighthouse'>}>},)", "InvalidArguments: Beacon"},
    };
    g_auto(BhServeScene) s = {0};

    bh_serve_scene_init(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        BH_SERVE_ASSERT(s.client, HUB, "Advertise", cases[i][0], cases[i][1]);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(s.peripheral), 0);
}
END_TEST

START_TEST(a_central_ends_the_wait_and_until_connected_the_advertisement)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    GString *heard;
    BhServeCall call;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_advertise(&s, s.client, "{'UntilConnected': <true>}");
    heard = bh_serve_scene_listen(s.client, path);
    bh_serve_scene_begin(s.client, path, "WaitConnected", "({'TimeoutMs': <0>},)", &call);
    bh_fixture_settle();
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    expect_end(&call, "('" CENTRAL "', {");
    BH_AWAIT(strstr(heard->str, "{'State': <'ended'>}") != NULL);
    BH_SERVE_ASSERT(s.client, path, "WaitConnected", "(@a{sv} {},)", "Timeout: ");
    BH_SERVE_ASSERT(s.client, path, "Release", "()", "()");
    BH_SERVE_ASSERT(s.client, path, "Renew", "()", "NotFound: ");
}
END_TEST

START_TEST(nobody_waits_for_a_central_of_a_beacon)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_advertise(
        &s,
        s.client,
        "{'Beacon': <{'Type': <'Eddystone-URL'>, 'URL': <'https://example.com/'>}>}");
    BH_SERVE_ASSERT(s.client, path, "WaitConnected", "(@a{sv} {},)", "NotSupported: ");
}
END_TEST

START_TEST(an_advertisement_ends_in_its_time_and_goes_with_its_program)
{
    g_auto(BhServeScene) s = {0};
    GDBusConnection *other;
    g_autofree char *timed = NULL;
    g_autofree char *mortal = NULL;

    bh_serve_scene_init(&s);
    other = bh_fixture_connect(&s.bus);
    timed = bh_serve_scene_advertise(&s, s.client, "{'TimeoutMs': <1000>}");
    mortal = bh_serve_scene_advertise(&s, other, "@a{sv} {}");
    bh_serve_scene_advance(&s, 1000);
    expect_property(s.client, timed, "State", "'ended'");
    ck_assert_uint_eq(fake_peripheral_count_advertisements(s.peripheral), 1);
    bh_fixture_disconnect(&other);
    BH_AWAIT(fake_peripheral_count_advertisements(s.peripheral) == 0);
}
END_TEST

/* What this system can do */

START_TEST(capabilities_are_those_of_the_bluez_there_is)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *few = NULL;
    g_autofree char *all = NULL;

    bh_serve_scene_init(&s);
    few = bh_serve_scene_get(s.client, HUB, "Capabilities");
    ck_assert_ptr_nonnull(strstr(few, "'peripheral'"));
    ck_assert_ptr_null(strstr(few, "notify-directed"));
    fake_peripheral_set_capabilities(s.peripheral,
                                     BH_PERIPHERAL_CAN_DIRECT | BH_PERIPHERAL_CAN_INTERVAL |
                                         BH_PERIPHERAL_CAN_TX_POWER);
    fake_radio_set_capabilities(s.hub.radio, BH_RADIO_CAN_RAW_DATA); /* has it look again */
    all = bh_serve_scene_get(s.client, HUB, "Capabilities");
    ck_assert_ptr_nonnull(
        strstr(all, "'peripheral', 'notify-directed', 'advertise-interval', 'advertise-tx-power'"));
}
END_TEST

/* The radio */

START_TEST(the_radio_goes_off_when_its_only_user_votes_and_waiters_end)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *application = NULL;
    BhServeCall off, written;

    bh_serve_scene_init(&s);
    application = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    bh_serve_scene_begin(s.client, application, "WaitWritten", "(@a{sv} {},)", &written);
    bh_fixture_settle();
    bh_serve_scene_begin(s.client, HUB, "RadioOff", "(@a{sv} {},)", &off);
    BH_AWAIT(fake_radio_get_power(s.hub.radio, 0) == BH_RADIO_POWER_OFF);
    expect_end(&written, "Disconnected: ");
    ck_assert(!off.done);
    fake_radio_switch(s.hub.radio, 0, NULL);
    expect_end(&off, "(true, [])");
    expect_property(s.client, application, "State", "'waiting'");
    bh_serve_scene_begin(s.client, HUB, "RadioOn", "(@a{sv} {},)", &off);
    BH_AWAIT(fake_radio_get_power(s.hub.radio, 0) == BH_RADIO_POWER_ON);
    fake_radio_switch(s.hub.radio, 0, NULL);
    expect_end(&off, "()");
    fake_peripheral_serve(s.peripheral, 1, 0, -1);
    expect_property(s.client, application, "State", "'registered'");
}
END_TEST

static GDBusMessage *
count_call(GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer count)
{
    if (incoming && g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
        g_atomic_int_inc((gint *)count);
    return message;
}

START_TEST(a_call_does_not_overtake_one_of_another_object_that_was_sent_before)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *application = NULL;
    BhServeCall written, off, last;
    gint arrived = 0;
    guint filter;

    bh_serve_scene_init(&s);
    application = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    filter = g_dbus_connection_add_filter(s.server, count_call, &arrived, NULL);
    bh_serve_scene_begin(s.client, application, "WaitWritten", "(@a{sv} {},)", &written);
    bh_serve_scene_begin(s.client, HUB, "RadioOff", "(@a{sv} {},)", &off);
    bh_serve_scene_begin(s.client, application, "Renew", "()", &last);
    while (g_atomic_int_get(&arrived) < 3) /* all are there before one has its turn */
        g_thread_yield();
    g_dbus_connection_remove_filter(s.server, filter);
    expect_end(&written, "Disconnected: ");
    expect_end(&last, "()");
    fake_radio_switch(s.hub.radio, 0, NULL);
    expect_end(&off, "(true, [])");
}
END_TEST

/* Calls that come while the main loop is busy with what it has to do before one that came first. */
typedef struct {
    BhServeScene *scene;
    const char *application;
    BhServeCall first, second, written, off;
    gint arrived;
} Busy;

static void
wait_for_arrival(Busy *self, gint n)
{
    while (g_atomic_int_get(&self->arrived) < n)
        g_thread_yield();
}

static gboolean
be_busy(gpointer user_data)
{
    Busy *self = user_data;
    GDBusConnection *client = self->scene->client;

    bh_serve_scene_begin(client, self->application, "WaitWritten", "(@a{sv} {},)", &self->written);
    bh_serve_scene_begin(client, HUB, "RadioOff", "(@a{sv} {},)", &self->off);
    wait_for_arrival(self, 4);
    return G_SOURCE_REMOVE;
}

START_TEST(a_call_does_not_overtake_one_of_another_object_behind_a_third)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *application = NULL;
    Busy busy = {.scene = &s};
    guint filter;

    bh_serve_scene_init(&s);
    busy.application = application = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    filter = g_dbus_connection_add_filter(s.server, count_call, &busy.arrived, NULL);
    g_idle_add_full(G_PRIORITY_DEFAULT, be_busy, &busy, NULL);
    bh_serve_scene_begin(s.client, HUB, "ListDevices", "(@a{sv} {},)", &busy.first);
    bh_serve_scene_begin(s.client, HUB, "ListDevices", "(@a{sv} {},)", &busy.second);
    wait_for_arrival(&busy, 2); /* so that the first is in line */
    expect_end(&busy.first, "(");
    expect_end(&busy.second, "(");
    expect_end(&busy.written, "Disconnected: ");
    fake_radio_switch(s.hub.radio, 0, NULL);
    expect_end(&busy.off, "(true, [])");
    g_dbus_connection_remove_filter(s.server, filter);
}
END_TEST

START_TEST(the_radio_stays_on_for_other_users_unless_root_forces_it)
{
    g_auto(BhServeScene) s = {0};
    GDBusConnection *ann, *bob;
    BhServeCall off;

    bh_serve_scene_init(&s);
    ann = bh_fixture_connect_as(&s.bus, DAEMON);
    bob = bh_fixture_connect_as(&s.bus, NOBODY);
    g_free(bh_serve_scene_register(&s, bob, "@a{sv} {}"));
    BH_SERVE_ASSERT(ann, HUB, "RadioOff", "(@a{sv} {},)", "(false, [65534])");
    BH_SERVE_ASSERT(ann, HUB, "RadioOff", "({'Force': <true>},)", "NotAuthorized: ");
    BH_SERVE_ASSERT(ann, HUB, "RadioOff", "({'Froce': <true>},)", "InvalidArguments: Froce");
    bh_serve_scene_begin(s.client, HUB, "RadioOff", "({'Force': <true>},)", &off);
    BH_AWAIT(fake_radio_get_power(s.hub.radio, 0) == BH_RADIO_POWER_OFF);
    fake_radio_switch(s.hub.radio, 0, NULL);
    expect_end(&off, "(true, [])");
    BH_SERVE_ASSERT(bob, HUB, "RadioOn", "(@a{sv} {},)", "NotAuthorized: ");
    bh_serve_scene_begin(s.client, HUB, "RadioOn", "(@a{sv} {},)", &off);
    BH_AWAIT(fake_radio_get_power(s.hub.radio, 0) == BH_RADIO_POWER_ON);
    fake_radio_switch(s.hub.radio, 0, NULL);
    expect_end(&off, "()");
    bh_fixture_disconnect(&ann);
    bh_fixture_disconnect(&bob);
}
END_TEST

BH_TEST_MAIN("export-advertisement",
             an_advertisement_says_what_it_sends_to_the_byte_and_by_whom,
             what_does_not_fit_or_is_wrong_is_refused_before_bluez_is_asked,
             a_central_ends_the_wait_and_until_connected_the_advertisement,
             nobody_waits_for_a_central_of_a_beacon,
             an_advertisement_ends_in_its_time_and_goes_with_its_program,
             capabilities_are_those_of_the_bluez_there_is,
             the_radio_goes_off_when_its_only_user_votes_and_waiters_end,
             a_call_does_not_overtake_one_of_another_object_that_was_sent_before,
             a_call_does_not_overtake_one_of_another_object_behind_a_third,
             the_radio_stays_on_for_other_users_unless_root_forces_it)
