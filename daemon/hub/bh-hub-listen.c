/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What listens for clients: whether the radio can do what is asked, and who begins to.
 */
#include "bh-hub-private.h"

gboolean
bh_hub_check_ready(BhHub *self, const BhScanSpec *spec, GError **error)
{
    const BhAddress *only = spec->has_adapter ? &spec->adapter : NULL;

    if (bh_adapter_slots_get_state(&self->adapters, only) == BH_HUB_RADIO_OFF &&
        (bh_power_keeper_may_wake(self->power) || bh_power_keeper_is_waking(self->power)))
        return TRUE;
    return bh_adapter_slots_check_ready(&self->adapters, only, error);
}

gboolean
bh_hub_check_needs(BhHub *self, const BhScanNeeds *needs, GError **error)
{
    const BhRadioScanDemand demand = {
        .passive = needs->passive,
        .interval_us = needs->interval_us,
        .window_us = needs->window_us,
    };

    return bh_radio_check_scan(self->radio, &demand, error);
}

BhScan *
bh_hub_add_scan(BhHub *self,
                const BhScanSpec *spec,
                BhClient *client,
                BhLifetime lifetime,
                gint64 lease_ms,
                GError **error)
{
    BhScan *scan;

    if (!bh_hub_check_needs(self, &spec->needs, error))
        return NULL;
    scan = bh_scans_add(self->scans, spec, client, lifetime, lease_ms, error);
    if (scan != NULL)
        bh_power_keeper_wake(self->power, bh_client_get_uid(client));
    return scan;
}

BhWatch *
bh_hub_add_watch(BhHub *self,
                 const BhWatchSpec *spec,
                 BhPresenceSelection *selection,
                 BhClient *client,
                 BhLifetime lifetime,
                 gint64 lease_ms,
                 GError **error)
{
    const BhScanNeeds needs = {.passive = !spec->active};
    BhWatch *watch;

    if (!bh_hub_check_needs(self, &needs, error))
        return NULL;
    watch = bh_watches_add(self->watches, spec, selection, client, lifetime, lease_ms, error);
    if (watch != NULL)
        bh_power_keeper_wake(self->power, bh_client_get_uid(client));
    return watch;
}

void
bh_hub_look_at_radio(BhHub *self)
{
    bh_scans_look_at_radio(self->scans);
    bh_watches_look_at_radio(self->watches);
}
