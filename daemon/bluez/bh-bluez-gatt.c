/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A table of devices by path, and in each a table of objects by the handle that is in their path.
 * A device has as many handles as there are 16-bit numbers, so no peer can make it grow further.
 */
#include "bh-bluez-gatt.h"

#include "bh-bluez-claimed.h"
#include "bh-bluez-gatt-object.h"

#define BATTERY_SERVICE "180f"
#define BATTERY_LEVEL "2a19"
#define NO_BATTERY 0

typedef struct {
    GHashTable *objects; /* handle -> BhBluezGattObject, owned */
    guint change;        /* the last one: a number that was never given before */
    gboolean has_battery;
    guint16 battery; /* handle of the level in the database; NO_BATTERY = not put into it */
} Device;

struct BhBluezGatt {
    GHashTable *devices; /* path -> Device, both owned */
    guint changes;
};

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

static BhBluezGattObject *
peek_object(const Device *device, guint handle)
{
    return g_hash_table_lookup(device->objects, GUINT_TO_POINTER(handle));
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
    g_autofree BhBluezGattObject *object = g_new0(BhBluezGattObject, 1);

    if (kind == BH_BLUEZ_GATT_BATTERY)
        return read_battery(self, path, message);
    object->kind = kind;
    int result = bh_bluez_gatt_object_read(object, message);
    if (result < 0)
        return result;
    if (!bh_bluez_gatt_object_take_path(object, path)) {
        (*malformed)++;
        return 0;
    }
    Device *device = ensure_device(self, g_strndup(path, object->place.device));
    guint handle = bh_bluez_gatt_path_get_handle(&object->place);
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
    BhBluezGattPath place;

    if (device == NULL)
        return;
    device->change = ++self->changes;
    if (kind == BH_BLUEZ_GATT_BATTERY)
        device->has_battery = FALSE;
    else if (bh_bluez_gatt_path_read(&place, path) && bh_bluez_gatt_path_get_kind(&place) == kind)
        g_hash_table_remove(device->objects,
                            GUINT_TO_POINTER((guint)bh_bluez_gatt_path_get_handle(&place)));
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
        const BhBluezGattObject *object = value;
        if (object->kind == BH_BLUEZ_GATT_CHARACTERISTIC && bh_uuid_equal(&object->uuid, &level))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_free(const Device *device, guint handle)
{
    const BhBluezGattObject *before = peek_object(device, handle - 1);

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
add_object(BhGattDatabase *database, const BhBluezGattObject *object)
{
    const BhBluezGattPath *place = &object->place;

    if (object->kind == BH_BLUEZ_GATT_SERVICE)
        bh_gatt_database_add_service(database, place->service, &object->uuid, object->primary);
    else if (object->kind == BH_BLUEZ_GATT_CHARACTERISTIC)
        bh_gatt_database_add_characteristic(database,
                                            place->service,
                                            bh_bluez_gatt_path_get_value(place),
                                            &object->uuid,
                                            object->flags);
    else
        bh_gatt_database_add_descriptor(database,
                                        bh_bluez_gatt_path_get_value(place),
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
            if (((BhBluezGattObject *)value)->kind == kind)
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

static gboolean
may_be_claimed(const Device *device, const BhBluezGattObject *object)
{
    const BhBluezGattObject *service = peek_object(device, object->place.service);

    return service != NULL && bh_bluez_claimed_may_be(&service->uuid);
}

gboolean
bh_bluez_gatt_find(BhBluezGatt *self, const char *path, guint16 handle, BhBluezGattPlace *place)
{
    const Device *device = g_hash_table_lookup(self->devices, path);

    if (device == NULL || handle == 0)
        return FALSE;
    if (handle == device->battery) {
        *place = (BhBluezGattPlace){BH_BLUEZ_GATT_BATTERY, g_strdup(path), TRUE};
        return TRUE;
    }
    const BhBluezGattObject *object = peek_object(device, (guint)handle - 1);
    if (object == NULL || object->kind != BH_BLUEZ_GATT_CHARACTERISTIC)
        object = peek_object(device, handle);
    if (object == NULL || object->kind == BH_BLUEZ_GATT_SERVICE)
        return FALSE;
    *place = (BhBluezGattPlace){object->kind,
                                bh_bluez_gatt_path_dup(&object->place, path),
                                may_be_claimed(device, object)};
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
        if (((BhBluezGattObject *)value)->kind == BH_BLUEZ_GATT_CHARACTERISTIC)
            return bh_bluez_gatt_path_dup(&((BhBluezGattObject *)value)->place, path);
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
