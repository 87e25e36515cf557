/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A BlueZ on strings, inside the test: it owns org.bluez, lists the objects it was given, answers
 * every call of Adapter1 with success unless told otherwise, remembers the calls, and emits exactly
 * the signals the test composes, also such as no real BlueZ would. For what a real BlueZ would do
 * there is blehub-sim.
 */
#include "bh-sdbus.h"

G_BEGIN_DECLS

#define BH_PUPPET_ADAPTER "/org/bluez/hci0"
#define BH_PUPPET_ADDRESS "00:AA:01:00:00:01"

typedef struct BhPuppet BhPuppet;

/* Connects and takes the name. */
BhPuppet *bh_puppet_new(const char *address);
/* The same without the name: anybody else on the bus. */
BhPuppet *bh_puppet_new_stranger(const char *address);
/* Leaves the bus. */
void bh_puppet_free(BhPuppet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPuppet, bh_puppet_free)

/* Answers no more, and does not mind that the bus goes away. */
void bh_puppet_detach(BhPuppet *self);

sd_bus *bh_puppet_peek_bus(BhPuppet *self);
const char *bh_puppet_peek_name(BhPuppet *self);

/* Who called last: the radio under test. "" if nobody did. */
const char *bh_puppet_peek_caller(BhPuppet *self);

/* What GetManagedObjects lists. */
void bh_puppet_add_adapter(BhPuppet *self, const char *path, const char *address, gboolean powered);
/* Says as BlueZ does which version it is, in hexadecimal: 0x0542 is 5.66. Before it is asked. */
void bh_puppet_set_version(BhPuppet *self, const char *path, guint version);
void
bh_puppet_add_device(BhPuppet *self, const char *path, const char *address, gboolean connected);

/* Attributes, in the order they are to be told; interface: "Service", "Characteristic" or
 * "Descriptor"; flags separated by spaces, NULL of others. Emits InterfacesAdded, too. */
void bh_puppet_add_attribute(BhPuppet *self,
                             const char *path,
                             const char *interface,
                             const char *uuid,
                             const char *flags);
/* The same for a Battery1 of 42 percent on a device's path. */
void bh_puppet_add_battery(BhPuppet *self, const char *device);
/* Not listed any more; emits InterfacesRemoved. */
void bh_puppet_forget(BhPuppet *self, const char *path);
/* What reading an attribute gives; hex. */
void bh_puppet_set_value(BhPuppet *self, const char *path, const char *hex);
/* Emits PropertiesChanged of `Value`, as a notification does. */
void bh_puppet_notify(BhPuppet *self, const char *path, const char *hex);
/* "Connected", "ServicesResolved", "Paired", "Bonded": changes it and emits PropertiesChanged. */
void bh_puppet_set_device(BhPuppet *self, const char *path, const char *property, gboolean value);

/* Methods of devices and attributes do by themselves what BlueZ does: Connect sets Connected and
 * ServicesResolved, Disconnect clears them, Pair pairs, ReadValue signals the value and gives it.
 * Silent: they are only answered. */
void bh_puppet_set_silent(BhPuppet *self, gboolean silent);
/* A device whose services BlueZ cannot find out, and says that they are resolved. */
void bh_puppet_fail_discovery(BhPuppet *self, const char *path);
/* As a bluetoothd that was started with --experimental. */
void bh_puppet_set_experimental(BhPuppet *self);

/* Calls of a method wait until they are released; then they are done and answered in order. */
void bh_puppet_hold(BhPuppet *self, const char *method);
void bh_puppet_release(BhPuppet *self, const char *method);

/* The next count calls of a method fail. */
void bh_puppet_fail(BhPuppet *self, const char *method, const char *error, guint count);
/* With a text of its own. */
void bh_puppet_fail_with(BhPuppet *self,
                         const char *method,
                         const char *error,
                         const char *text,
                         guint count);
/* The next count calls of a method are not answered. */
void bh_puppet_hang(BhPuppet *self, const char *method, guint count);
/* Properties.Set of Powered is answered, but does nothing. */
void bh_puppet_set_stuck(BhPuppet *self, gboolean stuck);

/* Methods called so far, separated by spaces, each with its interesting argument after a colon:
 * "GetManagedObjects SetDiscoveryFilter:le,dup StartDiscovery". */
const char *bh_puppet_peek_calls(BhPuppet *self);
void bh_puppet_clear_calls(BhPuppet *self);
guint bh_puppet_count_calls(BhPuppet *self, const char *method);

/* Emits PropertiesChanged of an adapter's boolean. */
void bh_puppet_set_adapter(BhPuppet *self, const char *path, const char *property, gboolean value);

/* Emits PropertiesChanged of Device1: how many properties, then for each its name, type, value. */
#define BH_PUPPET_CHANGE(self, path, ...)                                                          \
    ck_assert_int_ge(sd_bus_emit_signal(bh_puppet_peek_bus(self),                                  \
                                        path,                                                      \
                                        "org.freedesktop.DBus.Properties",                         \
                                        "PropertiesChanged",                                       \
                                        "sa{sv}as",                                                \
                                        "org.bluez.Device1",                                       \
                                        __VA_ARGS__,                                               \
                                        0),                                                        \
                     0)

/* Emits InterfacesAdded with Device1: how many properties, then for each its name, type, value. */
#define BH_PUPPET_ADD(self, path, ...)                                                             \
    ck_assert_int_ge(sd_bus_emit_signal(bh_puppet_peek_bus(self),                                  \
                                        "/",                                                       \
                                        "org.freedesktop.DBus.ObjectManager",                      \
                                        "InterfacesAdded",                                         \
                                        "oa{sa{sv}}",                                              \
                                        path,                                                      \
                                        1,                                                         \
                                        "org.bluez.Device1",                                       \
                                        __VA_ARGS__),                                              \
                     0)

/* Emits InterfacesRemoved. */
void bh_puppet_remove(BhPuppet *self, const char *path, const char *interface);
/* Emits InterfacesAdded of an adapter, powered. */
void bh_puppet_plug(BhPuppet *self, const char *path, const char *address);

G_END_DECLS
