/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How to watch, and what.
 */
#include "bh-presence.h"

#include "bh-distance.h"
#include "bh-ema.h"

#define RETAIL_SAMPLE_PERIOD_US (2 * G_USEC_PER_SEC)
#define RETAIL_FLOOR_DBM (-75)
#define RETAIL_ALPHA 0.2

void
bh_presence_settings_init(BhPresenceSettings *self, gboolean retail)
{
    *self = (BhPresenceSettings){
        .alpha = BH_EMA_DEFAULT_ALPHA,
        .zones = {.immediate_dbm = BH_ZONE_DEFAULT_IMMEDIATE_DBM,
                  .near_dbm = BH_ZONE_DEFAULT_NEAR_DBM,
                  .min_samples = BH_ZONE_DEFAULT_MIN_SAMPLES},
        .lost_us = BH_PRESENCE_DEFAULT_LOST_MS * 1000,
        .exponent = BH_DISTANCE_DEFAULT_EXPONENT,
        .switch_db = BH_PRESENCE_DEFAULT_SWITCH_DB,
    };
    if (!retail)
        return;
    self->sample_period_us = RETAIL_SAMPLE_PERIOD_US;
    self->has_floor = TRUE;
    self->floor = RETAIL_FLOOR_DBM;
    self->alpha = RETAIL_ALPHA;
}

void
bh_presence_selection_init(BhPresenceSelection *self)
{
    *self = (BhPresenceSelection){
        .patterns = g_array_new(FALSE, FALSE, sizeof(BhIdentityPattern)),
        .keys = g_ptr_array_new_with_free_func((GDestroyNotify)bh_rpa_key_free),
        .aliases = g_ptr_array_new_with_free_func((GDestroyNotify)bh_alias_unref),
        .known = g_ptr_array_new_with_free_func((GDestroyNotify)bh_alias_unref),
    };
}

void
bh_presence_selection_clear(BhPresenceSelection *self)
{
    g_clear_pointer(&self->patterns, g_array_unref);
    g_clear_pointer(&self->keys, g_ptr_array_unref);
    g_clear_pointer(&self->aliases, g_ptr_array_unref);
    g_clear_pointer(&self->known, g_ptr_array_unref);
    g_clear_pointer(&self->name_pattern, g_free);
}
