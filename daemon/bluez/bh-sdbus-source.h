/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An sd-bus connection in the GLib main loop. While the stream is quiet a message is handled at
 * once. While it is busy the socket is left alone for some milliseconds and then emptied in one
 * go (see bh-drain-pace.h): at 1,000 signals a second waking up costs several times what handling
 * a signal costs.
 */
#include "bh-sdbus.h"

G_BEGIN_DECLS

/* The connection is gone; called once, the source has removed itself. */
typedef void (*BhSdbusLostFunc)(gpointer data);

/* batch_ms: 0 (never wait) to 10. The source refers to the bus while it lives. */
GSource *bh_sdbus_source_new(sd_bus *bus, guint batch_ms, BhSdbusLostFunc lost, gpointer data);

void bh_sdbus_source_set_batch(GSource *source, guint batch_ms);

/* The message being handled is one of a stream that may be batched. Only such messages make the
 * source busy, so that replies to calls are never held back by other replies. */
void bh_sdbus_source_add_bulk(GSource *source);

/* When the drain under way began. */
void bh_sdbus_source_get_time(GSource *source, gint64 *monotonic_us, gint64 *realtime_us);

G_END_DECLS
