/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A queue of agents, the default one at its head. */
#include "agents.h"

#include "bh-bluez.h"
#include "discovery.h"
#include "interface.h"

#define MANAGER_PATH "/org/bluez"
#define QUESTION_TIMEOUT_MS 60000

struct _BhAgents {
    GDBusObjectManagerServer *manager; /* borrowed: outlives the object */
    BhSimInterface *interface;
    GQueue agents; /* BhAgent */
};

static void
agent_clear(gpointer data)
{
    BhAgent *agent = data;

    g_free(agent->sender);
    g_free(agent->path);
}

void
bh_agent_unref(BhAgent *agent)
{
    g_rc_box_release_full(agent, agent_clear);
}

static BhAgent *
find_agent(BhAgents *agents, const char *sender)
{
    for (GList *link = agents->agents.head; link != NULL; link = link->next) {
        BhAgent *agent = link->data;

        if (g_str_equal(agent->sender, sender))
            return agent;
    }
    return NULL;
}

static void
remove_agent(BhAgents *agents, BhAgent *agent)
{
    g_bus_unwatch_name(agent->watch);
    g_queue_remove(&agents->agents, agent);
    bh_agent_unref(agent);
}

static void
on_sender_gone(GDBusConnection *connection, const char *name, gpointer user_data)
{
    BhAgents *agents = user_data;
    BhAgent *agent = find_agent(agents, name);

    if (agent != NULL)
        remove_agent(agents, agent);
}

static gboolean
parse_capability(const char *text, BhCapability *capability)
{
    static const char *const names[] = {[BH_CAPABILITY_DISPLAY_ONLY] = "DisplayOnly",
                                        [BH_CAPABILITY_DISPLAY_YES_NO] = "DisplayYesNo",
                                        [BH_CAPABILITY_KEYBOARD_ONLY] = "KeyboardOnly",
                                        [BH_CAPABILITY_NO_INPUT_NO_OUTPUT] = "NoInputNoOutput",
                                        [BH_CAPABILITY_KEYBOARD_DISPLAY] = "KeyboardDisplay"};

    *capability = BH_CAPABILITY_KEYBOARD_DISPLAY;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(text, names[i])) {
            *capability = (BhCapability)i;
            return TRUE;
        }
    }
    return *text == '\0';
}

static void
register_agent(BhAgents *agents, GVariant *arguments, GDBusMethodInvocation *invocation)
{
    const char *sender = g_dbus_method_invocation_get_sender(invocation);
    const char *path = NULL;
    const char *text = NULL;
    BhCapability capability = BH_CAPABILITY_KEYBOARD_DISPLAY;
    BhAgent *agent = NULL;

    g_variant_get(arguments, "(&o&s)", &path, &text);
    if (find_agent(agents, sender) != NULL) {
        bh_bluez_refuse(invocation, "AlreadyExists", "Already Exists");
        return;
    }
    if (!parse_capability(text, &capability)) {
        bh_bluez_refuse(invocation, "InvalidArguments", "Invalid arguments in method call");
        return;
    }
    agent = g_rc_box_new0(BhAgent);
    *agent =
        (BhAgent){.sender = g_strdup(sender), .path = g_strdup(path), .capability = capability};
    agent->watch =
        g_bus_watch_name_on_connection(g_dbus_method_invocation_get_connection(invocation),
                                       sender,
                                       G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL,
                                       on_sender_gone,
                                       agents,
                                       NULL);
    g_queue_push_tail(&agents->agents, agent);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

/* UnregisterAgent and RequestDefaultAgent, which name the sender's own agent. */
static void
change_agent(BhAgents *agents,
             const char *method,
             GVariant *arguments,
             GDBusMethodInvocation *invocation)
{
    BhAgent *agent = find_agent(agents, g_dbus_method_invocation_get_sender(invocation));
    const char *path = NULL;

    g_variant_get(arguments, "(&o)", &path);
    if (agent == NULL || !g_str_equal(agent->path, path)) {
        bh_bluez_refuse(invocation, "DoesNotExist", "Does Not Exist");
        return;
    }
    if (g_str_equal(method, "UnregisterAgent")) {
        remove_agent(agents, agent);
    } else {
        g_queue_remove(&agents->agents, agent);
        g_queue_push_head(&agents->agents, agent);
    }
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static void
on_call(const char *method,
        GVariant *arguments,
        GDBusMethodInvocation *invocation,
        gpointer user_data)
{
    if (g_str_equal(method, "RegisterAgent"))
        register_agent(user_data, arguments, invocation);
    else
        change_agent(user_data, method, arguments, invocation);
}

BhAgents *
bh_agents_new(GDBusObjectManagerServer *manager)
{
    BhAgents *agents = g_new0(BhAgents, 1);

    agents->manager = manager;
    agents->interface =
        bh_sim_interface_new(bh_bluez_agent_manager1_interface_info(), on_call, agents);
    bh_sim_interface_export(agents->interface, manager, MANAGER_PATH);
    return agents;
}

void
bh_agents_free(BhAgents *agents)
{
    bh_sim_interface_detach(agents->interface);
    g_dbus_object_manager_server_unexport(agents->manager, MANAGER_PATH);
    g_object_unref(agents->interface);
    while (agents->agents.length > 0)
        remove_agent(agents, agents->agents.head->data);
    g_free(agents);
}

BhAgent *
bh_agents_get(BhAgents *agents, const char *sender)
{
    BhAgent *agent = sender != NULL ? find_agent(agents, sender) : NULL;

    if (agent == NULL)
        agent = g_queue_peek_head(&agents->agents);
    return agent != NULL ? g_rc_box_acquire(agent) : NULL;
}

void
bh_agents_call(BhAgents *agents,
               const BhAgent *agent,
               const char *method,
               GVariant *arguments,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
    g_autoptr(GDBusConnection) connection =
        g_dbus_object_manager_server_get_connection(agents->manager);

    g_dbus_connection_call(connection,
                           agent->sender,
                           agent->path,
                           "org.bluez.Agent1",
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           QUESTION_TIMEOUT_MS,
                           cancellable,
                           callback,
                           user_data);
}
