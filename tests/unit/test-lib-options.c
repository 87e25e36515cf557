/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Option dictionaries as GVariant text: the ones that must be refused, with the very message, then
 * the ones that must be understood.
 */
#include "bh-error.h"
#include "bh-options.h"
#include "test-main.h"

typedef struct {
    gboolean active;
    gint64 rssi;
    gboolean has_rssi;
    double alpha;
    char *name;
    char **uuids;
    GArray *ids;
    gint report;
    gint64 wide;
    GBytes *value;
} Values;

static const char *const reports[] = {"changes", "all", "first", NULL};

#define FIELD(name) G_STRUCT_OFFSET(Values, name)

static const BhOptionSpec specs[] = {
    {"Active", BH_OPTION_BOOL, FIELD(active), BH_OPTION_NO_PRESENT},
    {"RSSI", BH_OPTION_INT, FIELD(rssi), FIELD(has_rssi), -127, 20},
    {"Alpha", BH_OPTION_DOUBLE, FIELD(alpha), BH_OPTION_NO_PRESENT, 0, 1},
    {"Share", BH_OPTION_DOUBLE, FIELD(alpha), BH_OPTION_NO_PRESENT, 0, 1, .least = 0.001},
    {"Signed", BH_OPTION_DOUBLE, FIELD(alpha), BH_OPTION_NO_PRESENT, -5, 5},
    {"Window", BH_OPTION_INT, FIELD(wide), BH_OPTION_NO_PRESENT, 2, 15, .or_zero = TRUE},
    {"Many", BH_OPTION_INT, FIELD(wide), BH_OPTION_NO_PRESENT, 1, 0},
    {"Name", BH_OPTION_STRING, FIELD(name), BH_OPTION_NO_PRESENT},
    {"UUIDs", BH_OPTION_STRINGS, FIELD(uuids), BH_OPTION_NO_PRESENT},
    {"ManufacturerIds", BH_OPTION_UINT16S, FIELD(ids), BH_OPTION_NO_PRESENT},
    {"Report", BH_OPTION_CHOICE, FIELD(report), BH_OPTION_NO_PRESENT, .choices = reports},
    {"Wide", BH_OPTION_INT, FIELD(wide), BH_OPTION_NO_PRESENT, G_MININT64, G_MAXINT64},
    {"Value", BH_OPTION_BYTES, FIELD(value), BH_OPTION_NO_PRESENT, 0, 4},
    {NULL},
};

static GVariant *
dict_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *dict = g_variant_parse(NULL, text, NULL, NULL, &error);
    ck_assert_msg(dict != NULL, "%s: %s", text, error != NULL ? error->message : "");
    return dict;
}

/* The values as text, so that one comparison tells all. */
static char *
values_text(const Values *values)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%d %d", values->active, (int)values->rssi);
    g_string_append(text, values->has_rssi ? "!" : "");
    g_string_append_printf(text, " %g %s [", values->alpha, values->name);
    for (gsize i = 0; values->uuids != NULL && values->uuids[i] != NULL; i++)
        g_string_append_printf(text, "%s,", values->uuids[i]);
    g_string_append(text, "] [");
    for (guint i = 0; values->ids != NULL && i < values->ids->len; i++)
        g_string_append_printf(text, "%u,", g_array_index(values->ids, guint16, i));
    g_string_append_printf(text, "] %d", values->report);
    return g_string_free(text, FALSE);
}

START_TEST(wrong_options_are_refused_with_the_key_first)
{
    static const struct {
        const char *dict;
        const char *message;
    } cases[] = {
        {"'text'", "Options: must be a{sv}"},
        {"@a{ss} {}", "Options: must be a{sv}"},
        {"{'Foo': <1>}", "Foo: unknown option"},
        {"{'': <1>}", ": unknown option"},
        {"{'rssi': <1>}", "rssi: unknown option"},
        {"{'Value': <'00'>}", "Value: must be an array of bytes"},
        {"{'Value': <[1, 2]>}", "Value: must be an array of bytes"},
        {"{'Value': <[byte 1, 2, 3, 4, 5]>}", "Value: more than 4 bytes"},
        {"{'Active': <1>}", "Active: must be a boolean"},
        {"{'Active': <'true'>}", "Active: must be a boolean"},
        {"{'RSSI': <'-70'>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <true>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <handle 1>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <-70.5>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <1e300>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <nan>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <inf>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <[1]>}", "RSSI: must be an integer from -127 to 20"},
        {"{'RSSI': <-128>}", "RSSI: must be from -127 to 20"},
        {"{'RSSI': <21>}", "RSSI: must be from -127 to 20"},
        {"{'RSSI': <uint64 18446744073709551615>}", "RSSI: must be an integer from -127 to 20"},
        {"{'Wide': <uint64 9223372036854775808>}",
         "Wide: must be an integer from -9223372036854775808 to 9223372036854775807"},
        {"{'Wide': <9223372036854775808.0>}",
         "Wide: must be an integer from -9223372036854775808 to 9223372036854775807"},
        {"{'Alpha': <1.5>}", "Alpha: must be from 0 to 1"},
        {"{'Alpha': <2>}", "Alpha: must be from 0 to 1"},
        {"{'Alpha': <nan>}", "Alpha: must be from 0 to 1"},
        {"{'Alpha': <-inf>}", "Alpha: must be from 0 to 1"},
        {"{'Alpha': <'1'>}", "Alpha: must be a number from 0 to 1"},
        {"{'Share': <0.0009>}", "Share: must be from 0.001 to 1"},
        {"{'Share': <1.1>}", "Share: must be from 0.001 to 1"},
        {"{'Share': <'1'>}", "Share: must be a number from 0.001 to 1"},
        {"{'Signed': <-5.5>}", "Signed: must be from -5 to 5"},
        {"{'Window': <1>}", "Window: must be from 2 to 15, or 0"},
        {"{'Window': <-1>}", "Window: must be from 2 to 15, or 0"},
        {"{'Window': <16>}", "Window: must be from 2 to 15, or 0"},
        {"{'Window': <2.5>}", "Window: must be an integer from 2 to 15, or 0"},
        {"{'Many': <0>}", "Many: must be at least 1"},
        {"{'Many': <'1'>}", "Many: must be an integer at least 1"},
        {"{'Name': <1>}", "Name: must be a string"},
        {"{'Name': <['a']>}", "Name: must be a string"},
        {"{'Name': <objectpath '/a'>}", "Name: must be a string"},
        {"{'UUIDs': <1>}", "UUIDs: must be a list of strings"},
        {"{'UUIDs': <[1]>}", "UUIDs: must be a list of strings"},
        {"{'UUIDs': <@ai []>}", "UUIDs: must be a list of strings"},
        {"{'UUIDs': <[['180d']]>}", "UUIDs: must be a list of strings"},
        {"{'UUIDs': <[<'180d'>, <1>]>}", "UUIDs: must be a list of strings"},
        {"{'ManufacturerIds': <'76'>}", "ManufacturerIds: must be a list of integers"},
        {"{'ManufacturerIds': <['76']>}", "ManufacturerIds: must be a list of integers"},
        {"{'ManufacturerIds': <[76.5]>}", "ManufacturerIds: must be a list of integers"},
        {"{'ManufacturerIds': <[76, -1]>}", "ManufacturerIds: must be from 0 to 65535"},
        {"{'ManufacturerIds': <65536>}", "ManufacturerIds: must be from 0 to 65535"},
        {"{'Report': <'All'>}", "Report: must be one of changes, all, first"},
        {"{'Report': <1>}", "Report: must be a string"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Values values = {.rssi = 7};
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) dict = dict_of(cases[i].dict);
        ck_assert_msg(!bh_options_parse(dict, specs, &values, &error), "%s", cases[i].dict);
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_str_eq(error->message, cases[i].message);

        g_autofree char *text = values_text(&values);
        ck_assert_str_eq(text, "0 7 0 (null) [] [] 0");
        ck_assert(!bh_options_parse(dict, specs, &values, NULL));
    }
}
END_TEST

START_TEST(understood_options_are_in_the_struct)
{
    static const struct {
        const char *dict;
        const char *values;
    } cases[] = {
        {"@a{sv} {}", "0 7 0 (null) [] [] 0"},
        {"{'Active': <true>}", "1 7 0 (null) [] [] 0"},
        {"{'RSSI': <byte 0x05>}", "0 5! 0 (null) [] [] 0"},
        {"{'RSSI': <int16 -70>}", "0 -70! 0 (null) [] [] 0"},
        {"{'RSSI': <uint16 5>}", "0 5! 0 (null) [] [] 0"},
        {"{'RSSI': <-127>}", "0 -127! 0 (null) [] [] 0"},
        {"{'RSSI': <uint32 20>}", "0 20! 0 (null) [] [] 0"},
        {"{'RSSI': <int64 -70>}", "0 -70! 0 (null) [] [] 0"},
        {"{'RSSI': <uint64 5>}", "0 5! 0 (null) [] [] 0"},
        {"{'RSSI': <-70.0>}", "0 -70! 0 (null) [] [] 0"},
        {"{'RSSI': <7>}", "0 7! 0 (null) [] [] 0"}, /* the default, but said */
        {"{'RSSI': <<<-70>>>}", "0 -70! 0 (null) [] [] 0"},
        {"{'RSSI': <-70>, 'RSSI': <-60>}", "0 -60! 0 (null) [] [] 0"},
        {"{'Alpha': <0.5>}", "0 7 0.5 (null) [] [] 0"},
        {"{'Alpha': <1>}", "0 7 1 (null) [] [] 0"},
        {"{'Share': <0.001>}", "0 7 0.001 (null) [] [] 0"},
        {"{'Signed': <-5>}", "0 7 -5 (null) [] [] 0"},
        {"{'Name': <''>}", "0 7 0  [] [] 0"},
        {"{'Name': <'a'>, 'Name': <'b'>}", "0 7 0 b [] [] 0"},
        {"{'UUIDs': <['180d', '180f']>}", "0 7 0 (null) [180d,180f,] [] 0"},
        {"{'UUIDs': <'180d'>}", "0 7 0 (null) [180d,] [] 0"},
        {"{'UUIDs': <[<'180d'>, <'180f'>]>}", "0 7 0 (null) [180d,180f,] [] 0"},
        {"{'UUIDs': <['180d']>, 'UUIDs': <@as []>}", "0 7 0 (null) [] [] 0"},
        {"{'ManufacturerIds': <[uint16 76, 65535]>}", "0 7 0 (null) [] [76,65535,] 0"},
        {"{'ManufacturerIds': <[76.0]>}", "0 7 0 (null) [] [76,] 0"},
        {"{'ManufacturerIds': <76>}", "0 7 0 (null) [] [76,] 0"},
        {"{'ManufacturerIds': <@av [<76>, <byte 0x01>]>}", "0 7 0 (null) [] [76,1,] 0"},
        {"{'ManufacturerIds': <76>, 'ManufacturerIds': <77>}", "0 7 0 (null) [] [77,] 0"},
        {"{'Report': <'first'>, 'Active': <true>}", "1 7 0 (null) [] [] 2"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Values values = {.rssi = 7};
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) dict = dict_of(cases[i].dict);
        ck_assert_msg(bh_options_parse(dict, specs, &values, &error), "%s", cases[i].dict);
        ck_assert_ptr_null(error);

        g_autofree char *text = values_text(&values);
        ck_assert_str_eq(text, cases[i].values);
        bh_options_clear(specs, &values);
    }
}
END_TEST

START_TEST(integers_may_have_a_zero_of_their_own_or_no_end)
{
    static const struct {
        const char *dict;
        gint64 wide;
    } cases[] = {
        {"{'Window': <0>}", 0},
        {"{'Window': <2>}", 2},
        {"{'Window': <15>}", 15},
        {"{'Many': <1>}", 1},
        {"{'Many': <int64 9223372036854775807>}", G_MAXINT64},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) dict = dict_of(cases[i].dict);
        Values values = {.wide = 7};

        ck_assert_msg(bh_options_parse(dict, specs, &values, NULL), "%s", cases[i].dict);
        ck_assert_int_eq(values.wide, cases[i].wide);
    }
}
END_TEST

START_TEST(bytes_are_kept_with_their_zeros)
{
    g_autoptr(GVariant) dict = dict_of("{'Value': <[byte 0, 255, 0]>}");
    Values values = {0};

    ck_assert(bh_options_parse(dict, specs, &values, NULL));
    ck_assert_uint_eq(g_bytes_get_size(values.value), 3);
    ck_assert_mem_eq(g_bytes_get_data(values.value, NULL), "\x00\xff\x00", 3);
    bh_options_clear(specs, &values);
    ck_assert_ptr_null(values.value);
}
END_TEST

START_TEST(widest_integers_are_kept)
{
    Values values = {0};
    g_autoptr(GVariant) least = dict_of("{'Wide': <int64 -9223372036854775808>}");
    g_autoptr(GVariant) most = dict_of("{'Wide': <uint64 9223372036854775807>}");

    ck_assert(bh_options_parse(least, specs, &values, NULL));
    ck_assert_int_eq(values.wide, G_MININT64);
    ck_assert(bh_options_parse(most, specs, &values, NULL));
    ck_assert_int_eq(values.wide, G_MAXINT64);
}
END_TEST

START_TEST(error_after_good_keys_can_be_cleared)
{
    Values values = {0};
    g_autoptr(GVariant) dict =
        dict_of("{'Name': <'a'>, 'UUIDs': <['b']>, 'ManufacturerIds': <[1]>, 'Foo': <1>}");

    ck_assert(!bh_options_parse(dict, specs, &values, NULL));
    bh_options_clear(specs, &values);
    ck_assert_ptr_null(values.name);
    ck_assert_ptr_null(values.uuids);
    ck_assert_ptr_null(values.ids);
    bh_options_clear(specs, &values);
}
END_TEST

START_TEST(refused_value_leaves_the_earlier_one)
{
    Values values = {.rssi = 7};
    g_autoptr(GVariant) good =
        dict_of("{'Name': <'a'>, 'UUIDs': <['b']>, 'ManufacturerIds': <[1]>}");
    static const char *const bad[] = {
        "{'Name': <1>}",
        "{'UUIDs': <[<'c'>, <1>]>}",
        "{'ManufacturerIds': <[2, 65536]>}",
    };

    ck_assert(bh_options_parse(good, specs, &values, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) dict = dict_of(bad[i]);
        ck_assert(!bh_options_parse(dict, specs, &values, NULL));
        g_autofree char *text = values_text(&values);
        ck_assert_str_eq(text, "0 7 0 a [b,] [1,] 0");
    }
    bh_options_clear(specs, &values);
}
END_TEST

/* {key: array of n equal elements} */
static GVariant *
list_dict(const char *key, const char *element, gsize n)
{
    g_autoptr(GVariant) value = dict_of(element);
    g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("av"));
    GVariantDict dict;

    for (gsize i = 0; i < n; i++)
        g_variant_builder_add(&list, "v", value);
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert_value(&dict, key, g_variant_builder_end(&list));
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

START_TEST(lists_hold_at_most_64_values)
{
    static const struct {
        const char *key;
        const char *element;
        const char *message;
    } cases[] = {
        {"UUIDs", "'180d'", "UUIDs: more than 64 values"},
        {"ManufacturerIds", "76", "ManufacturerIds: more than 64 values"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Values values = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) full = list_dict(cases[i].key, cases[i].element, 64);
        g_autoptr(GVariant) over = list_dict(cases[i].key, cases[i].element, 65);
        g_autoptr(GVariant) huge = list_dict(cases[i].key, cases[i].element, 100000);
        ck_assert(bh_options_parse(full, specs, &values, NULL));
        ck_assert(!bh_options_parse(over, specs, &values, &error));
        ck_assert_str_eq(error->message, cases[i].message);
        ck_assert(!bh_options_parse(huge, specs, &values, NULL));
        bh_options_clear(specs, &values);
    }
}
END_TEST

START_TEST(strings_hold_at_most_1024_bytes)
{
    g_autofree char *full = g_strnfill(1024, 'a');
    g_autofree char *over = g_strnfill(1025, 'a');
    static const char *const keys[] = {"Name", "UUIDs", "Report"};
    static const gboolean takes_full[] = {TRUE, TRUE, FALSE};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        Values values = {0};
        g_autoptr(GError) error = NULL;
        ck_assert_int_eq(bh_options_parse_text(keys[i], full, specs, &values, NULL), takes_full[i]);
        ck_assert(!bh_options_parse_text(keys[i], over, specs, &values, &error));
        g_autofree char *message = g_strconcat(keys[i], ": more than 1024 bytes of text", NULL);
        ck_assert_str_eq(error->message, message);
        bh_options_clear(specs, &values);
    }
}
END_TEST

START_TEST(a_string_may_have_a_bound_of_its_own)
{
    static const BhOptionSpec long_specs[] = {
        {"Name", BH_OPTION_STRING, FIELD(name), BH_OPTION_NO_PRESENT, 0, 2000},
        {NULL},
    };
    g_autofree char *full = g_strnfill(2000, 'a');
    g_autofree char *over = g_strnfill(2001, 'a');
    g_autoptr(GVariant) good = g_variant_ref_sink(g_variant_new_parsed("{'Name': <%s>}", full));
    g_autoptr(GVariant) bad = g_variant_ref_sink(g_variant_new_parsed("{'Name': <%s>}", over));
    g_autoptr(GError) error = NULL;
    Values values = {0};

    ck_assert(bh_options_parse(good, long_specs, &values, NULL));
    ck_assert_str_eq(values.name, full);
    ck_assert(!bh_options_parse(bad, long_specs, &values, &error));
    ck_assert_str_eq(error->message, "Name: more than 2000 bytes of text");
    bh_options_clear(long_specs, &values);
}
END_TEST

START_TEST(dictionaries_hold_at_most_256_entries)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    Values values = {0};
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 257; i++)
        g_variant_builder_add(&builder, "{sv}", "Active", g_variant_new_boolean(TRUE));
    g_autoptr(GVariant) dict = g_variant_ref_sink(g_variant_builder_end(&builder));
    ck_assert(!bh_options_parse(dict, specs, &values, &error));
    ck_assert_str_eq(error->message, "Options: more than 256 entries");
    ck_assert(!values.active);
}
END_TEST

START_TEST(wrong_text_is_refused_with_the_key_first)
{
    static const struct {
        const char *key;
        const char *text;
        const char *message;
    } cases[] = {
        {"Foo", "1", "Foo: unknown option"},
        {"Foo\xff", "1", "Options: keys must be UTF-8"},
        {"Name", "a\xff", "Name: must be UTF-8"},
        {"Active", "", "Active: must be true or false"},
        {"Active", "TRUE", "Active: must be true or false"},
        {"RSSI", "", "RSSI: must be an integer"},
        {"RSSI", "-70 dBm", "RSSI: must be an integer"},
        {"RSSI", "-70.0", "RSSI: must be an integer"},
        {"RSSI", "0x", "RSSI: must be an integer"},
        {"RSSI", "99999999999999999999", "RSSI: must be an integer"},
        {"RSSI", "21", "RSSI: must be from -127 to 20"},
        {"Alpha", "", "Alpha: must be a number"},
        {"Alpha", "0,5", "Alpha: must be a number"},
        {"Alpha", "nan", "Alpha: must be from 0 to 1"},
        {"ManufacturerIds", "76;x", "ManufacturerIds: must be an integer"},
        {"ManufacturerIds", "65536", "ManufacturerIds: must be from 0 to 65535"},
        {"Report", "none", "Report: must be one of changes, all, first"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Values values = {.rssi = 7};
        g_autoptr(GError) error = NULL;
        ck_assert(!bh_options_parse_text(cases[i].key, cases[i].text, specs, &values, &error));
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_str_eq(error->message, cases[i].message);
        g_autofree char *text = values_text(&values);
        ck_assert_str_eq(text, "0 7 0 (null) [] [] 0");
    }
}
END_TEST

START_TEST(text_is_understood_as_the_configuration_writes_it)
{
    static const struct {
        const char *key;
        const char *text;
        const char *values;
    } cases[] = {
        {"Active", "true", "1 7 0 (null) [] [] 0"},
        {"Active", "yes", "1 7 0 (null) [] [] 0"},
        {"Active", "no", "0 7 0 (null) [] [] 0"},
        {"RSSI", "-70", "0 -70! 0 (null) [] [] 0"},
        {"RSSI", "0x10", "0 16! 0 (null) [] [] 0"},
        {"Alpha", "0.25", "0 7 0.25 (null) [] [] 0"},
        {"Alpha", "1", "0 7 1 (null) [] [] 0"},
        {"Name", "a; b", "0 7 0 a; b [] [] 0"},
        {"Name", "", "0 7 0  [] [] 0"},
        {"UUIDs", "180d; 180f;", "0 7 0 (null) [180d,180f,] [] 0"},
        {"UUIDs", "", "0 7 0 (null) [] [] 0"},
        {"UUIDs", " ; ;", "0 7 0 (null) [] [] 0"},
        {"ManufacturerIds", "0x004C;89", "0 7 0 (null) [] [76,89,] 0"},
        {"Report", "all", "0 7 0 (null) [] [] 1"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Values values = {.rssi = 7};
        g_autoptr(GError) error = NULL;
        gboolean ok = bh_options_parse_text(cases[i].key, cases[i].text, specs, &values, &error);
        ck_assert_msg(ok, "%s=%s: %s", cases[i].key, cases[i].text, ok ? "" : error->message);
        g_autofree char *text = values_text(&values);
        ck_assert_str_eq(text, cases[i].values);
        bh_options_clear(specs, &values);
    }
}
END_TEST

BH_TEST_MAIN("lib-options",
             wrong_options_are_refused_with_the_key_first,
             understood_options_are_in_the_struct,
             integers_may_have_a_zero_of_their_own_or_no_end,
             bytes_are_kept_with_their_zeros,
             widest_integers_are_kept,
             error_after_good_keys_can_be_cleared,
             refused_value_leaves_the_earlier_one,
             lists_hold_at_most_64_values,
             strings_hold_at_most_1024_bytes,
             a_string_may_have_a_bound_of_its_own,
             dictionaries_hold_at_most_256_entries,
             wrong_text_is_refused_with_the_key_first,
             text_is_understood_as_the_configuration_writes_it)
