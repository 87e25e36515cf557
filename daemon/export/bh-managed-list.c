/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A queue for the order, and a table for the way from the object to its place in it.
 */
#include "bh-managed-list.h"

struct BhManagedList {
    GQueue order;      /* BhManaged, by their own links */
    GHashTable *table; /* BhExported -> BhManaged, owned */
};

static void
managed_free(gpointer data)
{
    BhManaged *item = data;

    g_object_unref(item->exported);
    g_free(item->path);
    g_hash_table_unref(item->told);
    g_free(item);
}

BhManaged *
bh_managed_list_add(BhManagedList *self, BhExported *exported, const char *path)
{
    BhManaged *item = g_new0(BhManaged, 1);

    item->exported = g_object_ref(exported);
    item->path = g_strdup(path);
    item->told = g_hash_table_new(NULL, NULL);
    item->link.data = item;
    g_queue_push_tail_link(&self->order, &item->link);
    g_hash_table_insert(self->table, exported, item);
    return item;
}

void
bh_managed_list_remove(BhManagedList *self, BhManaged *item)
{
    g_queue_unlink(&self->order, &item->link);
    g_hash_table_remove(self->table, item->exported);
}

void
bh_managed_list_clear(BhManagedList *self)
{
    g_queue_init(&self->order);
    g_hash_table_remove_all(self->table);
}

BhManaged *
bh_managed_list_find(BhManagedList *self, BhExported *exported)
{
    return g_hash_table_lookup(self->table, exported);
}

const GList *
bh_managed_list_peek(BhManagedList *self)
{
    return self->order.head;
}

BhManagedList *
bh_managed_list_new(void)
{
    BhManagedList *self = g_new0(BhManagedList, 1);

    g_queue_init(&self->order);
    self->table = g_hash_table_new_full(NULL, NULL, NULL, managed_free);
    return self;
}

void
bh_managed_list_free(BhManagedList *self)
{
    g_hash_table_unref(self->table);
    g_free(self);
}
