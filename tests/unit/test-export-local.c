/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options of the peripheral role: what is refused, with the key first, what becomes of the rest,
 * and how an attribute is named to clients.
 */
#include "bh-error.h"
#include "bh-local-options.h"
#include "bh-local-rows.h"
#include "test-main.h"

#include <string.h>

#define LEASE_MS 60000

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

/* RegisterApplication */

START_TEST(wrong_options_of_an_application_are_refused_with_the_key_first)
{
    static const char *const cases[][2] = {
        {"{'Nonsense': <1>}", "Nonsense"},
        {"{'Definition': <1>}", "Definition"},
        {"{'Queue': <0>}", "Queue"},
        {"{'Queue': <65537>}", "Queue"},
        {"{'OnRestart': <'never'>}", "OnRestart"},
        {"{'ReadTimeoutMs': <0>}", "ReadTimeoutMs"},
        {"{'ReadTimeoutMs': <20001>}", "ReadTimeoutMs"},
        {"{'Signals': <1>}", "Signals"},
        {"{'Lifetime': <'eternal'>}", "Lifetime"},
        {"{'LeaseMs': <999>}", "LeaseMs"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i][0]);
        g_auto(BhApplicationOptions) options = {0};
        g_autoptr(GError) error = NULL;
        gboolean good = bh_application_options_parse(dict, LEASE_MS, &options, &error);

        require_message(cases[i][0], good, error, cases[i][1]);
    }
}
END_TEST

static char *
dup_in_force(const char *text)
{
    g_autoptr(GVariant) dict = dict_of(text);
    g_auto(BhApplicationOptions) options = {0};
    g_autoptr(GVariant) in_force = NULL;

    ck_assert(bh_application_options_parse(dict, LEASE_MS, &options, NULL));
    in_force = g_variant_ref_sink(bh_application_options_to_variant(&options));
    return g_variant_print(in_force, FALSE);
}

START_TEST(what_is_in_force_of_an_application_has_the_defaults)
{
    g_autofree char *defaults = dup_in_force("{}");
    g_autofree char *given = dup_in_force("{'Queue': <1>, 'OnRestart': <'initial'>}");

    ck_assert_ptr_nonnull(strstr(defaults, "'Queue': <uint32 256>"));
    ck_assert_ptr_nonnull(strstr(defaults, "'ReadTimeoutMs': <uint32 1000>"));
    ck_assert_ptr_nonnull(strstr(defaults, "'Lifetime': <'caller'>"));
    ck_assert_ptr_null(strstr(defaults, "OnRestart"));
    ck_assert_ptr_nonnull(strstr(given, "'Queue': <uint32 1>"));
    ck_assert_ptr_nonnull(strstr(given, "'OnRestart': <'initial'>"));
}
END_TEST

/* What becomes of services and Definition together: the UUID of the first service, or the error. */
static char *
make_definition(const char *services, const char *text)
{
    g_autoptr(GVariant) list =
        g_variant_parse(G_VARIANT_TYPE("aa{sv}"), services, NULL, NULL, NULL);
    const BhApplicationOptions options = {.definition = (char *)text};
    g_autoptr(GError) error = NULL;
    g_autoptr(BhApplicationDefinition) made =
        bh_application_options_make_definition(&options, list, &error);
    char uuid[BH_UUID_TEXT_SIZE];

    if (made == NULL)
        return g_strdup(error->message);
    bh_uuid_format(&bh_application_definition_peek_service(made, 0)->uuid, uuid);
    return g_strdup(uuid);
}

START_TEST(a_definition_is_data_or_text_and_not_both)
{
    static const char data[] = "[{'UUID': <'180f'>, 'Characteristics': <[{'UUID': <'2a19'>, "
                               "'Flags': <['read']>}]>}]";
    static const char text[] = "[service 180d]\n[characteristic 180d/2a37]\nFlags=notify\n";
    g_autofree char *of_data = make_definition(data, NULL);
    g_autofree char *of_text = make_definition("@aa{sv} []", text);
    g_autofree char *of_both = make_definition(data, text);
    g_autofree char *of_wrong = make_definition("@aa{sv} []", "[service 1800]\n");
    g_autofree char *of_nothing = make_definition("@aa{sv} []", NULL);

    ck_assert_str_eq(of_data, "0000180f-0000-1000-8000-00805f9b34fb");
    ck_assert_str_eq(of_text, "0000180d-0000-1000-8000-00805f9b34fb");
    ck_assert_str_eq(of_both, "Definition: not together with services");
    ck_assert(g_str_has_prefix(of_wrong, "Definition: line 1: [service 1800]"));
    ck_assert(g_str_has_prefix(of_nothing, "Services"));
}
END_TEST

/* Attributes */

START_TEST(wrong_options_of_attributes_are_refused_with_the_key_first)
{
    static const struct {
        BhAttributeOptionsFor what;
        const char *dict;
        const char *message;
    } cases[] = {
        {BH_ATTRIBUTE_OPTIONS_SET, "{'Device': <'C0:00:00:00:00:01'>}", "Device"},
        {BH_ATTRIBUTE_OPTIONS_SET, "{'Instance': <-1>}", "Instance"},
        {BH_ATTRIBUTE_OPTIONS_SET, "{'Update': <'yes'>}", "Update"},
        {BH_ATTRIBUTE_OPTIONS_SET, "{'Descriptor': <'29'>}", "Descriptor"},
        {BH_ATTRIBUTE_OPTIONS_GET, "{'Hex': <'00'>}", "Hex"},
        {BH_ATTRIBUTE_OPTIONS_NOTIFY, "{'TimeoutMs': <5>}", "TimeoutMs"},
        {BH_ATTRIBUTE_OPTIONS_NOTIFY, "{'Descriptor': <'2901'>}", "Descriptor"},
        {BH_ATTRIBUTE_OPTIONS_NOTIFY, "{'AddressType': <'secret'>}", "AddressType"},
        {BH_ATTRIBUTE_OPTIONS_NOTIFY, "{'AllowBroadcast': <1>}", "AllowBroadcast"},
        {BH_ATTRIBUTE_OPTIONS_INDICATE, "{'TimeoutMs': <0>}", "TimeoutMs"},
        {BH_ATTRIBUTE_OPTIONS_SUBSCRIBERS, "{'Descriptor': <'2901'>}", "Descriptor"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i].dict);
        g_auto(BhAttributeOptions) options = {0};
        g_autoptr(GError) error = NULL;
        BhGattName name;
        gboolean good =
            bh_attribute_options_parse(dict, cases[i].what, "", "2a37", &options, &name, &error);

        require_message(cases[i].dict, good, error, cases[i].message);
    }
}
END_TEST

/* "stored", the hex of the value that was given, or the error. */
static char *
value_of(const char *text)
{
    g_autoptr(GVariant) dict = dict_of(text);
    g_auto(BhAttributeOptions) options = {0};
    g_autoptr(GBytes) value = NULL;
    g_autoptr(GError) error = NULL;
    BhGattName name;

    ck_assert(bh_attribute_options_parse(dict,
                                         BH_ATTRIBUTE_OPTIONS_NOTIFY,
                                         "180d",
                                         "2a37",
                                         &options,
                                         &name,
                                         NULL));
    if (!bh_attribute_options_dup_value(&options, &value, &error))
        return g_strdup(error->message);
    return value == NULL ? g_strdup("stored")
                         : g_strdup_printf("%zu bytes", g_bytes_get_size(value));
}

START_TEST(a_notified_value_is_the_stored_one_bytes_or_hex)
{
    g_autofree char *stored = value_of("{}");
    g_autofree char *bytes = value_of("{'Value': <[byte 1, 2]>}");
    g_autofree char *empty = value_of("{'Value': <@ay []>}");
    g_autofree char *hex = value_of("{'Hex': <'010203'>}");
    g_autofree char *both = value_of("{'Hex': <'01'>, 'Value': <[byte 1]>}");
    g_autofree char *wrong = value_of("{'Hex': <'0'>}");

    ck_assert_str_eq(stored, "stored");
    ck_assert_str_eq(bytes, "2 bytes");
    ck_assert_str_eq(empty, "0 bytes");
    ck_assert_str_eq(hex, "3 bytes");
    ck_assert(g_str_has_prefix(both, "Hex: "));
    ck_assert(g_str_has_prefix(wrong, "Hex: "));
}
END_TEST

START_TEST(an_answer_to_a_read_is_a_value_or_a_status)
{
    static const char *const wrong[][2] = {
        {"{'Status': <0>}", "Status"},
        {"{'Status': <256>}", "Status"},
        {"{'Status': <0x80>, 'Hex': <'00'>}", "Status"},
        {"{'Value': <[byte 1]>}", "Value"},
    };
    g_autoptr(GVariant) dict = dict_of("{'Status': <0x80>}");
    g_auto(BhReadAnswerOptions) answer = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GVariant) given = dict_of(wrong[i][0]);
        g_auto(BhReadAnswerOptions) options = {0};
        g_autoptr(GError) error = NULL;
        gboolean good = bh_read_answer_options_parse(given, &options, &error);

        require_message(wrong[i][0], good, error, wrong[i][1]);
    }
    ck_assert(bh_read_answer_options_parse(dict, &answer, NULL));
    ck_assert_int_eq(answer.status, 0x80);
}
END_TEST

/* Advertise, RadioOff */

START_TEST(what_is_advertised_is_parted_from_how_long)
{
    g_autoptr(GVariant) dict = dict_of(
        "{'Name': <'Lamp'>, 'LeaseMs': <5000>, 'Lifetime': <'lease'>, 'Adapter': <'hci0'>}");
    g_auto(BhAdvertiseOptions) options = {0};
    g_autoptr(GVariant) rest = NULL;
    g_autoptr(GVariant) all = NULL;
    g_autofree char *text = NULL;

    ck_assert(bh_advertise_options_parse(dict, LEASE_MS, &options, &rest, NULL));
    text = g_variant_print(rest, FALSE);
    ck_assert_str_eq(text, "{'Name': <'Lamp'>}");
    ck_assert_str_eq(options.adapter, "hci0");
    ck_assert_int_eq(options.life.lifetime, BH_LIFETIME_LEASE);
    ck_assert_int_eq(options.life.lease_ms, 5000);
    all = g_variant_ref_sink(bh_advertise_options_to_variant(&options, rest));
    ck_assert_uint_eq(g_variant_n_children(all), 4);
}
END_TEST

START_TEST(wrong_options_of_an_advertisement_leave_nothing_behind)
{
    g_autoptr(GVariant) dict = dict_of("{'Name': <'Lamp'>, 'Lifetime': <'eternal'>}");
    g_auto(BhAdvertiseOptions) options = {0};
    g_autoptr(GVariant) rest = NULL;
    g_autoptr(GError) error = NULL;

    ck_assert(!bh_advertise_options_parse(dict, LEASE_MS, &options, &rest, &error));
    ck_assert(g_str_has_prefix(error->message, "Lifetime: "));
    ck_assert_ptr_null(rest);
}
END_TEST

START_TEST(the_radio_is_switched_off_within_five_seconds_unless_said_otherwise)
{
    g_autoptr(GVariant) none = dict_of("{}");
    g_autoptr(GVariant) given = dict_of("{'Force': <true>, 'TimeoutMs': <1>}");
    g_autoptr(GVariant) wrong = dict_of("{'Force': <1>}");
    g_autoptr(GError) error = NULL;
    BhRadioOptions options;

    ck_assert(bh_radio_off_options_parse(none, &options, NULL));
    ck_assert(!options.force && options.timeout_ms == 5000);
    ck_assert(bh_radio_off_options_parse(given, &options, NULL));
    ck_assert(options.force && options.timeout_ms == 1);
    ck_assert(!bh_radio_off_options_parse(wrong, &options, &error));
    ck_assert(g_str_has_prefix(error->message, "Force: "));
}
END_TEST

/* Names */

START_TEST(an_attribute_is_named_so_that_it_is_found_by_the_name)
{
    static const char text[] = "[service 180f]\n[characteristic 180f/2a19]\nFlags=read\n"
                               "[characteristic 180f/2a19#1]\nFlags=read\n"
                               "[descriptor 180f/2a19#1/2901]\nFlags=read\n"
                               "[service 180f#1]\n[characteristic 180f#1/2a19]\nFlags=read\n";
    g_autoptr(BhApplicationDefinition) definition = bh_application_definition_from_text(text, NULL);

    ck_assert_ptr_nonnull(definition);
    ck_assert_uint_eq(bh_application_definition_count_attributes(definition), 4);
    for (guint i = 0; i < 4; i++) {
        BhGattName name = {.has_service = TRUE};
        BhAttributeText words;
        guint found;

        bh_attribute_text_init(&words, definition, i);
        ck_assert(bh_uuid_parse(words.service, &name.service, NULL));
        ck_assert(bh_uuid_parse(words.characteristic, &name.characteristic, NULL));
        name.instance = words.instance;
        name.has_descriptor =
            words.descriptor[0] != '\0' && bh_uuid_parse(words.descriptor, &name.descriptor, NULL);
        ck_assert(bh_application_definition_find(definition, &name, &found, NULL));
        ck_assert_uint_eq(found, i);
    }
}
END_TEST

BH_TEST_MAIN("export-local",
             wrong_options_of_an_application_are_refused_with_the_key_first,
             what_is_in_force_of_an_application_has_the_defaults,
             a_definition_is_data_or_text_and_not_both,
             wrong_options_of_attributes_are_refused_with_the_key_first,
             a_notified_value_is_the_stored_one_bytes_or_hex,
             an_answer_to_a_read_is_a_value_or_a_status,
             what_is_advertised_is_parted_from_how_long,
             wrong_options_of_an_advertisement_leave_nothing_behind,
             the_radio_is_switched_off_within_five_seconds_unless_said_otherwise,
             an_attribute_is_named_so_that_it_is_found_by_the_name)
