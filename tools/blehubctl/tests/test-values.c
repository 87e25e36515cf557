/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values, steps of transactions and trees of attributes, from words to what goes to blehubd and
 * from what came back to words.
 */
#include "bh-error.h"
#include "bh-hex.h"
#include "explore-text.h"
#include "row-json.h"
#include "test-main.h"
#include "test-words.h"
#include "transact-steps.h"
#include "value-text.h"

static const BhValueType *
type_of(const char *name)
{
    g_autoptr(GError) error = NULL;
    const BhValueType *type = bh_value_type_find(name, &error);

    ck_assert_msg(type != NULL, "%s", name);
    return type;
}

/* Said by blehubctl, or by the library: it ends in the same way. */
static void
assert_usage(GError *error, const char *message)
{
    ck_assert(g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE) ||
              g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    ck_assert_str_eq(error->message, message);
    g_error_free(error);
}

/* Values */

START_TEST(unknown_type_is_refused_and_all_are_named)
{
    GError *error = NULL;

    ck_assert_ptr_null(bh_value_type_find("u16", &error));
    assert_usage(error,
                 "a type is one of hex, utf8, u8, i8, u16le, u16be, i16le, i16be, u24le, u24be, "
                 "i24le, i24be, u32le, u32be, i32le, i32be, u64le, u64be, i64le, i64be, f32le, "
                 "f32be, f64le, f64be, not \"u16\"");
}
END_TEST

static const struct {
    const char *type;
    const char *hex;
    const char *text;
    const char *json; /* of the object */
} printed[] = {
    {NULL, "0648", "0648", "{\"Value\":\"0648\"}"},
    {"hex", "", "", "{\"Value\":\"\"}"},
    {"u8", "64", "100", "{\"Value\":\"64\",\"Decoded\":100}"},
    {"u8", "0102ff", "1 2 255", "{\"Value\":\"0102ff\",\"Decoded\":[1,2,255]}"},
    {"i8", "ff", "-1", "{\"Value\":\"ff\",\"Decoded\":-1}"},
    {"u16le", "e803", "1000", "{\"Value\":\"e803\",\"Decoded\":1000}"},
    {"u16be", "03e8", "1000", "{\"Value\":\"03e8\",\"Decoded\":1000}"},
    {"i16le", "00800100", "-32768 1", "{\"Value\":\"00800100\",\"Decoded\":[-32768,1]}"},
    {"i16be", "fffe", "-2", "{\"Value\":\"fffe\",\"Decoded\":-2}"},
    {"u24le", "010000", "1", "{\"Value\":\"010000\",\"Decoded\":1}"},
    {"i24be", "800000", "-8388608", "{\"Value\":\"800000\",\"Decoded\":-8388608}"},
    {"u32le", "ffffffff", "4294967295", "{\"Value\":\"ffffffff\",\"Decoded\":4294967295}"},
    {"i32be", "ffffffff", "-1", "{\"Value\":\"ffffffff\",\"Decoded\":-1}"},
    {"u64be", "ffffffffffffffff", "18446744073709551615", "{\"Value\":\"ffffffffffffffff\"}"},
    {"i64le", "feffffffffffffff", "-2", "{\"Value\":\"feffffffffffffff\",\"Decoded\":-2}"},
    {"f32le", "0000c03f", "1.5", "{\"Value\":\"0000c03f\",\"Decoded\":1.5}"},
    {"f32le", "0000c07f", "nan", "{\"Value\":\"0000c07f\"}"},
    {"f64be", "3ff8000000000000", "1.5", "{\"Value\":\"3ff8000000000000\",\"Decoded\":1.5}"},
    {"utf8", "4cc3a16d70", "L\xc3\xa1mp", "{\"Value\":\"4cc3a16d70\",\"Decoded\":\"L\xc3\xa1mp\"}"},
    {"utf8", "411b5b", "A\xef\xbf\xbd[", "{\"Value\":\"411b5b\",\"Decoded\":\"A\\u001b[\"}"},
    {"utf8",
     "4100ff",
     "A\xef\xbf\xbd\xef\xbf\xbd",
     "{\"Value\":\"4100ff\",\"Decoded\":\"A\xef\xbf\xbd\xef\xbf\xbd\"}"},
    {"u16le", "010203", "0x010203", "{\"Value\":\"010203\"}"}, /* one and a half */
    {"u32le", "", "", "{\"Value\":\"\",\"Decoded\":[]}"},
};

static GBytes *
bytes_of(const char *hex)
{
    char *words[] = {(char *)hex, NULL};
    GBytes *bytes = bh_value_from_words(type_of(NULL), words, NULL);

    ck_assert_ptr_nonnull(bytes);
    return bytes;
}

START_TEST(value_is_printed_as_its_type_has_it)
{
    g_autoptr(GBytes) value = bytes_of(printed[_i].hex);
    g_autoptr(JsonObject) object = json_object_new();
    const BhValueType *type = type_of(printed[_i].type);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(value, &size);

    ctl_assert_text(bh_value_to_text(type, bytes, size), printed[_i].text);
    bh_value_add_to_json(type, bytes, size, object);
    ctl_assert_text(bh_json_take_line(json_node_init_object(json_node_alloc(), object)),
                    printed[_i].json);
}
END_TEST

static const struct {
    const char *type;
    const char *words; /* with a space between */
    const char *hex;
} written[] = {
    {NULL, "0x06 48", "0648"},
    {NULL, "0x06 0X48", "0648"},
    {NULL, "", ""},
    {"utf8", "Hello you", "48656c6c6f20796f75"},
    {"utf8", "", ""},
    {"u8", "0 255 0x10 010", "00ff100a"},
    {"i8", "-128 127 -0x01", "807fff"},
    {"u16le", "1000", "e803"},
    {"u16be", "1000", "03e8"},
    {"i16le", "-2", "feff"},
    {"u24be", "66051", "010203"},
    {"i24le", "-1", "ffffff"},
    {"u32be", "4294967295", "ffffffff"},
    {"u64le", "18446744073709551615", "ffffffffffffffff"},
    {"i64be", "-9223372036854775808", "8000000000000000"},
    {"f32le", "1.5 -0", "0000c03f00000080"},
    {"f64be", "1.5", "3ff8000000000000"},
    {"f32be", "inf", "7f800000"},
};

START_TEST(words_are_written_as_their_type_has_them)
{
    g_auto(GStrv) words =
        written[_i].words[0] ? g_strsplit(written[_i].words, " ", -1) : g_new0(char *, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) value = NULL;

    if (!words[0])
        words[0] = g_strdup("");
    value = bh_value_from_words(type_of(written[_i].type), words, &error);
    ck_assert_msg(value != NULL, "%s", error ? error->message : "");
    ctl_assert_text(bh_hex_from_bytes(g_bytes_get_data(value, NULL), g_bytes_get_size(value)),
                    written[_i].hex);
}
END_TEST

static const struct {
    const char *type;
    const char *word;
} misfits[] = {
    {"u8", "256"},
    {"u8", "-1"},
    {"u8", "+1"},
    {"u8", " 1"},
    {"u8", "1x"},
    {"i8", "128"},
    {"i8", "-129"},
    {"i8", "--1"},
    {"u16le", "65536"},
    {"i16be", "-32769"},
    {"u24le", "16777216"},
    {"i24le", "8388608"},
    {"u32le", "4294967296"},
    {"u64le", "18446744073709551616"},
    {"i64le", "9223372036854775808"},
    {"f32le", "1e39"},
    {"f64le", "one"},
    {"u8", "0x"},
    {"u8", "x"},
};

START_TEST(word_that_does_not_fit_is_refused)
{
    char *words[] = {(char *)misfits[_i].word, NULL};
    g_autofree char *message =
        g_strdup_printf("\"%s\" is no number of type %s", misfits[_i].word, misfits[_i].type);
    GError *error = NULL;

    ck_assert_ptr_null(bh_value_from_words(type_of(misfits[_i].type), words, &error));
    assert_usage(error, message);
}
END_TEST

START_TEST(hex_with_half_a_byte_is_refused)
{
    char *words[] = {(char *)"06", (char *)"4", NULL};
    GError *error = NULL;

    ck_assert_ptr_null(bh_value_from_words(type_of("hex"), words, &error));
    assert_usage(error, "\"4\" is not bytes in hexadecimal, two digits each");
}
END_TEST

/* Transactions */

static GPtrArray *
parse_steps(const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);

    return bh_transact_steps_new(words, error);
}

/* Dictionaries have no order. */
static void
assert_step(GVariant *sent, GVariant *expected, gsize i)
{
    g_autoptr(GVariant) a = NULL, b = NULL;
    const char *verb_a = NULL, *verb_b = NULL, *key = NULL;
    GVariantIter iter;
    GVariant *wanted = NULL;

    g_variant_get_child(sent, i, "(&s@a{sv})", &verb_a, &a);
    g_variant_get_child(expected, i, "(&s@a{sv})", &verb_b, &b);
    ck_assert_str_eq(verb_a, verb_b);
    ck_assert_uint_eq(g_variant_n_children(a), g_variant_n_children(b));
    g_variant_iter_init(&iter, b);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &wanted)) {
        g_autoptr(GVariant) value = g_variant_lookup_value(a, key, NULL);

        ck_assert_msg(value && g_variant_equal(value, wanted), "step %zu: %s", i, key);
    }
}

START_TEST(steps_are_what_blehubd_takes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) steps =
        parse_steps("read 180f 2a19 as=u8 instance=1 -- write - 2a06 response=no as=u16le 1 2 -- "
                    "read 180a 2a29 descriptor=2901 -- mtu -- pair passkey=123456 confirm=yes",
                    &error);
    g_autoptr(GVariant) sent = NULL, expected = NULL;

    ck_assert_msg(steps != NULL, "%s", error ? error->message : "");
    sent = g_variant_ref_sink(bh_transact_steps_to_variant(steps));
    expected = g_variant_ref_sink(g_variant_new_parsed(
        "[('read', {'Service': <'180f'>, 'Characteristic': <'2a19'>, 'Instance': <uint32 1>}),"
        " ('write', {'Service': <''>, 'Characteristic': <'2a06'>, 'Response': <false>,"
        "  'Value': <@ay [1, 0, 2, 0]>}),"
        " ('read', {'Service': <'180a'>, 'Characteristic': <'2a29'>, 'Descriptor': <'2901'>}),"
        " ('mtu', {}),"
        " ('pair', {'Passkey': <uint32 123456>, 'Confirm': <true>})]"));
    ck_assert_uint_eq(g_variant_n_children(sent), g_variant_n_children(expected));
    for (gsize i = 0; i < g_variant_n_children(sent); i++)
        assert_step(sent, expected, i);
}
END_TEST

static const struct {
    const char *steps;
    const char *message;
} mistakes[] = {
    {"", "step 1: there is nothing to do"},
    {"erase 180f 2a19", "step 1: \"erase\" is no verb of a transaction"},
    {"mtu --", "step 2: there is nothing to do"},
    {"mtu -- read 180f", "step 2: read takes SERVICE CHARACTERISTIC"},
    {"read 180f 2a1", "step 1: \"2a1\" is not a UUID, as 180d or in the long form"},
    {"read 180f 2a19 05", "step 1: \"05\" is too much for read"},
    {"write 180f 2a19", "step 1: write takes a value"},
    {"write 180f 2a19 as=u8 256", "step 1: \"256\" is no number of type u8"},
    {"read 180f 2a19 instance=one", "step 1: instance is a number, not \"one\""},
    {"write 180f 2a19 response=maybe 05", "step 1: yes or no, not \"maybe\""},
};

START_TEST(mistake_in_a_step_says_which)
{
    GError *error = NULL;

    ck_assert_ptr_null(parse_steps(mistakes[_i].steps, &error));
    assert_usage(error, mistakes[_i].message);
}
END_TEST

START_TEST(results_of_steps_are_lines)
{
    g_autoptr(GPtrArray) steps = parse_steps("read 180f 2a19 as=u8 -- mtu -- find 180f 2a19", NULL);
    g_autoptr(GVariant) read = g_variant_ref_sink(g_variant_new_parsed("{'Value': <@ay [100]>}"));
    g_autoptr(GVariant) mtu = g_variant_ref_sink(g_variant_new_parsed("{'MTU': <uint16 247>}"));
    g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new_parsed("@a{sv} {}"));

    ck_assert_ptr_nonnull(steps);
    ctl_assert_text(bh_transact_result_text(steps->pdata[0], read), "read 180f 2a19: 100");
    ctl_assert_text(bh_transact_result_json(steps->pdata[0], read),
                    "{\"Value\":\"64\",\"Verb\":\"read\",\"Decoded\":100}");
    ctl_assert_text(bh_transact_result_text(steps->pdata[1], mtu), "mtu: 247");
    ctl_assert_text(bh_transact_result_json(steps->pdata[1], mtu),
                    "{\"MTU\":247,\"Verb\":\"mtu\"}");
    ctl_assert_text(bh_transact_result_text(steps->pdata[2], none), "find 180f 2a19");
}
END_TEST

/* Trees */

START_TEST(tree_shows_names_flags_and_values)
{
    g_autoptr(GVariant) services = g_variant_ref_sink(g_variant_new_parsed(
        "[{'UUID': <'0000180a-0000-1000-8000-00805f9b34fb'>, 'Name': <'Device Information'>,"
        "  'Primary': <true>, 'Characteristics': <["
        "   {'UUID': <'00002a29-0000-1000-8000-00805f9b34fb'>, 'Name': <'Manufacturer Name'>,"
        "    'Flags': <['read']>, 'Value': <b'Acme'>, 'Instance': <uint32 0>},"
        "   {'UUID': <'00002a29-0000-1000-8000-00805f9b34fb'>, 'Instance': <uint32 1>,"
        "    'Flags': <['read', 'notify']>, 'ValueError': <'0x05 \\u001bInsufficient'>,"
        "    'Descriptors': <[{'UUID': <'00002902-0000-1000-8000-00805f9b34fb'>,"
        "      'Name': <'Client Characteristic Configuration'>}]>}]>},"
        " {'UUID': <'12345678-1234-5678-1234-56789abcdef0'>, 'Primary': <false>,"
        "  'Characteristics': <[{'UUID': <'12345678-1234-5678-1234-56789abcdef1'>,"
        "    'Flags': <@as []>, 'Value': <@ay []>}]>}]"));

    ctl_assert_text(bh_explore_text(services),
                    "180a Device Information\n"
                    "  2a29 Manufacturer Name [read] = 41636d6500\n"
                    "  2a29 (instance 1) [read, notify] = (0x05 \xef\xbf\xbdInsufficient)\n"
                    "    2902 Client Characteristic Configuration\n"
                    "12345678-1234-5678-1234-56789abcdef0 (secondary)\n"
                    "  12345678-1234-5678-1234-56789abcdef1 = (empty)\n");
}
END_TEST

START_TEST(value_that_is_text_is_shown_as_text_too)
{
    g_autoptr(GVariant) services = g_variant_ref_sink(g_variant_new_parsed(
        "[{'UUID': <'180a'>, 'Characteristics': <[{'UUID': <'2a29'>, 'Flags': <['read']>,"
        "  'Value': <[byte 0x41, 0x63, 0x6d, 0x65]>}]>}]"));
    g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new_parsed("@aa{sv} []"));

    ctl_assert_text(bh_explore_text(services), "180a\n  2a29 [read] = 41636d65 \"Acme\"\n");
    ctl_assert_text(bh_explore_text(none), "no services\n");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("blehubctl-values");
    TCase *tests = tcase_create("values");

    tcase_add_test(tests, unknown_type_is_refused_and_all_are_named);
    tcase_add_loop_test(tests, value_is_printed_as_its_type_has_it, 0, G_N_ELEMENTS(printed));
    tcase_add_loop_test(tests, words_are_written_as_their_type_has_them, 0, G_N_ELEMENTS(written));
    tcase_add_loop_test(tests, word_that_does_not_fit_is_refused, 0, G_N_ELEMENTS(misfits));
    tcase_add_test(tests, hex_with_half_a_byte_is_refused);
    tcase_add_test(tests, steps_are_what_blehubd_takes);
    tcase_add_loop_test(tests, mistake_in_a_step_says_which, 0, G_N_ELEMENTS(mistakes));
    tcase_add_test(tests, results_of_steps_are_lines);
    tcase_add_test(tests, tree_shows_names_flags_and_values);
    tcase_add_test(tests, value_that_is_text_is_shown_as_text_too);
    suite_add_tcase(suite, tests);
    return bh_test_run_suite(suite);
}
