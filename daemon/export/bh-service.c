/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The name comes last: whoever sees it owned finds everything behind it.
 */
#include "bh-service.h"

#include "bh-error.h"
#include "bh-export-adapter.h"
#include "bh-export-device.h"
#include "bh-export-log.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define ROOT_PATH "/org/blehub"
#define BUS_NAME "org.blehub"
#define NAME_TIMEOUT_MS 5000
#define REQUEST_NAME_DO_NOT_QUEUE 4u
#define REQUEST_NAME_PRIMARY_OWNER 1u

struct BhService {
    GDBusConnection *connection; /* borrowed: outlives us */
    BhHub *hub;                  /* borrowed: outlives us */
    BhPeers *peers;
    BhGate *gate;
    BhOwnedTree *tree;
    BhBulk *bulk;
    BhExportDefaults defaults;
    BhObjectManager *manager;
    BhExportContext context;
    BhExportHub *root;
    BhExportLog *log;
    GPtrArray *adapters; /* BhExportAdapter */
    GHashTable *devices; /* BhRemote -> BhExportDevice */
    guint filter;
    gboolean started;
};

/* No method takes descriptors: they are closed as soon as a call arrives, or callers who wait could
 * use up all that this process may have. Runs in GDBus's own thread. */
static GDBusMessage *
drop_descriptors(GDBusConnection *connection,
                 GDBusMessage *message,
                 gboolean incoming,
                 gpointer user_data)
{
    GUnixFDList *descriptors = incoming ? g_dbus_message_get_unix_fd_list(message) : NULL;
    g_autofree int *stolen = NULL;
    int n = 0;

    if (descriptors != NULL)
        stolen = g_unix_fd_list_steal_fds(descriptors, &n);
    while (n > 0)
        close(stolen[--n]);
    return message;
}

/* Adapters */

static void
on_adapter_added(BhHub *hub, BhAdapter *adapter, BhService *self)
{
    g_autofree char *path = bh_export_adapter_dup_path(adapter);
    g_autoptr(BhExportAdapter) exported = bh_export_adapter_new(adapter, &self->context);
    g_autoptr(GError) error = NULL;

    if (bh_object_manager_add(self->manager, BH_EXPORTED(exported), path, &error))
        g_ptr_array_add(self->adapters, g_steal_pointer(&exported));
    else
        g_warning("adapter %s: %s", path, error->message);
}

static void
on_adapter_removed(BhHub *hub, BhAdapter *adapter, BhService *self)
{
    for (guint i = 0; i < self->adapters->len; i++) {
        BhExportAdapter *exported = g_ptr_array_index(self->adapters, i);

        if (bh_export_adapter_peek_adapter(exported) != adapter)
            continue;
        bh_object_manager_remove(self->manager, BH_EXPORTED(exported));
        g_ptr_array_remove_index(self->adapters, i);
        return;
    }
}

/* Devices */

static void
on_remote_added(BhRemotes *remotes, BhRemote *remote, BhService *self)
{
    g_autofree char *path = bh_export_device_dup_path(bh_remote_peek_address(remote));
    BhExportDevice *exported = bh_export_device_new(remote, &self->context);

    g_hash_table_insert(self->devices, remote, exported);
    bh_object_manager_add(self->manager, BH_EXPORTED(exported), path, NULL);
}

static void
on_remote_removed(BhRemotes *remotes, BhRemote *remote, BhService *self)
{
    BhExportDevice *exported = g_hash_table_lookup(self->devices, remote);

    if (exported == NULL)
        return;
    bh_object_manager_remove(self->manager, BH_EXPORTED(exported));
    g_hash_table_remove(self->devices, remote);
}

/* Start */

/* What clients own, by the last but one element of its path. */
static gboolean
serve_owned(BhService *self, GError **error)
{
    BhOwnedTree *tree = self->tree;

    return bh_owned_tree_serve(tree, ROOT_PATH "/scan", bh_dbus_scan1_interface_info(), error) &&
           bh_owned_tree_serve(tree,
                               ROOT_PATH "/device",
                               bh_dbus_device1_interface_info(),
                               error) &&
           bh_owned_tree_serve(tree, ROOT_PATH "/hold", bh_dbus_hold1_interface_info(), error) &&
           bh_owned_tree_serve(tree,
                               ROOT_PATH "/subscription",
                               bh_dbus_subscription1_interface_info(),
                               error) &&
           bh_owned_tree_serve(tree,
                               ROOT_PATH "/application",
                               bh_dbus_application1_interface_info(),
                               error) &&
           bh_owned_tree_serve(tree,
                               ROOT_PATH "/advertisement",
                               bh_dbus_advertisement1_interface_info(),
                               error) &&
           bh_owned_tree_serve(tree, ROOT_PATH "/watch", bh_dbus_watch1_interface_info(), error);
}

static gboolean
export_at(BhService *self, gpointer exported, const char *path, GError **error)
{
    return g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(exported),
                                            self->connection,
                                            path,
                                            error);
}

static gboolean
export_all(BhService *self, GError **error)
{
    return serve_owned(self, error) && export_at(self, self->root, ROOT_PATH, error) &&
           export_at(self, self->manager, ROOT_PATH, error) &&
           export_at(self, self->log, "/org/freedesktop/LogControl1", error);
}

static GError *
translate_name_error(GError *error)
{
    BhError code = BH_ERROR_FAILED;
    GError *translated;

    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
        code = BH_ERROR_NOT_AUTHORIZED;
    g_dbus_error_strip_remote_error(error);
    translated = g_error_new(BH_ERROR, code, "%s: %s", BUS_NAME, error->message);
    g_error_free(error);
    return translated;
}

static void
on_name_requested(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    guint32 answer = 0;

    if (reply == NULL) {
        g_task_return_error(task, translate_name_error(error));
        return;
    }
    g_variant_get(reply, "(u)", &answer);
    if (answer == REQUEST_NAME_PRIMARY_OWNER)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_new_error(task,
                                BH_ERROR,
                                BH_ERROR_ALREADY_EXISTS,
                                BUS_NAME " is owned by another process");
}

void
bh_service_start_async(BhService *self, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    GError *error = NULL;

    g_task_set_source_tag(task, bh_service_start_async);
    self->started = TRUE;
    if (!export_all(self, &error)) {
        g_task_return_error(task, error);
        return;
    }
    g_dbus_connection_call(self->connection,
                           "org.freedesktop.DBus",
                           "/org/freedesktop/DBus",
                           "org.freedesktop.DBus",
                           "RequestName",
                           g_variant_new("(su)", BUS_NAME, REQUEST_NAME_DO_NOT_QUEUE),
                           G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           NAME_TIMEOUT_MS,
                           NULL,
                           on_name_requested,
                           g_steal_pointer(&task));
}

gboolean
bh_service_start_finish(BhService *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

/* Stop: the name first, so that nobody finds half of us */

static void
unexport(gpointer exported)
{
    if (g_dbus_interface_skeleton_get_connection(exported) != NULL)
        g_dbus_interface_skeleton_unexport(exported);
}

void
bh_service_stop(BhService *self)
{
    if (!self->started)
        return;
    self->started = FALSE;
    g_dbus_connection_call(self->connection,
                           "org.freedesktop.DBus",
                           "/org/freedesktop/DBus",
                           "org.freedesktop.DBus",
                           "ReleaseName",
                           g_variant_new("(s)", BUS_NAME),
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           NAME_TIMEOUT_MS,
                           NULL,
                           NULL,
                           NULL);
    while (self->adapters->len > 0) {
        bh_object_manager_remove(self->manager, g_ptr_array_index(self->adapters, 0));
        g_ptr_array_remove_index(self->adapters, 0);
    }
    unexport(self->root);
    unexport(self->manager);
    unexport(self->log);
}

void
bh_service_configure(BhService *self, const BhServiceSettings *settings)
{
    bh_peers_set_max(self->peers, settings->max_clients);
    self->defaults = settings->defaults;
}

static void
register_error(BhError code)
{
    g_dbus_error_register_error(BH_ERROR, (gint)code, bh_error_to_dbus_name(code));
}

static void
register_errors(void)
{
    for (guint code = 0; code < BH_N_ERRORS; code++)
        register_error((BhError)code);
    for (guint status = 1; status <= G_MAXUINT8; status++)
        register_error(BH_ERROR_ATT(status));
    register_error(BH_ERROR_ATT_HIDDEN);
}

BhService *
bh_service_new(GDBusConnection *connection,
               BhHub *hub,
               BhLogSettings *log,
               const BhServiceSettings *settings,
               BhReloadFunc reload,
               gpointer reload_data)
{
    BhService *self = g_new0(BhService, 1);
    BhRemotes *remotes = bh_hub_peek_remotes(hub);

    register_errors();
    self->connection = connection;
    self->filter = g_dbus_connection_add_filter(connection, drop_descriptors, NULL, NULL);
    self->hub = hub;
    self->defaults = settings->defaults;
    self->peers = bh_peers_new(connection, settings->max_clients);
    self->gate = bh_gate_new(self->peers);
    self->tree = bh_owned_tree_new(connection, self->gate);
    self->bulk = bh_bulk_new(connection);
    self->manager = bh_object_manager_new(self->gate, self->tree, connection, ROOT_PATH);
    self->context = (BhExportContext){hub,
                                      self->peers,
                                      self->gate,
                                      self->manager,
                                      self->bulk,
                                      connection,
                                      &self->defaults,
                                      reload,
                                      reload_data};
    self->root = bh_export_hub_new(&self->context);
    self->log = bh_export_log_new(self->gate, log);
    self->adapters = g_ptr_array_new_with_free_func(g_object_unref);
    self->devices = g_hash_table_new_full(NULL, NULL, NULL, g_object_unref);
    g_signal_connect(hub, "adapter-added", G_CALLBACK(on_adapter_added), self);
    g_signal_connect(hub, "adapter-removed", G_CALLBACK(on_adapter_removed), self);
    g_signal_connect(remotes, "added", G_CALLBACK(on_remote_added), self);
    g_signal_connect(remotes, "removed", G_CALLBACK(on_remote_removed), self);
    return self;
}

void
bh_service_free(BhService *self)
{
    bh_service_stop(self);
    g_signal_handlers_disconnect_by_data(self->hub, self);
    g_dbus_connection_remove_filter(self->connection, self->filter);
    g_clear_object(&self->root);
    g_clear_object(&self->log);
    bh_peers_free(self->peers); /* its clients leave: what they own is released */
    g_signal_handlers_disconnect_by_data(bh_hub_peek_remotes(self->hub), self);
    g_hash_table_unref(self->devices);
    g_ptr_array_unref(self->adapters);
    g_clear_object(&self->manager);
    bh_bulk_free(self->bulk);
    bh_owned_tree_free(self->tree);
    bh_gate_free(self->gate);
    g_free(self);
}
