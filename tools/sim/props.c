/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values by name, and the names that changed since the last signal. */
#include "props.h"

struct _BhProps {
    GDBusInterfaceSkeleton *skeleton; /* borrowed: owns this */
    GHashTable *values;               /* static name -> GVariant */
    GHashTable *changed;              /* static names */
    guint idle;
};

BhProps *
bh_props_new(GDBusInterfaceSkeleton *skeleton)
{
    BhProps *props = g_new0(BhProps, 1);

    props->skeleton = skeleton;
    props->values =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_variant_unref);
    props->changed = g_hash_table_new(g_str_hash, g_str_equal);
    return props;
}

void
bh_props_free(BhProps *props)
{
    g_clear_handle_id(&props->idle, g_source_remove);
    g_hash_table_unref(props->changed);
    g_hash_table_unref(props->values);
    g_free(props);
}

static GVariant *
take_changes(BhProps *props)
{
    const char *interface = g_dbus_interface_skeleton_get_info(props->skeleton)->name;
    GVariantBuilder changed = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GVariantBuilder invalidated = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    GHashTableIter iter;
    gpointer name = NULL;

    g_hash_table_iter_init(&iter, props->changed);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        GVariant *value = g_hash_table_lookup(props->values, name);

        if (value != NULL)
            g_variant_builder_add(&changed, "{sv}", name, value);
        else
            g_variant_builder_add(&invalidated, "s", name);
    }
    g_hash_table_remove_all(props->changed);
    return g_variant_new("(sa{sv}as)", interface, &changed, &invalidated);
}

static void
send_changes(BhProps *props)
{
    GDBusConnection *connection = g_dbus_interface_skeleton_get_connection(props->skeleton);
    g_autoptr(GVariant) changes = g_variant_ref_sink(take_changes(props));

    if (connection != NULL)
        g_dbus_connection_emit_signal(connection,
                                      NULL,
                                      g_dbus_interface_skeleton_get_object_path(props->skeleton),
                                      "org.freedesktop.DBus.Properties",
                                      "PropertiesChanged",
                                      changes,
                                      NULL);
}

static gboolean
on_idle(gpointer user_data)
{
    BhProps *props = user_data;

    props->idle = 0;
    send_changes(props);
    return G_SOURCE_REMOVE;
}

void
bh_props_flush(BhProps *props)
{
    if (props->idle != 0)
        send_changes(props);
    g_clear_handle_id(&props->idle, g_source_remove);
}

void
bh_props_set_now(BhProps *props, const char *name, GVariant *value)
{
    bh_props_set(props, name, value);
    bh_props_flush(props);
}

static void
mark_changed(BhProps *props, const char *name)
{
    if (g_dbus_interface_skeleton_get_connection(props->skeleton) == NULL)
        return;
    g_hash_table_add(props->changed, (gpointer)name);
    if (props->idle == 0)
        props->idle = g_idle_add(on_idle, props);
}

void
bh_props_set(BhProps *props, const char *name, GVariant *value)
{
    const char *kept = g_intern_string(name);

    g_hash_table_insert(props->values, (gpointer)kept, g_variant_ref_sink(value));
    mark_changed(props, kept);
}

void
bh_props_unset(BhProps *props, const char *name)
{
    if (g_hash_table_remove(props->values, name))
        mark_changed(props, g_intern_string(name));
}

GVariant *
bh_props_dup_all(BhProps *props)
{
    GVariantBuilder all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, props->values);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_variant_builder_add(&all, "{sv}", name, value);
    return g_variant_ref_sink(g_variant_builder_end(&all));
}

GVariant *
bh_props_dup(BhProps *props, const char *name, GError **error)
{
    GVariant *value = g_hash_table_lookup(props->values, name);

    if (value != NULL)
        return g_variant_ref(value);
    g_set_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, "No such property '%s'", name);
    return NULL;
}

void
bh_props_call_skeleton(GDBusConnection *connection,
                       const char *sender,
                       const char *path,
                       const char *interface,
                       const char *method,
                       GVariant *arguments,
                       GDBusMethodInvocation *invocation,
                       gpointer user_data)
{
    GDBusInterfaceSkeletonClass *generated =
        g_type_class_peek_parent(G_OBJECT_GET_CLASS(user_data));

    generated->get_vtable(user_data)->method_call(connection,
                                                  sender,
                                                  path,
                                                  interface,
                                                  method,
                                                  arguments,
                                                  invocation,
                                                  user_data);
}
