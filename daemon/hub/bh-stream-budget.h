/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The bytes that may wait for the streams of one user. They are divided evenly among the streams
 * the user has open, wherever these belong, so that one that stands still takes nothing from the
 * others; what a stream holds beyond its share when another is opened is lost at once.
 */
#include "bh-record-queue.h"

G_BEGIN_DECLS

/* Bytes that wait for one reader, however few streams its user has. */
#define BH_STREAM_MAX_BYTES (4 * 1024 * 1024)

typedef struct BhStreamBudget BhStreamBudget;

BhStreamBudget *bh_stream_budget_new(void);
/* Every queue must have left. */
void bh_stream_budget_free(BhStreamBudget *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStreamBudget, bh_stream_budget_free)

/* Bytes for each user; 0 at first, which lets one record wait for each stream. */
void bh_stream_budget_set_limit(BhStreamBudget *self, guint limit);
guint bh_stream_budget_get_limit(BhStreamBudget *self);

/* queue is borrowed until it leaves, and its max_bytes kept at its share. */
void bh_stream_budget_join(BhStreamBudget *self, guint32 uid, BhRecordQueue *queue);
/* Clears the queue. */
void bh_stream_budget_leave(BhStreamBudget *self, guint32 uid, BhRecordQueue *queue);

G_END_DECLS
