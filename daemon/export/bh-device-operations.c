/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading, writing and subscribing: parse, call the remote, answer.
 */
#include "bh-export-device.h"
#include "bh-export-subscription.h"
#include "bh-gatt-options.h"

/* What is common to all of them. */
static gboolean
parse(BhDbusDevice1 *object,
      BhGattOptionsFor what,
      const char *const uuids[3], /* service, characteristic, descriptor or NULL */
      GVariant *dict,
      BhGattOptions *options,
      BhGattName *name,
      GError **error)
{
    const BhExportContext *context = bh_export_device_peek_context(object);

    return bh_gatt_options_parse(dict, what, context->defaults, options, error) &&
           bh_gatt_name_parse(uuids[0], uuids[1], uuids[2], options->instance, name, error);
}

/* Read */

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    g_autoptr(GBytes) value = bh_remote_read_finish(BH_REMOTE(source), result, &error);

    if (value != NULL) /* the same answer for characteristics and descriptors */
        bh_dbus_device1_complete_read(
            call->object,
            call->invocation,
            g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value, TRUE));
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
start_read(BhDbusDevice1 *object,
           GDBusMethodInvocation *invocation,
           BhGattOptionsFor what,
           const char *const uuids[3],
           GVariant *dict)
{
    g_auto(BhGattOptions) options = {0};
    BhGattName name;
    GError *error = NULL;

    if (parse(object, what, uuids, dict, &options, &name, &error))
        bh_remote_read_async(bh_export_device_peek_remote(object),
                             bh_export_device_peek_client(object, invocation),
                             &name,
                             (guint16)options.offset,
                             options.timeout_ms,
                             on_read,
                             bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_read(BhDbusDevice1 *object,
            GDBusMethodInvocation *invocation,
            const char *service,
            const char *characteristic,
            GVariant *dict)
{
    const char *const uuids[3] = {service, characteristic, NULL};

    return start_read(object, invocation, BH_GATT_OPTIONS_READ, uuids, dict);
}

static gboolean
handle_read_descriptor(BhDbusDevice1 *object,
                       GDBusMethodInvocation *invocation,
                       const char *service,
                       const char *characteristic,
                       const char *descriptor,
                       GVariant *dict)
{
    const char *const uuids[3] = {service, characteristic, descriptor};

    return start_read(object, invocation, BH_GATT_OPTIONS_READ_DESCRIPTOR, uuids, dict);
}

/* Write */

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error))
        bh_dbus_device1_complete_write(call->object, call->invocation);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
start_write(BhDbusDevice1 *object,
            GDBusMethodInvocation *invocation,
            BhGattOptionsFor what,
            const char *const uuids[3],
            GVariant *array,
            GVariant *dict)
{
    g_auto(BhGattOptions) options = {0};
    g_autoptr(GBytes) value = NULL;
    BhGattName name;
    GError *error = NULL;

    if (parse(object, what, uuids, dict, &options, &name, &error))
        value = bh_gatt_value_take(array, options.hex, &error);
    if (value != NULL)
        bh_remote_write_async(bh_export_device_peek_remote(object),
                              bh_export_device_peek_client(object, invocation),
                              &name,
                              value,
                              (guint16)options.offset,
                              bh_gatt_options_get_response(&options),
                              options.timeout_ms,
                              on_written,
                              bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_write(BhDbusDevice1 *object,
             GDBusMethodInvocation *invocation,
             const char *service,
             const char *characteristic,
             GVariant *value,
             GVariant *dict)
{
    const char *const uuids[3] = {service, characteristic, NULL};

    return start_write(object, invocation, BH_GATT_OPTIONS_WRITE, uuids, value, dict);
}

static gboolean
handle_write_descriptor(BhDbusDevice1 *object,
                        GDBusMethodInvocation *invocation,
                        const char *service,
                        const char *characteristic,
                        const char *descriptor,
                        GVariant *value,
                        GVariant *dict)
{
    const char *const uuids[3] = {service, characteristic, descriptor};

    return start_write(object, invocation, BH_GATT_OPTIONS_WRITE_DESCRIPTOR, uuids, value, dict);
}

/* Subscribe */

typedef struct {
    BhCall *call;
    BhSubscriptionTerms terms;
} Subscribing;

static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Subscribing *self = user_data;
    g_autoptr(BhCall) call = self->call;
    GError *error = NULL;
    g_autoptr(BhSubscription) subscription =
        bh_remote_subscribe_finish(BH_REMOTE(source), result, &error);
    g_autofree char *path = NULL;

    if (subscription != NULL) {
        path = bh_export_subscription_publish(subscription,
                                              &self->terms,
                                              bh_export_device_peek_context(call->object));
        bh_dbus_device1_complete_subscribe(call->object, call->invocation, path);
    } else {
        g_dbus_method_invocation_take_error(call->invocation, error);
    }
    bh_subscription_terms_clear(&self->terms);
}

static void
start_subscribe(BhDbusDevice1 *object,
                GDBusMethodInvocation *invocation,
                const BhGattName *name,
                const BhGattOptions *options)
{
    const BhSubscriptionSpec spec = {.name = *name, .queue = (guint)options->queue};
    Subscribing *self = g_new(Subscribing, 1);

    self->call = bh_call_new(object, invocation);
    bh_subscription_terms_init(&self->terms, options);
    bh_remote_subscribe_async(bh_export_device_peek_remote(object),
                              bh_export_device_peek_client(object, invocation),
                              &spec,
                              (BhLifetime)options->life.lifetime,
                              options->life.lease_ms,
                              options->timeout_ms,
                              on_subscribed,
                              self);
}

static gboolean
handle_subscribe(BhDbusDevice1 *object,
                 GDBusMethodInvocation *invocation,
                 const char *service,
                 const char *characteristic,
                 GVariant *dict)
{
    const char *const uuids[3] = {service, characteristic, NULL};
    g_auto(BhGattOptions) options = {0};
    BhGattName name;
    GError *error = NULL;

    if (parse(object, BH_GATT_OPTIONS_SUBSCRIBE, uuids, dict, &options, &name, &error))
        start_subscribe(object, invocation, &name, &options);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_device_operations_implement(BhDbusDevice1Iface *iface)
{
    iface->handle_read = handle_read;
    iface->handle_read_descriptor = handle_read_descriptor;
    iface->handle_write = handle_write;
    iface->handle_write_descriptor = handle_write_descriptor;
    iface->handle_subscribe = handle_subscribe;
}
