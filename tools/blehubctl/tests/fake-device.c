/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Objects are registered by their interface's description instead of a skeleton: one function sees
 * every call as it is on the bus, which is what the tests are about.
 */
#include "fake-device.h"

#include "bh-packed.h"

#include <check.h>
#include <string.h>

#define SUBSCRIPTION_PATH "/org/blehub/subscription/1"

static void
write_down(FakeDevice *self, const char *method, GVariant *arguments)
{
    g_autofree char *text = g_variant_print(arguments, FALSE);

    g_string_append_printf(self->calls, "%s%s\n", method, text);
}

static gboolean
handle_connect(FakeDevice *self, GDBusMethodInvocation *call)
{
    write_down(self, "Connect", g_dbus_method_invocation_get_parameters(call));
    if (!fake_hub_refuses(self->hub, "Connect", call) &&
        !(self->on_call && self->on_call(self, "Connect", call)))
        bh_dbus_hub1_complete_connect(self->hub->hub, call, FAKE_DEVICE_PATH, FAKE_HOLD_PATH);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_list_bonds(FakeDevice *self, GDBusMethodInvocation *call)
{
    bh_dbus_hub1_complete_list_bonds(self->hub->hub, call, self->hub->rows);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_remove_bond(FakeDevice *self, GDBusMethodInvocation *call)
{
    write_down(self, "RemoveBond", g_dbus_method_invocation_get_parameters(call));
    if (!fake_hub_refuses(self->hub, "RemoveBond", call))
        bh_dbus_hub1_complete_remove_bond(self->hub->hub, call);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
open_stream(FakeDevice *self, GDBusMethodInvocation *call)
{
    g_autoptr(GUnixFDList) list = NULL;

    bh_packed_write_header(self->values->data, (guint16)self->n_values, 1 + self->lost, self->lost);
    list = fake_hub_open_stream(self->hub, self->n_values > 0 ? self->values : NULL);
    g_dbus_method_invocation_return_value_with_unix_fd_list(call, g_variant_new("(h)", 0), list);
}

static void
on_method(GDBusConnection *bus,
          const char *sender,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *arguments,
          GDBusMethodInvocation *call,
          gpointer user_data)
{
    FakeDevice *self = user_data;

    write_down(self, method, arguments);
    if (fake_hub_refuses(self->hub, method, call))
        return;
    if (self->on_call && self->on_call(self, method, call))
        return;
    if (g_str_equal(method, "OpenStream"))
        open_stream(self, call);
    else
        g_dbus_method_invocation_return_value(call, g_hash_table_lookup(self->replies, method));
}

static GVariant *
on_get(GDBusConnection *bus,
       const char *sender,
       const char *path,
       const char *interface,
       const char *property,
       GError **error,
       gpointer user_data)
{
    FakeDevice *self = user_data;

    self->asked++;
    if (g_str_equal(property, "State"))
        return g_variant_new_string(self->state);
    if (g_str_equal(property, "Name"))
        return g_variant_new_string("Strap");
    if (g_str_equal(property, "MTU"))
        return g_variant_new_uint16(247);
    return NULL;
}

FakeDevice *
fake_device_new(FakeHub *hub)
{
    static const GDBusInterfaceVTable table = {.method_call = on_method, .get_property = on_get};
    FakeDevice *self = g_new0(FakeDevice, 1);

    self->hub = hub;
    self->state = "ready";
    self->calls = g_string_new(NULL);
    self->replies =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_variant_unref);
    self->values = g_byte_array_new();
    g_byte_array_set_size(self->values, BH_PACKED_HEADER_SIZE);
    fake_device_set_reply(self, "Subscribe", "(objectpath '" SUBSCRIPTION_PATH "',)");
    self->objects[0] =
        fake_hub_export(hub, FAKE_DEVICE_PATH, bh_dbus_device1_interface_info(), &table, self);
    self->objects[1] = fake_hub_export(hub,
                                       SUBSCRIPTION_PATH,
                                       bh_dbus_subscription1_interface_info(),
                                       &table,
                                       self);
    g_object_connect(hub->hub,
                     "swapped-signal::handle-connect",
                     handle_connect,
                     self,
                     "swapped-signal::handle-list-bonds",
                     handle_list_bonds,
                     self,
                     "swapped-signal::handle-remove-bond",
                     handle_remove_bond,
                     self,
                     NULL);
    return self;
}

void
fake_device_free(FakeDevice *self)
{
    for (gsize i = 0; i < G_N_ELEMENTS(self->objects); i++)
        g_dbus_connection_unregister_object(self->hub->bus, self->objects[i]);
    g_signal_handlers_disconnect_by_data(self->hub->hub, self);
    g_string_free(self->calls, TRUE);
    g_hash_table_unref(self->replies);
    g_byte_array_unref(self->values);
    g_free(self);
}

void
fake_device_set_reply(FakeDevice *self, const char *method, const char *reply)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(NULL, reply, NULL, NULL, &error);

    ck_assert_msg(value != NULL, "%s", error ? error->message : "");
    g_hash_table_insert(self->replies, (char *)method, value);
}

void
fake_device_add_value(FakeDevice *self, const char *text)
{
    gint64 us = 1000 * (gint64)++self->n_values;

    bh_packed_append_value(self->values, (const guint8 *)text, strlen(text), us, us + 1);
}

void
fake_device_emit(FakeDevice *self, const char *signal, GVariant *arguments)
{
    fake_hub_emit(self->hub, FAKE_DEVICE_PATH, "org.blehub.Device1", signal, arguments);
}

/* Holds that are left behind */

static gboolean
handle_release(FakeHub *hub, GDBusMethodInvocation *call, BhDbusHold1 *hold)
{
    hub->releases++;
    bh_dbus_hold1_complete_release(hold, call);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
fake_hub_add_hold(FakeHub *hub, const char *path, const char *lifetime, guint holds)
{
    g_autoptr(BhDbusHold1) hold = bh_dbus_hold1_skeleton_new();
    g_autoptr(BhDbusDevice1) device = bh_dbus_device1_skeleton_new();
    g_autoptr(GDBusObjectSkeleton) hold_object = g_dbus_object_skeleton_new(path);
    g_autoptr(GDBusObjectSkeleton) object = g_dbus_object_skeleton_new(FAKE_DEVICE_PATH);
    g_autofree char *options = g_strdup_printf("{'Lifetime': <'%s'>}", lifetime);

    bh_dbus_hold1_set_device(hold, FAKE_DEVICE_PATH);
    bh_dbus_hold1_set_options(hold, g_variant_new_parsed(options));
    g_signal_connect_swapped(hold, "handle-release", G_CALLBACK(handle_release), hub);
    bh_dbus_device1_set_holds(device, holds);
    g_dbus_object_skeleton_add_interface(hold_object, G_DBUS_INTERFACE_SKELETON(hold));
    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(device));
    g_dbus_object_manager_server_export(hub->manager, hold_object);
    g_dbus_object_manager_server_export(hub->manager, object);
}
