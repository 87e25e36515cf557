/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the radio tells the hub: BlueZ, adapters and reports that come and go, handed to whom they
 * concern.
 */
#include "bh-hub-private.h"
#include "bh-log.h"

static void
adapter_ready(BhHub *self, guint8 slot)
{
    bh_remotes_adapter_ready(self->remotes, slot);
    bh_local_adapter_ready(self->local, slot);
}

static void
adapter_gone(BhHub *self, guint8 slot, BhLinkCause cause)
{
    bh_remotes_adapter_gone(self->remotes, slot, cause);
    bh_local_adapter_gone(self->local, slot);
}

/* BlueZ tells of its adapters before it is known to be there itself. */
static void
tell_of_ready_adapters(BhHub *self)
{
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhAdapter *adapter = bh_adapter_slots_peek(&self->adapters, slot);

        if (adapter != NULL && bh_adapter_get_powered(adapter))
            adapter_ready(self, slot);
    }
}

static void
on_bluez_changed(gpointer data, gboolean present, const char *version)
{
    BhHub *self = data;

    if (g_strcmp0(version, self->bluez_version) != 0) {
        g_free(self->bluez_version);
        self->bluez_version = g_strdup(version);
        bh_hub_state_changed(self);
    }
    if (present == self->adapters.bluez)
        return;
    self->adapters.bluez = present;
    if (present) {
        bh_state_keeper_appeared(self->state);
        tell_of_ready_adapters(self);
    }
    self->counters.bluez_losses += !present;
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_BLUEZ,
                   "",
                   present ? "BlueZ is there" : "BlueZ is gone: waiting for it");
    bh_state_keeper_queue(self->state);
}

static void
on_adapter_state(BhAdapter *adapter, BhHub *self)
{
    bh_state_keeper_queue(self->state);
    bh_hub_look_at_radio(self);
}

static void
log_adapter(BhAdapter *adapter, const char *what)
{
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_ADAPTER,
                   bh_adapter_get_address_text(adapter),
                   "adapter %s (%s) %s",
                   bh_adapter_get_address_text(adapter),
                   bh_adapter_get_name(adapter),
                   what);
}

static void
announce_adapter(BhHub *self, BhAdapterSlot *it)
{
    it->present = TRUE;
    bh_state_keeper_appeared(self->state);
    bh_demand_keeper_forget(self->keeper, bh_adapter_get_slot(it->adapter));
    g_signal_connect(it->adapter, "changed", G_CALLBACK(on_adapter_state), self);
    log_adapter(it->adapter, bh_adapter_get_powered(it->adapter) ? "is there" : "is there, off");
    bh_hub_adapter_added(self, it->adapter);
}

static void
withdraw_adapter(BhHub *self, BhAdapterSlot *it, const char *why)
{
    it->present = FALSE;
    g_signal_handlers_disconnect_by_data(it->adapter, self);
    log_adapter(it->adapter, why);
    bh_hub_adapter_removed(self, it->adapter);
}

void
bh_hub_reconcile_presence(BhHub *self, BhAdapterSlot *it)
{
    gboolean wanted = it->there && bh_adapter_slots_is_used(&self->adapters, it->adapter);

    if (wanted && !it->present)
        announce_adapter(self, it);
    else if (!wanted && it->present)
        withdraw_adapter(self, it, it->there ? "is not used any more" : "is gone");
}

static BhAdapter *
ensure_adapter(BhHub *self, const BhRadioAdapter *seen)
{
    BhAdapterSlot *it = &self->adapters.slots[seen->slot];

    if (it->adapter != NULL &&
        !bh_address_equal(bh_adapter_get_address(it->adapter), &seen->address)) {
        g_clear_object(&it->adapter); /* the radio gave the slot to another controller */
        bh_power_keeper_forget(self->power, seen->slot);
    }
    if (it->adapter == NULL)
        it->adapter = bh_adapter_new(seen->slot, self->radio, self->clock, &self->ledger);
    bh_recorder_set_adapter(self->recorder, seen->slot, &seen->address);
    return it->adapter;
}

static void
on_adapter_changed(gpointer data, const BhRadioAdapter *seen)
{
    BhHub *self = data;
    BhAdapterSlot *it = &self->adapters.slots[seen->slot];
    BhAdapter *adapter = ensure_adapter(self, seen);
    gboolean was_powered = bh_adapter_get_powered(adapter);
    gboolean was_present = it->present;

    it->there = TRUE;
    bh_adapter_update(adapter, seen);
    bh_hub_reconcile_presence(self, it);
    if (was_present && was_powered != seen->powered)
        log_adapter(adapter, seen->powered ? "is switched on" : "is switched off");
    if (!was_present)
        bh_demand_keeper_look(self->keeper, seen->slot);
    if (it->present && seen->powered && !(was_present && was_powered))
        adapter_ready(self, seen->slot);
    else if (was_present && was_powered && !seen->powered)
        adapter_gone(self, seen->slot, BH_LINK_CAUSE_POWER);
    bh_power_keeper_look(self->power);
    bh_local_look(self->local);
    bh_state_keeper_queue(self->state);
    bh_hub_look_at_radio(self);
}

static void
on_adapter_removed(gpointer data, guint8 slot)
{
    BhHub *self = data;
    BhAdapterSlot *it = &self->adapters.slots[slot];

    if (!it->there)
        return;
    it->there = FALSE;
    self->counters.adapter_losses += it->present;
    bh_adapter_stop(it->adapter);
    bh_hub_reconcile_presence(self, it);
    adapter_gone(self, slot, BH_LINK_CAUSE_UNSPECIFIED);
    bh_power_keeper_look(self->power);
    bh_state_keeper_queue(self->state);
    bh_hub_look_at_radio(self);
}

static void
on_report(gpointer data, const BhReport *report)
{
    BhHub *self = data;
    const BhAdapterSlot *it = &self->adapters.slots[report->adapter];
    BhDeviceChange change = BH_DEVICE_CHANGE_NONE;
    BhDevice *device;

    if (!it->present)
        return;
    self->counters.reports++;
    bh_adapter_heard(it->adapter, report);
    device = bh_device_table_update(self->table, report, &change);
    bh_remotes_heard(self->remotes, device, report);
    bh_recorder_begin(self->recorder, device);
    bh_scans_offer(self->scans, it->adapter, device, change, report);
    bh_recorder_end(self->recorder);
    bh_watches_hear(self->watches, it->adapter, device, change, report);
}

static void
on_capabilities_changed(gpointer data, BhRadioCapabilities capabilities)
{
    BhHub *self = data;

    self->capabilities = capabilities;
    bh_remotes_set_capabilities(self->remotes, capabilities);
    bh_hub_state_changed(self);
}

static void
on_link(gpointer data, const BhLinkEvent *event)
{
    BhHub *self = data;
    const BhAdapterSlot *it = &self->adapters.slots[event->adapter];
    g_autofree char *text = bh_link_event_dup_text(event);
    char device[BH_ADDRESS_TEXT_SIZE];

    if (!it->present)
        return;
    bh_power_keeper_look(self->power);
    bh_address_format(&event->address, device);
    bh_log_adapter(G_LOG_LEVEL_INFO,
                   BH_MESSAGE_LINK,
                   bh_adapter_get_address_text(it->adapter),
                   "link of adapter %s with %s (%s): %s",
                   bh_adapter_get_address_text(it->adapter),
                   device,
                   bh_address_type_to_string(event->address.type),
                   text);
}

static void
on_synced(gpointer data)
{
    BhHub *self = data;

    bh_state_keeper_sync(self->state);
    bh_hub_state_changed(self);
    bh_hub_synced(self);
}

static const BhRadioSink radio_sink = {
    .bluez_changed = on_bluez_changed,
    .adapter_changed = on_adapter_changed,
    .adapter_removed = on_adapter_removed,
    .report = on_report,
    .capabilities_changed = on_capabilities_changed,
    .link = on_link,
    .synced = on_synced,
};

const BhRadioSink *
bh_hub_peek_radio_sink(void)
{
    return &radio_sink;
}
