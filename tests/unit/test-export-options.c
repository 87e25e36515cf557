/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options of Connect() and of the operations on a device: what is refused, with the key first, then
 * what becomes of the rest.
 */
#include "bh-error.h"
#include "bh-gatt-options.h"
#include "bh-link-options.h"
#include "hub-fixture.h"
#include "test-main.h"

#define ADDRESS "00:00:00:00:00:07"

static const BhLifetimeOptions life = {BH_LIFETIME_CALLER, 60000};

/* As the configuration might say it. */
static const BhExportDefaults defaults = {
    .lease_ms = 60000,
    .link = {.timeout_ms = 10001,
             .backoff_initial_ms = 5001,
             .backoff_max_ms = 60001,
             .stable_ms = 1,
             .linger_ms = 2},
    .connect_many_ms = 30001,
    .operation_ms = 1001,
    .services_ms = 10002,
    .pair_ms = 20001,
    .queue = 3,
};

static GVariant *
dict_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    ck_assert_msg(dict != NULL, "%s: %s", text, error != NULL ? error->message : "");
    return dict;
}

static void
require_message(const char *text, gboolean good, const GError *error, const char *message)
{
    ck_assert_msg(!good, "%s: was understood", text);
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    ck_assert_msg(g_str_has_prefix(error->message, message), "%s: %s", text, error->message);
}

/* Connect */

START_TEST(wrong_options_of_a_link_are_refused_with_the_key_first)
{
    static const char *const cases[][2] = {
        {"{'Nonsense': <1>}", "Nonsense"},
        {"{'AddressType': <'private'>}", "AddressType"},
        {"{'TimeoutMs': <0>}", "TimeoutMs"},
        {"{'Reconnect': <1>}", "Reconnect"},
        {"{'BackoffInitialMs': <99>}", "BackoffInitialMs"},
        {"{'BackoffInitialMs': <7000>, 'BackoffMaxMs': <6000>}", "BackoffInitialMs"},
        {"{'StableMs': <-1>}", "StableMs"},
        {"{'LingerMs': <3600001>}", "LingerMs"},
        {"{'MinIntervalUs': <7499>, 'MaxIntervalUs': <7500>}", "MinIntervalUs"},
        {"{'MinIntervalUs': <7500>}", "MinIntervalUs"},
        {"{'MaxIntervalUs': <7500>}", "MaxIntervalUs"},
        {"{'MinIntervalUs': <8000>, 'MaxIntervalUs': <7500>}", "MinIntervalUs"},
        {"{'Latency': <500>}", "Latency"},
        {"{'SupervisionMs': <99>}", "SupervisionMs"},
        {"{'MinIntervalUs': <100000>, 'MaxIntervalUs': <100000>, 'Latency': <4>,"
         " 'SupervisionMs': <1000>}",
         "SupervisionMs"},
        {"{'Lifetime': <'eternal'>}", "Lifetime"},
        {"{'LeaseMs': <999>}", "LeaseMs"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i][0]);
        g_auto(BhLinkOptions) options = {0};
        g_autoptr(GError) error = NULL;
        gboolean good = bh_link_options_parse(dict, &defaults.link, &life, &options, &error);

        require_message(cases[i][0], good, error, cases[i][1]);
    }
}
END_TEST

static gboolean
make_spec(HubFixture *f, const char *address, const char *text, BhHoldSpec *spec, GError **error)
{
    g_autoptr(GVariant) dict = dict_of(text);
    g_auto(BhLinkOptions) options = {0};

    return bh_link_options_parse(dict, &defaults.link, &life, &options, error) &&
           bh_link_options_to_spec(&options, address, f->hub, spec, error);
}

START_TEST(an_address_or_adapter_that_is_none_is_refused)
{
    static const char *const cases[][3] = {
        {"00:00:00:00:00", "{}", "Address"},
        {"", "{}", "Address"},
        {ADDRESS, "{'Adapter': <'hci7'>}", "Adapter"},
    };
    g_auto(HubFixture) f = {0};

    hub_fixture_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        BhHoldSpec spec;
        gboolean good = make_spec(&f, cases[i][0], cases[i][1], &spec, &error);

        require_message(cases[i][1], good, error, cases[i][2]);
    }
}
END_TEST

START_TEST(a_link_without_options_is_what_the_configuration_says)
{
    g_auto(HubFixture) f = {0};
    BhHoldSpec spec;

    hub_fixture_init(&f);
    ck_assert(make_spec(&f, ADDRESS, "{}", &spec, NULL));
    ck_assert_int_eq(spec.address.type, BH_ADDRESS_PUBLIC);
    ck_assert_int_eq(spec.address.octets[5], 7);
    ck_assert(!spec.has_adapter);
    ck_assert_int_eq(spec.timeout_ms, defaults.link.timeout_ms);
    ck_assert_int_eq(spec.reconnect, defaults.link.reconnect);
    ck_assert_int_eq(spec.backoff_initial_ms, defaults.link.backoff_initial_ms);
    ck_assert_int_eq(spec.backoff_max_ms, defaults.link.backoff_max_ms);
    ck_assert_int_eq(spec.stable_ms, defaults.link.stable_ms);
    ck_assert_int_eq(spec.reconnect_scan, defaults.link.reconnect_scan);
    ck_assert_int_eq(spec.linger_ms, defaults.link.linger_ms);
    ck_assert_uint_eq(spec.parameters.min_interval_us, 0);
    ck_assert_uint_eq(spec.parameters.max_interval_us, 0);
    ck_assert(!spec.parameters.has_latency);
    ck_assert_uint_eq(spec.parameters.supervision_ms, 0);
}
END_TEST

START_TEST(every_option_of_a_link_reaches_the_hub)
{
    g_auto(HubFixture) f = {0};
    BhHoldSpec spec;

    hub_fixture_init(&f);
    ck_assert(make_spec(&f,
                        ADDRESS,
                        "{'AddressType': <'random'>, 'Adapter': <'hci0'>, 'TimeoutMs': <1>,"
                        " 'Reconnect': <true>, 'BackoffInitialMs': <100>, 'BackoffMaxMs': <200>,"
                        " 'StableMs': <3>, 'ReconnectScan': <false>, 'LingerMs': <4>,"
                        " 'MinIntervalUs': <7500>, 'MaxIntervalUs': <8750>, 'Latency': <0>,"
                        " 'SupervisionMs': <100>}",
                        &spec,
                        NULL));
    ck_assert_int_eq(spec.address.type, BH_ADDRESS_RANDOM);
    ck_assert(spec.has_adapter);
    ck_assert_int_eq(spec.adapter.octets[5], 1);
    ck_assert_int_eq(spec.timeout_ms, 1);
    ck_assert(spec.reconnect);
    ck_assert_int_eq(spec.backoff_initial_ms, 100);
    ck_assert_int_eq(spec.backoff_max_ms, 200);
    ck_assert_int_eq(spec.stable_ms, 3);
    ck_assert(!spec.reconnect_scan);
    ck_assert_int_eq(spec.linger_ms, 4);
    ck_assert_uint_eq(spec.parameters.min_interval_us, 7500);
    ck_assert_uint_eq(spec.parameters.max_interval_us, 8750);
    ck_assert(spec.parameters.has_latency);
    ck_assert_uint_eq(spec.parameters.latency, 0);
    ck_assert_uint_eq(spec.parameters.supervision_ms, 100);
}
END_TEST

START_TEST(a_longer_first_delay_raises_the_longest_that_nobody_set)
{
    g_auto(HubFixture) f = {0};
    BhHoldSpec spec;

    hub_fixture_init(&f);
    ck_assert(make_spec(&f, ADDRESS, "{'BackoffInitialMs': <90000>}", &spec, NULL));
    ck_assert_int_eq(spec.backoff_max_ms, 90000);
}
END_TEST

START_TEST(a_device_that_was_heard_lends_its_address_type)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhDevice *device = NULL;
    char address[BH_ADDRESS_TEXT_SIZE];
    BhHoldSpec spec;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_hear(&f, 3, -50);
    ck_assert_uint_eq(bh_device_table_size(bh_hub_peek_table(f.hub)), 1);
    device = bh_device_table_peek_slot(bh_hub_peek_table(f.hub), 0, 1);
    ck_assert_ptr_nonnull(device);
    bh_address_format(&device->address, address);
    ck_assert(make_spec(&f, address, "{}", &spec, NULL));
    ck_assert_int_eq(spec.address.type, device->address.type);
}
END_TEST

START_TEST(options_in_force_are_told_as_they_can_be_given)
{
    g_autoptr(GVariant) given =
        dict_of("{'Reconnect': <true>, 'Adapter': <'hci0'>, 'Lifetime': <'lease'>,"
                " 'MinIntervalUs': <7500>, 'MaxIntervalUs': <7500>, 'Latency': <1>}");
    g_auto(BhLinkOptions) options = {0};
    g_auto(BhLinkOptions) again = {0};
    g_autoptr(GVariant) told = NULL;
    g_autoptr(GVariant) told_again = NULL;

    ck_assert(bh_link_options_parse(given, &defaults.link, &life, &options, NULL));
    told = g_variant_ref_sink(bh_link_options_to_variant(&options));
    ck_assert(bh_link_options_parse(told, &defaults.link, &life, &again, NULL));
    told_again = g_variant_ref_sink(bh_link_options_to_variant(&again));
    ck_assert(g_variant_equal(told, told_again));
    ck_assert(again.reconnect);
    ck_assert_int_eq(again.life.lease_ms, 60000);
}
END_TEST

/* Operations */

START_TEST(wrong_options_of_operations_are_refused_with_the_key_first)
{
    static const struct {
        BhGattOptionsFor what;
        const char *dict;
        const char *message;
    } cases[] = {
        {BH_GATT_OPTIONS_FIND, "{'TimeoutMs': <1>}", "TimeoutMs"},
        {BH_GATT_OPTIONS_FIND, "{'Instance': <-1>}", "Instance"},
        {BH_GATT_OPTIONS_READ, "{'Hex': <'00'>}", "Hex"},
        {BH_GATT_OPTIONS_READ, "{'Offset': <513>}", "Offset"},
        {BH_GATT_OPTIONS_READ, "{'TimeoutMs': <0>}", "TimeoutMs"},
        {BH_GATT_OPTIONS_WRITE, "{'Response': <'yes'>}", "Response"},
        {BH_GATT_OPTIONS_WRITE, "{'Queue': <1>}", "Queue"},
        {BH_GATT_OPTIONS_READ_DESCRIPTOR, "{'Response': <true>}", "Response"},
        {BH_GATT_OPTIONS_WRITE_DESCRIPTOR, "{'Offset': <1>}", "Offset"},
        {BH_GATT_OPTIONS_SUBSCRIBE, "{'Queue': <0>}", "Queue"},
        {BH_GATT_OPTIONS_SUBSCRIBE, "{'Queue': <65537>}", "Queue"},
        {BH_GATT_OPTIONS_SUBSCRIBE, "{'Signals': <1>}", "Signals"},
        {BH_GATT_OPTIONS_STEP_NAME, "{'TimeoutMs': <1>}", "TimeoutMs"},
        {BH_GATT_OPTIONS_STEP_NAME, "{'Descriptor': <'2902'>}", "Descriptor"},
        {BH_GATT_OPTIONS_STEP_READ, "{'Response': <true>}", "Response"},
        {BH_GATT_OPTIONS_STEP_WRITE, "{'Value': <'00'>}", "Value"},
        {BH_GATT_OPTIONS_STEP_WRITE, "{'Queue': <1>}", "Queue"},
        {BH_GATT_OPTIONS_STEP_SUBSCRIBE, "{'Offset': <1>}", "Offset"},
        {BH_GATT_OPTIONS_STEP_BARE, "{'Service': <'180d'>}", "Service"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i].dict);
        g_auto(BhGattOptions) options = {0};
        g_autoptr(GError) error = NULL;
        gboolean good = bh_gatt_options_parse(dict, cases[i].what, &defaults, &options, &error);

        require_message(cases[i].dict, good, error, cases[i].message);
    }
}
END_TEST

START_TEST(a_wrong_uuid_is_refused_with_its_part_first)
{
    static const char *const cases[][4] = {
        {"180x", "2a37", NULL, "Service"},
        {"", "", NULL, "Characteristic"},
        {"180d", "", NULL, "Characteristic"},
        {"180d", "2a37", "", "Descriptor"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        BhGattName name;
        gboolean good = bh_gatt_name_parse(cases[i][0], cases[i][1], cases[i][2], 0, &name, &error);

        require_message(cases[i][3], good, error, cases[i][3]);
    }
}
END_TEST

START_TEST(a_response_is_asked_for_refused_or_left_open)
{
    static const struct {
        const char *dict;
        BhResponse response;
    } cases[] = {
        {"{}", BH_RESPONSE_AUTO},
        {"{'Response': <true>}", BH_RESPONSE_YES},
        {"{'Response': <false>}", BH_RESPONSE_NO},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i].dict);
        g_auto(BhGattOptions) options = {0};

        ck_assert(bh_gatt_options_parse(dict, BH_GATT_OPTIONS_WRITE, &defaults, &options, NULL));
        ck_assert_int_eq(bh_gatt_options_get_response(&options), cases[i].response);
    }
}
END_TEST

static GBytes *
take(gsize size, const char *hex, GError **error)
{
    g_autofree guint8 *bytes = g_malloc0(size + 1);
    g_autoptr(GVariant) array =
        g_variant_ref_sink(g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1));

    return bh_gatt_value_take(array, hex, error);
}

START_TEST(a_value_comes_once_and_not_too_long)
{
    g_autofree char *long_hex = g_strnfill(1026, '0');
    const struct {
        gsize size;
        const char *hex;
        const char *message;
    } cases[] = {
        {1, "00", "Hex"},
        {0, "0", "Hex"},
        {0, "0g", "Hex"},
        {0, long_hex, "Hex"},
        {513, NULL, "Value"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) value = take(cases[i].size, cases[i].hex, &error);

        require_message(cases[i].message, value != NULL, error, cases[i].message);
    }
}
END_TEST

/* Written with colons it is longer than any other text may be. */
START_TEST(what_is_said_of_a_long_hex_is_how_many_bytes_it_is)
{
    for (gsize size = 512; size <= 513; size++) {
        g_auto(GStrv) octets = g_new0(char *, size + 1);
        g_auto(BhGattOptions) options = {0};
        g_autoptr(GVariant) dict = NULL;
        g_autoptr(GBytes) value = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *hex = NULL;
        g_auto(GVariantDict) keys = G_VARIANT_DICT_INIT(NULL);

        for (gsize i = 0; i < size; i++)
            octets[i] = g_strdup("ff");
        hex = g_strjoinv(":", octets);
        g_variant_dict_insert(&keys, "Hex", "s", hex);
        dict = g_variant_ref_sink(g_variant_dict_end(&keys));
        ck_assert(bh_gatt_options_parse(dict, BH_GATT_OPTIONS_WRITE, &defaults, &options, NULL));
        value = take(0, options.hex, &error);
        ck_assert_int_eq(value != NULL, size == 512);
        if (error != NULL)
            ck_assert_str_eq(error->message, "Hex: more than 512 bytes");
    }
}
END_TEST

START_TEST(a_value_is_taken_as_bytes_or_as_hex)
{
    g_autoptr(GBytes) longest = take(512, NULL, NULL);
    g_autoptr(GBytes) hex = take(0, "00 ff", NULL);
    g_autoptr(GBytes) nothing = take(0, NULL, NULL);

    ck_assert_uint_eq(g_bytes_get_size(longest), 512);
    ck_assert_uint_eq(g_bytes_get_size(hex), 2);
    ck_assert_uint_eq(g_bytes_get_size(nothing), 0);
}
END_TEST

START_TEST(what_a_call_does_not_say_the_configuration_does)
{
    g_autoptr(GVariant) nothing = dict_of("{}");
    g_auto(BhGattOptions) subscribe = {0};
    BhServicesOptions services;
    BhManyOptions many;
    BhPairOptions pair;

    ck_assert(
        bh_gatt_options_parse(nothing, BH_GATT_OPTIONS_SUBSCRIBE, &defaults, &subscribe, NULL));
    ck_assert_int_eq(subscribe.timeout_ms, 1001);
    ck_assert_int_eq(subscribe.queue, 3);
    ck_assert_int_eq(subscribe.life.lease_ms, 60000);
    ck_assert(bh_services_options_parse(nothing, TRUE, defaults.services_ms, &services, NULL));
    ck_assert_int_eq(services.timeout_ms, 10002);
    ck_assert(bh_many_options_parse(nothing, &defaults, &many, NULL));
    ck_assert_int_eq(many.timeout_ms, 30001);
    ck_assert(bh_pair_options_parse(nothing, defaults.pair_ms, &pair, NULL));
    ck_assert_int_eq(pair.timeout_ms, 20001);
}
END_TEST

START_TEST(pairing_options_have_their_ranges)
{
    static const char *const cases[][2] = {
        {"{'Passkey': <1000000>}", "Passkey"},
        {"{'Capability': <'Everything'>}", "Capability"},
        {"{'Confirm': <1>}", "Confirm"},
        {"{'TimeoutMs': <0>}", "TimeoutMs"},
    };
    g_autoptr(GVariant) good = dict_of("{'Capability': <'KeyboardOnly'>, 'Passkey': <0>}");
    BhPairOptions options;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i][0]);
        g_autoptr(GError) error = NULL;
        gboolean understood = bh_pair_options_parse(dict, defaults.pair_ms, &options, &error);

        require_message(cases[i][0], understood, error, cases[i][1]);
    }
    ck_assert(bh_pair_options_parse(good, defaults.pair_ms, &options, NULL));
    ck_assert_int_eq(options.capability, BH_IO_KEYBOARD_ONLY);
    ck_assert(options.has_passkey && !options.has_confirm);
}
END_TEST

BH_TEST_MAIN("export-options",
             wrong_options_of_a_link_are_refused_with_the_key_first,
             an_address_or_adapter_that_is_none_is_refused,
             a_link_without_options_is_what_the_configuration_says,
             every_option_of_a_link_reaches_the_hub,
             a_longer_first_delay_raises_the_longest_that_nobody_set,
             a_device_that_was_heard_lends_its_address_type,
             options_in_force_are_told_as_they_can_be_given,
             wrong_options_of_operations_are_refused_with_the_key_first,
             a_wrong_uuid_is_refused_with_its_part_first,
             a_response_is_asked_for_refused_or_left_open,
             a_value_comes_once_and_not_too_long,
             what_is_said_of_a_long_hex_is_how_many_bytes_it_is,
             a_value_is_taken_as_bytes_or_as_hex,
             what_a_call_does_not_say_the_configuration_does,
             pairing_options_have_their_ranges)
