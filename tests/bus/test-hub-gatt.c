/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Attributes of a connected device as clients use them: what is refused, by us and by the device,
 * then values, discovery and transactions.
 */
#include "bh-link-scene.h"
#include "test-main.h"

#define INVALID "org.blehub.Error.InvalidArguments"
#define NOT_FOUND "org.blehub.Error.NotFound"
#define NOT_SUPPORTED "org.blehub.Error.NotSupported"
#define NOTES "5a1b0000-7c1e-4a53-9e61-3f2c3a5d0001"
#define TWICE "5a1b0003-7c1e-4a53-9e61-3f2c3a5d0001"
#define LONG_RATE "00002a37-0000-1000-8000-00805f9b34fb"

static void
init_linked(BhFixture *f)
{
    bh_link_scene_init(f);
    g_free(bh_link_scene_connect(f->connection, BH_LINK_ADDRESS, "{}"));
}

static GVariant *
call(BhFixture *f, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply =
        bh_caller_call(f->connection, BH_LINK_PATH, BH_LINK_DEVICE, method, arguments, &error);

    g_assert_no_error(error);
    return reply;
}

static void
require_error(BhFixture *f,
              const char *method,
              const char *arguments,
              const char *name,
              const char *message)
{
    g_autoptr(GVariant) parsed = g_variant_parse(NULL, arguments, NULL, NULL, NULL);

    ck_assert_msg(parsed != NULL, "%s", arguments);
    bh_caller_require_error(f->connection,
                            BH_LINK_PATH,
                            BH_LINK_DEVICE,
                            method,
                            parsed,
                            name,
                            message);
}

/* Refusals */

START_TEST(a_wrong_operation_is_refused_with_its_key_first)
{
    static const char *const cases[][3] = {
        {"Read", "('180x', '2a38', @a{sv} {})", "Service"},
        {"Read", "('180d', '', @a{sv} {})", "Characteristic"},
        {"Read", "('', '2a38', {'Offset': <-1>})", "Offset"},
        {"Read", "('', '2a38', {'Nonsense': <1>})", "Nonsense"},
        {"Write", "('', '2a39', @ay [1], {'Hex': <'01'>})", "Hex"},
        {"Write", "('', '2a39', @ay [], {'Hex': <'0'>})", "Hex"},
        {"Write", "('', '2a39', @ay [], {'Response': <1>})", "Response"},
        {"ReadDescriptor", "('', '2a38', '29', @a{sv} {})", "Descriptor"},
        {"Subscribe", "('', '2a37', {'Queue': <0>})", "Queue"},
        {"Subscribe", "('', '2a37', {'Lifetime': <'eternal'>})", "Lifetime"},
        {"Find", "('', '', @a{sv} {})", "Service"},
        {"Services", "({'Values': <1>},)", "Values"},
        {"Pair", "({'Passkey': <1000000>},)", "Passkey"},
        {"SetConnectionParameters", "({'MinIntervalUs': <7500>},)", "MinIntervalUs"},
        {"WaitDisconnected", "({'TimeoutMs': <-1>},)", "TimeoutMs"},
        {"Transact", "([('jump', @a{sv} {})], @a{sv} {})", "step 1 (jump): "},
        {"Transact",
         "([('mtu', @a{sv} {}), ('write', {'Characteristic': <'2a39'>})], @a{sv} {})",
         "step 2 (write): Value"},
        {"Transact", "([('mtu', {'Service': <'180d'>})], @a{sv} {})", "step 1 (mtu): Service: "},
        {"Transact",
         "([('find', {'Characteristic': <'2a38'>, 'Offset': <1>})], @a{sv} {})",
         "step 1 (find): Offset: "},
        {"Transact",
         "([('read', {'Characteristic': <'2a38'>, 'Hex': <'00'>})], @a{sv} {})",
         "step 1 (read): Hex: "},
        {"Transact",
         "([('subscribe', {'Characteristic': <'2a37'>, 'Descriptor': <'2902'>})], @a{sv} {})",
         "step 1 (subscribe): Descriptor: "},
        {"Transact",
         "([('unsubscribe', {'Characteristic': <'2a37'>, 'Queue': <2>})], @a{sv} {})",
         "step 1 (unsubscribe): Queue: "},
        {"Transact",
         "([('write', {'Characteristic': <'2a37'>, 'Descriptor': <'2901'>, 'Hex': <'00'>,"
         " 'Response': <true>})], @a{sv} {})",
         "step 1 (write): Response: not of a descriptor"},
        {"Transact",
         "([('pair', {'Characteristic': <'2a37'>})], @a{sv} {})",
         "step 1 (pair): Characteristic: "},
        {"Transact", "(@a(sa{sv}) [], {'TimeoutMs': <0>})", "TimeoutMs"},
    };
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_error(&f, cases[i][0], cases[i][1], INVALID, cases[i][2]);
}
END_TEST

START_TEST(what_the_device_does_not_have_is_not_found)
{
    static const char *const cases[][3] = {
        {"Read", "('180d', '2a99', @a{sv} {})", "no characteristic 2a99 in service 180d"},
        {"Read", "('1899', '2a38', @a{sv} {})", "no service 1899"},
        {"Read", "('', '2a38', {'Instance': <1>})", "no instance 1"},
        {"ReadDescriptor", "('', '2a38', '2903', @a{sv} {})", "no descriptor 2903"},
        {"Find", "('1899', '', @a{sv} {})", "no service 1899"},
        {"Find", "('180d', '', {'Instance': <1>})", "no instance 1 of service 180d"},
        {"Transact", "([('read', {'Characteristic': <'2a99'>})], @a{sv} {})", "step 1 (read): no "},
        {"AnswerPairing", "(@a{sv} {},)", "nothing was asked"},
    };
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_error(&f, cases[i][0], cases[i][1], NOT_FOUND, cases[i][2]);
}
END_TEST

START_TEST(what_an_attribute_cannot_do_is_not_supported)
{
    static const char *const cases[][2] = {
        {"Read", "('', '2a37', @a{sv} {})"},
        {"Write", "('', '2a38', @ay [1], @a{sv} {})"},
        {"Write", "('', '2a39', @ay [1], {'Response': <false>})"},
        {"Subscribe", "('', '2a38', @a{sv} {})"},
        {"WriteDescriptor", "('', '2a37', '2902', @ay [1, 0], @a{sv} {})"},
        {"ReadRSSI", "(@a{sv} {},)"},
        {"SetConnectionParameters", "({'Latency': <0>},)"},
    };
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_error(&f, cases[i][0], cases[i][1], NOT_SUPPORTED, "");
}
END_TEST

START_TEST(an_error_of_the_device_has_its_status_as_name_and_first_word)
{
    static const char secret[] = BH_LINK_SECRET;
    g_auto(BhFixture) f = {0};
    g_autofree char *read = g_strdup_printf("('', '%s', @a{sv} {})", secret);
    g_autofree char *write = g_strdup_printf("('', '%s', @ay [1], @a{sv} {})", secret);

    init_linked(&f);
    require_error(&f, "Read", read, "org.blehub.Error.Att.X80", "0x80");
    require_error(&f, "Write", write, "org.blehub.Error.Att.X80", "0x80");
    require_error(&f,
                  "Write",
                  "('', '2a39', @ay [1, 2], @a{sv} {})",
                  "org.blehub.Error.Att.InvalidAttributeValueLength",
                  "0x0d");
}
END_TEST

START_TEST(without_a_link_operations_are_disconnected)
{
    static const char *const cases[][2] = {
        {"Read", "('', '2a38', @a{sv} {})"},
        {"Services", "(@a{sv} {},)"},
        {"Explore", "(@a{sv} {},)"},
        {"Find", "('', '2a38', @a{sv} {})"},
        {"ExchangeMtu", "(@a{sv} {},)"},
        {"Transact", "([('mtu', @a{sv} {})], @a{sv} {})"},
    };
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 0);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_error(&f, cases[i][0], cases[i][1], "org.blehub.Error.Disconnected", "");
}
END_TEST

/* Values */

static void
require_text(GVariant *value, const char *wanted)
{
    g_autofree char *text = g_variant_print(value, FALSE);

    ck_assert_str_eq(text, wanted);
}

static void
require_reply(BhFixture *f, const char *method, const char *arguments, const char *wanted)
{
    g_autoptr(GVariant) parsed = g_variant_parse(NULL, arguments, NULL, NULL, NULL);
    g_autoptr(GVariant) reply = NULL;

    ck_assert_msg(parsed != NULL, "%s", arguments);
    reply = call(f, method, parsed);
    require_text(reply, wanted);
}

START_TEST(values_are_read_with_their_zeros_and_from_an_offset)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    require_reply(&f, "Read", "('', '" BH_LINK_NOTE "', @a{sv} {})", "([0x00, 0x01],)");
    require_reply(&f, "Read", "('', '" BH_LINK_NOTE "', {'Offset': <1>})", "([0x01],)");
    require_reply(&f,
                  "ReadDescriptor",
                  "('180d', '2a38', '2901', @a{sv} {})",
                  "([0x57, 0x68, 0x65, 0x72, 0x65],)");
}
END_TEST

START_TEST(a_uuid_that_repeats_is_told_apart_by_its_instance)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    require_reply(&f, "Read", "('', '" TWICE "', @a{sv} {})", "([0x0a],)");
    require_reply(&f, "Read", "('', '" TWICE "', {'Instance': <1>})", "([0x0b],)");
}
END_TEST

static guint
count_writes(BhFixture *f, const char *key)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(f, "GetAttribute", g_variant_new("(ss)", "strap", "notes/note"));
    g_autoptr(GVariant) state = g_variant_get_child_value(reply, 0);
    guint n = 0;

    ck_assert(g_variant_lookup(state, key, "u", &n));
    return n;
}

START_TEST(a_value_is_written_as_bytes_or_hex_and_with_a_response_or_without)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *value = NULL;

    init_linked(&f);
    require_reply(&f, "Write", "('', '" BH_LINK_NOTE "', @ay [0, 2], {'Response': <true>})", "()");
    ck_assert_uint_eq(count_writes(&f, "Commands"), 0);
    require_reply(&f, "Write", "('', '" BH_LINK_NOTE "', @ay [], {'Hex': <'00 ff'>})", "()");
    BH_AWAIT_POLLED(count_writes(&f, "Writes") == 2);
    ck_assert_uint_eq(count_writes(&f, "Commands"), 1);
    value = bh_link_scene_read(f.connection, BH_LINK_NOTE);
    ck_assert_str_eq(value, "00ff");
}
END_TEST

START_TEST(calls_that_nobody_waits_for_keep_their_order)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autoptr(GVariant) written = NULL;
    g_autoptr(GVariant) values = NULL;

    init_linked(&f);
    bh_answers_init(&answers);
    for (guint8 i = 0; i < 100; i++)
        bh_caller_send(
            f.connection,
            BH_LINK_PATH,
            BH_LINK_DEVICE,
            "Write",
            g_variant_new_parsed("('', %s, [%y], {'TimeoutMs': <10000>})", BH_LINK_NOTE, i),
            &answers);
    BH_AWAIT(answers.came->len == 100);
    written = bh_fixture_call_sim(&f, "TakeWritten", g_variant_new("(ss)", "strap", "notes/note"));
    values = g_variant_get_child_value(written, 0);
    ck_assert_uint_eq(g_variant_n_children(values), 100);
    for (guint8 i = 0; i < 100; i++) {
        g_autoptr(GVariant) value = g_variant_get_child_value(values, i);
        g_autofree char *answer = g_strdup_printf("%u ok", i);

        ck_assert_uint_eq(*(const guint8 *)g_variant_get_data(value), i);
        ck_assert_str_eq(g_ptr_array_index(answers.came, i), answer);
    }
}
END_TEST

START_TEST(the_mtu_is_told_when_it_is_known)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) property = NULL;
    guint16 mtu = 0;

    init_linked(&f);
    reply = call(&f, "ExchangeMtu", bh_caller_options("{'TimeoutMs': <5000>}"));
    g_variant_get(reply, "(q)", &mtu);
    ck_assert_uint_gt(mtu, 22);
    property = bh_caller_get(f.connection, BH_LINK_PATH, BH_LINK_DEVICE, "MTU");
    ck_assert_uint_eq(g_variant_get_uint16(property), mtu);
}
END_TEST

/* Discovery */

/* The row of a service by its UUID; NULL if it is not there. */
static GVariant *
find_row(GVariant *rows, const char *uuid)
{
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        const char *its = NULL;

        if (g_variant_lookup(row, "UUID", "&s", &its) && g_str_equal(its, uuid))
            return g_steal_pointer(&row);
    }
    return NULL;
}

START_TEST(services_are_told_with_everything_they_have)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) services = NULL;
    g_autoptr(GVariant) heart = NULL;
    g_autoptr(GVariant) characteristics = NULL;
    g_autoptr(GVariant) location = NULL;
    g_autoptr(GVariant) descriptors = NULL;
    const char *name = NULL;
    guint16 properties = 0;

    init_linked(&f);
    reply = call(&f, "Services", bh_caller_options("{}"));
    services = g_variant_get_child_value(reply, 0);
    heart = find_row(services, "0000180d-0000-1000-8000-00805f9b34fb");
    ck_assert_ptr_nonnull(heart);
    ck_assert(g_variant_lookup(heart, "Name", "&s", &name));
    ck_assert_str_eq(name, "Heart Rate");
    characteristics = g_variant_lookup_value(heart, "Characteristics", NULL);
    ck_assert_uint_eq(g_variant_n_children(characteristics), 3);
    location = find_row(characteristics, "00002a38-0000-1000-8000-00805f9b34fb");
    ck_assert(g_variant_lookup(location, "Properties", "q", &properties));
    ck_assert_uint_eq(properties, 0x02);
    ck_assert(!g_variant_lookup(location, "Value", "ay", NULL));
    descriptors = g_variant_lookup_value(location, "Descriptors", NULL);
    ck_assert_uint_eq(g_variant_n_children(descriptors), 1);
}
END_TEST

START_TEST(values_of_services_come_with_the_errors_of_those_that_refuse)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) services = NULL;
    g_autoptr(GVariant) notes = NULL;
    g_autoptr(GVariant) characteristics = NULL;
    g_autoptr(GVariant) note = NULL;
    g_autoptr(GVariant) secret = NULL;
    const char *text = NULL;

    init_linked(&f);
    reply = call(&f, "Services", bh_caller_options("{'Values': <true>, 'HexKeys': <true>}"));
    services = g_variant_get_child_value(reply, 0);
    notes = find_row(services, NOTES);
    characteristics = g_variant_lookup_value(notes, "Characteristics", NULL);
    note = find_row(characteristics, BH_LINK_NOTE);
    ck_assert(g_variant_lookup(note, "Value", "&s", &text));
    ck_assert_str_eq(text, "0001");
    secret = find_row(characteristics, BH_LINK_SECRET);
    ck_assert(!g_variant_lookup(secret, "Value", "&s", &text));
    ck_assert(g_variant_lookup(secret, "ValueError", "&s", &text));
    ck_assert_msg(g_str_has_prefix(text, "0x80"), "%s", text);
}
END_TEST

START_TEST(exploring_gives_json)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    const char *json = NULL;

    init_linked(&f);
    reply = call(&f, "Explore", bh_caller_options("{}"));
    g_variant_get(reply, "(&s)", &json);
    ck_assert_msg(strstr(json,
                         "{\"uuid\": \"" BH_LINK_NOTE "\", \"properties\": "
                         "[\"READ\", \"WRITE_WITHOUT_RESPONSE\", \"WRITE\"], "
                         "\"value\": \"0001\"}") != NULL,
                  "%s",
                  json);
    ck_assert_msg(strstr(json, "{\"uuid\": \"" LONG_RATE "\", \"properties\": [\"NOTIFY\"]}") !=
                      NULL,
                  "%s",
                  json);
}
END_TEST

/* Transactions */

START_TEST(a_transaction_does_its_steps_in_order)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) results = NULL;
    g_autofree char *path = NULL;

    init_linked(&f);
    reply = call(&f,
                 "Transact",
                 g_variant_new_parsed("([('write', {'Characteristic': <%s>, 'Hex': <'0102'>,"
                                      "             'Response': <true>}),"
                                      "  ('read', {'Characteristic': <%s>}),"
                                      "  ('subscribe', {'Characteristic': <'2a37'>}),"
                                      "  ('unsubscribe', {'Characteristic': <'2a37'>}),"
                                      "  ('find', {'Service': <'180d'>}),"
                                      "  ('mtu', @a{sv} {})], @a{sv} {})",
                                      BH_LINK_NOTE,
                                      BH_LINK_NOTE));
    results = g_variant_get_child_value(reply, 0);
    ck_assert_uint_eq(g_variant_n_children(results), 6);
    {
        g_autoptr(GVariant) read = g_variant_get_child_value(results, 1);

        require_text(read, "('read', {'Value': <[byte 0x01, 0x02]>})");
    }
    ck_assert_uint_eq(bh_caller_counter(f.connection, "Subscriptions"), 0);
}
END_TEST

START_TEST(a_transaction_that_fails_says_where_and_leaves_no_subscription)
{
    g_auto(BhFixture) f = {0};

    init_linked(&f);
    require_error(&f,
                  "Transact",
                  "([('subscribe', {'Characteristic': <'2a37'>}),"
                  "  ('read', {'Characteristic': <'" BH_LINK_SECRET "'>}),"
                  "  ('mtu', @a{sv} {})], @a{sv} {})",
                  "org.blehub.Error.Att.X80",
                  "step 2 (read): 0x80");
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Subscriptions") == 0);
}
END_TEST

BH_TEST_MAIN("hub-gatt",
             a_wrong_operation_is_refused_with_its_key_first,
             what_the_device_does_not_have_is_not_found,
             what_an_attribute_cannot_do_is_not_supported,
             an_error_of_the_device_has_its_status_as_name_and_first_word,
             without_a_link_operations_are_disconnected,
             values_are_read_with_their_zeros_and_from_an_offset,
             a_uuid_that_repeats_is_told_apart_by_its_instance,
             a_value_is_written_as_bytes_or_hex_and_with_a_response_or_without,
             calls_that_nobody_waits_for_keep_their_order,
             the_mtu_is_told_when_it_is_known,
             services_are_told_with_everything_they_have,
             values_of_services_come_with_the_errors_of_those_that_refuse,
             exploring_gives_json,
             a_transaction_does_its_steps_in_order,
             a_transaction_that_fails_says_where_and_leaves_no_subscription)
