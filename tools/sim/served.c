/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The order of attributes is that of BlueZ: services as they were read, in each the characteristics
 * as they were read, each with its descriptors.
 */
#include "served.h"

#include "bh-bluez.h"
#include "bh-error.h"
#include "bh-uuid.h"
#include "discovery.h"

#include <string.h>

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define SERVICE "org.bluez.GattService1"
#define CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define DESCRIPTOR "org.bluez.GattDescriptor1"
#define GAP "00001800-0000-1000-8000-00805f9b34fb"
#define GATT "00001801-0000-1000-8000-00805f9b34fb"
#define READ_TIMEOUT_MS 10000

struct _BhServed {
    BhBluezContext *context;
    const BhServedEvents *events;
    gpointer user_data;
    BhSimInterface *interface;
    GPtrArray *apps; /* App */
};

typedef struct {
    BhServed *served; /* borrowed: owns this */
    GDBusConnection *connection;
    char *sender;
    char *path;
    guint watch;
    guint subscription;
    GCancellable *reading;
    GDBusMethodInvocation *invocation; /* to be answered; NULL = it was */
    GPtrArray *attributes;             /* BhServedAttribute */
} App;

static void
attribute_free(gpointer data)
{
    BhServedAttribute *attribute = data;

    g_free(attribute->sender);
    g_free(attribute->path);
    g_free(attribute->service);
    g_free(attribute->characteristic);
    g_free(attribute->descriptor);
    g_strfreev(attribute->flags);
    g_ptr_array_unref(attribute->sockets);
    g_free(attribute);
}

static void
app_free(gpointer data)
{
    App *app = data;

    for (guint i = 0; i < app->attributes->len; i++)
        app->served->events->removed(app->attributes->pdata[i], app->served->user_data);
    g_bus_unwatch_name(app->watch);
    g_dbus_connection_signal_unsubscribe(app->connection, app->subscription);
    g_cancellable_cancel(app->reading);
    g_object_unref(app->reading);
    g_clear_object(&app->invocation);
    g_ptr_array_unref(app->attributes);
    g_object_unref(app->connection);
    g_free(app->sender);
    g_free(app->path);
    g_free(app);
}

/* Reading what there is */

/* The properties of an interface of an object; NULL if it has it not. */
static GVariant *
dup_properties(GVariant *interfaces, const char *name)
{
    return g_variant_lookup_value(interfaces, name, G_VARIANT_TYPE_VARDICT);
}

static const char *
peek_text(GVariant *properties, const char *name)
{
    const char *text = "";

    g_variant_lookup(properties, name, g_str_equal(name, "UUID") ? "&s" : "&o", &text);
    return text;
}

static BhServedAttribute *
new_attribute(App *app, const char *path, GVariant *properties)
{
    BhServedAttribute *attribute = g_new0(BhServedAttribute, 1);

    attribute->sender = g_strdup(app->sender);
    attribute->path = g_strdup(path);
    attribute->sockets = g_ptr_array_new();
    if (!g_variant_lookup(properties, "Flags", "^as", &attribute->flags))
        attribute->flags = g_new0(char *, 1);
    attribute->acquires = g_variant_lookup(properties, "NotifyAcquired", "b", NULL);
    return attribute;
}

typedef struct {
    App *app;
    GVariant *objects;
    gboolean failed;
} Reading;

typedef void (*OnObject)(Reading *reading, const char *path, GVariant *properties, gpointer data);

/* All objects with this interface whose property names what is above them (NULL: any). */
static void
each_below(Reading *reading,
           const char *interface,
           const char *property,
           const char *above,
           OnObject func,
           gpointer data)
{
    GVariantIter iter;
    const char *path = NULL;
    GVariant *interfaces = NULL;

    g_variant_iter_init(&iter, reading->objects);
    while (g_variant_iter_loop(&iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
        g_autoptr(GVariant) properties = dup_properties(interfaces, interface);

        if (properties != NULL &&
            (above == NULL || g_str_equal(peek_text(properties, property), above)))
            func(reading, path, properties, data);
    }
}

static void
on_descriptor(Reading *reading, const char *path, GVariant *properties, gpointer data)
{
    const BhServedAttribute *above = data;
    BhServedAttribute *attribute = new_attribute(reading->app, path, properties);

    attribute->interface = DESCRIPTOR;
    attribute->service = g_strdup(above->service);
    attribute->characteristic = g_strdup(above->characteristic);
    attribute->descriptor = g_strdup(peek_text(properties, "UUID"));
    reading->failed |= attribute->flags[0] == NULL;
    g_ptr_array_add(reading->app->attributes, attribute);
}

static void
on_characteristic(Reading *reading, const char *path, GVariant *properties, gpointer data)
{
    BhServedAttribute *attribute = new_attribute(reading->app, path, properties);

    attribute->interface = CHARACTERISTIC;
    attribute->service = g_strdup(data);
    attribute->characteristic = g_strdup(peek_text(properties, "UUID"));
    reading->failed |= attribute->flags[0] == NULL;
    g_ptr_array_add(reading->app->attributes, attribute);
    each_below(reading, DESCRIPTOR, "Characteristic", path, on_descriptor, attribute);
}

static void
on_service(Reading *reading, const char *path, GVariant *properties, gpointer data)
{
    const char *uuid = peek_text(properties, "UUID");

    *(guint *)data += 1;
    reading->failed |= g_str_equal(uuid, GAP) || g_str_equal(uuid, GATT) ||
                       !g_variant_lookup(properties, "Primary", "b", NULL);
    each_below(reading, CHARACTERISTIC, "Service", path, on_characteristic, (gpointer)uuid);
}

/* Why it is refused; NULL if it is not. */
static const char *
read_objects(App *app, GVariant *objects)
{
    Reading reading = {app, objects, FALSE};
    guint services = 0;

    if (g_variant_n_children(objects) == 0)
        return "No object received";
    each_below(&reading, SERVICE, NULL, NULL, on_service, &services);
    if (services == 0)
        return "No valid service object found";
    return reading.failed ? "Failed to create entry in database" : NULL;
}

static void
on_objects(GObject *source, GAsyncResult *result, gpointer user_data)
{
    App *app = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GVariant) objects = reply != NULL ? g_variant_get_child_value(reply, 0) : NULL;
    GDBusMethodInvocation *invocation = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    const char *refusal = objects != NULL ? read_objects(app, objects) : "No object received";
    invocation = g_steal_pointer(&app->invocation);
    if (refusal == NULL) {
        g_dbus_method_invocation_return_value(invocation, NULL);
        return;
    }
    bh_bluez_refuse(invocation, "Failed", refusal);
    g_ptr_array_remove(app->served->apps, app);
}

/* Values */

static void
on_properties_changed(GDBusConnection *connection,
                      const char *sender,
                      const char *path,
                      const char *interface,
                      const char *signal,
                      GVariant *parameters,
                      gpointer user_data)
{
    App *app = user_data;
    g_autoptr(GVariant) changed = g_variant_get_child_value(parameters, 1);
    g_autoptr(GVariant) value = g_variant_lookup_value(changed, "Value", G_VARIANT_TYPE_BYTESTRING);
    g_autoptr(GBytes) bytes = value != NULL ? g_variant_get_data_as_bytes(value) : NULL;

    for (guint i = 0; bytes != NULL && i < app->attributes->len; i++) {
        BhServedAttribute *attribute = app->attributes->pdata[i];
        if (g_str_equal(attribute->path, path))
            app->served->events->told(attribute, bytes, app->served->user_data);
    }
}

/* Calls */

static App *
find_app(BhServed *self, const char *sender, const char *path)
{
    for (guint i = 0; i < self->apps->len; i++) {
        App *app = self->apps->pdata[i];
        if (g_str_equal(app->sender, sender) && g_str_equal(app->path, path))
            return app;
    }
    return NULL;
}

static void
on_sender_gone(GDBusConnection *connection, const char *name, gpointer user_data)
{
    App *app = user_data;

    g_ptr_array_remove(app->served->apps, app);
}

static App *
add_app(BhServed *self, const char *path, GDBusMethodInvocation *invocation)
{
    App *app = g_new0(App, 1);

    app->served = self;
    app->connection = g_object_ref(g_dbus_method_invocation_get_connection(invocation));
    app->sender = g_strdup(g_dbus_method_invocation_get_sender(invocation));
    app->path = g_strdup(path);
    app->reading = g_cancellable_new();
    app->invocation = invocation;
    app->attributes = g_ptr_array_new_with_free_func(attribute_free);
    app->watch = g_bus_watch_name_on_connection(app->connection,
                                                app->sender,
                                                G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                NULL,
                                                on_sender_gone,
                                                app,
                                                NULL);
    app->subscription = g_dbus_connection_signal_subscribe(app->connection,
                                                           app->sender,
                                                           PROPERTIES,
                                                           "PropertiesChanged",
                                                           NULL,
                                                           CHARACTERISTIC,
                                                           G_DBUS_SIGNAL_FLAGS_NONE,
                                                           on_properties_changed,
                                                           app,
                                                           NULL);
    g_ptr_array_add(self->apps, app);
    return app;
}

static void
register_app(BhServed *self, const char *path, GDBusMethodInvocation *invocation)
{
    App *app = NULL;

    if (find_app(self, g_dbus_method_invocation_get_sender(invocation), path) != NULL) {
        bh_bluez_refuse(invocation, "AlreadyExists", "Already Exists");
        return;
    }
    app = add_app(self, path, invocation);
    g_dbus_connection_call(app->connection,
                           app->sender,
                           path,
                           OBJECT_MANAGER,
                           "GetManagedObjects",
                           NULL,
                           G_VARIANT_TYPE("(a{oa{sa{sv}}})"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           READ_TIMEOUT_MS,
                           app->reading,
                           on_objects,
                           app);
}

static void
on_call(const char *method,
        GVariant *arguments,
        GDBusMethodInvocation *invocation,
        gpointer user_data)
{
    BhServed *self = user_data;
    const char *path = NULL;
    App *app = NULL;

    g_variant_get_child(arguments, 0, "&o", &path);
    if (g_str_equal(method, "RegisterApplication")) {
        register_app(self, path, invocation);
        return;
    }
    app = find_app(self, g_dbus_method_invocation_get_sender(invocation), path);
    if (app == NULL) {
        bh_bluez_refuse(invocation, "DoesNotExist", "Does Not Exist");
        return;
    }
    g_ptr_array_remove(self->apps, app);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

BhServed *
bh_served_new(BhBluezContext *context, const BhServedEvents *events, gpointer user_data)
{
    BhServed *self = g_new0(BhServed, 1);

    self->context = context;
    self->events = events;
    self->user_data = user_data;
    self->apps = g_ptr_array_new_with_free_func(app_free);
    self->interface = bh_sim_interface_new(bh_bluez_gatt_manager1_interface_info(), on_call, self);
    return self;
}

void
bh_served_free(BhServed *served)
{
    bh_sim_interface_detach(served->interface);
    g_ptr_array_unref(served->apps);
    g_object_unref(served->interface);
    g_free(served);
}

GDBusInterfaceSkeleton *
bh_served_get_interface(BhServed *served)
{
    return G_DBUS_INTERFACE_SKELETON(served->interface);
}

/* Attributes */

gboolean
bh_served_has(BhServed *served, const BhServedAttribute *attribute)
{
    for (guint i = 0; i < served->apps->len; i++) {
        App *app = served->apps->pdata[i];
        if (g_ptr_array_find(app->attributes, attribute, NULL))
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_served_attribute_has(const BhServedAttribute *attribute, const char *flag)
{
    return g_strv_contains((const char *const *)attribute->flags, flag);
}

static gboolean
is_uuid(const char *uuid, const char *wanted)
{
    BhUuid one, other;

    if (uuid == NULL || wanted == NULL)
        return uuid == wanted;
    return bh_uuid_parse(uuid, &one, NULL) && bh_uuid_parse(wanted, &other, NULL) &&
           bh_uuid_equal(&one, &other);
}

static gboolean
is_named(const BhServedAttribute *attribute, const GStrv parts)
{
    return is_uuid(attribute->service, parts[0]) && is_uuid(attribute->characteristic, parts[1]) &&
           is_uuid(attribute->descriptor, parts[2]);
}

BhServedAttribute *
bh_served_find(BhServed *served, const char *name, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", 4);
    guint n = g_strv_length(parts);

    if (n < 2 || n > 3) {
        g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "attribute: '%s'", name);
        return NULL;
    }
    for (guint i = 0; i < served->apps->len; i++) {
        App *app = served->apps->pdata[i];
        for (guint j = 0; j < app->attributes->len; j++)
            if (is_named(app->attributes->pdata[j], parts))
                return app->attributes->pdata[j];
    }
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no attribute '%s' is served", name);
    return NULL;
}

GVariant *
bh_served_describe(BhServed *served)
{
    GVariantBuilder names = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (guint i = 0; i < served->apps->len; i++) {
        App *app = served->apps->pdata[i];
        for (guint j = 0; app->invocation == NULL && j < app->attributes->len; j++) {
            const BhServedAttribute *attribute = app->attributes->pdata[j];
            g_autofree char *name = g_strjoin("/",
                                              attribute->service,
                                              attribute->characteristic,
                                              attribute->descriptor,
                                              NULL);
            g_variant_builder_add(&names, "s", name);
        }
    }
    return g_variant_builder_end(&names);
}
