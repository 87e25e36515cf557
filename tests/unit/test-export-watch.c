/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options of Watch(): what is refused, with the key first, what a preset makes of the rest, and
 * what is watched then.
 */
#include "bh-error.h"
#include "bh-watch-options.h"
#include "hub-fixture.h"
#include "test-main.h"

#include <string.h>

#define BEACON "iBeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0-1-2"
#define KEY "00112233445566778899aabbccddeeff"

/* As the configuration might say it, each value another than that of a preset. */
static const BhExportDefaults defaults = {
    .lease_ms = 60000,
    .watch = {.alpha = 0.25,
              .sample_period_ms = 10,
              .median_window = 3,
              .rssi = -100,
              .immediate_dbm = -50,
              .near_dbm = -65,
              .hysteresis_db = 1.5,
              .min_samples = 4,
              .dwell_ms = 20,
              .lost_ms = 30000,
              .lost_intervals = 7,
              .exponent = 3.0,
              .switch_db = 5.0},
};

static GVariant *
dict_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    ck_assert_msg(dict != NULL, "%s: %s", text, error != NULL ? error->message : "");
    return dict;
}

static gboolean
parse(const char *text, BhWatchOptions *options, GError **error)
{
    g_autoptr(GVariant) dict = dict_of(text);

    return bh_watch_options_parse(dict, &defaults, options, error);
}

START_TEST(wrong_options_are_refused_with_the_key_first)
{
    static const char *const cases[][2] = {
        {"{'Nonsense': <1>}", "Nonsense: "},
        {"{'Identities': <1>}", "Identities: "},
        {"{'Beacons': <1>}", "Beacons: "},
        {"{'IRK': <1>}", "IRK: "},
        {"{'IRK': <'" KEY "'>, 'Irk': <'" KEY "'>}", "Irk: "},
        {"{'NamePattern': <''>}", "NamePattern: "},
        {"{'Identities': <@as []>}", "Identities: "},
        {"{'Beacons': <@as []>}", "Beacons: "},
        {"{'Irk': <@as []>}", "IRK: "},
        {"{'Adapter': <1>}", "Adapter: "},
        {"{'Preset': <'shop'>}", "Preset: "},
        {"{'Alpha': <0.0009>}", "Alpha: must be from 0.001 to 1"},
        {"{'Alpha': <1.1>}", "Alpha: must be from 0.001 to 1"},
        {"{'Alpha': <nan>}", "Alpha: must be from 0.001 to 1"},
        {"{'Alpha': <'0.3'>}", "Alpha: must be a number from 0.001 to 1"},
        {"{'HalfLifeMs': <0>}", "HalfLifeMs: "},
        {"{'HalfLifeMs': <1000>, 'Alpha': <0.3>}", "HalfLifeMs: "},
        {"{'SamplePeriodMs': <3600001>}", "SamplePeriodMs: "},
        {"{'MedianWindow': <1>}", "MedianWindow: must be from 2 to 15, or 0"},
        {"{'MedianWindow': <16>}", "MedianWindow: must be from 2 to 15, or 0"},
        {"{'MedianWindow': <2.5>}", "MedianWindow: must be an integer from 2 to 15, or 0"},
        {"{'RSSI': <-128>}", "RSSI: "},
        {"{'ImmediateDbm': <21>}", "ImmediateDbm: "},
        {"{'ImmediateDbm': <-65>}", "ImmediateDbm: "}, /* that is NearDbm */
        {"{'NearDbm': <-50>}", "ImmediateDbm: "},
        {"{'HysteresisDb': <40.5>}", "HysteresisDb: "},
        {"{'MinSamples': <0>}", "MinSamples: "},
        {"{'MinSamples': <256>}", "MinSamples: "},
        {"{'DwellMs': <-1>}", "DwellMs: "},
        {"{'LostMs': <99>}", "LostMs: "},
        {"{'LostIntervals': <1>}", "LostIntervals: must be from 2 to 1000, or 0"},
        {"{'LostIntervals': <1001>}", "LostIntervals: must be from 2 to 1000, or 0"},
        {"{'TxPower': <-128>}", "TxPower: "},
        {"{'PathLossExponent': <0.9>}", "PathLossExponent: "},
        {"{'SwitchDb': <-1>}", "SwitchDb: "},
        {"{'Active': <1>}", "Active: "},
        {"{'MaxIdentities': <0>}", "MaxIdentities: must be at least 1"},
        {"{'Signals': <'yes'>}", "Signals: "},
        {"{'Lifetime': <'eternal'>}", "Lifetime: "},
        {"{'Preset': <'retail'>, 'Alpha': <2>}", "Alpha: "},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhWatchOptions) options = {0};
        g_autoptr(GError) error = NULL;

        ck_assert_msg(!parse(cases[i][0], &options, &error), "%s was understood", cases[i][0]);
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_msg(g_str_has_prefix(error->message, cases[i][1]),
                      "%s: %s",
                      cases[i][0],
                      error->message);
    }
}
END_TEST

START_TEST(without_options_the_configuration_counts)
{
    g_auto(BhWatchOptions) options = {0};

    ck_assert(parse("{}", &options, NULL));
    ck_assert_double_eq(options.alpha, 0.25);
    ck_assert_int_eq(options.sample_period_ms, 10);
    ck_assert_int_eq(options.median_window, 3);
    ck_assert_int_eq(options.rssi, -100);
    ck_assert_int_eq(options.immediate_dbm, -50);
    ck_assert_int_eq(options.near_dbm, -65);
    ck_assert_double_eq(options.hysteresis_db, 1.5);
    ck_assert_int_eq(options.min_samples, 4);
    ck_assert_int_eq(options.dwell_ms, 20);
    ck_assert_int_eq(options.lost_ms, 30000);
    ck_assert_int_eq(options.lost_intervals, 7);
    ck_assert_double_eq(options.exponent, 3.0);
    ck_assert_double_eq(options.switch_db, 5.0);
    ck_assert_int_eq(options.life.lease_ms, 60000);
}
END_TEST

START_TEST(a_preset_counts_before_the_configuration_and_what_is_given_before_both)
{
    g_auto(BhWatchOptions) options = {0};

    ck_assert(parse("{'Alpha': <0.5>, 'Preset': <'retail'>}", &options, NULL));
    ck_assert_double_eq(options.alpha, 0.5);
    ck_assert_int_eq(options.sample_period_ms, 2000);
    ck_assert_int_eq(options.rssi, -75);
    ck_assert_int_eq(options.min_samples, 3);
    ck_assert_int_eq(options.lost_ms, 30000); /* of which the preset says nothing */
}
END_TEST

/* What becomes of them */

static gboolean
make(HubFixture *f,
     const char *text,
     GPtrArray *aliases,
     BhWatchSpec *spec,
     BhPresenceSelection *selection,
     GError **error)
{
    g_auto(BhWatchOptions) options = {0};
    const BhWatchDefaults with_aliases = {.aliases = aliases};

    ck_assert(parse(text, &options, NULL));
    bh_presence_selection_clear(selection);
    return bh_watch_options_to_spec(&options, f->hub, &with_aliases, spec, selection, error);
}

static GPtrArray *
new_aliases(void)
{
    GPtrArray *aliases = g_ptr_array_new_with_free_func((GDestroyNotify)bh_alias_unref);
    BhAlias *door = bh_alias_new("door");

    bh_identity_pattern_parse(BEACON, &door->pattern, NULL);
    g_ptr_array_add(aliases, door);
    return aliases;
}

START_TEST(what_is_chosen_is_what_is_watched)
{
    g_auto(HubFixture) f = {0};
    g_auto(BhPresenceSelection) selection = {0};
    g_autoptr(GPtrArray) aliases = new_aliases();
    BhWatchSpec spec;

    hub_fixture_init(&f);
    ck_assert(make(&f, "{}", aliases, &spec, &selection, NULL));
    ck_assert(selection.everything && selection.known->len == 1);
    ck_assert(make(&f, "{'Beacons': <'Eddystone-UID'>}", NULL, &spec, &selection, NULL));
    ck_assert(!selection.everything);
    ck_assert_uint_eq(selection.beacon_types, BH_BEACON_BIT(BH_BEACON_EDDYSTONE_UID));
    ck_assert(make(&f, "{'NamePattern': <'x*'>}", NULL, &spec, &selection, NULL));
    ck_assert(!selection.everything && g_str_equal(selection.name_pattern, "x*"));
    ck_assert(make(&f,
                   "{'Identities': <['door', 'AA:BB:CC:DD:EE:FF', '" BEACON "']>}",
                   aliases,
                   &spec,
                   &selection,
                   NULL));
    ck_assert(!selection.everything);
    ck_assert_uint_eq(selection.aliases->len, 1);
    ck_assert_uint_eq(selection.patterns->len, 2);
    ck_assert(make(&f, "{'Irk': <['" KEY "']>}", NULL, &spec, &selection, NULL));
    ck_assert(!selection.everything && selection.keys->len == 1);
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused)
{
    static const struct {
        const char *options;
        BhError code;
        const char *message;
    } cases[] = {
        {"{'Identities': <'window'>}", BH_ERROR_NOT_FOUND, "Identities: "},
        {"{'Identities': <'iBeacon:'>}", BH_ERROR_INVALID_ARGUMENTS, "Identities: "},
        {"{'Identities': <'irk:0123456'>}", BH_ERROR_INVALID_ARGUMENTS, "Identities: "},
        {"{'Beacons': <'beacon'>}", BH_ERROR_INVALID_ARGUMENTS, "Beacons: "},
        {"{'IRK': <'" KEY "00'>}", BH_ERROR_INVALID_ARGUMENTS, "IRK"},
        {"{'Adapter': <'hci7'>}", BH_ERROR_INVALID_ARGUMENTS, "Adapter: "},
        {"{'Active': <false>}", BH_ERROR_NOT_SUPPORTED, "Active: "},
        {"{'MaxIdentities': <51>}",
         BH_ERROR_INVALID_ARGUMENTS,
         "MaxIdentities: must be from 1 to 50"},
        {"{'MaxIdentities': <int64 4294967297>}",
         BH_ERROR_INVALID_ARGUMENTS,
         "MaxIdentities: must be from 1 to 50"},
        {"{'MaxIdentities': <1>, 'Identities': <['a:', 'door']>}",
         BH_ERROR_INVALID_ARGUMENTS,
         "Identities: "},
        {"{'MaxIdentities': <1>, 'Identities': <['" BEACON "', 'door']>}",
         BH_ERROR_INVALID_ARGUMENTS,
         "MaxIdentities: must be from 2, which are asked for, to 50"},
    };
    g_auto(HubFixture) f = {0};
    g_autoptr(GPtrArray) aliases = new_aliases();

    hub_fixture_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhPresenceSelection) selection = {0};
        g_autoptr(GError) error = NULL;
        BhWatchSpec spec;

        ck_assert(!make(&f, cases[i].options, aliases, &spec, &selection, &error));
        ck_assert_msg(g_error_matches(error, BH_ERROR, (gint)cases[i].code) &&
                          g_str_has_prefix(error->message, cases[i].message),
                      "%s: %s",
                      cases[i].options,
                      error->message);
        ck_assert_ptr_null(strstr(error->message, "0011"));
    }
}
END_TEST

START_TEST(scan_responses_are_asked_for_by_name_or_where_there_is_no_other_way)
{
    g_auto(HubFixture) f = {0};
    g_auto(BhPresenceSelection) selection = {0};
    BhWatchSpec spec;

    hub_fixture_init(&f);
    ck_assert(make(&f, "{}", NULL, &spec, &selection, NULL));
    ck_assert(spec.active);
    fake_radio_set_passive(f.radio, TRUE);
    ck_assert(make(&f, "{}", NULL, &spec, &selection, NULL));
    ck_assert(!spec.active);
    ck_assert(make(&f, "{'NamePattern': <'x*'>}", NULL, &spec, &selection, NULL));
    ck_assert(spec.active);
    ck_assert(
        make(&f, "{'NamePattern': <'x*'>, 'Active': <false>}", NULL, &spec, &selection, NULL));
    ck_assert(!spec.active);
}
END_TEST

START_TEST(settings_are_in_the_units_of_the_library)
{
    g_auto(HubFixture) f = {0};
    g_auto(BhPresenceSelection) selection = {0};
    BhWatchSpec spec;

    hub_fixture_init(&f);
    ck_assert(make(&f,
                   "{'HalfLifeMs': <3000>, 'SamplePeriodMs': <7>, 'RSSI': <-127>, 'DwellMs': <8>,"
                   " 'LostMs': <9000>, 'TxPower': <-61>, 'MaxIdentities': <12>}",
                   NULL,
                   &spec,
                   &selection,
                   NULL));
    ck_assert_int_eq(spec.settings.half_life_us, 3000000);
    ck_assert_int_eq(spec.settings.sample_period_us, 7000);
    ck_assert(!spec.settings.has_floor); /* nothing is weaker */
    ck_assert_int_eq(spec.settings.zones.dwell_us, 8000);
    ck_assert_int_eq(spec.settings.lost_us, 9000000);
    ck_assert(spec.settings.has_tx_power);
    ck_assert_int_eq(spec.settings.tx_power, -61);
    ck_assert_uint_eq(spec.settings.max_identities, 12);
}
END_TEST

START_TEST(what_is_told_to_be_in_force_means_the_same_when_it_is_given)
{
    static const char *const cases[] = {
        "{}",
        "{'Preset': <'retail'>, 'HysteresisDb': <2.5>}",
        "{'HalfLifeMs': <3000>, 'TxPower': <-61>, 'RSSI': <-127>}",
        "{'Identities': <['" BEACON "']>, 'Beacons': <['any']>, 'NamePattern': <'x'>}",
    };
    g_auto(HubFixture) f = {0};

    hub_fixture_init(&f);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhWatchOptions) options = {0}, again = {0};
        g_auto(BhPresenceSelection) selection = {0};
        g_autoptr(GVariant) told = NULL;
        g_autoptr(GVariant) told_again = NULL;
        BhWatchSpec spec;

        ck_assert(parse(cases[i], &options, NULL));
        ck_assert(
            bh_watch_options_to_spec(&options, f.hub, &defaults.watch, &spec, &selection, NULL));
        told = g_variant_ref_sink(bh_watch_options_to_variant(&options));
        ck_assert(bh_watch_options_parse(told, &defaults, &again, NULL));
        told_again = g_variant_ref_sink(bh_watch_options_to_variant(&again));
        ck_assert_msg(g_variant_equal(told, told_again), "%s", cases[i]);
    }
}
END_TEST

BH_TEST_MAIN("export-watch",
             wrong_options_are_refused_with_the_key_first,
             without_options_the_configuration_counts,
             a_preset_counts_before_the_configuration_and_what_is_given_before_both,
             what_is_chosen_is_what_is_watched,
             what_cannot_be_watched_is_refused,
             scan_responses_are_asked_for_by_name_or_where_there_is_no_other_way,
             settings_are_in_the_units_of_the_library,
             what_is_told_to_be_in_force_means_the_same_when_it_is_given)
