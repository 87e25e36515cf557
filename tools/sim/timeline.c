/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A sorted sequence of entries and one wake-up source set to the first of them. */
#include "timeline.h"

#include "wake.h"

typedef struct {
    guint id;
    gint64 at_us;
    BhTimelineFunc func;
    gpointer user_data;
} Entry;

struct _BhTimeline {
    GSequence *entries;
    GHashTable *by_id; /* guint -> GSequenceIter */
    guint last_id;
    double speed;
    gint64 real_base_us;
    gint64 base_us;
    GSource *wake;
};

static gint
entry_compare(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const Entry *first = a;
    const Entry *second = b;

    if (first->at_us != second->at_us)
        return first->at_us < second->at_us ? -1 : 1;
    return first->id < second->id ? -1 : first->id > second->id;
}

static const Entry *
peek_first(const BhTimeline *timeline)
{
    GSequenceIter *iter = g_sequence_get_begin_iter(timeline->entries);

    return g_sequence_iter_is_end(iter) ? NULL : g_sequence_get(iter);
}

static void
set_wake(BhTimeline *timeline)
{
    const Entry *first = peek_first(timeline);
    gint64 real = G_MAXINT64;

    if (first != NULL)
        real = timeline->real_base_us +
               (gint64)((double)(first->at_us - timeline->base_us) / timeline->speed) + 1;
    bh_wake_at(timeline->wake, real);
}

static Entry
take_first(BhTimeline *timeline)
{
    Entry entry = *peek_first(timeline);

    g_hash_table_remove(timeline->by_id, GUINT_TO_POINTER(entry.id));
    g_sequence_remove(g_sequence_get_begin_iter(timeline->entries));
    return entry;
}

/* Entries added for now while it runs wait for the next turn of the main loop. */
static void
run_due(gpointer user_data)
{
    BhTimeline *timeline = user_data;
    gint64 now = bh_timeline_now(timeline);
    guint last = timeline->last_id;

    for (const Entry *first = peek_first(timeline);
         first != NULL && first->at_us <= now && first->id <= last;
         first = peek_first(timeline)) {
        Entry entry = take_first(timeline);

        entry.func(entry.user_data);
    }
    set_wake(timeline);
}

BhTimeline *
bh_timeline_new(void)
{
    BhTimeline *timeline = g_new0(BhTimeline, 1);

    timeline->entries = g_sequence_new(g_free);
    timeline->by_id = g_hash_table_new(NULL, NULL);
    timeline->speed = 1.0;
    timeline->real_base_us = g_get_monotonic_time();
    timeline->wake = bh_wake_new(run_due, timeline);
    return timeline;
}

void
bh_timeline_free(BhTimeline *timeline)
{
    bh_wake_free(timeline->wake);
    g_hash_table_unref(timeline->by_id);
    g_sequence_free(timeline->entries);
    g_free(timeline);
}

gint64
bh_timeline_now(const BhTimeline *timeline)
{
    gint64 elapsed = g_get_monotonic_time() - timeline->real_base_us;

    return timeline->base_us + (gint64)((double)elapsed * timeline->speed);
}

void
bh_timeline_set_speed(BhTimeline *timeline, double factor)
{
    timeline->base_us = bh_timeline_now(timeline);
    timeline->real_base_us = g_get_monotonic_time();
    timeline->speed = factor;
    set_wake(timeline);
}

guint
bh_timeline_add(BhTimeline *timeline, gint64 at_us, BhTimelineFunc func, gpointer user_data)
{
    Entry *entry = g_new0(Entry, 1);

    *entry =
        (Entry){.id = ++timeline->last_id, .at_us = at_us, .func = func, .user_data = user_data};
    g_hash_table_insert(timeline->by_id,
                        GUINT_TO_POINTER(entry->id),
                        g_sequence_insert_sorted(timeline->entries, entry, entry_compare, NULL));
    if (peek_first(timeline) == entry)
        set_wake(timeline);
    return entry->id;
}

void
bh_timeline_clear(BhTimeline *timeline, guint *id)
{
    GSequenceIter *iter = g_hash_table_lookup(timeline->by_id, GUINT_TO_POINTER(*id));

    if (iter != NULL) {
        g_hash_table_remove(timeline->by_id, GUINT_TO_POINTER(*id));
        g_sequence_remove(iter);
    }
    *id = 0;
}
