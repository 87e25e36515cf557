/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Options of Watch() and of the methods of a watch: which keys there are, their ranges and
 * defaults, and how they become what a presence goes by.
 */
#include "bh-common-options.h"

G_BEGIN_DECLS

#define BH_WATCH_ALPHA_MIN 0.001

typedef struct {
    char **identities;
    char **beacons;
    char **irk;
    char **irk_again; /* the same in another spelling */
    char *name_pattern;
    char *adapter;

    gint preset; /* 0, or 1 = retail */
    gboolean has_alpha;
    double alpha;
    gint64 half_life_ms; /* 0 = alpha */
    gint64 sample_period_ms;
    gint64 median_window;
    gint64 rssi;
    gint64 immediate_dbm;
    gint64 near_dbm;
    double hysteresis_db;
    gint64 min_samples;
    gint64 dwell_ms;
    gint64 lost_ms;
    gint64 lost_intervals;
    gboolean has_tx_power;
    gint64 tx_power;
    double exponent;
    double switch_db;
    gboolean has_active;
    gboolean active;
    gint64 max_identities; /* 0 = not given */
    gboolean signals;

    BhLifetimeOptions life;
} BhWatchOptions;

/* Errors: InvalidArguments with the key first. */
gboolean bh_watch_options_parse(GVariant *dict,
                                const BhExportDefaults *defaults,
                                BhWatchOptions *options,
                                GError **error);
void bh_watch_options_clear(BhWatchOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhWatchOptions, bh_watch_options_clear)

/* Fills in what depends on the system (active, max_identities), and initialises selection, also
 * when it fails. Errors: InvalidArguments, NotFound (alias), NotSupported, each with the key first.
 */
gboolean bh_watch_options_to_spec(BhWatchOptions *options,
                                  BhHub *hub,
                                  const BhWatchDefaults *defaults,
                                  BhWatchSpec *spec,
                                  BhPresenceSelection *selection,
                                  GError **error);

/* What is in force, defaults included, but no keys, for Watch1.Options: a{sv}. */
GVariant *bh_watch_options_to_variant(const BhWatchOptions *options);

/* Which identities GetStates() and GetStatistics() are about. */
typedef struct {
    char *id;
    gboolean has_zone;
    gint zone; /* BhZone */
} BhStatesOptions;

gboolean bh_states_options_parse(GVariant *dict, BhStatesOptions *options, GError **error);
/* Id only. */
gboolean bh_statistics_options_parse(GVariant *dict, BhStatesOptions *options, GError **error);
void bh_states_options_clear(BhStatesOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhStatesOptions, bh_states_options_clear)

G_END_DECLS
