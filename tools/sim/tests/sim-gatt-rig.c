/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asynchronous calls on the client's connection, so that signals and answers keep their order. */
#include "sim-gatt-rig.h"

#include <string.h>

#define CALL_TIMEOUT_MS 20000
#define AGENT_PATH "/agent"

static const char SCENARIO[] = "[adapter one]\n"
                               "Address=00:AA:01:00:00:01\n"
                               "ConnectTimeoutMs=2000\n"
                               "Links=2\n"
                               "Monitor=true\n"
                               "[device peer]\n"
                               "Address=C1:00:00:00:00:01\n"
                               "IntervalMs=20\n"
                               "ConnectMs=5\n"
                               "DiscoverMs=20\n"
                               "OperationMs=5\n"
                               "MTU=23\n"
                               "[service peer/s]\n"
                               "UUID=180d\n"
                               "[characteristic peer/s/c]\n"
                               "UUID=2a37\n"
                               "Flags=read;write;write-without-response;notify\n"
                               "Value=000102\n"
                               "[descriptor peer/s/c/d]\n"
                               "UUID=2901\n"
                               "Text=text\n"
                               "[service peer/battery]\n"
                               "UUID=180f\n"
                               "[characteristic peer/battery/level]\n"
                               "UUID=2a19\n"
                               "Flags=read;notify\n"
                               "Value=32\n"
                               "[device lock]\n"
                               "Address=C1:00:00:00:00:02\n"
                               "IntervalMs=20\n"
                               "ConnectMs=5\n"
                               "DiscoverMs=20\n"
                               "OperationMs=5\n"
                               "PairMs=10\n"
                               "[service lock/s]\n"
                               "UUID=180d\n"
                               "[characteristic lock/s/c]\n"
                               "UUID=2a37\n"
                               "Value=07\n"
                               "Security=encrypted\n"
                               "[device mute]\n"
                               "Address=C1:00:00:00:00:03\n"
                               "IntervalMs=20\n"
                               "Connect=silent\n"
                               "[device errors]\n"
                               "Address=C1:00:00:00:00:04\n"
                               "IntervalMs=20\n"
                               "ConnectMs=5\n"
                               "DiscoverMs=20\n"
                               "OperationMs=1\n"
                               "[service errors/s]\n"
                               "UUID=180d\n"
                               "[characteristic errors/s/c]\n"
                               "UUID=2a37\n"
                               "Flags=read;write;indicate\n";

void
gatt_rig_init(Rig *rig, const char *argument)
{
    static const char *const devices[] = {PEER, LOCK, MUTE, ERRORS};

    rig_init(rig, SCENARIO, argument);
    rig_start(rig, "{'Transport': <'le'>}");
    for (guint i = 0; i < G_N_ELEMENTS(devices); i++)
        AWAIT(rig_count_objects(rig, "InterfacesAdded", devices[i]) > 0);
}

static char *
error_to_text(GError *error)
{
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    const char *shown = name != NULL ? name : "";

    g_dbus_error_strip_remote_error(error);
    if (g_str_has_prefix(shown, "org.bluez.Error."))
        shown += strlen("org.bluez.Error.");
    return g_strdup_printf("%s: %s", shown, error->message);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    char **answer = user_data;

    if (reply == NULL)
        *answer = error_to_text(error);
    else if (g_variant_n_children(reply) == 0)
        *answer = g_strdup("");
    else
        *answer = g_variant_print(reply, FALSE);
}

void
gatt_call(GDBusConnection *connection,
          const char *path,
          const char *method,
          GVariant *arguments,
          char **answer)
{
    g_auto(GStrv) parts = g_strsplit(method, ".", 2);
    g_autofree char *interface = g_strconcat("org.bluez.", parts[0], NULL);

    g_dbus_connection_call(connection,
                           "org.bluez",
                           path,
                           interface,
                           parts[1],
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           CALL_TIMEOUT_MS,
                           NULL,
                           on_answer,
                           answer);
}

char *
gatt_ask(GDBusConnection *connection, const char *path, const char *method, GVariant *arguments)
{
    char *answer = NULL;

    gatt_call(connection, path, method, arguments, &answer);
    AWAIT(answer != NULL);
    return answer;
}

void
gatt_expect(GDBusConnection *connection,
            const char *path,
            const char *method,
            GVariant *arguments,
            const char *answer)
{
    g_autofree char *got = gatt_ask(connection, path, method, arguments);

    ck_assert_msg(g_str_equal(got, answer), "%s: %s", method, got);
}

static gboolean
is_resolved(Rig *rig, const char *device)
{
    g_autofree char *resolved = rig_property(rig, device, "org.bluez.Device1", "ServicesResolved");

    return g_strcmp0(resolved, "true") == 0;
}

void
gatt_connect(Rig *rig, const char *device)
{
    gatt_expect(rig->client, device, "Device1.Connect", NULL, "");
    AWAIT(is_resolved(rig, device));
}

GVariant *
gatt_read_arguments(guint16 offset)
{
    return offset == 0 ? g_variant_new_parsed("(@a{sv} {},)")
                       : g_variant_new_parsed("({'offset': <%q>},)", offset);
}

GVariant *
gatt_write_arguments(guint8 byte, gsize count, const char *type)
{
    g_autofree guint8 *bytes = g_malloc(count);
    GVariantDict options = G_VARIANT_DICT_INIT(NULL);

    memset(bytes, byte, count);
    if (type != NULL)
        g_variant_dict_insert(&options, "type", "s", type);
    return g_variant_new("(@ay@a{sv})",
                         g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, count, 1),
                         g_variant_dict_end(&options));
}

void
gatt_set(Rig *rig, const char *device, const char *attribute, const char *options)
{
    g_autoptr(GVariant) parsed = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

    if (attribute == NULL)
        g_variant_unref(rig_tell(rig, "SetDevice", g_variant_new("(s@a{sv})", device, parsed)));
    else
        g_variant_unref(
            rig_tell(rig, "SetAttribute", g_variant_new("(ss@a{sv})", device, attribute, parsed)));
}

char *
gatt_get(Rig *rig, const char *device, const char *attribute, const char *key)
{
    g_autoptr(GVariant) reply =
        attribute == NULL ? rig_tell(rig, "GetDevice", g_variant_new("(s)", device))
                          : rig_tell(rig, "GetAttribute", g_variant_new("(ss)", device, attribute));
    g_autoptr(GVariant) state = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) value = g_variant_lookup_value(state, key, NULL);

    ck_assert_ptr_nonnull(value);
    return g_variant_print(value, FALSE);
}

void
gatt_notify(Rig *rig, const char *device, const char *attribute, guint8 byte)
{
    g_autoptr(GVariant) sent = NULL;

    sent = rig_tell(rig,
                    "Notify",
                    g_variant_new("(ss@ay)",
                                  device,
                                  attribute,
                                  g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, &byte, 1, 1)));
}

static void
on_question(GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *method,
            GVariant *arguments,
            GDBusMethodInvocation *invocation,
            gpointer user_data)
{
    Agent *agent = user_data;

    g_string_append_printf(agent->asked, "%s%s", agent->asked->len > 0 ? " " : "", method);
    if (g_str_equal(method, "RequestPasskey"))
        g_dbus_method_invocation_return_value(
            invocation,
            g_variant_new("(u)", (guint)g_ascii_strtoull(agent->answer, NULL, 10)));
    else if (g_str_equal(agent->answer, "no"))
        g_dbus_method_invocation_return_dbus_error(invocation, "org.bluez.Error.Rejected", "");
    else if (g_str_equal(agent->answer, "never") && !g_str_equal(method, "Cancel"))
        g_object_unref(invocation);
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
}

void
gatt_agent_init(Agent *agent, Rig *rig, const char *capability, const char *answer)
{
    static const char xml[] =
        "<node><interface name='org.bluez.Agent1'>"
        "<method name='RequestAuthorization'><arg type='o' direction='in'/></method>"
        "<method name='RequestConfirmation'><arg type='o' direction='in'/>"
        "<arg type='u' direction='in'/></method>"
        "<method name='RequestPasskey'><arg type='o' direction='in'/>"
        "<arg type='u' direction='out'/></method>"
        "<method name='DisplayPasskey'><arg type='o' direction='in'/>"
        "<arg type='u' direction='in'/><arg type='q' direction='in'/></method>"
        "<method name='Cancel'/></interface></node>";
    static const GDBusInterfaceVTable vtable = {.method_call = on_question};
    g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(xml, NULL);

    agent->answer = answer;
    agent->asked = g_string_new(NULL);
    agent->registration = g_dbus_connection_register_object(rig->client,
                                                            AGENT_PATH,
                                                            info->interfaces[0],
                                                            &vtable,
                                                            agent,
                                                            NULL,
                                                            NULL);
    gatt_expect(rig->client,
                "/org/bluez",
                "AgentManager1.RegisterAgent",
                g_variant_new("(os)", AGENT_PATH, capability),
                "");
}

void
gatt_agent_clear(Agent *agent, Rig *rig)
{
    gatt_expect(rig->client,
                "/org/bluez",
                "AgentManager1.UnregisterAgent",
                g_variant_new("(o)", AGENT_PATH),
                "");
    g_dbus_connection_unregister_object(rig->client, agent->registration);
    g_string_free(agent->asked, TRUE);
}
