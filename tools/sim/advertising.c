/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A set is taken when the call comes, and the properties are read after that: so two calls at the
 * same time cannot share the last set. What BlueZ looks at in them is whether the type is one, and
 * that a broadcast is not discoverable.
 */
#include "advertising.h"

#include "bh-bluez.h"
#include "discovery.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ADVERTISEMENT "org.bluez.LEAdvertisement1"
#define READ_TIMEOUT_MS 10000

struct _BhAdvertising {
    BhBluezContext *context;
    BhSimInterface *interface;
    GPtrArray *adverts; /* Advert */
};

typedef struct {
    BhAdvertising *advertising; /* borrowed: owns this */
    char *sender;
    char *path;
    guint watch;
    GCancellable *reading;
    GDBusMethodInvocation *invocation; /* to be answered; NULL = it was */
    GVariant *properties;              /* NULL = not read yet */
} Advert;

static void
advert_free(gpointer data)
{
    Advert *advert = data;

    g_bus_unwatch_name(advert->watch);
    g_cancellable_cancel(advert->reading);
    g_object_unref(advert->reading);
    g_clear_object(&advert->invocation);
    g_clear_pointer(&advert->properties, g_variant_unref);
    g_free(advert->sender);
    g_free(advert->path);
    g_free(advert);
}

static void
tell_counts(BhAdvertising *self)
{
    BhProps *props = bh_sim_interface_get_props(self->interface);
    guint8 active = (guint8)self->adverts->len;

    bh_props_set(props, "ActiveInstances", g_variant_new_byte(active));
    bh_props_set(props,
                 "SupportedInstances",
                 g_variant_new_byte((guint8)(BH_SIM_ADVERTISING_SETS - active)));
}

static void
remove_advert(Advert *advert)
{
    BhAdvertising *self = advert->advertising;

    g_ptr_array_remove(self->adverts, advert);
    tell_counts(self);
}

static void
on_sender_gone(GDBusConnection *connection, const char *name, gpointer user_data)
{
    remove_advert(user_data);
}

static gboolean
is_good(GVariant *properties)
{
    const char *type = NULL;
    gboolean discoverable = FALSE;

    g_variant_lookup(properties, "Discoverable", "b", &discoverable);
    if (!g_variant_lookup(properties, "Type", "&s", &type))
        return FALSE;
    return g_str_equal(type, "peripheral") || (g_str_equal(type, "broadcast") && !discoverable);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Advert *advert = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GVariant) properties = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
    GDBusMethodInvocation *invocation = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    invocation = g_steal_pointer(&advert->invocation);
    if (properties == NULL || !is_good(properties)) {
        bh_bluez_refuse(invocation, "Failed", "Failed to parse advertisement.");
        remove_advert(advert);
        return;
    }
    advert->properties = g_steal_pointer(&properties);
    tell_counts(advert->advertising);
    bh_props_flush(bh_sim_interface_get_props(advert->advertising->interface));
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static Advert *
find(BhAdvertising *self, const char *sender, const char *path)
{
    for (guint i = 0; i < self->adverts->len; i++) {
        Advert *advert = self->adverts->pdata[i];
        if (g_str_equal(advert->sender, sender) && g_str_equal(advert->path, path))
            return advert;
    }
    return NULL;
}

static void
read_properties(Advert *advert, GDBusConnection *connection)
{
    g_dbus_connection_call(connection,
                           advert->sender,
                           advert->path,
                           PROPERTIES,
                           "GetAll",
                           g_variant_new("(s)", ADVERTISEMENT),
                           G_VARIANT_TYPE("(a{sv})"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           READ_TIMEOUT_MS,
                           advert->reading,
                           on_read,
                           advert);
}

static void
register_advert(BhAdvertising *self, const char *path, GDBusMethodInvocation *invocation)
{
    const char *sender = g_dbus_method_invocation_get_sender(invocation);
    GDBusConnection *connection = g_dbus_method_invocation_get_connection(invocation);
    Advert *advert = NULL;

    if (find(self, sender, path) != NULL) {
        bh_bluez_refuse(invocation, "AlreadyExists", "Already Exists");
        return;
    }
    if (self->adverts->len == BH_SIM_ADVERTISING_SETS) {
        bh_bluez_refuse(invocation, "NotPermitted", "Maximum advertisements reached");
        return;
    }
    advert = g_new0(Advert, 1);
    advert->advertising = self;
    advert->sender = g_strdup(sender);
    advert->path = g_strdup(path);
    advert->reading = g_cancellable_new();
    advert->invocation = invocation;
    advert->watch = g_bus_watch_name_on_connection(connection,
                                                   sender,
                                                   G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                   NULL,
                                                   on_sender_gone,
                                                   advert,
                                                   NULL);
    g_ptr_array_add(self->adverts, advert);
    read_properties(advert, connection);
}

static void
unregister_advert(BhAdvertising *self, const char *path, GDBusMethodInvocation *invocation)
{
    Advert *advert = find(self, g_dbus_method_invocation_get_sender(invocation), path);

    if (advert == NULL) {
        bh_bluez_refuse(invocation, "DoesNotExist", "Does Not Exist");
        return;
    }
    remove_advert(advert);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

static void
on_call(const char *method,
        GVariant *arguments,
        GDBusMethodInvocation *invocation,
        gpointer user_data)
{
    const char *path = NULL;

    g_variant_get_child(arguments, 0, "&o", &path);
    if (g_str_equal(method, "RegisterAdvertisement"))
        register_advert(user_data, path, invocation);
    else
        unregister_advert(user_data, path, invocation);
}

/* Since 5.77; before only experimental. */
static void
set_capabilities(BhAdvertising *self)
{
    BhProps *props = bh_sim_interface_get_props(self->interface);
    static const char *const features[] = {NULL};
    GVariantBuilder capabilities = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    g_variant_builder_add(&capabilities, "{sv}", "MaxAdvLen", g_variant_new_byte(31));
    g_variant_builder_add(&capabilities, "{sv}", "MaxScnRspLen", g_variant_new_byte(31));
    bh_props_set(props, "SupportedFeatures", g_variant_new_strv(features, -1));
    bh_props_set(props, "SupportedCapabilities", g_variant_builder_end(&capabilities));
}

BhAdvertising *
bh_advertising_new(BhBluezContext *context)
{
    static const char *const includes[] = {"tx-power", "appearance", "local-name", NULL};
    BhAdvertising *self = g_new0(BhAdvertising, 1);

    self->context = context;
    self->adverts = g_ptr_array_new_with_free_func(advert_free);
    self->interface =
        bh_sim_interface_new(bh_bluez_leadvertising_manager1_interface_info(), on_call, self);
    bh_props_set(bh_sim_interface_get_props(self->interface),
                 "SupportedIncludes",
                 g_variant_new_strv(includes, -1));
    tell_counts(self);
    if (context->is_5_82 || context->experimental)
        set_capabilities(self);
    return self;
}

void
bh_advertising_free(BhAdvertising *advertising)
{
    bh_sim_interface_detach(advertising->interface);
    g_ptr_array_unref(advertising->adverts);
    g_object_unref(advertising->interface);
    g_free(advertising);
}

GDBusInterfaceSkeleton *
bh_advertising_get_interface(BhAdvertising *advertising)
{
    return G_DBUS_INTERFACE_SKELETON(advertising->interface);
}

GVariant *
bh_advertising_describe(const BhAdvertising *advertising)
{
    GVariantBuilder all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aa{sv}"));

    for (guint i = 0; i < advertising->adverts->len; i++) {
        const Advert *advert = advertising->adverts->pdata[i];
        if (advert->properties != NULL)
            g_variant_builder_add_value(&all, advert->properties);
    }
    return g_variant_builder_end(&all);
}

void
bh_advertising_release_all(BhAdvertising *advertising)
{
    g_autoptr(GDBusConnection) connection =
        g_dbus_object_manager_server_get_connection(advertising->context->manager);

    while (advertising->adverts->len > 0) {
        Advert *advert = advertising->adverts->pdata[0];
        g_dbus_connection_call(connection,
                               advert->sender,
                               advert->path,
                               ADVERTISEMENT,
                               "Release",
                               NULL,
                               NULL,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               -1,
                               NULL,
                               NULL,
                               NULL);
        remove_advert(advert);
    }
}
