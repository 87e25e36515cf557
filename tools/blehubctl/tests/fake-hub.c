/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The service answers from the main loop that also waits for the process, so that each test is one
 * thread and the order of things is what the test wrote.
 */
#include "fake-hub.h"

#include "bh-packed.h"

#include <check.h>
#include <gio/gunixfdlist.h>
#include <linux/sockios.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SCAN_PATH "/org/blehub/scan/1"
#define ADAPTER_PATH "/org/blehub/adapter/00_AA_01_00_00_00"

void
fake_hub_remember_options(FakeHub *self, GVariant *options)
{
    g_clear_pointer(&self->options, g_variant_unref);
    self->options = g_variant_ref(options);
}

void
fake_hub_fail(FakeHub *self, const char *method, const char *error, const char *message)
{
    self->fails = method;
    self->error = error;
    self->message = message;
}

gboolean
fake_hub_refuses(FakeHub *self, const char *method, GDBusMethodInvocation *call)
{
    if (!self->error || (self->fails && !g_str_equal(self->fails, method)))
        return FALSE;
    g_dbus_method_invocation_return_dbus_error(call, self->error, self->message);
    return TRUE;
}

static gboolean
handle_list_devices(FakeHub *self, GDBusMethodInvocation *call, GVariant *options)
{
    fake_hub_remember_options(self, options);
    if (!fake_hub_refuses(self, "ListDevices", call))
        bh_dbus_hub1_complete_list_devices(self->hub, call, self->rows);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_discover(FakeHub *self, GDBusMethodInvocation *call, GVariant *options)
{
    fake_hub_remember_options(self, options);
    if (!fake_hub_refuses(self, "Discover", call))
        bh_dbus_hub1_complete_discover(self->hub, call, self->rows);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_scan(FakeHub *self, GDBusMethodInvocation *call, GVariant *options)
{
    fake_hub_remember_options(self, options);
    if (!fake_hub_refuses(self, "Scan", call))
        bh_dbus_hub1_complete_scan(self->hub, call, SCAN_PATH);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_devices(FakeHub *self, GDBusMethodInvocation *call)
{
    bh_dbus_scan1_complete_get_devices(self->scan, call, self->rows);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Nothing tells when a socket's reader has read everything, so it is asked for. */
static gboolean
on_tick(gpointer user_data)
{
    FakeHub *self = user_data;
    FakeHubFunc when_starved = self->when_starved;
    int unread = 0;

    if (self->stream >= 0 && ioctl(self->stream, SIOCOUTQ, &unread) == 0 && unread > 0)
        return G_SOURCE_CONTINUE;
    self->starved_watch = 0;
    self->when_starved = NULL;
    if (when_starved)
        when_starved(self, self->process);
    return G_SOURCE_REMOVE;
}

GUnixFDList *
fake_hub_open_stream(FakeHub *self, const GByteArray *packet)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    self->stream = fds[0];
    if (packet)
        ck_assert_int_gt(send(self->stream, packet->data, packet->len, 0), 0);
    self->starved_watch = g_timeout_add(1, on_tick, self);
    return g_unix_fd_list_new_from_array(&fds[1], 1);
}

static gboolean
handle_open_stream(FakeHub *self,
                   GDBusMethodInvocation *call,
                   GUnixFDList *unused,
                   GVariant *options)
{
    g_autoptr(GUnixFDList) list = NULL;
    const char *format = NULL;

    ck_assert(g_variant_lookup(options, "Format", "&s", &format));
    ck_assert_str_eq(format, "packed");
    bh_packed_write_header(self->packet->data,
                           (guint16)self->n_reports,
                           1 + self->lost,
                           self->lost);
    list = fake_hub_open_stream(self, self->n_reports > 0 ? self->packet : NULL);
    bh_dbus_scan1_complete_open_stream(self->scan, call, list, g_variant_new_handle(0));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
end_stream(FakeHub *self)
{
    if (self->starved_watch != 0)
        g_source_remove(self->starved_watch);
    self->starved_watch = 0;
    if (self->stream >= 0)
        close(self->stream);
    self->stream = -1;
}

static gboolean
handle_release(FakeHub *self, GDBusMethodInvocation *call)
{
    self->releases++;
    end_stream(self);
    bh_dbus_scan1_complete_release(self->scan, call);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
fake_hub_finish_scan(FakeHub *self, GSubprocess *process)
{
    end_stream(self);
}

void
fake_hub_vanish(FakeHub *self, GSubprocess *process)
{
    ck_assert(g_dbus_connection_close_sync(self->bus, NULL, NULL));
    end_stream(self);
}

void
fake_hub_interrupt(FakeHub *self, GSubprocess *process)
{
    g_subprocess_send_signal(process, SIGINT);
}

guint
fake_hub_export(FakeHub *self,
                const char *path,
                GDBusInterfaceInfo *info,
                const GDBusInterfaceVTable *table,
                gpointer user_data)
{
    guint id =
        g_dbus_connection_register_object(self->bus, path, info, table, user_data, NULL, NULL);

    ck_assert_uint_ne(id, 0);
    return id;
}

void
fake_hub_emit(FakeHub *self,
              const char *path,
              const char *interface,
              const char *signal,
              GVariant *arguments)
{
    ck_assert(
        g_dbus_connection_emit_signal(self->bus, NULL, path, interface, signal, arguments, NULL));
}

void
fake_hub_call_bus(FakeHub *self, const char *method, GVariant *arguments)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(self->bus,
                                                            "org.freedesktop.DBus",
                                                            "/org/freedesktop/DBus",
                                                            "org.freedesktop.DBus",
                                                            method,
                                                            arguments,
                                                            G_VARIANT_TYPE("(u)"),
                                                            G_DBUS_CALL_FLAGS_NONE,
                                                            1000,
                                                            NULL,
                                                            NULL);
    guint32 result = 0;

    ck_assert_ptr_nonnull(reply);
    g_variant_get(reply, "(u)", &result);
    ck_assert_uint_eq(result, 1);
}

static void
export_adapter(FakeHub *self)
{
    static const char *const roles[] = {"central", "peripheral", NULL};
    g_autoptr(BhDbusAdapter1) adapter = bh_dbus_adapter1_skeleton_new();
    g_autoptr(GDBusObjectSkeleton) object = g_dbus_object_skeleton_new(ADAPTER_PATH);

    bh_dbus_adapter1_set_address(adapter, "00:AA:01:00:00:00");
    bh_dbus_adapter1_set_name(adapter, "hci0");
    bh_dbus_adapter1_set_state(adapter, "idle");
    bh_dbus_adapter1_set_roles(adapter, roles);
    bh_dbus_adapter1_set_last_error(adapter, "");
    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(adapter));
    g_dbus_object_manager_server_export(self->manager, object);
}

static void
set_hub_properties(FakeHub *self)
{
    static const char *const capabilities[] = {"scan", NULL};

    bh_dbus_hub1_set_state(self->hub, "ready");
    bh_dbus_hub1_set_version(self->hub, "0.1.0");
    bh_dbus_hub1_set_blue_zversion(self->hub, "5.66");
    bh_dbus_hub1_set_capabilities(self->hub, capabilities);
    bh_dbus_hub1_set_limits(self->hub, g_variant_new_parsed("{'MaxScans': <uint32 32>}"));
    bh_dbus_hub1_set_counters(self->hub, g_variant_new_parsed("{'Reports': uint64 7}"));
}

static void
connect_handlers(FakeHub *self)
{
    g_object_connect(self->hub,
                     "swapped-signal::handle-list-devices",
                     handle_list_devices,
                     self,
                     "swapped-signal::handle-discover",
                     handle_discover,
                     self,
                     "swapped-signal::handle-scan",
                     handle_scan,
                     self,
                     NULL);
    g_object_connect(self->scan,
                     "swapped-signal::handle-get-devices",
                     handle_get_devices,
                     self,
                     "swapped-signal::handle-open-stream",
                     handle_open_stream,
                     self,
                     "swapped-signal::handle-release",
                     handle_release,
                     self,
                     NULL);
}

/* Everything is exported before the name is owned. */
static void
appear(FakeHub *self)
{
    self->bus =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(self->dbus),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL,
                                               NULL,
                                               NULL);
    ck_assert_ptr_nonnull(self->bus);
    set_hub_properties(self);
    connect_handlers(self);
    export_adapter(self);
    ck_assert(g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->hub),
                                               self->bus,
                                               "/org/blehub",
                                               NULL));
    ck_assert(g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->scan),
                                               self->bus,
                                               SCAN_PATH,
                                               NULL));
    g_dbus_object_manager_server_set_connection(self->manager, self->bus);
    fake_hub_call_bus(self, "RequestName", g_variant_new("(su)", "org.blehub", 0));
}

FakeHub *
fake_hub_new(gboolean present)
{
    FakeHub *self = g_new0(FakeHub, 1);

    self->dbus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(self->dbus);
    self->stream = -1;
    self->packet = g_byte_array_new();
    g_byte_array_set_size(self->packet, BH_PACKED_HEADER_SIZE);
    self->hub = bh_dbus_hub1_skeleton_new();
    self->scan = bh_dbus_scan1_skeleton_new();
    self->manager = g_dbus_object_manager_server_new("/org/blehub");
    fake_hub_set_rows(self, "@aa{sv} []");
    if (present)
        appear(self);
    return self;
}

static void
disappear(FakeHub *self)
{
    g_dbus_object_manager_server_set_connection(self->manager, NULL);
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(self->hub));
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(self->scan));
    if (!g_dbus_connection_is_closed(self->bus))
        ck_assert(g_dbus_connection_close_sync(self->bus, NULL, NULL));
}

void
fake_hub_free(FakeHub *self)
{
    end_stream(self);
    if (self->bus)
        disappear(self);
    g_clear_object(&self->manager);
    g_clear_object(&self->hub);
    g_clear_object(&self->scan);
    g_clear_object(&self->bus);
    g_byte_array_unref(self->packet);
    g_clear_pointer(&self->rows, g_variant_unref);
    g_clear_pointer(&self->options, g_variant_unref);
    g_test_dbus_down(self->dbus);
    g_clear_object(&self->dbus);
    g_free(self);
}

void
fake_hub_set_rows(FakeHub *self, const char *rows)
{
    g_clear_pointer(&self->rows, g_variant_unref);
    self->rows = g_variant_parse(G_VARIANT_TYPE("aa{sv}"), rows, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(self->rows);
}

void
fake_hub_assert_options(FakeHub *self, const char *expected)
{
    g_autoptr(GVariant) value = g_variant_parse(G_VARIANT_TYPE_VARDICT, expected, NULL, NULL, NULL);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(self->options);

    ck_assert_uint_eq(g_variant_n_children(self->options), g_variant_n_children(value));
    for (gsize i = 0; i < g_variant_n_children(value); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(value, i);
        g_autoptr(GVariant) wanted = NULL, sent = NULL;
        const char *key = NULL;

        g_variant_get(entry, "{&sv}", &key, &wanted);
        sent = g_variant_dict_lookup_value(dict, key, NULL);
        ck_assert_msg(sent && g_variant_equal(sent, wanted), "%s", key);
    }
}

static void
read_identity(GVariant *row, BhAddress *address)
{
    const char *text = NULL, *type = "public";
    BhAddressType read = BH_ADDRESS_PUBLIC;

    ck_assert(g_variant_lookup(row, "Address", "&s", &text));
    g_variant_lookup(row, "AddressType", "&s", &type);
    ck_assert(bh_address_type_from_string(type, &read));
    ck_assert(bh_address_parse(text, read, address, NULL));
}

void
fake_hub_add_report(FakeHub *self, const char *text)
{
    g_autoptr(GVariant) row = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
    g_autoptr(GByteArray) payload = g_byte_array_new();
    BhDevice device = {.rssi = BH_RSSI_UNKNOWN, .last_seen_us = ++self->n_reports};
    const char *name = NULL;
    gint16 rssi;

    ck_assert_ptr_nonnull(row);
    read_identity(row, &device.address);
    if (g_variant_lookup(row, "RSSI", "n", &rssi))
        device.rssi = (gint8)rssi;
    if (g_variant_lookup(row, "Name", "&s", &name))
        ck_assert(bh_ad_append(payload, BH_AD_NAME_COMPLETE, name, strlen(name)));
    device.payload = payload->data;
    device.payload_size = (guint16)payload->len;
    bh_packed_append_record(self->packet, &device, NULL);
}
