/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What happens to a signal on its way to the radio: noise that is new with each advertisement, and
 * dips, as when somebody stands between the device and the radio for a while. Each has random
 * numbers of its own, so that neither changes the other or when the device advertises.
 */
#include "prng.h"

G_BEGIN_DECLS

typedef struct {
    double noise_db;     /* standard deviation; 0 = none */
    gint64 dip_every_us; /* on average, from the begin of one to that of the next; 0 = none */
    gint64 dip_lasts_us; /* on average; from half of it to half as much again */
    double dip_min_db;   /* how much is lost in one */
    double dip_max_db;
} BhFading;

/** "DB". */
gboolean bh_fading_parse_noise(BhFading *fading, const char *text, GError **error);
/** "EVERY_MS;LASTS_MS;MIN_DB;MAX_DB". */
gboolean bh_fading_parse_dips(BhFading *fading, const char *text, GError **error);

/** How it stands for one device. Time only goes forward. */
typedef struct {
    BhPrng noise;
    BhPrng dips;
    gint64 dip_us; /* when the dip that is there, or else the next one, begins and ends */
    gint64 dip_end_us;
    double dip_db;
} BhFadingState;

/** The device arrives at now_us. */
void bh_fading_state_init(BhFadingState *state,
                          const BhFading *fading,
                          const BhPrng *prng,
                          gint64 now_us);

/** What is received of dbm at now_us, within what a controller can report. */
gint8 bh_fading_apply(const BhFading *fading, BhFadingState *state, gint64 now_us, gint8 dbm);

G_END_DECLS
