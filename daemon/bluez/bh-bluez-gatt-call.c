/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * BlueZ cuts a value at the offset itself; of the battery's level that is done here.
 */
#include "bh-bluez-gatt-call.h"

#include "bh-bluez-names.h"

static int
append_options(sd_bus_message *message,
               BhBluezGattKind kind,
               gboolean writes,
               guint16 offset,
               BhWriteKind how)
{
    const char *type = how == BH_WRITE_COMMAND ? "command" : "request";
    int result = sd_bus_message_open_container(message, 'a', "{sv}");

    if (result >= 0 && offset != 0)
        result = sd_bus_message_append(message, "{sv}", "offset", "q", offset);
    if (result >= 0 && writes && kind == BH_BLUEZ_GATT_CHARACTERISTIC)
        result = sd_bus_message_append(message, "{sv}", "type", "s", type);
    return result < 0 ? result : sd_bus_message_close_container(message);
}

static sd_bus_message *
new_battery_call(BhBluezBus *bus, const char *path)
{
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_call(bus, path, BH_DBUS_PROPERTIES, "Get");

    if (message == NULL || sd_bus_message_append(message, "ss", BH_BLUEZ_BATTERY, "Percentage") < 0)
        return NULL;
    return g_steal_pointer(&message);
}

sd_bus_message *
bh_bluez_gatt_call_new(BhBluezBus *bus,
                       BhBluezGattKind kind,
                       const char *path,
                       GBytes *value,
                       guint16 offset,
                       BhWriteKind how)
{
    gsize size = 0;
    gconstpointer bytes = value != NULL ? g_bytes_get_data(value, &size) : NULL;

    if (kind == BH_BLUEZ_GATT_BATTERY)
        return new_battery_call(bus, path);
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus,
                              path,
                              bh_bluez_gatt_interface_of(kind),
                              value != NULL ? "WriteValue" : "ReadValue");
    if (message == NULL ||
        (value != NULL && sd_bus_message_append_array(message, 'y', bytes, size) < 0) ||
        append_options(message, kind, value != NULL, offset, how) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

sd_bus_message *
bh_bluez_gatt_call_new_question(BhBluezBus *bus, const char *device)
{
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, device, BH_DBUS_PROPERTIES, "Get");

    if (message == NULL || sd_bus_message_append(message, "ss", BH_BLUEZ_DEVICE, "Connected") < 0)
        return NULL;
    return g_steal_pointer(&message);
}

static GBytes *
dup_level(sd_bus_message *answer, guint16 offset)
{
    guint8 percentage = 0;

    if (sd_bus_message_read(answer, "v", "y", &percentage) < 0)
        return NULL;
    return g_bytes_new(&percentage, offset == 0 ? 1 : 0);
}

GBytes *
bh_bluez_gatt_call_dup_value(sd_bus_message *answer, BhBluezGattKind kind, guint16 offset)
{
    gconstpointer bytes = NULL;
    gsize size = 0;

    if (kind == BH_BLUEZ_GATT_BATTERY)
        return dup_level(answer, offset);
    if (sd_bus_message_is_empty(answer) > 0)
        return g_bytes_new(NULL, 0); /* of a read from the end on, if it was the first of all */
    if (sd_bus_message_read_array(answer, 'y', &bytes, &size) < 0 || size > BH_GATT_VALUE_MAX)
        return NULL;
    return g_bytes_new(bytes, size);
}
