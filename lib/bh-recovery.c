/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A ladder with two rungs. Silence puts the scan on the first: its discovery is restarted, again
 * and again at doubling distances. Silence that outlasts a restart may climb to the second: the
 * adapter is switched off and on, with a back-off of its own that survives until the scan has heard
 * something for a while. Everything follows from the times in the struct; nothing is done here.
 */
#include "bh-recovery.h"

void
bh_recovery_start(BhRecovery *self, gint64 now_us)
{
    self->quiet_since_us = now_us;
    self->hearing_since_us = now_us;
    self->rung = 0;
}

void
bh_recovery_heard(BhRecovery *self, gint64 now_us)
{
    if (self->rung != 0 || !self->heard)
        self->hearing_since_us = now_us;
    self->quiet_since_us = now_us;
    self->heard = TRUE;
    self->rung = 0;
}

static gboolean
has_heard_for_long(const BhRecovery *self, const BhRecoveryPolicy *policy)
{
    return self->rung == 0 && self->quiet_since_us - self->hearing_since_us >= policy->silent_us;
}

/* When the discovery is to be restarted if nothing is heard before. */
static gint64
restart_due_us(const BhRecovery *self, const BhRecoveryPolicy *policy)
{
    if (self->rung == 0)
        return self->quiet_since_us + policy->silent_us;
    return self->last_action_us + self->restart_backoff_us;
}

/* When the adapter may be power-cycled; G_MAXINT64 = not as things stand. */
static gint64
power_cycle_due_us(const BhRecovery *self, const BhRecoveryPolicy *policy, gboolean may_power_cycle)
{
    if (self->rung == 0 || !self->heard || !may_power_cycle)
        return G_MAXINT64;

    gint64 due_us = self->last_action_us + policy->silent_us;
    if (self->last_power_cycle_us != 0)
        due_us = MAX(due_us, self->last_power_cycle_us + self->power_cycle_backoff_us);
    return due_us;
}

static void
climb_restart(BhRecovery *self, const BhRecoveryPolicy *policy, gint64 now_us)
{
    gint64 backoff_us = self->rung == 0 ? policy->silent_us : 2 * self->restart_backoff_us;
    self->restart_backoff_us = MIN(backoff_us, MAX(policy->power_cycle_max_us, policy->silent_us));
    self->last_action_us = now_us;
    self->rung = MAX(self->rung, 1);
}

static void
climb_power_cycle(BhRecovery *self, const BhRecoveryPolicy *policy, gint64 now_us)
{
    gint64 backoff_us = MAX(policy->power_cycle_min_us, 2 * self->power_cycle_backoff_us);
    self->power_cycle_backoff_us = MIN(backoff_us, policy->power_cycle_max_us);
    self->restart_backoff_us = policy->silent_us;
    self->last_power_cycle_us = now_us;
    self->last_action_us = now_us;
    self->rung = 2;
}

BhRecoveryAction
bh_recovery_check(BhRecovery *self,
                  const BhRecoveryPolicy *policy,
                  gboolean may_power_cycle,
                  gint64 now_us,
                  gint64 *next_us)
{
    BhRecoveryAction action = BH_RECOVERY_NONE;
    if (has_heard_for_long(self, policy))
        self->power_cycle_backoff_us = 0;

    if (now_us >= power_cycle_due_us(self, policy, may_power_cycle)) {
        climb_power_cycle(self, policy, now_us);
        action = BH_RECOVERY_POWER_CYCLE;
    } else if (now_us >= restart_due_us(self, policy)) {
        climb_restart(self, policy, now_us);
        action = BH_RECOVERY_RESTART_DISCOVERY;
    }

    *next_us = MIN(restart_due_us(self, policy), power_cycle_due_us(self, policy, may_power_cycle));
    return action;
}
