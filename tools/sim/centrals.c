/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A subscription of one central to one attribute is a BhConfiguration; it stays while the central
 * is away if there is a bond.
 */
#include "centrals-private.h"

#include "bh-error.h"

#include <string.h>

/* Who there is */

BhSimCentral *
bh_centrals_find(BhCentrals *self, const BhAddress *address)
{
    for (guint i = 0; i < self->all->len; i++) {
        BhSimCentral *central = self->all->pdata[i];
        if (memcmp(central->address.octets, address->octets, sizeof address->octets) == 0)
            return central;
    }
    return NULL;
}

BhSimCentral *
bh_centrals_find_connected(BhCentrals *self, const BhAddress *address, GError **error)
{
    BhSimCentral *central = bh_centrals_find(self, address);
    char text[BH_ADDRESS_TEXT_SIZE];

    if (central != NULL && central->path != NULL)
        return central;
    bh_address_format(address, text);
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "central %s is not connected", text);
    return NULL;
}

static void
configuration_free(gpointer data)
{
    BhConfiguration *configuration = data;

    g_ptr_array_unref(configuration->told);
    g_free(configuration);
}

BhConfiguration *
bh_central_find_configuration(const BhSimCentral *central, const BhServedAttribute *attribute)
{
    for (guint i = 0; i < central->configurations->len; i++) {
        BhConfiguration *configuration = central->configurations->pdata[i];
        if (configuration->attribute == attribute)
            return configuration;
    }
    return NULL;
}

BhConfiguration *
bh_central_ensure_configuration(BhSimCentral *central, BhServedAttribute *attribute)
{
    BhConfiguration *configuration = bh_central_find_configuration(central, attribute);

    if (configuration != NULL)
        return configuration;
    configuration = g_new0(BhConfiguration, 1);
    configuration->attribute = attribute;
    configuration->told = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(central->configurations, configuration);
    return configuration;
}

static void
central_free(gpointer data)
{
    BhSimCentral *central = data;

    g_cancellable_cancel(central->link);
    g_object_unref(central->link);
    g_ptr_array_unref(central->configurations);
    g_queue_clear_full(&central->unconfirmed, g_free);
    g_free(central->path);
    g_free(central);
}

/* Links */

const char *
bh_centrals_connect(BhCentrals *centrals,
                    const BhAddress *address,
                    const BhCentralOptions *options,
                    GError **error)
{
    BhSimCentral *central = bh_centrals_find(centrals, address);
    const char *path = centrals->setup.up(address, options->bonded, centrals->setup.user_data);

    if (path == NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_ALREADY_EXISTS, "it has a link");
        return NULL;
    }
    if (central == NULL) {
        central = g_new0(BhSimCentral, 1);
        central->centrals = centrals;
        central->address = *address;
        central->configurations = g_ptr_array_new_with_free_func(configuration_free);
        central->link = g_cancellable_new();
        g_ptr_array_add(centrals->all, central);
    }
    central->options = *options;
    central->path = g_strdup(path);
    return central->path;
}

gboolean
bh_centrals_bond(BhCentrals *centrals, const BhAddress *address)
{
    BhSimCentral *central = bh_centrals_find(centrals, address);

    if (central == NULL || central->path == NULL)
        return FALSE;
    central->options.bonded = TRUE;
    return TRUE;
}

void
bh_centrals_gone(BhCentrals *centrals, const BhAddress *address)
{
    BhSimCentral *central = bh_centrals_find(centrals, address);

    if (central == NULL || central->path == NULL)
        return;
    g_cancellable_cancel(central->link);
    g_clear_object(&central->link);
    central->link = g_cancellable_new();
    g_clear_pointer(&central->path, g_free);
    g_queue_clear_full(&central->unconfirmed, g_free);
    for (guint i = 0; i < central->configurations->len; i++)
        bh_central_leave(central, central->configurations->pdata[i]);
    if (!central->options.bonded)
        g_ptr_array_remove(centrals->all, central);
}

/* What they were told */

gboolean
bh_centrals_confirm(BhCentrals *centrals, const BhAddress *address, GError **error)
{
    BhSimCentral *central = bh_centrals_find_connected(centrals, address, error);

    if (central == NULL)
        return FALSE;
    g_autofree BhConfirmation *confirmation = g_queue_pop_head(&central->unconfirmed);
    if (confirmation != NULL) {
        bh_central_confirm(central, confirmation);
        return TRUE;
    }
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "nothing is to be confirmed");
    return FALSE;
}

GVariant *
bh_centrals_take(BhCentrals *centrals, const BhAddress *address, const char *name, GError **error)
{
    BhSimCentral *central = bh_centrals_find_connected(centrals, address, error);
    BhServedAttribute *attribute =
        central != NULL ? bh_served_find(centrals->served, name, error) : NULL;
    GVariantBuilder values = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aay"));

    if (attribute == NULL)
        return NULL;
    BhConfiguration *configuration = bh_central_ensure_configuration(central, attribute);
    for (guint i = 0; i < configuration->told->len; i++)
        g_variant_builder_add_value(&values,
                                    g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING,
                                                             configuration->told->pdata[i],
                                                             TRUE));
    g_ptr_array_set_size(configuration->told, 0);
    return g_variant_builder_end(&values);
}

/* Life */

static void
on_told(BhServedAttribute *attribute, GBytes *value, gpointer user_data)
{
    bh_centrals_tell_all(user_data, attribute, value, FALSE);
}

static void
forget_unconfirmed(BhSimCentral *central, const BhServedAttribute *attribute)
{
    for (GList *link = central->unconfirmed.head, *next; link != NULL; link = next) {
        BhConfirmation *confirmation = link->data;

        next = link->next;
        if (confirmation->attribute != attribute)
            continue;
        g_queue_delete_link(&central->unconfirmed, link);
        g_free(confirmation);
    }
}

static void
on_removed(BhServedAttribute *attribute, gpointer user_data)
{
    BhCentrals *self = user_data;

    bh_centrals_close_sockets(attribute);
    for (guint i = 0; i < self->all->len; i++) {
        BhSimCentral *central = self->all->pdata[i];
        BhConfiguration *configuration = bh_central_find_configuration(central, attribute);
        if (configuration != NULL)
            g_ptr_array_remove(central->configurations, configuration);
        forget_unconfirmed(central, attribute);
    }
}

BhCentrals *
bh_centrals_new(const BhCentralsSetup *setup)
{
    static const BhServedEvents events = {.told = on_told, .removed = on_removed};
    BhCentrals *self = g_new0(BhCentrals, 1);

    self->setup = *setup;
    self->all = g_ptr_array_new_with_free_func(central_free);
    self->served = bh_served_new(setup->context, &events, self);
    return self;
}

void
bh_centrals_free(BhCentrals *centrals)
{
    bh_served_free(centrals->served);
    g_ptr_array_unref(centrals->all);
    g_free(centrals);
}

BhServed *
bh_centrals_get_served(BhCentrals *centrals)
{
    return centrals->served;
}
