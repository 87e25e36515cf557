/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Simulated time and what is due in it. It starts at 0 and runs at a chosen multiple of real time;
 * all waits of the simulator are entries here, so that changing the speed shortens them all.
 * Entries are called from the default main context, in order of their time.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhTimeline BhTimeline;
typedef void (*BhTimelineFunc)(gpointer user_data);

BhTimeline *bh_timeline_new(void);
void bh_timeline_free(BhTimeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTimeline, bh_timeline_free)

/** Simulated microseconds. */
gint64 bh_timeline_now(const BhTimeline *timeline);
void bh_timeline_set_speed(BhTimeline *timeline, double factor);

/** Calls func once, at the given simulated time or as soon as possible. Returns an id, never 0. */
guint bh_timeline_add(BhTimeline *timeline, gint64 at_us, BhTimelineFunc func, gpointer user_data);

/** Forgets *id if it is still waiting, and sets it to 0. 0 is allowed. */
void bh_timeline_clear(BhTimeline *timeline, guint *id);

G_END_DECLS
