/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The timer is armed while an attempt is wanted later; "due" stays until the attempt has ended.
 */
#include "bh-reconnect.h"

#include "bh-hold.h"

static void
add_hold(BhReconnectPolicy *policy, const BhHoldSpec *spec)
{
    BhBackoffPolicy *backoff = &policy->backoff;
    const BhBackoffPolicy its = {spec->backoff_initial_ms, spec->backoff_max_ms, spec->stable_ms};

    if (!policy->wanted)
        *backoff = its;
    policy->wanted = TRUE;
    policy->scan |= spec->reconnect_scan;
    backoff->initial_ms = MIN(backoff->initial_ms, its.initial_ms);
    backoff->max_ms = MIN(backoff->max_ms, its.max_ms);
    backoff->stable_ms = MIN(backoff->stable_ms, its.stable_ms);
}

void
bh_reconnect_policy_of(const GPtrArray *holds, BhReconnectPolicy *policy)
{
    *policy = (BhReconnectPolicy){0};
    for (guint i = 0; i < holds->len; i++) {
        const BhHoldSpec *spec = bh_hold_peek_spec(holds->pdata[i]);

        if (spec->reconnect)
            add_hold(policy, spec);
    }
}

static void
on_timer(gpointer user_data)
{
    BhReconnect *self = user_data;

    bh_clear_timer(&self->timer);
    self->due = TRUE;
    self->func(self->user_data);
}

static void
wait_for(BhReconnect *self, gint64 delay_ms)
{
    bh_clear_timer(&self->timer);
    self->due = FALSE;
    if (self->policy.wanted)
        self->timer = bh_clock_call_in(self->clock, delay_ms, on_timer, self);
}

void
bh_reconnect_set_policy(BhReconnect *self, const BhReconnectPolicy *policy)
{
    gboolean was_wanted = self->policy.wanted;

    self->policy = *policy;
    if (!policy->wanted) {
        bh_clear_timer(&self->timer);
        self->due = FALSE;
    } else if (!was_wanted) {
        self->due = TRUE;
    }
}

void
bh_reconnect_failed(BhReconnect *self, gboolean called, double chance)
{
    gint64 blind_ms, heard_ms;
    const BhBackoffPolicy heard = {.initial_ms = BH_RECONNECT_HEARD_MS,
                                   .max_ms = self->policy.backoff.initial_ms};

    if (!self->policy.wanted)
        return;
    heard_ms = bh_backoff_fail(&self->heard, &heard, chance);
    blind_ms = bh_backoff_fail(&self->blind, &self->policy.backoff, chance);
    self->deaf_until_us = bh_clock_now_us(self->clock) + heard_ms * 1000;
    wait_for(self, called ? MIN(heard_ms, blind_ms) : blind_ms);
}

void
bh_reconnect_succeeded(BhReconnect *self)
{
    bh_clear_timer(&self->timer);
    self->due = FALSE;
}

void
bh_reconnect_lost(BhReconnect *self, gint64 lasted_ms, double chance)
{
    if (!self->policy.wanted)
        return;
    bh_backoff_succeed(&self->blind, &self->policy.backoff, lasted_ms);
    bh_backoff_succeed(&self->heard, &self->policy.backoff, lasted_ms);
    self->deaf_until_us = 0;
    wait_for(self, bh_backoff_fail(&self->blind, &self->policy.backoff, chance));
}

gboolean
bh_reconnect_at_once(BhReconnect *self)
{
    if (self->due || !self->policy.wanted)
        return FALSE;
    bh_clear_timer(&self->timer);
    self->due = TRUE;
    return TRUE;
}

gboolean
bh_reconnect_heard(BhReconnect *self)
{
    return self->policy.scan && bh_clock_now_us(self->clock) >= self->deaf_until_us &&
           bh_reconnect_at_once(self);
}

void
bh_reconnect_init(BhReconnect *self, BhClock *clock, BhTimerFunc func, gpointer user_data)
{
    *self = (BhReconnect){.clock = clock, .func = func, .user_data = user_data};
}

void
bh_reconnect_clear(BhReconnect *self)
{
    bh_clear_timer(&self->timer);
}
