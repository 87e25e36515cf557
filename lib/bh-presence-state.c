/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is known of an identity, computed when somebody asks.
 */
#include "bh-presence-private.h"

#include "bh-distance.h"

#define HALF_LIVES_PER_RESPONSE 4.321928094887363 /* log2(20): 5 % are left */

static BhPresenceEntry *
peek_used(const BhPresence *self, BhPresenceId id)
{
    BhPresenceEntry *entry = id < self->used ? bh_presence_entry(self, id) : NULL;

    return entry != NULL && entry->identity.size > 0 ? entry : NULL;
}

static gint
get_tx_power(const BhPresence *self, const BhPresenceEntry *entry)
{
    if (entry->alias != NULL && entry->alias->has_power)
        return entry->alias->power;
    if (self->settings.has_tx_power)
        return self->settings.tx_power;
    return entry->beacon_power != BH_NO_POWER ? entry->beacon_power : BH_DISTANCE_DEFAULT_POWER_DBM;
}

double
bh_presence_settings_get_response_ms(const BhPresenceSettings *self, double interval_ms)
{
    if (self->half_life_us > 0)
        return HALF_LIVES_PER_RESPONSE * (double)self->half_life_us / 1000.0;
    if (self->sample_period_us > 0)
        interval_ms = MAX(interval_ms, (double)self->sample_period_us / 1000.0);
    return bh_ema_response(self->alpha) * interval_ms;
}

static gboolean
hears(const BhPresence *self, const BhPresenceEntry *entry, const BhTrack *track)
{
    return track->ema.begun &&
           (track->counts || entry->last_us - track->last_us <= self->settings.lost_us);
}

/* What has not been heard by an adapter for as long as it takes to be lost is not heard by it any
 * more; but the one that counts is told until another one does. */
static void
add_tracks(const BhPresence *self, const BhPresenceEntry *entry, BhPresenceState *state)
{
    for (const BhTrack *track = &entry->track;
         track != NULL && state->n_tracks < BH_PRESENCE_MAX_ADAPTERS;
         track = track->next) {
        if (!hears(self, entry, track))
            continue;
        state->tracks[state->n_tracks++] = (BhPresenceTrack){
            .adapter = track->adapter,
            .rssi = track->rssi,
            .counts = track->counts,
            .smoothed = track->ema.average,
            .deviation_db = bh_ema_deviation(&track->ema),
            .last_us = track->last_us,
        };
    }
}

static void
add_distance(const BhPresence *self, BhPresenceState *state)
{
    double exponent = self->settings.exponent;

    state->distance_m = bh_distance_m(state->smoothed, state->tx_power, exponent);
    bh_distance_interval_m(state->smoothed,
                           state->deviation_db,
                           state->tx_power,
                           exponent,
                           &state->min_m,
                           &state->max_m);
}

static void
add_what_is_heard(const BhPresence *self, BhPresenceEntry *entry, BhPresenceState *state)
{
    const BhTrack *track = bh_tracks_peek(&entry->track);

    if (!entry->heard || track == NULL)
        return;
    state->heard = TRUE;
    state->rssi = track->rssi;
    state->smoothed = track->ema.average;
    state->deviation_db = bh_ema_deviation(&track->ema);
    state->interval_ms = (double)entry->interval_ms;
    state->response_ms = bh_presence_settings_get_response_ms(&self->settings, state->interval_ms);
    add_tracks(self, entry, state);
    add_distance(self, state);
}

gboolean
bh_presence_get_state(const BhPresence *self, BhPresenceId id, BhPresenceState *state)
{
    BhPresenceEntry *entry = peek_used(self, id);

    if (entry == NULL)
        return FALSE;
    *state = (BhPresenceState){
        .identity = &entry->identity,
        .alias = entry->alias != NULL ? entry->alias->name : NULL,
        .address = entry->address,
        .zone = entry->zone.zone,
        .tx_power = get_tx_power(self, entry),
        .samples = entry->samples,
        .last_us = entry->last_us,
        .since_us = entry->since_us,
    };
    add_what_is_heard(self, entry, state);
    return TRUE;
}

gboolean
bh_presence_get_statistics(const BhPresence *self,
                           BhPresenceId id,
                           BhPresenceStatistics *statistics)
{
    const BhPresenceEntry *entry = peek_used(self, id);

    if (entry == NULL)
        return FALSE;
    *statistics = (BhPresenceStatistics){
        .visits = entry->visits,
        .transitions = entry->transitions,
        .below_floor = entry->below_floor,
        .readings = entry->readings,
    };
    for (guint i = 0; i < G_N_ELEMENTS(entry->lengths); i++)
        statistics->lengths[i] = entry->lengths[i];
    for (guint i = 0; i < G_N_ELEMENTS(entry->zone_us); i++)
        statistics->zone_us[BH_ZONE_FAR + i] = entry->zone_us[i];
    if (entry->zone.zone != BH_ZONE_LOST)
        statistics->zone_us[entry->zone.zone] += MAX(0, entry->last_us - entry->since_us);
    return TRUE;
}

void
bh_presence_foreach(const BhPresence *self, BhPresenceIdFunc func, gpointer user_data)
{
    for (guint32 i = self->newest; i != BH_NO_ENTRY; i = bh_presence_entry(self, i)->older)
        if (!func(i, user_data))
            return;
}
