/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sessions, the call that waits for the radio, and the merged filter. */
#include "discovery.h"

#define RADIO_COMMAND_US 2000 /* a round trip to the kernel */

/* A client that discovers, has set a filter, or both. */
typedef struct {
    BhDiscovery *discovery; /* borrowed: owns this */
    char *sender;
    BhDiscoveryFilter *filter; /* NULL = none */
    gboolean discovering;
    guint watch;
} Client;

struct _BhDiscovery {
    BhTimeline *timeline;            /* borrowed: outlives the object */
    BhScan *scan;                    /* borrowed: outlives the object */
    const BhDiscoveryEvents *events; /* borrowed: outlives the object */
    gpointer user_data;
    gboolean skip_empty;
    GPtrArray *clients;
    BhKernelFilter *current; /* what the radio does or is about to do; NULL = nothing */
    gboolean on;
    gboolean filtered;
    guint timer;                    /* a radio command is under way */
    gboolean stopping;              /* and it is to stop */
    GDBusMethodInvocation *pending; /* the call that waits for it, if any */
};

void
bh_bluez_refuse(GDBusMethodInvocation *invocation, const char *name, const char *message)
{
    g_autofree char *full = g_strconcat("org.bluez.Error.", name, NULL);

    g_dbus_method_invocation_return_dbus_error(invocation, full, message);
}

static void
refuse_busy(GDBusMethodInvocation *invocation)
{
    bh_bluez_refuse(invocation, "InProgress", "Operation already in progress");
}

static void
client_free(gpointer data)
{
    Client *client = data;

    if (client->watch != 0)
        g_bus_unwatch_name(client->watch);
    g_clear_pointer(&client->filter, bh_discovery_filter_free);
    g_free(client->sender);
    g_free(client);
}

static Client *
find_client(BhDiscovery *discovery, const char *sender)
{
    for (guint i = 0; i < discovery->clients->len; i++) {
        Client *client = discovery->clients->pdata[i];

        if (g_str_equal(client->sender, sender))
            return client;
    }
    return NULL;
}

static guint
count_discovering(const BhDiscovery *discovery)
{
    guint count = 0;

    for (guint i = 0; i < discovery->clients->len; i++)
        count += ((Client *)discovery->clients->pdata[i])->discovering;
    return count;
}

GPtrArray *
bh_discovery_get_filters(const BhDiscovery *discovery)
{
    GPtrArray *filters = g_ptr_array_new();

    for (guint i = 0; i < discovery->clients->len; i++) {
        const Client *client = discovery->clients->pdata[i];

        if (client->discovering)
            g_ptr_array_add(filters, client->filter);
    }
    return filters;
}

static void
answer_pending(BhDiscovery *discovery, const char *error_name, const char *message)
{
    GDBusMethodInvocation *invocation = g_steal_pointer(&discovery->pending);

    if (invocation == NULL)
        return;
    if (error_name == NULL)
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        bh_bluez_refuse(invocation, error_name, message);
}

static void
set_on(BhDiscovery *discovery, gboolean on)
{
    gboolean changed = discovery->on != on;

    discovery->on = on;
    if (changed)
        discovery->events->discovering(discovery->user_data);
}

static void
stop_radio(BhDiscovery *discovery)
{
    bh_scan_stop(discovery->scan);
    g_clear_pointer(&discovery->current, bh_kernel_filter_free);
    discovery->filtered = FALSE;
    discovery->events->ended(discovery->user_data);
    set_on(discovery, FALSE);
}

static void
on_stop_done(gpointer user_data)
{
    BhDiscovery *discovery = user_data;

    discovery->timer = 0;
    discovery->stopping = FALSE;
    stop_radio(discovery);
    answer_pending(discovery, NULL, NULL);
}

static BhKernelFilter *
merge_filters(BhDiscovery *discovery)
{
    g_autoptr(GPtrArray) filters = bh_discovery_get_filters(discovery);

    return bh_kernel_filter_merge(filters, discovery->skip_empty);
}

static void
on_start_done(gpointer user_data)
{
    BhDiscovery *discovery = user_data;

    discovery->timer = 0;
    discovery->filtered = !discovery->current->regular;
    discovery->events->started(discovery->user_data);
    bh_scan_start(discovery->scan, merge_filters(discovery));
    answer_pending(discovery, NULL, NULL);
    set_on(discovery, TRUE);
}

static void
command_radio(BhDiscovery *discovery, BhTimelineFunc done)
{
    gint64 at = bh_timeline_now(discovery->timeline) + RADIO_COMMAND_US;

    bh_timeline_clear(discovery->timeline, &discovery->timer);
    discovery->stopping = done == on_stop_done;
    discovery->timer = bh_timeline_add(discovery->timeline, at, done, discovery);
}

/* FALSE if the radio need not be touched. */
static gboolean
update_radio(BhDiscovery *discovery)
{
    g_autoptr(BhKernelFilter) merged = merge_filters(discovery);

    if (discovery->on && !discovery->stopping && discovery->current != NULL &&
        bh_kernel_filter_equal(discovery->current, merged))
        return FALSE;
    bh_scan_stop(discovery->scan);
    g_clear_pointer(&discovery->current, bh_kernel_filter_free);
    discovery->current = g_steal_pointer(&merged);
    command_radio(discovery, on_start_done);
    return TRUE;
}

/* After a client stopped: narrows the scan, or ends it. FALSE if that is not worth waiting for. */
static gboolean
update_after_stop(BhDiscovery *discovery)
{
    if (count_discovering(discovery) > 0) {
        update_radio(discovery);
        return FALSE;
    }
    command_radio(discovery, on_stop_done);
    return TRUE;
}

static void
on_client_gone(GDBusConnection *connection, const char *name, gpointer user_data)
{
    Client *client = user_data;
    BhDiscovery *discovery = client->discovery;
    gboolean discovering = client->discovering;

    g_ptr_array_remove(discovery->clients, client);
    if (discovering)
        update_after_stop(discovery);
}

static Client *
add_client(BhDiscovery *discovery, GDBusMethodInvocation *invocation)
{
    Client *client = g_new0(Client, 1);

    client->discovery = discovery;
    client->sender = g_strdup(g_dbus_method_invocation_get_sender(invocation));
    client->watch =
        g_bus_watch_name_on_connection(g_dbus_method_invocation_get_connection(invocation),
                                       client->sender,
                                       G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL,
                                       on_client_gone,
                                       client,
                                       NULL);
    g_ptr_array_add(discovery->clients, client);
    return client;
}

void
bh_discovery_start(BhDiscovery *discovery, GDBusMethodInvocation *invocation)
{
    Client *client = find_client(discovery, g_dbus_method_invocation_get_sender(invocation));

    if (discovery->pending != NULL || (client != NULL && client->discovering)) {
        refuse_busy(invocation);
        return;
    }
    if (client == NULL)
        client = add_client(discovery, invocation);
    client->discovering = TRUE;
    if (update_radio(discovery))
        discovery->pending = invocation;
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
}

void
bh_discovery_stop(BhDiscovery *discovery, GDBusMethodInvocation *invocation)
{
    Client *client = find_client(discovery, g_dbus_method_invocation_get_sender(invocation));

    if (client == NULL || !client->discovering) {
        bh_bluez_refuse(invocation, "Failed", "No discovery started");
        return;
    }
    if (discovery->pending != NULL) {
        refuse_busy(invocation);
        return;
    }
    client->discovering = FALSE;
    if (client->filter == NULL)
        g_ptr_array_remove(discovery->clients, client);
    if (update_after_stop(discovery))
        discovery->pending = invocation;
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
}

static void
replace_filter(BhDiscovery *discovery, Client *client, BhDiscoveryFilter *filter)
{
    g_clear_pointer(&client->filter, bh_discovery_filter_free);
    client->filter = filter;
    if (client->discovering)
        update_radio(discovery);
    else if (filter == NULL)
        g_ptr_array_remove(discovery->clients, client);
}

void
bh_discovery_set_filter(BhDiscovery *discovery,
                        GDBusMethodInvocation *invocation,
                        GVariant *options)
{
    Client *client = find_client(discovery, g_dbus_method_invocation_get_sender(invocation));
    gboolean remove = g_variant_n_children(options) == 0;
    BhDiscoveryFilter *filter = remove ? NULL : bh_discovery_filter_parse(options);

    if (filter == NULL && !remove) {
        bh_bluez_refuse(invocation, "InvalidArguments", "Invalid arguments in method call");
        return;
    }
    if (client == NULL && !remove)
        client = add_client(discovery, invocation);
    if (client != NULL)
        replace_filter(discovery, client, filter);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void
bh_discovery_end_all(BhDiscovery *discovery)
{
    bh_timeline_clear(discovery->timeline, &discovery->timer);
    discovery->stopping = FALSE;
    answer_pending(discovery, "InProgress", "Operation already in progress");
    g_ptr_array_set_size(discovery->clients, 0);
    stop_radio(discovery);
}

gboolean
bh_discovery_is_on(const BhDiscovery *discovery)
{
    return discovery->on;
}

gboolean
bh_discovery_is_filtered(const BhDiscovery *discovery)
{
    return discovery->filtered;
}

BhDiscovery *
bh_discovery_new(BhTimeline *timeline,
                 BhScan *scan,
                 gboolean skip_empty,
                 const BhDiscoveryEvents *events,
                 gpointer user_data)
{
    BhDiscovery *discovery = g_new0(BhDiscovery, 1);

    discovery->timeline = timeline;
    discovery->scan = scan;
    discovery->skip_empty = skip_empty;
    discovery->events = events;
    discovery->user_data = user_data;
    discovery->clients = g_ptr_array_new_with_free_func(client_free);
    return discovery;
}

void
bh_discovery_free(BhDiscovery *discovery)
{
    bh_timeline_clear(discovery->timeline, &discovery->timer);
    g_clear_object(&discovery->pending); /* its caller learns from the bus that nobody is there */
    g_ptr_array_unref(discovery->clients);
    g_clear_pointer(&discovery->current, bh_kernel_filter_free);
    g_free(discovery);
}
