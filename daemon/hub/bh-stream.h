/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One reader of a scan or a subscription: a socket that is never waited for, and before it a
 * bounded queue of shared records. Who reads too slowly loses the oldest of his own records and is
 * told how many; nobody else notices.
 *
 * The first record after a silence of batch_us goes in the same turn of the main loop; then one
 * flush per batch_us at most, except that a full queue does not wait.
 */
#include <gio/gio.h>

#include "bh-record.h"
#include "bh-stream-budget.h"
#include "bh-stream-pacer.h"

G_BEGIN_DECLS

/* How long a reader has to take what waits after no record follows. */
#define BH_STREAM_DRAIN_MS 30000

typedef struct {
    BhStreamFormat format;
    gint64 batch_us; /* 0 = never wait */
    guint queue;     /* records the reader may lag behind, at least 1 */
} BhStreamSpec;

/* What streams share; borrowed: outlives them. */
typedef struct {
    BhClock *clock;
    BhStreamPacer *pacer;
    BhStreamBudget *budget;
} BhStreamShared;

typedef struct BhStream BhStream;

/* The reader left, or took everything after bh_stream_finish(), or had its time to. Called from the
 * main loop; the stream is to be freed. */
typedef void (*BhStreamEndFunc)(BhStream *stream, gpointer user_data);

/* Makes the two ends of a socket; the reader's goes into reader_fd (close-on-exec, blocking) and is
 * the caller's. What waits is on account of the user uid. Errors: LimitExceeded (no more
 * descriptors), Failed. */
BhStream *bh_stream_new(const BhStreamSpec *spec,
                        guint32 uid,
                        const BhStreamShared *shared,
                        BhStreamEndFunc on_end,
                        gpointer user_data,
                        int *reader_fd,
                        GError **error);
/* Stops the stream and closes its socket. */
void bh_stream_free(BhStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStream, bh_stream_free)

BhStreamFormat bh_stream_get_format(BhStream *self);

/* Keeps a reference of record. Never ends the stream. */
void bh_stream_push(BhStream *self, BhRecord *record);

/* The same for what waited before the stream was opened, which does not count against its queue. */
void bh_stream_push_waiting(BhStream *self, BhRecord *record);

/* No record follows: ends as soon as the reader took what waits, or after BH_STREAM_DRAIN_MS, and
 * then the rest is lost. */
void bh_stream_finish(BhStream *self);

/* Sends what the socket takes of what waits, now. Never ends the stream. */
void bh_stream_flush(BhStream *self);

/* Sends what the socket takes of what waits; the rest is lost, and nothing follows. What waited for
 * a reader who left is no loss: there is nobody to miss it. */
void bh_stream_stop(BhStream *self);

/* Records handed to the socket, and those lost. */
guint64 bh_stream_get_delivered(BhStream *self);
guint64 bh_stream_get_dropped(BhStream *self);

G_END_DECLS
