/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The centrals of an application: those that are linked by an adapter that serves it.
 */
#include "bh-local-private.h"

typedef struct {
    BhApplication *application;
    const BhAddress *address;
    gboolean found;
    BhPeripheralCentral central;
} Search;

static gboolean
serves(BhApplication *self, guint8 slot)
{
    return slot < BH_RADIO_MAX_ADAPTERS && (self->serving.active & (1u << slot)) != 0;
}

static void
look_at_central(const BhPeripheralCentral *central, gpointer user_data)
{
    Search *search = user_data;

    if (!serves(search->application, central->key.slot) ||
        !bh_address_equal(&central->key.address, search->address))
        return;
    search->found = TRUE;
    search->central = *central;
}

gboolean
bh_application_find_central(BhApplication *self,
                            const BhAddress *address,
                            BhPeripheralCentral *central)
{
    Search search = {.application = self, .address = address};

    bh_peripheral_foreach_central(self->context->hub.peripheral, look_at_central, &search);
    *central = search.central;
    return search.found;
}

typedef struct {
    BhApplication *application;
    void (*func)(const BhPeripheralCentral *central, gpointer data);
    gpointer data;
} Walk;

static void
pass_central(const BhPeripheralCentral *central, gpointer user_data)
{
    const Walk *walk = user_data;

    if (serves(walk->application, central->key.slot))
        walk->func(central, walk->data);
}

void
bh_application_foreach_central(BhApplication *self,
                               void (*func)(const BhPeripheralCentral *central, gpointer data),
                               gpointer data)
{
    Walk walk = {self, func, data};

    bh_peripheral_foreach_central(self->context->hub.peripheral, pass_central, &walk);
}

gboolean
bh_application_disconnect_central(BhApplication *self, const BhAddress *address, GError **error)
{
    BhPeripheralCentral central;

    if (!bh_application_find_central(self, address, &central)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "the central is not connected");
        return FALSE;
    }
    if (self->context->hub.central == NULL) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED, "this radio drops no links");
        return FALSE;
    }
    bh_central_disconnect(self->context->hub.central, &central.key);
    return TRUE;
}

gboolean
bh_application_get_subscribers(BhApplication *self,
                               const BhGattName *name,
                               BhPeripheralSubscribers *subscribers,
                               GError **error)
{
    guint attribute;

    if (!bh_application_definition_find(self->spec.definition, name, &attribute, error))
        return FALSE;
    bh_peripheral_get_subscribers(self->context->hub.peripheral,
                                  self->serving.id,
                                  attribute,
                                  subscribers);
    return TRUE;
}
