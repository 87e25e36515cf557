/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Three levels of arrays sorted by handle. A database has a few dozen attributes, so looking
 * something up is a walk.
 */
#include "bh-gatt.h"

#include "bh-error.h"

#include <string.h>

struct BhGattDatabase {
    gatomicrefcount references;
    GArray *services; /* BhGattService */
};

/* Flags */

static const char *const flag_names[] = {
    "broadcast",
    "read",
    "write-without-response",
    "write",
    "notify",
    "indicate",
    "authenticated-signed-writes",
    "extended-properties",
    "reliable-write",
    "writable-auxiliaries",
};
G_STATIC_ASSERT(BH_GATT_WRITABLE_AUXILIARIES == 1 << (G_N_ELEMENTS(flag_names) - 1));

BhGattFlags
bh_gatt_flags_from_names(const char *const *names)
{
    guint flags = 0;

    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++)
        if (g_strv_contains(names, flag_names[i]))
            flags |= 1u << i;
    return (BhGattFlags)flags;
}

const char **
bh_gatt_flags_dup_names(BhGattFlags flags)
{
    const char **names = g_new0(const char *, G_N_ELEMENTS(flag_names) + 1);
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(flag_names); i++)
        if ((flags & 1u << i) != 0)
            names[n++] = flag_names[i];
    return names;
}

/* Making */

static void
clear_characteristic(gpointer data)
{
    g_array_unref(((BhGattCharacteristic *)data)->descriptors);
}

static void
clear_service(gpointer data)
{
    g_array_unref(((BhGattService *)data)->characteristics);
}

static GArray *
new_array(gsize size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, FALSE, (guint)size);

    g_array_set_clear_func(array, clear);
    return array;
}

BhGattDatabase *
bh_gatt_database_new(void)
{
    BhGattDatabase *self = g_new0(BhGattDatabase, 1);

    g_atomic_ref_count_init(&self->references);
    self->services = new_array(sizeof(BhGattService), clear_service);
    return self;
}

BhGattDatabase *
bh_gatt_database_ref(BhGattDatabase *self)
{
    g_atomic_ref_count_inc(&self->references);
    return self;
}

void
bh_gatt_database_unref(BhGattDatabase *self)
{
    if (!g_atomic_ref_count_dec(&self->references))
        return;
    g_array_unref(self->services);
    g_free(self);
}

const GArray *
bh_gatt_database_peek_services(const BhGattDatabase *self)
{
    return self->services;
}

static BhGattService *
service_at(const BhGattDatabase *self, guint index)
{
    return &g_array_index(self->services, BhGattService, index);
}

static BhGattCharacteristic *
characteristic_at(const BhGattService *service, guint index)
{
    return &g_array_index(service->characteristics, BhGattCharacteristic, index);
}

static BhGattService *
service_of_handle(BhGattDatabase *self, guint16 handle)
{
    for (guint i = 0; i < self->services->len; i++)
        if (service_at(self, i)->handle == handle)
            return service_at(self, i);
    return NULL;
}

static BhGattCharacteristic *
characteristic_of_handle(BhGattDatabase *self, guint16 handle)
{
    for (guint i = 0; i < self->services->len; i++) {
        const BhGattService *service = service_at(self, i);

        for (guint j = 0; j < service->characteristics->len; j++)
            if (characteristic_at(service, j)->handle == handle)
                return characteristic_at(service, j);
    }
    return NULL;
}

static gboolean
has_descriptor_handle(const BhGattService *service, guint16 handle)
{
    for (guint i = 0; i < service->characteristics->len; i++) {
        const GArray *descriptors = characteristic_at(service, i)->descriptors;

        for (guint j = 0; j < descriptors->len; j++)
            if (g_array_index(descriptors, BhGattDescriptor, j).handle == handle)
                return TRUE;
    }
    return FALSE;
}

static gboolean
is_taken(BhGattDatabase *self, guint16 handle)
{
    if (service_of_handle(self, handle) != NULL || characteristic_of_handle(self, handle) != NULL)
        return TRUE;
    for (guint i = 0; i < self->services->len; i++)
        if (has_descriptor_handle(service_at(self, i), handle))
            return TRUE;
    return FALSE;
}

gboolean
bh_gatt_database_add_service(BhGattDatabase *self,
                             guint16 handle,
                             const BhUuid *uuid,
                             gboolean primary)
{
    BhGattService added = {.uuid = *uuid, .handle = handle, .primary = primary};
    guint at = 0;

    if (is_taken(self, handle))
        return FALSE;
    while (at < self->services->len && service_at(self, at)->handle < handle)
        at++;
    added.characteristics = new_array(sizeof(BhGattCharacteristic), clear_characteristic);
    g_array_insert_val(self->services, at, added);
    return TRUE;
}

gboolean
bh_gatt_database_add_characteristic(BhGattDatabase *self,
                                    guint16 service,
                                    guint16 handle,
                                    const BhUuid *uuid,
                                    BhGattFlags flags)
{
    BhGattCharacteristic added = {.uuid = *uuid, .handle = handle, .flags = flags};
    BhGattService *of = service_of_handle(self, service);
    guint at = 0;

    if (of == NULL || is_taken(self, handle))
        return FALSE;
    while (at < of->characteristics->len && characteristic_at(of, at)->handle < handle)
        at++;
    added.descriptors = new_array(sizeof(BhGattDescriptor), NULL);
    g_array_insert_val(of->characteristics, at, added);
    return TRUE;
}

gboolean
bh_gatt_database_add_descriptor(BhGattDatabase *self,
                                guint16 characteristic,
                                guint16 handle,
                                const BhUuid *uuid)
{
    const BhGattDescriptor added = {.uuid = *uuid, .handle = handle};
    BhGattCharacteristic *of = characteristic_of_handle(self, characteristic);
    guint at = 0;

    if (of == NULL || is_taken(self, handle))
        return FALSE;
    while (at < of->descriptors->len &&
           g_array_index(of->descriptors, BhGattDescriptor, at).handle < handle)
        at++;
    g_array_insert_val(of->descriptors, at, added);
    return TRUE;
}

/* Finding */

gboolean
bh_gatt_name_equal(const BhGattName *a, const BhGattName *b)
{
    return a->has_service == b->has_service && a->has_descriptor == b->has_descriptor &&
           a->instance == b->instance && bh_uuid_equal(&a->characteristic, &b->characteristic) &&
           (!a->has_service || bh_uuid_equal(&a->service, &b->service)) &&
           (!a->has_descriptor || bh_uuid_equal(&a->descriptor, &b->descriptor));
}

/* For a message. */
static const char *
say(const BhUuid *uuid, char text[BH_UUID_TEXT_SIZE])
{
    bh_uuid_format_short(uuid, text);
    return text;
}

typedef struct {
    gboolean has_service;       /* some service is the one named */
    gboolean ambiguous;         /* services of different UUIDs have the characteristic */
    guint instances;            /* of the characteristic */
    const BhGattService *first; /* that has it */
    BhGattFound found;          /* of the instance wanted */
} Search;

static void
search_service(Search *search, const BhGattService *service, const BhGattName *name)
{
    for (guint i = 0; i < service->characteristics->len; i++) {
        const BhGattCharacteristic *it = characteristic_at(service, i);

        if (!bh_uuid_equal(&it->uuid, &name->characteristic))
            continue;
        if (search->first == NULL)
            search->first = service;
        search->ambiguous |= !bh_uuid_equal(&search->first->uuid, &service->uuid);
        if (search->instances++ == name->instance)
            search->found = (BhGattFound){.service = service, .characteristic = it};
    }
}

static void
search_database(Search *search, const BhGattDatabase *self, const BhGattName *name)
{
    for (guint i = 0; i < self->services->len; i++) {
        const BhGattService *service = service_at(self, i);

        if (name->has_service && !bh_uuid_equal(&service->uuid, &name->service))
            continue;
        search->has_service = TRUE;
        search_service(search, service, name);
    }
}

static gboolean
fail_characteristic(const Search *search, const BhGattName *name, GError **error)
{
    char characteristic[BH_UUID_TEXT_SIZE], service[BH_UUID_TEXT_SIZE];
    g_autofree char *where = name->has_service
                                 ? g_strdup_printf(" in service %s", say(&name->service, service))
                                 : g_strdup("");

    say(&name->characteristic, characteristic);
    if (name->has_service && !search->has_service)
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no service %s", service);
    else if (search->instances == 0)
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_FOUND,
                    "no characteristic %s%s",
                    characteristic,
                    where);
    else
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_FOUND,
                    "no instance %u of characteristic %s%s, which has %u",
                    name->instance,
                    characteristic,
                    where,
                    search->instances);
    return FALSE;
}

static gboolean
fail_ambiguous(const BhGattName *name, GError **error)
{
    char characteristic[BH_UUID_TEXT_SIZE];

    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "Service: several have the characteristic %s; name one",
                say(&name->characteristic, characteristic));
    return FALSE;
}

static gboolean
find_descriptor(const BhGattName *name, BhGattFound *found, GError **error)
{
    const GArray *descriptors = found->characteristic->descriptors;
    char descriptor[BH_UUID_TEXT_SIZE], characteristic[BH_UUID_TEXT_SIZE];

    for (guint i = 0; i < descriptors->len; i++) {
        found->descriptor = &g_array_index(descriptors, BhGattDescriptor, i);
        if (bh_uuid_equal(&found->descriptor->uuid, &name->descriptor))
            return TRUE;
    }
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_NOT_FOUND,
                "no descriptor %s of characteristic %s",
                say(&name->descriptor, descriptor),
                say(&name->characteristic, characteristic));
    return FALSE;
}

gboolean
bh_gatt_database_find(const BhGattDatabase *self,
                      const BhGattName *name,
                      BhGattFound *found,
                      GError **error)
{
    Search search = {0};

    search_database(&search, self, name);
    if (search.ambiguous)
        return fail_ambiguous(name, error);
    if (search.found.characteristic == NULL)
        return fail_characteristic(&search, name, error);
    *found = search.found;
    return !name->has_descriptor || find_descriptor(name, found, error);
}

const BhGattService *
bh_gatt_database_find_service(const BhGattDatabase *self,
                              const BhUuid *uuid,
                              guint instance,
                              GError **error)
{
    char text[BH_UUID_TEXT_SIZE];
    guint instances = 0;

    for (guint i = 0; i < self->services->len; i++)
        if (bh_uuid_equal(&service_at(self, i)->uuid, uuid) && instances++ == instance)
            return service_at(self, i);
    say(uuid, text);
    if (instances == 0)
        g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no service %s", text);
    else
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_FOUND,
                    "no instance %u of service %s, which has %u",
                    instance,
                    text,
                    instances);
    return NULL;
}

static const BhGattService *
service_of(const BhGattDatabase *self, const BhGattCharacteristic *characteristic)
{
    for (guint i = 0; i < self->services->len; i++) {
        const BhGattService *service = service_at(self, i);

        for (guint j = 0; j < service->characteristics->len; j++)
            if (characteristic_at(service, j) == characteristic)
                return service;
    }
    return NULL;
}

guint
bh_gatt_database_get_instance(const BhGattDatabase *self,
                              const BhGattCharacteristic *characteristic)
{
    BhGattName name = {.has_service = TRUE, .characteristic = characteristic->uuid};
    const BhGattService *service = service_of(self, characteristic);
    BhGattFound found;

    g_return_val_if_fail(service != NULL, 0);
    name.service = service->uuid;
    while (bh_gatt_database_find(self, &name, &found, NULL) &&
           found.characteristic != characteristic)
        name.instance++;
    return name.instance;
}
