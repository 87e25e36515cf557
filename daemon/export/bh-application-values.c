/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the owner does with values: sets, gets and sends them, and answers reads.
 */
#include "bh-error.h"
#include "bh-export-application.h"
#include "bh-gatt-options.h"
#include "bh-local-rows.h"

static GVariant *
variant_of(GBytes *value)
{
    return g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE);
}

/* SetValue, GetValue */

static gboolean
set_value(BhDbusApplication1 *object,
          const char *service,
          const char *characteristic,
          GVariant *array,
          GVariant *dict,
          GError **error)
{
    g_auto(BhAttributeOptions) options = {0};
    g_autoptr(GBytes) value = NULL;
    BhGattName name;

    if (!bh_attribute_options_parse(dict,
                                    BH_ATTRIBUTE_OPTIONS_SET,
                                    service,
                                    characteristic,
                                    &options,
                                    &name,
                                    error))
        return FALSE;
    value = bh_gatt_value_take(array, options.hex, error);
    return value != NULL && bh_application_set_value(bh_export_application_peek_application(object),
                                                     &name,
                                                     value,
                                                     options.update,
                                                     error);
}

static gboolean
handle_set_value(BhDbusApplication1 *object,
                 GDBusMethodInvocation *invocation,
                 const char *service,
                 const char *characteristic,
                 GVariant *value,
                 GVariant *options)
{
    GError *error = NULL;

    if (set_value(object, service, characteristic, value, options, &error))
        bh_dbus_application1_complete_set_value(object, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GBytes *
get_value(BhDbusApplication1 *object,
          const char *service,
          const char *characteristic,
          GVariant *dict,
          GError **error)
{
    g_auto(BhAttributeOptions) options = {0};
    BhGattName name;

    if (!bh_attribute_options_parse(dict,
                                    BH_ATTRIBUTE_OPTIONS_GET,
                                    service,
                                    characteristic,
                                    &options,
                                    &name,
                                    error))
        return NULL;
    return bh_application_get_value(bh_export_application_peek_application(object), &name, error);
}

static gboolean
handle_get_value(BhDbusApplication1 *object,
                 GDBusMethodInvocation *invocation,
                 const char *service,
                 const char *characteristic,
                 GVariant *options)
{
    GError *error = NULL;
    g_autoptr(GBytes) value = get_value(object, service, characteristic, options, &error);

    if (value != NULL)
        bh_dbus_application1_complete_get_value(object, invocation, variant_of(value));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Notify, Indicate */

/* A value on its way to one central or to all. */
typedef struct {
    BhGattName name;
    GBytes *value; /* NULL = the stored one */
    gboolean has_central;
    BhAddress central;
    gboolean allow_broadcast;
    gint64 timeout_ms;
} Sending;

static void
sending_clear(Sending *self)
{
    g_clear_pointer(&self->value, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sending, sending_clear)

static gboolean
parse_sending(BhDbusApplication1 *object,
              BhAttributeOptionsFor what,
              const char *const uuids[2], /* service, characteristic */
              GVariant *dict,
              Sending *self,
              GError **error)
{
    g_auto(BhAttributeOptions) options = {0};

    if (!bh_attribute_options_parse(dict, what, uuids[0], uuids[1], &options, &self->name, error) ||
        !bh_attribute_options_dup_value(&options, &self->value, error))
        return FALSE;
    self->has_central = options.device != NULL;
    self->allow_broadcast = options.allow_broadcast;
    self->timeout_ms = options.timeout_ms;
    return !self->has_central || bh_central_resolve(bh_export_application_peek_application(object),
                                                    options.device,
                                                    options.has_type,
                                                    options.type,
                                                    &self->central,
                                                    error);
}

static gboolean
notify(BhDbusApplication1 *object, const Sending *sending, gboolean *broadcast, GError **error)
{
    return bh_application_notify(bh_export_application_peek_application(object),
                                 &sending->name,
                                 sending->has_central ? &sending->central : NULL,
                                 sending->value,
                                 sending->allow_broadcast,
                                 broadcast,
                                 error);
}

static gboolean
handle_notify(BhDbusApplication1 *object,
              GDBusMethodInvocation *invocation,
              const char *service,
              const char *characteristic,
              GVariant *dict)
{
    const char *const uuids[2] = {service, characteristic};
    g_auto(Sending) sending = {0};
    gboolean broadcast = FALSE;
    GError *error = NULL;

    if (parse_sending(object, BH_ATTRIBUTE_OPTIONS_NOTIFY, uuids, dict, &sending, &error) &&
        notify(object, &sending, &broadcast, &error))
        bh_dbus_application1_complete_notify(object, invocation, broadcast);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_indicated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    gboolean broadcast = FALSE;
    GError *error = NULL;

    if (bh_application_indicate_finish(BH_APPLICATION(source), result, &broadcast, &error))
        bh_dbus_application1_complete_indicate(call->object, call->invocation, broadcast);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static void
indicate(BhDbusApplication1 *object, GDBusMethodInvocation *invocation, const Sending *sending)
{
    bh_application_indicate_async(bh_export_application_peek_application(object),
                                  &sending->name,
                                  sending->has_central ? &sending->central : NULL,
                                  sending->value,
                                  sending->allow_broadcast,
                                  bh_export_application_peek_client(object, invocation),
                                  sending->timeout_ms,
                                  on_indicated,
                                  bh_call_new(object, invocation));
}

static gboolean
handle_indicate(BhDbusApplication1 *object,
                GDBusMethodInvocation *invocation,
                const char *service,
                const char *characteristic,
                GVariant *dict)
{
    const char *const uuids[2] = {service, characteristic};
    g_auto(Sending) sending = {0};
    GError *error = NULL;

    if (parse_sending(object, BH_ATTRIBUTE_OPTIONS_INDICATE, uuids, dict, &sending, &error))
        indicate(object, invocation, &sending);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* CompleteRead */

static gboolean
complete_read(BhDbusApplication1 *object,
              guint64 token,
              GVariant *array,
              GVariant *dict,
              GError **error)
{
    g_auto(BhReadAnswerOptions) options = {0};
    g_autoptr(GBytes) value = NULL;

    if (!bh_read_answer_options_parse(dict, &options, error))
        return FALSE;
    if (options.status != 0 && g_variant_n_children(array) > 0) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "Status: not together with a value");
        return FALSE;
    }
    if (options.status == 0 && (value = bh_gatt_value_take(array, options.hex, error)) == NULL)
        return FALSE;
    return bh_application_complete_read(bh_export_application_peek_application(object),
                                        token,
                                        value,
                                        (guint8)options.status,
                                        error);
}

static gboolean
handle_complete_read(BhDbusApplication1 *object,
                     GDBusMethodInvocation *invocation,
                     guint64 token,
                     GVariant *value,
                     GVariant *options)
{
    GError *error = NULL;

    if (complete_read(object, token, value, options, &error))
        bh_dbus_application1_complete_complete_read(object, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_application_values_implement(BhDbusApplication1Iface *iface)
{
    iface->handle_set_value = handle_set_value;
    iface->handle_get_value = handle_get_value;
    iface->handle_notify = handle_notify;
    iface->handle_indicate = handle_indicate;
    iface->handle_complete_read = handle_complete_read;
}
