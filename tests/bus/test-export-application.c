/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Applications as their programs see them: values, writes, reads that ask, notifications, centrals,
 * and who may see what.
 */
#include "bh-serve-scene.h"
#include "test-main.h"

#include <string.h>

#define HUB "/org/blehub"
#define DAEMON 1 /* users that every system has */
#define NOBODY 65534
#define SERVICE "0000180d-0000-1000-8000-00805f9b34fb"
#define RATE "00002a37-0000-1000-8000-00805f9b34fb"
#define CONTROL "00002a39-0000-1000-8000-00805f9b34fb"
#define LOCATION "00002a38-0000-1000-8000-00805f9b34fb"
#define CENTRAL "C0:00:00:00:00:07"
#define NUMBER 7
#define OF_ADAPTER "'Adapter': <'" BH_SERVE_ADAPTER_PATH "'>"

static void
expect_log(BhServeScene *s, const char *expected)
{
    g_autofree char *log = fake_peripheral_take_log(s->peripheral);

    ck_assert_str_eq(log, expected);
}

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

/* Whether all words are in the text, whose order is that of a hash table. */
static void
expect_words(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        ck_assert_msg(strstr(text, *words) != NULL, "%s is not in %s", *words, text);
}

#define EXPECT_WORDS(text, ...) expect_words(text, (const char *const[]){__VA_ARGS__, NULL})

static void
begin_write(BhServeScene *s, guint attribute, const char *value)
{
    fake_peripheral_write(s->peripheral, 1, attribute, NUMBER, 0, value);
}

/* Registering */

START_TEST(an_application_says_what_it_serves_and_where)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    g_autofree char *services = NULL;
    g_autofree char *options = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    ck_assert(g_str_has_prefix(path, HUB "/application/"));
    services = bh_serve_scene_get(s.client, path, "Services");
    EXPECT_WORDS(services, SERVICE, RATE, "'notify'");
    options = bh_serve_scene_get(s.client, path, "Options");
    EXPECT_WORDS(options, "'Queue': <uint32 256>", "'Lifetime': <'caller'>");
    expect_property(s.client, path, "State", "'registered'");
    expect_property(s.client, path, "Adapters", "['" BH_SERVE_ADAPTER_PATH "']");
    expect_property(s.client, path, "LastError", "''");
}
END_TEST

START_TEST(wrong_definitions_are_refused_with_the_path_of_the_mistake)
{
    static const char *const cases[][2] = {
        {"([{'UUID': <'1800'>}], @a{sv} {})", "InvalidArguments: Services[0].UUID"},
        {"([{'UUID': <'180d'>, 'Characteristics': <[{'UUID': <'2a37'>, 'Flags': <['fly']>}]>}],"
         " @a{sv} {})",
         "InvalidArguments: Services[0].Characteristics[0].Flags"},
        {"(@aa{sv} [], @a{sv} {})", "InvalidArguments: Services"},
        {"(@aa{sv} [], {'Definition': <'[service 1801]'>})",
         "InvalidArguments: Definition: line 1: [service 1801]"},
        {"([{'UUID': <'180d'>}], {'Definition': <'[service 180d]'>})",
         "InvalidArguments: Definition"},
        {"([{'UUID': <'180d'>}], {'Queue': <0>})", "InvalidArguments: Queue"},
        {"([{'UUID': <'180d'>}], {'Adapter': <'hci9'>})", "NotFound: "},
    };
    g_auto(BhServeScene) s = {0};

    bh_serve_scene_init(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        BH_SERVE_ASSERT(s.client, HUB, "RegisterApplication", cases[i][0], cases[i][1]);
    ck_assert_uint_eq(fake_peripheral_count_applications(s.peripheral), 0);
}
END_TEST

START_TEST(a_user_serves_no_more_than_the_limit_until_one_is_released)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    bh_serve_scene_init(&s);
    first = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    second = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    BH_SERVE_ASSERT(s.client,
                    HUB,
                    "RegisterApplication",
                    "([{'UUID': <'180d'>}], @a{sv} {})",
                    "LimitExceeded: ");
    BH_SERVE_ASSERT(s.client, first, "Release", "()", "()");
    BH_SERVE_ASSERT(s.client, first, "Renew", "()", "NotFound: ");
    g_free(bh_serve_scene_register(&s, s.client, "@a{sv} {}"));
    ck_assert_uint_eq(fake_peripheral_count_applications(s.peripheral), 2);
}
END_TEST

START_TEST(an_application_goes_with_its_program_or_with_its_lease)
{
    g_auto(BhServeScene) s = {0};
    GDBusConnection *other;
    g_autofree char *mortal = NULL;
    g_autofree char *leased = NULL;

    bh_serve_scene_init(&s);
    other = bh_fixture_connect(&s.bus);
    mortal = bh_serve_scene_register(&s, other, "@a{sv} {}");
    leased = bh_serve_scene_register(&s, other, "{'Lifetime': <'lease'>, 'LeaseMs': <5000>}");
    bh_fixture_disconnect(&other);
    BH_AWAIT(fake_peripheral_count_applications(s.peripheral) == 1);
    bh_serve_scene_advance(&s, 4000);
    BH_SERVE_ASSERT(s.client, leased, "Renew", "()", "()");
    bh_serve_scene_advance(&s, 4000);
    ck_assert_uint_eq(fake_peripheral_count_applications(s.peripheral), 1);
    bh_serve_scene_advance(&s, 1000);
    ck_assert_uint_eq(fake_peripheral_count_applications(s.peripheral), 0);
}
END_TEST

START_TEST(what_becomes_of_the_registration_is_told_to_its_owner)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    GString *heard;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    heard = bh_serve_scene_listen(s.client, path);
    fake_radio_set_adapter(s.hub.radio, 0, "hci0", FALSE);
    BH_AWAIT(strstr(heard->str, "'State'") != NULL);
    EXPECT_WORDS(heard->str, "{'Adapters': <@ao []>}", "{'State': <'waiting'>}");
    g_string_truncate(heard, 0);
    fake_radio_set_adapter(s.hub.radio, 0, "hci0", TRUE);
    fake_peripheral_serve(s.peripheral, 1, 0, -1);
    BH_AWAIT(strstr(heard->str, "'State'") != NULL);
    EXPECT_WORDS(heard->str,
                 "{'Adapters': <[objectpath '" BH_SERVE_ADAPTER_PATH "']>}",
                 "{'State': <'registered'>}");
}
END_TEST

/* Values */

START_TEST(values_are_set_and_got_by_uuid_as_bytes_or_hex)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    BH_SERVE_ASSERT(s.client, path, "GetValue", "('180d', '2a37', @a{sv} {})", "([0x72, 0x61, ");
    BH_SERVE_ASSERT(s.client, path, "SetValue", "('', '2a37', [byte 0, 1], @a{sv} {})", "()");
    BH_SERVE_ASSERT(s.client, path, "GetValue", "('', '2a37', @a{sv} {})", "([0x00, 0x01],)");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "SetValue",
                    "('180d', '2a37', @ay [], {'Descriptor': <'2901'>, 'Hex': <'ff'>})",
                    "()");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "GetValue",
                    "('180d', '2a37', {'Descriptor': <'2901'>})",
                    "([0xff],)");
    expect_log(&s, "");
}
END_TEST

START_TEST(wrong_names_and_values_are_refused)
{
    static const char *const cases[][2] = {
        {"('180d', '2a99', [byte 1], @a{sv} {})", "NotFound: "},
        {"('180d', 'xyz', [byte 1], @a{sv} {})", "InvalidArguments: Characteristic"},
        {"('180d', '2a37', [byte 1], {'Hex': <'01'>})", "InvalidArguments: Hex"},
        {"('180d', '2a37', @ay [], {'Hex': <'0'>})", "InvalidArguments: Hex"},
        {"('180d', '2a37', [byte 1], {'Instance': <1>})", "NotFound: "},
        {"('180d', '2a39', [byte 1], {'Update': <true>})", "NotSupported: "},
    };
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        BH_SERVE_ASSERT(s.client, path, "SetValue", cases[i][0], cases[i][1]);
}
END_TEST

START_TEST(an_update_and_a_notification_reach_who_is_subscribed)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    BH_SERVE_ASSERT(s.client,
                    path,
                    "SetValue",
                    "('180d', '2a37', [byte 0x61], {'Update': <true>})",
                    "()");
    expect_log(&s, "notify 0 all: a");
    BH_SERVE_ASSERT(s.client, path, "Notify", "('180d', '2a37', @a{sv} {})", "(false,)");
    expect_log(&s, "notify 0 all: a");
    BH_SERVE_ASSERT(s.client, path, "Notify", "('180d', '2a37', {'Hex': <'62'>})", "(false,)");
    expect_log(&s, "notify 0 all: b");
    BH_SERVE_ASSERT(s.client, path, "GetValue", "('180d', '2a37', @a{sv} {})", "([0x61],)");
    BH_SERVE_ASSERT(s.client, path, "Notify", "('180d', '2a39', @a{sv} {})", "NotSupported: ");
}
END_TEST

START_TEST(one_central_alone_is_notified_where_bluez_can_and_all_where_that_is_allowed)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    fake_peripheral_set_capabilities(s.peripheral, BH_PERIPHERAL_CAN_DIRECT);
    BH_SERVE_ASSERT(s.client,
                    path,
                    "Notify",
                    "('180d', '2a37', {'Device': <'" CENTRAL "'>})",
                    "(false,)");
    expect_log(&s, "notify 0 to 7: rate");
    fake_peripheral_set_capabilities(s.peripheral, (BhPeripheralCapabilities)0);
    BH_SERVE_ASSERT(s.client,
                    path,
                    "Notify",
                    "('180d', '2a37', {'Device': <'" CENTRAL "'>})",
                    "NotSupported: ");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "Notify",
                    "('180d', '2a37', {'Device': <'" CENTRAL "'>, 'AllowBroadcast': <true>})",
                    "(true,)");
    expect_log(&s, "notify 0 all: rate");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "Notify",
                    "('180d', '2a37', {'Device': <'nobody'>})",
                    "InvalidArguments: Device");
}
END_TEST

START_TEST(an_indication_is_answered_when_it_is_confirmed_or_late)
{
    static const char arguments[] = "('180d', '2a35', {'TimeoutMs': <500>})";
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    BhServeCall call;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    bh_serve_scene_begin(s.client, path, "Indicate", arguments, &call);
    BH_AWAIT(fake_peripheral_count_indications(s.peripheral) == 1);
    hub_fixture_turn();
    ck_assert(!call.done);
    fake_peripheral_confirm(s.peripheral, -1);
    expect_end(&call, "(false,)");
    bh_serve_scene_begin(s.client, path, "Indicate", arguments, &call);
    BH_AWAIT(fake_peripheral_count_indications(s.peripheral) == 1);
    bh_serve_scene_advance(&s, 500);
    expect_end(&call, "Timeout: ");
}
END_TEST

/* Writes */

START_TEST(writes_are_fetched_in_the_order_of_the_air_with_who_and_what)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    g_autofree char *second = NULL;
    BhServeCall call;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    bh_serve_scene_begin(s.client, path, "WaitWritten", "(@a{sv} {},)", &call);
    bh_fixture_settle();
    begin_write(&s, BH_SERVE_CONTROL, "a");
    begin_write(&s, BH_SERVE_CONTROL, "b");
    expect_end(&call, "('" CENTRAL "', '" SERVICE "', '" CONTROL "', [0x61], {");
    second = bh_serve_scene_call(s.client, path, "WaitWritten", "({'Hex': <true>},)");
    EXPECT_WORDS(second,
                 "('" CENTRAL "', '" SERVICE "', '" CONTROL "', [], {",
                 "'Value': <'62'>",
                 "'AddressType': <'random'>",
                 OF_ADAPTER,
                 "'Instance': <uint32 0>",
                 "'Timestamp': <int64 ");
    expect_log(&s, "1: ok, 2: ok");
    expect_property(s.client, path, "Received", "2");
}
END_TEST

START_TEST(a_wait_for_a_write_ends_in_time_and_with_the_application)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    BhServeCall call;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    bh_serve_scene_begin(s.client, path, "WaitWritten", "({'TimeoutMs': <100>},)", &call);
    BH_AWAIT(bh_quota_total(bh_hub_peek_quota(s.hub.hub), BH_QUOTA_WAITS) == 1);
    bh_serve_scene_advance(&s, 100);
    expect_end(&call, "Timeout: ");
    bh_serve_scene_begin(s.client, path, "WaitWritten", "({'TimeoutMs': <0>},)", &call);
    BH_SERVE_ASSERT(s.client, path, "Release", "()", "()");
    expect_end(&call, "Cancelled: ");
}
END_TEST

START_TEST(writes_are_signalled_ten_times_a_second_at_most_to_who_wants_it)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *quiet = NULL;
    g_autofree char *path = NULL;
    GString *heard, *unheard;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "{'Signals': <true>}");
    quiet = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    heard = bh_serve_scene_listen(s.client, path);
    unheard = bh_serve_scene_listen(s.client, quiet);
    fake_peripheral_write(s.peripheral, 2, BH_SERVE_CONTROL, NUMBER, 0, "x");
    for (const char *letter = "abc"; *letter != '\0'; letter++) {
        const char value[] = {*letter, '\0'};

        begin_write(&s, BH_SERVE_CONTROL, value);
    }
    BH_AWAIT(heard->len > 0);
    EXPECT_WORDS(heard->str, "Written('" CENTRAL "', ", "[0x61]", "'Merged': <uint32 1>");
    g_string_truncate(heard, 0);
    bh_serve_scene_advance(&s, 100);
    BH_AWAIT(heard->len > 0);
    EXPECT_WORDS(heard->str, "[0x63]", "'Merged': <uint32 2>");
    ck_assert_str_eq(unheard->str, "");
}
END_TEST

/* Reads that ask */

static guint64
token_of(const char *heard)
{
    guint64 token = 0;

    ck_assert(g_str_has_prefix(heard, "ReadRequested(uint64 ") ||
              g_str_has_prefix(heard, "ReadRequested("));
    for (; *heard != '\0' && token == 0; heard++)
        if (g_ascii_isdigit(*heard) && !g_ascii_isalpha(heard[-1]))
            token = g_ascii_strtoull(heard, NULL, 10);
    return token;
}

static char *
answer_of(const char *heard, const char *answer)
{
    return g_strdup_printf("(uint64 %" G_GUINT64_FORMAT ", %s)", token_of(heard), answer);
}

START_TEST(a_read_that_asks_is_answered_by_its_owner)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    g_autofree char *value = NULL;
    g_autofree char *refusal = NULL;
    GString *heard;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    heard = bh_serve_scene_listen(s.client, path);
    fake_peripheral_read(s.peripheral, 1, BH_SERVE_LOCATION, NUMBER, 0);
    BH_AWAIT(heard->len > 0);
    EXPECT_WORDS(heard->str, "'" CENTRAL "', '" SERVICE "', '" LOCATION "'", OF_ADAPTER);
    value = answer_of(heard->str, "[byte 0x6e], @a{sv} {}");
    BH_SERVE_ASSERT(s.client, path, "CompleteRead", value, "()");
    expect_log(&s, "1: n");
    BH_SERVE_ASSERT(s.client, path, "CompleteRead", value, "NotFound: ");
    g_string_truncate(heard, 0);
    fake_peripheral_read(s.peripheral, 1, BH_SERVE_LOCATION, NUMBER, 0);
    BH_AWAIT(heard->len > 0);
    refusal = answer_of(heard->str, "@ay [], {'Status': <0x80>}");
    BH_SERVE_ASSERT(s.client, path, "CompleteRead", refusal, "()");
    expect_log(&s, "2: error 0x80");
}
END_TEST

START_TEST(a_read_that_nobody_answers_gets_the_stored_value)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "{'ReadTimeoutMs': <300>}");
    fake_peripheral_read(s.peripheral, 1, BH_SERVE_LOCATION, NUMBER, 0);
    bh_serve_scene_advance(&s, 299);
    expect_log(&s, "");
    bh_serve_scene_advance(&s, 1);
    expect_log(&s, "1: stored");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "CompleteRead",
                    "(uint64 1, [byte 1], {'Status': <1>})",
                    "InvalidArguments: Status");
}
END_TEST

/* Centrals */

START_TEST(centrals_are_listed_and_told_as_they_come_and_go)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    g_autofree char *row = NULL;
    GString *heard;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    heard = bh_serve_scene_listen(s.client, path);
    fake_peripheral_connect(s.peripheral, 0, NUMBER, TRUE);
    BH_AWAIT(heard->len > 0);
    EXPECT_WORDS(heard->str, "CentralConnected('" CENTRAL "', {", OF_ADAPTER);
    row = bh_serve_scene_call(s.client, path, "Centrals", "()");
    EXPECT_WORDS(row,
                 "'Address': <'" CENTRAL "'>",
                 "'AddressType': <'random'>",
                 "'MTU': <uint16 100>",
                 "'Bonded': <true>");
    g_string_truncate(heard, 0);
    fake_peripheral_disconnect(s.peripheral, 0, NUMBER);
    BH_AWAIT(heard->len > 0);
    EXPECT_WORDS(heard->str, "CentralDisconnected('" CENTRAL "', {");
    BH_SERVE_ASSERT(s.client, path, "Centrals", "()", "([],)");
}
END_TEST

START_TEST(subscribers_are_as_certain_as_bluez_is)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;
    g_autofree char *subscribers = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    subscribers = bh_serve_scene_call(s.client, path, "Subscribers", "('180d', '2a37', @a{sv} {})");
    EXPECT_WORDS(subscribers, "([], {", "'Count': <uint32 1>", "'Certain': <false>");
}
END_TEST

START_TEST(a_central_is_disconnected_by_its_address)
{
    g_auto(BhServeScene) s = {0};
    g_autofree char *path = NULL;

    bh_serve_scene_init(&s);
    path = bh_serve_scene_register(&s, s.client, "@a{sv} {}");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "DisconnectCentral",
                    "('" CENTRAL "', @a{sv} {})",
                    "NotFound: ");
    BH_SERVE_ASSERT(s.client,
                    path,
                    "DisconnectCentral",
                    "('nobody', @a{sv} {})",
                    "InvalidArguments: Device");
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    BH_SERVE_ASSERT(s.client, path, "DisconnectCentral", "('" CENTRAL "', @a{sv} {})", "()");
}
END_TEST

/* Other users */

/* As a device, over the link that is there. */
static void
hold_central(BhServeScene *s, GDBusConnection *client, BhServeCall *held)
{
    FakeCentral *central = fake_radio_peek_central(s->hub.radio);

    bh_serve_scene_begin(client,
                         HUB,
                         "Connect",
                         "('" CENTRAL "', {'AddressType': <'random'>})",
                         held);
    BH_AWAIT((bh_serve_scene_advance(s, 0), fake_central_is_trying(central, 0, NUMBER)));
    fake_central_accept(central, 0, NUMBER);
    BH_AWAIT((bh_serve_scene_advance(s, 0), held->done));
    ck_assert_ptr_nonnull(held->reply);
}

START_TEST(an_application_of_another_user_is_not_there_and_its_centrals_stay)
{
    g_auto(BhServeScene) s = {0};
    GDBusConnection *ann, *bob;
    g_autofree char *of_ann = NULL;
    g_autofree char *of_bob = NULL;
    BhServeCall held = {0};

    bh_serve_scene_init(&s);
    ann = bh_fixture_connect_as(&s.bus, DAEMON);
    bob = bh_fixture_connect_as(&s.bus, NOBODY);
    of_ann = bh_serve_scene_register(&s, ann, "@a{sv} {}");
    of_bob = bh_serve_scene_register(&s, bob, "@a{sv} {}");
    BH_SERVE_ASSERT(bob, of_ann, "GetValue", "('180d', '2a37', @a{sv} {})", "NotFound: no such");
    BH_SERVE_ASSERT(ann, of_ann, "GetValue", "('180d', '2a37', @a{sv} {})", "([0x72");
    fake_peripheral_connect(s.peripheral, 0, NUMBER, FALSE);
    BH_SERVE_ASSERT(ann,
                    of_ann,
                    "DisconnectCentral",
                    "('" CENTRAL "', @a{sv} {})",
                    "NotAuthorized: ");
    BH_SERVE_ASSERT(bob, of_bob, "Release", "()", "()");
    hold_central(&s, bob, &held);
    BH_SERVE_ASSERT(ann,
                    of_ann,
                    "DisconnectCentral",
                    "('" CENTRAL "', @a{sv} {})",
                    "NotAuthorized: other users hold");
    bh_serve_call_clear(&held);
    bh_fixture_disconnect(&bob);
    BH_AWAIT(bh_quota_total(bh_hub_peek_quota(s.hub.hub), BH_QUOTA_HOLDS) == 0);
    BH_SERVE_ASSERT(ann, of_ann, "DisconnectCentral", "('" CENTRAL "', @a{sv} {})", "()");
    bh_fixture_disconnect(&ann);
}
END_TEST

BH_TEST_MAIN("export-application",
             an_application_says_what_it_serves_and_where,
             wrong_definitions_are_refused_with_the_path_of_the_mistake,
             a_user_serves_no_more_than_the_limit_until_one_is_released,
             an_application_goes_with_its_program_or_with_its_lease,
             what_becomes_of_the_registration_is_told_to_its_owner,
             values_are_set_and_got_by_uuid_as_bytes_or_hex,
             wrong_names_and_values_are_refused,
             an_update_and_a_notification_reach_who_is_subscribed,
             one_central_alone_is_notified_where_bluez_can_and_all_where_that_is_allowed,
             an_indication_is_answered_when_it_is_confirmed_or_late,
             writes_are_fetched_in_the_order_of_the_air_with_who_and_what,
             a_wait_for_a_write_ends_in_time_and_with_the_application,
             writes_are_signalled_ten_times_a_second_at_most_to_who_wants_it,
             a_read_that_asks_is_answered_by_its_owner,
             a_read_that_nobody_answers_gets_the_stored_value,
             centrals_are_listed_and_told_as_they_come_and_go,
             subscribers_are_as_certain_as_bluez_is,
             a_central_is_disconnected_by_its_address,
             an_application_of_another_user_is_not_there_and_its_centrals_stay)
