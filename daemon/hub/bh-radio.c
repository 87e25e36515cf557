/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Dispatch of the BhRadio interface; the idea is in the header.
 */
#include "bh-radio.h"

G_DEFINE_INTERFACE(BhRadio, bh_radio, G_TYPE_OBJECT)

void
bh_radio_start(BhRadio *self, const BhRadioSink *sink, gpointer sink_data)
{
    BH_RADIO_GET_IFACE(self)->start(self, sink, sink_data);
}

void
bh_radio_stop(BhRadio *self)
{
    BH_RADIO_GET_IFACE(self)->stop(self);
}

void
bh_radio_set_scan(BhRadio *self, guint8 slot, const BhRadioScanDemand *demand)
{
    g_return_if_fail(slot < BH_RADIO_MAX_ADAPTERS);
    BH_RADIO_GET_IFACE(self)->set_scan(self, slot, demand);
}

gboolean
bh_radio_check_scan(BhRadio *self, const BhRadioScanDemand *demand, GError **error)
{
    return BH_RADIO_GET_IFACE(self)->check_scan(self, demand, error);
}

void
bh_radio_set_power(BhRadio *self, guint8 slot, BhRadioPower power)
{
    g_return_if_fail(slot < BH_RADIO_MAX_ADAPTERS);
    if (BH_RADIO_GET_IFACE(self)->set_power != NULL)
        BH_RADIO_GET_IFACE(self)->set_power(self, slot, power);
}

void
bh_radio_restart_scan(BhRadio *self, guint8 slot)
{
    g_return_if_fail(slot < BH_RADIO_MAX_ADAPTERS);
    BH_RADIO_GET_IFACE(self)->restart_scan(self, slot);
}

void
bh_radio_set_batch(BhRadio *self, guint batch_ms)
{
    BH_RADIO_GET_IFACE(self)->set_batch(self, batch_ms);
}

void
bh_radio_power_cycle_async(BhRadio *self,
                           guint8 slot,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_return_if_fail(slot < BH_RADIO_MAX_ADAPTERS);
    BH_RADIO_GET_IFACE(self)->power_cycle_async(self, slot, cancellable, callback, user_data);
}

gboolean
bh_radio_power_cycle_finish(BhRadio *self, GAsyncResult *result, GError **error)
{
    return BH_RADIO_GET_IFACE(self)->power_cycle_finish(self, result, error);
}

void
bh_radio_check_async(BhRadio *self,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    BH_RADIO_GET_IFACE(self)->check_async(self, cancellable, callback, user_data);
}

gboolean
bh_radio_check_finish(BhRadio *self, GAsyncResult *result, GError **error)
{
    return BH_RADIO_GET_IFACE(self)->check_finish(self, result, error);
}

void
bh_radio_get_counters(BhRadio *self, BhRadioCounters *counters)
{
    BH_RADIO_GET_IFACE(self)->get_counters(self, counters);
}

static void
bh_radio_default_init(BhRadioInterface *iface)
{
}
