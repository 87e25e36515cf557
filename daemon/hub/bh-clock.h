/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Time for the hub: now, and one-shot timers. The system clock runs them on the main context; a
 * manual clock stands still until a test advances it, so no test waits.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct BhClock BhClock;
typedef struct BhTimer BhTimer;
typedef void (*BhTimerFunc)(gpointer user_data);

BhClock *bh_clock_new_system(void);
BhClock *bh_clock_new_manual(void);
BhClock *bh_clock_ref(BhClock *self);
void bh_clock_unref(BhClock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhClock, bh_clock_unref)

/* Monotonic, us. */
gint64 bh_clock_now_us(BhClock *self);

/* Calls func once after delay_ms, at earliest from the next turn of the main loop. The timer is the
 * caller's until func was called or it is cancelled. */
BhTimer *bh_clock_call_in(BhClock *self, gint64 delay_ms, BhTimerFunc func, gpointer user_data);

/* Cancels and forgets the timer in *timer, if any. func need not call it for its own timer, but
 * must forget the pointer: bh_clear_timer() at the head of func does both. */
void bh_clear_timer(BhTimer **timer);

/* Manual clock only: moves time on, calling what falls due, in order. */
void bh_clock_advance(BhClock *self, gint64 delay_ms);

G_END_DECLS
