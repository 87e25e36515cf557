/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A map for the entries and a list for their order.
 */
#include "bh-watch-queue.h"

typedef struct {
    BhWatchNews news;
    GList link;
} Entry;

struct BhWatchQueue {
    GHashTable *entries; /* id -> Entry, owned */
    GQueue order;        /* Entry, by its link */
};

static void
drop(BhWatchQueue *self, Entry *entry)
{
    g_queue_unlink(&self->order, &entry->link);
    g_hash_table_remove(self->entries, GUINT_TO_POINTER(entry->news.id));
}

static Entry *
ensure(BhWatchQueue *self, BhPresenceId id, BhZone from)
{
    Entry *entry = g_hash_table_lookup(self->entries, GUINT_TO_POINTER(id));

    if (entry != NULL)
        return entry;
    entry = g_new0(Entry, 1);
    entry->news = (BhWatchNews){.id = id, .from = from};
    entry->link.data = entry;
    g_queue_push_tail_link(&self->order, &entry->link);
    g_hash_table_insert(self->entries, GUINT_TO_POINTER(id), entry);
    return entry;
}

void
bh_watch_queue_add_change(BhWatchQueue *self, BhPresenceId id, BhZone from, BhZone to)
{
    Entry *entry = ensure(self, id, from);

    entry->news.count++;
    if (entry->news.from == to)
        drop(self, entry);
}

void
bh_watch_queue_add_sample(BhWatchQueue *self, BhPresenceId id)
{
    ensure(self, id, BH_ZONE_LOST)->news.count++;
}

void
bh_watch_queue_forget(BhWatchQueue *self, BhPresenceId id)
{
    Entry *entry = g_hash_table_lookup(self->entries, GUINT_TO_POINTER(id));

    if (entry != NULL)
        drop(self, entry);
}

gboolean
bh_watch_queue_pop(BhWatchQueue *self, BhWatchNews *news)
{
    Entry *entry = g_queue_peek_head(&self->order);

    if (entry == NULL)
        return FALSE;
    *news = entry->news;
    drop(self, entry);
    return TRUE;
}

gboolean
bh_watch_queue_is_empty(const BhWatchQueue *self)
{
    return self->order.length == 0;
}

BhWatchQueue *
bh_watch_queue_new(void)
{
    BhWatchQueue *self = g_new0(BhWatchQueue, 1);

    self->entries = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_queue_init(&self->order);
    return self;
}

void
bh_watch_queue_free(BhWatchQueue *self)
{
    g_hash_table_unref(self->entries);
    g_free(self);
}
