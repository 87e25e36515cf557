/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two arrays, as they were given. Names are looked up as those of a remote device are, in a
 * database of the same attributes whose handles are their numbers, so that both follow one rule and
 * say the same of what they do not find.
 */
#include "bh-application-definition.h"

#include "bh-application-builder.h"

#define FIRST_HANDLE 1u /* of an attribute; its number is what is above */
#define FIRST_SERVICE_HANDLE 0x8000u

struct BhApplicationDefinition {
    gatomicrefcount references;
    GArray *services;   /* BhServiceDefinition */
    GArray *attributes; /* BhAttributeDefinition */
    BhGattDatabase *names;
};

static void
add_names(BhApplicationDefinition *self)
{
    for (guint i = 0; i < self->services->len; i++) {
        const BhServiceDefinition *it = bh_application_definition_peek_service(self, i);

        bh_gatt_database_add_service(self->names,
                                     (guint16)(FIRST_SERVICE_HANDLE + i),
                                     &it->uuid,
                                     it->primary);
    }
    for (guint i = 0; i < self->attributes->len; i++) {
        const BhAttributeDefinition *it = bh_application_definition_peek_attribute(self, i);
        guint16 handle = (guint16)(FIRST_HANDLE + i);
        guint16 service = (guint16)(FIRST_SERVICE_HANDLE + it->service);
        guint16 characteristic = (guint16)(FIRST_HANDLE + it->characteristic);

        if (it->kind == BH_ATTRIBUTE_CHARACTERISTIC)
            bh_gatt_database_add_characteristic(self->names, service, handle, &it->uuid, it->flags);
        else
            bh_gatt_database_add_descriptor(self->names, characteristic, handle, &it->uuid);
    }
}

BhApplicationDefinition *
bh_application_definition_new_take(GArray *services, GArray *attributes)
{
    BhApplicationDefinition *self = g_new0(BhApplicationDefinition, 1);

    g_atomic_ref_count_init(&self->references);
    self->services = services;
    self->attributes = attributes;
    self->names = bh_gatt_database_new();
    add_names(self);
    return self;
}

BhApplicationDefinition *
bh_application_definition_ref(BhApplicationDefinition *self)
{
    g_atomic_ref_count_inc(&self->references);
    return self;
}

void
bh_application_definition_unref(BhApplicationDefinition *self)
{
    if (!g_atomic_ref_count_dec(&self->references))
        return;
    g_array_unref(self->services);
    g_array_unref(self->attributes);
    bh_gatt_database_unref(self->names);
    g_free(self);
}

guint
bh_application_definition_count_services(const BhApplicationDefinition *self)
{
    return self->services->len;
}

const BhServiceDefinition *
bh_application_definition_peek_service(const BhApplicationDefinition *self, guint index)
{
    g_return_val_if_fail(index < self->services->len, NULL);
    return &g_array_index(self->services, BhServiceDefinition, index);
}

guint
bh_application_definition_count_attributes(const BhApplicationDefinition *self)
{
    return self->attributes->len;
}

const BhAttributeDefinition *
bh_application_definition_peek_attribute(const BhApplicationDefinition *self, guint number)
{
    g_return_val_if_fail(number < self->attributes->len, NULL);
    return &g_array_index(self->attributes, BhAttributeDefinition, number);
}

gboolean
bh_application_definition_find(const BhApplicationDefinition *self,
                               const BhGattName *name,
                               guint *number,
                               GError **error)
{
    BhGattFound found;

    if (!bh_gatt_database_find(self->names, name, &found, error))
        return FALSE;
    *number = (found.descriptor != NULL ? found.descriptor->handle : found.characteristic->handle) -
              FIRST_HANDLE;
    return TRUE;
}
