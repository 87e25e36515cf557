/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The streams of one scan, and what all it ever had delivered and lost.
 */
#include "bh-quota.h"
#include "bh-stream.h"

G_BEGIN_DECLS

typedef struct BhStreamSet BhStreamSet;

/* Everything is borrowed: outlives the set. */
BhStreamSet *bh_stream_set_new(BhQuota *quota, const BhStreamShared *shared);
void bh_stream_set_free(BhStreamSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStreamSet, bh_stream_set_free)

/* Adds a stream on account of the user uid; returns its reader's descriptor, which is the caller's,
 * or -1. Errors: LimitExceeded, Failed. */
int bh_stream_set_open(BhStreamSet *self, const BhStreamSpec *spec, guint32 uid, GError **error);

guint bh_stream_set_count(BhStreamSet *self);

/* Gives every stream the record of the report under way. */
void bh_stream_set_push(BhStreamSet *self, BhRecorder *recorder);

/* Gives it to one stream, always the same until that one ends; one must be there. It waited before
 * the stream was opened and does not count against its queue. */
void bh_stream_set_push_waiting(BhStreamSet *self, BhRecorder *recorder);

/* No report follows: each ends when its reader took what waits, or had its time to. */
void bh_stream_set_finish(BhStreamSet *self);

/* Ends all at once; what a socket takes is still sent. */
void bh_stream_set_close(BhStreamSet *self);

guint64 bh_stream_set_get_delivered(BhStreamSet *self);
guint64 bh_stream_set_get_dropped(BhStreamSet *self);

G_END_DECLS
