/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A skeleton that is told what interface it is. */
#include "interface.h"

struct _BhSimInterface {
    GDBusInterfaceSkeleton parent;
    const GDBusInterfaceInfo *info; /* borrowed: static */
    BhSimInterfaceCall call;
    gpointer user_data;
    BhProps *props;
};

G_DEFINE_TYPE(BhSimInterface, bh_sim_interface, G_TYPE_DBUS_INTERFACE_SKELETON)

static void
method_call(GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *method,
            GVariant *arguments,
            GDBusMethodInvocation *invocation,
            gpointer user_data)
{
    BhSimInterface *self = user_data;

    if (self->call != NULL)
        self->call(method, arguments, invocation, self->user_data);
    else
        g_object_unref(invocation);
}

static GVariant *
get_property(GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *name,
             GError **error,
             gpointer user_data)
{
    return bh_props_dup(BH_SIM_INTERFACE(user_data)->props, name, error);
}

static GDBusInterfaceInfo *
interface_get_info(GDBusInterfaceSkeleton *skeleton)
{
    return (GDBusInterfaceInfo *)BH_SIM_INTERFACE(skeleton)->info;
}

static GDBusInterfaceVTable *
interface_get_vtable(GDBusInterfaceSkeleton *skeleton)
{
    static GDBusInterfaceVTable vtable = {.method_call = method_call, .get_property = get_property};

    return &vtable;
}

static GVariant *
interface_get_properties(GDBusInterfaceSkeleton *skeleton)
{
    return bh_props_dup_all(BH_SIM_INTERFACE(skeleton)->props);
}

static void
interface_flush(GDBusInterfaceSkeleton *skeleton)
{
    bh_props_flush(BH_SIM_INTERFACE(skeleton)->props);
}

static void
interface_finalize(GObject *object)
{
    bh_props_free(BH_SIM_INTERFACE(object)->props);
    G_OBJECT_CLASS(bh_sim_interface_parent_class)->finalize(object);
}

static void
bh_sim_interface_class_init(BhSimInterfaceClass *klass)
{
    GDBusInterfaceSkeletonClass *skeleton = G_DBUS_INTERFACE_SKELETON_CLASS(klass);

    G_OBJECT_CLASS(klass)->finalize = interface_finalize;
    skeleton->get_info = interface_get_info;
    skeleton->get_vtable = interface_get_vtable;
    skeleton->get_properties = interface_get_properties;
    skeleton->flush = interface_flush;
}

static void
bh_sim_interface_init(BhSimInterface *self)
{
    self->props = bh_props_new(G_DBUS_INTERFACE_SKELETON(self));
}

BhSimInterface *
bh_sim_interface_new(const GDBusInterfaceInfo *info, BhSimInterfaceCall call, gpointer user_data)
{
    BhSimInterface *self = g_object_new(BH_TYPE_SIM_INTERFACE, NULL);

    self->info = info;
    self->call = call;
    self->user_data = user_data;
    return self;
}

void
bh_sim_interface_detach(BhSimInterface *interface)
{
    interface->call = NULL;
}

BhProps *
bh_sim_interface_get_props(BhSimInterface *interface)
{
    return interface->props;
}

void
bh_sim_interface_export(BhSimInterface *interface,
                        GDBusObjectManagerServer *manager,
                        const char *path)
{
    g_autoptr(GDBusObjectSkeleton) object = g_dbus_object_skeleton_new(path);

    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(interface));
    g_dbus_object_manager_server_export(manager, object);
}
