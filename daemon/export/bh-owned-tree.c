/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * GDBus asks per call what is at a path; the answer is always "this interface", and the gate
 * decides when the caller is known.
 */
#include "bh-owned-tree.h"

struct BhOwnedTree {
    GDBusConnection *connection; /* borrowed: outlives us */
    BhGate *gate;                /* borrowed: outlives us */
    GHashTable *objects;         /* path -> BhExported */
    GArray *registrations;       /* guint */
};

/* What GDBus needs to know of one kind. */
typedef struct {
    BhOwnedTree *tree;
    GDBusInterfaceInfo *interface; /* static storage */
} Kind;

static BhExported *
find(gpointer user_data, const char *path)
{
    BhOwnedTree *self = user_data;

    return g_hash_table_lookup(self->objects, path);
}

static void
on_call(GDBusConnection *connection,
        const char *sender,
        const char *path,
        const char *interface,
        const char *method,
        GVariant *parameters,
        GDBusMethodInvocation *invocation,
        gpointer user_data)
{
    BhOwnedTree *self = user_data;

    bh_gate_call(self->gate, find, self, invocation);
}

/* Names nothing: GetManagedObjects is how an owner finds its objects. */
static char **
enumerate(GDBusConnection *connection, const char *sender, const char *path, gpointer user_data)
{
    return g_new0(char *, 1);
}

static GDBusInterfaceInfo **
introspect(GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *node,
           gpointer user_data)
{
    Kind *kind = user_data;
    GDBusInterfaceInfo **interfaces = g_new0(GDBusInterfaceInfo *, 2);

    if (node != NULL)
        interfaces[0] = g_dbus_interface_info_ref(kind->interface);
    return interfaces;
}

static const GDBusInterfaceVTable *
dispatch(GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *node,
         gpointer *out_user_data,
         gpointer user_data)
{
    static const GDBusInterfaceVTable vtable = {on_call, NULL, NULL, {NULL}};
    Kind *kind = user_data;

    if (node == NULL)
        return NULL;
    *out_user_data = kind->tree;
    return &vtable;
}

gboolean
bh_owned_tree_serve(BhOwnedTree *self,
                    const char *path,
                    GDBusInterfaceInfo *interface,
                    GError **error)
{
    static const GDBusSubtreeVTable vtable = {enumerate, introspect, dispatch, {NULL}};
    Kind *kind = g_new(Kind, 1);
    guint registration;

    *kind = (Kind){self, interface};
    registration =
        g_dbus_connection_register_subtree(self->connection,
                                           path,
                                           &vtable,
                                           G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES,
                                           kind,
                                           g_free,
                                           error);
    if (registration == 0) {
        g_free(kind);
        return FALSE;
    }
    g_array_append_val(self->registrations, registration);
    return TRUE;
}

void
bh_owned_tree_add(BhOwnedTree *self, const char *path, BhExported *exported)
{
    g_return_if_fail(!g_hash_table_contains(self->objects, path));
    g_hash_table_insert(self->objects, g_strdup(path), g_object_ref(exported));
}

void
bh_owned_tree_remove(BhOwnedTree *self, const char *path)
{
    g_hash_table_remove(self->objects, path);
}

BhOwnedTree *
bh_owned_tree_new(GDBusConnection *connection, BhGate *gate)
{
    BhOwnedTree *self = g_new0(BhOwnedTree, 1);

    self->connection = connection;
    self->gate = gate;
    self->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
    self->registrations = g_array_new(FALSE, FALSE, sizeof(guint));
    return self;
}

void
bh_owned_tree_free(BhOwnedTree *self)
{
    for (guint i = 0; i < self->registrations->len; i++)
        g_dbus_connection_unregister_subtree(self->connection,
                                             g_array_index(self->registrations, guint, i));
    g_array_unref(self->registrations);
    g_hash_table_unref(self->objects);
    g_free(self);
}
