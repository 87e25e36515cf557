/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A socket per plugged controller, and a drawer for those that were unplugged. */
#include "plugs.h"

#include "bh-error.h"

typedef struct {
    BhPlug plug;
    BhSimAdapter *adapter; /* NULL while bluetoothd is gone */
} Socket;

struct _BhPlugs {
    BhBluezContext *context; /* borrowed: outlives the object */
    GPtrArray *sockets;      /* Socket */
    GPtrArray *drawer;       /* BhScenarioAdapter */
};

static void
socket_free(gpointer data)
{
    Socket *socket = data;

    g_clear_object(&socket->adapter);
    g_clear_pointer(&socket->plug.config, bh_scenario_adapter_free);
    g_free(socket);
}

static void
show_adapter(BhPlugs *plugs, Socket *socket)
{
    if (plugs->context->manager != NULL)
        socket->adapter = bh_sim_adapter_new(plugs->context, &socket->plug);
}

static void
hide_adapter(Socket *socket)
{
    if (socket->adapter != NULL)
        bh_sim_adapter_remove(socket->adapter);
    g_clear_object(&socket->adapter);
}

BhPlugs *
bh_plugs_new(BhBluezContext *context)
{
    BhPlugs *plugs = g_new0(BhPlugs, 1);

    plugs->context = context;
    plugs->sockets = g_ptr_array_new_with_free_func(socket_free);
    plugs->drawer = g_ptr_array_new_with_free_func((GDestroyNotify)bh_scenario_adapter_free);
    return plugs;
}

void
bh_plugs_free(BhPlugs *plugs)
{
    g_ptr_array_unref(plugs->sockets);
    g_ptr_array_unref(plugs->drawer);
    g_free(plugs);
}

void
bh_plugs_show(BhPlugs *plugs)
{
    for (guint i = 0; i < plugs->sockets->len; i++)
        show_adapter(plugs, plugs->sockets->pdata[i]);
}

void
bh_plugs_hide(BhPlugs *plugs)
{
    for (guint i = 0; i < plugs->sockets->len; i++)
        hide_adapter(plugs->sockets->pdata[i]);
}

static gboolean
is_named(const BhScenarioAdapter *config, const char *which)
{
    g_autofree char *name = g_strdup_printf("hci%d", config->index);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&config->address, address);
    return which == NULL || *which == '\0' || g_str_equal(which, name) ||
           g_ascii_strcasecmp(which, address) == 0 || g_str_equal(which, config->group);
}

/* The sockets meant, borrowed; NULL and an error if there is none. "All" may be none. */
static GPtrArray *
find_sockets(BhPlugs *plugs, const char *which, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();

    for (guint i = 0; i < plugs->sockets->len; i++) {
        Socket *socket = plugs->sockets->pdata[i];

        if (is_named(socket->plug.config, which))
            g_ptr_array_add(found, socket);
    }
    if (found->len > 0 || which == NULL || *which == '\0')
        return g_steal_pointer(&found);
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no adapter '%s'", which);
    return NULL;
}

BhSimAdapter *
bh_plugs_find(BhPlugs *plugs, const char *which, GError **error)
{
    g_autoptr(GPtrArray) found = find_sockets(plugs, which, error);
    Socket *socket = found != NULL && found->len == 1 ? found->pdata[0] : NULL;

    if (socket != NULL && socket->adapter != NULL)
        return socket->adapter;
    if (found != NULL)
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no one adapter '%s'", which);
    return NULL;
}

static gboolean
has_index(const BhPlugs *plugs, gint index)
{
    for (guint i = 0; i < plugs->sockets->len; i++) {
        if (((Socket *)plugs->sockets->pdata[i])->plug.config->index == index)
            return TRUE;
    }
    return FALSE;
}

static gboolean
has_address(const BhPlugs *plugs, const BhAddress *address)
{
    for (guint i = 0; i < plugs->sockets->len; i++) {
        Socket *socket = plugs->sockets->pdata[i];

        if (bh_address_equal(&socket->plug.config->address, address))
            return TRUE;
    }
    return FALSE;
}

void
bh_plugs_next_address(const BhPlugs *plugs, BhAddress *address)
{
    *address = (BhAddress){.octets = {0x00, 0xaa, 0x01, 0x00, 0x00, 0x01}};
    while (has_address(plugs, address))
        address->octets[5]++;
}

static gboolean
check_free(const BhPlugs *plugs, const BhScenarioAdapter *config, GError **error)
{
    gboolean address = has_address(plugs, &config->address);

    if (!address && (config->index < 0 || !has_index(plugs, config->index)))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_ALREADY_EXISTS,
                "%s: another adapter has it",
                address ? "Address" : "Index");
    return FALSE;
}

char *
bh_plugs_add(BhPlugs *plugs, BhScenarioAdapter *config, GError **error)
{
    g_autoptr(BhScenarioAdapter) taken = config;
    Socket *socket = NULL;

    if (!check_free(plugs, config, error))
        return NULL;
    for (gint i = 0; config->index < 0; i++)
        config->index = has_index(plugs, i) ? -1 : i;
    socket = g_new0(Socket, 1);
    socket->plug.config = g_steal_pointer(&taken);
    g_ptr_array_add(plugs->sockets, socket);
    show_adapter(plugs, socket);
    return g_strdup_printf("/org/bluez/hci%d", config->index);
}

gboolean
bh_plugs_add_all(BhPlugs *plugs, GPtrArray *configs, GError **error)
{
    for (guint i = 0; i < configs->len; i++) {
        if (!check_free(plugs, configs->pdata[i], error))
            return FALSE;
    }
    while (configs->len > 0) {
        g_autofree char *path = bh_plugs_add(plugs, g_ptr_array_steal_index(configs, 0), error);

        if (path == NULL)
            return FALSE;
    }
    return TRUE;
}

gboolean
bh_plugs_remove(BhPlugs *plugs, const char *which, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(plugs, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
        Socket *socket = sockets->pdata[i];

        hide_adapter(socket);
        g_ptr_array_add(plugs->drawer, g_steal_pointer(&socket->plug.config));
        g_ptr_array_remove(plugs->sockets, socket);
    }
    return sockets != NULL;
}

/* Takes the newest match out of the drawer. */
static BhScenarioAdapter *
take_from_drawer(BhPlugs *plugs, const char *which)
{
    for (guint i = plugs->drawer->len; i > 0; i--) {
        if (is_named(plugs->drawer->pdata[i - 1], which))
            return g_ptr_array_steal_index(plugs->drawer, i - 1);
    }
    return NULL;
}

gboolean
bh_plugs_restore(BhPlugs *plugs, const char *which, gint index, GError **error)
{
    BhScenarioAdapter *config = take_from_drawer(plugs, which);
    gboolean all = which == NULL || *which == '\0';

    if (config == NULL && !all) {
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no unplugged adapter '%s'", which);
        return FALSE;
    }
    for (; config != NULL; config = all ? take_from_drawer(plugs, which) : NULL) {
        g_autofree char *path = NULL;

        if (index >= 0)
            config->index = index;
        path = bh_plugs_add(plugs, config, error);
        if (path == NULL)
            return FALSE;
    }
    return TRUE;
}

gboolean
bh_plugs_set_powered(BhPlugs *plugs, const char *which, gboolean powered, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(plugs, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
        Socket *socket = sockets->pdata[i];

        if (socket->adapter != NULL)
            bh_sim_adapter_set_powered(socket->adapter, powered);
        socket->plug.config->powered = powered;
    }
    return sockets != NULL;
}

gboolean
bh_plugs_set_monitor(BhPlugs *plugs, const char *which, gboolean registered, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(plugs, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++) {
        Socket *socket = sockets->pdata[i];

        if (socket->adapter != NULL)
            bh_sim_adapter_set_monitor(socket->adapter, registered);
        socket->plug.config->monitor = registered;
    }
    return sockets != NULL;
}

gboolean
bh_plugs_stall(BhPlugs *plugs, const char *which, BhStall stall, GError **error)
{
    g_autoptr(GPtrArray) sockets = find_sockets(plugs, which, error);

    for (guint i = 0; sockets != NULL && i < sockets->len; i++)
        ((Socket *)sockets->pdata[i])->plug.stall = stall;
    return sockets != NULL;
}

guint
bh_plugs_hear(BhPlugs *plugs, const BhAdvertisement *advertisement)
{
    guint heard = 0;

    for (guint i = 0; i < plugs->sockets->len; i++) {
        Socket *socket = plugs->sockets->pdata[i];
        const BhScenarioAdapter *config = socket->plug.config;

        if (socket->adapter != NULL &&
            bh_scenario_device_is_heard_by(advertisement->device, config->group, &config->address))
            heard += bh_sim_adapter_hear(socket->adapter, advertisement);
    }
    return heard;
}

GVariant *
bh_plugs_describe_scans(const BhPlugs *plugs)
{
    GVariantBuilder scans = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (guint i = 0; i < plugs->sockets->len; i++) {
        Socket *socket = plugs->sockets->pdata[i];
        char address[BH_ADDRESS_TEXT_SIZE];

        bh_address_format(&socket->plug.config->address, address);
        if (socket->adapter != NULL)
            g_variant_builder_add(&scans,
                                  "{sv}",
                                  address,
                                  bh_sim_adapter_describe_scan(socket->adapter));
    }
    return g_variant_builder_end(&scans);
}
