/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One identity as several adapters hear it: each has a track, from readings to an average, and one
 * of them counts: the one that hears it best, as long as it does. Not installed.
 */
#include "bh-ema.h"
#include "bh-presence.h"
#include "bh-sampler.h"

G_BEGIN_DECLS

/* An adapter that has not heard it for so long, or for the time after which things are lost if that
 * is shorter, does not count any more if another one has. */
#define BH_TRACK_STALE_US (10 * G_USEC_PER_SEC)

typedef struct BhTrack BhTrack;

/* All zero is not used yet. */
struct BhTrack {
    BhTrack *next; /* of another adapter */
    BhEma ema;
    BhMedian *median; /* made when there is a window */
    gint64 last_us;   /* of the newest reading */
    BhSampler sampler;
    guint32 sampled_ms; /* of the newest sample; wraps around, only differences count */
    gint8 rssi;
    guint8 adapter;
    guint8 used : 1;
    guint8 counts : 1;
};

/* The one of an adapter, which is made if it is not there. */
BhTrack *bh_tracks_get(BhTrack *first, guint8 adapter);
/* Frees all but the first one, which is empty afterwards. */
void bh_tracks_clear(BhTrack *first);
/* The one that counts; NULL before the first sample. */
BhTrack *bh_tracks_peek(BhTrack *first);

/* A sample goes into the average of its track; TRUE if this track is the one that counts, now. */
gboolean bh_tracks_sample(BhTrack *first,
                          BhTrack *track,
                          const BhPresenceSettings *settings,
                          gint8 sample,
                          gint64 now_us);

G_END_DECLS
