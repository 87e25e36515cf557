/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reading a stream as a client in C would: a scan's in either format, down to the bytes of the
 * manufacturer's data, and a subscription's lines, down to those of the value.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean packed;
    guint64 lost;
    guint64 malformed;
    GByteArray *buffer; /* packed: room for a packet; json: what came, and the begin of a line */
    /* The data is the manufacturer's without the company, or the value. */
    void (*on_record)(gpointer user_data, const guint8 *data, gsize size);
    gpointer user_data;
} BhBenchStream;

void bh_bench_stream_init(BhBenchStream *self, gboolean packed);
void bh_bench_stream_clear(BhBenchStream *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhBenchStream, bh_bench_stream_clear)

/** Reads once and passes on each whole record. FALSE at the end of the stream. */
gboolean bh_bench_stream_read(BhBenchStream *self, int fd);

G_END_DECLS
