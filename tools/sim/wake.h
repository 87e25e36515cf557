/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A main-loop source that fires once at a given monotonic time, set anew as often as wanted. */
#include <glib.h>

G_BEGIN_DECLS

typedef void (*BhWakeFunc)(gpointer user_data);

/** Attached to the default context and asleep. Free with g_source_destroy() and g_source_unref().
 */
GSource *bh_wake_new(BhWakeFunc func, gpointer user_data);

/** G_MAXINT64 = sleep. */
void bh_wake_at(GSource *wake, gint64 monotonic_us);

void bh_wake_free(GSource *wake);

G_END_DECLS
