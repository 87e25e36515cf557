/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Devices do what BlueZ 5.66 lets them do, as far as a test needs it, in the order BlueZ signals
 * and answers: first what changed, then the reply.
 */
#include <check.h>
#include <string.h>

#include "bh-puppet-private.h"
#include "test-main.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define DEVICE "org.bluez.Device1"
#define CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define BATTERY "org.bluez.Battery1"
#define BATTERY_LEVEL 42
#define GAP_SERVICE "00001800-0000-1000-8000-00805f9b34fb"
#define MTU 517

/* Properties */

static void
append_flag(sd_bus_message *message, const char *name, gboolean flag)
{
    sd_bus_message_append(message, "{sv}", name, "b", (int)flag);
}

/* A device whose services are known has GAP. */
static void
append_device(sd_bus_message *message, const BhPuppetObject *object)
{
    sd_bus_message_open_container(message, 'a', "{sv}");
    sd_bus_message_append(message, "{sv}", "Address", "s", object->address);
    sd_bus_message_append(message, "{sv}", "AddressType", "s", "random");
    append_flag(message, "Connected", object->flag);
    append_flag(message, "ServicesResolved", object->resolved);
    append_flag(message, "Paired", object->paired);
    append_flag(message, "Bonded", object->bonded);
    sd_bus_message_append(message, "{sv}", "Adapter", "o", BH_PUPPET_ADAPTER);
    sd_bus_message_append(message, "{sv}", "RSSI", "n", -50);
    sd_bus_message_append(message, "{sv}", "Name", "s", "listed");
    if (object->resolved && !object->undiscovered)
        sd_bus_message_append(message, "{sv}", "UUIDs", "as", 1, GAP_SERVICE);
    sd_bus_message_close_container(message);
}

static void
append_attribute(sd_bus_message *message, const BhPuppetObject *object)
{
    g_auto(GStrv) flags = g_strsplit(object->flags != NULL ? object->flags : "", " ", -1);

    sd_bus_message_open_container(message, 'a', "{sv}");
    if (g_str_equal(object->interface, BATTERY)) {
        sd_bus_message_append(message, "{sv}", "Percentage", "y", BATTERY_LEVEL);
    } else {
        sd_bus_message_append(message, "{sv}", "UUID", "s", object->uuid);
        sd_bus_message_append(message, "{sv}", "Primary", "b", TRUE);
    }
    if (object->flags != NULL) {
        sd_bus_message_open_container(message, 'e', "sv");
        sd_bus_message_append(message, "s", "Flags");
        sd_bus_message_open_container(message, 'v', "as");
        sd_bus_message_append_strv(message, flags);
        sd_bus_message_close_container(message);
        sd_bus_message_close_container(message);
    }
    sd_bus_message_close_container(message);
}

void
bh_puppet_append_object(sd_bus_message *message, const BhPuppetObject *object)
{
    if (object->interface != NULL)
        append_attribute(message, object);
    else
        append_device(message, object);
}

void
bh_puppet_append_interface(sd_bus_message *message, const BhPuppetObject *object)
{
    sd_bus_message_open_container(message, 'e', "sa{sv}");
    sd_bus_message_append(message, "s", object->interface != NULL ? object->interface : DEVICE);
    bh_puppet_append_object(message, object);
    sd_bus_message_close_container(message);
}

/* Signals */

static void
emit_added(BhPuppet *self, const BhPuppetObject *object)
{
    g_autoptr(sd_bus_message) signal = NULL;

    ck_assert_int_ge(
        sd_bus_message_new_signal(self->bus, &signal, "/", OBJECT_MANAGER, "InterfacesAdded"),
        0);
    sd_bus_message_append(signal, "o", object->path);
    sd_bus_message_open_container(signal, 'a', "{sa{sv}}");
    bh_puppet_append_interface(signal, object);
    sd_bus_message_close_container(signal);
    ck_assert_int_ge(sd_bus_send(self->bus, signal, NULL), 0);
}

static gboolean *
peek_flag(BhPuppetObject *object, const char *property)
{
    if (g_str_equal(property, "Connected"))
        return &object->flag;
    if (g_str_equal(property, "ServicesResolved"))
        return &object->resolved;
    return g_str_equal(property, "Paired") ? &object->paired : &object->bonded;
}

void
bh_puppet_set_device(BhPuppet *self, const char *path, const char *property, gboolean value)
{
    *peek_flag(bh_puppet_find(self, path), property) = value;
    BH_PUPPET_CHANGE(self, path, 1, property, "b", (int)value);
}

static void
emit_value(BhPuppet *self, const char *path, const guint8 *bytes, gsize size)
{
    g_autoptr(sd_bus_message) signal = NULL;

    ck_assert_int_ge(
        sd_bus_message_new_signal(self->bus, &signal, path, PROPERTIES, "PropertiesChanged"),
        0);
    sd_bus_message_append(signal, "s", CHARACTERISTIC);
    sd_bus_message_open_container(signal, 'a', "{sv}");
    sd_bus_message_open_container(signal, 'e', "sv");
    sd_bus_message_append(signal, "s", "Value");
    sd_bus_message_open_container(signal, 'v', "ay");
    sd_bus_message_append_array(signal, 'y', bytes, size);
    sd_bus_message_close_container(signal);
    sd_bus_message_close_container(signal);
    sd_bus_message_close_container(signal);
    sd_bus_message_append(signal, "as", 0);
    ck_assert_int_ge(sd_bus_send(self->bus, signal, NULL), 0);
}

void
bh_puppet_notify(BhPuppet *self, const char *path, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);

    emit_value(self, path, bytes, size);
}

/* Methods */

static void
set_link(BhPuppet *self, const char *path, gboolean connected)
{
    if (self->silent)
        return;
    bh_puppet_set_device(self, path, "Connected", connected);
    bh_puppet_set_device(self, path, "ServicesResolved", connected);
}

static void
pair(BhPuppet *self, const char *path)
{
    if (self->silent)
        return;
    bh_puppet_set_device(self, path, "Paired", TRUE);
    bh_puppet_set_device(self, path, "Bonded", TRUE);
}

/* As BlueZ does: the signal, then the reply, both from where the read began. */
static void
read_value(BhPuppet *self,
           const BhPuppetObject *object,
           sd_bus_message *call,
           sd_bus_message *reply)
{
    const char *key;
    guint16 offset = 0;

    sd_bus_message_rewind(call, TRUE);
    sd_bus_message_enter_container(call, 'a', "{sv}");
    while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
        sd_bus_message_read(call, "s", &key);
        if (g_str_equal(key, "offset"))
            sd_bus_message_read(call, "v", "q", &offset);
        else
            sd_bus_message_skip(call, "v");
        sd_bus_message_exit_container(call);
    }
    if (!self->silent && g_str_equal(object->interface, CHARACTERISTIC))
        emit_value(self, object->path, object->value->data, object->value->len);
    offset = MIN(offset, (guint16)object->value->len);
    sd_bus_message_append_array(reply,
                                'y',
                                object->value->data + offset,
                                object->value->len - offset);
}

static void
write_value(BhPuppetObject *object, sd_bus_message *call)
{
    gconstpointer bytes = NULL;
    gsize size = 0;

    sd_bus_message_rewind(call, TRUE);
    sd_bus_message_read_array(call, 'y', &bytes, &size);
    g_byte_array_set_size(object->value, 0);
    g_byte_array_append(object->value, bytes, (guint)size);
}

static void
get(const BhPuppetObject *object, sd_bus_message *call, sd_bus_message *reply)
{
    const char *interface, *name;

    sd_bus_message_rewind(call, TRUE);
    sd_bus_message_read(call, "ss", &interface, &name);
    if (g_str_equal(name, "MTU"))
        sd_bus_message_append(reply, "v", "q", MTU);
    else if (g_str_equal(name, "Percentage"))
        sd_bus_message_append(reply, "v", "y", BATTERY_LEVEL);
    else
        sd_bus_message_append(reply, "v", "b", (int)object->flag);
}

static void
remove_device(BhPuppet *self, sd_bus_message *call)
{
    const char *path;

    sd_bus_message_rewind(call, TRUE);
    sd_bus_message_read(call, "o", &path);
    bh_puppet_forget(self, path);
}

void
bh_puppet_act_on_device(BhPuppet *self, sd_bus_message *call, sd_bus_message *reply)
{
    const char *path = sd_bus_message_get_path(call);
    const char *member = sd_bus_message_get_member(call);
    BhPuppetObject *object = bh_puppet_find(self, path);

    if (g_str_equal(member, "Connect"))
        set_link(self, path, TRUE);
    else if (g_str_equal(member, "Disconnect"))
        set_link(self, path, FALSE);
    else if (g_str_equal(member, "Pair"))
        pair(self, path);
    else if (g_str_equal(member, "RemoveDevice"))
        remove_device(self, call);
    else if (g_str_equal(member, "ReadValue"))
        read_value(self, object, call, reply);
    else if (g_str_equal(member, "WriteValue"))
        write_value(object, call);
    else if (g_str_equal(member, "Get"))
        get(object, call, reply);
}

static void
log_options(GString *text, sd_bus_message *call)
{
    const char *key, *type;
    guint16 offset;

    sd_bus_message_enter_container(call, 'a', "{sv}");
    while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
        sd_bus_message_read(call, "s", &key);
        if (g_str_equal(key, "type") && sd_bus_message_read(call, "v", "s", &type) > 0)
            g_string_append_printf(text, ",%s", type);
        else if (g_str_equal(key, "offset") && sd_bus_message_read(call, "v", "q", &offset) > 0)
            g_string_append_printf(text, ",offset=%u", offset);
        else
            sd_bus_message_skip(call, "v");
        sd_bus_message_exit_container(call);
    }
    sd_bus_message_exit_container(call);
}

void
bh_puppet_log_arguments(BhPuppet *self, sd_bus_message *call)
{
    const char *member = sd_bus_message_get_member(call), *object, *capability;
    gconstpointer bytes = NULL;
    gsize size = 0;

    if (g_str_equal(member, "WriteValue")) {
        sd_bus_message_read_array(call, 'y', &bytes, &size);
        g_autofree char *hex = bh_test_hex(bytes, size);
        g_string_append_printf(self->calls, ":%s", hex);
        log_options(self->calls, call);
    } else if (g_str_equal(member, "RegisterAgent") &&
               sd_bus_message_read(call, "os", &object, &capability) > 0) {
        g_string_append_printf(self->calls, ":%s", capability);
    }
    sd_bus_message_rewind(call, TRUE);
}

/* What the test says */

void
bh_puppet_add_device(BhPuppet *self, const char *path, const char *address, gboolean connected)
{
    BhPuppetObject *object = g_new0(BhPuppetObject, 1);

    object->path = g_strdup(path);
    object->address = g_strdup(address);
    object->flag = connected;
    g_ptr_array_add(self->objects, object);
}

static void
add_attribute(BhPuppet *self,
              const char *path,
              char *interface,
              const char *uuid,
              const char *flags)
{
    BhPuppetObject *object = g_new0(BhPuppetObject, 1);

    object->path = g_strdup(path);
    object->interface = interface;
    object->uuid = g_strdup(uuid);
    object->flags = g_strdup(flags);
    object->value = g_byte_array_new();
    g_ptr_array_add(self->objects, object);
    emit_added(self, object);
}

void
bh_puppet_add_attribute(BhPuppet *self,
                        const char *path,
                        const char *interface,
                        const char *uuid,
                        const char *flags)
{
    g_autofree char *full = NULL;

    if (strlen(uuid) == 4)
        uuid = full = g_strdup_printf("0000%s-0000-1000-8000-00805f9b34fb", uuid);
    add_attribute(self, path, g_strdup_printf("org.bluez.Gatt%s1", interface), uuid, flags);
}

void
bh_puppet_add_battery(BhPuppet *self, const char *device)
{
    add_attribute(self, device, g_strdup(BATTERY), NULL, NULL);
}

void
bh_puppet_forget(BhPuppet *self, const char *path)
{
    BhPuppetObject *object = bh_puppet_find(self, path);

    ck_assert_ptr_nonnull(object);
    g_autofree char *interface = g_strdup(object->interface != NULL ? object->interface : DEVICE);
    g_autofree char *copy = g_strdup(path);
    g_ptr_array_remove(self->objects, object);
    bh_puppet_remove(self, copy, interface);
}

void
bh_puppet_set_value(BhPuppet *self, const char *path, const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    BhPuppetObject *object = bh_puppet_find(self, path);

    g_byte_array_set_size(object->value, 0);
    g_byte_array_append(object->value, bytes, (guint)size);
}

void
bh_puppet_fail_discovery(BhPuppet *self, const char *path)
{
    bh_puppet_find(self, path)->undiscovered = TRUE;
}

void
bh_puppet_set_silent(BhPuppet *self, gboolean silent)
{
    self->silent = silent;
}

void
bh_puppet_set_experimental(BhPuppet *self)
{
    self->knows_connect_device = TRUE;
}
