/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A short list. A read leaves it before anybody is told of it.
 */
#include "bh-asked-reads.h"

typedef struct {
    BhAskedReads *reads;
    guint64 token;
    BhPeripheralRequest *request;
    guint attribute;
    BhTimer *timer;
} Read;

struct BhAskedReads {
    BhClock *clock; /* borrowed: outlives us */
    gint64 wait_ms;
    BhAskedReadLateFunc late;
    gpointer user_data;
    GQueue reads; /* Read, oldest first */
    guint64 last_token;
};

static BhPeripheralRequest *
take(Read *it)
{
    BhPeripheralRequest *request = it->request;

    g_queue_remove(&it->reads->reads, it);
    bh_clear_timer(&it->timer);
    g_free(it);
    return request;
}

static void
answer_late(Read *it)
{
    BhAskedReads *self = it->reads;
    guint attribute = it->attribute;

    self->late(self->user_data, take(it), attribute);
}

static void
on_late(gpointer user_data)
{
    answer_late(user_data);
}

guint64
bh_asked_reads_add(BhAskedReads *self, BhPeripheralRequest *request, guint attribute)
{
    Read *it;

    if (self->reads.length >= BH_ASKED_READS_MAX)
        return 0;
    it = g_new0(Read, 1);
    it->reads = self;
    it->token = ++self->last_token;
    it->request = request;
    it->attribute = attribute;
    it->timer = bh_clock_call_in(self->clock, self->wait_ms, on_late, it);
    g_queue_push_tail(&self->reads, it);
    return it->token;
}

BhPeripheralRequest *
bh_asked_reads_take(BhAskedReads *self, guint64 token, guint *attribute)
{
    for (GList *it = self->reads.head; it != NULL; it = it->next) {
        Read *read = it->data;

        if (read->token != token)
            continue;
        *attribute = read->attribute;
        return take(read);
    }
    return NULL;
}

void
bh_asked_reads_forget(BhAskedReads *self, BhPeripheralRequest *request)
{
    for (GList *it = self->reads.head; it != NULL; it = it->next) {
        Read *read = it->data;

        if (read->request != request)
            continue;
        take(read);
        return;
    }
}

void
bh_asked_reads_end(BhAskedReads *self)
{
    Read *first;

    while ((first = g_queue_peek_head(&self->reads)) != NULL)
        answer_late(first);
}

BhAskedReads *
bh_asked_reads_new(BhClock *clock, gint64 wait_ms, BhAskedReadLateFunc late, gpointer user_data)
{
    BhAskedReads *self = g_new0(BhAskedReads, 1);

    self->clock = clock;
    self->wait_ms = wait_ms;
    self->late = late;
    self->user_data = user_data;
    g_queue_init(&self->reads);
    return self;
}

void
bh_asked_reads_free(BhAskedReads *self)
{
    g_assert(g_queue_is_empty(&self->reads));
    g_free(self);
}
