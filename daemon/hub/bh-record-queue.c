/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A ring that grows by doubling up to what its bounds let in, and shrinks only with them: a reader
 * that fell behind once does so again.
 */
#include "bh-record-queue.h"

#define FIRST_CAPACITY 64

static void
resize(BhRecordQueue *self, guint capacity)
{
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
    self->bytes -= bh_record_get_cost(record);
    self->sequence++;
    bh_record_unref(record);
}

gboolean
bh_record_queue_is_full_for(const BhRecordQueue *self, const BhRecord *record)
{
    return self->length >= self->max_records + self->extra ||
           (self->length > 0 && self->bytes + bh_record_get_cost(record) > self->max_bytes);
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
        resize(self, self->capacity * 2);
    self->ring[(self->head + self->length) & (self->capacity - 1)] = bh_record_ref(record);
    self->length++;
    self->bytes += bh_record_get_cost(record);
}

void
bh_record_queue_set_max_bytes(BhRecordQueue *self, gsize max_bytes)
{
    guint capacity = FIRST_CAPACITY;

    self->max_bytes = max_bytes;
    while (self->length > 1 && self->bytes > max_bytes)
        bh_record_queue_drop(self, 1);
    while (capacity < self->length)
        capacity *= 2;
    if (capacity < self->capacity)
        resize(self, capacity);
}

void
bh_record_queue_let_in(BhRecordQueue *self)
{
    self->extra++;
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
    self->extra -= MIN(n, self->extra);
    if (n > 0)
        self->untold = 0;
}

void
bh_record_queue_init(BhRecordQueue *self, guint max_records)
{
    *self = (BhRecordQueue){
        .max_records = max_records,
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
