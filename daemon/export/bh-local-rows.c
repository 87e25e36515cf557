/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-local-rows.h"

#include "bh-error.h"
#include "bh-export-adapter.h"

#include <string.h>

/* Centrals */

static gboolean
is_known(const BhLinkKey *key)
{
    return key->slot != G_MAXUINT8;
}

void
bh_central_format(const BhLinkKey *key, char text[BH_ADDRESS_TEXT_SIZE])
{
    text[0] = '\0';
    if (is_known(key))
        bh_address_format(&key->address, text);
}

void
bh_central_add_details(const BhLinkKey *key, BhHub *hub, GVariantDict *details)
{
    BhAdapter *adapter = bh_hub_peek_adapter(hub, key->slot);
    g_autofree char *path = adapter != NULL ? bh_export_adapter_dup_path(adapter) : NULL;

    if (!is_known(key))
        return;
    g_variant_dict_insert(details,
                          "AddressType",
                          "s",
                          bh_address_type_to_string((BhAddressType)key->address.type));
    if (path != NULL)
        g_variant_dict_insert(details, "Adapter", "s", path);
}

GVariant *
bh_central_build_row(const BhPeripheralCentral *central, BhHub *hub)
{
    g_auto(GVariantDict) row = G_VARIANT_DICT_INIT(NULL);
    char text[BH_ADDRESS_TEXT_SIZE];

    bh_central_format(&central->key, text);
    g_variant_dict_insert(&row, "Address", "s", text);
    bh_central_add_details(&central->key, hub, &row);
    if (central->mtu > 0)
        g_variant_dict_insert(&row, "MTU", "q", central->mtu);
    g_variant_dict_insert(&row, "Bonded", "b", central->bonded);
    return g_variant_dict_end(&row);
}

typedef struct {
    const BhAddress *address;
    gboolean any_type;
    gboolean found;
    BhLinkKey key;
} Search;

static void
compare_central(const BhPeripheralCentral *central, gpointer data)
{
    Search *search = data;
    BhAddress address = *search->address;

    if (search->any_type)
        address.type = central->key.address.type;
    if (search->found || !bh_address_equal(&address, &central->key.address))
        return;
    search->found = TRUE;
    search->key = central->key;
}

gboolean
bh_central_resolve(BhApplication *application,
                   const char *text,
                   gboolean has_type,
                   gint type,
                   BhAddress *address,
                   GError **error)
{
    Search search = {.address = address, .any_type = TRUE};

    if (!bh_address_parse(text, BH_ADDRESS_PUBLIC, address, NULL)) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "Device: not an address: \"%s\"",
                    text);
        return FALSE;
    }
    if (has_type) {
        address->type = (guint8)type;
        return TRUE;
    }
    bh_application_foreach_central(application, compare_central, &search);
    if (search.found)
        *address = search.key.address;
    return TRUE;
}

gboolean
bh_central_find(BhApplication *application, const BhAddress *address, BhLinkKey *key)
{
    Search search = {.address = address};

    bh_application_foreach_central(application, compare_central, &search);
    *key = search.key;
    return search.found;
}

/* Attributes */

static gboolean
is_same_characteristic(const BhApplicationDefinition *definition,
                       const BhAttributeDefinition *a,
                       const BhAttributeDefinition *b)
{
    return a->kind == BH_ATTRIBUTE_CHARACTERISTIC && bh_uuid_equal(&a->uuid, &b->uuid) &&
           bh_uuid_equal(&bh_application_definition_peek_service(definition, a->service)->uuid,
                         &bh_application_definition_peek_service(definition, b->service)->uuid);
}

void
bh_attribute_text_init(BhAttributeText *self,
                       const BhApplicationDefinition *definition,
                       guint number)
{
    const BhAttributeDefinition *attribute =
        bh_application_definition_peek_attribute(definition, number);
    guint characteristic = attribute->characteristic;
    const BhAttributeDefinition *of =
        bh_application_definition_peek_attribute(definition, characteristic);

    memset(self, 0, sizeof *self);
    bh_uuid_format(&bh_application_definition_peek_service(definition, attribute->service)->uuid,
                   self->service);
    bh_uuid_format(&of->uuid, self->characteristic);
    if (attribute->kind == BH_ATTRIBUTE_DESCRIPTOR)
        bh_uuid_format(&attribute->uuid, self->descriptor);
    for (guint i = 0; i < characteristic; i++)
        self->instance +=
            (guint32)is_same_characteristic(definition,
                                            bh_application_definition_peek_attribute(definition, i),
                                            of);
}

void
bh_attribute_text_add_details(const BhAttributeText *self, GVariantDict *details)
{
    g_variant_dict_insert(details, "Instance", "u", self->instance);
    if (self->descriptor[0] != '\0')
        g_variant_dict_insert(details, "Descriptor", "s", self->descriptor);
}

/* Adapters */

char **
bh_adapters_dup_paths(BhHub *hub, guint16 slots)
{
    g_autoptr(GStrvBuilder) paths = g_strv_builder_new();

    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = (slots & 1u << slot) != 0 ? bh_hub_peek_adapter(hub, slot) : NULL;
        g_autofree char *path = adapter != NULL ? bh_export_adapter_dup_path(adapter) : NULL;

        if (path != NULL)
            g_strv_builder_add(paths, path);
    }
    return g_strv_builder_end(paths);
}
