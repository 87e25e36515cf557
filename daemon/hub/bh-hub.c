/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything that changes what is wanted (a scan comes or goes, an adapter appears) ends in one
 * function, reconcile(), which states the demand of each adapter to the radio anew; the radio
 * ignores what it already knows.
 */
#include "bh-hub.h"

#include "bh-error.h"
#include "bh-log.h"
#include "bh-scan-demand.h"

typedef struct {
    BhAdapter *adapter;   /* NULL until seen once; kept while it is unplugged */
    gboolean there;       /* the radio has it */
    gboolean present;     /* and the configuration lets us use it */
    BhScanDemand *stated; /* what the radio was told last; NULL = nothing */
    gint64 narrow_at_us;  /* when a narrower demand may be stated; 0 = none waits */
} Slot;

struct _BhHub {
    GObject parent;
    BhRadio *radio;
    BhClock *clock;
    BhQuota *quota;
    BhDeviceTable *table;
    BhRecorder *recorder;
    BhStreamPacer *pacer;
    BhRemotes *remotes;
    char **used_adapters;
    guint max_devices;
    Slot slots[BH_RADIO_MAX_ADAPTERS];
    GPtrArray *scans; /* owned */
    BhRecoveryLedger ledger;
    BhHubStateFilter state;
    BhTimer *state_timer;
    BhTimer *narrow_timer;
    gboolean bluez_present;
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

/* What is the case for a scan of this spec; NULL = of any adapter. */
static BhHubState
look_at_state(BhHub *self, const BhScanSpec *spec)
{
    BhHubState seen = BH_HUB_NO_ADAPTER;

    if (!self->bluez_present)
        return BH_HUB_NO_BLUEZ;
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        const Slot *it = &self->slots[i];

        if (!it->present || (spec != NULL && !bh_scan_spec_wants(spec, it->adapter)))
            continue;
        if (bh_adapter_get_powered(it->adapter))
            return BH_HUB_READY;
        seen = BH_HUB_RADIO_OFF;
    }
    return seen;
}

static void on_state_timer(gpointer user_data);

static void
settle_state(BhHub *self)
{
    gint64 now_us = bh_clock_now_us(self->clock);
    gboolean changed =
        bh_hub_state_filter_update(&self->state, look_at_state(self, NULL), self->appeared, now_us);
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

static gboolean
is_used(BhHub *self, BhAdapter *adapter)
{
    if (self->used_adapters == NULL || self->used_adapters[0] == NULL)
        return TRUE;
    for (char **it = self->used_adapters; *it != NULL; it++)
        if (g_ascii_strcasecmp(*it, bh_adapter_get_address_text(adapter)) == 0 ||
            g_strcmp0(*it, bh_adapter_get_name(adapter)) == 0)
            return TRUE;
    return FALSE;
}

static BhScanDemand *
merge_demand(BhHub *self, BhAdapter *adapter)
{
    BhScanDemand *demand = bh_scan_demand_new();

    for (guint i = 0; is_used(self, adapter) && i < self->scans->len; i++) {
        BhScan *scan = g_ptr_array_index(self->scans, i);

        if (bh_scan_wants(scan, adapter))
            bh_scan_demand_add(demand, bh_scan_peek_filter(scan), bh_scan_peek_needs(scan));
    }
    return demand;
}

static void
state_demand(BhHub *self, guint8 slot, BhScanDemand *demand)
{
    Slot *it = &self->slots[slot];
    BhRadioScanDemand view;

    it->narrow_at_us = 0;
    g_clear_pointer(&it->stated, bh_scan_demand_free);
    it->stated = demand;
    bh_radio_set_scan(self->radio, slot, bh_scan_demand_peek(demand, &view));
}

static gboolean
may_only_narrow(const Slot *it, const BhScanDemand *demand)
{
    return demand->wanted && it->stated != NULL && bh_scan_demand_covers(it->stated, demand) &&
           !bh_scan_demand_covers(demand, it->stated);
}

static void on_narrow_timer(gpointer user_data);

static void
queue_narrowing(BhHub *self, Slot *it)
{
    if (it->narrow_at_us == 0)
        it->narrow_at_us =
            bh_clock_now_us(self->clock) + BH_SCAN_DEMAND_NARROW_AFTER_MS * G_GINT64_CONSTANT(1000);
    if (self->narrow_timer == NULL)
        self->narrow_timer =
            bh_clock_call_in(self->clock, BH_SCAN_DEMAND_NARROW_AFTER_MS, on_narrow_timer, self);
}

static void
reconcile_slot(BhHub *self, guint8 slot)
{
    Slot *it = &self->slots[slot];
    g_autoptr(BhScanDemand) demand = merge_demand(self, it->adapter);
    gboolean due = it->narrow_at_us != 0 && bh_clock_now_us(self->clock) >= it->narrow_at_us;

    if (may_only_narrow(it, demand) && !due) {
        queue_narrowing(self, it);
        return;
    }
    state_demand(self, slot, g_steal_pointer(&demand));
}

static void
reconcile(BhHub *self)
{
    if (!self->running)
        return;
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        if (self->slots[slot].adapter != NULL)
            reconcile_slot(self, slot);
}

static void
on_narrow_timer(gpointer user_data)
{
    BhHub *self = user_data;

    bh_clear_timer(&self->narrow_timer);
    reconcile(self);
}

static gboolean
runs_for(BhHub *self, BhScan *scan)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        const Slot *it = &self->slots[i];

        if (it->present && bh_adapter_is_scanning(it->adapter) && bh_scan_wants(scan, it->adapter))
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
    if (present == self->bluez_present)
        return;
    self->bluez_present = present;
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
announce_adapter(BhHub *self, Slot *it)
{
    it->present = TRUE;
    self->appeared = TRUE;
    g_clear_pointer(&it->stated, bh_scan_demand_free);
    g_signal_connect(it->adapter, "changed", G_CALLBACK(on_adapter_state), self);
    log_adapter(it->adapter, bh_adapter_get_powered(it->adapter) ? "is there" : "is there, off");
    g_signal_emit(self, signals[SIGNAL_ADAPTER_ADDED], 0, it->adapter);
}

static void
withdraw_adapter(BhHub *self, Slot *it, const char *why)
{
    it->present = FALSE;
    g_signal_handlers_disconnect_by_data(it->adapter, self);
    log_adapter(it->adapter, why);
    g_signal_emit(self, signals[SIGNAL_ADAPTER_REMOVED], 0, it->adapter);
}

/* Follows what is there and what the configuration allows. */
static void
reconcile_presence(BhHub *self, Slot *it)
{
    gboolean wanted = it->there && is_used(self, it->adapter);

    if (wanted && !it->present)
        announce_adapter(self, it);
    else if (!wanted && it->present)
        withdraw_adapter(self, it, it->there ? "is not used any more" : "is gone");
}

static BhAdapter *
ensure_adapter(BhHub *self, const BhRadioAdapter *seen)
{
    Slot *it = &self->slots[seen->slot];

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
    Slot *it = &self->slots[seen->slot];
    BhAdapter *adapter = ensure_adapter(self, seen);
    gboolean was_powered = bh_adapter_get_powered(adapter);
    gboolean was_present = it->present;

    it->there = TRUE;
    bh_adapter_update(adapter, seen);
    reconcile_presence(self, it);
    if (was_present && was_powered != seen->powered)
        log_adapter(adapter, seen->powered ? "is switched on" : "is switched off");
    if (!was_present)
        reconcile_slot(self, seen->slot);
    queue_state(self);
    tell_scans(self);
}

static void
on_adapter_removed(gpointer data, guint8 slot)
{
    BhHub *self = data;
    Slot *it = &self->slots[slot];

    if (!it->there)
        return;
    it->there = FALSE;
    self->counters.adapter_losses += it->present;
    bh_adapter_stop(it->adapter);
    reconcile_presence(self, it);
    queue_state(self);
    tell_scans(self);
}

static void
on_report(gpointer data, const BhReport *report)
{
    BhHub *self = data;
    const Slot *it = &self->slots[report->adapter];
    BhDeviceChange change = BH_DEVICE_CHANGE_NONE;
    BhDevice *device;

    if (!it->present)
        return;
    self->counters.reports++;
    bh_adapter_heard(it->adapter, report);
    device = bh_device_table_update(self->table, report, &change);
    if (device == NULL)
        return;
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
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

static void
on_link(gpointer data, const BhLinkEvent *event)
{
    BhHub *self = data;
    const Slot *it = &self->slots[event->adapter];
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
    self->state.shown = self->state.seen = look_at_state(self, NULL);
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

static gboolean
check_needs(BhHub *self, const BhScanNeeds *needs, GError **error)
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
    const BhScanShared shared = {self->table,
                                 self->quota,
                                 self->clock,
                                 self->recorder,
                                 self->pacer};
    g_autoptr(BhScan) scan = bh_scan_new(spec, &shared, error);

    if (scan == NULL || !check_needs(self, &spec->needs, error) ||
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
    BhHubState state = look_at_state(self, spec);

    if (state == BH_HUB_READY)
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_READY, bh_hub_state_to_string(state));
    return FALSE;
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

BhAdapter *
bh_hub_peek_adapter(BhHub *self, guint8 slot)
{
    return slot < BH_RADIO_MAX_ADAPTERS ? self->slots[slot].adapter : NULL;
}

BhAdapter *
bh_hub_find_adapter(BhHub *self, const char *name)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        const Slot *it = &self->slots[i];

        if (!it->present)
            continue;
        if (g_ascii_strcasecmp(name, bh_adapter_get_address_text(it->adapter)) == 0 ||
            g_strcmp0(name, bh_adapter_get_name(it->adapter)) == 0)
            return it->adapter;
    }
    return NULL;
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
    bh_radio_get_counters(self->radio, &counters->radio);
}

static void
apply_adapters(BhHub *self)
{
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->slots[i].adapter != NULL)
            reconcile_presence(self, &self->slots[i]);
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
    bh_device_table_set_max_rows(self->table, settings->max_devices);
    self->max_devices = settings->max_devices;
    self->ledger.policy = settings->recovery;
    self->ledger.may_power_cycle = settings->may_power_cycle;
    g_strfreev(self->used_adapters);
    self->used_adapters = g_strdupv(settings->adapters);
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
    self->running = FALSE;
    bh_clear_timer(&self->state_timer);
    bh_clear_timer(&self->narrow_timer);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        if (self->slots[i].adapter != NULL)
            bh_adapter_stop(self->slots[i].adapter);
    bh_radio_stop(self->radio);
}

static void
bh_hub_dispose(GObject *object)
{
    BhHub *self = BH_HUB(object);

    if (self->radio != NULL)
        bh_hub_stop(self);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        g_clear_object(&self->slots[i].adapter);
        g_clear_pointer(&self->slots[i].stated, bh_scan_demand_free);
    }
    g_clear_object(&self->radio);
    G_OBJECT_CLASS(bh_hub_parent_class)->dispose(object);
}

static void
bh_hub_finalize(GObject *object)
{
    BhHub *self = BH_HUB(object);

    g_object_unref(self->remotes);
    g_ptr_array_unref(self->scans);
    bh_stream_pacer_free(self->pacer);
    bh_recorder_free(self->recorder);
    bh_device_table_free(self->table);
    bh_quota_free(self->quota);
    bh_clock_unref(self->clock);
    g_strfreev(self->used_adapters);
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

BhHub *
bh_hub_new(BhRadio *radio, BhClock *clock, const BhHubSettings *settings)
{
    BhHub *self = g_object_new(BH_TYPE_HUB, NULL);

    self->radio = g_object_ref(radio);
    self->clock = bh_clock_ref(clock);
    self->table = bh_device_table_new(settings->max_devices);
    self->recorder = bh_recorder_new();
    self->pacer = bh_stream_pacer_new(clock, on_batch, self);
    self->remotes = g_object_new(BH_TYPE_REMOTES, NULL);
    bh_hub_configure(self, settings);
    return self;
}
