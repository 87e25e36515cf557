/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The seam itself, BhPeripheral: each call of the hub goes to the part it concerns.
 */
#include "bh-bluez-advert-way.h"
#include "bh-bluez-advert.h"
#include "bh-bluez-app.h"
#include "bh-bluez-notification.h"
#include "bh-bluez-request.h"
#include "bh-bluez-sets.h"
#include "bh-error.h"

static BhBluezServer *
server_of(BhPeripheral *peripheral)
{
    return BH_BLUEZ(peripheral)->server;
}

static void
set_sink(BhPeripheral *peripheral, const BhPeripheralSink *sink, gpointer data)
{
    server_of(peripheral)->sink = sink;
    server_of(peripheral)->sink_data = data;
}

static BhPeripheralCapabilities
get_capabilities(BhPeripheral *peripheral)
{
    BhBluezServer *self = server_of(peripheral);
    BhPeripheralCapabilities can = 0;

    if (bh_bluez_server_can_direct(self))
        can |= BH_PERIPHERAL_CAN_DIRECT;
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        if (bh_bluez_server_peek_adapter(self, slot)->path == NULL)
            continue;
        if (bh_bluez_advert_can_set_interval(self, slot))
            can |= BH_PERIPHERAL_CAN_INTERVAL;
        if (bh_bluez_advert_can_set_tx_power(self, slot))
            can |= BH_PERIPHERAL_CAN_TX_POWER;
    }
    return can;
}

static void
set_application(BhPeripheral *peripheral,
                guint id,
                BhApplicationDefinition *definition,
                guint16 slots)
{
    bh_bluez_app_set(server_of(peripheral), id, definition, slots);
}

static void
drop_application(BhPeripheral *peripheral, guint id)
{
    bh_bluez_app_drop(server_of(peripheral), id);
}

static void
set_advertisement(BhPeripheral *peripheral, guint id, const BhAdvertSpec *spec, guint16 slots)
{
    bh_bluez_advert_set(server_of(peripheral), id, spec, slots);
}

static void
drop_advertisement(BhPeripheral *peripheral, guint id)
{
    bh_bluez_advert_drop(server_of(peripheral), id);
}

static void
return_value(BhPeripheral *peripheral, BhPeripheralRequest *request, GBytes *value)
{
    bh_bluez_request_return_value(server_of(peripheral), request, value);
}

static void
return_done(BhPeripheral *peripheral, BhPeripheralRequest *request)
{
    bh_bluez_request_return_done(server_of(peripheral), request);
}

static void
return_error(BhPeripheral *peripheral, BhPeripheralRequest *request, guint8 status)
{
    bh_bluez_request_return_error(server_of(peripheral), request, status);
}

static void
get_subscribers(BhPeripheral *peripheral,
                guint id,
                guint attribute,
                BhPeripheralSubscribers *subscribers)
{
    BhBluezApp *app = bh_bluez_app_find(server_of(peripheral), id);

    *subscribers = (BhPeripheralSubscribers){.centrals = server_of(peripheral)->listed};
    g_array_set_size(subscribers->centrals, 0);
    if (app != NULL)
        bh_bluez_subscribers_get(app, attribute, subscribers);
}

static gboolean
notify(BhPeripheral *peripheral,
       guint id,
       guint attribute,
       const BhLinkKey *central,
       GBytes *value,
       GError **error)
{
    BhBluezApp *app = bh_bluez_app_find(server_of(peripheral), id);

    if (app != NULL)
        return bh_bluez_notification_send(app, attribute, central, value, error);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_READY, "there is no such application");
    return FALSE;
}

static void
indicate_async(BhPeripheral *peripheral,
               guint id,
               guint attribute,
               const BhLinkKey *central,
               GBytes *value,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
    BhBluezApp *app = bh_bluez_app_find(server_of(peripheral), id);
    GTask *task = g_task_new(peripheral, cancellable, callback, user_data);

    g_task_set_source_tag(task, indicate_async);
    if (app != NULL) {
        bh_bluez_notification_indicate(app, attribute, central, value, task);
        return;
    }
    g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_READY, "there is no such application");
    g_object_unref(task);
}

static gboolean
indicate_finish(BhPeripheral *peripheral, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
foreach_central(BhPeripheral *peripheral,
                void (*func)(const BhPeripheralCentral *central, gpointer data),
                gpointer data)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, server_of(peripheral)->centrals);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        func(value, data);
}

static guint
count_sets(BhPeripheral *peripheral, guint8 slot, guint *free_sets)
{
    return bh_bluez_sets_count(server_of(peripheral), slot, free_sets);
}

void
bh_bluez_server_init_iface(BhPeripheralInterface *iface)
{
    iface->set_sink = set_sink;
    iface->get_capabilities = get_capabilities;
    iface->set_application = set_application;
    iface->drop_application = drop_application;
    iface->set_advertisement = set_advertisement;
    iface->drop_advertisement = drop_advertisement;
    iface->return_value = return_value;
    iface->return_done = return_done;
    iface->return_error = return_error;
    iface->get_subscribers = get_subscribers;
    iface->notify = notify;
    iface->indicate_async = indicate_async;
    iface->indicate_finish = indicate_finish;
    iface->foreach_central = foreach_central;
    iface->count_sets = count_sets;
}
