/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One function per level; a name or a value that is not known is left out.
 */
#include "bh-device-rows.h"

#include "bh-error.h"
#include "bh-gatt-options.h"
#include "bh-hex.h"
#include "bh-json.h"
#include "bh-names.h"

#define PROPERTY_BITS 0xffu /* of the characteristic declaration; the flags above are BlueZ's */

/* Dictionaries */

static void
add_uuid(GVariantDict *row, const BhUuid *uuid)
{
    char text[BH_UUID_TEXT_SIZE];
    const char *name = bh_uuid_name(uuid, NULL);

    bh_uuid_format(uuid, text);
    g_variant_dict_insert(row, "UUID", "s", text);
    if (name != NULL)
        g_variant_dict_insert(row, "Name", "s", name);
}

static void
add_bytes(GVariantDict *row, GBytes *bytes, gboolean hex_keys)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    g_autofree char *hex = hex_keys ? bh_hex_from_bytes(data, size) : NULL;

    if (hex != NULL)
        g_variant_dict_insert(row, "Value", "s", hex);
    else
        g_variant_dict_insert_value(
            row,
            "Value",
            g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static void
add_value(GVariantDict *row, const BhDeviceValues *values, guint16 handle, gboolean hex_keys)
{
    const BhAttributeValue *value = bh_device_values_peek(values, handle);

    if (value == NULL)
        return;
    if (value->bytes != NULL)
        add_bytes(row, value->bytes, hex_keys);
    else
        g_variant_dict_insert(row, "ValueError", "s", value->error);
}

static GVariant *
build_descriptor(const BhDeviceValues *values,
                 const BhGattDescriptor *descriptor,
                 gboolean hex_keys)
{
    g_auto(GVariantDict) row = G_VARIANT_DICT_INIT(NULL);

    add_uuid(&row, &descriptor->uuid);
    g_variant_dict_insert(&row, "Handle", "q", descriptor->handle);
    add_value(&row, values, descriptor->handle, hex_keys);
    return g_variant_dict_end(&row);
}

static GVariant *
build_descriptors(const BhDeviceValues *values, const GArray *descriptors, gboolean hex_keys)
{
    GVariantBuilder rows;

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < descriptors->len; i++)
        g_variant_builder_add_value(
            &rows,
            build_descriptor(values, &g_array_index(descriptors, BhGattDescriptor, i), hex_keys));
    return g_variant_builder_end(&rows);
}

GVariant *
bh_device_row_of_characteristic(const BhDeviceValues *values,
                                const BhGattCharacteristic *characteristic,
                                gboolean hex_keys)
{
    g_auto(GVariantDict) row = G_VARIANT_DICT_INIT(NULL);
    g_autofree const char **flags = bh_gatt_flags_dup_names(characteristic->flags);

    add_uuid(&row, &characteristic->uuid);
    g_variant_dict_insert(&row, "Handle", "q", characteristic->handle);
    g_variant_dict_insert(&row,
                          "Instance",
                          "u",
                          bh_gatt_database_get_instance(values->database, characteristic));
    g_variant_dict_insert(&row, "Flags", "^as", flags);
    g_variant_dict_insert(&row,
                          "Properties",
                          "q",
                          (guint16)((guint)characteristic->flags & PROPERTY_BITS));
    g_variant_dict_insert_value(&row,
                                "Descriptors",
                                build_descriptors(values, characteristic->descriptors, hex_keys));
    add_value(&row, values, characteristic->handle, hex_keys);
    return g_variant_dict_end(&row);
}

GVariant *
bh_device_row_of_service(const BhDeviceValues *values,
                         const BhGattService *service,
                         gboolean hex_keys)
{
    g_auto(GVariantDict) row = G_VARIANT_DICT_INIT(NULL);
    GVariantBuilder characteristics;

    add_uuid(&row, &service->uuid);
    g_variant_dict_insert(&row, "Primary", "b", service->primary);
    g_variant_dict_insert(&row, "Handle", "q", service->handle);
    g_variant_builder_init(&characteristics, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < service->characteristics->len; i++)
        g_variant_builder_add_value(
            &characteristics,
            bh_device_row_of_characteristic(
                values,
                &g_array_index(service->characteristics, BhGattCharacteristic, i),
                hex_keys));
    g_variant_dict_insert_value(&row, "Characteristics", g_variant_builder_end(&characteristics));
    return g_variant_dict_end(&row);
}

/* One of them */

static GVariant *
find_service(const BhDeviceValues *values, const char *uuid, gint64 instance, GError **error)
{
    const BhGattService *service;
    BhUuid parsed;

    if (!bh_uuid_parse(uuid, &parsed, error)) {
        g_prefix_error(error, "Service: ");
        return NULL;
    }
    service = bh_gatt_database_find_service(values->database, &parsed, (guint)instance, error);
    return service != NULL ? bh_device_row_of_service(values, service, FALSE) : NULL;
}

static GVariant *
find_characteristic(const BhDeviceValues *values,
                    const char *service,
                    const char *characteristic,
                    gint64 instance,
                    GError **error)
{
    BhGattFound found;
    BhGattName name;

    if (!bh_gatt_name_parse(service, characteristic, NULL, instance, &name, error) ||
        !bh_gatt_database_find(values->database, &name, &found, error))
        return NULL;
    return bh_device_row_of_characteristic(values, found.characteristic, FALSE);
}

GVariant *
bh_device_row_of_attribute(BhRemote *remote,
                           const char *service,
                           const char *characteristic,
                           gint64 instance,
                           GError **error)
{
    BhGattDatabase *database = bh_remote_peek_database(remote);
    g_autoptr(BhDeviceValues) values = NULL;

    if (database == NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link");
        return NULL;
    }
    values = bh_device_values_new(database);
    if (characteristic[0] == '\0')
        return find_service(values, service, instance, error);
    return find_characteristic(values, service, characteristic, instance, error);
}

/* JSON */

static void
append_uuid(GString *json, const BhUuid *uuid)
{
    char text[BH_UUID_TEXT_SIZE];

    bh_uuid_format(uuid, text);
    g_string_append(json, "{\"uuid\": ");
    bh_json_append_string(json, text);
}

/* "write-without-response" as WRITE_WITHOUT_RESPONSE */
static void
append_properties(GString *json, BhGattFlags flags)
{
    g_autofree const char **names = bh_gatt_flags_dup_names(flags);

    g_string_append(json, ", \"properties\": [");
    for (guint i = 0; names[i] != NULL; i++) {
        g_autofree char *name = g_ascii_strup(names[i], -1);

        if (i > 0)
            g_string_append(json, ", ");
        bh_json_append_string(json, g_strdelimit(name, "-", '_'));
    }
    g_string_append_c(json, ']');
}

static void
append_characteristic(GString *json,
                      const BhDeviceValues *values,
                      const BhGattCharacteristic *characteristic)
{
    const BhAttributeValue *value = bh_device_values_peek(values, characteristic->handle);

    append_uuid(json, &characteristic->uuid);
    append_properties(json, characteristic->flags);
    if (value != NULL && value->bytes != NULL) {
        gsize size;
        const guint8 *data = g_bytes_get_data(value->bytes, &size);

        g_string_append(json, ", \"value\": ");
        bh_json_append_hex(json, data, size);
    }
    g_string_append_c(json, '}');
}

static void
append_service(GString *json, const BhDeviceValues *values, const BhGattService *service)
{
    append_uuid(json, &service->uuid);
    g_string_append(json, ", \"characteristics\": [");
    for (guint i = 0; i < service->characteristics->len; i++) {
        if (i > 0)
            g_string_append(json, ", ");
        append_characteristic(json,
                              values,
                              &g_array_index(service->characteristics, BhGattCharacteristic, i));
    }
    g_string_append(json, "]}");
}

char *
bh_device_values_dup_json(const BhDeviceValues *values, const char *name)
{
    const GArray *services = bh_gatt_database_peek_services(values->database);
    GString *json = g_string_new("{\"device_name\": ");

    bh_json_append_string(json, name != NULL ? name : "");
    g_string_append(json, ", \"services\": [");
    for (guint i = 0; i < services->len; i++) {
        if (i > 0)
            g_string_append(json, ", ");
        append_service(json, values, &g_array_index(services, BhGattService, i));
    }
    g_string_append(json, "]}");
    return g_string_free(json, FALSE);
}
