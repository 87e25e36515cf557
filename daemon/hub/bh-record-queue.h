/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The records that wait for one reader, bounded in number and in bytes. Only the oldest are ever
 * dropped, so those that wait have consecutive sequence numbers, and the number of the first and
 * how many were lost before it tell everything. Part of its owner; main thread only.
 */
#include "bh-record.h"

G_BEGIN_DECLS

typedef struct {
    guint max_records; /* at least 1 */
    gsize max_bytes;   /* what all may cost; one that costs more still fits alone */
    BhRecord **ring;   /* references */
    guint capacity;    /* of ring; a power of two */
    guint head;        /* read-only from here on */
    guint extra;       /* records let in beyond max_records and not yet taken */
    guint length;
    gsize bytes;      /* what those that wait cost */
    guint64 sequence; /* of the record at the head, or of the next one to come; from 1 */
    guint64 untold;   /* lost right before the head since something was last taken */
    guint64 taken;    /* in all */
    guint64 dropped;  /* in all */
} BhRecordQueue;

/* One record fits until max_bytes is set. */
void bh_record_queue_init(BhRecordQueue *self, guint max_records);
void bh_record_queue_clear(BhRecordQueue *self);

/* Drops what no longer fits. */
void bh_record_queue_set_max_bytes(BhRecordQueue *self, gsize max_bytes);

/* Whether record would push out others. */
gboolean bh_record_queue_is_full_for(const BhRecordQueue *self, const BhRecord *record);

/* Keeps a reference; drops as many of the oldest as it takes. */
void bh_record_queue_push(BhRecordQueue *self, BhRecord *record);

/* Lets one record more than max_records wait, until as many were taken. */
void bh_record_queue_let_in(BhRecordQueue *self);

/* Loses the first n, which must be there. */
void bh_record_queue_drop(BhRecordQueue *self, guint n);

/* index < length; borrowed: until it is taken or dropped. */
BhRecord *bh_record_queue_peek(const BhRecordQueue *self, guint index);

/* Removes the first n, of whose loss before them the reader knows now. */
void bh_record_queue_take(BhRecordQueue *self, guint n);

G_END_DECLS
