/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * BlueZ reads everything with one GetManagedObjects when an application is registered; nobody but
 * it may call. NotifyAcquired is always there, so that BlueZ says who subscribes, see
 * bh-bluez-subscriber.c.
 */
#include "bh-bluez-served.h"

#include <stdio.h>

#include "bh-bluez-app.h"
#include "bh-bluez-names.h"
#include "bh-bluez-notification.h"
#include "bh-bluez-request.h"
#include "bh-bluez-subscriber.h"

#define NO_ATTRIBUTE G_MAXUINT

/* Paths */

char *
bh_bluez_served_dup_root(guint id, guint8 slot)
{
    return g_strdup_printf(BH_SERVED_PREFIX "/a%u/h%u", id, slot);
}

static char *
dup_characteristic(const char *root, guint service, guint number)
{
    return g_strdup_printf("%s/s%u/c%u", root, service, number);
}

static char *
dup_attribute(const char *root, const BhAttributeDefinition *definition, guint number)
{
    if (definition->kind == BH_ATTRIBUTE_CHARACTERISTIC)
        return dup_characteristic(root, definition->service, number);
    return g_strdup_printf("%s/s%u/c%u/d%u",
                           root,
                           definition->service,
                           definition->characteristic,
                           number);
}

char *
bh_bluez_served_dup_path(const BhBluezPlace *place)
{
    g_autofree char *root = bh_bluez_served_dup_root(place->app->id, place->slot);

    return dup_attribute(
        root,
        bh_application_definition_peek_attribute(place->app->definition, place->attribute),
        place->attribute);
}

/* Of a root, or of an attribute that is there. */
static gboolean
find_place(BhBluezServer *self, const char *path, BhBluezPlace *place)
{
    guint id, slot, service, characteristic, descriptor;
    int n = sscanf(path,
                   BH_SERVED_PREFIX "/a%u/h%u/s%u/c%u/d%u",
                   &id,
                   &slot,
                   &service,
                   &characteristic,
                   &descriptor);

    if ((n != 2 && n < 4) || slot >= BH_RADIO_MAX_ADAPTERS)
        return FALSE;
    place->app = g_hash_table_lookup(self->apps, GUINT_TO_POINTER(id));
    place->slot = (guint8)slot;
    place->attribute = n == 2 ? NO_ATTRIBUTE : n == 4 ? characteristic : descriptor;
    return place->app != NULL &&
           (n == 2 ||
            place->attribute < bh_application_definition_count_attributes(place->app->definition));
}

/* GetManagedObjects */

static const struct {
    BhGattPermissions permission;
    const char *name;
} permissions[] = {
    {BH_GATT_ENCRYPT_READ, "encrypt-read"},
    {BH_GATT_ENCRYPT_WRITE, "encrypt-write"},
    {BH_GATT_ENCRYPT_NOTIFY, "encrypt-notify"},
    {BH_GATT_ENCRYPT_INDICATE, "encrypt-indicate"},
    {BH_GATT_AUTHENTICATED_READ, "encrypt-authenticated-read"},
    {BH_GATT_AUTHENTICATED_WRITE, "encrypt-authenticated-write"},
    {BH_GATT_AUTHENTICATED_NOTIFY, "encrypt-authenticated-notify"},
    {BH_GATT_AUTHENTICATED_INDICATE, "encrypt-authenticated-indicate"},
    {BH_GATT_SECURE_READ, "secure-read"},
    {BH_GATT_SECURE_WRITE, "secure-write"},
    {BH_GATT_SECURE_NOTIFY, "secure-notify"},
    {BH_GATT_SECURE_INDICATE, "secure-indicate"},
    {BH_GATT_AUTHORIZE, "authorize"},
};

/* sd-bus remembers a failure: what is put after it fails, too, and so does sending. */
static void
put_flags(sd_bus_message *message, const BhAttributeDefinition *definition)
{
    g_autofree const char **names = bh_gatt_flags_dup_names(definition->flags);

    sd_bus_message_open_container(message, 'e', "sv");
    sd_bus_message_append(message, "s", "Flags");
    sd_bus_message_open_container(message, 'v', "as");
    sd_bus_message_open_container(message, 'a', "s");
    for (gsize i = 0; names[i] != NULL; i++)
        sd_bus_message_append(message, "s", names[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(permissions); i++)
        if ((definition->permissions & permissions[i].permission) != 0)
            sd_bus_message_append(message, "s", permissions[i].name);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
}

static void
open_object(sd_bus_message *message, const char *path, const char *interface, const BhUuid *uuid)
{
    char text[BH_UUID_TEXT_SIZE];

    bh_uuid_format(uuid, text);
    sd_bus_message_open_container(message, 'e', "oa{sa{sv}}");
    sd_bus_message_append(message, "o", path);
    sd_bus_message_open_container(message, 'a', "{sa{sv}}");
    sd_bus_message_open_container(message, 'e', "sa{sv}");
    sd_bus_message_append(message, "s", interface);
    sd_bus_message_open_container(message, 'a', "{sv}");
    sd_bus_message_append(message, "{sv}", "UUID", "s", text);
}

static int
close_object(sd_bus_message *message)
{
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
    return sd_bus_message_close_container(message);
}

static int
put_service(sd_bus_message *message, const char *root, const BhApplicationDefinition *all, guint n)
{
    const BhServiceDefinition *service = bh_application_definition_peek_service(all, n);
    g_autofree char *path = g_strdup_printf("%s/s%u", root, n);

    open_object(message, path, BH_BLUEZ_GATT_SERVICE_INTERFACE, &service->uuid);
    sd_bus_message_append(message, "{sv}", "Primary", "b", (int)service->primary);
    return close_object(message);
}

static void
put_characteristic_properties(sd_bus_message *message,
                              const char *root,
                              const BhAttributeDefinition *attribute)
{
    g_autofree char *service = g_strdup_printf("%s/s%u", root, attribute->service);

    sd_bus_message_append(message, "{sv}", "Service", "o", service);
    if ((attribute->flags & (BH_GATT_NOTIFY | BH_GATT_INDICATE)) != 0)
        sd_bus_message_append(message, "{sv}", "NotifyAcquired", "b", 0);
}

static int
put_attribute(sd_bus_message *message,
              const char *root,
              const BhApplicationDefinition *all,
              guint number)
{
    const BhAttributeDefinition *attribute = bh_application_definition_peek_attribute(all, number);
    gboolean is_characteristic = attribute->kind == BH_ATTRIBUTE_CHARACTERISTIC;
    g_autofree char *path = dup_attribute(root, attribute, number);
    g_autofree char *above =
        dup_characteristic(root, attribute->service, attribute->characteristic);

    open_object(message,
                path,
                is_characteristic ? BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE
                                  : BH_BLUEZ_GATT_DESCRIPTOR_INTERFACE,
                &attribute->uuid);
    if (is_characteristic)
        put_characteristic_properties(message, root, attribute);
    else
        sd_bus_message_append(message, "{sv}", "Characteristic", "o", above);
    put_flags(message, attribute);
    return close_object(message);
}

static int
put_objects(sd_bus_message *message, const BhBluezPlace *place)
{
    const BhApplicationDefinition *all = place->app->definition;
    g_autofree char *root = bh_bluez_served_dup_root(place->app->id, place->slot);
    int result = sd_bus_message_open_container(message, 'a', "{oa{sa{sv}}}");

    for (guint i = 0; i < bh_application_definition_count_services(all) && result >= 0; i++)
        result = put_service(message, root, all, i);
    for (guint i = 0; i < bh_application_definition_count_attributes(all) && result >= 0; i++)
        result = put_attribute(message, root, all, i);
    return result < 0 ? result : sd_bus_message_close_container(message);
}

static int
handle_get_managed_objects(const BhBluezPlace *place, sd_bus_message *call)
{
    g_autoptr(sd_bus_message) reply = NULL;
    int result = sd_bus_message_new_method_return(call, &reply);

    if (result < 0 || (result = put_objects(reply, place)) < 0)
        return result;
    return sd_bus_send(NULL, reply, NULL);
}

/* Calls */

static const struct {
    const char *interface;
    const char *member;
    gboolean of_root;
    int (*handle)(const BhBluezPlace *place, sd_bus_message *call);
} methods[] = {
    {BH_DBUS_OBJECT_MANAGER, "GetManagedObjects", TRUE, handle_get_managed_objects},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "ReadValue", FALSE, bh_bluez_request_read},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "WriteValue", FALSE, bh_bluez_request_write},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "AcquireNotify", FALSE, bh_bluez_subscriber_acquire},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "StartNotify", FALSE, bh_bluez_subscriber_start},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "StopNotify", FALSE, bh_bluez_subscriber_stop},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "Confirm", FALSE, bh_bluez_notification_confirm},
    {BH_BLUEZ_GATT_DESCRIPTOR_INTERFACE, "ReadValue", FALSE, bh_bluez_request_read},
    {BH_BLUEZ_GATT_DESCRIPTOR_INTERFACE, "WriteValue", FALSE, bh_bluez_request_write},
};

/* 0 leaves the answer, an error, to sd-bus. */
static int
on_call(sd_bus_message *call, void *data, sd_bus_error *unused)
{
    BhBluezServer *self = data;
    BhBluezPlace place;

    if (!bh_bluez_bus_is_from_owner(self->bluez->bus, call))
        return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "for BlueZ only");
    if (self->sink == NULL || !find_place(self, sd_bus_message_get_path(call), &place))
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if (methods[i].of_root == (place.attribute == NO_ATTRIBUTE) &&
            sd_bus_message_is_method_call(call, methods[i].interface, methods[i].member) > 0) {
            int result = methods[i].handle(&place, call);
            return result < 0 ? result : 1;
        }
    return 0;
}

void
bh_bluez_served_start(BhBluezServer *self)
{
    sd_bus_add_fallback(self->bluez->bus->bus, &self->served, BH_SERVED_PREFIX, on_call, self);
}
