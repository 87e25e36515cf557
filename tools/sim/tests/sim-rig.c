/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Bus, simulator, client and diary; the connections close before the bus stops. */
#include "sim-rig.h"

#include <string.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 10000
#define SIM_BUS_NAME "org.blehub.Sim"
#define SIM_OBJECT "/org/blehub/sim"

static const char ONE_ADAPTER[] = "[adapter one]\nAddress=00:AA:01:00:00:01\n";

static void
signal_free(gpointer data)
{
    Signal *signal = data;

    g_free(signal->path);
    g_free(signal->member);
    g_variant_unref(signal->arguments);
    g_free(signal);
}

static void
on_signal(GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *member,
          GVariant *arguments,
          gpointer user_data)
{
    Rig *rig = user_data;
    Signal *signal = g_new0(Signal, 1);

    *signal = (Signal){.path = g_strdup(path),
                       .member = g_strdup(member),
                       .arguments = g_variant_ref(arguments)};
    g_ptr_array_add(rig->signals, signal);
}

GDBusConnection *
rig_connect(Rig *rig)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(g_test_dbus_get_bus_address(rig->bus),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL,
                                               NULL,
                                               &error);

    ck_assert_msg(connection != NULL, "%s", error != NULL ? error->message : "");
    return connection;
}

void
rig_disconnect(GDBusConnection *connection)
{
    ck_assert(g_dbus_connection_close_sync(connection, NULL, NULL));
    g_object_unref(connection);
}

static void
start_sim(Rig *rig, const char *scenario, const char *argument)
{
    g_autofree char *bus = g_strconcat("--bus=", g_test_dbus_get_bus_address(rig->bus), NULL);
    g_autofree char *path = NULL;
    g_autofree char *play = NULL;
    g_autofree char *line = NULL;
    g_autoptr(GDataInputStream) output = NULL;
    int fd = g_file_open_tmp("sim-XXXXXX.ini", &path, NULL);

    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert(g_file_set_contents(path, scenario, -1, NULL));
    play = g_strconcat("--scenario=", path, NULL);
    rig->sim = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                NULL,
                                g_getenv("BLEHUB_SIM"),
                                "--print-ready",
                                bus,
                                play,
                                argument,
                                NULL);
    ck_assert_ptr_nonnull(rig->sim);
    output = g_data_input_stream_new(g_subprocess_get_stdout_pipe(rig->sim));
    line = g_data_input_stream_read_line(output, NULL, NULL, NULL);
    ck_assert_str_eq(line, "ready");
    unlink(path);
}

void
rig_init(Rig *rig, const char *scenario, const char *argument)
{
    *rig = (Rig){.bus = g_test_dbus_new(G_TEST_DBUS_NONE),
                 .signals = g_ptr_array_new_with_free_func(signal_free)};
    g_test_dbus_up(rig->bus);
    rig->client = rig_connect(rig);
    rig->subscription = g_dbus_connection_signal_subscribe(rig->client,
                                                           "org.bluez",
                                                           NULL,
                                                           NULL,
                                                           NULL,
                                                           NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE,
                                                           on_signal,
                                                           rig,
                                                           NULL);
    start_sim(rig, scenario != NULL ? scenario : ONE_ADAPTER, argument);
}

void
rig_clear(Rig *rig)
{
    g_dbus_connection_signal_unsubscribe(rig->client, rig->subscription);
    rig_disconnect(rig->client);
    g_subprocess_send_signal(rig->sim, SIGTERM);
    ck_assert(g_subprocess_wait_check(rig->sim, NULL, NULL));
    g_object_unref(rig->sim);
    g_test_dbus_down(rig->bus);
    g_object_unref(rig->bus);
    g_ptr_array_unref(rig->signals);
}

static GVariant *
call_sim(Rig *rig, const char *method, GVariant *arguments, GError **error)
{
    return g_dbus_connection_call_sync(rig->client,
                                       SIM_BUS_NAME,
                                       SIM_OBJECT,
                                       "org.blehub.Sim1",
                                       method,
                                       arguments,
                                       NULL,
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                       CALL_TIMEOUT_MS,
                                       NULL,
                                       error);
}

GVariant *
rig_tell(Rig *rig, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = call_sim(rig, method, arguments, &error);

    ck_assert_msg(reply != NULL, "%s: %s", method, error != NULL ? error->message : "");
    return reply;
}

void
rig_tell_refused(Rig *rig, const char *method, GVariant *arguments, const char *error)
{
    g_autoptr(GError) refusal = NULL;
    g_autofree char *text = NULL;

    ck_assert_ptr_null(call_sim(rig, method, arguments, &refusal));
    text = g_dbus_error_get_remote_error(refusal);
    g_dbus_error_strip_remote_error(refusal);
    g_autofree char *all = g_strdup_printf("%s %s", text, refusal->message);
    ck_assert_msg(g_str_has_prefix(all, error), "%s", all);
}

char *
rig_adapter(Rig *rig, GDBusConnection *connection, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(connection,
                                                            "org.bluez",
                                                            ADAPTER,
                                                            "org.bluez.Adapter1",
                                                            method,
                                                            arguments,
                                                            NULL,
                                                            G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                            CALL_TIMEOUT_MS,
                                                            NULL,
                                                            &error);

    return error != NULL ? g_dbus_error_get_remote_error(error) : NULL;
}

void
rig_start(Rig *rig, const char *filter)
{
    g_autofree char *error = NULL;

    if (filter != NULL) {
        g_autoptr(GVariant) options =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, filter, NULL, NULL, NULL);

        error =
            rig_adapter(rig, rig->client, "SetDiscoveryFilter", g_variant_new("(@a{sv})", options));
        ck_assert_ptr_null(error);
    }
    error = rig_adapter(rig, rig->client, "StartDiscovery", NULL);
    ck_assert_ptr_null(error);
}

static GVariant *
bytes_from_hex(const char *hex)
{
    GVariantBuilder bytes = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_BYTESTRING);

    for (; hex[0] != '\0'; hex += 2)
        g_variant_builder_add(&bytes,
                              "y",
                              g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
    return g_variant_builder_end(&bytes);
}

guint
rig_advertise_with(Rig *rig,
                   const char *address,
                   const char *bytes,
                   gint16 rssi,
                   const char *options)
{
    g_autoptr(GVariant) parsed = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);
    g_autoptr(GVariant) reply =
        rig_tell(rig,
                 "Advertise",
                 g_variant_new("(s@ayn@a{sv})", address, bytes_from_hex(bytes), rssi, parsed));
    guint heard = 0;

    g_variant_get(reply, "(u)", &heard);
    return heard;
}

guint
rig_advertise(Rig *rig, const char *address, const char *bytes, gint16 rssi)
{
    return rig_advertise_with(rig, address, bytes, rssi, "{}");
}

char *
rig_property(Rig *rig, const char *path, const char *interface, const char *name)
{
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(rig->client,
                                    g_str_has_prefix(path, SIM_OBJECT) ? SIM_BUS_NAME : "org.bluez",
                                    path,
                                    "org.freedesktop.DBus.Properties",
                                    "Get",
                                    g_variant_new("(ss)", interface, name),
                                    G_VARIANT_TYPE("(v)"),
                                    G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                    CALL_TIMEOUT_MS,
                                    NULL,
                                    NULL);

    if (reply == NULL)
        return NULL;
    g_variant_get(reply, "(v)", &value);
    return g_variant_print(value, FALSE);
}

static gboolean
changes(const Signal *signal, const char *path, const char *name, gboolean invalidated)
{
    g_autoptr(GVariant) changed = NULL;
    g_autofree const char **gone = NULL;
    g_autoptr(GVariant) value = NULL;

    if (!g_str_equal(signal->member, "PropertiesChanged") || !g_str_equal(signal->path, path))
        return FALSE;
    g_variant_get(signal->arguments, "(&s@a{sv}^a&s)", NULL, &changed, &gone);
    if (invalidated)
        return g_strv_contains(gone, name);
    value = g_variant_lookup_value(changed, name, NULL);
    return value != NULL;
}

guint
rig_count_changes(Rig *rig, const char *path, const char *name, gboolean invalidated)
{
    guint count = 0;

    for (guint i = 0; i < rig->signals->len; i++)
        count += changes(rig->signals->pdata[i], path, name, invalidated);
    return count;
}

guint
rig_count_objects(Rig *rig, const char *member, const char *path)
{
    guint count = 0;

    for (guint i = 0; i < rig->signals->len; i++) {
        const Signal *signal = rig->signals->pdata[i];
        const char *object = NULL;

        if (!g_str_equal(signal->member, member))
            continue;
        g_variant_get_child(signal->arguments, 0, "&o", &object);
        count += g_str_equal(object, path);
    }
    return count;
}

void
rig_forget(Rig *rig)
{
    g_ptr_array_set_size(rig->signals, 0);
}

void
rig_settle(Rig *rig)
{
    static guint number;
    g_autofree char *address = g_strdup_printf("DA:00:00:00:00:%02X", ++number);
    g_autofree char *path = g_strdup_printf(DEVICE("DA_00_00_00_00_%02X"), number);

    ck_assert_uint_eq(rig_advertise(rig, address, "020106", -30), 1);
    AWAIT(rig_count_objects(rig, "InterfacesAdded", path) == 1);
}

static gboolean
on_tick(gpointer user_data)
{
    return G_SOURCE_REMOVE;
}

void
rig_turn(gint64 deadline_us, const char *what)
{
    guint tick = g_timeout_add(10, on_tick, NULL);

    ck_assert_msg(g_get_monotonic_time() < deadline_us, "in vain: %s", what);
    g_main_context_iteration(NULL, TRUE);
    if (g_main_context_find_source_by_id(NULL, tick) != NULL)
        g_source_remove(tick);
}
