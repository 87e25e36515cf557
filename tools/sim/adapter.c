/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A skeleton that wires method calls to the discovery, and the radio's findings to the memory. */
#include "adapter.h"

#include "adapter-props.h"

#define RSSI_DELTA_REGULAR 8 /* dB, of a discovery without filter */
#define RSSI_DELTA_FILTERED 0

struct _BhSimAdapter {
    BhBluezAdapter1Skeleton parent;
    BhBluezContext *context; /* borrowed: outlives the export */
    BhPlug *plug;            /* borrowed: outlives the export */
    BhProps *props;
    char *path;
    BhScan *scan;
    BhDiscovery *discovery;
    BhMemory *memory;
    BhCentrals *centrals;
    BhAdvertising *advertising;
};

static void adapter_interface_init(BhBluezAdapter1Iface *iface);

G_DEFINE_TYPE_WITH_CODE(BhSimAdapter,
                        bh_sim_adapter,
                        BH_BLUEZ_TYPE_ADAPTER1_SKELETON,
                        G_IMPLEMENT_INTERFACE(BH_BLUEZ_TYPE_ADAPTER1, adapter_interface_init))

/* What bluetoothd does with a device the kernel found. */
static void
on_found(const BhFound *found, gpointer user_data)
{
    BhSimAdapter *self = user_data;
    g_autoptr(BhEir) eir = bh_eir_parse(found->data, found->size);
    g_autoptr(GPtrArray) filters = bh_discovery_get_filters(self->discovery);
    gboolean filtered = bh_discovery_is_filtered(self->discovery);
    gboolean discoverable =
        filtered || (eir->flags & (BH_EIR_LIMITED_DISCOVERABLE | BH_EIR_GENERAL_DISCOVERABLE));
    BhSimDeviceRules rules = {.rssi_delta = filtered ? RSSI_DELTA_FILTERED : RSSI_DELTA_REGULAR,
                              .every_report = bh_discovery_filters_want_duplicates(filters),
                              .has_ad_properties = self->context->is_5_82};
    char address[BH_ADDRESS_TEXT_SIZE];

    self->context->reports++;
    bh_address_format(&found->address, address);
    if (!bh_discovery_filters_show(filters, discoverable, address, eir->name)) {
        if (bh_memory_knows(self->memory, &found->address))
            bh_memory_hear(self->memory, found, NULL, &rules);
        return;
    }

    gboolean wanted = !filtered || bh_discovery_filters_match(filters, eir);
    bh_memory_hear(self->memory, found, wanted ? eir : NULL, &rules);
}

static void
on_started(gpointer user_data)
{
    BhSimAdapter *self = user_data;

    if (self->plug->stall == BH_STALL_DISCOVERY)
        self->plug->stall = BH_STALL_NONE;
}

static void
on_discovering(gpointer user_data)
{
    BhSimAdapter *self = user_data;

    bh_props_set(self->props,
                 "Discovering",
                 g_variant_new_boolean(bh_discovery_is_on(self->discovery)));
}

static void
on_ended(gpointer user_data)
{
    bh_memory_end_scan(((BhSimAdapter *)user_data)->memory);
}

static const BhDiscoveryEvents DISCOVERY_EVENTS = {.started = on_started,
                                                   .discovering = on_discovering,
                                                   .ended = on_ended};

/* FALSE, and the call is refused, while the radio is off. */
static gboolean
check_ready(BhSimAdapter *self, GDBusMethodInvocation *invocation)
{
    if (self->plug->config->powered)
        return TRUE;
    bh_bluez_refuse(invocation, "NotReady", "Resource Not Ready");
    return FALSE;
}

static gboolean
handle_start_discovery(BhBluezAdapter1 *object, GDBusMethodInvocation *invocation)
{
    BhSimAdapter *self = BH_SIM_ADAPTER(object);

    if (check_ready(self, invocation))
        bh_discovery_start(self->discovery, invocation);
    return TRUE;
}

static gboolean
handle_stop_discovery(BhBluezAdapter1 *object, GDBusMethodInvocation *invocation)
{
    BhSimAdapter *self = BH_SIM_ADAPTER(object);

    if (check_ready(self, invocation))
        bh_discovery_stop(self->discovery, invocation);
    return TRUE;
}

static gboolean
handle_set_discovery_filter(BhBluezAdapter1 *object,
                            GDBusMethodInvocation *invocation,
                            GVariant *filter)
{
    BhSimAdapter *self = BH_SIM_ADAPTER(object);

    if (check_ready(self, invocation))
        bh_discovery_set_filter(self->discovery, invocation, filter);
    return TRUE;
}

static gboolean
handle_get_discovery_filters(BhBluezAdapter1 *object, GDBusMethodInvocation *invocation)
{
    static const char *const keys[] = {"UUIDs",
                                       "RSSI",
                                       "Pathloss",
                                       "Transport",
                                       "DuplicateData",
                                       "Discoverable",
                                       "Pattern",
                                       NULL};

    bh_bluez_adapter1_complete_get_discovery_filters(object, invocation, keys);
    return TRUE;
}

static gboolean
handle_remove_device(BhBluezAdapter1 *object, GDBusMethodInvocation *invocation, const char *device)
{
    BhSimAdapter *self = BH_SIM_ADAPTER(object);

    if (!bh_memory_has(self->memory, device))
        bh_bluez_refuse(invocation, "DoesNotExist", "Does Not Exist");
    else if (check_ready(self, invocation))
        bh_memory_remove(self->memory, device, invocation);
    return TRUE;
}

/* Only experimental: without it the method is not there. */
static gboolean
handle_connect_device(BhBluezAdapter1 *object,
                      GDBusMethodInvocation *invocation,
                      GVariant *properties)
{
    BhSimAdapter *self = BH_SIM_ADAPTER(object);

    if (!self->context->experimental)
        g_dbus_method_invocation_return_dbus_error(invocation,
                                                   "org.freedesktop.DBus.Error.UnknownMethod",
                                                   "Method \"ConnectDevice\" with signature "
                                                   "\"a{sv}\" on interface "
                                                   "\"org.bluez.Adapter1\" doesn't exist\n");
    else if (check_ready(self, invocation))
        bh_memory_connect_device(self->memory, properties, invocation);
    return TRUE;
}

static void
adapter_interface_init(BhBluezAdapter1Iface *iface)
{
    iface->handle_connect_device = handle_connect_device;
    iface->handle_start_discovery = handle_start_discovery;
    iface->handle_stop_discovery = handle_stop_discovery;
    iface->handle_set_discovery_filter = handle_set_discovery_filter;
    iface->handle_get_discovery_filters = handle_get_discovery_filters;
    iface->handle_remove_device = handle_remove_device;
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
    return bh_props_dup(BH_SIM_ADAPTER(user_data)->props, name, error);
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
    BhSimAdapter *self = user_data;

    if (g_str_equal(name, "Powered"))
        bh_sim_adapter_set_powered(self, g_variant_get_boolean(value));
    else
        bh_props_set(self->props, name, value);
    return TRUE;
}

static GDBusInterfaceVTable *
adapter_get_vtable(GDBusInterfaceSkeleton *skeleton)
{
    static GDBusInterfaceVTable vtable = {.method_call = bh_props_call_skeleton,
                                          .get_property = get_property,
                                          .set_property = set_property};

    return &vtable;
}

static GVariant *
adapter_get_properties(GDBusInterfaceSkeleton *skeleton)
{
    return bh_props_dup_all(BH_SIM_ADAPTER(skeleton)->props);
}

static void
adapter_finalize(GObject *object)
{
    BhSimAdapter *self = BH_SIM_ADAPTER(object);

    g_clear_pointer(&self->discovery, bh_discovery_free);
    g_clear_pointer(&self->scan, bh_scan_free);
    g_clear_pointer(&self->memory, bh_memory_free);
    g_clear_pointer(&self->centrals, bh_centrals_free);
    g_clear_pointer(&self->advertising, bh_advertising_free);
    g_clear_pointer(&self->props, bh_props_free);
    g_free(self->path);
    G_OBJECT_CLASS(bh_sim_adapter_parent_class)->finalize(object);
}

static void
bh_sim_adapter_class_init(BhSimAdapterClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = adapter_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = adapter_get_vtable;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_properties = adapter_get_properties;
}

static void
bh_sim_adapter_init(BhSimAdapter *self)
{
    self->props = bh_props_new(G_DBUS_INTERFACE_SKELETON(self));
}

/* Centrals */

static void
on_central_gone(const BhAddress *address, gpointer user_data)
{
    bh_centrals_gone(((BhSimAdapter *)user_data)->centrals, address);
}

static const char *
on_central_up(const BhAddress *address, gboolean bonded, gpointer user_data)
{
    BhSimAdapter *self = user_data;

    return bh_memory_come(self->memory, address, bonded, on_central_gone, self);
}

BhCentrals *
bh_sim_adapter_get_centrals(BhSimAdapter *adapter)
{
    return adapter->centrals;
}

BhAdvertising *
bh_sim_adapter_get_advertising(BhSimAdapter *adapter)
{
    return adapter->advertising;
}

gboolean
bh_sim_adapter_bond_central(BhSimAdapter *adapter, const BhAddress *address, const char *identity)
{
    return bh_centrals_bond(adapter->centrals, address) &&
           bh_memory_identify(adapter->memory, address, identity);
}

void
bh_sim_adapter_drop_central(BhSimAdapter *adapter, const BhAddress *address)
{
    bh_memory_leave(adapter->memory, address);
}

static void
add_services(BhSimAdapter *self)
{
    BhCentralsSetup setup = {self->context, on_central_up, self};

    self->centrals = bh_centrals_new(&setup);
    self->advertising = bh_advertising_new(self->context);
}

static void
set_power(BhSimAdapter *self)
{
    bh_adapter_props_set_power(self->props, self->plug->config->powered, self->context->is_5_82);
}

static void
export_adapter(BhSimAdapter *self)
{
    g_autoptr(GDBusObjectSkeleton) object = g_dbus_object_skeleton_new(self->path);

    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(self));
    g_dbus_object_skeleton_add_interface(
        object,
        bh_served_get_interface(bh_centrals_get_served(self->centrals)));
    g_dbus_object_skeleton_add_interface(object, bh_advertising_get_interface(self->advertising));
    g_dbus_object_manager_server_export(self->context->manager, object);
}

BhSimAdapter *
bh_sim_adapter_new(BhBluezContext *context, BhPlug *plug)
{
    BhSimAdapter *self = g_object_new(BH_TYPE_SIM_ADAPTER, NULL);

    self->context = context;
    self->plug = plug;
    self->path = g_strdup_printf("/org/bluez/hci%d", plug->config->index);
    self->scan = bh_scan_new(context->timeline, plug->config->duplicates, on_found, self);
    bh_scan_set_monitor(self->scan, plug->config->monitor);
    self->discovery =
        bh_discovery_new(context->timeline, self->scan, context->is_5_82, &DISCOVERY_EVENTS, self);
    self->memory = bh_memory_new(context, plug, self->path);
    add_services(self);
    bh_adapter_props_set_identity(self->props, plug->config);
    bh_adapter_props_set_constants(self->props, context->is_5_82, context->tells_reasons);
    set_power(self);
    export_adapter(self);
    return self;
}

void
bh_sim_adapter_remove(BhSimAdapter *adapter)
{
    /* Whoever waits is answered, unless bluetoothd itself is going. */
    if (g_dbus_interface_skeleton_get_connection(G_DBUS_INTERFACE_SKELETON(adapter)) != NULL) {
        bh_memory_cut_links(adapter->memory);
        bh_discovery_end_all(adapter->discovery);
        bh_advertising_release_all(adapter->advertising);
    }
    g_clear_pointer(&adapter->discovery, bh_discovery_free);
    g_clear_pointer(&adapter->memory, bh_memory_free);
    g_dbus_object_manager_server_unexport(adapter->context->manager, adapter->path);
    g_clear_pointer(&adapter->centrals, bh_centrals_free);
    g_clear_pointer(&adapter->advertising, bh_advertising_free);
}

const char *
bh_sim_adapter_peek_path(BhSimAdapter *adapter)
{
    return adapter->path;
}

void
bh_sim_adapter_set_powered(BhSimAdapter *adapter, gboolean powered)
{
    BhScenarioAdapter *config = adapter->plug->config;

    if (config->powered == powered)
        return;
    config->powered = powered;
    set_power(adapter);
    if (!powered) {
        bh_memory_cut_links(adapter->memory);
        bh_discovery_end_all(adapter->discovery);
        on_discovering(adapter);
    } else if (adapter->plug->stall != BH_STALL_REPLUG) {
        adapter->plug->stall = BH_STALL_NONE;
    }
}

void
bh_sim_adapter_set_monitor(BhSimAdapter *adapter, gboolean registered)
{
    adapter->plug->config->monitor = registered;
    bh_scan_set_monitor(adapter->scan, registered);
}

gboolean
bh_sim_adapter_hear(BhSimAdapter *adapter, const BhAdvertisement *advertisement)
{
    if (!adapter->plug->config->powered || adapter->plug->stall != BH_STALL_NONE)
        return FALSE;
    /* Whoever waits for it to connect listens whether a discovery runs or not. */
    if (advertisement->pdu == BH_PDU_CONNECTABLE)
        bh_memory_hear_connectable(adapter->memory, &advertisement->address);
    return bh_scan_hear(adapter->scan, advertisement);
}

GVariant *
bh_sim_adapter_describe_scan(BhSimAdapter *adapter)
{
    return bh_scan_describe(adapter->scan);
}
