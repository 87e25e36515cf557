/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every name of BlueZ's and the bus's D-Bus interfaces that this layer uses, and the match rules
 * made of them.
 */
#define BH_DBUS_NAME "org.freedesktop.DBus"
#define BH_DBUS_PATH "/org/freedesktop/DBus"
#define BH_DBUS_PROPERTIES "org.freedesktop.DBus.Properties"
#define BH_DBUS_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

#define BH_BLUEZ_NAME "org.bluez"
#define BH_BLUEZ_ROOT "/org/bluez"
#define BH_BLUEZ_ADAPTER "org.bluez.Adapter1"
#define BH_BLUEZ_DEVICE "org.bluez.Device1"
#define BH_BLUEZ_BATTERY "org.bluez.Battery1"
#define BH_BLUEZ_GATT_SERVICE_INTERFACE "org.bluez.GattService1"
#define BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE "org.bluez.GattCharacteristic1"
#define BH_BLUEZ_GATT_DESCRIPTOR_INTERFACE "org.bluez.GattDescriptor1"
#define BH_BLUEZ_AGENT "org.bluez.Agent1"
#define BH_BLUEZ_AGENT_MANAGER "org.bluez.AgentManager1"
#define BH_BLUEZ_GATT_MANAGER "org.bluez.GattManager1"
#define BH_BLUEZ_ADVERTISING_MANAGER "org.bluez.LEAdvertisingManager1"
#define BH_BLUEZ_ADVERTISEMENT "org.bluez.LEAdvertisement1"
#define BH_BLUEZ_ERROR_IN_PROGRESS "org.bluez.Error.InProgress"
#define BH_BLUEZ_ERROR_NOT_PERMITTED "org.bluez.Error.NotPermitted"

/* Our objects that BlueZ calls. */
#define BH_SERVED_PREFIX "/org/blehub/served"
#define BH_ADVERTISED_PREFIX "/org/blehub/advertised"

/* There for as long as the radio is started. */
#define BH_MATCH_OWNER                                                                             \
    "type='signal',sender='" BH_DBUS_NAME "',interface='" BH_DBUS_NAME                             \
    "',member='NameOwnerChanged',arg0='" BH_BLUEZ_NAME "'"
#define BH_MATCH_OBJECTS                                                                           \
    "type='signal',sender='" BH_BLUEZ_NAME "',interface='" BH_DBUS_OBJECT_MANAGER "'"
#define BH_MATCH_ADAPTERS                                                                          \
    "type='signal',sender='" BH_BLUEZ_NAME "',interface='" BH_DBUS_PROPERTIES                      \
    "',member='PropertiesChanged',arg0='" BH_BLUEZ_ADAPTER "'"
#define BH_MATCH_ADVERTISING                                                                       \
    "type='signal',sender='" BH_BLUEZ_NAME "',interface='" BH_DBUS_PROPERTIES                      \
    "',member='PropertiesChanged',arg0='" BH_BLUEZ_ADVERTISING_MANAGER "'"
/* Since 5.83. */
#define BH_MATCH_DISCONNECTED                                                                      \
    "type='signal',sender='" BH_BLUEZ_NAME "',interface='" BH_BLUEZ_DEVICE "',member='"            \
    "Disconnected'"

/* There only while a scan is wanted. */
#define BH_MATCH_DEVICES                                                                           \
    "type='signal',sender='" BH_BLUEZ_NAME "',interface='" BH_DBUS_PROPERTIES                      \
    "',member='PropertiesChanged',path_namespace='" BH_BLUEZ_ROOT "',arg0='" BH_BLUEZ_DEVICE "'"

/* There for each device that matters and for each characteristic subscribed to; of the object with
 * exactly this path. */
#define BH_MATCH_OBJECT_FORMAT                                                                     \
    "type='signal',sender='" BH_BLUEZ_NAME "',interface='" BH_DBUS_PROPERTIES                      \
    "',member='PropertiesChanged',path='%s'"
