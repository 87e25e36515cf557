/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Dispatch of the BhPeripheral interface; the idea is in the header.
 */
#include "bh-peripheral.h"

G_DEFINE_INTERFACE(BhPeripheral, bh_peripheral, G_TYPE_OBJECT)

void
bh_peripheral_set_sink(BhPeripheral *self, const BhPeripheralSink *sink, gpointer data)
{
    BH_PERIPHERAL_GET_IFACE(self)->set_sink(self, sink, data);
}

BhPeripheralCapabilities
bh_peripheral_get_capabilities(BhPeripheral *self)
{
    return BH_PERIPHERAL_GET_IFACE(self)->get_capabilities(self);
}

void
bh_peripheral_set_application(BhPeripheral *self,
                              guint id,
                              BhApplicationDefinition *definition,
                              guint16 slots)
{
    BH_PERIPHERAL_GET_IFACE(self)->set_application(self, id, definition, slots);
}

void
bh_peripheral_drop_application(BhPeripheral *self, guint id)
{
    BH_PERIPHERAL_GET_IFACE(self)->drop_application(self, id);
}

void
bh_peripheral_set_advertisement(BhPeripheral *self,
                                guint id,
                                const BhAdvertSpec *spec,
                                guint16 slots)
{
    BH_PERIPHERAL_GET_IFACE(self)->set_advertisement(self, id, spec, slots);
}

void
bh_peripheral_drop_advertisement(BhPeripheral *self, guint id)
{
    BH_PERIPHERAL_GET_IFACE(self)->drop_advertisement(self, id);
}

void
bh_peripheral_return_value(BhPeripheral *self, BhPeripheralRequest *request, GBytes *value)
{
    BH_PERIPHERAL_GET_IFACE(self)->return_value(self, request, value);
}

void
bh_peripheral_return_done(BhPeripheral *self, BhPeripheralRequest *request)
{
    BH_PERIPHERAL_GET_IFACE(self)->return_done(self, request);
}

void
bh_peripheral_return_error(BhPeripheral *self, BhPeripheralRequest *request, guint8 status)
{
    BH_PERIPHERAL_GET_IFACE(self)->return_error(self, request, status);
}

void
bh_peripheral_get_subscribers(BhPeripheral *self,
                              guint id,
                              guint attribute,
                              BhPeripheralSubscribers *subscribers)
{
    BH_PERIPHERAL_GET_IFACE(self)->get_subscribers(self, id, attribute, subscribers);
}

gboolean
bh_peripheral_notify(BhPeripheral *self,
                     guint id,
                     guint attribute,
                     const BhLinkKey *central,
                     GBytes *value,
                     GError **error)
{
    return BH_PERIPHERAL_GET_IFACE(self)->notify(self, id, attribute, central, value, error);
}

void
bh_peripheral_indicate_async(BhPeripheral *self,
                             guint id,
                             guint attribute,
                             const BhLinkKey *central,
                             GBytes *value,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
    BH_PERIPHERAL_GET_IFACE(self)
        ->indicate_async(self, id, attribute, central, value, cancellable, callback, user_data);
}

gboolean
bh_peripheral_indicate_finish(BhPeripheral *self, GAsyncResult *result, GError **error)
{
    return BH_PERIPHERAL_GET_IFACE(self)->indicate_finish(self, result, error);
}

void
bh_peripheral_foreach_central(BhPeripheral *self,
                              void (*func)(const BhPeripheralCentral *central, gpointer data),
                              gpointer data)
{
    BH_PERIPHERAL_GET_IFACE(self)->foreach_central(self, func, data);
}

guint
bh_peripheral_count_sets(BhPeripheral *self, guint8 slot, guint *free_sets)
{
    return BH_PERIPHERAL_GET_IFACE(self)->count_sets(self, slot, free_sets);
}

static void
bh_peripheral_default_init(BhPeripheralInterface *iface)
{
}
