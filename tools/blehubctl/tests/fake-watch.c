/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The watch is exported below the path of all watches, so that a stale one is answered, too, and
 * told apart by its number.
 */
#include "fake-watch.h"

#include <check.h>
#include <signal.h>

#define PATH_OF_ALL "/org/blehub/watch"

static GVariant *
answer(const char *text)
{
    g_autoptr(GVariant) rows = g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, NULL);

    ck_assert_msg(rows != NULL, "%s", text);
    return g_variant_new("(@aa{sv})", rows);
}

static gboolean
on_idle(gpointer user_data)
{
    FakeWatch *self = user_data;
    FakeWatchFunc func = self->when_begun[self->begun++];

    self->idle = 0;
    func(self);
    return G_SOURCE_REMOVE;
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
    FakeWatch *self = user_data;

    if (fake_hub_refuses(self->hub, method, call))
        return;
    if (g_str_equal(method, "GetStates")) {
        g_dbus_method_invocation_return_value(call, answer(self->states));
        if (self->when_begun[self->begun])
            self->idle = g_idle_add(on_idle, self);
    } else if (g_str_equal(method, "GetStatistics")) {
        self->statistics_asked++;
        g_dbus_method_invocation_return_value(call, answer(self->statistics));
    } else {
        ck_assert_str_eq(method, "Release");
        self->released++;
        g_dbus_method_invocation_return_value(call, NULL);
    }
}

static char *
dup_path(const FakeWatch *self)
{
    return g_strdup_printf(PATH_OF_ALL "/%u", self->made);
}

static void
export_watch(FakeWatch *self)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_method};
    g_autofree char *path = dup_path(self);

    if (self->registration)
        g_dbus_connection_unregister_object(self->hub->bus, self->registration);
    self->registration =
        fake_hub_export(self->hub, path, bh_dbus_watch1_interface_info(), &vtable, self);
}

static gboolean
handle_watch(FakeWatch *self, GDBusMethodInvocation *call, GVariant *options)
{
    g_autofree char *path = NULL;

    fake_hub_remember_options(self->hub, options);
    if (fake_hub_refuses(self->hub, "Watch", call))
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    self->made++;
    g_free(self->client);
    self->client = g_strdup(g_dbus_method_invocation_get_sender(call));
    export_watch(self);
    path = dup_path(self);
    bh_dbus_hub1_complete_watch(self->hub->hub, call, path);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

FakeWatch *
fake_watch_new(FakeHub *hub)
{
    FakeWatch *self = g_new0(FakeWatch, 1);

    self->hub = hub;
    self->states = self->statistics = "@aa{sv} []";
    self->when_begun[0] = fake_watch_interrupt;
    g_signal_connect_swapped(hub->hub, "handle-watch", G_CALLBACK(handle_watch), self);
    return self;
}

void
fake_watch_free(FakeWatch *self)
{
    if (self->idle)
        g_source_remove(self->idle);
    if (self->registration)
        g_dbus_connection_unregister_object(self->hub->bus, self->registration);
    g_signal_handlers_disconnect_by_data(self->hub->hub, self);
    g_free(self->client);
    g_free(self);
}

void
fake_watch_emit(FakeWatch *self, const char *signal, const char *rows)
{
    g_autofree char *path = dup_path(self);

    fake_hub_emit(self->hub, path, "org.blehub.Watch1", signal, answer(rows));
}

/* A call of what is not there is refused by the thread that reads from the bus, in its order. */
void
fake_watch_reach_client(FakeWatch *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(self->hub->bus,
                                                            self->client,
                                                            "/nothing",
                                                            "org.blehub.Nothing",
                                                            "Nothing",
                                                            NULL,
                                                            NULL,
                                                            G_DBUS_CALL_FLAGS_NONE,
                                                            10000,
                                                            NULL,
                                                            &error);

    ck_assert_ptr_null(reply);
    ck_assert(g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD));
}

void
fake_watch_restart_hub(FakeWatch *self)
{
    fake_hub_call_bus(self->hub, "ReleaseName", g_variant_new("(s)", "org.blehub"));
    g_dbus_connection_unregister_object(self->hub->bus, self->registration);
    self->registration = 0;
    fake_hub_call_bus(self->hub, "RequestName", g_variant_new("(su)", "org.blehub", 0));
}

void
fake_watch_interrupt(FakeWatch *self)
{
    g_subprocess_send_signal(self->hub->process, SIGINT);
}
