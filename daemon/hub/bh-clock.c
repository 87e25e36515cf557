/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A timer is reference-counted by its clock (while armed) and its owner (until cleared), so that an
 * owner may clear it before, while or after it fires.
 */
#include "bh-clock.h"

struct BhClock {
    gatomicrefcount references;
    gboolean manual;
    gint64 now_us; /* manual only */
    GList *armed;  /* manual only: BhTimer, soonest first */
};

struct BhTimer {
    gatomicrefcount references;
    BhClock *clock;
    guint source; /* system only; 0 = not armed */
    gint64 due_us;
    gboolean cancelled;
    BhTimerFunc func;
    gpointer user_data;
};

static BhClock *
clock_new(gboolean manual)
{
    BhClock *self = g_new0(BhClock, 1);

    g_atomic_ref_count_init(&self->references);
    self->manual = manual;
    self->now_us = G_USEC_PER_SEC; /* 0 means "never" in places */
    return self;
}

BhClock *
bh_clock_new_system(void)
{
    return clock_new(FALSE);
}

BhClock *
bh_clock_new_manual(void)
{
    return clock_new(TRUE);
}

BhClock *
bh_clock_ref(BhClock *self)
{
    g_atomic_ref_count_inc(&self->references);
    return self;
}

static void
timer_unref(BhTimer *timer)
{
    if (!g_atomic_ref_count_dec(&timer->references))
        return;
    bh_clock_unref(timer->clock);
    g_free(timer);
}

void
bh_clock_unref(BhClock *self)
{
    if (!g_atomic_ref_count_dec(&self->references))
        return;
    g_assert(self->armed == NULL); /* an armed timer holds a reference */
    g_free(self);
}

gint64
bh_clock_now_us(BhClock *self)
{
    return self->manual ? self->now_us : g_get_monotonic_time();
}

static gboolean
on_timeout(gpointer user_data)
{
    BhTimer *timer = user_data;

    timer->source = 0;
    if (!timer->cancelled)
        timer->func(timer->user_data);
    return G_SOURCE_REMOVE;
}

static gint
compare_due(gconstpointer a, gconstpointer b)
{
    const BhTimer *first = a, *second = b;

    return first->due_us < second->due_us ? -1 : first->due_us > second->due_us;
}

BhTimer *
bh_clock_call_in(BhClock *self, gint64 delay_ms, BhTimerFunc func, gpointer user_data)
{
    BhTimer *timer = g_new0(BhTimer, 1);

    g_atomic_ref_count_init(&timer->references);
    g_atomic_ref_count_inc(&timer->references);
    timer->clock = bh_clock_ref(self);
    timer->func = func;
    timer->user_data = user_data;
    timer->due_us = bh_clock_now_us(self) + delay_ms * 1000;
    if (self->manual)
        self->armed = g_list_insert_sorted(self->armed, timer, compare_due);
    else
        timer->source = g_timeout_add_full(G_PRIORITY_DEFAULT,
                                           (guint)CLAMP(delay_ms, 0, G_MAXINT),
                                           on_timeout,
                                           timer,
                                           (GDestroyNotify)timer_unref);
    return timer;
}

static void
timer_disarm(BhTimer *timer)
{
    GList *link;

    timer->cancelled = TRUE;
    if (timer->source != 0)
        g_source_remove(timer->source); /* drops the clock's reference */
    link = g_list_find(timer->clock->armed, timer);
    if (link != NULL) {
        timer->clock->armed = g_list_delete_link(timer->clock->armed, link);
        timer_unref(timer);
    }
}

void
bh_clear_timer(BhTimer **timer)
{
    BhTimer *mine = g_steal_pointer(timer);

    if (mine == NULL)
        return;
    timer_disarm(mine);
    timer_unref(mine);
}

void
bh_clock_advance(BhClock *self, gint64 delay_ms)
{
    gint64 target_us = self->now_us + delay_ms * 1000;

    g_return_if_fail(self->manual);
    while (self->armed != NULL && ((BhTimer *)self->armed->data)->due_us <= target_us) {
        BhTimer *timer = self->armed->data;

        self->armed = g_list_delete_link(self->armed, self->armed);
        self->now_us = timer->due_us;
        timer->func(timer->user_data);
        timer_unref(timer);
    }
    self->now_us = target_us;
}
