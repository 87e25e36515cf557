/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Look-ups; who comes and goes is the hub's to decide and to tell.
 */
#include "bh-adapter-slots.h"

#include "bh-error.h"

static gboolean
is_named(BhAdapter *adapter, const char *name)
{
    return g_ascii_strcasecmp(name, bh_adapter_get_address_text(adapter)) == 0 ||
           g_strcmp0(name, bh_adapter_get_name(adapter)) == 0;
}

gboolean
bh_adapter_slots_is_used(const BhAdapterSlots *self, BhAdapter *adapter)
{
    if (self->used == NULL || self->used[0] == NULL)
        return TRUE;
    for (char **it = self->used; *it != NULL; it++)
        if (is_named(adapter, *it))
            return TRUE;
    return FALSE;
}

BhAdapter *
bh_adapter_slots_peek(const BhAdapterSlots *self, guint slot)
{
    return slot < BH_RADIO_MAX_ADAPTERS && self->slots[slot].present ? self->slots[slot].adapter
                                                                     : NULL;
}

BhAdapter *
bh_adapter_slots_find(const BhAdapterSlots *self, const char *name)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self, i);

        if (adapter != NULL && is_named(adapter, name))
            return adapter;
    }
    return NULL;
}

BhAdapter *
bh_adapter_slots_find_address(const BhAdapterSlots *self, const BhAddress *address)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self, i);

        if (adapter != NULL && bh_address_equal(bh_adapter_get_address(adapter), address))
            return adapter;
    }
    return NULL;
}

BhHubState
bh_adapter_slots_get_state(const BhAdapterSlots *self, const BhAddress *only)
{
    BhHubState seen = BH_HUB_NO_ADAPTER;

    if (!self->bluez)
        return BH_HUB_NO_BLUEZ;
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self, i);

        if (adapter == NULL ||
            (only != NULL && !bh_address_equal(bh_adapter_get_address(adapter), only)))
            continue;
        if (bh_adapter_get_powered(adapter))
            return BH_HUB_READY;
        seen = BH_HUB_RADIO_OFF;
    }
    return seen;
}

gboolean
bh_adapter_slots_check_ready(const BhAdapterSlots *self, const BhAddress *only, GError **error)
{
    BhHubState state = bh_adapter_slots_get_state(self, only);

    if (state == BH_HUB_READY)
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_READY, bh_hub_state_to_string(state));
    return FALSE;
}

guint
bh_adapter_slots_count(const BhAdapterSlots *self)
{
    guint n = 0;

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        n += self->slots[i].present;
    return n;
}

void
bh_adapter_slots_clear(BhAdapterSlots *self)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        g_clear_object(&self->slots[i].adapter);
    g_clear_pointer(&self->used, g_strfreev);
}
