/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An sd-bus connection in the GLib main loop. While the stream is quiet a message is handled at
 * once. While it is busy the socket is left alone for some milliseconds and then emptied in one
 * go (see bh-drain-pace.h): at 1,000 signals a second waking up costs several times what handling
 * a signal costs.
 */
#include "bh-drain-pace.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

/* The connection is gone; called once, the source has removed itself. */
typedef void (*BhSdbusLostFunc)(gpointer data);

/* batch_ms: 0 (never wait) to 10. The source refers to the bus while it lives. */
GSource *bh_sdbus_source_new(sd_bus *bus, guint batch_ms, BhSdbusLostFunc lost, gpointer data);

/* When it reads; of a source that is not destroyed. Borrowed. */
BhDrainPace *bh_sdbus_source_peek_pace(GSource *source);

G_END_DECLS
