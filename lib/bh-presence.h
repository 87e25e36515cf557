/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Presence: which of the things that somebody watches are here, and how near. It is fed the reports
 * of the device table, finds out what each is about (an identity, see bh-identity.h), and keeps the
 * state of each identity: readings become samples (floor, period, median), samples an average (one
 * for each adapter that hears it, of which the strongest counts), averages a zone, zones visits.
 * The cost of a report does not depend on how many identities there are. Their number is bounded:
 * the one unheard for longest goes first, but none that was asked for by name.
 *
 * It has no clock: times (monotonic, us) are given to it, and it says when it wants to be asked
 * again.
 */
#include "bh-alias.h"
#include "bh-device-table.h"
#include "bh-median.h"
#include "bh-zone.h"

G_BEGIN_DECLS

#define BH_PRESENCE_DEFAULT_LOST_MS 60000
#define BH_PRESENCE_DEFAULT_SWITCH_DB 6
#define BH_PRESENCE_MAX_ADAPTERS 16

typedef struct {
    double alpha;            /* of the average; above 0, at most 1 */
    gint64 half_life_us;     /* not 0: alpha follows from the time between samples instead */
    guint median_window;     /* samples, 2 to BH_MEDIAN_MAX; 0 or 1 = none */
    gint64 sample_period_us; /* 0 = each reading is a sample; else one a period, the strongest */
    gboolean has_floor;
    gint floor; /* dBm; what is weaker is not a reading */
    BhZoneRule zones;
    gint64 lost_us;        /* without a reading; above 0 */
    guint lost_intervals;  /* not 0: lost after so many learned intervals, at least 1 s, if that is
                              sooner */
    gboolean has_tx_power; /* else that of the beacon, else BH_DISTANCE_DEFAULT_POWER_DBM */
    gint tx_power;         /* measured power at 1 m, dBm */
    double exponent;       /* path loss; above 0 */
    double switch_db;      /* by how much another adapter must hear it better to count instead */
    guint max_identities;
} BhPresenceSettings;

/** The defaults of all but max_identities; retail: those of the preset of that name (a sample every
 * 2 s, floor -75 dBm, alpha 0.2). */
void bh_presence_settings_init(BhPresenceSettings *self, gboolean retail);

/** What is watched: everything that one of these chooses. */
typedef struct {
    gboolean everything; /* every beacon, and every device by its address */
    guint beacon_types;  /* BH_BEACON_BIT(): all beacons of these types */
    GArray *patterns;    /* BhIdentityPattern, owned */
    GPtrArray *keys;     /* BhRpaKey, owned */
    GPtrArray *aliases;  /* BhAlias: chosen by their names; owned */
    char *name_pattern;  /* glob on the device's name; such a device is its address */
    GPtrArray *known;    /* BhAlias: names for what something else chose; owned */
} BhPresenceSelection;

/** In how many milliseconds the average goes 95 % of a step, of something heard every interval_ms;
 * 0 if that would have to be known, and is 0. */
double bh_presence_settings_get_response_ms(const BhPresenceSettings *self, double interval_ms);

void bh_presence_selection_init(BhPresenceSelection *self);
void bh_presence_selection_clear(BhPresenceSelection *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPresenceSelection, bh_presence_selection_clear)

typedef struct BhPresence BhPresence;

/** Numbers an identity as long as the presence lasts or until it is forgotten. */
typedef guint32 BhPresenceId;

/** Something became of an identity, whose zone was from and is to, if that is another one: a sample
 * was taken, or it was lost. Called during bh_presence_hear() and bh_presence_tick(), which it must
 * not call. */
typedef void (*BhPresenceFunc)(gpointer user_data, BhPresenceId id, BhZone from, BhZone to);

/** There is no such identity any more; its number may be given to another one. */
typedef void (*BhPresenceForgottenFunc)(gpointer user_data, BhPresenceId id);

typedef struct {
    BhPresenceFunc changed;
    BhPresenceForgottenFunc forgotten;
} BhPresenceFuncs;

/** Takes what selection has, and leaves it empty. */
BhPresence *bh_presence_new(const BhPresenceSettings *settings,
                            BhPresenceSelection *selection,
                            const BhPresenceFuncs *funcs,
                            gpointer user_data);
void bh_presence_free(BhPresence *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPresence, bh_presence_free)

/** A report and the row of the device table that it changed. */
void bh_presence_hear(BhPresence *self,
                      const BhDevice *device,
                      BhDeviceChange change,
                      const BhReport *report);

/** When bh_presence_tick() is wanted next; G_MAXINT64 = not before another report. */
gint64 bh_presence_get_due(const BhPresence *self);
void bh_presence_tick(BhPresence *self, gint64 now_us);

/** Whether the radio listens. While it does not nothing is lost, and when it does again everything
 * has its whole time anew. A new presence does not listen. */
void bh_presence_set_listening(BhPresence *self, gboolean listening, gint64 now_us);

/** How one adapter hears an identity. */
typedef struct {
    guint8 adapter;  /* slot, as in BhReport */
    gint8 rssi;      /* newest reading, dBm */
    gboolean counts; /* the zone is of this one */
    double smoothed; /* dBm */
    double deviation_db;
    gint64 last_us;
} BhPresenceTrack;

/** What is known of an identity. */
typedef struct {
    const BhIdentity *identity; /* borrowed, as alias: until the next call that changes anything */
    const char *alias;          /* NULL */
    BhAddress address;          /* with which it was heard last; if last_us is not 0 */
    BhZone zone;
    gboolean heard;  /* it was heard since it was lost; what follows is of then */
    gint8 rssi;      /* newest reading, dBm */
    double smoothed; /* dBm */
    double deviation_db;
    gint tx_power;     /* that the distance is computed with, at 1 m, dBm */
    double distance_m; /* and the interval of one deviation either way */
    double min_m;
    double max_m;
    double interval_ms; /* learned gap between readings; 0 = not yet */
    double response_ms; /* in which the average goes 95 % of a step; 0 = not known yet */
    guint32 samples;    /* since it was lost */
    gint64 last_us;     /* newest reading */
    gint64 since_us;    /* in this zone; 0 = always */
    guint n_tracks;
    BhPresenceTrack tracks[BH_PRESENCE_MAX_ADAPTERS];
} BhPresenceState;

#define BH_PRESENCE_VISIT_BOUNDS 5 /* 10 s, 1 min, 5 min, 15 min, 1 h */

/** What became of an identity since the watch began or it was forgotten. */
typedef struct {
    guint32 visits;                                /* times that it was not lost any more */
    guint32 transitions;                           /* between far, near and immediate */
    guint32 below_floor;                           /* reports that were no readings */
    guint32 readings;                              /* stays at the largest value */
    gint64 zone_us[BH_N_ZONES];                    /* time spent in each; of lost 0 */
    guint32 lengths[BH_PRESENCE_VISIT_BOUNDS + 1]; /* of visits that ended; the last: longer */
} BhPresenceStatistics;

/** FALSE if it was forgotten. */
gboolean bh_presence_get_state(const BhPresence *self, BhPresenceId id, BhPresenceState *state);
gboolean bh_presence_get_statistics(const BhPresence *self,
                                    BhPresenceId id,
                                    BhPresenceStatistics *statistics);

/** All, most recently heard first, until func returns FALSE. */
typedef gboolean (*BhPresenceIdFunc)(BhPresenceId id, gpointer user_data);
void bh_presence_foreach(const BhPresence *self, BhPresenceIdFunc func, gpointer user_data);

guint bh_presence_count(const BhPresence *self);
/** Readings of all identities; identities forgotten for want of room. */
guint64 bh_presence_get_readings(const BhPresence *self);
guint64 bh_presence_get_forgotten(const BhPresence *self);

/** Id s, Alias s, Type s ("address", "irk" or the beacon's), Address s and AddressType s, Zone s,
 * ZoneSince x and Timestamp x (realtime, us), RSSI n, Smoothed d (dBm), RSSIStdDev d (dB), TxPower
 * n (at 1 m, dBm), DistanceM d, DistanceMinM d, DistanceMaxM d, IntervalMs d, ResponseMs d, Samples
 * u, AgeMs x (since the newest reading); what is not known is left out. realtime_us is now. */
void bh_presence_state_add_to_row(const BhPresenceState *state,
                                  gint64 now_us,
                                  gint64 realtime_us,
                                  GVariantBuilder *builder);

/** Visits u, Transitions u, Readings u, BelowFloor u, ImmediateMs t, NearMs t, FarMs t,
 * VisitLengths au (ended visits of up to 10 s, 1 min, 5 min, 15 min, 1 h, and longer). */
void bh_presence_statistics_add_to_row(const BhPresenceStatistics *statistics,
                                       GVariantBuilder *builder);

G_END_DECLS
