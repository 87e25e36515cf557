/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is on the air, and who came.
 */
#include "bh-export-advertisement.h"

#include "bh-call.h"
#include "bh-export-owned.h"
#include "bh-gatt-options.h"
#include "bh-local-rows.h"
#include "bh-property-changes.h"

struct _BhExportAdvertisement {
    BhDbusAdvertisement1Skeleton parent;
    BhAdvertisement *advertisement;
    BhExportContext context;
};

static void advertisement_iface_init(BhDbusAdvertisement1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportAdvertisement,
                              bh_export_advertisement,
                              BH_DBUS_TYPE_ADVERTISEMENT1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_ADVERTISEMENT1,
                                                    advertisement_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

/* WaitConnected */

static void
answer_connected(const BhCall *call, const BhLinkKey *central)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);
    char device[BH_ADDRESS_TEXT_SIZE];

    bh_central_format(central, device);
    bh_central_add_details(central, BH_EXPORT_ADVERTISEMENT(call->object)->context.hub, &details);
    bh_dbus_advertisement1_complete_wait_connected(call->object,
                                                   call->invocation,
                                                   device,
                                                   g_variant_dict_end(&details));
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    BhLinkKey central;

    if (bh_advertisement_wait_connected_finish(BH_ADVERTISEMENT(source), result, &central, &error))
        answer_connected(call, &central);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_wait_connected(BhDbusAdvertisement1 *object,
                      GDBusMethodInvocation *invocation,
                      GVariant *options)
{
    BhExportAdvertisement *self = BH_EXPORT_ADVERTISEMENT(object);
    GError *error = NULL;
    gint64 timeout_ms;

    if (bh_timeout_options_parse(options, BH_WAIT_DEFAULT_MS, 0, &timeout_ms, &error))
        bh_advertisement_wait_connected_async(self->advertisement,
                                              bh_gate_peek_client(self->context.gate, invocation),
                                              timeout_ms,
                                              on_connected,
                                              bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Properties */

static const char *const state_names[] = {
    [BH_ADVERTISEMENT_WAITING] = "waiting",
    [BH_ADVERTISEMENT_ACTIVE] = "active",
    [BH_ADVERTISEMENT_ENDED] = "ended",
};

static void
refresh(BhExported *exported)
{
    BhExportAdvertisement *self = BH_EXPORT_ADVERTISEMENT(exported);
    BhDbusAdvertisement1 *object = BH_DBUS_ADVERTISEMENT1(self);
    const char *error = bh_advertisement_peek_last_error(self->advertisement);
    g_auto(GStrv) adapters =
        bh_adapters_dup_paths(self->context.hub, bh_advertisement_get_active(self->advertisement));

    bh_dbus_advertisement1_set_state(object,
                                     state_names[bh_advertisement_get_state(self->advertisement)]);
    bh_dbus_advertisement1_set_adapters(object, (const char *const *)adapters);
    bh_dbus_advertisement1_set_last_error(object, error != NULL ? error : "");
}

static GVariant *
build_bytes(const guint8 *bytes, gsize size)
{
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1);
}

static GVariant *
build_packets(const BhAdvertPackets *packets)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    g_variant_dict_insert_value(&dict,
                                "AdvertisingData",
                                build_bytes(packets->advertising, packets->advertising_size));
    g_variant_dict_insert_value(&dict,
                                "ScanResponse",
                                build_bytes(packets->scan_response, packets->scan_response_size));
    return g_variant_dict_end(&dict);
}

static void
on_state_changed(BhAdvertisement *advertisement, BhExportAdvertisement *self)
{
    static const char *const told[] = {"Adapters", "State", NULL};

    bh_property_changes_tell(self->context.manager, BH_EXPORTED(self), told);
}

/* Object */

static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    func(bh_owned_peek_client(BH_OWNED(BH_EXPORT_ADVERTISEMENT(exported)->advertisement)),
         user_data);
}

static void
advertisement_iface_init(BhDbusAdvertisement1Iface *iface)
{
    iface->handle_wait_connected = handle_wait_connected;
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
    iface->refresh = refresh;
}

static void
bh_export_advertisement_finalize(GObject *object)
{
    g_object_unref(BH_EXPORT_ADVERTISEMENT(object)->advertisement);
    G_OBJECT_CLASS(bh_export_advertisement_parent_class)->finalize(object);
}

static void
bh_export_advertisement_class_init(BhExportAdvertisementClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_advertisement_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_advertisement_init(BhExportAdvertisement *self)
{
}

char *
bh_export_advertisement_publish(BhAdvertisement *advertisement,
                                GVariant *options,
                                const BhExportContext *context)
{
    g_autoptr(BhExportAdvertisement) self = g_object_new(BH_TYPE_EXPORT_ADVERTISEMENT, NULL);
    BhDbusAdvertisement1 *object = BH_DBUS_ADVERTISEMENT1(self);

    self->advertisement = g_object_ref(advertisement);
    self->context = *context;
    bh_dbus_advertisement1_set_options(object, options);
    bh_dbus_advertisement1_set_packets(object,
                                       build_packets(bh_advertisement_peek_packets(advertisement)));
    refresh(BH_EXPORTED(self));
    g_signal_connect_object(advertisement,
                            "state-changed",
                            G_CALLBACK(on_state_changed),
                            self,
                            (GConnectFlags)0);
    return bh_export_owned_publish(BH_EXPORTED(self),
                                   BH_OWNED(advertisement),
                                   "advertisement",
                                   context->manager);
}
