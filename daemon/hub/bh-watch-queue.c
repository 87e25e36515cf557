/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An entry for each number that an identity may have, 12 bytes, and the list of those that wait in
 * links between them: a watch of many thousands may keep one of these for each of its readers.
 */
#include "bh-watch-queue.h"

#include "bh-blocks.h"

typedef struct {
    guint32 count : 30; /* 0: it does not wait; stays at the largest value */
    guint32 from : 2;   /* BhZone */
    guint32 before;     /* the neighbours: their numbers and 1; 0 at the ends */
    guint32 after;
} Entry;
G_STATIC_ASSERT(sizeof(Entry) == 12 && BH_N_ZONES <= 4);

#define COUNT_MAX ((1u << 30) - 1)

struct BhWatchQueue {
    BhBlocks *entries;   /* Entry, by id */
    guint32 first, last; /* numbers and 1; 0: nothing waits */
};

static Entry *
peek(BhWatchQueue *self, BhPresenceId id)
{
    return bh_blocks_get(self->entries, id);
}

static void
drop(BhWatchQueue *self, Entry *entry)
{
    *(entry->before != 0 ? &peek(self, entry->before - 1)->after : &self->first) = entry->after;
    *(entry->after != 0 ? &peek(self, entry->after - 1)->before : &self->last) = entry->before;
    *entry = (Entry){.count = 0};
}

/* Waits once more. */
static Entry *
add(BhWatchQueue *self, BhPresenceId id, BhZone from)
{
    Entry *entry = peek(self, id);

    if (entry->count > 0) {
        entry->count += entry->count < COUNT_MAX;
        return entry;
    }
    *entry = (Entry){.count = 1, .before = self->last, .from = (guint)from & 3};
    *(self->last != 0 ? &peek(self, self->last - 1)->after : &self->first) = id + 1;
    self->last = id + 1;
    return entry;
}

void
bh_watch_queue_add_change(BhWatchQueue *self, BhPresenceId id, BhZone from, BhZone to)
{
    Entry *entry = add(self, id, from);

    if (entry->from == to)
        drop(self, entry);
}

void
bh_watch_queue_add_sample(BhWatchQueue *self, BhPresenceId id)
{
    add(self, id, BH_ZONE_LOST);
}

void
bh_watch_queue_forget(BhWatchQueue *self, BhPresenceId id)
{
    Entry *entry = peek(self, id);

    if (entry->count > 0)
        drop(self, entry);
}

gboolean
bh_watch_queue_pop(BhWatchQueue *self, BhWatchNews *news)
{
    Entry *entry = self->first != 0 ? peek(self, self->first - 1) : NULL;

    if (entry == NULL)
        return FALSE;
    *news = (BhWatchNews){.id = self->first - 1, .from = entry->from, .count = entry->count};
    drop(self, entry);
    return TRUE;
}

gboolean
bh_watch_queue_is_empty(const BhWatchQueue *self)
{
    return self->first == 0;
}

BhWatchQueue *
bh_watch_queue_new(void)
{
    BhWatchQueue *self = g_new0(BhWatchQueue, 1);

    self->entries = bh_blocks_new(sizeof(Entry));
    return self;
}

void
bh_watch_queue_free(BhWatchQueue *self)
{
    bh_blocks_free(self->entries);
    g_free(self);
}
