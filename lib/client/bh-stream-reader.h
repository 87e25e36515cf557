/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads a packed stream of org.blehub.Scan1 or org.blehub.Subscription1 without blocking: a packet
 * at a time, which it checks as a whole, and from that its records or values one by one.
 *
 *   reader = bh_stream_reader_open_sync(scan, NULL, NULL, &error);
 *   bh_stream_reader_read_async(reader, NULL, on_packet, NULL);
 *
 *   on_packet: if (bh_stream_reader_read_finish(reader, result, &error) > 0) {
 *                  while (bh_stream_reader_next(reader, &record))
 *                      use(&record);
 *                  bh_stream_reader_read_async(reader, NULL, on_packet, NULL);
 *              }
 *
 * A reader of values is opened by its own functions and read by bh_stream_reader_next_value().
 */
#include "bh-dbus.h"
#include "bh-packed.h"

G_BEGIN_DECLS

#define BH_TYPE_STREAM_READER (bh_stream_reader_get_type())
G_DECLARE_FINAL_TYPE(BhStreamReader, bh_stream_reader, BH, STREAM_READER, GObject)

/** Reads from fd, a socket that OpenStream gave with Format="packed"; takes it, also when it fails.
 */
BhStreamReader *bh_stream_reader_new(int fd, GError **error);

/** Calls scan's OpenStream and reads what it gave. options: a{sv} without Format (BatchMs, Queue),
 * or NULL; a floating one is taken. */
void bh_stream_reader_open_async(BhDbusScan1 *scan,
                                 GVariant *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** Of both kinds. */
BhStreamReader *bh_stream_reader_open_finish(GAsyncResult *result, GError **error);
BhStreamReader *bh_stream_reader_open_sync(BhDbusScan1 *scan,
                                           GVariant *options,
                                           GCancellable *cancellable,
                                           GError **error);

/** The same of values, which a subscription gives. */
BhStreamReader *bh_stream_reader_new_values(int fd, GError **error);
void bh_stream_reader_open_values_async(BhDbusSubscription1 *subscription,
                                        GVariant *options,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
BhStreamReader *bh_stream_reader_open_values_sync(BhDbusSubscription1 *subscription,
                                                  GVariant *options,
                                                  GCancellable *cancellable,
                                                  GError **error);

/** Waits for the next packet; one call at a time. What was left of the one before is gone. */
void bh_stream_reader_read_async(BhStreamReader *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/** How many records came; 0 at the end of the stream (the scan ended, or blehubd did); -1 with
 * error. */
gssize bh_stream_reader_read_finish(BhStreamReader *self, GAsyncResult *result, GError **error);

/** The next record of the packet; its bytes are borrowed until the next read. FALSE: no more. */
gboolean bh_stream_reader_next(BhStreamReader *self, BhPackedRecord *record);

/** The same of a reader of values. */
gboolean bh_stream_reader_next_value(BhStreamReader *self, BhPackedValue *value);

/** Records lost so far because we were too slow. */
guint64 bh_stream_reader_get_lost(BhStreamReader *self);

G_END_DECLS
