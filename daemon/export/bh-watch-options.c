/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables, the rules between keys, and the ways out. A preset is another set of defaults: the
 * dictionary is read again on top of it.
 */
#include "bh-watch-options.h"

#include "bh-error.h"
#include "bh-median.h"

#define AT(member) BH_OPTION_AT(BhWatchOptions, member)
#define AT_WITH(member, present) BH_OPTION_AT_WITH(BhWatchOptions, member, present)

#define HOUR_MS 3600000
#define DBM_MIN (-127)
#define DBM_MAX 20

static const char *const preset_choices[] = {"default", "retail", NULL};

static const char *const zone_choices[] = {
    [BH_ZONE_LOST] = "lost",
    [BH_ZONE_FAR] = "far",
    [BH_ZONE_NEAR] = "near",
    [BH_ZONE_IMMEDIATE] = "immediate",
    NULL,
};

static const BhOptionSpec watch_specs[] = {
    {"Identities", BH_OPTION_STRINGS, AT(identities)},
    {"Beacons", BH_OPTION_STRINGS, AT(beacons)},
    {"IRK", BH_OPTION_STRINGS, AT(irk)},
    {"Irk", BH_OPTION_STRINGS, AT(irk_again)},
    {"NamePattern", BH_OPTION_STRING, AT(name_pattern)},
    {"Adapter", BH_OPTION_STRING, AT(adapter)},
    {"Preset", BH_OPTION_CHOICE, AT(preset), 0, 0, preset_choices},
    {"Alpha", BH_OPTION_DOUBLE, AT_WITH(alpha, has_alpha), 0, 1, .least = BH_WATCH_ALPHA_MIN},
    {"HalfLifeMs", BH_OPTION_INT, AT(half_life_ms), 1, HOUR_MS},
    {"SamplePeriodMs", BH_OPTION_INT, AT(sample_period_ms), 0, HOUR_MS},
    {"MedianWindow", BH_OPTION_INT, AT(median_window), 2, BH_MEDIAN_MAX, .or_zero = TRUE},
    {"RSSI", BH_OPTION_INT, AT(rssi), DBM_MIN, DBM_MAX},
    {"ImmediateDbm", BH_OPTION_INT, AT(immediate_dbm), DBM_MIN, DBM_MAX},
    {"NearDbm", BH_OPTION_INT, AT(near_dbm), DBM_MIN, DBM_MAX},
    {"HysteresisDb", BH_OPTION_DOUBLE, AT(hysteresis_db), 0, 40},
    {"MinSamples", BH_OPTION_INT, AT(min_samples), 1, 255},
    {"DwellMs", BH_OPTION_INT, AT(dwell_ms), 0, HOUR_MS},
    {"LostMs", BH_OPTION_INT, AT(lost_ms), 100, BH_DAY_MS},
    {"LostIntervals", BH_OPTION_INT, AT(lost_intervals), 2, 1000, .or_zero = TRUE},
    {"TxPower", BH_OPTION_INT, AT_WITH(tx_power, has_tx_power), DBM_MIN, DBM_MAX},
    {"PathLossExponent", BH_OPTION_DOUBLE, AT(exponent), 1, 10},
    {"SwitchDb", BH_OPTION_DOUBLE, AT(switch_db), 0, 40},
    {"Active", BH_OPTION_BOOL, AT_WITH(active, has_active)},
    {"MaxIdentities", BH_OPTION_INT, AT(max_identities), 1, 0}, /* and the limit of the hub */
    {"Signals", BH_OPTION_BOOL, AT(signals)},
    BH_LIFETIME_OPTION_ROWS(BhWatchOptions, life),
    {NULL}};

void
bh_watch_options_clear(BhWatchOptions *options)
{
    bh_options_clear(watch_specs, options);
}

static gboolean
refuse_if(const char *fault, GError **error)
{
    if (fault != NULL)
        g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, fault);
    return fault == NULL;
}

/* Reading */

static BhWatchOptions
get_defaults(const BhExportDefaults *defaults, gboolean retail)
{
    const BhWatchDefaults *watch = &defaults->watch;
    BhWatchOptions options = {
        .alpha = watch->alpha,
        .sample_period_ms = watch->sample_period_ms,
        .median_window = watch->median_window,
        .rssi = watch->rssi,
        .immediate_dbm = watch->immediate_dbm,
        .near_dbm = watch->near_dbm,
        .hysteresis_db = watch->hysteresis_db,
        .min_samples = watch->min_samples,
        .dwell_ms = watch->dwell_ms,
        .lost_ms = watch->lost_ms,
        .lost_intervals = watch->lost_intervals,
        .exponent = watch->exponent,
        .switch_db = watch->switch_db,
        .life = {BH_LIFETIME_CALLER, defaults->lease_ms},
    };
    BhPresenceSettings preset;

    if (!retail)
        return options;
    bh_presence_settings_init(&preset, TRUE);
    options.alpha = preset.alpha;
    options.sample_period_ms = preset.sample_period_us / 1000;
    options.rssi = preset.floor;
    options.min_samples = preset.zones.min_samples;
    return options;
}

static gboolean
is_empty(char **list)
{
    return list != NULL && list[0] == NULL;
}

/* A list that a program found nothing for must not mean everything. */
static const char *
find_empty(const BhWatchOptions *options)
{
    if (is_empty(options->identities))
        return "Identities: must not be empty";
    if (is_empty(options->beacons))
        return "Beacons: must not be empty";
    if (is_empty(options->irk))
        return "IRK: must not be empty";
    if (options->name_pattern != NULL && options->name_pattern[0] == '\0')
        return "NamePattern: must not be empty";
    return NULL;
}

static const char *
find_fault(const BhWatchOptions *options)
{
    if (options->irk != NULL && options->irk_again != NULL)
        return "Irk: not together with IRK";
    if (options->has_alpha && options->half_life_ms != 0)
        return "HalfLifeMs: not together with Alpha";
    if (options->immediate_dbm <= options->near_dbm)
        return "ImmediateDbm: must be above NearDbm";
    return find_empty(options);
}

gboolean
bh_watch_options_parse(GVariant *dict,
                       const BhExportDefaults *defaults,
                       BhWatchOptions *options,
                       GError **error)
{
    *options = get_defaults(defaults, FALSE);
    if (!bh_options_parse(dict, watch_specs, options, error))
        return FALSE;
    if (options->preset != 0) {
        bh_watch_options_clear(options);
        *options = get_defaults(defaults, TRUE);
        if (!bh_options_parse(dict, watch_specs, options, error))
            return FALSE;
    }
    if (options->irk == NULL)
        options->irk = g_steal_pointer(&options->irk_again);
    return refuse_if(find_fault(options), error);
}

/* Telling */

static void
add_selection(const BhWatchOptions *options, GVariantDict *dict)
{
    if (options->identities != NULL)
        g_variant_dict_insert(dict, "Identities", "^as", options->identities);
    if (options->beacons != NULL)
        g_variant_dict_insert(dict, "Beacons", "^as", options->beacons);
    if (options->name_pattern != NULL)
        g_variant_dict_insert(dict, "NamePattern", "s", options->name_pattern);
    if (options->adapter != NULL)
        g_variant_dict_insert(dict, "Adapter", "s", options->adapter);
}

static void
add_smoothing(const BhWatchOptions *options, GVariantDict *dict)
{
    g_variant_dict_insert(dict, "Preset", "s", preset_choices[options->preset]);
    if (options->half_life_ms != 0)
        g_variant_dict_insert(dict, "HalfLifeMs", "u", (guint32)options->half_life_ms);
    else
        g_variant_dict_insert(dict, "Alpha", "d", options->alpha);
    g_variant_dict_insert(dict, "SamplePeriodMs", "u", (guint32)options->sample_period_ms);
    g_variant_dict_insert(dict, "MedianWindow", "u", (guint32)options->median_window);
    g_variant_dict_insert(dict, "RSSI", "n", (gint16)options->rssi);
    g_variant_dict_insert(dict, "SwitchDb", "d", options->switch_db);
}

static void
add_zones(const BhWatchOptions *options, GVariantDict *dict)
{
    g_variant_dict_insert(dict, "ImmediateDbm", "n", (gint16)options->immediate_dbm);
    g_variant_dict_insert(dict, "NearDbm", "n", (gint16)options->near_dbm);
    g_variant_dict_insert(dict, "HysteresisDb", "d", options->hysteresis_db);
    g_variant_dict_insert(dict, "MinSamples", "u", (guint32)options->min_samples);
    g_variant_dict_insert(dict, "DwellMs", "u", (guint32)options->dwell_ms);
    g_variant_dict_insert(dict, "LostMs", "u", (guint32)options->lost_ms);
    g_variant_dict_insert(dict, "LostIntervals", "u", (guint32)options->lost_intervals);
    if (options->has_tx_power)
        g_variant_dict_insert(dict, "TxPower", "n", (gint16)options->tx_power);
    g_variant_dict_insert(dict, "PathLossExponent", "d", options->exponent);
}

GVariant *
bh_watch_options_to_variant(const BhWatchOptions *options)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    add_selection(options, &dict);
    add_smoothing(options, &dict);
    add_zones(options, &dict);
    g_variant_dict_insert(&dict, "Active", "b", options->active);
    g_variant_dict_insert(&dict, "MaxIdentities", "u", (guint32)options->max_identities);
    g_variant_dict_insert(&dict, "Signals", "b", options->signals);
    bh_lifetime_options_add_to(&options->life, &dict);
    return g_variant_dict_end(&dict);
}

/* Methods of a watch */

#define STATES_AT(member) BH_OPTION_AT(BhStatesOptions, member)

static const BhOptionSpec states_specs[] = {{"Id", BH_OPTION_STRING, STATES_AT(id)},
                                            {"Zone",
                                             BH_OPTION_CHOICE,
                                             BH_OPTION_AT_WITH(BhStatesOptions, zone, has_zone),
                                             0,
                                             0,
                                             zone_choices},
                                            {NULL}};

static const BhOptionSpec statistics_specs[] = {{"Id", BH_OPTION_STRING, STATES_AT(id)}, {NULL}};

gboolean
bh_states_options_parse(GVariant *dict, BhStatesOptions *options, GError **error)
{
    *options = (BhStatesOptions){0};
    return bh_options_parse(dict, states_specs, options, error);
}

gboolean
bh_statistics_options_parse(GVariant *dict, BhStatesOptions *options, GError **error)
{
    *options = (BhStatesOptions){0};
    return bh_options_parse(dict, statistics_specs, options, error);
}

void
bh_states_options_clear(BhStatesOptions *options)
{
    bh_options_clear(states_specs, options);
}
