/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Dispatch and defaults of the BhExported interface.
 */
#include "bh-exported.h"

#include "bh-error.h"

G_DEFINE_INTERFACE(BhExported, bh_exported, G_TYPE_DBUS_INTERFACE_SKELETON)

BhGate *
bh_exported_peek_gate(BhExported *self)
{
    return BH_EXPORTED_GET_IFACE(self)->peek_gate(self);
}

const GDBusInterfaceVTable *
bh_exported_peek_vtable(BhExported *self)
{
    GDBusInterfaceSkeletonClass *generated = g_type_class_peek_parent(G_OBJECT_GET_CLASS(self));

    return generated->get_vtable(G_DBUS_INTERFACE_SKELETON(self));
}

void
bh_exported_refresh(BhExported *self)
{
    BH_EXPORTED_GET_IFACE(self)->refresh(self);
}

gboolean
bh_exported_write(BhExported *self, const char *property, GVariant *value, GError **error)
{
    return BH_EXPORTED_GET_IFACE(self)->write(self, property, value, error);
}

const char *
bh_exported_get_interface(BhExported *self)
{
    return g_dbus_interface_skeleton_get_info(G_DBUS_INTERFACE_SKELETON(self))->name;
}

gboolean
bh_exported_is_public(BhExported *self)
{
    return BH_EXPORTED_GET_IFACE(self)->peek_gate != NULL;
}

void
bh_exported_foreach_owner(BhExported *self, BhExportedOwnerFunc func, gpointer user_data)
{
    BH_EXPORTED_GET_IFACE(self)->foreach_owner(self, func, user_data);
}

static void
add_owner(BhClient *owner, gpointer user_data)
{
    if (!bh_client_is_gone(owner))
        g_hash_table_add(user_data, owner);
}

GHashTable *
bh_exported_collect_owners(BhExported *self)
{
    GHashTable *owners = g_hash_table_new(NULL, NULL);

    bh_exported_foreach_owner(self, add_owner, owners);
    return owners;
}

typedef struct {
    guint32 uid;
    gboolean found;
} OwnerSearch;

static void
compare_owner(BhClient *owner, gpointer user_data)
{
    OwnerSearch *search = user_data;

    search->found |= bh_client_get_uid(owner) == search->uid;
}

static gboolean
is_owned_by(BhExported *self, guint32 uid)
{
    OwnerSearch search = {.uid = uid};

    bh_exported_foreach_owner(self, compare_owner, &search);
    return search.found;
}

gboolean
bh_exported_is_visible(BhExported *self, guint32 uid)
{
    return uid == 0 || bh_exported_is_public(self) || is_owned_by(self, uid);
}

static void
real_foreach_owner(BhExported *self, BhExportedOwnerFunc func, gpointer user_data)
{
}

static void
real_refresh(BhExported *self)
{
}

static gboolean
real_write(BhExported *self, const char *property, GVariant *value, GError **error)
{
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_AUTHORIZED, "%s cannot be written", property);
    return FALSE;
}

static void
bh_exported_default_init(BhExportedInterface *iface)
{
    iface->foreach_owner = real_foreach_owner;
    iface->refresh = real_refresh;
    iface->write = real_write;
}
