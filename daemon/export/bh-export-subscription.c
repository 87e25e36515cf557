/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Values on request, by stream, and for who wants it by signal.
 */
#include "bh-export-subscription.h"

#include "bh-call.h"
#include "bh-export-device.h"
#include "bh-export-owned.h"
#include "bh-hex.h"
#include "bh-stream-options.h"
#include "bh-value-signal.h"

#include <gio/gunixfdlist.h>

struct _BhExportSubscription {
    BhDbusSubscription1Skeleton parent;
    BhSubscription *subscription;
    BhValueSignal *signal; /* NULL without Signals=true */
    BhExportContext context;
};

static void subscription_iface_init(BhDbusSubscription1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportSubscription,
                              bh_export_subscription,
                              BH_DBUS_TYPE_SUBSCRIPTION1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_SUBSCRIPTION1,
                                                    subscription_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

void
bh_subscription_terms_init(BhSubscriptionTerms *self, const BhGattOptions *options)
{
    *self = (BhSubscriptionTerms){
        .options = g_variant_ref_sink(bh_gatt_options_of_subscription(options)),
        .signals = options->signals,
    };
}

void
bh_subscription_terms_clear(BhSubscriptionTerms *self)
{
    g_clear_pointer(&self->options, g_variant_unref);
}

/* Wait */

static void
add_details(const BhNotifiedValue *value, GVariantDict *details)
{
    g_variant_dict_insert(details, "Sequence", "t", value->sequence);
    g_variant_dict_insert(details, "Timestamp", "x", value->realtime_us);
    g_variant_dict_insert(details, "TimestampMonotonic", "x", value->monotonic_us);
    if (value->dropped > 0)
        g_variant_dict_insert(details, "Dropped", "t", value->dropped);
}

/* With hex the value is text among the details, and the array is empty. */
static void
answer_value(const BhCall *call, const BhNotifiedValue *value)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GBytes) bytes = call->hex ? g_bytes_new_static("", 0) : g_bytes_ref(value->value);
    gsize size;
    const guint8 *data = g_bytes_get_data(value->value, &size);
    g_autofree char *hex = call->hex ? bh_hex_from_bytes(data, size) : NULL;

    add_details(value, &details);
    if (hex != NULL)
        g_variant_dict_insert(&details, "Value", "s", hex);
    bh_dbus_subscription1_complete_wait(
        call->object,
        call->invocation,
        g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE),
        g_variant_dict_end(&details));
}

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    g_autoptr(BhNotifiedValue) value =
        bh_subscription_wait_finish(BH_SUBSCRIPTION(source), result, &error);

    if (value != NULL)
        answer_value(call, value);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_wait(BhDbusSubscription1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhExportSubscription *self = BH_EXPORT_SUBSCRIPTION(object);
    BhValueOptions options;
    GError *error = NULL;

    if (bh_value_options_parse(dict, &options, &error))
        bh_subscription_wait_async(self->subscription,
                                   bh_gate_peek_client(self->context.gate, invocation),
                                   options.timeout_ms,
                                   on_waited,
                                   bh_call_new_hex(object, invocation, options.hex));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Other methods */

static gboolean
handle_open_stream(BhDbusSubscription1 *object,
                   GDBusMethodInvocation *invocation,
                   GUnixFDList *unused,
                   GVariant *options)
{
    BhExportSubscription *self = BH_EXPORT_SUBSCRIPTION(object);
    BhClient *client = bh_gate_peek_client(self->context.gate, invocation);
    g_autoptr(GUnixFDList) fds = NULL;
    BhStreamSpec spec;
    GError *error = NULL;
    int reader_fd = -1;

    if (bh_stream_options_parse(options, &spec, &error))
        reader_fd = bh_subscription_open_stream(self->subscription, &spec, client, &error);
    if (reader_fd < 0) {
        g_dbus_method_invocation_take_error(invocation, error);
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    fds = g_unix_fd_list_new_from_array(&reader_fd, 1); /* takes it */
    bh_dbus_subscription1_complete_open_stream(object, invocation, fds, g_variant_new_handle(0));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* A BhValueSignalFunc. */
static GVariant *
build_signal(gconstpointer data, guint32 merged, gpointer user_data)
{
    const BhNotifiedValue *value = data;
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);

    add_details(value, &details);
    g_variant_dict_insert(&details, "Merged", "u", merged);
    return g_variant_new("(@ay@a{sv})",
                         g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, value->value, TRUE),
                         g_variant_dict_end(&details));
}

static void
on_value(BhSubscription *subscription, const BhNotifiedValue *value, BhExportSubscription *self)
{
    bh_value_signal_push(self->signal, value);
}

/* Object */

static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    func(bh_owned_peek_client(BH_OWNED(BH_EXPORT_SUBSCRIPTION(exported)->subscription)), user_data);
}

static void
refresh(BhExported *exported)
{
    BhSubscription *subscription = BH_EXPORT_SUBSCRIPTION(exported)->subscription;
    BhDbusSubscription1 *object = BH_DBUS_SUBSCRIPTION1(exported);

    bh_dbus_subscription1_set_active(object, bh_subscription_is_active(subscription));
    bh_dbus_subscription1_set_received(object, bh_subscription_get_received(subscription));
    bh_dbus_subscription1_set_delivered(object, bh_subscription_get_delivered(subscription));
    bh_dbus_subscription1_set_dropped(object, bh_subscription_get_dropped(subscription));
}

static void
subscription_iface_init(BhDbusSubscription1Iface *iface)
{
    iface->handle_wait = handle_wait;
    iface->handle_open_stream = handle_open_stream;
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
    iface->refresh = refresh;
}

static void
bh_export_subscription_finalize(GObject *object)
{
    BhExportSubscription *self = BH_EXPORT_SUBSCRIPTION(object);

    g_clear_pointer(&self->signal, bh_value_signal_free);
    g_object_unref(self->subscription);
    G_OBJECT_CLASS(bh_export_subscription_parent_class)->finalize(object);
}

static void
bh_export_subscription_class_init(BhExportSubscriptionClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_subscription_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_subscription_init(BhExportSubscription *self)
{
}

/* The service may have been left to us to find. */
static BhUuid
find_service(BhRemote *remote, const BhGattName *name)
{
    BhGattDatabase *database = bh_remote_peek_database(remote);
    BhGattFound found;

    if (database != NULL && bh_gatt_database_find(database, name, &found, NULL))
        return found.service->uuid;
    return name->service;
}

static void
set_names(BhExportSubscription *self)
{
    const BhGattName *name = bh_subscription_peek_name(self->subscription);
    BhRemote *remote = bh_subscription_peek_remote(self->subscription);
    BhDbusSubscription1 *object = BH_DBUS_SUBSCRIPTION1(self);
    BhUuid service = find_service(remote, name);
    g_autofree char *device = bh_export_device_dup_path(bh_remote_peek_address(remote));
    char text[BH_UUID_TEXT_SIZE];

    bh_dbus_subscription1_set_device(object, device);
    bh_uuid_format(&service, text);
    bh_dbus_subscription1_set_service(object, text);
    bh_uuid_format(&name->characteristic, text);
    bh_dbus_subscription1_set_characteristic(object, text);
}

static void
begin_signals(BhExportSubscription *self)
{
    self->signal = bh_value_signal_new(self->context.manager,
                                       BH_EXPORTED(self),
                                       bh_owned_peek_client(BH_OWNED(self->subscription)),
                                       bh_hub_peek_clock(self->context.hub),
                                       "Value",
                                       build_signal,
                                       NULL);
    g_signal_connect_object(self->subscription,
                            "value",
                            G_CALLBACK(on_value),
                            self,
                            (GConnectFlags)0);
}

char *
bh_export_subscription_publish(BhSubscription *subscription,
                               const BhSubscriptionTerms *terms,
                               const BhExportContext *context)
{
    g_autoptr(BhExportSubscription) self = g_object_new(BH_TYPE_EXPORT_SUBSCRIPTION, NULL);

    self->subscription = g_object_ref(subscription);
    self->context = *context;
    bh_dbus_subscription1_set_options(BH_DBUS_SUBSCRIPTION1(self), terms->options);
    set_names(self);
    if (terms->signals)
        begin_signals(self);
    return bh_export_owned_publish(BH_EXPORTED(self),
                                   BH_OWNED(subscription),
                                   "subscription",
                                   context->manager);
}
