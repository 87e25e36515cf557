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

/* Until when what is seen stays hidden; 0 = it shows at once. */
static gint64
hidden_until_us(const BhHubStateFilter *self)
{
    if (self->seen == BH_HUB_READY || self->seen == BH_HUB_NO_BLUEZ)
        return 0;
    return self->seen > self->shown ? self->settled_us : self->lasted_us;
}

gboolean
bh_hub_state_filter_update(BhHubStateFilter *self,
                           BhHubState seen,
                           gboolean appeared,
                           gint64 now_us)
{
    if (appeared)
        self->settled_us = now_us + BH_HUB_SETTLE_MS * 1000;
    if (seen != self->seen)
        self->lasted_us = now_us + BH_HUB_LAST_MS * 1000;
    self->seen = seen;
    if (seen == self->shown || now_us < hidden_until_us(self))
        return FALSE;
    self->shown = seen;
    return TRUE;
}

gint64
bh_hub_state_filter_next_us(const BhHubStateFilter *self)
{
    return self->seen != self->shown ? hidden_until_us(self) : 0;
}
