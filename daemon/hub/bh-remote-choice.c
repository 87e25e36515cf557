/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which adapters a remote device could be connected by, as candidates.
 */
#include "bh-remote-private.h"

#include "bh-adapter-choice.h"
#include "bh-error.h"

/* The one a hold insists on; NULL = any. */
static const BhAddress *
peek_only(BhRemote *self)
{
    for (guint i = 0; i < self->holds->len; i++) {
        const BhHoldSpec *spec = bh_hold_peek_spec(self->holds->pdata[i]);

        if (spec->has_adapter)
            return &spec->adapter;
    }
    return NULL;
}

static gboolean
may_use(BhRemote *self, BhAdapter *adapter)
{
    const BhAddress *only = peek_only(self);

    return only == NULL || bh_address_equal(bh_adapter_get_address(adapter), only);
}

gboolean
bh_remote_may_use(BhRemote *self, guint8 slot)
{
    BhAdapter *adapter = bh_adapter_slots_peek(self->context->hub.adapters, slot);

    return adapter != NULL && may_use(self, adapter);
}

static gboolean
get_signal(BhRemote *self, guint8 slot, gint8 *rssi)
{
    BhRemotesContext *context = self->context;
    const BhDevice *device = bh_device_table_lookup(context->hub.table, &self->address);

    return device != NULL && bh_hearing_get(context->hearing,
                                            device,
                                            slot,
                                            bh_clock_now_us(context->hub.clock),
                                            rssi);
}

static void
fill_candidate(BhRemote *self, guint8 slot, BhAdapterCandidate *it)
{
    BhRemotesContext *context = self->context;
    const BhLinkKey key = {.slot = slot, .address = self->address};
    BhLinkState state = {0};

    *it = (BhAdapterCandidate){.slot = slot};
    it->linked = bh_central_peek(context->hub.central, &key, &state) && state.connected;
    it->links = bh_central_count_links(context->hub.central, slot);
    it->full = bh_link_room_get_free(&context->room,
                                     slot,
                                     it->links,
                                     bh_clock_now_us(context->hub.clock)) == 0;
    it->busy = bh_connector_is_busy(context->connector, slot);
    it->heard = get_signal(self, slot, &it->rssi);
}

static guint
list_candidates(BhRemote *self, BhAdapterCandidate *list)
{
    guint n = 0;

    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = bh_adapter_slots_peek(self->context->hub.adapters, slot);

        if (adapter != NULL && bh_adapter_get_powered(adapter) && may_use(self, adapter))
            fill_candidate(self, slot, &list[n++]);
    }
    return n;
}

gboolean
bh_remote_has_adapter(BhRemote *self)
{
    return bh_adapter_slots_get_state(self->context->hub.adapters, peek_only(self)) == BH_HUB_READY;
}

gboolean
bh_remote_choose_adapter(BhRemote *self, guint8 *slot, GError **error)
{
    BhAdapterCandidate list[BH_RADIO_MAX_ADAPTERS];
    guint n = list_candidates(self, list);
    const BhAdapterCandidate *best = bh_adapter_choose(list, n);

    if (n == 0)
        return bh_adapter_slots_check_ready(self->context->hub.adapters, peek_only(self), error);
    if (best == NULL) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_LIMIT_EXCEEDED,
                            "MaxLinks: no adapter has room for another link");
        return FALSE;
    }
    *slot = best->slot;
    return TRUE;
}

gboolean
bh_remote_listens(BhRemote *self, BhAdapter *adapter)
{
    return self->state == BH_REMOTE_WAITING && self->reconnect.policy.scan &&
           may_use(self, adapter) && bh_remote_is_wanted_now(self);
}
