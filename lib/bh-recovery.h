/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What to do about a scan that has fallen silent, as a pure function of time: restart the
 * discovery, then power-cycle the adapter (only one that was heard since start and carries no
 * link), each backed off, then wait for a re-plug. The caller acts and counts; this only decides.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_RECOVERY_NONE,
    BH_RECOVERY_RESTART_DISCOVERY,
    BH_RECOVERY_POWER_CYCLE,
} BhRecoveryAction;

typedef struct {
    gint64 silent_us;          /* 90 s: silence that is noticed */
    gint64 power_cycle_min_us; /* 5 min: first back-off between power-cycles */
    gint64 power_cycle_max_us; /* 1 h */
} BhRecoveryPolicy;

#define BH_RECOVERY_SILENT_MS 90000
#define BH_RECOVERY_POWER_CYCLE_MIN_MS 300000
#define BH_RECOVERY_POWER_CYCLE_MAX_MS 3600000

/* All zero before the first start. */
typedef struct {
    gint64 quiet_since_us;   /* last report, or when scanning (re)started */
    gint64 hearing_since_us; /* first report after a silence, or when scanning (re)started */
    gint64 last_action_us;   /* newest restart or power-cycle; meaningful above rung 0 */
    gint64
        restart_backoff_us; /* until the next restart; silent_us, doubling to power_cycle_max_us */
    gint64 last_power_cycle_us; /* 0 = never */
    gint64 power_cycle_backoff_us;
    gboolean heard; /* anything since start */
    guint rung;     /* 0 = hearing; 1 = discovery was restarted; 2 = power-cycled */
} BhRecovery;

/** Scanning (re)started for the first time, after a gap: silence counts from now. Keeps the
 * back-off. Not for restarts that the ladder asked for. */
void bh_recovery_start(BhRecovery *self, gint64 now_us);
/** A report came: back to the first rung. The power-cycle back-off resets after silent_us of
 * hearing. */
void bh_recovery_heard(BhRecovery *self, gint64 now_us);
/** What to do now, and when to ask again (next_us; also when a link that forbade power-cycling
 * ended). may_power_cycle: no link on the adapter. What is returned counts as done. */
BhRecoveryAction bh_recovery_check(BhRecovery *self,
                                   const BhRecoveryPolicy *policy,
                                   gboolean may_power_cycle,
                                   gint64 now_us,
                                   gint64 *next_us);

G_END_DECLS
