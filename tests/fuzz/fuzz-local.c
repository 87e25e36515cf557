/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Arguments of the peripheral role's methods: the first byte says which method, the rest is its
 * dictionary as the bytes of a GVariant. What is accepted must be within what the documentation
 * allows; what is refused must say which key.
 */
#include "bh-error.h"
#include "bh-local-options.h"
#include "fuzz.h"

#include <string.h>

static void
check_error(gboolean good, const GError *error)
{
    g_assert_true(good == (error == NULL));
    if (good)
        return;
    g_assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    g_assert_nonnull(strstr(error->message, ": "));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void
check_life(const BhLifetimeOptions *options)
{
    g_assert_true(options->lifetime == BH_LIFETIME_CALLER ||
                  options->lifetime == BH_LIFETIME_LEASE);
    g_assert_true(options->lease_ms >= 1000 && options->lease_ms <= BH_DAY_MS);
}

/* What is told to be in force can be given again, and means the same. */
static void
check_told(const BhApplicationOptions *options)
{
    g_auto(BhApplicationOptions) again = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) told = g_variant_ref_sink(bh_application_options_to_variant(options));
    g_autoptr(GVariant) told_again = NULL;

    bh_application_options_parse(told, 60000, &again, &error);
    g_assert_no_error(error);
    told_again = g_variant_ref_sink(bh_application_options_to_variant(&again));
    g_assert_true(g_variant_equal(told, told_again));
}

static void
parse_application(GVariant *dict)
{
    g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new("aa{sv}", NULL));
    g_auto(BhApplicationOptions) options = {0};
    g_autoptr(BhApplicationDefinition) definition = NULL;
    g_autoptr(GError) error = NULL;
    gboolean good = bh_application_options_parse(dict, 60000, &options, &error);

    check_error(good, error);
    if (!good)
        return;
    check_life(&options.life);
    g_assert_true(options.queue >= 1 && options.queue <= 65536);
    g_assert_true(options.read_ms >= 1 && options.read_ms <= 20000);
    check_told(&options);
    definition = bh_application_options_make_definition(&options, none, &error);
    check_error(definition != NULL, error);
}

/* Nothing is lost between the two halves. */
static void
parse_advertise(GVariant *dict)
{
    g_auto(BhAdvertiseOptions) options = {0};
    g_autoptr(GVariant) rest = NULL;
    g_autoptr(GError) error = NULL;
    gboolean good = bh_advertise_options_parse(dict, 60000, &options, &rest, &error);

    check_error(good, error);
    g_assert_true(good == (rest != NULL));
    if (!good)
        return;
    check_life(&options.life);
    g_assert_true(g_variant_n_children(rest) <= g_variant_n_children(dict));
}

static void
parse_radio(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhRadioOptions options;
    gboolean good = bh_radio_off_options_parse(dict, &options, &error);

    check_error(good, error);
    g_assert_true(!good || (options.timeout_ms >= 1 && options.timeout_ms <= BH_DAY_MS));
}

static void
parse_answer(GVariant *dict)
{
    g_auto(BhReadAnswerOptions) options = {0};
    g_autoptr(GError) error = NULL;
    gboolean good = bh_read_answer_options_parse(dict, &options, &error);

    check_error(good, error);
    g_assert_true(!good || (options.status >= 0 && options.status <= G_MAXUINT8));
}

static void
parse_central(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhCentralOptions options;
    gboolean good = bh_central_options_parse(dict, &options, &error);

    check_error(good, error);
}

static void
parse_attribute(GVariant *dict, BhAttributeOptionsFor what)
{
    g_auto(BhAttributeOptions) options = {0};
    g_autoptr(GBytes) value = NULL;
    g_autoptr(GError) error = NULL;
    BhGattName name;
    gboolean good = bh_attribute_options_parse(dict, what, "", "2a37", &options, &name, &error);

    check_error(good, error);
    if (!good)
        return;
    g_assert_true(options.timeout_ms >= 1 && options.timeout_ms <= BH_DAY_MS);
    g_assert_true(options.instance >= 0 && options.instance <= G_MAXUINT16);
    good = bh_attribute_options_dup_value(&options, &value, &error);
    check_error(good, error);
    g_assert_true(value == NULL || g_bytes_get_size(value) <= BH_GATT_VALUE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const parsers[])(
        GVariant *
        dict) = {parse_application, parse_advertise, parse_radio, parse_answer, parse_central};
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GVariant) dict = NULL;

    if (size == 0)
        return 0;
    bytes = g_bytes_new(data + 1, size - 1);
    dict = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE));
    if (data[0] < G_N_ELEMENTS(parsers))
        parsers[data[0]](dict);
    else
        parse_attribute(dict, (data[0] - G_N_ELEMENTS(parsers)) % BH_N_ATTRIBUTE_OPTIONS);
    return 0;
}
