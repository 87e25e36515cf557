/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a device says of itself. Its properties are told when they differ from what was told last,
 * because the remote says no more than that something changed. The methods are in files of their
 * own, see the header.
 */
#include "bh-export-device.h"

#include "bh-export-adapter.h"
#include "bh-property-changes.h"

struct _BhExportDevice {
    BhDbusDevice1Skeleton parent;
    BhRemote *remote;
    BhExportContext context;
};

static void device_iface_init(BhDbusDevice1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportDevice,
                              bh_export_device,
                              BH_DBUS_TYPE_DEVICE1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_DEVICE1, device_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

BhRemote *
bh_export_device_peek_remote(BhDbusDevice1 *object)
{
    return BH_EXPORT_DEVICE(object)->remote;
}

const BhExportContext *
bh_export_device_peek_context(BhDbusDevice1 *object)
{
    return &BH_EXPORT_DEVICE(object)->context;
}

BhClient *
bh_export_device_peek_client(BhDbusDevice1 *object, GDBusMethodInvocation *invocation)
{
    return bh_gate_peek_client(bh_export_device_peek_context(object)->gate, invocation);
}

char *
bh_export_device_dup_path(const BhAddress *address)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(address, text);
    g_strdelimit(text, ":", '_');
    return g_strdup_printf("/org/blehub/device/%s_%s",
                           bh_address_type_to_string((BhAddressType)address->type),
                           text);
}

/* Properties */

static char *
dup_adapter_path(BhExportDevice *self)
{
    guint8 slot = bh_remote_get_slot(self->remote);
    BhAdapter *adapter = slot == G_MAXUINT8 ? NULL : bh_hub_peek_adapter(self->context.hub, slot);

    return adapter != NULL ? bh_export_adapter_dup_path(adapter) : g_strdup("/");
}

static void
refresh_parameters(BhExportDevice *self)
{
    BhDbusDevice1 *object = BH_DBUS_DEVICE1(self);
    BhLinkParameters parameters = {0};

    bh_remote_get_parameters(self->remote, &parameters);
    bh_dbus_device1_set_connection_interval_us(object, parameters.max_interval_us);
    bh_dbus_device1_set_connection_latency(object, parameters.latency);
    bh_dbus_device1_set_supervision_ms(object, parameters.supervision_ms);
}

static void
refresh(BhExported *exported)
{
    BhExportDevice *self = BH_EXPORT_DEVICE(exported);
    BhDbusDevice1 *object = BH_DBUS_DEVICE1(self);
    BhRemoteState state = bh_remote_get_state(self->remote);
    gboolean paired = bh_remote_is_paired(self->remote);
    g_autofree char *adapter = dup_adapter_path(self);
    g_autofree char *name = bh_remote_dup_name(self->remote);

    bh_dbus_device1_set_adapter(object, adapter);
    bh_dbus_device1_set_name(object, name != NULL ? name : "");
    bh_dbus_device1_set_state(object, bh_remote_state_to_string(state));
    bh_dbus_device1_set_mtu(object, bh_remote_get_mtu(self->remote));
    bh_dbus_device1_set_paired(object, paired);
    bh_dbus_device1_set_encrypted(object, paired && state == BH_REMOTE_READY);
    bh_dbus_device1_set_holds(object, bh_remote_count_holds(self->remote));
    bh_dbus_device1_set_attempts(object, bh_remote_get_attempts(self->remote));
    bh_dbus_device1_set_last_error(object, bh_remote_peek_last_error(self->remote));
    refresh_parameters(self);
}

/* Tells what a program may want to wait for; the rest is there when it is read. */
static void
tell_differences(BhExportDevice *self)
{
    static const char *const told[] = {"State", "MTU", "Paired", "Encrypted", NULL};

    bh_property_changes_tell(self->context.manager, BH_EXPORTED(self), told);
}

/* Events */

static void
on_changed(BhRemote *remote, BhExportDevice *self)
{
    bh_object_manager_update(self->context.manager, BH_EXPORTED(self));
    tell_differences(self);
}

static void
on_state_changed(BhRemote *remote, BhExportDevice *self)
{
    const char *state = bh_remote_state_to_string(bh_remote_get_state(remote));

    bh_object_manager_emit(self->context.manager,
                           BH_EXPORTED(self),
                           "StateChanged",
                           g_variant_new("(s)", state));
    tell_differences(self);
}

static void
on_disconnected(BhRemote *remote, const char *cause, BhExportDevice *self)
{
    bh_object_manager_emit(self->context.manager,
                           BH_EXPORTED(self),
                           "Disconnected",
                           g_variant_new("(s)", cause));
}

/* Object */

static void
foreach_maker(const GPtrArray *owned, BhExportedOwnerFunc func, gpointer user_data)
{
    for (guint i = 0; i < owned->len; i++)
        func(bh_owned_peek_client(g_ptr_array_index(owned, i)), user_data);
}

/* A subscription holds the device, too. */
static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    BhRemote *remote = BH_EXPORT_DEVICE(exported)->remote;

    foreach_maker(bh_remote_peek_holds(remote), func, user_data);
    foreach_maker(bh_remote_peek_subscriptions(remote), func, user_data);
}

static void
device_iface_init(BhDbusDevice1Iface *iface)
{
    bh_device_operations_implement(iface);
    bh_device_link_implement(iface);
    bh_device_pairing_implement(iface);
    bh_device_services_implement(iface);
    bh_transact_implement(iface);
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
    iface->refresh = refresh;
}

static void
bh_export_device_finalize(GObject *object)
{
    BhExportDevice *self = BH_EXPORT_DEVICE(object);

    g_object_unref(self->remote);
    G_OBJECT_CLASS(bh_export_device_parent_class)->finalize(object);
}

static void
bh_export_device_class_init(BhExportDeviceClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_device_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_device_init(BhExportDevice *self)
{
}

static void
follow(BhExportDevice *self, const char *signal, GCallback callback)
{
    g_signal_connect_object(self->remote, signal, callback, self, (GConnectFlags)0);
}

BhExportDevice *
bh_export_device_new(BhRemote *remote, const BhExportContext *context)
{
    BhExportDevice *self = g_object_new(BH_TYPE_EXPORT_DEVICE, NULL);
    const BhAddress *address = bh_remote_peek_address(remote);
    char text[BH_ADDRESS_TEXT_SIZE];

    self->remote = g_object_ref(remote);
    self->context = *context;
    bh_address_format(address, text);
    bh_dbus_device1_set_address(BH_DBUS_DEVICE1(self), text);
    bh_dbus_device1_set_address_type(BH_DBUS_DEVICE1(self),
                                     bh_address_type_to_string((BhAddressType)address->type));
    refresh(BH_EXPORTED(self));
    follow(self, "changed", G_CALLBACK(on_changed));
    follow(self, "state-changed", G_CALLBACK(on_state_changed));
    follow(self, "disconnected", G_CALLBACK(on_disconnected));
    return self;
}
