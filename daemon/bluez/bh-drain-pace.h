/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * When to read a stream of messages next. Waking up costs more than reading, so a busy stream is
 * read in batches and a quiet one at once: a drain that met bulk messages twice within the batching
 * time makes the stream busy, and the next drain waits that long. It is quiet again as soon as a
 * drain finds at most one message.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_DRAIN_BATCH_MAX_MS 10

typedef struct {
    gint64 batch_us;
    guint bulk;           /* bulk messages of the drain under way */
    gint64 last_bulk_us;  /* drain that met the last one */
    gint64 hold_until_us; /* busy: do not read before; 0 = quiet */
    gint64 monotonic_us;  /* of the drain under way */
    gint64 realtime_us;
} BhDrainPace;

/* batch_ms: 0 (never wait) to BH_DRAIN_BATCH_MAX_MS. A shorter one holds at once. */
void bh_drain_pace_init(BhDrainPace *self, guint batch_ms);
void bh_drain_pace_set_batch(BhDrainPace *self, guint batch_ms);

/* Around each drain; more: there is more to read already. */
void bh_drain_pace_begin(BhDrainPace *self);
void bh_drain_pace_end(BhDrainPace *self, gboolean more);

/* Within a drain: the message being handled is one of a stream that may be batched. Only such
 * messages make the source busy, so that replies to calls are never held back by other replies. */
void bh_drain_pace_add_bulk(BhDrainPace *self);
/* When the drain under way began. */
void bh_drain_pace_get_time(const BhDrainPace *self, gint64 *monotonic_us, gint64 *realtime_us);

gboolean bh_drain_pace_is_holding(const BhDrainPace *self);

/* Milliseconds from now until a point of monotonic time, rounded up, for poll(); -1 = for ever, if
 * that is what until_us says. */
#define BH_DRAIN_FOR_EVER G_MAXINT64
gint bh_drain_pace_left_ms(gint64 until_us);

G_END_DECLS
