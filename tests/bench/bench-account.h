/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a client of the bench heard, and the commands by which it is asked. They come on stdin, one
 * a line, and each is answered by one line; the peer's program understands the same:
 *
 *   count     starts again at 0                                       "ok"
 *   time      the same, and measures how long each record took        "ok"
 *   wait N    until N records came or were lost                       "COUNT"
 *   report    COUNT, median and 99th percentile in us, records lost   "COUNT P50 P99 LOST"
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint64 count;
    guint64 lost;        /* since the start: kept by whoever reads */
    guint64 lost_before; /* count began */
    guint64 wanted;      /* 0 = nobody waits */
    gboolean timing;
    GArray *delays_us; /* of guint32 */
} BhBenchAccount;

void bh_bench_account_init(BhBenchAccount *self);
void bh_bench_account_clear(BhBenchAccount *self);

/** Reads one command and obeys it. FALSE when there are no more. */
gboolean bh_bench_account_obey(BhBenchAccount *self);

/** Answers who waits, if it is time. To be called after something was counted or lost. */
void bh_bench_account_answer_waiting(BhBenchAccount *self);

G_END_DECLS
