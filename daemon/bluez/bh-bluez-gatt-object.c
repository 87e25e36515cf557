/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Only what makes sense gets in: a path of the form that BlueZ writes, whose kind is that of the
 * interface, with a UUID and room for the value's handle.
 */
#include "bh-bluez-gatt-object.h"

#include <errno.h>
#include <string.h>

#include "bh-bluez-names.h"

static const struct {
    const char *interface;
    BhBluezGattKind kind;
} kinds[] = {
    {BH_BLUEZ_GATT_SERVICE_INTERFACE, BH_BLUEZ_GATT_SERVICE},
    {BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, BH_BLUEZ_GATT_CHARACTERISTIC},
    {BH_BLUEZ_GATT_DESCRIPTOR_INTERFACE, BH_BLUEZ_GATT_DESCRIPTOR},
    {BH_BLUEZ_BATTERY, BH_BLUEZ_GATT_BATTERY},
};

gboolean
bh_bluez_gatt_kind_of(const char *interface, BhBluezGattKind *kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_equal(kinds[i].interface, interface)) {
            *kind = kinds[i].kind;
            return TRUE;
        }
    }
    return FALSE;
}

const char *
bh_bluez_gatt_interface_of(BhBluezGattKind kind)
{
    return kinds[kind].interface;
}

/* Paths */

/* Takes "/<word>HHHH" from *at. */
static gboolean
take_part(const char **at, const char *word, guint16 *handle)
{
    gsize size = strlen(word);
    char digits[5] = "";
    guint64 number = 0;

    if (**at != '/' || strncmp(*at + 1, word, size) != 0 || strlen(*at) < 1 + size + 4)
        return FALSE;
    memcpy(digits, *at + 1 + size, 4);
    if (!g_ascii_string_to_unsigned(digits, 16, 1, 0xffff, &number, NULL))
        return FALSE;
    *at += 1 + size + 4;
    *handle = (guint16)number;
    return TRUE;
}

gboolean
bh_bluez_gatt_path_read(BhBluezGattPath *place, const char *path)
{
    const char *at = strstr(path, "/service");

    *place = (BhBluezGattPath){0};
    if (at == NULL)
        return FALSE;
    place->device = (gsize)(at - path);
    if (!take_part(&at, "service", &place->service))
        return FALSE;
    if (*at == '\0')
        return TRUE;
    if (!take_part(&at, "char", &place->characteristic))
        return FALSE;
    return *at == '\0' || (take_part(&at, "desc", &place->descriptor) && *at == '\0');
}

BhBluezGattKind
bh_bluez_gatt_path_get_kind(const BhBluezGattPath *place)
{
    if (place->descriptor != 0)
        return BH_BLUEZ_GATT_DESCRIPTOR;
    return place->characteristic != 0 ? BH_BLUEZ_GATT_CHARACTERISTIC : BH_BLUEZ_GATT_SERVICE;
}

guint16
bh_bluez_gatt_path_get_handle(const BhBluezGattPath *place)
{
    if (place->descriptor != 0)
        return place->descriptor;
    return place->characteristic != 0 ? place->characteristic : place->service;
}

guint16
bh_bluez_gatt_path_get_value(const BhBluezGattPath *place)
{
    return (guint16)(place->characteristic + 1);
}

char *
bh_bluez_gatt_path_dup(const BhBluezGattPath *place, const char *device)
{
    GString *path = g_string_new(device);

    g_string_append_printf(path, "/service%04x", place->service);
    if (place->characteristic != 0)
        g_string_append_printf(path, "/char%04x", place->characteristic);
    if (place->descriptor != 0)
        g_string_append_printf(path, "/desc%04x", place->descriptor);
    return g_string_free(path, FALSE);
}

char *
bh_bluez_gatt_dup_device(const char *path)
{
    BhBluezGattPath place;

    return bh_bluez_gatt_path_read(&place, path) ? g_strndup(path, place.device) : NULL;
}

static int
read_uuid(BhBluezGattObject *object, sd_bus_message *message)
{
    const char *text = "";
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (result >= 0 && !bh_uuid_parse(text, &object->uuid, NULL))
        object->uuid = (BhUuid){0};
    return result;
}

static int
read_primary(BhBluezGattObject *object, sd_bus_message *message)
{
    int primary = FALSE;
    int result = sd_bus_message_read_basic(message, 'b', &primary);

    object->primary = primary;
    return result;
}

static int
read_flags(BhBluezGattObject *object, sd_bus_message *message)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name;
    int result = sd_bus_message_enter_container(message, 'a', "s");

    while (result >= 0 && (result = sd_bus_message_read_basic(message, 's', &name)) > 0)
        g_ptr_array_add(names, (gpointer)name);
    if (result < 0)
        return result;
    g_ptr_array_add(names, NULL);
    object->flags = bh_gatt_flags_from_names((const char *const *)names->pdata);
    return sd_bus_message_exit_container(message);
}

static const struct {
    const char *name;
    const char *type;
    int (*read)(BhBluezGattObject *object, sd_bus_message *message);
} properties[] = {
    {"UUID", "s", read_uuid},
    {"Primary", "b", read_primary},
    {"Flags", "as", read_flags},
};

static int
read_property(BhBluezGattObject *object, sd_bus_message *message)
{
    const char *name;
    int result = sd_bus_message_read_basic(message, 's', &name);

    if (result < 0)
        return result;
    for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
        if (!g_str_equal(properties[i].name, name))
            continue;
        result = sd_bus_message_enter_container(message, 'v', properties[i].type);
        if (result == -ENXIO)
            break;
        if (result < 0 || (result = properties[i].read(object, message)) < 0)
            return result;
        return sd_bus_message_exit_container(message);
    }
    return sd_bus_message_skip(message, "v");
}

int
bh_bluez_gatt_object_read(BhBluezGattObject *object, sd_bus_message *message)
{
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0)
        if ((result = read_property(object, message)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

/* Fills in the place, which must fit. */
gboolean
bh_bluez_gatt_object_take_path(BhBluezGattObject *object, const char *path)
{
    static const BhUuid none;

    return bh_bluez_gatt_path_read(&object->place, path) &&
           bh_bluez_gatt_path_get_kind(&object->place) == object->kind &&
           bh_bluez_gatt_path_get_value(&object->place) != 0 &&
           !bh_uuid_equal(&object->uuid, &none);
}
