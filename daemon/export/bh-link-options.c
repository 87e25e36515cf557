/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The tables, the rules between keys, and the way to a hub's spec. Defaults come from
 * the configuration.
 */
#include "bh-link-options.h"

#include "bh-address-type.h"
#include "bh-error.h"

#define AT(member) BH_OPTION_AT(BhLinkOptions, member)
#define AT_WITH(member, present) BH_OPTION_AT_WITH(BhLinkOptions, member, present)

#define HOUR_MS 3600000

/* Core 5.4 Vol 4 Part E 7.8.12 */
#define INTERVAL_MIN_US 7500
#define INTERVAL_MAX_US 4000000
#define LATENCY_MAX 499
#define SUPERVISION_MIN_MS 100
#define SUPERVISION_MAX_MS 32000

#define PARAMETER_ROWS(Type, member)                                                               \
    {"MinIntervalUs",                                                                              \
     BH_OPTION_INT,                                                                                \
     BH_OPTION_AT(Type, member.min_interval_us),                                                   \
     INTERVAL_MIN_US,                                                                              \
     INTERVAL_MAX_US},                                                                             \
        {"MaxIntervalUs",                                                                          \
         BH_OPTION_INT,                                                                            \
         BH_OPTION_AT(Type, member.max_interval_us),                                               \
         INTERVAL_MIN_US,                                                                          \
         INTERVAL_MAX_US},                                                                         \
        {"Latency",                                                                                \
         BH_OPTION_INT,                                                                            \
         BH_OPTION_AT_WITH(Type, member.latency, member.has_latency),                              \
         0,                                                                                        \
         LATENCY_MAX},                                                                             \
    {                                                                                              \
        "SupervisionMs", BH_OPTION_INT, BH_OPTION_AT(Type, member.supervision_ms),                 \
            SUPERVISION_MIN_MS, SUPERVISION_MAX_MS                                                 \
    }

static const BhOptionSpec link_specs[] = {
    {"AddressType", BH_OPTION_CHOICE, AT_WITH(type, has_type), 0, 0, bh_address_type_choices},
    {"Adapter", BH_OPTION_STRING, AT(adapter)},
    {"TimeoutMs", BH_OPTION_INT, AT_WITH(timeout_ms, has_timeout), 1, BH_DAY_MS},
    {"Reconnect", BH_OPTION_BOOL, AT(reconnect)},
    {"BackoffInitialMs", BH_OPTION_INT, AT(backoff_initial_ms), 100, HOUR_MS},
    {"BackoffMaxMs", BH_OPTION_INT, AT_WITH(backoff_max_ms, has_backoff_max), 100, HOUR_MS},
    {"StableMs", BH_OPTION_INT, AT(stable_ms), 0, BH_DAY_MS},
    {"ReconnectScan", BH_OPTION_BOOL, AT(reconnect_scan)},
    {"LingerMs", BH_OPTION_INT, AT(linger_ms), 0, HOUR_MS},
    PARAMETER_ROWS(BhLinkOptions, parameters),
    BH_LIFETIME_OPTION_ROWS(BhLinkOptions, life),
    {NULL}};

/* Rules between keys */

/* The supervision timeout must be longer than two intervals that the peripheral may skip (Core 5.4
 * Vol 6 Part B 4.5.2). */
static gboolean
is_supervision_too_short(const BhParameterOptions *options)
{
    return options->supervision_ms != 0 && options->max_interval_us != 0 &&
           options->supervision_ms * 1000 <= (1 + options->latency) * options->max_interval_us * 2;
}

static const char *
find_parameter_fault(const BhParameterOptions *options)
{
    if (options->min_interval_us != 0 && options->max_interval_us == 0)
        return "MinIntervalUs: only together with MaxIntervalUs";
    if (options->max_interval_us != 0 && options->min_interval_us == 0)
        return "MaxIntervalUs: only together with MinIntervalUs";
    if (options->min_interval_us > options->max_interval_us)
        return "MinIntervalUs: longer than MaxIntervalUs";
    if (is_supervision_too_short(options))
        return "SupervisionMs: must be longer than 2 * (1 + Latency) * MaxIntervalUs";
    return NULL;
}

static gboolean
refuse_if(const char *fault, GError **error)
{
    if (fault != NULL)
        g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, fault);
    return fault == NULL;
}

/* A first delay above the usual longest one raises that, unless both were given. */
static gboolean
resolve_backoff(BhLinkOptions *options, GError **error)
{
    if (options->backoff_initial_ms <= options->backoff_max_ms)
        return TRUE;
    if (options->has_backoff_max)
        return refuse_if("BackoffInitialMs: longer than BackoffMaxMs", error);
    options->backoff_max_ms = options->backoff_initial_ms;
    return TRUE;
}

gboolean
bh_link_options_parse(GVariant *dict,
                      const BhHoldSpec *defaults,
                      const BhLifetimeOptions *life,
                      BhLinkOptions *options,
                      GError **error)
{
    *options = (BhLinkOptions){
        .timeout_ms = defaults->timeout_ms,
        .reconnect = defaults->reconnect,
        .backoff_initial_ms = defaults->backoff_initial_ms,
        .backoff_max_ms = defaults->backoff_max_ms,
        .stable_ms = defaults->stable_ms,
        .reconnect_scan = defaults->reconnect_scan,
        .linger_ms = defaults->linger_ms,
        .life = *life,
    };
    return bh_options_parse(dict, link_specs, options, error) && resolve_backoff(options, error) &&
           refuse_if(find_parameter_fault(&options->parameters), error);
}

void
bh_link_options_clear(BhLinkOptions *options)
{
    bh_options_clear(link_specs, options);
}

/* To the hub */

static BhLinkParameters
parameters_of(const BhParameterOptions *options)
{
    return (BhLinkParameters){
        .min_interval_us = (guint32)options->min_interval_us,
        .max_interval_us = (guint32)options->max_interval_us,
        .latency = (guint16)options->latency,
        .has_latency = options->has_latency,
        .supervision_ms = (guint32)options->supervision_ms,
    };
}

static gboolean
parse_address(const char *text,
              gboolean has_type,
              gint type,
              BhHub *hub,
              BhAddress *address,
              GError **error)
{
    if (!bh_address_parse(text, BH_ADDRESS_PUBLIC, address, error))
        return FALSE;
    if (has_type)
        address->type = (guint8)type;
    else
        bh_address_type_recall(hub, address);
    return TRUE;
}

gboolean
bh_link_options_to_spec(const BhLinkOptions *options,
                        const char *address,
                        BhHub *hub,
                        BhHoldSpec *spec,
                        GError **error)
{
    *spec = (BhHoldSpec){
        .has_adapter = options->adapter != NULL,
        .timeout_ms = options->timeout_ms,
        .parameters = parameters_of(&options->parameters),
        .reconnect = options->reconnect,
        .backoff_initial_ms = options->backoff_initial_ms,
        .backoff_max_ms = options->backoff_max_ms,
        .stable_ms = options->stable_ms,
        .reconnect_scan = options->reconnect_scan,
        .linger_ms = options->linger_ms,
    };
    return parse_address(address, options->has_type, options->type, hub, &spec->address, error) &&
           (options->adapter == NULL ||
            bh_adapter_option_resolve(options->adapter, hub, &spec->adapter, error));
}

/* To the bus */

static void
add_parameters(const BhParameterOptions *options, GVariantDict *dict)
{
    if (options->max_interval_us != 0) {
        g_variant_dict_insert(dict, "MinIntervalUs", "u", (guint32)options->min_interval_us);
        g_variant_dict_insert(dict, "MaxIntervalUs", "u", (guint32)options->max_interval_us);
    }
    if (options->has_latency)
        g_variant_dict_insert(dict, "Latency", "q", (guint16)options->latency);
    if (options->supervision_ms != 0)
        g_variant_dict_insert(dict, "SupervisionMs", "u", (guint32)options->supervision_ms);
}

static void
add_reconnecting(const BhLinkOptions *options, GVariantDict *dict)
{
    g_variant_dict_insert(dict, "Reconnect", "b", options->reconnect);
    if (!options->reconnect)
        return;
    g_variant_dict_insert(dict, "BackoffInitialMs", "u", (guint32)options->backoff_initial_ms);
    g_variant_dict_insert(dict, "BackoffMaxMs", "u", (guint32)options->backoff_max_ms);
    g_variant_dict_insert(dict, "StableMs", "u", (guint32)options->stable_ms);
    g_variant_dict_insert(dict, "ReconnectScan", "b", options->reconnect_scan);
}

GVariant *
bh_link_options_to_variant(const BhLinkOptions *options)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    if (options->adapter != NULL)
        g_variant_dict_insert(&dict, "Adapter", "s", options->adapter);
    g_variant_dict_insert(&dict, "TimeoutMs", "u", (guint32)options->timeout_ms);
    g_variant_dict_insert(&dict, "LingerMs", "u", (guint32)options->linger_ms);
    add_reconnecting(options, &dict);
    add_parameters(&options->parameters, &dict);
    bh_lifetime_options_add_to(&options->life, &dict);
    return g_variant_dict_end(&dict);
}

/* Other methods */

gboolean
bh_parameter_options_parse(GVariant *dict, BhLinkParameters *parameters, GError **error)
{
    typedef struct {
        BhParameterOptions parameters;
    } Options;
    static const BhOptionSpec specs[] = {PARAMETER_ROWS(Options, parameters), {NULL}};
    Options options = {0};

    if (!bh_options_parse(dict, specs, &options, error) ||
        !refuse_if(find_parameter_fault(&options.parameters), error))
        return FALSE;
    *parameters = parameters_of(&options.parameters);
    return TRUE;
}

gboolean
bh_many_options_parse(GVariant *dict,
                      const BhExportDefaults *defaults,
                      BhManyOptions *options,
                      GError **error)
{
    static const BhOptionSpec specs[] = {
        {"TimeoutMs", BH_OPTION_INT, BH_OPTION_AT(BhManyOptions, timeout_ms), 1, BH_DAY_MS},
        BH_LIFETIME_OPTION_ROWS(BhManyOptions, life),
        {NULL}};

    *options = (BhManyOptions){defaults->connect_many_ms, {BH_LIFETIME_CALLER, defaults->lease_ms}};
    return bh_options_parse(dict, specs, options, error);
}

typedef struct {
    gboolean has_type;
    gint type;
    char *adapter;
} BondKeys;

static const BhOptionSpec bond_specs[] = {
    {"AddressType",
     BH_OPTION_CHOICE,
     BH_OPTION_AT_WITH(BondKeys, type, has_type),
     0,
     0,
     bh_address_type_choices},
    {"Adapter", BH_OPTION_STRING, BH_OPTION_AT(BondKeys, adapter)},
    {NULL}};

gboolean
bh_bond_options_parse(GVariant *dict,
                      const char *address,
                      BhHub *hub,
                      BhBondOptions *options,
                      GError **error)
{
    BondKeys keys = {0};
    gboolean good =
        bh_options_parse(dict, bond_specs, &keys, error) &&
        parse_address(address, keys.has_type, keys.type, hub, &options->address, error) &&
        (keys.adapter == NULL ||
         bh_adapter_option_resolve(keys.adapter, hub, &options->adapter, error));

    options->has_type = keys.has_type;
    options->has_adapter = keys.adapter != NULL;
    bh_options_clear(bond_specs, &keys);
    return good;
}
