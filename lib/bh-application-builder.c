/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The checks of one part after the other. Each refuses what BlueZ would refuse without saying why,
 * what BlueZ would serve differently from what was said (encrypt-write alone makes an attribute
 * writable), and what contradicts itself.
 */
#include "bh-application-builder.h"

#include "bh-error.h"
#include "bh-hex.h"

#include <string.h>

#define MAX_HEX 65536 /* of text: how long the value is, is told of what it says */

struct BhApplicationBuilder {
    GArray *services;   /* BhServiceDefinition */
    GArray *attributes; /* BhAttributeDefinition */
};

/* Keys */

static const char *const too_long_choices[] = {"refuse", "cut", NULL};

#define AT(member) G_STRUCT_OFFSET(BhApplicationPart, member), BH_OPTION_NO_PRESENT
#define AT_WITH(member, present)                                                                   \
    G_STRUCT_OFFSET(BhApplicationPart, member), G_STRUCT_OFFSET(BhApplicationPart, present)
#define UUID_ROW                                                                                   \
    {                                                                                              \
        "UUID", BH_OPTION_STRING, AT_WITH(uuid, has_uuid)                                          \
    }
#define INSTANCE_ROW                                                                               \
    {                                                                                              \
        "Instance", BH_OPTION_INT, AT_WITH(instance, has_instance), 0,                             \
            BH_APPLICATION_ATTRIBUTES_MAX                                                          \
    }
#define VALUE_ROWS                                                                                 \
    {"Flags", BH_OPTION_STRINGS, AT_WITH(flags, has_flags)},                                       \
        {"Value", BH_OPTION_BYTES, AT(value), 0, BH_GATT_VALUE_MAX},                               \
        {"Hex", BH_OPTION_STRING, AT(hex), 0, MAX_HEX},                                            \
        {"MaxLength", BH_OPTION_INT, AT(max_length), 1, BH_GATT_VALUE_MAX},                        \
        {"TooLong", BH_OPTION_CHOICE, AT(too_long), .choices = too_long_choices},                  \
        {"Append", BH_OPTION_BOOL, AT(append)}, {"Capture", BH_OPTION_BOOL, AT(capture)},          \
    {                                                                                              \
        "AskOnRead", BH_OPTION_BOOL, AT(ask_on_read)                                               \
    }

const BhOptionSpec bh_application_service_specs[] = {
    UUID_ROW,
    INSTANCE_ROW,
    {"Primary", BH_OPTION_BOOL, AT(primary)},
    {NULL},
};

const BhOptionSpec bh_application_characteristic_specs[] = {
    UUID_ROW,
    INSTANCE_ROW,
    VALUE_ROWS,
    {NULL},
};

const BhOptionSpec bh_application_descriptor_specs[] = {
    UUID_ROW,
    VALUE_ROWS,
    {NULL},
};

void
bh_application_part_clear(BhApplicationPart *self)
{
    g_free(self->uuid);
    g_strfreev(self->flags);
    g_free(self->hex);
    g_clear_pointer(&self->value, g_bytes_unref);
    *self = (BhApplicationPart)BH_APPLICATION_PART_INIT;
}

/* The builder */

static void
clear_attribute(gpointer element)
{
    g_clear_pointer(&((BhAttributeDefinition *)element)->initial, g_bytes_unref);
}

GArray *
bh_application_attributes_new(void)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(BhAttributeDefinition));

    g_array_set_clear_func(array, clear_attribute);
    return array;
}

BhApplicationBuilder *
bh_application_builder_new(void)
{
    BhApplicationBuilder *self = g_new0(BhApplicationBuilder, 1);

    self->services = g_array_new(FALSE, FALSE, sizeof(BhServiceDefinition));
    self->attributes = bh_application_attributes_new();
    return self;
}

void
bh_application_builder_free(BhApplicationBuilder *self)
{
    g_clear_pointer(&self->services, g_array_unref);
    g_clear_pointer(&self->attributes, g_array_unref);
    g_free(self);
}

/* UUIDs */

typedef struct {
    guint16 uuid;
    const char *why;
} Reserved;

/* Assigned Numbers 3.4 */
static const Reserved reserved_services[] = {
    {0x1800, "GAP is served by BlueZ itself"},
    {0x1801, "GATT is served by BlueZ itself"},
};

/* Assigned Numbers 3.7 */
static const Reserved reserved_descriptors[] = {
    {0x2900, "BlueZ makes it where the flags are reliable-write or writable-auxiliaries"},
    {0x2902, "BlueZ makes it where the flags are notify or indicate"},
    {0x2903, "BlueZ does not serve broadcasts of values"},
};

/* Assigned Numbers 3.5: attributes that say what follows. */
static const Reserved declarations[] = {
    {0x2800, "it declares a service"},
    {0x2801, "it declares a service"},
    {0x2802, "it declares an included service"},
    {0x2803, "it declares a characteristic"},
};

static gboolean
is_free(const Reserved *list, gsize n, const BhUuid *uuid, GError **error)
{
    guint8 bytes[16];
    guint16 number;

    if (bh_uuid_to_le(uuid, bytes) != 2)
        return TRUE;
    number = (guint16)(bytes[0] | bytes[1] << 8);
    for (gsize i = 0; i < n; i++)
        if (list[i].uuid == number)
            return bh_application_refuse(error, "UUID", "%04x: %s", number, list[i].why);
    return TRUE;
}

static gboolean
read_uuid(const BhApplicationPart *part, BhUuid *uuid, GError **error)
{
    if (!part->has_uuid)
        return bh_application_refuse(error, "UUID", "must be given");
    return bh_uuid_parse(part->uuid, uuid, error) &&
           is_free(declarations, G_N_ELEMENTS(declarations), uuid, error);
}

/* n parts of this UUID stand before: another one says that it is meant. */
static gboolean
check_instance(const BhApplicationPart *part, guint n, GError **error)
{
    if (!part->has_instance && n > 0)
        return bh_application_refuse(error,
                                     "UUID",
                                     "%s stands there already; this one would be instance %u",
                                     part->uuid,
                                     n);
    if (part->has_instance && part->instance != n)
        return bh_application_refuse(error,
                                     "Instance",
                                     "must be %u, which is the next of %s",
                                     n,
                                     part->uuid);
    return TRUE;
}

/* Values */

static gboolean
check_behaviour(const BhAttributeDefinition *attribute, GError **error)
{
    gboolean is_written = (attribute->flags & BH_APPLICATION_WRITE_FLAGS) != 0;

    if (attribute->ask_on_read && (attribute->flags & BH_GATT_READ) == 0)
        return bh_application_refuse(error, "AskOnRead", "without the flag read");
    if (attribute->captures && !is_written)
        return bh_application_refuse(error, "Capture", "without a flag of writing");
    if (attribute->appends && !is_written)
        return bh_application_refuse(error, "Append", "without a flag of writing");
    return TRUE;
}

static gboolean
read_initial(const BhApplicationPart *part, BhAttributeDefinition *attribute, GError **error)
{
    if (part->hex != NULL && part->value != NULL)
        return bh_application_refuse(error, "Hex", "and Value: one of them");
    attribute->initial = part->hex != NULL     ? bh_bytes_from_hex(part->hex)
                         : part->value != NULL ? g_bytes_ref(part->value)
                                               : g_bytes_new(NULL, 0);
    return attribute->initial != NULL ||
           bh_application_refuse(error, "Hex", "must be hex digits, two for each byte");
}

static gboolean
read_value(const BhApplicationPart *part, BhAttributeDefinition *attribute, GError **error)
{
    if (!read_initial(part, attribute, error))
        return FALSE;
    attribute->max_length = (guint)part->max_length;
    attribute->cuts = part->too_long == 1;
    attribute->appends = part->append;
    attribute->captures = part->capture;
    attribute->ask_on_read = part->ask_on_read;
    if (g_bytes_get_size(attribute->initial) > attribute->max_length)
        return bh_application_refuse(error,
                                     part->hex != NULL ? "Hex" : "Value",
                                     "%zu bytes, MaxLength is %u",
                                     g_bytes_get_size(attribute->initial),
                                     attribute->max_length);
    return check_behaviour(attribute, error);
}

/* Parts */

static BhServiceDefinition *
service_at(const BhApplicationBuilder *self, guint index)
{
    return &g_array_index(self->services, BhServiceDefinition, index);
}

static BhAttributeDefinition *
attribute_at(const BhApplicationBuilder *self, guint number)
{
    return &g_array_index(self->attributes, BhAttributeDefinition, number);
}

gboolean
bh_application_builder_add_service(BhApplicationBuilder *self,
                                   const BhApplicationPart *part,
                                   GError **error)
{
    BhServiceDefinition service = {.primary = part->primary};

    if (self->services->len == BH_APPLICATION_SERVICES_MAX)
        return bh_application_refuse(error,
                                     "UUID",
                                     "more than %d services",
                                     BH_APPLICATION_SERVICES_MAX);
    if (!read_uuid(part, &service.uuid, error) ||
        !is_free(reserved_services, G_N_ELEMENTS(reserved_services), &service.uuid, error))
        return FALSE;
    for (guint i = 0; i < self->services->len; i++)
        service.instance += bh_uuid_equal(&service_at(self, i)->uuid, &service.uuid);
    if (!check_instance(part, service.instance, error))
        return FALSE;
    g_array_append_val(self->services, service);
    return TRUE;
}

/* What characteristics and descriptors have in common: first whose they are, ... */
static gboolean
begin_attribute(BhApplicationBuilder *self,
                const BhApplicationPart *part,
                BhAttributeDefinition *attribute,
                GError **error)
{
    if (self->attributes->len == BH_APPLICATION_ATTRIBUTES_MAX)
        return bh_application_refuse(error,
                                     "UUID",
                                     "more than %d characteristics and descriptors",
                                     BH_APPLICATION_ATTRIBUTES_MAX);
    attribute->service = self->services->len - 1;
    return read_uuid(part, &attribute->uuid, error);
}

/* ... then what they can do. */
static gboolean
end_attribute(BhApplicationBuilder *self,
              const BhApplicationPart *part,
              BhAttributeDefinition *attribute,
              GError **error)
{
    if (!bh_application_read_flags(part, attribute, error) || !read_value(part, attribute, error)) {
        g_clear_pointer(&attribute->initial, g_bytes_unref);
        return FALSE;
    }
    g_array_append_vals(self->attributes, attribute, 1);
    return TRUE;
}

/* How many characteristics of this UUID the last service has. */
static guint
count_alike(const BhApplicationBuilder *self, const BhUuid *uuid)
{
    guint n = 0;

    for (guint i = 0; i < self->attributes->len; i++) {
        const BhAttributeDefinition *it = attribute_at(self, i);
        n += it->kind == BH_ATTRIBUTE_CHARACTERISTIC && it->service == self->services->len - 1 &&
             bh_uuid_equal(&it->uuid, uuid);
    }
    return n;
}

gboolean
bh_application_builder_add_characteristic(BhApplicationBuilder *self,
                                          const BhApplicationPart *part,
                                          GError **error)
{
    BhAttributeDefinition added = {.kind = BH_ATTRIBUTE_CHARACTERISTIC,
                                   .characteristic = self->attributes->len};

    g_return_val_if_fail(self->services->len > 0, FALSE);
    if (!begin_attribute(self, part, &added, error))
        return FALSE;
    added.instance = count_alike(self, &added.uuid);
    return check_instance(part, added.instance, error) && end_attribute(self, part, &added, error);
}

static gboolean
has_descriptor(const BhApplicationBuilder *self, guint characteristic, const BhUuid *uuid)
{
    for (guint i = characteristic + 1; i < self->attributes->len; i++)
        if (bh_uuid_equal(&attribute_at(self, i)->uuid, uuid))
            return TRUE;
    return FALSE;
}

gboolean
bh_application_builder_add_descriptor(BhApplicationBuilder *self,
                                      const BhApplicationPart *part,
                                      GError **error)
{
    BhAttributeDefinition added = {.kind = BH_ATTRIBUTE_DESCRIPTOR};

    g_return_val_if_fail(self->attributes->len > 0, FALSE);
    added.characteristic = attribute_at(self, self->attributes->len - 1)->characteristic;
    if (part->has_instance)
        return bh_application_refuse(error,
                                     "Instance",
                                     "a characteristic has no two descriptors of one UUID");
    if (!begin_attribute(self, part, &added, error) ||
        !is_free(reserved_descriptors, G_N_ELEMENTS(reserved_descriptors), &added.uuid, error))
        return FALSE;
    if (has_descriptor(self, added.characteristic, &added.uuid))
        return bh_application_refuse(error,
                                     "UUID",
                                     "the characteristic has a %s already",
                                     part->uuid);
    return end_attribute(self, part, &added, error);
}

BhApplicationDefinition *
bh_application_builder_end(BhApplicationBuilder *self, GError **error)
{
    if (self->services->len == 0) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "Services: there must be one at least");
        return NULL;
    }
    return bh_application_definition_new_take(g_steal_pointer(&self->services),
                                              g_steal_pointer(&self->attributes));
}
