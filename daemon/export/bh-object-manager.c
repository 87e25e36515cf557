/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header: a list of what is exported, and of who asked.
 */
#include "bh-object-manager.h"

struct _BhObjectManager {
    BhStdDBusObjectManagerSkeleton parent;
    BhGate *gate; /* borrowed: outlives us */
    GDBusConnection *connection;
    char *path;
    GPtrArray *objects; /* BhExported, in the order they came */
    GHashTable *askers; /* BhClient, each with a handler on "gone" */
};

static void object_manager_iface_init(BhStdDBusObjectManagerIface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhObjectManager,
                              bh_object_manager,
                              BH_STD_TYPE_DBUS_OBJECT_MANAGER_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_STD_TYPE_DBUS_OBJECT_MANAGER,
                                                    object_manager_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

static const char *
path_of(BhExported *exported)
{
    return g_dbus_interface_skeleton_get_object_path(G_DBUS_INTERFACE_SKELETON(exported));
}

static const char *
interface_of(BhExported *exported)
{
    return g_dbus_interface_skeleton_get_info(G_DBUS_INTERFACE_SKELETON(exported))->name;
}

/* Telling */

static void
emit(BhObjectManager *self,
     const char *destination,
     const char *path,
     const char *interface,
     const char *signal,
     GVariant *parameters)
{
    g_dbus_connection_emit_signal(self->connection,
                                  destination,
                                  path,
                                  interface,
                                  signal,
                                  parameters,
                                  NULL);
}

static void
emit_to_those_who_see(BhObjectManager *self,
                      BhExported *exported,
                      const char *signal,
                      GVariant *parameters)
{
    g_autoptr(GVariant) kept = g_variant_ref_sink(parameters);
    const char *manager = "org.freedesktop.DBus.ObjectManager";
    GHashTableIter iter;
    gpointer client;

    if (bh_exported_get_uid(exported) == BH_EXPORTED_PUBLIC) {
        emit(self, NULL, self->path, manager, signal, kept);
        return;
    }
    g_hash_table_iter_init(&iter, self->askers);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        if (bh_exported_is_visible(exported, bh_client_get_uid(client)))
            emit(self, bh_client_get_name(client), self->path, manager, signal, kept);
}

void
bh_object_manager_tell_changed(BhObjectManager *self,
                               BhExported *exported,
                               BhClient *also,
                               const char *property,
                               GVariant *value)
{
    g_auto(GVariantDict) changed = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(GVariant) kept = NULL;
    const char *properties = "org.freedesktop.DBus.Properties";
    GHashTableIter iter;
    gpointer client;

    g_variant_dict_insert_value(&changed, property, value);
    kept = g_variant_ref_sink(
        g_variant_new("(s@a{sv}as)", interface_of(exported), g_variant_dict_end(&changed), NULL));
    if (also != NULL && !bh_client_is_gone(also) && !g_hash_table_contains(self->askers, also))
        emit(self,
             bh_client_get_name(also),
             path_of(exported),
             properties,
             "PropertiesChanged",
             kept);
    g_hash_table_iter_init(&iter, self->askers);
    while (g_hash_table_iter_next(&iter, &client, NULL))
        if (bh_exported_is_visible(exported, bh_client_get_uid(client)))
            emit(self,
                 bh_client_get_name(client),
                 path_of(exported),
                 properties,
                 "PropertiesChanged",
                 kept);
}

/* Objects */

static GVariant *
build_interfaces(BhExported *exported)
{
    GVariantBuilder interfaces;

    bh_exported_refresh(exported);
    g_variant_builder_init(&interfaces, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_builder_add(
        &interfaces,
        "{s@a{sv}}",
        interface_of(exported),
        g_dbus_interface_skeleton_get_properties(G_DBUS_INTERFACE_SKELETON(exported)));
    return g_variant_builder_end(&interfaces);
}

gboolean
bh_object_manager_add(BhObjectManager *self, BhExported *exported, const char *path, GError **error)
{
    GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON(exported);

    if (!g_dbus_interface_skeleton_export(skeleton, self->connection, path, error))
        return FALSE;
    g_ptr_array_add(self->objects, g_object_ref(exported));
    emit_to_those_who_see(self,
                          exported,
                          "InterfacesAdded",
                          g_variant_new("(o@a{sa{sv}})", path, build_interfaces(exported)));
    return TRUE;
}

void
bh_object_manager_remove(BhObjectManager *self, BhExported *exported)
{
    const char *const interfaces[] = {interface_of(exported), NULL};
    g_autofree char *path = g_strdup(path_of(exported));
    g_autoptr(BhExported) kept = g_object_ref(exported);

    if (!g_ptr_array_remove(self->objects, exported))
        return;
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(exported));
    emit_to_those_who_see(self,
                          exported,
                          "InterfacesRemoved",
                          g_variant_new("(o^as)", path, interfaces));
}

/* Asking */

static void
on_asker_gone(BhClient *client, BhObjectManager *self)
{
    g_signal_handlers_disconnect_by_func(client, on_asker_gone, self);
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

static gboolean
handle_get_managed_objects(BhStdDBusObjectManager *object, GDBusMethodInvocation *invocation)
{
    BhObjectManager *self = BH_OBJECT_MANAGER(object);
    BhClient *client = bh_gate_peek_client(self->gate, invocation);
    GVariantBuilder objects;

    remember_asker(self, client);
    g_variant_builder_init(&objects, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
    for (guint i = 0; i < self->objects->len; i++) {
        BhExported *exported = g_ptr_array_index(self->objects, i);

        if (bh_exported_is_visible(exported, bh_client_get_uid(client)))
            g_variant_builder_add(&objects,
                                  "{o@a{sa{sv}}}",
                                  path_of(exported),
                                  build_interfaces(exported));
    }
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

static const GDBusInterfaceVTable *
peek_vtable(BhExported *exported)
{
    return G_DBUS_INTERFACE_SKELETON_CLASS(bh_object_manager_parent_class)
        ->get_vtable(G_DBUS_INTERFACE_SKELETON(exported));
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
    iface->peek_vtable = peek_vtable;
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
    g_ptr_array_set_size(self->objects, 0);
    G_OBJECT_CLASS(bh_object_manager_parent_class)->dispose(object);
}

static void
bh_object_manager_finalize(GObject *object)
{
    BhObjectManager *self = BH_OBJECT_MANAGER(object);

    g_hash_table_unref(self->askers);
    g_ptr_array_unref(self->objects);
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
    self->objects = g_ptr_array_new_with_free_func(g_object_unref);
    self->askers = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
}

BhObjectManager *
bh_object_manager_new(BhGate *gate, GDBusConnection *connection, const char *path)
{
    BhObjectManager *self = g_object_new(BH_TYPE_OBJECT_MANAGER, NULL);

    self->gate = gate;
    self->connection = g_object_ref(connection);
    self->path = g_strdup(path);
    return self;
}
