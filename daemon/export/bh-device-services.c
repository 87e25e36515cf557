/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Services(), Explore() and Find(): what a device has, all of it or one thing.
 */
#include "bh-device-rows.h"
#include "bh-error.h"
#include "bh-export-device.h"
#include "bh-gatt-options.h"

typedef struct {
    BhCall *call;
    BhClient *client;
} Asking;

static void
asking_free(Asking *self)
{
    bh_call_free(self->call);
    g_object_unref(self->client);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Asking, asking_free)

/* The whole answer, as long as it may be, to who may not read it. */
static void
answer(const Asking *self, GVariant *value)
{
    bh_bulk_answer_value(bh_export_device_peek_context(self->call->object)->bulk,
                         self->client,
                         self->call->invocation,
                         value);
}

static void
start(BhDbusDevice1 *object,
      GDBusMethodInvocation *invocation,
      const BhServicesOptions *options,
      GAsyncReadyCallback callback)
{
    const BhExportContext *context = bh_export_device_peek_context(object);
    BhClient *client = bh_export_device_peek_client(object, invocation);
    Asking *asking = g_new(Asking, 1);

    *asking =
        (Asking){bh_call_new_hex(object, invocation, options->hex_keys), g_object_ref(client)};
    bh_device_values_read_async(bh_export_device_peek_remote(object),
                                client,
                                bh_hub_peek_clock(context->hub),
                                options->values,
                                options->timeout_ms,
                                callback,
                                asking);
}

/* Services */

static GVariant *
build_services(const BhDeviceValues *values, gboolean hex_keys)
{
    const GArray *services = bh_gatt_database_peek_services(values->database);
    GVariantBuilder rows;

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < services->len; i++)
        g_variant_builder_add_value(
            &rows,
            bh_device_row_of_service(values, &g_array_index(services, BhGattService, i), hex_keys));
    return g_variant_builder_end(&rows);
}

static void
on_services_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Asking) asking = user_data;
    GError *error = NULL;
    g_autoptr(BhDeviceValues) values = bh_device_values_read_finish(result, &error);

    if (values != NULL)
        answer(asking, build_services(values, asking->call->hex));
    else
        g_dbus_method_invocation_take_error(asking->call->invocation, error);
}

static gint64
default_ms(BhDbusDevice1 *object)
{
    return bh_export_device_peek_context(object)->defaults->services_ms;
}

static gboolean
handle_services(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhServicesOptions options;
    GError *error = NULL;

    if (bh_services_options_parse(dict, FALSE, default_ms(object), &options, &error))
        start(object, invocation, &options, on_services_read);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Explore */

static void
on_explored(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Asking) asking = user_data;
    GError *error = NULL;
    g_autoptr(BhDeviceValues) values = bh_device_values_read_finish(result, &error);
    g_autofree char *name = bh_remote_dup_name(bh_export_device_peek_remote(asking->call->object));

    if (values != NULL)
        answer(asking, g_variant_new_take_string(bh_device_values_dup_json(values, name)));
    else
        g_dbus_method_invocation_take_error(asking->call->invocation, error);
}

static gboolean
handle_explore(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhServicesOptions options;
    GError *error = NULL;

    if (bh_services_options_parse(dict, TRUE, default_ms(object), &options, &error))
        start(object, invocation, &options, on_explored);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Find */

static gboolean
handle_find(BhDbusDevice1 *object,
            GDBusMethodInvocation *invocation,
            const char *service,
            const char *characteristic,
            GVariant *dict)
{
    g_auto(BhGattOptions) options = {0};
    GVariant *row = NULL;
    GError *error = NULL;

    if (bh_gatt_options_parse(dict,
                              BH_GATT_OPTIONS_FIND,
                              bh_export_device_peek_context(object)->defaults,
                              &options,
                              &error))
        row = bh_device_row_of_attribute(bh_export_device_peek_remote(object),
                                         service,
                                         characteristic,
                                         options.instance,
                                         &error);
    if (row != NULL)
        bh_dbus_device1_complete_find(object, invocation, row);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_device_services_implement(BhDbusDevice1Iface *iface)
{
    iface->handle_services = handle_services;
    iface->handle_explore = handle_explore;
    iface->handle_find = handle_find;
}
