/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From the options of a watch to what a presence goes by: how it watches, and what. Part of
 * bh-watch-options.h.
 */
#include "bh-watch-options.h"

#include "bh-beacon.h"
#include "bh-error.h"

#include <string.h>

/* How it is watched */

static BhPresenceSettings
get_settings(const BhWatchOptions *options)
{
    return (BhPresenceSettings){
        .alpha = options->alpha,
        .half_life_us = options->half_life_ms * 1000,
        .median_window = (guint)options->median_window,
        .sample_period_us = options->sample_period_ms * 1000,
        .has_floor = options->rssi > BH_WATCH_NO_FLOOR,
        .floor = (gint)options->rssi,
        .zones = {.immediate_dbm = (double)options->immediate_dbm,
                  .near_dbm = (double)options->near_dbm,
                  .hysteresis_db = options->hysteresis_db,
                  .min_samples = (guint)options->min_samples,
                  .dwell_us = options->dwell_ms * 1000},
        .lost_us = options->lost_ms * 1000,
        .lost_intervals = (guint)options->lost_intervals,
        .has_tx_power = options->has_tx_power,
        .tx_power = (gint)options->tx_power,
        .exponent = options->exponent,
        .switch_db = options->switch_db,
        .max_identities = (guint)options->max_identities,
    };
}

/* Names are in scan responses, mostly. */
static gboolean
resolve_active(BhWatchOptions *options, BhHub *hub, GError **error)
{
    const BhScanNeeds passive = {.passive = TRUE};

    if (!options->has_active)
        options->active = options->name_pattern != NULL || !bh_hub_check_needs(hub, &passive, NULL);
    if (options->active || bh_hub_check_needs(hub, &passive, error))
        return TRUE;
    g_prefix_error(error, "Active: ");
    return FALSE;
}

/* Who is asked for by name is never forgotten, so there must be room for all of them. */
static gboolean
resolve_max_identities(BhWatchOptions *options, BhHub *hub, GError **error)
{
    guint limit = bh_hub_get_max_identities(hub);
    guint named = (options->identities != NULL ? g_strv_length(options->identities) : 0) +
                  (options->irk != NULL ? g_strv_length(options->irk) : 0);

    if (options->max_identities == 0)
        options->max_identities = limit;
    if (options->max_identities <= limit && named <= options->max_identities)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "MaxIdentities: must be from %u%s to %u",
                MAX(1, named),
                named > 0 ? ", which are asked for," : "",
                limit);
    return FALSE;
}

/* What is watched */

static BhAlias *
find_alias(const GPtrArray *aliases, const char *name)
{
    for (guint i = 0; aliases != NULL && i < aliases->len; i++) {
        BhAlias *alias = aliases->pdata[i];

        if (g_str_equal(alias->name, name))
            return alias;
    }
    return NULL;
}

/* Every identity has a colon; what has none was meant as an alias. */
static gboolean
add_identity(const char *text,
             const GPtrArray *aliases,
             BhPresenceSelection *selection,
             GError **error)
{
    BhAlias *alias = find_alias(aliases, text);
    BhIdentityPattern pattern;

    if (alias != NULL) {
        g_ptr_array_add(selection->aliases, bh_alias_ref(alias));
        return TRUE;
    }
    if (strchr(text, ':') == NULL) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_FOUND,
                    "Identities: the configuration has no [device %s]",
                    text);
        return FALSE;
    }
    if (!bh_identity_pattern_parse(text, &pattern, error)) {
        g_prefix_error(error, "Identities: ");
        return FALSE;
    }
    g_array_append_val(selection->patterns, pattern);
    return TRUE;
}

static gboolean
add_identities(const BhWatchOptions *options,
               const GPtrArray *aliases,
               BhPresenceSelection *selection,
               GError **error)
{
    for (char **it = options->identities; it != NULL && *it != NULL; it++)
        if (!add_identity(*it, aliases, selection, error))
            return FALSE;
    for (char **it = options->irk; it != NULL && *it != NULL; it++) {
        BhRpaKey *key = bh_rpa_key_new(*it, error);

        if (key == NULL)
            return FALSE;
        g_ptr_array_add(selection->keys, key);
    }
    for (guint i = 0; aliases != NULL && i < aliases->len; i++)
        g_ptr_array_add(selection->known, bh_alias_ref(aliases->pdata[i]));
    return TRUE;
}

/* Telemetry alone would be nobody: who asks for it alone would wait for ever. */
static gboolean
add_types(const BhWatchOptions *options, guint8 *types, GError **error)
{
    const guint8 telemetry =
        BH_BEACON_BIT(BH_BEACON_EDDYSTONE_TLM) | BH_BEACON_BIT(BH_BEACON_EDDYSTONE_ETLM);

    if (!bh_beacon_types_parse(options->beacons, "Beacons", types, error))
        return FALSE;
    if (*types == 0 || (*types & ~telemetry) != 0)
        return TRUE;
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_INVALID_ARGUMENTS,
                        "Beacons: telemetry does not say which beacon it is of");
    return FALSE;
}

static gboolean
select_all(const BhWatchOptions *options,
           const GPtrArray *aliases,
           BhPresenceSelection *selection,
           GError **error)
{
    guint8 types = 0;

    if (!add_types(options, &types, error) || !add_identities(options, aliases, selection, error))
        return FALSE;
    selection->beacon_types = types;
    selection->name_pattern = g_strdup(options->name_pattern);
    selection->everything = types == 0 && options->name_pattern == NULL &&
                            selection->patterns->len == 0 && selection->aliases->len == 0 &&
                            selection->keys->len == 0;
    return TRUE;
}

gboolean
bh_watch_options_to_spec(BhWatchOptions *options,
                         BhHub *hub,
                         const BhWatchDefaults *defaults,
                         BhWatchSpec *spec,
                         BhPresenceSelection *selection,
                         GError **error)
{
    *spec = (BhWatchSpec){.has_adapter = options->adapter != NULL};
    bh_presence_selection_init(selection);
    if (!select_all(options, defaults->aliases, selection, error) ||
        !resolve_max_identities(options, hub, error) ||
        (spec->has_adapter &&
         !bh_adapter_option_resolve(options->adapter, hub, &spec->adapter, error)) ||
        !resolve_active(options, hub, error))
        return FALSE;
    spec->settings = get_settings(options);
    spec->active = options->active;
    return TRUE;
}
