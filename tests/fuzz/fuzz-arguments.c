/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Arguments of the methods of the central role and of watches: the first byte says which method,
 * the rest is its dictionary, or the steps of a transaction, as the bytes of a GVariant. What is
 * accepted must be within what the documentation allows; what is refused must say which key.
 */
#include "bh-error.h"
#include "bh-gatt-options.h"
#include "bh-link-options.h"
#include "bh-median.h"
#include "bh-step.h"
#include "bh-watch-options.h"
#include "fuzz.h"

#include <string.h>

#define HOUR_MS 3600000

static const BhLifetimeOptions life = {BH_LIFETIME_CALLER, 60000};

static const BhExportDefaults defaults = {
    .lease_ms = 60000,
    .link = {.timeout_ms = 10000,
             .backoff_initial_ms = 5000,
             .backoff_max_ms = 60000,
             .reconnect_scan = TRUE},
    .connect_many_ms = 30000,
    .operation_ms = 1000,
    .services_ms = 10000,
    .transact_ms = 10000,
    .pair_ms = 20000,
    .queue = 1,
    .watch = {.alpha = 0.3,
              .rssi = BH_WATCH_NO_FLOOR,
              .immediate_dbm = -55,
              .near_dbm = -70,
              .min_samples = 3,
              .lost_ms = 60000,
              .exponent = 2.5,
              .switch_db = 6},
};

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
check_timeout(gint64 timeout_ms, gint64 least)
{
    g_assert_true(timeout_ms >= least && timeout_ms <= BH_DAY_MS);
}

static void
check_life(const BhLifetimeOptions *options)
{
    g_assert_true(options->lifetime == BH_LIFETIME_CALLER ||
                  options->lifetime == BH_LIFETIME_LEASE);
    check_timeout(options->lease_ms, 1000);
}

/* Links */

static void
check_backoff(const BhLinkOptions *options)
{
    g_assert_true(options->backoff_initial_ms >= 100);
    g_assert_true(options->backoff_initial_ms <= options->backoff_max_ms);
    g_assert_true(options->backoff_max_ms <= HOUR_MS);
    g_assert_true(options->linger_ms >= 0 && options->linger_ms <= HOUR_MS);
    check_timeout(options->stable_ms, 0);
}

/* What is told to be in force can be given again, and means the same. */
static void
check_told(const BhLinkOptions *options)
{
    g_auto(BhLinkOptions) again = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) told = g_variant_ref_sink(bh_link_options_to_variant(options));
    g_autoptr(GVariant) told_again = NULL;

    bh_link_options_parse(told, &defaults.link, &life, &again, &error);
    g_assert_no_error(error);
    told_again = g_variant_ref_sink(bh_link_options_to_variant(&again));
    g_assert_true(g_variant_equal(told, told_again));
}

static void
parse_link(GVariant *dict)
{
    g_auto(BhLinkOptions) options = {0};
    g_autoptr(GError) error = NULL;
    gboolean good = bh_link_options_parse(dict, &defaults.link, &life, &options, &error);

    check_error(good, error);
    if (!good)
        return;
    check_timeout(options.timeout_ms, 1);
    check_life(&options.life);
    check_backoff(&options);
    check_told(&options);
}

static void
parse_many(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhManyOptions options;
    gboolean good = bh_many_options_parse(dict, &defaults, &options, &error);

    check_error(good, error);
    if (good) {
        check_timeout(options.timeout_ms, 1);
        check_life(&options.life);
    }
}

static void
parse_parameters(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhLinkParameters parameters = {0};
    gboolean good = bh_parameter_options_parse(dict, &parameters, &error);

    check_error(good, error);
    if (!good)
        return;
    g_assert_true((parameters.min_interval_us == 0) == (parameters.max_interval_us == 0));
    g_assert_true(parameters.min_interval_us <= parameters.max_interval_us);
    g_assert_true(parameters.max_interval_us <= 4000000 && parameters.latency <= 499);
    g_assert_true(parameters.supervision_ms <= 32000);
}

/* Operations */

static void
parse_operation(GVariant *dict, BhGattOptionsFor what)
{
    g_auto(BhGattOptions) options = {0};
    g_autoptr(GError) error = NULL;
    gboolean good = bh_gatt_options_parse(dict, what, &defaults, &options, &error);
    g_autoptr(GBytes) value = NULL;

    check_error(good, error);
    if (!good)
        return;
    check_timeout(options.timeout_ms, 1);
    check_life(&options.life);
    g_assert_true(options.instance >= 0 && options.instance <= G_MAXUINT16);
    g_assert_true(options.offset >= 0 && options.offset <= BH_GATT_VALUE_MAX);
    g_assert_true(options.queue >= 1 && options.queue <= 65536);
    value = bh_gatt_value_choose(options.value, options.hex, &error);
    check_error(value != NULL, error);
    g_assert_true(value == NULL || g_bytes_get_size(value) <= BH_GATT_VALUE_MAX);
}

static void
parse_services(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhServicesOptions options;
    gboolean good = bh_services_options_parse(dict, TRUE, defaults.services_ms, &options, &error);

    check_error(good, error);
    if (good)
        check_timeout(options.timeout_ms, 1);
}

static void
parse_pair(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhPairOptions options;
    gboolean good = bh_pair_options_parse(dict, defaults.pair_ms, &options, &error);

    check_error(good, error);
    if (!good)
        return;
    check_timeout(options.timeout_ms, 1);
    g_assert_true(options.capability >= 0 && options.capability <= BH_IO_KEYBOARD_DISPLAY);
    g_assert_true(options.passkey >= 0 && options.passkey <= 999999);
}

static void
parse_answer(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhPairingAnswer answer = {0};
    gboolean good = bh_answer_options_parse(dict, &answer, &error);

    check_error(good, error);
    g_assert_true(answer.passkey <= 999999);
}

static void
parse_wait(GVariant *dict)
{
    g_autoptr(GError) error = NULL;
    BhValueOptions options;
    gboolean good = bh_value_options_parse(dict, &options, &error);

    check_error(good, error);
    if (good)
        check_timeout(options.timeout_ms, 0);
}

/* Watches */

static void
check_smoothing(const BhWatchOptions *options)
{
    g_assert_true(options->alpha >= BH_WATCH_ALPHA_MIN && options->alpha <= 1);
    g_assert_true(options->half_life_ms >= 0 && options->half_life_ms <= HOUR_MS);
    g_assert_true(options->sample_period_ms >= 0 && options->sample_period_ms <= HOUR_MS);
    g_assert_true(options->median_window >= 0 && options->median_window <= BH_MEDIAN_MAX);
    g_assert_true(options->min_samples >= 1 && options->min_samples <= 255);
    g_assert_true(options->immediate_dbm > options->near_dbm);
    g_assert_true(options->hysteresis_db >= 0 && options->hysteresis_db <= 40);
    g_assert_true(options->lost_ms >= 100 && options->lost_ms <= BH_DAY_MS);
    g_assert_true(options->exponent >= 1 && options->exponent <= 10);
}

static void
parse_watch(GVariant *dict)
{
    g_auto(BhWatchOptions) options = {0}, again = {0};
    g_autoptr(GError) error = NULL;
    gboolean good = bh_watch_options_parse(dict, &defaults, &options, &error);
    g_autoptr(GVariant) told = NULL;

    check_error(good, error);
    if (!good)
        return;
    check_life(&options.life);
    check_smoothing(&options);
    options.max_identities = MAX(1, options.max_identities); /* the hub's matter */
    told = g_variant_ref_sink(bh_watch_options_to_variant(&options));
    g_assert_null(g_variant_lookup_value(told, "IRK", NULL));
    bh_watch_options_parse(told, &defaults, &again, &error);
    g_assert_no_error(error);
}

static void
parse_states(GVariant *dict)
{
    g_auto(BhStatesOptions) options = {0};
    g_autoptr(GError) error = NULL;
    gboolean good = bh_states_options_parse(dict, &options, &error);

    check_error(good, error);
    g_assert_true(!options.has_zone || (options.zone >= 0 && options.zone < BH_N_ZONES));
}

/* Which of them */

static void
parse_steps(GBytes *bytes)
{
    g_autoptr(GVariant) steps =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE("a(sa{sv})"), bytes, FALSE));
    gsize n = MIN(g_variant_n_children(steps), 64);

    for (gsize i = 0; i < n; i++) {
        g_autoptr(GVariant) pair = g_variant_get_child_value(steps, i);
        g_autoptr(GError) error = NULL;
        g_autoptr(BhStep) step = bh_step_new(pair, &defaults, &error);

        check_error(step != NULL, error);
        g_assert_true(step == NULL || bh_step_get_verb(step) != NULL);
    }
}

static void
parse_dict(guint method, GVariant *dict)
{
    static void (*const parsers[])(GVariant * dict) = {parse_link,
                                                       parse_many,
                                                       parse_parameters,
                                                       parse_services,
                                                       parse_pair,
                                                       parse_answer,
                                                       parse_wait};

    if (method < G_N_ELEMENTS(parsers))
        parsers[method](dict);
    else if (method == 0xfe)
        parse_watch(dict);
    else if (method == 0xfd)
        parse_states(dict);
    else
        parse_operation(dict, (method - G_N_ELEMENTS(parsers)) % BH_N_GATT_OPTIONS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GVariant) dict = NULL;

    if (size == 0)
        return 0;
    bytes = g_bytes_new(data + 1, size - 1);
    if (data[0] == 0xff) {
        parse_steps(bytes);
        return 0;
    }
    dict = g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE));
    parse_dict(data[0], dict);
    return 0;
}
