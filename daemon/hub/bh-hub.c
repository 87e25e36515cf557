/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything that changes what is wanted (a scan comes or goes, an adapter appears, a remote device
 * listens) ends in one function, reconcile(), which has the demand of each adapter stated to the
 * radio anew.
 */
#include "bh-hub.h"

#include "bh-adapter-slots.h"
#include "bh-demand-keeper.h"
#include "bh-log.h"

struct _BhHub {
    GObject parent;
    BhRadio *radio;
    BhClock *clock;
    BhQuota *quota;
    BhDeviceTable *table;
    BhRecorder *recorder;
    BhStreamPacer *pacer;
    BhStreamBudget *budget;
    BhRemotes *remotes;
    guint max_devices;
    BhAdapterSlots adapters;
    BhDemandKeeper *keeper;
    GPtrArray *scans; /* owned */
    BhRecoveryLedger ledger;
    BhHubStateFilter state;
    BhTimer *state_timer;
    gboolean appeared; /* BlueZ or an adapter came since the state was last looked at */
    char *bluez_version;
    BhRadioCapabilities capabilities;
    BhLinkLog links;
    BhHubCounters counters;
    gboolean running;
};

enum {
    SIGNAL_STATE_CHANGED,
    SIGNAL_ADAPTER_ADDED,
    SIGNAL_ADAPTER_REMOVED,
    SIGNAL_SYNCED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhHub, bh_hub, G_TYPE_OBJECT)

/* State */

static void on_state_timer(gpointer user_data);

static void
settle_state(BhHub *self)
{
    gint64 now_us = bh_clock_now_us(self->clock);
    gboolean changed = bh_hub_state_filter_update(&self->state,
                                                  bh_adapter_slots_get_state(&self->adapters, NULL),
                                                  self->appeared,
                                                  now_us);
    gint64 next_us = bh_hub_state_filter_next_us(&self->state);

    self->appeared = FALSE;
    if (next_us != 0)
        self->state_timer = bh_clock_call_in(self->clock,
                                             MAX(next_us - now_us, 0) / 1000 + 1,
                                             on_state_timer,
                                             self);
    if (changed)
        g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

static void
on_state_timer(gpointer user_data)
{
    BhHub *self = user_data;

    bh_clear_timer(&self->state_timer);
    settle_state(self);
}

/* Looks at the state once the radio has told all that belongs together. */
static void
queue_state(BhHub *self)
{
    bh_clear_timer(&self->state_timer);
    self->state_timer = bh_clock_call_in(self->clock, 0, on_state_timer, self);
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
    for (guint i = 0; i < self->scans->len; i++) {
        BhScan *scan = g_ptr_array_index(self->scans, i);

        if (bh_scan_wants(scan, adapter))
            bh_scan_demand_add(demand, bh_scan_peek_filter(scan), bh_scan_peek_needs(scan));
    }
    bh_remotes_add_demand(self->remotes, adapter, demand);
    return demand;
}

static void
reconcile(BhHub *self)
{
    if (self->running)
        bh_demand_keeper_look_at_all(self->keeper);
}

static gboolean
runs_for(BhHub *self, BhScan *scan)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhAdapter *adapter = bh_adapter_slots_peek(&self->adapters, i);

        if (adapter != NULL && bh_adapter_is_scanning(adapter) && bh_scan_wants(scan, adapter))
            return TRUE;
    }
    return FALSE;
}

static void
tell_scans(BhHub *self)
{
    for (guint i = 0; i < self->scans->len; i++) {
        BhScan *scan = g_ptr_array_index(self->scans, i);

        bh_scan_set_radio(scan, runs_for(self, scan));
    }
}

/* What the radio tells */

static void
on_bluez_changed(gpointer data, gboolean present, const char *version)
{
    BhHub *self = data;

    if (g_strcmp0(version, self->bluez_version) != 0) {
        g_free(self->bluez_version);
        self->bluez_version = g_strdup(version);
        g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
    }
    if (present == self->adapters.bluez)
        return;
    self->adapters.bluez = present;
    self->appeared = self->appeared || present;
    self->counters.bluez_losses += !present;
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_BLUEZ,
                   "",
                   present ? "BlueZ is there" : "BlueZ is gone: waiting for it");
    queue_state(self);
}

static void
on_adapter_state(BhAdapter *adapter, BhHub *self)
{
    queue_state(self);
    tell_scans(self);
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
    self->appeared = TRUE;
    bh_demand_keeper_forget(self->keeper, bh_adapter_get_slot(it->adapter));
    g_signal_connect(it->adapter, "changed", G_CALLBACK(on_adapter_state), self);
    log_adapter(it->adapter, bh_adapter_get_powered(it->adapter) ? "is there" : "is there, off");
    g_signal_emit(self, signals[SIGNAL_ADAPTER_ADDED], 0, it->adapter);
}

static void
withdraw_adapter(BhHub *self, BhAdapterSlot *it, const char *why)
{
    it->present = FALSE;
    g_signal_handlers_disconnect_by_data(it->adapter, self);
    log_adapter(it->adapter, why);
    g_signal_emit(self, signals[SIGNAL_ADAPTER_REMOVED], 0, it->adapter);
}

/* Follows what is there and what the configuration allows. */
static void
reconcile_presence(BhHub *self, BhAdapterSlot *it)
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
        !bh_address_equal(bh_adapter_get_address(it->adapter), &seen->address))
        g_clear_object(&it->adapter); /* the radio gave the slot to another controller */
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
    reconcile_presence(self, it);
    if (was_present && was_powered != seen->powered)
        log_adapter(adapter, seen->powered ? "is switched on" : "is switched off");
    if (!was_present)
        bh_demand_keeper_look(self->keeper, seen->slot);
    if (it->present && seen->powered && !(was_present && was_powered))
        bh_remotes_adapter_ready(self->remotes, seen->slot);
    else if (was_present && was_powered && !seen->powered)
        bh_remotes_adapter_gone(self->remotes, seen->slot, BH_LINK_CAUSE_POWER);
    queue_state(self);
    tell_scans(self);
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
    reconcile_presence(self, it);
    bh_remotes_adapter_gone(self->remotes, slot, BH_LINK_CAUSE_UNSPECIFIED);
    queue_state(self);
    tell_scans(self);
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
    if (device == NULL)
        return;
    bh_remotes_heard(self->remotes, device, report);
    bh_recorder_begin(self->recorder, device);
    for (guint i = self->scans->len; i > 0; i--) { /* backwards: a scan may end itself here */
        BhScan *scan = g_ptr_array_index(self->scans, i - 1);

        if (bh_scan_wants(scan, it->adapter))
            bh_scan_offer(scan, device, change, report);
    }
    bh_recorder_end(self->recorder);
}

static void
on_capabilities_changed(gpointer data, BhRadioCapabilities capabilities)
{
    BhHub *self = data;

    self->capabilities = capabilities;
    bh_remotes_set_capabilities(self->remotes, capabilities);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
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
    bh_link_log_add(&self->links, event);
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

    bh_clear_timer(&self->state_timer);
    /* At start-up there is nothing to pass through: tell what is. */
    self->appeared = FALSE;
    self->state.shown = self->state.seen = bh_adapter_slots_get_state(&self->adapters, NULL);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
    g_signal_emit(self, signals[SIGNAL_SYNCED], 0);
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

/* Scans */

/* Reports are read together only as long as the most impatient stream can wait. */
static void
on_batch(gpointer user_data, gint64 batch_us)
{
    BhHub *self = user_data;

    bh_radio_set_batch(self->radio, (guint)MIN(batch_us / 1000, G_MAXUINT));
}

static void
add_stream_counts(BhScan *scan, BhHubCounters *counters)
{
    counters->stream_records += bh_scan_get_streamed(scan);
    counters->stream_losses += bh_scan_get_stream_losses(scan);
}

static void
forget_scan(BhHub *self, BhScan *scan)
{
    g_signal_handlers_disconnect_by_data(scan, self);
    bh_quota_give(self->quota, bh_owned_get_uid(BH_OWNED(scan)), BH_QUOTA_SCANS);
    add_stream_counts(scan, &self->counters);
    g_ptr_array_remove(self->scans, scan);
    reconcile(self);
}

static void
log_loss(BhScan *scan, BhReleaseReason reason)
{
    BhClient *client = bh_owned_peek_client(BH_OWNED(scan));

    bh_log_client(G_LOG_LEVEL_INFO,
                  BH_MESSAGE_CLIENT,
                  bh_client_get_name(client),
                  bh_client_get_uid(client),
                  "a scan of client %s ended: %s",
                  bh_client_get_name(client),
                  reason == BH_RELEASE_LEASE_OVER ? "its lease ran out" : "the client left");
}

static void
on_scan_released(BhScan *scan, BhReleaseReason reason, BhHub *self)
{
    self->counters.orphans_released += reason == BH_RELEASE_CLIENT_GONE;
    self->counters.leases_expired += reason == BH_RELEASE_LEASE_OVER;
    if (reason == BH_RELEASE_CLIENT_GONE || reason == BH_RELEASE_LEASE_OVER)
        log_loss(scan, reason);
    forget_scan(self, scan);
}

static void
on_scan_state(BhScan *scan, BhHub *self)
{
    if (bh_scan_get_state(scan) == BH_SCAN_FINISHED)
        reconcile(self);
}

gboolean
bh_hub_check_needs(BhHub *self, const BhScanNeeds *needs, GError **error)
{
    const BhRadioScanDemand demand = {
        .passive = needs->passive,
        .interval_us = needs->interval_us,
        .window_us = needs->window_us,
    };

    return bh_radio_check_scan(self->radio, &demand, error);
}

BhScan *
bh_hub_add_scan(BhHub *self,
                const BhScanSpec *spec,
                BhClient *client,
                BhLifetime lifetime,
                gint64 lease_ms,
                GError **error)
{
    const BhScanShared shared =
        {self->table, self->quota, self->clock, self->recorder, self->pacer, self->budget};
    g_autoptr(BhScan) scan = bh_scan_new(spec, &shared, error);

    if (scan == NULL || !bh_hub_check_needs(self, &spec->needs, error) ||
        !bh_quota_take(self->quota, bh_client_get_uid(client), BH_QUOTA_SCANS, error))
        return NULL;
    bh_owned_claim(BH_OWNED(scan), client, lifetime, lease_ms, self->clock);
    g_signal_connect_after(scan, "released", G_CALLBACK(on_scan_released), self);
    g_signal_connect(scan, "state-changed", G_CALLBACK(on_scan_state), self);
    bh_scan_set_radio(scan, runs_for(self, scan));
    g_ptr_array_add(self->scans, g_object_ref(scan));
    reconcile(self);
    return g_steal_pointer(&scan);
}

/* The rest of the interface */

BhHubState
bh_hub_get_state(BhHub *self)
{
    return self->state.shown;
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

const BhLinkLog *
bh_hub_peek_links(BhHub *self)
{
    return &self->links;
}

gboolean
bh_hub_check_ready(BhHub *self, const BhScanSpec *spec, GError **error)
{
    return bh_adapter_slots_check_ready(&self->adapters,
                                        spec->has_adapter ? &spec->adapter : NULL,
                                        error);
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

BhRadio *
bh_hub_peek_radio(BhHub *self)
{
    return self->radio;
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
add_remotes(BhHub *self, BhHubCounters *counters)
{
    BhRemotesCounters *of = &counters->remotes;

    bh_remotes_get_counters(self->remotes, of);
    counters->holds = bh_quota_total(self->quota, BH_QUOTA_HOLDS);
    counters->subscriptions = bh_quota_total(self->quota, BH_QUOTA_SUBSCRIPTIONS);
    counters->links = bh_remotes_count_all_links(self->remotes);
    counters->orphans_released += of->orphans_released;
    counters->leases_expired += of->leases_expired;
    counters->stream_records += of->stream_records;
    counters->stream_losses += of->stream_losses;
}

void
bh_hub_get_counters(BhHub *self, BhHubCounters *counters)
{
    *counters = self->counters;
    counters->discovery_restarts = self->ledger.restarts;
    counters->power_cycles = self->ledger.power_cycles;
    counters->limit_exceeded = bh_quota_refusals(self->quota);
    counters->devices_evicted = bh_device_table_evictions(self->table);
    counters->devices_known = bh_device_table_size(self->table);
    counters->scans = bh_quota_total(self->quota, BH_QUOTA_SCANS);
    counters->streams = bh_quota_total(self->quota, BH_QUOTA_STREAMS);
    for (guint i = 0; i < self->scans->len; i++)
        add_stream_counts(g_ptr_array_index(self->scans, i), counters);
    add_remotes(self, counters);
    bh_radio_get_counters(self->radio, &counters->radio);
}

static void
apply_adapters(BhHub *self)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->adapters.slots[i].adapter != NULL)
            reconcile_presence(self, &self->adapters.slots[i]);
    reconcile(self);
    tell_scans(self);
    queue_state(self);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0); /* Limits may have changed */
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
    bh_radio_start(self->radio, &radio_sink, self);
}

void
bh_hub_stop(BhHub *self)
{
    if (!self->running)
        return;
    while (self->scans->len > 0)
        bh_owned_release(g_ptr_array_index(self->scans, 0), BH_RELEASE_SHUTDOWN);
    bh_remotes_stop(self->remotes);
    self->running = FALSE;
    bh_clear_timer(&self->state_timer);
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
    g_clear_pointer(&self->keeper, bh_demand_keeper_free);
    bh_adapter_slots_clear(&self->adapters);
    g_clear_object(&self->radio);
    G_OBJECT_CLASS(bh_hub_parent_class)->dispose(object);
}

static void
bh_hub_finalize(GObject *object)
{
    BhHub *self = BH_HUB(object);

    g_ptr_array_unref(self->scans);
    bh_stream_pacer_free(self->pacer);
    bh_stream_budget_free(self->budget);
    bh_recorder_free(self->recorder);
    bh_device_table_free(self->table);
    bh_quota_free(self->quota);
    bh_clock_unref(self->clock);
    g_free(self->bluez_version);
    G_OBJECT_CLASS(bh_hub_parent_class)->finalize(object);
}

static guint
new_signal(const char *name, guint n_params, GType param)
{
    return g_signal_new(name,
                        BH_TYPE_HUB,
                        G_SIGNAL_RUN_LAST,
                        0,
                        NULL,
                        NULL,
                        NULL,
                        G_TYPE_NONE,
                        n_params,
                        param);
}

static void
bh_hub_class_init(BhHubClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_hub_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_hub_finalize;
    signals[SIGNAL_STATE_CHANGED] = new_signal("state-changed", 0, G_TYPE_NONE);
    signals[SIGNAL_ADAPTER_ADDED] = new_signal("adapter-added", 1, BH_TYPE_ADAPTER);
    signals[SIGNAL_ADAPTER_REMOVED] = new_signal("adapter-removed", 1, BH_TYPE_ADAPTER);
    signals[SIGNAL_SYNCED] = new_signal("synced", 0, G_TYPE_NONE);
}

static void
bh_hub_init(BhHub *self)
{
    self->quota = bh_quota_new();
    self->scans = g_ptr_array_new_with_free_func(g_object_unref);
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
    };
    BhRemotes *remotes = bh_remotes_new(&shared);

    g_signal_connect_swapped(remotes, "listening-changed", G_CALLBACK(reconcile), self);
    return remotes;
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
    self->remotes = new_remotes(self);
    bh_hub_configure(self, settings);
    return self;
}
