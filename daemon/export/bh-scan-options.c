/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables, and the two ways out of them.
 */
#include "bh-scan-options.h"

#include "bh-error.h"

#define AT(member) BH_OPTION_AT(BhScanOptions, member)
#define AT_WITH(member, present) BH_OPTION_AT_WITH(BhScanOptions, member, present)

static const char *const report_choices[] = {"changes", "all", "first", NULL};
static const char *const preset_choices[] = {"low-latency", "balanced", "low-power", NULL};

/* Of the presets, in their order: always, half and a tenth of the time. */
static const BhScanNeeds duties[] = {
    {.interval_us = 30000, .window_us = 30000},
    {.interval_us = 60000, .window_us = 30000},
    {.interval_us = 300000, .window_us = 30000},
};

/* Core 5.4 Vol 4 Part E 7.8.10 */
#define DUTY_MIN_US 2500
#define DUTY_MAX_US 10240000

#define FILTER_ROWS                                                                                \
    {"UUIDs", BH_OPTION_STRINGS, AT(uuids)}, {"NamePattern", BH_OPTION_STRING, AT(name_pattern)},  \
        {"AddressPattern", BH_OPTION_STRING, AT(address_pattern)},                                 \
        {"ManufacturerIds", BH_OPTION_UINT16S, AT(manufacturer_ids)},                              \
        {"Beacons", BH_OPTION_STRINGS, AT(beacons)},                                               \
        {"RSSI", BH_OPTION_INT, AT_WITH(rssi, has_rssi), -127, 20},                                \
    {                                                                                              \
        "Adapter", BH_OPTION_STRING, AT(adapter)                                                   \
    }

static const BhOptionSpec list_specs[] = {FILTER_ROWS,
                                          {"HexKeys", BH_OPTION_BOOL, AT(hex_keys)},
                                          {NULL}};

static const BhOptionSpec discover_specs[] = {
    FILTER_ROWS,
    {"DurationMs", BH_OPTION_INT, AT(duration_ms), 1, BH_DAY_MS},
    {"Count", BH_OPTION_INT, AT(count), 0, G_MAXUINT32},
    {"HexKeys", BH_OPTION_BOOL, AT(hex_keys)},
    {NULL}};

static const BhOptionSpec scan_specs[] = {
    FILTER_ROWS,
    {"DurationMs", BH_OPTION_INT, AT(duration_ms), 0, BH_DAY_MS},
    {"Report", BH_OPTION_CHOICE, AT(report), 0, 0, report_choices},
    {"MinIntervalMs", BH_OPTION_INT, AT(min_interval_ms), 0, 3600000},
    {"Active", BH_OPTION_BOOL, AT(active)},
    {"Preset", BH_OPTION_CHOICE, AT_WITH(preset, has_preset), 0, 0, preset_choices},
    {"IntervalUs", BH_OPTION_INT, AT_WITH(interval_us, has_interval), DUTY_MIN_US, DUTY_MAX_US},
    {"WindowUs", BH_OPTION_INT, AT_WITH(window_us, has_window), DUTY_MIN_US, DUTY_MAX_US},
    BH_LIFETIME_OPTION_ROWS(BhScanOptions, life),
    {NULL}};

static const BhOptionSpec *const specs_for[] = {
    [BH_SCAN_OPTIONS_SCAN] = scan_specs,
    [BH_SCAN_OPTIONS_DISCOVER] = discover_specs,
    [BH_SCAN_OPTIONS_LIST] = list_specs,
};

static const char *
find_duty_fault(const BhScanOptions *options)
{
    if (options->has_preset && (options->has_interval || options->has_window))
        return "Preset: not together with IntervalUs or WindowUs";
    if (options->has_window && !options->has_interval)
        return "WindowUs: only together with IntervalUs";
    if (options->has_window && options->window_us > options->interval_us)
        return "WindowUs: longer than IntervalUs";
    return NULL;
}

/* Fills in what follows from what was given. */
static gboolean
resolve_duty(BhScanOptions *options, GError **error)
{
    const char *fault = find_duty_fault(options);

    if (fault != NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, fault);
        return FALSE;
    }
    if (options->has_preset) {
        options->interval_us = duties[options->preset].interval_us;
        options->window_us = duties[options->preset].window_us;
    } else if (!options->has_window) {
        options->window_us = options->interval_us;
    }
    return TRUE;
}

gboolean
bh_scan_options_parse(GVariant *dict,
                      BhScanOptionsFor what,
                      const BhExportDefaults *defaults,
                      BhScanOptions *options,
                      GError **error)
{
    *options = (BhScanOptions){
        .duration_ms = what == BH_SCAN_OPTIONS_DISCOVER ? defaults->discover_ms : 0,
        .report = BH_REPORT_CHANGES,
        .active = TRUE,
        .life = {BH_LIFETIME_CALLER, defaults->lease_ms},
    };
    return bh_options_parse(dict, specs_for[what], options, error) &&
           bh_beacon_types_parse(options->beacons, "Beacons", &options->beacon_types, error) &&
           resolve_duty(options, error);
}

void
bh_scan_options_clear(BhScanOptions *options)
{
    bh_options_clear(scan_specs, options);
}

/* One at a time, since the radio does not know which option asks for it. */
static gboolean
check_need(BhHub *hub, const BhScanNeeds *need, const char *option, GError **error)
{
    if (bh_hub_check_needs(hub, need, error))
        return TRUE;
    g_prefix_error(error, "%s: ", option);
    return FALSE;
}

static gboolean
check_needs(const BhScanOptions *options, BhHub *hub, const BhScanNeeds *needs, GError **error)
{
    const BhScanNeeds passive = {.passive = needs->passive};
    const BhScanNeeds duty = {.interval_us = needs->interval_us, .window_us = needs->window_us};

    return check_need(hub, &passive, "Active", error) &&
           check_need(hub, &duty, options->has_preset ? "Preset" : "IntervalUs", error);
}

gboolean
bh_scan_options_to_spec(const BhScanOptions *options, BhHub *hub, BhScanSpec *spec, GError **error)
{
    *spec = (BhScanSpec){
        .filter = {.uuids = options->uuids,
                   .name_pattern = options->name_pattern,
                   .address_pattern = options->address_pattern,
                   .beacons = options->beacon_types,
                   .has_rssi = options->has_rssi,
                   .rssi = (gint)options->rssi},
        .rule = {.mode = (BhReportMode)options->report,
                 .min_interval_us = options->min_interval_ms * 1000},
        .duration_ms = options->duration_ms,
        .needs = {.passive = !options->active,
                  .interval_us = (guint32)options->interval_us,
                  .window_us = (guint32)options->window_us},
    };
    if (options->manufacturer_ids != NULL) {
        spec->filter.manufacturer_ids = (guint16 *)(gpointer)options->manufacturer_ids->data;
        spec->filter.n_manufacturer_ids = options->manufacturer_ids->len;
    }
    spec->has_adapter = options->adapter != NULL;
    if (spec->has_adapter &&
        !bh_adapter_option_resolve(options->adapter, hub, &spec->adapter, error))
        return FALSE;
    return check_needs(options, hub, &spec->needs, error);
}

static void
add_filter(const BhScanOptions *options, GVariantDict *dict)
{
    if (options->uuids != NULL)
        g_variant_dict_insert(dict, "UUIDs", "^as", options->uuids);
    if (options->name_pattern != NULL)
        g_variant_dict_insert(dict, "NamePattern", "s", options->name_pattern);
    if (options->address_pattern != NULL)
        g_variant_dict_insert(dict, "AddressPattern", "s", options->address_pattern);
    if (options->manufacturer_ids != NULL)
        g_variant_dict_insert_value(dict,
                                    "ManufacturerIds",
                                    g_variant_new_fixed_array(G_VARIANT_TYPE_UINT16,
                                                              options->manufacturer_ids->data,
                                                              options->manufacturer_ids->len,
                                                              sizeof(guint16)));
    if (options->beacons != NULL)
        g_variant_dict_insert(dict, "Beacons", "^as", options->beacons);
    if (options->has_rssi)
        g_variant_dict_insert(dict, "RSSI", "n", (gint16)options->rssi);
    if (options->adapter != NULL)
        g_variant_dict_insert(dict, "Adapter", "s", options->adapter);
}

GVariant *
bh_scan_options_to_variant(const BhScanOptions *options)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    add_filter(options, &dict);
    g_variant_dict_insert(&dict, "DurationMs", "u", (guint32)options->duration_ms);
    g_variant_dict_insert(&dict, "Report", "s", report_choices[options->report]);
    g_variant_dict_insert(&dict, "MinIntervalMs", "u", (guint32)options->min_interval_ms);
    g_variant_dict_insert(&dict, "Active", "b", options->active);
    if (options->interval_us != 0) {
        g_variant_dict_insert(&dict, "IntervalUs", "u", (guint32)options->interval_us);
        g_variant_dict_insert(&dict, "WindowUs", "u", (guint32)options->window_us);
    }
    bh_lifetime_options_add_to(&options->life, &dict);
    return g_variant_dict_end(&dict);
}

#define READ_AT(member) BH_OPTION_AT(BhReadOptions, member)

gboolean
bh_wait_options_parse(GVariant *dict, BhReadOptions *options, GError **error)
{
    static const BhOptionSpec specs[] = {
        {"TimeoutMs", BH_OPTION_INT, READ_AT(timeout_ms), 0, BH_DAY_MS},
        {"HexKeys", BH_OPTION_BOOL, READ_AT(hex_keys)},
        {NULL}};

    *options = (BhReadOptions){.timeout_ms = BH_WAIT_DEFAULT_MS};
    return bh_options_parse(dict, specs, options, error);
}

gboolean
bh_get_options_parse(GVariant *dict, BhReadOptions *options, GError **error)
{
    static const BhOptionSpec specs[] = {{"HexKeys", BH_OPTION_BOOL, READ_AT(hex_keys)}, {NULL}};

    *options = (BhReadOptions){0};
    return bh_options_parse(dict, specs, options, error);
}
