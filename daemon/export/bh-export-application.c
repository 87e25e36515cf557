/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What an application says of itself, and what befalls it. The methods are in files of their own,
 * see the header.
 */
#include "bh-export-application.h"

#include "bh-export-owned.h"
#include "bh-local-rows.h"
#include "bh-property-changes.h"
#include "bh-value-signal.h"

struct _BhExportApplication {
    BhDbusApplication1Skeleton parent;
    BhApplication *application;
    BhValueSignal *signal; /* NULL without Signals=true */
    BhExportContext context;
};

static void application_iface_init(BhDbusApplication1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportApplication,
                              bh_export_application,
                              BH_DBUS_TYPE_APPLICATION1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_APPLICATION1,
                                                    application_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

BhApplication *
bh_export_application_peek_application(BhDbusApplication1 *object)
{
    return BH_EXPORT_APPLICATION(object)->application;
}

const BhExportContext *
bh_export_application_peek_context(BhDbusApplication1 *object)
{
    return &BH_EXPORT_APPLICATION(object)->context;
}

BhClient *
bh_export_application_peek_client(BhDbusApplication1 *object, GDBusMethodInvocation *invocation)
{
    return bh_gate_peek_client(bh_export_application_peek_context(object)->gate, invocation);
}

/* Properties */

static void
refresh(BhExported *exported)
{
    BhExportApplication *self = BH_EXPORT_APPLICATION(exported);
    BhDbusApplication1 *object = BH_DBUS_APPLICATION1(self);
    guint16 registered = bh_application_get_registered(self->application);
    const char *error = bh_application_peek_last_error(self->application);
    g_auto(GStrv) adapters = bh_adapters_dup_paths(self->context.hub, registered);

    bh_dbus_application1_set_state(object, registered != 0 ? "registered" : "waiting");
    bh_dbus_application1_set_adapters(object, (const char *const *)adapters);
    bh_dbus_application1_set_last_error(object, error != NULL ? error : "");
    bh_dbus_application1_set_received(object, bh_application_get_written(self->application));
    bh_dbus_application1_set_dropped(object, bh_application_get_dropped(self->application));
}

/* Events */

static void
emit(BhExportApplication *self, const char *signal, GVariant *arguments)
{
    bh_object_manager_emit(self->context.manager, BH_EXPORTED(self), signal, arguments);
}

static void
on_state_changed(BhApplication *application, BhExportApplication *self)
{
    static const char *const told[] = {"Adapters", "State", NULL};

    bh_property_changes_tell(self->context.manager, BH_EXPORTED(self), told);
}

static void
on_written(BhApplication *application, const BhWritten *written, BhExportApplication *self)
{
    bh_value_signal_push(self->signal, written);
}

static void
name_attribute(BhExportApplication *self, guint attribute, BhAttributeText *text)
{
    bh_attribute_text_init(text,
                           bh_application_peek_spec(self->application)->definition,
                           attribute);
}

static void
on_read_requested(BhApplication *application,
                  guint64 token,
                  const BhLinkKey *central,
                  guint attribute,
                  guint offset,
                  BhExportApplication *self)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);
    char device[BH_ADDRESS_TEXT_SIZE];
    BhAttributeText text;

    bh_central_format(central, device);
    name_attribute(self, attribute, &text);
    bh_central_add_details(central, self->context.hub, &details);
    bh_attribute_text_add_details(&text, &details);
    if (offset > 0)
        g_variant_dict_insert(&details, "Offset", "q", (guint16)offset);
    emit(self,
         "ReadRequested",
         g_variant_new("(tsss@a{sv})",
                       token,
                       device,
                       text.service,
                       text.characteristic,
                       g_variant_dict_end(&details)));
}

static void
tell_central(BhExportApplication *self, const char *signal, const BhLinkKey *central)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);
    char device[BH_ADDRESS_TEXT_SIZE];

    bh_central_format(central, device);
    bh_central_add_details(central, self->context.hub, &details);
    emit(self, signal, g_variant_new("(s@a{sv})", device, g_variant_dict_end(&details)));
}

static void
on_central_connected(BhApplication *application,
                     const BhLinkKey *central,
                     BhExportApplication *self)
{
    tell_central(self, "CentralConnected", central);
}

static void
on_central_disconnected(BhApplication *application,
                        const BhLinkKey *central,
                        BhExportApplication *self)
{
    tell_central(self, "CentralDisconnected", central);
}

static void
get_subscribers(BhExportApplication *self,
                const BhAttributeText *text,
                BhPeripheralSubscribers *subscribers)
{
    BhGattName name = {.has_service = TRUE, .instance = text->instance};

    bh_uuid_parse(text->service, &name.service, NULL);
    bh_uuid_parse(text->characteristic, &name.characteristic, NULL);
    bh_application_get_subscribers(self->application, &name, subscribers, NULL);
}

static void
on_subscribers_changed(BhApplication *application, guint attribute, BhExportApplication *self)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);
    BhPeripheralSubscribers subscribers = {0};
    BhAttributeText text;

    name_attribute(self, attribute, &text);
    get_subscribers(self, &text, &subscribers);
    bh_attribute_text_add_details(&text, &details);
    g_variant_dict_insert(&details, "Count", "u", subscribers.n);
    g_variant_dict_insert(&details, "Certain", "b", subscribers.certain);
    emit(self,
         "SubscribersChanged",
         g_variant_new("(ss@a{sv})",
                       text.service,
                       text.characteristic,
                       g_variant_dict_end(&details)));
}

/* Object */

static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    func(bh_owned_peek_client(BH_OWNED(BH_EXPORT_APPLICATION(exported)->application)), user_data);
}

static void
application_iface_init(BhDbusApplication1Iface *iface)
{
    bh_application_values_implement(iface);
    bh_application_written_implement(iface);
    bh_application_centrals_implement(iface);
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
    iface->refresh = refresh;
}

static void
bh_export_application_finalize(GObject *object)
{
    BhExportApplication *self = BH_EXPORT_APPLICATION(object);

    g_clear_pointer(&self->signal, bh_value_signal_free);
    g_object_unref(self->application);
    G_OBJECT_CLASS(bh_export_application_parent_class)->finalize(object);
}

static void
bh_export_application_class_init(BhExportApplicationClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_application_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_application_init(BhExportApplication *self)
{
}

static void
follow(BhExportApplication *self, const char *signal, GCallback callback)
{
    g_signal_connect_object(self->application, signal, callback, self, (GConnectFlags)0);
}

static void
follow_all(BhExportApplication *self)
{
    follow(self, "state-changed", G_CALLBACK(on_state_changed));
    follow(self, "read-requested", G_CALLBACK(on_read_requested));
    follow(self, "central-connected", G_CALLBACK(on_central_connected));
    follow(self, "central-disconnected", G_CALLBACK(on_central_disconnected));
    follow(self, "subscribers-changed", G_CALLBACK(on_subscribers_changed));
}

static void
begin_signals(BhExportApplication *self)
{
    self->signal = bh_value_signal_new(self->context.manager,
                                       BH_EXPORTED(self),
                                       bh_owned_peek_client(BH_OWNED(self->application)),
                                       bh_hub_peek_clock(self->context.hub),
                                       "Written",
                                       bh_application_build_written_signal,
                                       self);
    follow(self, "written", G_CALLBACK(on_written));
}

char *
bh_export_application_publish(BhApplication *application,
                              GVariant *options,
                              gboolean signals,
                              const BhExportContext *context)
{
    g_autoptr(BhExportApplication) self = g_object_new(BH_TYPE_EXPORT_APPLICATION, NULL);
    BhDbusApplication1 *object = BH_DBUS_APPLICATION1(self);

    self->application = g_object_ref(application);
    self->context = *context;
    bh_dbus_application1_set_options(object, options);
    bh_dbus_application1_set_services(
        object,
        bh_application_definition_to_variant(bh_application_peek_spec(application)->definition));
    refresh(BH_EXPORTED(self));
    follow_all(self);
    if (signals)
        begin_signals(self);
    return bh_export_owned_publish(BH_EXPORTED(self),
                                   BH_OWNED(application),
                                   "application",
                                   context->manager);
}
