/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything that changes what is wanted (a scan comes or goes, an adapter appears, a remote device
 * listens) ends in one function, reconcile(), which has the demand of each adapter stated to the
 * radio anew.
 */
#include "bh-hub-private.h"

#include "bh-signal.h"

enum {
    SIGNAL_STATE_CHANGED,
    SIGNAL_ADAPTER_ADDED,
    SIGNAL_ADAPTER_REMOVED,
    SIGNAL_SYNCED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhHub, bh_hub, G_TYPE_OBJECT)

/* Signals */

void
bh_hub_state_changed(BhHub *self)
{
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

void
bh_hub_adapter_added(BhHub *self, BhAdapter *adapter)
{
    g_signal_emit(self, signals[SIGNAL_ADAPTER_ADDED], 0, adapter);
}

void
bh_hub_adapter_removed(BhHub *self, BhAdapter *adapter)
{
    g_signal_emit(self, signals[SIGNAL_ADAPTER_REMOVED], 0, adapter);
}

void
bh_hub_synced(BhHub *self)
{
    g_signal_emit(self, signals[SIGNAL_SYNCED], 0);
}

/* A BhStateChangedFunc. */
static void
on_state_shown(gpointer user_data)
{
    bh_hub_state_changed(user_data);
}

/* Wanted against stated */

/* A BhDemandFunc. */
static BhScanDemand *
merge_demand(gpointer user_data, guint8 slot)
{
    BhHub *self = user_data;
    BhAdapter *adapter = self->adapters.slots[slot].adapter;
    BhScanDemand *demand;

    if (adapter == NULL)
        return NULL;
    demand = bh_scan_demand_new();
    if (!bh_adapter_slots_is_used(&self->adapters, adapter))
        return demand;
    bh_scans_add_demand(self->scans, adapter, demand);
    bh_watches_add_demand(self->watches, adapter, demand);
    bh_remotes_add_demand(self->remotes, adapter, demand);
    return demand;
}

void
bh_hub_reconcile(BhHub *self)
{
    if (self->running)
        bh_demand_keeper_look_at_all(self->keeper);
}

/* A BhScansChangedFunc and a BhWatchesChangedFunc. */
static void
reconcile(gpointer user_data)
{
    bh_hub_reconcile(user_data);
}

/* Streams */

/* Reports are read together only as long as the most impatient stream can wait. */
static void
on_batch(gpointer user_data, gint64 batch_us)
{
    BhHub *self = user_data;

    bh_radio_set_batch(self->radio, (guint)MIN(batch_us / 1000, G_MAXUINT));
}

/* The rest of the interface */

BhHubState
bh_hub_get_state(BhHub *self)
{
    return bh_state_keeper_get(self->state);
}

const char *
bh_hub_get_bluez_version(BhHub *self)
{
    return self->bluez_version != NULL ? self->bluez_version : "";
}

BhRadioCapabilities
bh_hub_get_capabilities(BhHub *self)
{
    return self->capabilities;
}

BhClock *
bh_hub_peek_clock(BhHub *self)
{
    return self->clock;
}

BhQuota *
bh_hub_peek_quota(BhHub *self)
{
    return self->quota;
}

BhDeviceTable *
bh_hub_peek_table(BhHub *self)
{
    return self->table;
}

BhRemotes *
bh_hub_peek_remotes(BhHub *self)
{
    return self->remotes;
}

BhLocal *
bh_hub_peek_local(BhHub *self)
{
    return self->local;
}

BhPeripheralCapabilities
bh_hub_get_peripheral_capabilities(BhHub *self)
{
    if (!BH_IS_PERIPHERAL(self->radio))
        return 0;
    return bh_peripheral_get_capabilities(BH_PERIPHERAL(self->radio));
}

guint
bh_hub_count_advertising_sets(BhHub *self, guint8 slot, guint *free_sets)
{
    *free_sets = 0;
    if (!BH_IS_PERIPHERAL(self->radio))
        return 0;
    return bh_peripheral_count_sets(BH_PERIPHERAL(self->radio), slot, free_sets);
}

guint
bh_hub_get_max_devices(BhHub *self)
{
    return self->max_devices;
}

guint
bh_hub_get_max_stream_bytes(BhHub *self)
{
    return bh_stream_budget_get_limit(self->budget);
}

guint
bh_hub_get_max_identities(BhHub *self)
{
    return self->max_identities;
}

BhAdapter *
bh_hub_peek_adapter(BhHub *self, guint8 slot)
{
    return slot < BH_RADIO_MAX_ADAPTERS ? self->adapters.slots[slot].adapter : NULL;
}

BhAdapter *
bh_hub_find_adapter(BhHub *self, const char *name)
{
    return bh_adapter_slots_find(&self->adapters, name);
}

static void
apply_adapters(BhHub *self)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->adapters.slots[i].adapter != NULL)
            bh_hub_reconcile_presence(self, &self->adapters.slots[i]);
    bh_power_keeper_look(self->power);
    bh_local_look(self->local);
    reconcile(self);
    bh_hub_look_at_radio(self);
    bh_state_keeper_queue(self->state);
    bh_hub_state_changed(self); /* Limits may have changed */
}

void
bh_hub_configure(BhHub *self, const BhHubSettings *settings)
{
    bh_quota_set_limit(self->quota, BH_QUOTA_SCANS, settings->max_scans);
    bh_quota_set_limit(self->quota, BH_QUOTA_WAITS, settings->max_waits);
    bh_quota_set_limit(self->quota, BH_QUOTA_STREAMS, settings->max_streams);
    bh_quota_set_limit(self->quota, BH_QUOTA_HOLDS, settings->max_holds);
    bh_quota_set_limit(self->quota, BH_QUOTA_SUBSCRIPTIONS, settings->max_subscriptions);
    bh_quota_set_limit(self->quota, BH_QUOTA_OPERATIONS, settings->max_operations);
    bh_quota_set_limit(self->quota, BH_QUOTA_APPLICATIONS, settings->max_applications);
    bh_quota_set_limit(self->quota, BH_QUOTA_ADVERTISEMENTS, settings->max_advertisements);
    bh_quota_set_limit(self->quota, BH_QUOTA_WATCHES, settings->max_watches);
    self->max_identities = settings->max_identities;
    bh_remotes_set_max_links(self->remotes, settings->max_links);
    bh_stream_budget_set_limit(self->budget, settings->max_stream_bytes);
    bh_device_table_set_max_rows(self->table, settings->max_devices);
    self->max_devices = settings->max_devices;
    self->ledger.policy = settings->recovery;
    self->ledger.may_power_cycle = settings->may_power_cycle;
    g_strfreev(self->adapters.used);
    self->adapters.used = g_strdupv(settings->adapters);
    if (self->running)
        apply_adapters(self);
}

void
bh_hub_start(BhHub *self)
{
    self->running = TRUE;
    bh_radio_start(self->radio, bh_hub_peek_radio_sink(), self);
}

void
bh_hub_stop(BhHub *self)
{
    if (!self->running)
        return;
    bh_power_keeper_stop(self->power);
    bh_scans_stop(self->scans);
    bh_watches_stop(self->watches);
    bh_local_stop(self->local);
    bh_remotes_stop(self->remotes);
    self->running = FALSE;
    bh_state_keeper_stop(self->state);
    bh_demand_keeper_stop(self->keeper);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->adapters.slots[i].adapter != NULL)
            bh_adapter_stop(self->adapters.slots[i].adapter);
    bh_radio_stop(self->radio);
}

static void
bh_hub_dispose(GObject *object)
{
    BhHub *self = BH_HUB(object);

    if (self->radio != NULL)
        bh_hub_stop(self);
    if (self->remotes != NULL)
        g_signal_handlers_disconnect_by_data(self->remotes, self);
    g_clear_object(&self->remotes);
    g_clear_object(&self->local);
    g_clear_pointer(&self->keeper, bh_demand_keeper_free);
    bh_adapter_slots_clear(&self->adapters);
    g_clear_object(&self->radio);
    G_OBJECT_CLASS(bh_hub_parent_class)->dispose(object);
}

static void
bh_hub_finalize(GObject *object)
{
    BhHub *self = BH_HUB(object);

    g_clear_pointer(&self->scans, bh_scans_free);
    g_clear_pointer(&self->watches, bh_watches_free);
    g_clear_pointer(&self->state, bh_state_keeper_free);
    g_clear_pointer(&self->power, bh_power_keeper_free);
    bh_stream_pacer_free(self->pacer);
    bh_stream_budget_free(self->budget);
    bh_recorder_free(self->recorder);
    bh_device_table_free(self->table);
    bh_quota_free(self->quota);
    bh_clock_unref(self->clock);
    g_free(self->bluez_version);
    G_OBJECT_CLASS(bh_hub_parent_class)->finalize(object);
}

static void
bh_hub_class_init(BhHubClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_hub_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_hub_finalize;
    signals[SIGNAL_STATE_CHANGED] = bh_signal_new(BH_TYPE_HUB, "state-changed", 0);
    signals[SIGNAL_ADAPTER_ADDED] = bh_signal_new(BH_TYPE_HUB, "adapter-added", 1, BH_TYPE_ADAPTER);
    signals[SIGNAL_ADAPTER_REMOVED] =
        bh_signal_new(BH_TYPE_HUB, "adapter-removed", 1, BH_TYPE_ADAPTER);
    signals[SIGNAL_SYNCED] = bh_signal_new(BH_TYPE_HUB, "synced", 0);
}

static void
bh_hub_init(BhHub *self)
{
    self->quota = bh_quota_new();
}

static BhRemotes *
new_remotes(BhHub *self)
{
    const BhRemotesShared shared = {
        .central = BH_IS_CENTRAL(self->radio) ? BH_CENTRAL(self->radio) : NULL,
        .clock = self->clock,
        .quota = self->quota,
        .table = self->table,
        .recorder = self->recorder,
        .pacer = self->pacer,
        .budget = self->budget,
        .adapters = &self->adapters,
        .power = self->power,
    };
    BhRemotes *remotes = bh_remotes_new(&shared);

    g_signal_connect_swapped(remotes, "listening-changed", G_CALLBACK(reconcile), self);
    return remotes;
}

static BhLocal *
new_local(BhHub *self)
{
    const BhLocalShared shared = {
        .peripheral = BH_IS_PERIPHERAL(self->radio) ? BH_PERIPHERAL(self->radio) : NULL,
        .central = BH_IS_CENTRAL(self->radio) ? BH_CENTRAL(self->radio) : NULL,
        .clock = self->clock,
        .quota = self->quota,
        .adapters = &self->adapters,
        .power = self->power,
    };

    return bh_local_new(&shared);
}

static BhScans *
new_scans(BhHub *self)
{
    const BhScanShared shared =
        {self->table, self->quota, self->clock, self->recorder, self->pacer, self->budget};

    return bh_scans_new(&shared, &self->adapters, self->power, reconcile, self);
}

BhHub *
bh_hub_new(BhRadio *radio, BhClock *clock, const BhHubSettings *settings)
{
    BhHub *self = g_object_new(BH_TYPE_HUB, NULL);

    self->radio = g_object_ref(radio);
    self->clock = bh_clock_ref(clock);
    self->table = bh_device_table_new(settings->max_devices);
    self->recorder = bh_recorder_new();
    self->pacer = bh_stream_pacer_new(clock, on_batch, self);
    self->budget = bh_stream_budget_new();
    self->keeper = bh_demand_keeper_new(radio, clock, merge_demand, self);
    self->state = bh_state_keeper_new(&self->adapters, clock, on_state_shown, self);
    self->power = bh_power_keeper_new(radio,
                                      clock,
                                      self->quota,
                                      &self->adapters,
                                      bh_hub_peek_power_funcs(),
                                      self);
    self->scans = new_scans(self);
    self->watches =
        bh_watches_new(self->quota, clock, &self->adapters, self->power, reconcile, self);
    self->remotes = new_remotes(self);
    self->local = new_local(self);
    bh_hub_configure(self, settings);
    return self;
}
