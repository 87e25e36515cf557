/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Nearly always there is one adapter, so the first track is part of the identity and the others, if
 * there are any, are a list behind it.
 */
#include "bh-tracks.h"

BhTrack *
bh_tracks_get(BhTrack *first, guint8 adapter)
{
    BhTrack *track = first;

    while (track->used && track->adapter != adapter && track->next != NULL)
        track = track->next;
    if (track->used && track->adapter == adapter)
        return track;
    if (track->used)
        track = track->next = g_new0(BhTrack, 1);
    track->used = 1;
    track->adapter = adapter;
    return track;
}

void
bh_tracks_clear(BhTrack *first)
{
    BhTrack *next = first->next;

    while (next != NULL) {
        BhTrack *track = next;

        next = track->next;
        g_free(track->median);
        g_free(track);
    }
    g_free(first->median);
    *first = (BhTrack){.next = NULL};
}

BhTrack *
bh_tracks_peek(BhTrack *first)
{
    for (BhTrack *track = first; track != NULL; track = track->next)
        if (track->counts)
            return track;
    return NULL;
}

static void
smooth(BhTrack *self, const BhPresenceSettings *settings, gint8 sample, gint64 now_us)
{
    guint32 now_ms = (guint32)(now_us / 1000);
    gint64 since_us = (gint64)(guint32)(now_ms - self->sampled_ms) * 1000;
    double value = sample, alpha = settings->alpha;

    if (settings->median_window > 1) {
        if (self->median == NULL)
            self->median = g_new0(BhMedian, 1);
        value = bh_median_add(self->median, sample, settings->median_window);
    }
    if (settings->half_life_us > 0)
        alpha = bh_ema_alpha_for(since_us, settings->half_life_us);
    self->sampled_ms = now_ms;
    bh_ema_add(&self->ema, value, alpha);
}

static gboolean
takes_over(const BhTrack *self,
           const BhTrack *from,
           const BhPresenceSettings *settings,
           gint64 now_us)
{
    return from == NULL || self->ema.average > from->ema.average + settings->switch_db ||
           now_us - from->last_us > MIN(BH_TRACK_STALE_US, settings->lost_us);
}

gboolean
bh_tracks_sample(BhTrack *first,
                 BhTrack *track,
                 const BhPresenceSettings *settings,
                 gint8 sample,
                 gint64 now_us)
{
    BhTrack *from = bh_tracks_peek(first);

    smooth(track, settings, sample, now_us);
    if (from != track && takes_over(track, from, settings, now_us)) {
        if (from != NULL)
            from->counts = 0;
        track->counts = 1;
    }
    return track->counts;
}
