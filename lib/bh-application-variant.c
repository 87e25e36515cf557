/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Definitions as D-Bus has them: dictionaries in lists in dictionaries. Going down, each level
 * takes the list of the next one out of its dictionary and leaves the rest to the table of keys;
 * coming back with an error, each puts its place before the message.
 */
#include "bh-application-builder.h"
#include "bh-application-definition.h"
#include "bh-error.h"

typedef gboolean (*AddFunc)(BhApplicationBuilder *builder,
                            const BhApplicationPart *part,
                            GError **error);

/* Services, the characteristics in one, the descriptors in one. */
typedef struct Level Level;
struct Level {
    const char *list; /* the key it stands under */
    const BhOptionSpec *specs;
    AddFunc add;
    const Level *next; /* NULL = nothing is in it */
};

static const Level descriptors = {
    .list = "Descriptors",
    .specs = bh_application_descriptor_specs,
    .add = bh_application_builder_add_descriptor,
};

static const Level characteristics = {
    .list = "Characteristics",
    .specs = bh_application_characteristic_specs,
    .add = bh_application_builder_add_characteristic,
    .next = &descriptors,
};

static const Level services_level = {
    .list = "Services",
    .specs = bh_application_service_specs,
    .add = bh_application_builder_add_service,
    .next = &characteristics,
};

static gboolean
add_part(BhApplicationBuilder *builder, const Level *level, GVariant *rest, GError **error)
{
    g_auto(BhApplicationPart) part = BH_APPLICATION_PART_INIT;

    return bh_options_parse(rest, level->specs, &part, error) && level->add(builder, &part, error);
}

/* What is inside, however many variants are around it. */
static GVariant *
unwrap(GVariant *value)
{
    GVariant *inner = g_variant_ref(value);

    while (g_variant_is_of_type(inner, G_VARIANT_TYPE_VARIANT)) {
        g_autoptr(GVariant) box = g_steal_pointer(&inner);
        inner = g_variant_get_variant(box);
    }
    return inner;
}

static gboolean
add_list(BhApplicationBuilder *builder, const Level *level, GVariant *list, GError **error);

/* What a part has under the key of the next level, and the key out of it. */
static GVariant *
take_inner(GVariantDict *dict, const Level *next)
{
    GVariant *inner = next != NULL ? g_variant_dict_lookup_value(dict, next->list, NULL) : NULL;

    if (next != NULL)
        g_variant_dict_remove(dict, next->list);
    return inner;
}

/* A part, and what is in it. */
static gboolean
add_dictionary(BhApplicationBuilder *builder, const Level *level, GVariant *part, GError **error)
{
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(part);
    g_autoptr(GVariant) inner = take_inner(&dict, level->next);
    g_autoptr(GVariant) rest = g_variant_ref_sink(g_variant_dict_end(&dict));

    return add_part(builder, level, rest, error) &&
           (inner == NULL || add_list(builder, level->next, inner, error));
}

static gboolean
add_element(BhApplicationBuilder *builder,
            const Level *level,
            GVariant *element,
            gsize index,
            GError **error)
{
    g_autoptr(GVariant) part = unwrap(element);

    if (!g_variant_is_of_type(part, G_VARIANT_TYPE_VARDICT)) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "%s[%zu]: must be a{sv}",
                    level->list,
                    index);
        return FALSE;
    }
    if (!add_dictionary(builder, level, part, error)) {
        g_prefix_error(error, "%s[%zu].", level->list, index);
        return FALSE;
    }
    return TRUE;
}

static gboolean
add_list(BhApplicationBuilder *builder, const Level *level, GVariant *list, GError **error)
{
    g_autoptr(GVariant) parts = unwrap(list);

    if (!g_variant_is_of_type(parts, G_VARIANT_TYPE("aa{sv}")) &&
        !g_variant_is_of_type(parts, G_VARIANT_TYPE("av"))) {
        g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, "%s: must be aa{sv}", level->list);
        return FALSE;
    }
    for (gsize i = 0; i < g_variant_n_children(parts); i++) {
        g_autoptr(GVariant) element = g_variant_get_child_value(parts, i);

        if (!add_element(builder, level, element, i, error))
            return FALSE;
    }
    return TRUE;
}

BhApplicationDefinition *
bh_application_definition_from_variant(GVariant *services, GError **error)
{
    g_autoptr(BhApplicationBuilder) builder = bh_application_builder_new();

    if (!add_list(builder, &services_level, services, error))
        return NULL;
    return bh_application_builder_end(builder, error);
}

/* And back: what is as it would be without being said is not said. */

static void
tell_uuid(GVariantDict *dict, const BhUuid *uuid, guint instance)
{
    char text[BH_UUID_TEXT_SIZE];

    bh_uuid_format(uuid, text);
    g_variant_dict_insert(dict, "UUID", "s", text);
    if (instance > 0)
        g_variant_dict_insert(dict, "Instance", "u", instance);
}

static void
tell_flags(GVariantDict *dict, const BhAttributeDefinition *attribute)
{
    g_autofree const char **flags = bh_gatt_flags_dup_names(attribute->flags);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; flags[i] != NULL; i++)
        g_ptr_array_add(names, (gpointer)flags[i]);
    for (guint i = 0; bh_application_permission_name(i) != NULL; i++)
        if ((attribute->permissions & 1u << i) != 0)
            g_ptr_array_add(names, (gpointer)bh_application_permission_name(i));
    g_variant_dict_insert_value(
        dict,
        "Flags",
        g_variant_new_strv((const char *const *)names->pdata, (gssize)names->len));
}

static void
tell_true(GVariantDict *dict, const char *key, gboolean value)
{
    if (value)
        g_variant_dict_insert(dict, key, "b", TRUE);
}

static void
tell_value(GVariantDict *dict, const BhAttributeDefinition *attribute)
{
    if (g_bytes_get_size(attribute->initial) > 0)
        g_variant_dict_insert_value(
            dict,
            "Value",
            g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, attribute->initial, TRUE));
    if (attribute->max_length != BH_GATT_VALUE_MAX)
        g_variant_dict_insert(dict, "MaxLength", "u", attribute->max_length);
    if (attribute->cuts)
        g_variant_dict_insert(dict, "TooLong", "s", "cut");
    tell_true(dict, "Append", attribute->appends);
    tell_true(dict, "Capture", attribute->captures);
    tell_true(dict, "AskOnRead", attribute->ask_on_read);
}

static void
tell_attribute(GVariantDict *dict, const BhAttributeDefinition *attribute)
{
    tell_uuid(dict, &attribute->uuid, attribute->instance);
    tell_flags(dict, attribute);
    tell_value(dict, attribute);
}

static GVariant *
tell_descriptors(const BhApplicationDefinition *self, guint characteristic)
{
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < bh_application_definition_count_attributes(self); i++) {
        const BhAttributeDefinition *it = bh_application_definition_peek_attribute(self, i);
        g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

        if (it->kind != BH_ATTRIBUTE_DESCRIPTOR || it->characteristic != characteristic)
            continue;
        tell_attribute(&dict, it);
        g_variant_builder_add_value(&list, g_variant_dict_end(&dict));
    }
    return g_variant_builder_end(&list);
}

static GVariant *
tell_characteristics(const BhApplicationDefinition *self, guint service)
{
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < bh_application_definition_count_attributes(self); i++) {
        const BhAttributeDefinition *it = bh_application_definition_peek_attribute(self, i);
        g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

        if (it->kind != BH_ATTRIBUTE_CHARACTERISTIC || it->service != service)
            continue;
        tell_attribute(&dict, it);
        g_variant_dict_insert_value(&dict, "Descriptors", tell_descriptors(self, i));
        g_variant_builder_add_value(&list, g_variant_dict_end(&dict));
    }
    return g_variant_builder_end(&list);
}

static GVariant *
tell_service(const BhApplicationDefinition *self, guint index)
{
    const BhServiceDefinition *it = bh_application_definition_peek_service(self, index);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);

    tell_uuid(&dict, &it->uuid, it->instance);
    if (!it->primary)
        g_variant_dict_insert(&dict, "Primary", "b", FALSE);
    g_variant_dict_insert_value(&dict, "Characteristics", tell_characteristics(self, index));
    return g_variant_dict_end(&dict);
}

GVariant *
bh_application_definition_to_variant(const BhApplicationDefinition *self)
{
    GVariantBuilder list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < bh_application_definition_count_services(self); i++)
        g_variant_builder_add_value(&list, tell_service(self, i));
    return g_variant_builder_end(&list);
}
