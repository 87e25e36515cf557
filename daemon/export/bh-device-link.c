/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What concerns the link as a whole: its MTU, its signal, its parameters, its end.
 */
#include "bh-export-device.h"
#include "bh-gatt-options.h"
#include "bh-link-options.h"

static gint64
default_ms(BhDbusDevice1 *object)
{
    return bh_export_device_peek_context(object)->defaults->operation_ms;
}

/* ExchangeMtu */

static void
on_mtu_known(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    guint16 mtu = bh_remote_exchange_mtu_finish(BH_REMOTE(source), result, &error);

    if (error == NULL)
        bh_dbus_device1_complete_exchange_mtu(call->object, call->invocation, mtu);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_exchange_mtu(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    gint64 timeout_ms;
    GError *error = NULL;

    if (bh_timeout_options_parse(dict, default_ms(object), 1, &timeout_ms, &error))
        bh_remote_exchange_mtu_async(bh_export_device_peek_remote(object),
                                     bh_export_device_peek_client(object, invocation),
                                     timeout_ms,
                                     on_mtu_known,
                                     bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ReadRSSI */

static void
on_rssi_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    gint rssi = bh_remote_read_rssi_finish(BH_REMOTE(source), result, &error);

    if (error == NULL)
        bh_dbus_device1_complete_read_rssi(call->object, call->invocation, (gint16)rssi);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_read_rssi(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    gint64 timeout_ms;
    GError *error = NULL;

    if (bh_timeout_options_parse(dict, default_ms(object), 1, &timeout_ms, &error))
        bh_remote_read_rssi_async(bh_export_device_peek_remote(object),
                                  bh_export_device_peek_client(object, invocation),
                                  timeout_ms,
                                  on_rssi_read,
                                  bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* SetConnectionParameters */

static void
on_parameters_set(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error))
        bh_dbus_device1_complete_set_connection_parameters(call->object, call->invocation);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_set_connection_parameters(BhDbusDevice1 *object,
                                 GDBusMethodInvocation *invocation,
                                 GVariant *dict)
{
    BhLinkParameters parameters;
    GError *error = NULL;

    if (bh_parameter_options_parse(dict, &parameters, &error))
        bh_remote_set_parameters_async(bh_export_device_peek_remote(object),
                                       bh_export_device_peek_client(object, invocation),
                                       &parameters,
                                       default_ms(object),
                                       on_parameters_set,
                                       bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* WaitDisconnected */

static void
on_wait_over(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    g_autofree char *cause = bh_remote_wait_disconnected_finish(BH_REMOTE(source), result, &error);

    if (cause != NULL)
        bh_dbus_device1_complete_wait_disconnected(call->object, call->invocation, cause);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_wait_disconnected(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    gint64 timeout_ms;
    GError *error = NULL;

    if (bh_timeout_options_parse(dict, BH_WAIT_DEFAULT_MS, 0, &timeout_ms, &error))
        bh_remote_wait_disconnected_async(bh_export_device_peek_remote(object),
                                          bh_export_device_peek_client(object, invocation),
                                          timeout_ms,
                                          on_wait_over,
                                          bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_device_link_implement(BhDbusDevice1Iface *iface)
{
    iface->handle_exchange_mtu = handle_exchange_mtu;
    iface->handle_read_rssi = handle_read_rssi;
    iface->handle_set_connection_parameters = handle_set_connection_parameters;
    iface->handle_wait_disconnected = handle_wait_disconnected;
}
