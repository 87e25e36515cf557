/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A reading's way: floor, period, average, zone. Who has a reading in a period that goes on is in a
 * list, which is gone through when it ends. When somebody is lost is not kept in order, because
 * every reading would change that; there is one time before which nobody can be lost, and when it
 * has come all identities are looked at.
 */
#include "bh-presence-private.h"

#include "bh-statistics.h"

#define LOST_STEP_US (100 * 1000) /* what is lost within it is told together */
#define LOST_LEARNED_MIN_US G_USEC_PER_SEC
#define US_PER_DS (100 * 1000)
#define LEARNED_SAMPLES 8 /* gaps before the learned interval is believed */

static const gint64 visit_bounds_us[BH_PRESENCE_VISIT_BOUNDS] = {
    10 * G_TIME_SPAN_SECOND,
    G_TIME_SPAN_MINUTE,
    5 * G_TIME_SPAN_MINUTE,
    15 * G_TIME_SPAN_MINUTE,
    G_TIME_SPAN_HOUR,
};

/* Zones */

static guint32
to_ds(gint64 us)
{
    return (guint32)(us / US_PER_DS);
}

static void
enter_zone(BhPresenceEntry *entry, BhZone from, gint64 now_us)
{
    if (from == BH_ZONE_LOST) {
        entry->visits++;
        entry->arrived_ds = to_ds(now_us);
    } else {
        entry->transitions++;
        entry->zone_us[from - BH_ZONE_FAR] += now_us - entry->since_us;
    }
    entry->since_us = now_us;
}

static void
take_sample(BhPresence *self, guint32 number, BhTrack *track, gint8 sample, gint64 now_us)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);
    BhZone from = entry->zone.zone;

    if (!bh_tracks_sample(&entry->track, track, &self->settings, sample, now_us))
        return;
    entry->samples++;
    if (bh_zone_add(&self->settings.zones, &entry->zone, track->ema.average, now_us))
        enter_zone(entry, from, now_us);
    self->funcs.changed(self->user_data, number, from, entry->zone.zone);
}

/* Readings */

/* By the adapter that counts: each of several hears the same advertisements. */
static void
learn_interval(BhPresenceEntry *entry, const BhTrack *track, gint64 now_us)
{
    const BhTrack *counts = bh_tracks_peek(&entry->track);
    float gap_ms = (float)(now_us - track->last_us) / 1000.0f;

    if ((counts != NULL && counts != track) || track->last_us == 0 || now_us <= track->last_us)
        return;
    if (entry->interval_ms == 0.0f)
        entry->interval_ms = gap_ms;
    else
        entry->interval_ms += BH_STATISTICS_INTERVAL_WEIGHT * (gap_ms - entry->interval_ms);
}

static gint64
lost_after_us(const BhPresence *self, const BhPresenceEntry *entry)
{
    gint64 learned_us;

    if (self->settings.lost_intervals == 0 || entry->samples < LEARNED_SAMPLES)
        return self->settings.lost_us;
    learned_us = (gint64)(entry->interval_ms * 1000.0f * (float)self->settings.lost_intervals);
    return MIN(self->settings.lost_us, MAX(learned_us, LOST_LEARNED_MIN_US));
}

static gint64
lost_at_us(const BhPresence *self, const BhPresenceEntry *entry)
{
    return MAX(entry->last_us, self->listening_since_us) + lost_after_us(self, entry);
}

static gint64
round_up(gint64 us)
{
    return (us + LOST_STEP_US - 1) / LOST_STEP_US * LOST_STEP_US;
}

static void
look_for_lost_at(BhPresence *self, gint64 at_us)
{
    self->lost_due_us = MIN(self->lost_due_us, at_us);
}

static BhTrack *
note_reading(BhPresence *self, guint32 number, const BhDevice *device, const BhReport *report)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);
    BhTrack *track = bh_tracks_get(&entry->track, report->adapter);
    gint64 now_us = report->monotonic_us;

    learn_interval(entry, track, now_us);
    track->last_us = entry->last_us = now_us;
    track->rssi = report->rssi;
    entry->address = device->address;
    entry->readings += entry->readings < G_MAXUINT32;
    self->readings++;
    bh_presence_make_newest(self, number);
    if (!entry->heard || self->settings.lost_intervals > 0)
        look_for_lost_at(self, round_up(lost_at_us(self, entry)));
    entry->heard = 1;
    return track;
}

/* The sample of a period that is over, if there was a reading in it. */
static void
end_period(BhPresence *self, guint32 number, BhTrack *track, gint64 now_us)
{
    gint64 period_us = self->settings.sample_period_us;
    gint8 sample;

    if (bh_sampler_take(&track->sampler, now_us, period_us, &sample))
        take_sample(self, number, track, sample, now_us);
}

static void
await_period_end(BhPresence *self, guint32 number, gint64 now_us)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);
    gint64 end_us = bh_sampler_period_end(now_us, self->settings.sample_period_us);

    self->period_due_us = MIN(self->period_due_us, end_us);
    if (entry->pending)
        return;
    entry->pending = 1;
    entry->next_pending = self->pending;
    self->pending = number;
}

static void
take_reading(BhPresence *self, guint32 number, const BhDevice *device, const BhReport *report)
{
    gint64 now_us = report->monotonic_us, period_us = self->settings.sample_period_us;
    BhTrack *track = note_reading(self, number, device, report);

    if (period_us == 0) {
        take_sample(self, number, track, report->rssi, now_us);
        return;
    }
    end_period(self, number, track, now_us);
    bh_sampler_add(&track->sampler, now_us, period_us, report->rssi);
    await_period_end(self, number, now_us);
}

void
bh_presence_hear(BhPresence *self,
                 const BhDevice *device,
                 BhDeviceChange change,
                 const BhReport *report)
{
    gboolean is_weak = self->settings.has_floor && report->rssi < self->settings.floor;
    gboolean is_reading = report->rssi != BH_RSSI_UNKNOWN && !is_weak;
    guint32 number = bh_presence_identify(self, device, change, is_reading);
    BhPresenceEntry *entry;

    if (number == BH_NO_ENTRY)
        return;
    entry = bh_presence_entry(self, number);
    if (is_weak)
        entry->below_floor += entry->below_floor < G_MAXUINT32;
    if (is_reading)
        take_reading(self, number, device, report);
}

/* Time */

static void
end_visit(BhPresenceEntry *entry)
{
    /* below 0 if it was heard in one period only, whose end was its arrival */
    gint64 length_us = (gint64)(gint32)(to_ds(entry->last_us) - entry->arrived_ds) * US_PER_DS;
    guint i = 0;

    while (i < BH_PRESENCE_VISIT_BOUNDS && length_us > visit_bounds_us[i])
        i++;
    entry->lengths[i] += entry->lengths[i] < G_MAXUINT16;
    entry->zone_us[entry->zone.zone - BH_ZONE_FAR] += MAX(0, entry->last_us - entry->since_us);
}

/* It begins anew when it is heard again. */
static void
lose(BhPresence *self, guint32 number, gint64 now_us)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);
    BhZone from = entry->zone.zone;

    if (from != BH_ZONE_LOST) {
        end_visit(entry);
        entry->since_us = now_us;
    }
    bh_tracks_clear(&entry->track);
    entry->zone = (BhZoneState){.zone = BH_ZONE_LOST};
    entry->heard = 0;
    entry->samples = 0;
    entry->interval_ms = 0.0f;
    if (from != BH_ZONE_LOST)
        self->funcs.changed(self->user_data, number, from, BH_ZONE_LOST);
}

static void
end_periods_of(BhPresence *self, guint32 number, gint64 now_us)
{
    BhPresenceEntry *entry = bh_presence_entry(self, number);

    for (BhTrack *track = &entry->track; track != NULL; track = track->next) {
        end_period(self, number, track, now_us);
        if (track->sampler.pending)
            await_period_end(self, number, now_us);
    }
}

static void
end_periods(BhPresence *self, gint64 now_us)
{
    guint32 next = self->pending;

    self->pending = BH_NO_ENTRY;
    self->period_due_us = G_MAXINT64;
    while (next != BH_NO_ENTRY) {
        guint32 number = next;
        BhPresenceEntry *entry = bh_presence_entry(self, number);

        next = entry->next_pending;
        entry->pending = 0;
        end_periods_of(self, number, now_us);
    }
}

static void
look_for_lost(BhPresence *self, gint64 now_us)
{
    self->lost_due_us = G_MAXINT64;
    for (guint32 i = 0; self->listening && i < self->used; i++) {
        const BhPresenceEntry *entry = bh_presence_entry(self, i);

        if (!entry->heard)
            continue;
        if (lost_at_us(self, entry) <= now_us)
            lose(self, i, now_us);
        else
            look_for_lost_at(self, round_up(lost_at_us(self, entry)));
    }
}

void
bh_presence_tick(BhPresence *self, gint64 now_us)
{
    if (self->period_due_us <= now_us)
        end_periods(self, now_us);
    if (self->lost_due_us <= now_us)
        look_for_lost(self, now_us);
}

gint64
bh_presence_get_due(const BhPresence *self)
{
    return MIN(self->period_due_us, self->lost_due_us);
}

void
bh_presence_set_listening(BhPresence *self, gboolean listening, gint64 now_us)
{
    if (self->listening == listening)
        return;
    self->listening = listening;
    if (listening) {
        self->listening_since_us = now_us;
        look_for_lost_at(self, now_us);
    }
}

guint
bh_presence_count(const BhPresence *self)
{
    return g_hash_table_size(self->by_identity);
}

guint64
bh_presence_get_readings(const BhPresence *self)
{
    return self->readings;
}

guint64
bh_presence_get_forgotten(const BhPresence *self)
{
    return self->forgotten;
}

BhPresence *
bh_presence_new(const BhPresenceSettings *settings,
                BhPresenceSelection *selection,
                const BhPresenceFuncs *funcs,
                gpointer user_data)
{
    BhPresence *self = g_new0(BhPresence, 1);

    self->settings = *settings;
    self->funcs = *funcs;
    self->user_data = user_data;
    self->watched = bh_watched_new(selection);
    self->entries = bh_blocks_new(sizeof(BhPresenceEntry));
    self->slots = bh_blocks_new(sizeof(BhPresenceSlot));
    self->by_identity = g_hash_table_new(bh_identity_hash, bh_identity_equal);
    self->freed = g_array_new(FALSE, FALSE, sizeof(guint32));
    self->newest = self->oldest = BH_NO_ENTRY;
    self->pending = BH_NO_ENTRY;
    self->period_due_us = self->lost_due_us = G_MAXINT64;
    bh_presence_add_named(self);
    return self;
}

void
bh_presence_free(BhPresence *self)
{
    for (guint32 i = 0; i < self->used; i++)
        bh_tracks_clear(&bh_presence_entry(self, i)->track);
    g_array_unref(self->freed);
    g_hash_table_unref(self->by_identity);
    bh_blocks_free(self->slots);
    bh_blocks_free(self->entries);
    bh_watched_free(self->watched);
    g_free(self);
}
