/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A list of queues for each user who has one; shares change only when a stream comes or goes, so
 * that pushing a record costs nothing more.
 *
 * Records are small blocks among others, and the allocator keeps what becomes free of them. So when
 * enough went, it is asked to give back what it can.
 */
#include "bh-stream-budget.h"

#include <malloc.h>

#define TRIM_BYTES (1024 * 1024)

struct BhStreamBudget {
    guint limit;
    GHashTable *users; /* uid -> GPtrArray of BhRecordQueue, borrowed */
    gsize freed;       /* since the last trim */
};

static void
share_out(BhStreamBudget *self, GPtrArray *queues)
{
    for (guint i = 0; i < queues->len; i++)
        bh_record_queue_set_max_bytes(g_ptr_array_index(queues, i),
                                      MIN(BH_STREAM_MAX_BYTES, self->limit / queues->len));
}

static GPtrArray *
ensure_queues(BhStreamBudget *self, guint32 uid)
{
    GPtrArray *queues = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));

    if (queues == NULL) {
        queues = g_ptr_array_new();
        g_hash_table_insert(self->users, GUINT_TO_POINTER(uid), queues);
    }
    return queues;
}

void
bh_stream_budget_join(BhStreamBudget *self, guint32 uid, BhRecordQueue *queue)
{
    GPtrArray *queues = ensure_queues(self, uid);

    g_ptr_array_add(queues, queue);
    share_out(self, queues);
}

static void
trim(BhStreamBudget *self, gsize freed)
{
    self->freed += freed;
    if (self->freed < TRIM_BYTES)
        return;
    self->freed = 0;
    malloc_trim(0);
}

void
bh_stream_budget_leave(BhStreamBudget *self, guint32 uid, BhRecordQueue *queue)
{
    GPtrArray *queues = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));
    gsize held = queue->bytes;

    g_ptr_array_remove_fast(queues, queue);
    if (queues->len == 0)
        g_hash_table_remove(self->users, GUINT_TO_POINTER(uid));
    else
        share_out(self, queues);
    bh_record_queue_clear(queue);
    trim(self, held);
}

void
bh_stream_budget_set_limit(BhStreamBudget *self, guint limit)
{
    GHashTableIter iter;
    gpointer queues;

    self->limit = limit;
    g_hash_table_iter_init(&iter, self->users);
    while (g_hash_table_iter_next(&iter, NULL, &queues))
        share_out(self, queues);
}

guint
bh_stream_budget_get_limit(BhStreamBudget *self)
{
    return self->limit;
}

BhStreamBudget *
bh_stream_budget_new(void)
{
    BhStreamBudget *self = g_new0(BhStreamBudget, 1);

    self->users = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    return self;
}

void
bh_stream_budget_free(BhStreamBudget *self)
{
    g_assert(g_hash_table_size(self->users) == 0);
    g_hash_table_unref(self->users);
    g_free(self);
}
