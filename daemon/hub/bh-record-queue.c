/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A ring that grows by doubling up to what its bounds let in, and never shrinks: a reader that fell
 * behind once does so again.
 */
#include "bh-record-queue.h"

#define FIRST_CAPACITY 64

static void
grow(BhRecordQueue *self)
{
    guint capacity = self->capacity * 2;
    BhRecord **ring = g_new(BhRecord *, capacity);

    for (guint i = 0; i < self->length; i++)
        ring[i] = bh_record_queue_peek(self, i);
    g_free(self->ring);
    self->ring = ring;
    self->capacity = capacity;
    self->head = 0;
}

static void
remove_head(BhRecordQueue *self)
{
    BhRecord *record = self->ring[self->head];

    self->head = (self->head + 1) & (self->capacity - 1);
    self->length--;
    self->bytes -= record->size;
    self->sequence++;
    bh_record_unref(record);
}

gboolean
bh_record_queue_is_full_for(const BhRecordQueue *self, const BhRecord *record)
{
    return self->length >= self->max_records ||
           (self->length > 0 && self->bytes + record->size > self->max_bytes);
}

void
bh_record_queue_drop(BhRecordQueue *self, guint n)
{
    for (guint i = 0; i < n; i++)
        remove_head(self);
    self->untold += n;
    self->dropped += n;
}

void
bh_record_queue_push(BhRecordQueue *self, BhRecord *record)
{
    while (bh_record_queue_is_full_for(self, record))
        bh_record_queue_drop(self, 1);
    if (self->length == self->capacity)
        grow(self);
    self->ring[(self->head + self->length) & (self->capacity - 1)] = bh_record_ref(record);
    self->length++;
    self->bytes += record->size;
}

BhRecord *
bh_record_queue_peek(const BhRecordQueue *self, guint index)
{
    return self->ring[(self->head + index) & (self->capacity - 1)];
}

void
bh_record_queue_take(BhRecordQueue *self, guint n)
{
    for (guint i = 0; i < n; i++)
        remove_head(self);
    self->taken += n;
    if (n > 0)
        self->untold = 0;
}

void
bh_record_queue_init(BhRecordQueue *self, guint max_records, gsize max_bytes)
{
    *self = (BhRecordQueue){
        .max_records = max_records,
        .max_bytes = max_bytes,
        .ring = g_new(BhRecord *, FIRST_CAPACITY),
        .capacity = FIRST_CAPACITY,
        .sequence = 1,
    };
}

void
bh_record_queue_clear(BhRecordQueue *self)
{
    while (self->length > 0)
        remove_head(self);
    g_clear_pointer(&self->ring, g_free);
}
