/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A threshold is moved away from the zone that one is in: up for who is below it, down for who is
 * above. Who is lost has no side yet. Milliseconds do: there are thousands of states.
 */
#include "bh-zone.h"

#include <string.h>

static const char *const names[] = {
    [BH_ZONE_LOST] = "lost",
    [BH_ZONE_FAR] = "far",
    [BH_ZONE_NEAR] = "near",
    [BH_ZONE_IMMEDIATE] = "immediate",
};

const char *
bh_zone_to_string(BhZone zone)
{
    return names[zone];
}

gboolean
bh_zone_from_string(const char *text, BhZone *zone)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], text) == 0) {
            *zone = (BhZone)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* The threshold below which a signal is not in this zone, seen from another one. */
static double
threshold(const BhZoneRule *rule, BhZone zone, BhZone from)
{
    double dbm = zone == BH_ZONE_IMMEDIATE ? rule->immediate_dbm : rule->near_dbm;

    if (from == BH_ZONE_LOST)
        return dbm;
    return from >= zone ? dbm - rule->hysteresis_db : dbm + rule->hysteresis_db;
}

BhZone
bh_zone_of(const BhZoneRule *rule, BhZone from, double dbm)
{
    if (dbm > threshold(rule, BH_ZONE_IMMEDIATE, from))
        return BH_ZONE_IMMEDIATE;
    return dbm > threshold(rule, BH_ZONE_NEAR, from) ? BH_ZONE_NEAR : BH_ZONE_FAR;
}

/* Whether a sample speaks for the same as those before it. Before the first zone all do: they say
 * that somebody is there. */
static gboolean
goes_on(const BhZoneState *state, BhZone zone)
{
    return state->count > 0 && (state->zone == BH_ZONE_LOST || state->candidate == zone);
}

gboolean
bh_zone_add(const BhZoneRule *rule, BhZoneState *state, double dbm, gint64 now_us)
{
    BhZone zone = bh_zone_of(rule, state->zone, dbm);
    guint32 now_ms = (guint32)(now_us / 1000);

    if (zone == state->zone) {
        state->count = 0;
        return FALSE;
    }
    if (!goes_on(state, zone)) {
        state->count = 0;
        state->candidate_since_ms = now_ms;
    }
    state->candidate = zone;
    state->count = (guint8)MIN(state->count + 1, G_MAXUINT8);
    if (state->count < rule->min_samples ||
        (state->zone != BH_ZONE_LOST && now_ms - state->candidate_since_ms < rule->dwell_us / 1000))
        return FALSE;
    state->zone = (guint8)zone;
    state->count = 0;
    return TRUE;
}
