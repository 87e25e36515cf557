/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two lists: what is there, and who asked to be told of what it may see. Each object knows who was
 * told of it, so one comparison with who sees it now serves when it comes, goes or changes owners.
 */
#include "bh-object-manager.h"

#include "bh-managed-list.h"

#define MANAGER "org.freedesktop.DBus.ObjectManager"
#define PROPERTIES "org.freedesktop.DBus.Properties"

struct _BhObjectManager {
    BhStdDBusObjectManagerSkeleton parent;
    BhGate *gate;      /* borrowed: outlives us */
    BhOwnedTree *tree; /* borrowed: outlives us */
    GDBusConnection *connection;
    char *path;
    BhManagedList *items;
    GHashTable *askers; /* BhClient, each with a handler on "gone" */
    guint64 last_number;
};

static void object_manager_iface_init(BhStdDBusObjectManagerIface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhObjectManager,
                              bh_object_manager,
                              BH_STD_TYPE_DBUS_OBJECT_MANAGER_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_STD_TYPE_DBUS_OBJECT_MANAGER,
                                                    object_manager_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

/* destination NULL: broadcast. */
static void
emit(BhObjectManager *self,
     BhClient *destination,
     const char *path,
     const char *interface,
     const char *signal,
     GVariant *parameters)
{
    g_dbus_connection_emit_signal(self->connection,
                                  destination != NULL ? bh_client_get_name(destination) : NULL,
                                  path,
                                  interface,
                                  signal,
                                  parameters,
                                  NULL);
}

/* Who sees what */

static GVariant *
build_interfaces(BhExported *exported)
{
    g_autoptr(GVariant) properties = NULL;
    GVariantBuilder interfaces;

    bh_exported_refresh(exported);
    properties = g_dbus_interface_skeleton_get_properties(G_DBUS_INTERFACE_SKELETON(exported));
    g_variant_builder_init(&interfaces, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_builder_add(&interfaces,
                          "{s@a{sv}}",
                          bh_exported_get_interface(exported),
                          properties);
    return g_variant_builder_end(&interfaces);
}

static void
tell_added(BhObjectManager *self, const BhManaged *item, BhClient *destination)
{
    GVariant *interfaces = build_interfaces(item->exported);

    emit(self,
         destination,
         self->path,
         MANAGER,
         "InterfacesAdded",
         g_variant_new("(o@a{sa{sv}})", item->path, interfaces));
}

static void
tell_removed(BhObjectManager *self, const BhManaged *item, BhClient *destination)
{
    const char *const interfaces[] = {bh_exported_get_interface(item->exported), NULL};

    emit(self,
         destination,
         self->path,
         MANAGER,
         "InterfacesRemoved",
         g_variant_new("(o^as)", item->path, interfaces));
}

static void
reconcile_asker(BhObjectManager *self, const BhManaged *item, BhClient *client, gboolean sees)
{
    if (sees && g_hash_table_add(item->told, client))
        tell_added(self, item, client);
    else if (!sees && g_hash_table_remove(item->told, client))
        tell_removed(self, item, client);
}

/* Wanted against told, for each who asked. */
static void
reconcile(BhObjectManager *self, const BhManaged *item, gboolean there)
{
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, self->askers);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        reconcile_asker(self,
                        item,
                        client,
                        there && bh_exported_is_visible(item->exported, bh_client_get_uid(client)));
}

/* Objects */

char *
bh_object_manager_dup_new_path(BhObjectManager *self, const char *kind)
{
    return g_strdup_printf("%s/%s/%" G_GUINT64_FORMAT, self->path, kind, ++self->last_number);
}

gboolean
bh_object_manager_add(BhObjectManager *self, BhExported *exported, const char *path, GError **error)
{
    gboolean public = bh_exported_is_public(exported);
    BhManaged *item;

    if (!public)
        bh_owned_tree_add(self->tree, path, exported);
    else if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(exported),
                                               self->connection,
                                               path,
                                               error))
        return FALSE;
    item = bh_managed_list_add(self->items, exported, path);
    if (public)
        tell_added(self, item, NULL);
    else
        reconcile(self, item, TRUE);
    return TRUE;
}

void
bh_object_manager_update(BhObjectManager *self, BhExported *exported)
{
    const BhManaged *item = bh_managed_list_find(self->items, exported);

    if (item != NULL)
        reconcile(self, item, TRUE);
}

void
bh_object_manager_remove(BhObjectManager *self, BhExported *exported)
{
    BhManaged *item = bh_managed_list_find(self->items, exported);

    if (item == NULL)
        return;
    if (bh_exported_is_public(exported)) {
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(exported));
        tell_removed(self, item, NULL);
    } else {
        bh_owned_tree_remove(self->tree, item->path);
        reconcile(self, item, FALSE);
    }
    bh_managed_list_remove(self->items, item);
}

/* Signals of owned objects */

static void
emit_to_all(BhObjectManager *self,
            GHashTable *clients,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *parameters)
{
    g_autoptr(GVariant) kept = g_variant_ref_sink(parameters);
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, clients);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        emit(self, client, path, interface, signal, kept);
}

void
bh_object_manager_tell_changed(BhObjectManager *self,
                               BhExported *exported,
                               const char *property,
                               GVariant *value)
{
    g_autoptr(GHashTable) clients = bh_exported_collect_owners(exported);
    const BhManaged *item = bh_managed_list_find(self->items, exported);
    g_auto(GVariantDict) changed = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) parameters = NULL;
    GHashTableIter iter;
    gpointer asker;

    g_variant_dict_insert_value(&changed, property, value);
    parameters = g_variant_ref_sink(g_variant_new("(s@a{sv}as)",
                                                  bh_exported_get_interface(exported),
                                                  g_variant_dict_end(&changed),
                                                  NULL));
    if (item == NULL)
        return;
    g_hash_table_iter_init(&iter, item->told);
    while (g_hash_table_iter_next(&iter, &asker, NULL))
        g_hash_table_add(clients, asker);
    emit_to_all(self, clients, item->path, PROPERTIES, "PropertiesChanged", parameters);
}

void
bh_object_manager_emit(BhObjectManager *self,
                       BhExported *exported,
                       const char *signal,
                       GVariant *parameters)
{
    g_autoptr(GHashTable) owners = bh_exported_collect_owners(exported);
    g_autoptr(GVariant) kept = g_variant_ref_sink(parameters);
    const BhManaged *item = bh_managed_list_find(self->items, exported);

    if (item != NULL)
        emit_to_all(self, owners, item->path, bh_exported_get_interface(exported), signal, kept);
}

void
bh_object_manager_emit_to(BhObjectManager *self,
                          BhExported *exported,
                          BhClient *client,
                          const char *signal,
                          GVariant *parameters)
{
    g_autoptr(GVariant) kept = g_variant_ref_sink(parameters);
    const BhManaged *item = bh_managed_list_find(self->items, exported);

    if (item != NULL && !bh_client_is_gone(client))
        emit(self, client, item->path, bh_exported_get_interface(exported), signal, kept);
}

/* Asking */

static void
on_asker_gone(BhClient *client, BhObjectManager *self)
{
    g_signal_handlers_disconnect_by_func(client, on_asker_gone, self);
    for (const GList *it = bh_managed_list_peek(self->items); it != NULL; it = it->next)
        g_hash_table_remove(((const BhManaged *)it->data)->told, client);
    g_hash_table_remove(self->askers, client);
}

static void
remember_asker(BhObjectManager *self, BhClient *client)
{
    if (g_hash_table_contains(self->askers, client))
        return;
    g_hash_table_add(self->askers, g_object_ref(client));
    g_signal_connect(client, "gone", G_CALLBACK(on_asker_gone), self);
}

/* Adds what the client sees, and remembers that it knows. */
static void
add_to_answer(const BhManaged *item, BhClient *client, GVariantBuilder *objects)
{
    if (!bh_exported_is_visible(item->exported, bh_client_get_uid(client)))
        return;
    if (!bh_exported_is_public(item->exported))
        g_hash_table_add(item->told, client);
    g_variant_builder_add(objects, "{o@a{sa{sv}}}", item->path, build_interfaces(item->exported));
}

static gboolean
handle_get_managed_objects(BhStdDBusObjectManager *object, GDBusMethodInvocation *invocation)
{
    BhObjectManager *self = BH_OBJECT_MANAGER(object);
    BhClient *client = bh_gate_peek_client(self->gate, invocation);
    GVariantBuilder objects;

    remember_asker(self, client);
    g_variant_builder_init(&objects, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
    for (const GList *it = bh_managed_list_peek(self->items); it != NULL; it = it->next)
        add_to_answer(it->data, client, &objects);
    bh_std_dbus_object_manager_complete_get_managed_objects(object,
                                                            invocation,
                                                            g_variant_builder_end(&objects));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static BhGate *
peek_gate(BhExported *exported)
{
    return BH_OBJECT_MANAGER(exported)->gate;
}

static void
object_manager_iface_init(BhStdDBusObjectManagerIface *iface)
{
    iface->handle_get_managed_objects = handle_get_managed_objects;
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->peek_gate = peek_gate;
}

static void
bh_object_manager_dispose(GObject *object)
{
    BhObjectManager *self = BH_OBJECT_MANAGER(object);
    GHashTableIter iter;
    gpointer client;

    g_hash_table_iter_init(&iter, self->askers);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        g_signal_handlers_disconnect_by_func(client, on_asker_gone, self);
    g_hash_table_remove_all(self->askers);
    bh_managed_list_clear(self->items);
    G_OBJECT_CLASS(bh_object_manager_parent_class)->dispose(object);
}

static void
bh_object_manager_finalize(GObject *object)
{
    BhObjectManager *self = BH_OBJECT_MANAGER(object);

    g_hash_table_unref(self->askers);
    bh_managed_list_free(self->items);
    g_clear_object(&self->connection);
    g_free(self->path);
    G_OBJECT_CLASS(bh_object_manager_parent_class)->finalize(object);
}

static void
bh_object_manager_class_init(BhObjectManagerClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_object_manager_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_object_manager_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_object_manager_init(BhObjectManager *self)
{
    self->items = bh_managed_list_new();
    self->askers = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
}

BhObjectManager *
bh_object_manager_new(BhGate *gate,
                      BhOwnedTree *tree,
                      GDBusConnection *connection,
                      const char *path)
{
    BhObjectManager *self = g_object_new(BH_TYPE_OBJECT_MANAGER, NULL);

    self->gate = gate;
    self->tree = tree;
    self->connection = g_object_ref(connection);
    self->path = g_strdup(path);
    return self;
}
