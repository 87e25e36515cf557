/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The states are ordered from bad to good, so progress and loss are comparisons.
 */
#include "bh-hub-state.h"

static const char *const state_names[] = {
    [BH_HUB_NO_BLUEZ] = "no-bluez",
    [BH_HUB_NO_ADAPTER] = "no-adapter",
    [BH_HUB_RADIO_OFF] = "radio-off",
    [BH_HUB_READY] = "ready",
};

const char *
bh_hub_state_to_string(BhHubState state)
{
    return state_names[state];
}

gboolean
bh_hub_state_filter_update(BhHubStateFilter *self,
                           BhHubState seen,
                           gboolean appeared,
                           gint64 now_us)
{
    gboolean settling;

    self->seen = seen;
    if (appeared)
        self->settled_us = now_us + BH_HUB_SETTLE_MS * 1000;
    settling = now_us < self->settled_us;
    if (seen == self->shown || (seen > self->shown && seen != BH_HUB_READY && settling))
        return FALSE;
    self->shown = seen;
    return TRUE;
}

gint64
bh_hub_state_filter_next_us(const BhHubStateFilter *self)
{
    return self->seen != self->shown ? self->settled_us : 0;
}
