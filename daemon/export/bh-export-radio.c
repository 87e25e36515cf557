/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * RadioOff() and RadioOn(): a user's vote; overruling the others is for root.
 */
#include "bh-call.h"
#include "bh-error.h"
#include "bh-export-hub.h"
#include "bh-gatt-options.h"
#include "bh-local-options.h"

static BhClient *
peek_client(BhDbusHub1 *object, GDBusMethodInvocation *invocation)
{
    return bh_gate_peek_client(bh_export_hub_peek_context(object)->gate, invocation);
}

/* RadioOff */

static GVariant *
build_users(const GArray *users)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32,
                                     users->data,
                                     users->len,
                                     sizeof(guint32));
}

static void
on_off(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) self = user_data;
    g_autoptr(GArray) users = NULL;
    GError *error = NULL;

    if (bh_hub_radio_off_finish(BH_HUB(source), result, &users, &error))
        bh_dbus_hub1_complete_radio_off(self->object,
                                        self->invocation,
                                        users->len == 0,
                                        build_users(users));
    else
        g_dbus_method_invocation_take_error(self->invocation, error);
}

static gboolean
check_force(const BhRadioOptions *options, BhClient *client, GError **error)
{
    if (!options->force || bh_client_get_uid(client) == 0)
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_AUTHORIZED, "Force is for root");
    return FALSE;
}

static gboolean
handle_radio_off(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhClient *client = peek_client(object, invocation);
    BhRadioOptions options;
    GError *error = NULL;

    if (bh_radio_off_options_parse(dict, &options, &error) && check_force(&options, client, &error))
        bh_hub_radio_off_async(bh_export_hub_peek_context(object)->hub,
                               client,
                               options.force,
                               options.timeout_ms,
                               on_off,
                               bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* RadioOn */

static void
on_on(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) self = user_data;
    GError *error = NULL;

    if (bh_hub_radio_on_finish(BH_HUB(source), result, &error))
        bh_dbus_hub1_complete_radio_on(self->object, self->invocation);
    else
        g_dbus_method_invocation_take_error(self->invocation, error);
}

static gboolean
handle_radio_on(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    BhClient *client = peek_client(object, invocation);
    GError *error = NULL;
    gint64 timeout_ms;

    if (bh_timeout_options_parse(options, BH_RADIO_SWITCH_MS, 1, &timeout_ms, &error))
        bh_hub_radio_on_async(bh_export_hub_peek_context(object)->hub,
                              client,
                              bh_client_get_uid(client) == 0,
                              timeout_ms,
                              on_on,
                              bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_export_radio_implement(BhDbusHub1Iface *iface)
{
    iface->handle_radio_off = handle_radio_off;
    iface->handle_radio_on = handle_radio_on;
}
