/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The delay without chance is what is doubled, so that chance does not add up.
 */
#include "bh-backoff.h"

#define CHANCE_SHARE 0.1

gint64
bh_backoff_fail(BhBackoff *self, const BhBackoffPolicy *policy, double chance)
{
    gint64 max_ms = MAX(policy->initial_ms, policy->max_ms);

    if (self->last_ms == 0)
        self->last_ms = policy->initial_ms;
    else if (self->last_ms > max_ms / 2)
        self->last_ms = max_ms;
    else
        self->last_ms *= 2;
    return self->last_ms + (gint64)((double)self->last_ms * CHANCE_SHARE * chance);
}

void
bh_backoff_succeed(BhBackoff *self, const BhBackoffPolicy *policy, gint64 lasted_ms)
{
    if (lasted_ms >= policy->stable_ms)
        self->last_ms = 0;
}
