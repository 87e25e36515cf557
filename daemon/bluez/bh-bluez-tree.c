/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What BlueZ's object tree means: an Adapter1 takes the slot of its address, a Device1 enters the
 * map from paths to addresses, and a device's changed properties become a report. Objects listed by
 * GetManagedObjects are no reports: nobody knows when they were heard. An object added while a scan
 * is wanted is one, if it has an RSSI: BlueZ made it because it heard something.
 *
 * Where reports come from the kernel, BlueZ's devices are no reports, and not remembered. What
 * their links are like, and their attributes, goes to the central role either way.
 */
#include <string.h>

#include "bh-bluez-central.h"
#include "bh-bluez-mgmt.h"
#include "bh-bluez-names.h"
#include "bh-bluez-objects.h"
#include "bh-bluez-private.h"
#include "bh-bluez-server.h"

/* Adapters */

static BhBluezAdapter *
find_adapter(BhBluez *self, const char *path)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->adapters[i].path != NULL && g_str_equal(self->adapters[i].path, path))
            return &self->adapters[i];
    return NULL;
}

/* The adapter a device's path lies under; NULL if it is not known. */
static BhBluezAdapter *
find_adapter_of_device(BhBluez *self, const char *path)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        const char *prefix = self->adapters[i].path;
        gsize size = prefix != NULL ? strlen(prefix) : 0;
        if (size > 0 && strncmp(path, prefix, size) == 0 && path[size] == '/')
            return &self->adapters[i];
    }
    return NULL;
}

/* The slot that has the address, else one never used, else one whose adapter is away. */
static BhBluezAdapter *
find_slot(BhBluez *self, const BhAddress *address)
{
    BhBluezAdapter *unused = NULL, *away = NULL;

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhBluezAdapter *adapter = &self->adapters[i];
        if (adapter->assigned && bh_address_equal(&adapter->address, address))
            return adapter;
        if (unused == NULL && !adapter->assigned)
            unused = adapter;
        if (away == NULL && adapter->path == NULL)
            away = adapter;
    }
    return unused != NULL ? unused : away;
}

static void
remove_adapter(BhBluez *self, BhBluezAdapter *adapter)
{
    g_autofree char *path = g_steal_pointer(&adapter->path);

    g_clear_pointer(&adapter->roles, g_strfreev);
    g_clear_pointer(&adapter->told_error, g_free);
    g_clear_pointer(&adapter->told_power_error, g_free);
    adapter->powered = FALSE;
    adapter->going_off = FALSE;
    adapter->discovering = FALSE;
    bh_bluez_switch_set_adapter(adapter->power, NULL, FALSE);
    bh_bluez_discovery_set_adapter(adapter->discovery, NULL, FALSE, FALSE);
    bh_mgmt_scan_set_adapter(adapter->mgmt_scan, BH_MGMT_INDEX_NONE, NULL, FALSE);
    bh_bluez_devices_remove_slot(self->devices, adapter->slot);
    bh_bluez_central_adapter_removed(self->central, adapter->slot, path);
    bh_bluez_server_adapter_removed(self->server, adapter->slot);
    self->sink->adapter_removed(self->sink_data, adapter->slot);
    bh_bluez_cycle_adapter_changed(adapter->cycle);
}

/* What the scan's two halves and the switch have to know of the adapter. */
static void
pass_on(BhBluez *self, BhBluezAdapter *adapter)
{
    bh_bluez_switch_set_adapter(adapter->power, adapter->path, adapter->powered);
    bh_bluez_mgmt_set_adapter(self, adapter);
    bh_bluez_discovery_set_adapter(adapter->discovery,
                                   adapter->path,
                                   adapter->powered,
                                   adapter->discovering);
}

static void
apply_properties(BhBluez *self, BhBluezAdapter *adapter, BhBluezAdapterProperties *properties)
{
    if (!bh_bluez_adapter_apply(adapter, properties))
        return;
    pass_on(self, adapter);
    bh_bluez_tell_adapter(self, adapter);
    bh_bluez_central_adapter_changed(self->central, adapter->slot);
    bh_bluez_server_adapter_changed(self->server);
    bh_bluez_cycle_adapter_changed(adapter->cycle);
}

/* They were for another adapter. */
static void
forget_demands(BhBluez *self, guint8 slot)
{
    bh_radio_set_scan(BH_RADIO(self), slot, NULL);
    bh_radio_set_power(BH_RADIO(self), slot, BH_RADIO_POWER_ANY);
}

static void
place_adapter(BhBluez *self, BhBluezAdapter *adapter, const char *path, const BhAddress *address)
{
    if (adapter->path != NULL)
        remove_adapter(self, adapter);
    if (adapter->assigned && !bh_address_equal(&adapter->address, address))
        forget_demands(self, adapter->slot);
    adapter->assigned = TRUE;
    adapter->address = *address;
    adapter->path = g_strdup(path);
}

/* The first adapter that says it tells which BlueZ this is. */
static void
note_version(BhBluez *self, BhBluezAdapterProperties *properties)
{
    if (self->version != NULL || properties->bluez_version == NULL)
        return;
    self->version = g_steal_pointer(&properties->bluez_version);
    if (self->loaded)
        self->sink->bluez_changed(self->sink_data, TRUE, self->version);
}

static void
add_adapter(BhBluez *self, const char *path, BhBluezAdapterProperties *properties)
{
    BhAddress address;

    if (properties->address == NULL ||
        !bh_address_parse(properties->address, properties->type, &address, NULL)) {
        self->counters.malformed++;
        return;
    }
    note_version(self, properties);
    BhBluezAdapter *former = find_adapter(self, path);
    if (former != NULL && !bh_address_equal(&former->address, &address))
        remove_adapter(self, former);
    BhBluezAdapter *adapter = find_slot(self, &address);
    if (adapter == NULL) {
        g_message("%s: more than %d adapters, not used", path, BH_RADIO_MAX_ADAPTERS);
        return;
    }
    if (g_strcmp0(adapter->path, path) == 0) {
        apply_properties(self, adapter, properties);
        return;
    }
    place_adapter(self, adapter, path, &address);
    bh_bluez_adapter_apply(adapter, properties);
    pass_on(self, adapter);
    bh_bluez_tell_adapter(self, adapter);
    bh_bluez_central_adapter_added(self->central, adapter->slot);
    bh_bluez_server_adapter_changed(self->server);
}

static int
read_adapter(BhBluez *self, BhBluezAdapterProperties *properties, sd_bus_message *message)
{
    int result = bh_bluez_adapter_properties_read(properties, message);

    if (result >= 0 && properties->malformed > 0)
        self->counters.malformed++;
    return result;
}

static int
on_adapter_object(gpointer data, const char *path, sd_bus_message *message)
{
    BhBluez *self = data;
    g_auto(BhBluezAdapterProperties) properties = {0};
    int result = read_adapter(self, &properties, message);

    if (result >= 0)
        add_adapter(self, path, &properties);
    return result;
}

static int
on_adapter_changed(BhBluez *self, sd_bus_message *message)
{
    g_auto(BhBluezAdapterProperties) properties = {0};
    BhBluezAdapter *adapter = find_adapter(self, sd_bus_message_get_path(message));
    int result = read_adapter(self, &properties, message);

    if (result >= 0 && adapter != NULL)
        apply_properties(self, adapter, &properties);
    return result;
}

/* Devices */

static void
report(BhBluez *self, const BhBluezDevice *device)
{
    BhReport report = {
        .address = device->address,
        .adapter = device->slot,
        .rssi = self->properties.rssi,
        .replaced = self->properties.groups,
        .data = self->properties.payload->data,
        .size = self->properties.payload->len,
    };

    bh_drain_pace_get_time(bh_sdbus_source_peek_pace(self->bus->source),
                           &report.monotonic_us,
                           &report.realtime_us);
    self->sink->report(self->sink_data, &report);
}

static int
read_properties(BhBluez *self, sd_bus_message *message, gboolean identity)
{
    int result = bh_bluez_properties_read(&self->properties, message, identity);

    if (result >= 0 && self->properties.malformed > 0)
        self->counters.malformed++;
    return result;
}

/* Enters the device just read into the map; NULL if it cannot. */
static const BhBluezDevice *
put_device(BhBluez *self, const char *path)
{
    const BhBluezAdapter *adapter = find_adapter_of_device(self, path);

    if (adapter == NULL)
        return NULL;
    if (!bh_bluez_properties_has_identity(&self->properties)) {
        self->counters.malformed += self->properties.malformed == 0;
        return NULL;
    }
    return bh_bluez_devices_put(self->devices, path, adapter->slot, &self->properties.address);
}

/* What was just read may say something of a link. known: who it is if the message does not say; may
 * be NULL. */
static void
tell_central(BhBluez *self, const char *path, const BhBluezDevice *known)
{
    const BhBluezAdapter *adapter = find_adapter_of_device(self, path);

    if (adapter != NULL)
        bh_bluez_central_device(self->central,
                                path,
                                adapter->slot,
                                &self->properties,
                                known != NULL ? &known->address : NULL);
}

static gboolean
is_wanted(BhBluez *self, guint8 slot)
{
    return self->adapters[slot].wanted;
}

/* Of GetManagedObjects. */
static int
on_device_object(gpointer data, const char *path, sd_bus_message *message)
{
    BhBluez *self = data;
    int result = read_properties(self, message, TRUE);

    if (result >= 0 && !self->hears_kernel)
        put_device(self, path);
    if (result >= 0)
        tell_central(self, path, NULL);
    return result;
}

/* A device with all its properties; heard tells that it is known to have been heard just now. */
static void
take_whole_device(BhBluez *self, const char *path, gboolean heard)
{
    const BhBluezDevice *device = put_device(self, path);

    if (device != NULL && heard && is_wanted(self, device->slot))
        report(self, device);
}

/* Of InterfacesAdded. */
static int
on_device_added(gpointer data, const char *path, sd_bus_message *message)
{
    BhBluez *self = data;

    bh_drain_pace_add_bulk(bh_sdbus_source_peek_pace(self->bus->source));
    int result = read_properties(self, message, self->hears_kernel);
    if (result < 0)
        return result;
    if (!self->hears_kernel) {
        bh_bluez_fetch_remove(self->fetch, path);
        take_whole_device(self, path, self->properties.rssi != BH_RSSI_UNKNOWN);
    }
    tell_central(self, path, NULL);
    return result;
}

static int
on_advertising(BhBluez *self, const char *path, sd_bus_message *message)
{
    const BhBluezAdapter *adapter = find_adapter(self, path);

    if (adapter == NULL)
        return sd_bus_message_skip(message, "a{sv}");
    return bh_bluez_server_take_sets(self->server, adapter->slot, message);
}

/* Of both. */
static int
on_other_object(gpointer data, const char *path, const char *interface, sd_bus_message *message)
{
    BhBluez *self = data;

    if (g_str_equal(interface, BH_BLUEZ_ADVERTISING_MANAGER))
        return on_advertising(self, path, message);
    if (!bh_bluez_central_wants(interface) || find_adapter_of_device(self, path) == NULL)
        return sd_bus_message_skip(message, "a{sv}");
    return bh_bluez_central_object(self->central, path, interface, message);
}

void
bh_bluez_tree_handle_fetched(gpointer data, const char *path, sd_bus_message *message)
{
    BhBluez *self = data;

    if (read_properties(self, message, FALSE) < 0) {
        self->counters.malformed++;
        return;
    }
    take_whole_device(self, path, self->properties.advertised);
    tell_central(self, path, NULL);
}

static void
update_identity(BhBluezDevice *device, const BhBluezProperties *properties)
{
    if (properties->has_address)
        memcpy(device->address.octets, properties->address.octets, sizeof(device->address.octets));
    if (properties->has_type)
        device->address.type = properties->address.type;
}

static void
on_unknown_device(BhBluez *self, const char *path)
{
    const BhBluezAdapter *adapter = find_adapter_of_device(self, path);

    if (adapter != NULL && self->properties.advertised && is_wanted(self, adapter->slot))
        bh_bluez_fetch_add(self->fetch, path);
}

/* A device that was known and did not matter may be a central that comes: who it is must be asked.
 */
static void
take_link(BhBluez *self, const char *path, const BhBluezDevice *known)
{
    tell_central(self, path, known);
    if (self->properties.connected && !bh_bluez_central_knows(self->central, path))
        bh_bluez_fetch_add(self->fetch, path);
}

static int
on_device_changed(BhBluez *self, sd_bus_message *message)
{
    const char *path = sd_bus_message_get_path(message);
    int result = read_properties(self, message, self->hears_kernel);

    bh_drain_pace_add_bulk(bh_sdbus_source_peek_pace(self->bus->source));
    if (result < 0)
        return result;
    BhBluezDevice *device =
        self->hears_kernel ? NULL : bh_bluez_devices_lookup(self->devices, path);
    if (device != NULL) {
        update_identity(device, &self->properties);
        if (self->properties.advertised && is_wanted(self, device->slot))
            report(self, device);
    } else if (!self->hears_kernel) {
        on_unknown_device(self, path);
    }
    if (bh_bluez_properties_has_link(&self->properties) ||
        bh_bluez_properties_has_identity(&self->properties))
        take_link(self, path, device);
    return 0;
}

/* Messages */

static int
on_properties_changed(BhBluez *self, sd_bus_message *message)
{
    const char *interface;
    int result = sd_bus_message_read_basic(message, 's', &interface);

    if (result < 0)
        return result;
    if (g_str_equal(interface, BH_BLUEZ_DEVICE))
        return on_device_changed(self, message);
    if (g_str_equal(interface, BH_BLUEZ_ADAPTER))
        return on_adapter_changed(self, message);
    if (g_str_equal(interface, BH_BLUEZ_ADVERTISING_MANAGER))
        return on_advertising(self, sd_bus_message_get_path(message), message);
    if (bh_bluez_central_wants(interface))
        return bh_bluez_central_changed(self->central,
                                        sd_bus_message_get_path(message),
                                        interface,
                                        message);
    return 0;
}

static int
on_interfaces_added(BhBluez *self, sd_bus_message *message)
{
    static const BhBluezVisitor visitor = {
        .adapter = on_adapter_object,
        .device = on_device_added,
        .other = on_other_object,
    };
    const char *path;
    int result = sd_bus_message_read_basic(message, 'o', &path);

    return result < 0 ? result : bh_bluez_walk_interfaces(message, path, &visitor, self);
}

static void
remove_interface(BhBluez *self, const char *path, const char *interface)
{
    BhBluezAdapter *adapter = find_adapter(self, path);

    if (g_str_equal(interface, BH_BLUEZ_DEVICE)) {
        bh_bluez_devices_remove(self->devices, path);
        bh_bluez_fetch_remove(self->fetch, path);
        bh_bluez_central_removed(self->central, path, interface);
    } else if (g_str_equal(interface, BH_BLUEZ_ADAPTER) && adapter != NULL) {
        remove_adapter(self, adapter);
    } else if (bh_bluez_central_wants(interface)) {
        bh_bluez_central_removed(self->central, path, interface);
    }
}

static int
on_interfaces_removed(BhBluez *self, sd_bus_message *message)
{
    const char *path, *interface;
    int result = sd_bus_message_read_basic(message, 'o', &path);

    if (result < 0 || (result = sd_bus_message_enter_container(message, 'a', "s")) < 0)
        return result;
    while ((result = sd_bus_message_read_basic(message, 's', &interface)) > 0)
        remove_interface(self, path, interface);
    return result;
}

static int
on_disconnected(BhBluez *self, sd_bus_message *message)
{
    const char *reason;
    int result = sd_bus_message_read_basic(message, 's', &reason);

    if (result >= 0)
        bh_bluez_central_disconnected(self->central, sd_bus_message_get_path(message), reason);
    return result;
}

void
bh_bluez_tree_handle_signal(BhBluez *self, sd_bus_message *message)
{
    int result = 0;

    if (sd_bus_message_is_signal(message, BH_DBUS_PROPERTIES, "PropertiesChanged"))
        result = on_properties_changed(self, message);
    else if (sd_bus_message_is_signal(message, BH_DBUS_OBJECT_MANAGER, "InterfacesAdded"))
        result = on_interfaces_added(self, message);
    else if (sd_bus_message_is_signal(message, BH_DBUS_OBJECT_MANAGER, "InterfacesRemoved"))
        result = on_interfaces_removed(self, message);
    else if (sd_bus_message_is_signal(message, BH_BLUEZ_DEVICE, "Disconnected"))
        result = on_disconnected(self, message);
    if (result < 0)
        self->counters.malformed++;
}

int
bh_bluez_tree_load(BhBluez *self, sd_bus_message *message)
{
    static const BhBluezVisitor adapters = {.adapter = on_adapter_object};
    static const BhBluezVisitor devices = {.device = on_device_object, .other = on_other_object};
    int result = bh_bluez_walk_objects(message, &adapters, self);

    /* Devices may be listed before the adapter they belong to. */
    if (result < 0 || (result = sd_bus_message_rewind(message, TRUE)) < 0)
        return result;
    return bh_bluez_walk_objects(message, &devices, self);
}

void
bh_bluez_tree_drop(BhBluez *self)
{
    bh_bluez_fetch_clear(self->fetch);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->adapters[i].path != NULL)
            remove_adapter(self, &self->adapters[i]);
}
