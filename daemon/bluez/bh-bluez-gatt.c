/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table of devices by path, and in each a table of objects by the handle that is in their path.
 * A device has as many handles as there are 16-bit numbers, so no peer can make it grow further.
 */
#include "bh-bluez-gatt.h"

#include <errno.h>
#include <string.h>

#include "bh-bluez-names.h"

#define BATTERY_SERVICE "180f"
#define BATTERY_LEVEL "2a19"
#define NO_BATTERY 0

/* Where an object is, by its path. */
typedef struct {
    gsize device; /* length of the device's path */
    guint16 service;
    guint16 characteristic; /* its declaration; 0 = none */
    guint16 descriptor;     /* 0 = none */
} Place;

typedef struct {
    BhBluezGattKind kind;
    Place place;
    BhUuid uuid;
    gboolean primary;
    BhGattFlags flags;
} Object;

typedef struct {
    GHashTable *objects; /* handle -> Object, owned */
    guint change;        /* the last one: a number that was never given before */
    gboolean has_battery;
    guint16 battery; /* handle of the level in the database; NO_BATTERY = not put into it */
} Device;

struct BhBluezGatt {
    GHashTable *devices; /* path -> Device, both owned */
    guint changes;
};

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

static gboolean
read_place(const char *path, Place *place)
{
    const char *at = strstr(path, "/service");

    *place = (Place){0};
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

static BhBluezGattKind
kind_of_place(const Place *place)
{
    if (place->descriptor != 0)
        return BH_BLUEZ_GATT_DESCRIPTOR;
    return place->characteristic != 0 ? BH_BLUEZ_GATT_CHARACTERISTIC : BH_BLUEZ_GATT_SERVICE;
}

static guint16
handle_of_place(const Place *place)
{
    if (place->descriptor != 0)
        return place->descriptor;
    return place->characteristic != 0 ? place->characteristic : place->service;
}

static guint16
value_of_place(const Place *place)
{
    return (guint16)(place->characteristic + 1);
}

static char *
dup_path(const char *device, const Place *place)
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
    Place place;

    return read_place(path, &place) ? g_strndup(path, place.device) : NULL;
}

/* Objects */

static void
free_device(gpointer data)
{
    Device *device = data;

    g_hash_table_unref(device->objects);
    g_free(device);
}

/* That is about to change. Takes path. */
static Device *
ensure_device(BhBluezGatt *self, char *path)
{
    Device *device = g_hash_table_lookup(self->devices, path);

    if (device != NULL) {
        g_free(path);
    } else {
        device = g_new0(Device, 1);
        device->objects = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        g_hash_table_insert(self->devices, path, device);
    }
    device->change = ++self->changes;
    return device;
}

static Object *
peek_object(const Device *device, guint handle)
{
    return g_hash_table_lookup(device->objects, GUINT_TO_POINTER(handle));
}

static int
read_uuid(Object *object, sd_bus_message *message)
{
    const char *text = "";
    int result = sd_bus_message_read_basic(message, 's', &text);

    if (result >= 0 && !bh_uuid_parse(text, &object->uuid, NULL))
        object->uuid = (BhUuid){0};
    return result;
}

static int
read_primary(Object *object, sd_bus_message *message)
{
    int primary = FALSE;
    int result = sd_bus_message_read_basic(message, 'b', &primary);

    object->primary = primary;
    return result;
}

static int
read_flags(Object *object, sd_bus_message *message)
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
    int (*read)(Object *object, sd_bus_message *message);
} properties[] = {
    {"UUID", "s", read_uuid},
    {"Primary", "b", read_primary},
    {"Flags", "as", read_flags},
};

static int
read_property(Object *object, sd_bus_message *message)
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

static int
read_object(Object *object, sd_bus_message *message)
{
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0)
        if ((result = read_property(object, message)) >= 0)
            result = sd_bus_message_exit_container(message);
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

/* Fills in the place, which must fit. */
static gboolean
take_place(Object *object, const char *path)
{
    static const BhUuid none;

    return read_place(path, &object->place) && kind_of_place(&object->place) == object->kind &&
           value_of_place(&object->place) != 0 && !bh_uuid_equal(&object->uuid, &none);
}

static int
read_battery(BhBluezGatt *self, const char *path, sd_bus_message *message)
{
    ensure_device(self, g_strdup(path))->has_battery = TRUE;
    return sd_bus_message_skip(message, "a{sv}");
}

int
bh_bluez_gatt_read(BhBluezGatt *self,
                   const char *path,
                   BhBluezGattKind kind,
                   sd_bus_message *message,
                   guint64 *malformed)
{
    g_autofree Object *object = g_new0(Object, 1);

    if (kind == BH_BLUEZ_GATT_BATTERY)
        return read_battery(self, path, message);
    object->kind = kind;
    int result = read_object(object, message);
    if (result < 0)
        return result;
    if (!take_place(object, path)) {
        (*malformed)++;
        return 0;
    }
    Device *device = ensure_device(self, g_strndup(path, object->place.device));
    guint handle = handle_of_place(&object->place);
    g_hash_table_replace(device->objects, GUINT_TO_POINTER(handle), g_steal_pointer(&object));
    return 0;
}

static void
forget_if_empty(BhBluezGatt *self, const char *path, const Device *device)
{
    if (!device->has_battery && g_hash_table_size(device->objects) == 0)
        g_hash_table_remove(self->devices, path);
}

void
bh_bluez_gatt_remove(BhBluezGatt *self, const char *path, BhBluezGattKind kind)
{
    g_autofree char *owner =
        kind == BH_BLUEZ_GATT_BATTERY ? g_strdup(path) : bh_bluez_gatt_dup_device(path);
    Device *device = owner != NULL ? g_hash_table_lookup(self->devices, owner) : NULL;
    Place place;

    if (device == NULL)
        return;
    device->change = ++self->changes;
    if (kind == BH_BLUEZ_GATT_BATTERY)
        device->has_battery = FALSE;
    else if (read_place(path, &place) && kind_of_place(&place) == kind)
        g_hash_table_remove(device->objects, GUINT_TO_POINTER((guint)handle_of_place(&place)));
    forget_if_empty(self, owner, device);
}

void
bh_bluez_gatt_remove_device(BhBluezGatt *self, const char *device)
{
    g_hash_table_remove(self->devices, device);
}

static gboolean
is_under(gpointer key, gpointer value, gpointer prefix)
{
    return g_str_has_prefix(key, prefix);
}

void
bh_bluez_gatt_remove_under(BhBluezGatt *self, const char *adapter)
{
    g_autofree char *prefix = g_strconcat(adapter, "/", NULL);

    g_hash_table_foreach_remove(self->devices, is_under, prefix);
}

/* Databases */

static BhUuid
uuid_of(const char *text)
{
    BhUuid uuid = {0};

    bh_uuid_parse(text, &uuid, NULL);
    return uuid;
}

static gboolean
has_battery_level(const Device *device)
{
    const BhUuid level = uuid_of(BATTERY_LEVEL);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, device->objects);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Object *object = value;
        if (object->kind == BH_BLUEZ_GATT_CHARACTERISTIC && bh_uuid_equal(&object->uuid, &level))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_free(const Device *device, guint handle)
{
    const Object *before = peek_object(device, handle - 1);

    return peek_object(device, handle) == NULL &&
           (before == NULL || before->kind != BH_BLUEZ_GATT_CHARACTERISTIC);
}

/* On the last two handles that are free next to each other. */
static void
add_battery(Device *device, BhGattDatabase *database)
{
    const BhUuid service = uuid_of(BATTERY_SERVICE), level = uuid_of(BATTERY_LEVEL);
    guint handle = 0xffff;

    device->battery = NO_BATTERY;
    if (!device->has_battery || has_battery_level(device))
        return;
    while (handle > 1 && !(is_free(device, handle) && is_free(device, handle - 1)))
        handle--;
    if (handle <= 1 ||
        !bh_gatt_database_add_service(database, (guint16)(handle - 1), &service, TRUE))
        return;
    bh_gatt_database_add_characteristic(database,
                                        (guint16)(handle - 1),
                                        (guint16)handle,
                                        &level,
                                        BH_GATT_READ | BH_GATT_NOTIFY);
    device->battery = (guint16)handle;
}

static void
add_object(BhGattDatabase *database, const Object *object)
{
    const Place *place = &object->place;

    if (object->kind == BH_BLUEZ_GATT_SERVICE)
        bh_gatt_database_add_service(database, place->service, &object->uuid, object->primary);
    else if (object->kind == BH_BLUEZ_GATT_CHARACTERISTIC)
        bh_gatt_database_add_characteristic(database,
                                            place->service,
                                            value_of_place(place),
                                            &object->uuid,
                                            object->flags);
    else
        bh_gatt_database_add_descriptor(database,
                                        value_of_place(place),
                                        place->descriptor,
                                        &object->uuid);
}

BhGattDatabase *
bh_bluez_gatt_build(BhBluezGatt *self, const char *path)
{
    g_autoptr(BhGattDatabase) database = bh_gatt_database_new();
    Device *device = g_hash_table_lookup(self->devices, path);
    GHashTableIter iter;
    gpointer value;

    if (device == NULL)
        return g_steal_pointer(&database);
    for (guint kind = BH_BLUEZ_GATT_SERVICE; kind <= BH_BLUEZ_GATT_DESCRIPTOR; kind++) {
        g_hash_table_iter_init(&iter, device->objects);
        while (g_hash_table_iter_next(&iter, NULL, &value))
            if (((Object *)value)->kind == kind)
                add_object(database, value);
    }
    add_battery(device, database);
    return g_steal_pointer(&database);
}

guint
bh_bluez_gatt_get_change(BhBluezGatt *self, const char *path)
{
    const Device *device = g_hash_table_lookup(self->devices, path);

    return device != NULL ? device->change : 0;
}

gboolean
bh_bluez_gatt_find(BhBluezGatt *self, const char *path, guint16 handle, BhBluezGattPlace *place)
{
    const Device *device = g_hash_table_lookup(self->devices, path);

    if (device == NULL || handle == 0)
        return FALSE;
    if (handle == device->battery) {
        *place = (BhBluezGattPlace){BH_BLUEZ_GATT_BATTERY, g_strdup(path)};
        return TRUE;
    }
    const Object *object = peek_object(device, (guint)handle - 1);
    if (object == NULL || object->kind != BH_BLUEZ_GATT_CHARACTERISTIC)
        object = peek_object(device, handle);
    if (object == NULL || object->kind == BH_BLUEZ_GATT_SERVICE)
        return FALSE;
    *place = (BhBluezGattPlace){object->kind, dup_path(path, &object->place)};
    return TRUE;
}

char *
bh_bluez_gatt_dup_characteristic(BhBluezGatt *self, const char *path)
{
    const Device *device = g_hash_table_lookup(self->devices, path);
    GHashTableIter iter;
    gpointer value;

    if (device == NULL)
        return NULL;
    g_hash_table_iter_init(&iter, device->objects);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((Object *)value)->kind == BH_BLUEZ_GATT_CHARACTERISTIC)
            return dup_path(path, &((Object *)value)->place);
    return NULL;
}

/* Life */

BhBluezGatt *
bh_bluez_gatt_new(void)
{
    BhBluezGatt *self = g_new0(BhBluezGatt, 1);

    self->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_device);
    return self;
}

void
bh_bluez_gatt_free(BhBluezGatt *self)
{
    g_hash_table_unref(self->devices);
    g_free(self);
}
