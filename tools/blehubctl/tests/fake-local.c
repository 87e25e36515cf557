/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * As with the fake device, one function sees every call as it is on the bus.
 */
#include "fake-local.h"

#include <check.h>
#include <signal.h>
#include <string.h>

#define ADAPTER_PATH "/org/blehub/adapter/00_AA_01_00_00_00"
#define LONGEST 200 /* of what is written down of a call */

static void
write_down(FakeLocal *self, const char *method, GVariant *arguments)
{
    g_autofree char *text = g_variant_print(arguments, FALSE);

    g_string_append_printf(self->calls, "%s%.*s\n", method, LONGEST, text);
}

/* The program waits, and everything before was answered. */
static gboolean
on_idle(gpointer user_data)
{
    FakeLocal *self = user_data;
    FakeLocalFunc when_idle = self->when_idle ? self->when_idle : fake_local_interrupt;

    self->idle_watch = 0;
    self->when_idle = NULL;
    when_idle(self);
    return G_SOURCE_REMOVE;
}

static void
wait_or_answer(FakeLocal *self, const char *method, GPtrArray *replies, GDBusMethodInvocation *call)
{
    if (replies->len > 0) {
        g_autoptr(GVariant) reply = g_ptr_array_steal_index(replies, 0);

        g_dbus_method_invocation_return_value(call, reply);
        return;
    }
    if (g_str_equal(method, self->idle_in) && self->idle_watch == 0)
        self->idle_watch = g_idle_add(on_idle, self);
    g_set_object(&self->held, call);
    g_object_unref(call);
}

void
fake_local_lose_radio(FakeLocal *self)
{
    g_dbus_method_invocation_return_dbus_error(g_steal_pointer(&self->held),
                                               "org.blehub.Error.Disconnected",
                                               "the radio was switched off");
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
    FakeLocal *self = user_data;

    write_down(self, method, arguments);
    if (fake_hub_refuses(self->hub, method, call))
        return;
    if (g_str_equal(method, "WaitWritten"))
        wait_or_answer(self, method, self->written, call);
    else if (g_str_equal(method, "WaitConnected"))
        wait_or_answer(self, method, self->connected, call);
    else if (g_str_equal(method, "GetValue"))
        g_dbus_method_invocation_return_value(call, g_variant_new_parsed("([byte 0x2a],)"));
    else
        g_dbus_method_invocation_return_value(call, NULL);
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
    FakeLocal *self = user_data;

    if (g_str_equal(property, "State"))
        return g_variant_new_string(self->state);
    if (g_str_equal(property, "Adapters"))
        return g_str_equal(self->state, "active")
                   ? g_variant_new_parsed("[objectpath '" ADAPTER_PATH "']")
                   : g_variant_new_parsed("@ao []");
    if (g_str_equal(property, "LastError"))
        return g_variant_new_string("");
    if (g_str_equal(property, "Packets"))
        return g_variant_new_parsed("{'AdvertisingData': <[byte 2, 1, 6]>,"
                                    " 'ScanResponse': <@ay []>}");
    return NULL;
}

/* Hub1 */

static gboolean
handle_register(FakeLocal *self, GDBusMethodInvocation *call)
{
    write_down(self, "RegisterApplication", g_dbus_method_invocation_get_parameters(call));
    if (!fake_hub_refuses(self->hub, "RegisterApplication", call))
        bh_dbus_hub1_complete_register_application(self->hub->hub, call, FAKE_APPLICATION_PATH);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_advertise(FakeLocal *self, GDBusMethodInvocation *call)
{
    write_down(self, "Advertise", g_dbus_method_invocation_get_parameters(call));
    if (!fake_hub_refuses(self->hub, "Advertise", call))
        bh_dbus_hub1_complete_advertise(self->hub->hub, call, FAKE_ADVERTISEMENT_PATH);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_radio_off(FakeLocal *self, GDBusMethodInvocation *call)
{
    gboolean off = g_str_equal(self->state, "off");

    write_down(self, "RadioOff", g_dbus_method_invocation_get_parameters(call));
    if (!fake_hub_refuses(self->hub, "RadioOff", call))
        bh_dbus_hub1_complete_radio_off(
            self->hub->hub,
            call,
            off,
            g_variant_new_parsed(off ? "@au []" : "[uint32 1000, 4294967295]"));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_radio_on(FakeLocal *self, GDBusMethodInvocation *call)
{
    write_down(self, "RadioOn", g_dbus_method_invocation_get_parameters(call));
    if (!fake_hub_refuses(self->hub, "RadioOn", call))
        bh_dbus_hub1_complete_radio_on(self->hub->hub, call);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* What a test does */

static void
add_reply(GPtrArray *replies, const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_variant_parse(NULL, text, NULL, NULL, &error);

    ck_assert_msg(reply != NULL, "%s", error ? error->message : "");
    g_ptr_array_add(replies, reply);
}

void
fake_local_add_written(FakeLocal *self, const char *reply)
{
    add_reply(self->written, reply);
}

void
fake_local_add_connected(FakeLocal *self, const char *reply)
{
    add_reply(self->connected, reply);
}

void
fake_local_interrupt(FakeLocal *self)
{
    g_subprocess_send_signal(self->hub->process, SIGINT);
}

void
fake_local_emit(FakeLocal *self, const char *signal, GVariant *arguments)
{
    fake_hub_emit(self->hub, FAKE_APPLICATION_PATH, "org.blehub.Application1", signal, arguments);
}

static void
tell_property(FakeLocal *self, const char *path, const char *interface, const char *property)
{
    GVariantDict changed;

    g_variant_dict_init(&changed, NULL);
    g_variant_dict_insert_value(
        &changed,
        property,
        on_get(self->hub->bus, NULL, path, interface, property, NULL, self));
    fake_hub_emit(self->hub,
                  path,
                  "org.freedesktop.DBus.Properties",
                  "PropertiesChanged",
                  g_variant_new("(s@a{sv}as)", interface, g_variant_dict_end(&changed), NULL));
}

void
fake_local_change_state(FakeLocal *self, const char *state)
{
    self->state = state;
    tell_property(self, FAKE_APPLICATION_PATH, "org.blehub.Application1", "Adapters");
    tell_property(self, FAKE_APPLICATION_PATH, "org.blehub.Application1", "State");
    tell_property(self, FAKE_ADVERTISEMENT_PATH, "org.blehub.Advertisement1", "Adapters");
    tell_property(self, FAKE_ADVERTISEMENT_PATH, "org.blehub.Advertisement1", "State");
}

/* Beginning and end */

FakeLocal *
fake_local_new(FakeHub *hub)
{
    static const GDBusInterfaceVTable table = {.method_call = on_method, .get_property = on_get};
    FakeLocal *self = g_new0(FakeLocal, 1);

    self->hub = hub;
    self->state = "active";
    self->idle_in = "WaitWritten";
    self->calls = g_string_new(NULL);
    self->written = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
    self->connected = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
    self->objects[0] = fake_hub_export(hub,
                                       FAKE_APPLICATION_PATH,
                                       bh_dbus_application1_interface_info(),
                                       &table,
                                       self);
    self->objects[1] = fake_hub_export(hub,
                                       FAKE_ADVERTISEMENT_PATH,
                                       bh_dbus_advertisement1_interface_info(),
                                       &table,
                                       self);
    g_object_connect(hub->hub,
                     "swapped-signal::handle-register-application",
                     handle_register,
                     self,
                     "swapped-signal::handle-advertise",
                     handle_advertise,
                     self,
                     "swapped-signal::handle-radio-off",
                     handle_radio_off,
                     self,
                     "swapped-signal::handle-radio-on",
                     handle_radio_on,
                     self,
                     NULL);
    return self;
}

void
fake_local_free(FakeLocal *self)
{
    for (gsize i = 0; i < G_N_ELEMENTS(self->objects); i++)
        g_dbus_connection_unregister_object(self->hub->bus, self->objects[i]);
    if (self->idle_watch != 0)
        g_source_remove(self->idle_watch);
    g_signal_handlers_disconnect_by_data(self->hub->hub, self);
    g_clear_object(&self->held);
    g_string_free(self->calls, TRUE);
    g_ptr_array_unref(self->written);
    g_ptr_array_unref(self->connected);
    g_free(self);
}
