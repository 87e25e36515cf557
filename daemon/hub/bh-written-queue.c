/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One list for both kinds. What is dropped is always older than everything that is left, so one
 * figure says what is to be told with the next captured write.
 */
#include "bh-written-queue.h"

struct BhWrittenQueue {
    BhApplicationDefinition *definition;
    guint limit;
    GQueue writes;  /* BhWritten, oldest first */
    GList **last;   /* by attribute: its newest write in the list, or NULL */
    guint captured; /* of these */
    guint64 dropped;
    guint64 untold; /* of these */
};

void
bh_written_free(BhWritten *self)
{
    g_bytes_unref(self->value);
    g_free(self);
}

static gboolean
is_captured(BhWrittenQueue *self, const BhWritten *written)
{
    return bh_application_definition_peek_attribute(self->definition, written->attribute)->captures;
}

/* Out of the list. */
static BhWritten *
take(BhWrittenQueue *self, GList *link)
{
    BhWritten *written = link->data;

    self->captured -= is_captured(self, written);
    if (self->last[written->attribute] == link)
        self->last[written->attribute] = NULL;
    g_queue_delete_link(&self->writes, link);
    return written;
}

static void
drop_oldest(BhWrittenQueue *self)
{
    GList *it = self->writes.head;

    while (!is_captured(self, it->data))
        it = it->next;
    bh_written_free(take(self, it));
    self->dropped++;
    self->untold++;
}

void
bh_written_queue_forget(BhWrittenQueue *self, guint attribute)
{
    if (self->last[attribute] != NULL)
        bh_written_free(take(self, self->last[attribute]));
}

static gboolean
is_of_same(const BhWritten *a, const BhWritten *b)
{
    return a != NULL && a->attribute == b->attribute && a->central.slot == b->central.slot &&
           bh_address_equal(&a->central.address, &b->central.address);
}

void
bh_written_queue_push(BhWrittenQueue *self, BhWritten *written, gboolean continues)
{
    gboolean captured = is_captured(self, written);
    gboolean replaces = continues && is_of_same(g_queue_peek_tail(&self->writes), written);

    if (!captured || replaces)
        bh_written_queue_forget(self, written->attribute);
    if (captured && self->captured >= self->limit)
        drop_oldest(self);
    self->captured += captured;
    g_queue_push_tail(&self->writes, written);
    self->last[written->attribute] = self->writes.tail;
}

BhWritten *
bh_written_queue_pop(BhWrittenQueue *self)
{
    BhWritten *written;

    if (g_queue_is_empty(&self->writes))
        return NULL;
    written = take(self, self->writes.head);
    if (is_captured(self, written)) {
        written->dropped = self->untold;
        self->untold = 0;
    }
    return written;
}

gboolean
bh_written_queue_is_empty(BhWrittenQueue *self)
{
    return g_queue_is_empty(&self->writes);
}

guint64
bh_written_queue_get_dropped(BhWrittenQueue *self)
{
    return self->dropped;
}

BhWrittenQueue *
bh_written_queue_new(BhApplicationDefinition *definition, guint limit)
{
    BhWrittenQueue *self = g_new0(BhWrittenQueue, 1);

    self->definition = bh_application_definition_ref(definition);
    self->limit = limit;
    self->last = g_new0(GList *, bh_application_definition_count_attributes(definition));
    g_queue_init(&self->writes);
    return self;
}

void
bh_written_queue_free(BhWrittenQueue *self)
{
    g_queue_clear_full(&self->writes, (GDestroyNotify)bh_written_free);
    bh_application_definition_unref(self->definition);
    g_free(self->last);
    g_free(self);
}
