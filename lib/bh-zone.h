/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How near something is, in the four words that a signal can answer for: a change of zone is
 * believed when it is clear enough (hysteresis), was seen often enough (consecutive samples) and
 * has lasted long enough (dwell).
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_ZONE_LOST, /* not heard, or not often enough yet */
    BH_ZONE_FAR,
    BH_ZONE_NEAR,
    BH_ZONE_IMMEDIATE,
    BH_N_ZONES,
} BhZone;

/** "lost", "far", "near", "immediate"; static storage. */
const char *bh_zone_to_string(BhZone zone);
gboolean bh_zone_from_string(const char *text, BhZone *zone);

#define BH_ZONE_DEFAULT_IMMEDIATE_DBM (-55)
#define BH_ZONE_DEFAULT_NEAR_DBM (-70)
#define BH_ZONE_DEFAULT_MIN_SAMPLES 3

typedef struct {
    double immediate_dbm; /* immediate above this: exactly this is near */
    double near_dbm;      /* near above this: exactly this is far */
    double hysteresis_db; /* how much beyond a threshold a signal must be to leave a zone */
    guint min_samples;    /* before the first zone, and in a row before each other one; 1 to 255 */
    gint64 dwell_us;      /* how long these must have lasted before another zone */
} BhZoneRule;

/** All zero is lost. */
typedef struct {
    guint32 candidate_since_ms; /* wraps around; only the difference counts */
    guint8 zone;                /* BhZone */
    guint8 candidate;           /* BhZone; while count is not 0 */
    guint8 count;               /* samples in a row for the candidate */
} BhZoneState;

/** The zone of a signal, seen from the zone that it was in. */
BhZone bh_zone_of(const BhZoneRule *rule, BhZone from, double dbm);

/** Adds a sample; TRUE if state->zone is another one now. */
gboolean bh_zone_add(const BhZoneRule *rule, BhZoneState *state, double dbm, gint64 now_us);

G_END_DECLS
