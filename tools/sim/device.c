/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A skeleton whose properties are kept in BhProps, and the rules by which a report changes them. */
#include "device.h"

#include "device-data.h"

#define RSSI_NONE 0 /* as in bluetoothd: no value, although 0 dBm exists */

struct _BhSimDevice {
    BhBluezDevice1Skeleton parent;
    BhProps *props;
    BhLink *link; /* borrowed: outlives the export */
    BhAddress address;
    gboolean connectable;
    gint rssi;
    gint tx_power;
    gint flags; /* -1 = unknown */
    guint16 appearance;
    char *name;
    gboolean has_alias;
    GHashTable *uuids; /* text */
    BhDeviceData data;
};

static void device_interface_init(BhBluezDevice1Iface *iface);

G_DEFINE_TYPE_WITH_CODE(BhSimDevice,
                        bh_sim_device,
                        BH_BLUEZ_TYPE_DEVICE1_SKELETON,
                        G_IMPLEMENT_INTERFACE(BH_BLUEZ_TYPE_DEVICE1, device_interface_init))

static void
set_alias_from_name(BhSimDevice *self)
{
    g_autofree char *address = g_malloc(BH_ADDRESS_TEXT_SIZE);

    if (self->has_alias)
        return;
    bh_address_format(&self->address, address);
    g_strdelimit(address, ":", '-');
    bh_props_set(self->props,
                 "Alias",
                 g_variant_new_string(self->name != NULL ? self->name : address));
}

static void
update_rssi(BhSimDevice *self, gint rssi, guint delta)
{
    gboolean had_value = self->rssi != RSSI_NONE;

    if (had_value && (guint)ABS(self->rssi - rssi) < delta)
        return;
    self->rssi = rssi;
    bh_props_set(self->props, "RSSI", g_variant_new_int16((gint16)rssi));
}

static void
update_scalars(BhSimDevice *self, const BhEir *eir)
{
    if (eir->tx_power != BH_EIR_NO_TX_POWER && eir->tx_power != self->tx_power) {
        self->tx_power = eir->tx_power;
        bh_props_set(self->props, "TxPower", g_variant_new_int16(eir->tx_power));
    }
    if (eir->appearance != 0 && eir->appearance != self->appearance) {
        self->appearance = eir->appearance;
        bh_props_set(self->props, "Appearance", g_variant_new_uint16(eir->appearance));
    }
}

static void
update_name(BhSimDevice *self, const BhEir *eir)
{
    if (eir->name == NULL || (self->name != NULL && !eir->name_complete) ||
        g_strcmp0(eir->name, self->name) == 0)
        return;
    g_free(self->name);
    self->name = g_strdup(eir->name);
    bh_props_set(self->props, "Name", g_variant_new_string(self->name));
    set_alias_from_name(self);
}

static void
set_uuids(BhSimDevice *self)
{
    g_autoptr(GList) list =
        g_list_sort(g_hash_table_get_keys(self->uuids), (GCompareFunc)g_strcmp0);
    GVariantBuilder uuids = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (GList *link = list; link != NULL; link = link->next)
        g_variant_builder_add(&uuids, "s", link->data);
    bh_props_set(self->props, "UUIDs", g_variant_builder_end(&uuids));
}

static void
update_uuids(BhSimDevice *self, const BhEir *eir)
{
    gboolean added = FALSE;

    for (guint i = 0; i < eir->uuids->len; i++)
        added |= g_hash_table_add(self->uuids, g_strdup(eir->uuids->pdata[i]));
    if (added)
        set_uuids(self);
}

void
bh_sim_device_add_uuids(BhSimDevice *device, GStrv uuids)
{
    gboolean added = FALSE;

    for (guint i = 0; uuids[i] != NULL; i++)
        added |= g_hash_table_add(device->uuids, g_strdup(uuids[i]));
    if (added)
        set_uuids(device);
}

static void
update_flags(BhSimDevice *self, guint8 flags)
{
    if (self->flags == flags)
        return;
    self->flags = flags;
    bh_props_set(self->props,
                 "AdvertisingFlags",
                 g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, &flags, 1, 1));
}

void
bh_sim_device_update(BhSimDevice *device,
                     const BhEir *eir,
                     const BhFound *found,
                     const BhSimDeviceRules *rules)
{
    update_rssi(device, found->rssi, rules->rssi_delta);
    update_scalars(device, eir);
    update_name(device, eir);
    update_uuids(device, eir);
    bh_device_data_update(&device->data, eir, BH_EIR_MANUFACTURER, rules->every_report);
    bh_device_data_update(&device->data, eir, BH_EIR_SERVICE, rules->every_report);
    if (!rules->has_ad_properties)
        return;
    bh_device_data_update(&device->data, eir, BH_EIR_OTHER, rules->every_report);
    update_flags(device, eir->flags);
}

void
bh_sim_device_forget_signal(BhSimDevice *device)
{
    device->rssi = RSSI_NONE;
    device->tx_power = BH_EIR_NO_TX_POWER;
    bh_props_unset(device->props, "RSSI");
    bh_props_unset(device->props, "TxPower");
}

void
bh_sim_device_set_connectable(BhSimDevice *device, gboolean connectable)
{
    device->connectable = connectable;
}

gboolean
bh_sim_device_is_connectable(BhSimDevice *device)
{
    return device->connectable;
}

const char *
bh_sim_device_peek_name(BhSimDevice *device)
{
    return device->name;
}

void
bh_sim_device_identify(BhSimDevice *device, const char *identity)
{
    bh_props_set(device->props, "Address", g_variant_new_string(identity));
    bh_props_set(device->props, "AddressType", g_variant_new_string("public"));
    bh_props_set(device->props, "Paired", g_variant_new_boolean(TRUE));
    bh_props_set(device->props, "Bonded", g_variant_new_boolean(TRUE));
}

void
bh_sim_device_restore(BhSimDevice *device, const char *name, gboolean bonded)
{
    device->connectable = TRUE;
    bh_props_set(device->props, "Paired", g_variant_new_boolean(bonded));
    bh_props_set(device->props, "Bonded", g_variant_new_boolean(bonded));
    if (name == NULL)
        return;
    device->name = g_strdup(name);
    bh_props_set(device->props, "Name", g_variant_new_string(name));
    set_alias_from_name(device);
}

BhProps *
bh_sim_device_get_props(BhSimDevice *device)
{
    return device->props;
}

void
bh_sim_device_set_link(BhSimDevice *device, BhLink *link)
{
    device->link = link;
}

const BhAddress *
bh_sim_device_peek_address(BhSimDevice *device)
{
    return &device->address;
}

static gboolean
refuse_call(GDBusMethodInvocation *invocation)
{
    g_dbus_method_invocation_return_dbus_error(invocation,
                                               "org.bluez.Error.NotSupported",
                                               "Operation is not supported");
    return TRUE;
}

static gboolean
handle_profile(BhBluezDevice1 *object, GDBusMethodInvocation *invocation, const char *uuid)
{
    return refuse_call(invocation);
}

static gboolean
handle_connect(BhBluezDevice1 *object, GDBusMethodInvocation *invocation)
{
    bh_link_connect(BH_SIM_DEVICE(object)->link, invocation);
    return TRUE;
}

static gboolean
handle_disconnect(BhBluezDevice1 *object, GDBusMethodInvocation *invocation)
{
    bh_link_disconnect(BH_SIM_DEVICE(object)->link, invocation);
    return TRUE;
}

static gboolean
handle_pair(BhBluezDevice1 *object, GDBusMethodInvocation *invocation)
{
    bh_link_pair(BH_SIM_DEVICE(object)->link, invocation);
    return TRUE;
}

static gboolean
handle_cancel_pairing(BhBluezDevice1 *object, GDBusMethodInvocation *invocation)
{
    bh_link_cancel_pairing(BH_SIM_DEVICE(object)->link, invocation);
    return TRUE;
}

static void
device_interface_init(BhBluezDevice1Iface *iface)
{
    iface->handle_connect = handle_connect;
    iface->handle_disconnect = handle_disconnect;
    iface->handle_pair = handle_pair;
    iface->handle_cancel_pairing = handle_cancel_pairing;
    iface->handle_connect_profile = handle_profile;
    iface->handle_disconnect_profile = handle_profile;
}

static GVariant *
get_property(GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *name,
             GError **error,
             gpointer user_data)
{
    return bh_props_dup(BH_SIM_DEVICE(user_data)->props, name, error);
}

static gboolean
set_property(GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *name,
             GVariant *value,
             GError **error,
             gpointer user_data)
{
    BhSimDevice *self = user_data;

    if (!g_str_equal(name, "Alias")) {
        bh_props_set(self->props, name, value);
        return TRUE;
    }
    self->has_alias = *g_variant_get_string(value, NULL) != '\0';
    if (self->has_alias)
        bh_props_set(self->props, name, value);
    else
        set_alias_from_name(self);
    return TRUE;
}

static GDBusInterfaceVTable *
device_get_vtable(GDBusInterfaceSkeleton *skeleton)
{
    static GDBusInterfaceVTable vtable = {.method_call = bh_props_call_skeleton,
                                          .get_property = get_property,
                                          .set_property = set_property};

    return &vtable;
}

static GVariant *
device_get_properties(GDBusInterfaceSkeleton *skeleton)
{
    return bh_props_dup_all(BH_SIM_DEVICE(skeleton)->props);
}

static void
device_finalize(GObject *object)
{
    BhSimDevice *self = BH_SIM_DEVICE(object);

    bh_props_free(self->props);
    g_free(self->name);
    g_hash_table_unref(self->uuids);
    bh_device_data_clear(&self->data);
    G_OBJECT_CLASS(bh_sim_device_parent_class)->finalize(object);
}

static void
bh_sim_device_class_init(BhSimDeviceClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = device_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = device_get_vtable;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_properties = device_get_properties;
}

static void
bh_sim_device_init(BhSimDevice *self)
{
    self->props = bh_props_new(G_DBUS_INTERFACE_SKELETON(self));
    self->rssi = RSSI_NONE;
    self->tx_power = BH_EIR_NO_TX_POWER;
    self->flags = -1;
    self->uuids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bh_device_data_init(&self->data, self->props);
}

BhSimDevice *
bh_sim_device_new(const BhAddress *address, const char *adapter_path)
{
    static const char *const states[] = {"Paired",
                                         "Bonded",
                                         "Trusted",
                                         "Blocked",
                                         "LegacyPairing",
                                         "Connected",
                                         "ServicesResolved"};
    BhSimDevice *self = g_object_new(BH_TYPE_SIM_DEVICE, NULL);
    char text[BH_ADDRESS_TEXT_SIZE];

    self->address = *address;
    bh_address_format(address, text);
    bh_props_set(self->props, "Address", g_variant_new_string(text));
    bh_props_set(self->props,
                 "AddressType",
                 g_variant_new_string(bh_address_type_to_string(address->type)));
    bh_props_set(self->props, "Adapter", g_variant_new_object_path(adapter_path));
    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        bh_props_set(self->props, states[i], g_variant_new_boolean(FALSE));
    set_uuids(self);
    set_alias_from_name(self);
    return self;
}
