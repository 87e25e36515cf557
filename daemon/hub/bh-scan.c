/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A scan keeps one small entry per slot of the device table, in an array beside it; an entry whose
 * generation is not the row's belongs to a device that was forgotten. Devices that wait for the
 * client are a queue of slots, each slot in it at most once, so the queue is bounded by the table.
 * The first stream takes over what waits, a slice in each turn of the main loop; until it has,
 * calls get none of it.
 */
#include "bh-scan.h"

#include "bh-error.h"

#define FILL_ROWS 64 /* moved into a stream in one turn of the main loop */

typedef struct {
    guint32 generation; /* 0 = nothing seen in this slot */
    guint32 merged;     /* reports waiting in this entry */
    gboolean queued;    /* the slot stands in the queue */
    guint8 adapter;
    gint8 rssi;
    BhReportMemory memory;
    BhStatistics statistics;
} Entry;

typedef struct {
    GTask *task;
    BhClient *client; /* borrowed: the task's cancellable ends the wait when it goes */
    BhTimer *timer;
    gulong on_cancelled;
} Waiter;

struct _BhScan {
    BhOwned parent;
    BhScanSpec spec;
    BhFilter *filter;
    BhScanShared shared; /* borrowed: outlives us */
    BhStreamSet *streams;
    BhTimer *duration;
    BhTimer *fill; /* while what waited for calls is moved into a stream */
    gboolean radio_running;
    gboolean finished;

    GArray *entries; /* Entry, by slot */
    GQueue queue;    /* slots */
    GQueue waiters;  /* Waiter, oldest first */
    guint devices;
    guint64 seen;
    guint64 delivered;
    guint64 dropped;
};

enum {
    SIGNAL_STATE_CHANGED,
    SIGNAL_DEVICE_FOUND,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhScan, bh_scan, BH_TYPE_OWNED)

static const char *const state_names[] = {
    [BH_SCAN_WAITING] = "waiting",
    [BH_SCAN_RUNNING] = "scanning",
    [BH_SCAN_FINISHED] = "finished",
};

const char *
bh_scan_state_to_string(BhScanState state)
{
    return state_names[state];
}

/* Rows */

static Entry *
peek_entry(BhScan *self, const BhDevice *device)
{
    Entry *entry;

    if (device->slot >= self->entries->len)
        return NULL;
    entry = &g_array_index(self->entries, Entry, device->slot);
    return entry->generation == device->generation ? entry : NULL;
}

static void
fill_row(const Entry *entry, const BhDevice *device, BhScanRow *row)
{
    row->device = *device;
    row->device.rssi = entry->rssi;
    row->device.adapter = entry->adapter;
    row->statistics = entry->statistics;
    row->merged = entry->merged;
}

static BhScanRow *
row_dup(const BhScanRow *row)
{
    BhScanRow *copy = g_memdup2(row, sizeof *row);

    copy->device.payload = g_memdup2(row->device.payload, row->device.payload_size);
    return copy;
}

void
bh_scan_row_free(BhScanRow *row)
{
    g_free(row->device.payload);
    g_free(row);
}

/* Takes the longest waiting device out of the queue; FALSE if none waits. */
static gboolean
pop_row(BhScan *self, BhScanRow *row)
{
    while (!g_queue_is_empty(&self->queue)) {
        guint32 slot = GPOINTER_TO_UINT(g_queue_pop_head(&self->queue));
        Entry *entry = &g_array_index(self->entries, Entry, slot);
        BhDevice *device = bh_device_table_peek_slot(self->shared.table, slot, entry->generation);

        entry->queued = FALSE;
        if (entry->merged == 0)
            continue; /* its device was forgotten and counted, or told of since */
        if (device == NULL) {
            self->dropped++;
            entry->merged = 0;
            continue;
        }
        fill_row(entry, device, row);
        entry->merged = 0;
        return TRUE;
    }
    return FALSE;
}

/* Waiting calls */

static void
waiter_end(BhScan *self, Waiter *waiter)
{
    bh_clear_timer(&waiter->timer);
    if (waiter->on_cancelled != 0)
        g_clear_signal_handler(&waiter->on_cancelled, g_task_get_cancellable(waiter->task));
    g_queue_remove(&self->waiters, waiter);
    bh_quota_give(self->shared.quota, bh_client_get_uid(waiter->client), BH_QUOTA_WAITS);
}

static void
waiter_fail(Waiter *waiter, BhError code, const char *message)
{
    g_autoptr(GTask) task = waiter->task;

    waiter_end(g_task_get_source_object(task), waiter);
    g_task_return_new_error(task, BH_ERROR, code, "%s", message);
}

static void
on_wait_timeout(gpointer user_data)
{
    waiter_fail(user_data, BH_ERROR_TIMEOUT, "no device reported in time");
}

static void
on_wait_cancelled(GCancellable *cancellable, gpointer user_data)
{
    waiter_fail(user_data, BH_ERROR_CANCELLED, "the caller left");
}

static void
serve_waiters(BhScan *self)
{
    BhScanRow row;

    while (self->fill == NULL && !g_queue_is_empty(&self->waiters) && pop_row(self, &row)) {
        Waiter *waiter = g_queue_peek_head(&self->waiters);
        g_autoptr(GTask) task = waiter->task;

        waiter_end(self, waiter);
        self->delivered++;
        g_task_return_pointer(task, row_dup(&row), (GDestroyNotify)bh_scan_row_free);
    }
}

static void
fail_waiters(BhScan *self, const char *message)
{
    while (!g_queue_is_empty(&self->waiters))
        waiter_fail(g_queue_peek_head(&self->waiters), BH_ERROR_CANCELLED, message);
}

static void
add_waiter(BhScan *self, GTask *task, BhClient *client, gint64 timeout_ms)
{
    Waiter *waiter = g_new0(Waiter, 1);

    waiter->task = task;
    waiter->client = client;
    g_task_set_task_data(task, waiter, g_free);
    if (timeout_ms > 0)
        waiter->timer = bh_clock_call_in(self->shared.clock, timeout_ms, on_wait_timeout, waiter);
    waiter->on_cancelled = g_signal_connect(g_task_get_cancellable(task),
                                            "cancelled",
                                            G_CALLBACK(on_wait_cancelled),
                                            waiter);
    g_queue_push_tail(&self->waiters, waiter);
}

void
bh_scan_wait_async(BhScan *self,
                   BhClient *client,
                   gint64 timeout_ms,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
    GCancellable *cancellable = bh_client_peek_cancellable(client);
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    GError *error = NULL;

    g_task_set_source_tag(task, bh_scan_wait_async);
    g_task_set_check_cancellable(task, FALSE); /* a row taken is a row delivered */
    if (bh_owned_is_released(BH_OWNED(self)) || bh_client_is_gone(client)) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "the scan was released");
        return;
    }
    if (!bh_quota_take(self->shared.quota, bh_client_get_uid(client), BH_QUOTA_WAITS, &error)) {
        g_task_return_error(task, error);
        return;
    }
    add_waiter(self, g_steal_pointer(&task), client, timeout_ms);
    serve_waiters(self);
    if (self->finished)
        fail_waiters(self, "the scan's duration is over");
}

BhScanRow *
bh_scan_wait_finish(BhScan *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* Streams */

static void
finish_streams(BhScan *self)
{
    if (self->finished && self->fill == NULL)
        bh_stream_set_finish(self->streams);
}

static void on_fill(gpointer user_data);

/* Moves what waits for calls into the first stream. */
static void
fill_stream(BhScan *self)
{
    BhScanRow row;

    for (guint i = 0; i < FILL_ROWS && bh_stream_set_count(self->streams) > 0; i++) {
        if (!pop_row(self, &row))
            return;
        bh_recorder_begin(self->shared.recorder, &row.device);
        bh_stream_set_push_waiting(self->streams, self->shared.recorder);
        bh_recorder_end(self->shared.recorder);
    }
    if (bh_stream_set_count(self->streams) > 0)
        self->fill = bh_clock_call_in(self->shared.clock, 0, on_fill, self);
}

static void
on_fill(gpointer user_data)
{
    BhScan *self = user_data;

    bh_clear_timer(&self->fill);
    fill_stream(self);
    serve_waiters(self);
    finish_streams(self);
}

int
bh_scan_open_stream(BhScan *self, const BhStreamSpec *spec, BhClient *client, GError **error)
{
    int reader_fd;

    if (bh_owned_is_released(BH_OWNED(self))) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the scan was released");
        return -1;
    }
    reader_fd = bh_stream_set_open(self->streams, spec, bh_client_get_uid(client), error);
    if (reader_fd < 0)
        return -1;
    if (bh_stream_set_count(self->streams) == 1 && self->fill == NULL)
        fill_stream(self);
    finish_streams(self);
    return reader_fd;
}

guint
bh_scan_count_streams(BhScan *self)
{
    return bh_stream_set_count(self->streams);
}

/* Reports */

static void
forget_entry(BhScan *self, Entry *entry)
{
    gboolean queued = entry->queued;

    if (entry->merged > 0)
        self->dropped++;
    *entry = (Entry){.queued = queued};
}

static Entry *
ensure_entry(BhScan *self, const BhDevice *device)
{
    Entry *entry;

    if (device->slot >= self->entries->len)
        g_array_set_size(self->entries, device->slot + 1);
    entry = &g_array_index(self->entries, Entry, device->slot);
    if (entry->generation != device->generation) {
        forget_entry(self, entry);
        entry->generation = device->generation;
        entry->rssi = BH_RSSI_UNKNOWN;
    }
    return entry;
}

static void
enqueue(BhScan *self, Entry *entry, guint32 slot)
{
    if (entry->merged < G_MAXUINT32)
        entry->merged++;
    if (!entry->queued) {
        entry->queued = TRUE;
        g_queue_push_tail(&self->queue, GUINT_TO_POINTER(slot));
    }
    serve_waiters(self);
}

/* Streams have it at once; it waits for calls only if there is none, or a call waits. What a stream
 * has now need not be moved into it. */
static void
deliver(BhScan *self, Entry *entry, guint32 slot)
{
    bh_stream_set_push(self->streams, self->shared.recorder);
    if (bh_stream_set_count(self->streams) == 0)
        enqueue(self, entry, slot);
    else if (self->fill != NULL)
        entry->merged = 0;
    else if (!g_queue_is_empty(&self->waiters))
        enqueue(self, entry, slot);
}

gboolean
bh_scan_spec_wants(const BhScanSpec *spec, BhAdapter *adapter)
{
    return !spec->has_adapter || bh_address_equal(&spec->adapter, bh_adapter_get_address(adapter));
}

void
bh_scan_offer(BhScan *self, BhDevice *device, BhDeviceChange change, const BhReport *report)
{
    gboolean first;
    Entry *entry;

    if (!bh_filter_matches(self->filter, device))
        return;
    first = peek_entry(self, device) == NULL;
    entry = ensure_entry(self, device);
    self->seen++;
    entry->adapter = report->adapter;
    if (report->rssi != BH_RSSI_UNKNOWN)
        entry->rssi = report->rssi;
    bh_statistics_add(&entry->statistics, report->rssi, report->monotonic_us);
    if (bh_report_rule_check(&self->spec.rule,
                             &entry->memory,
                             first ? change | BH_DEVICE_CHANGE_NEW : change,
                             report->monotonic_us))
        deliver(self, entry, device->slot);
    if (first) {
        self->devices++;
        g_signal_emit(self, signals[SIGNAL_DEVICE_FOUND], 0);
    }
}

gboolean
bh_scan_get_row(BhScan *self, const BhDevice *device, BhScanRow *row)
{
    const Entry *entry = peek_entry(self, device);

    if (entry != NULL)
        fill_row(entry, device, row);
    return entry != NULL;
}

typedef struct {
    BhScan *scan;
    BhScanRowFunc func;
    gpointer user_data;
} Visit;

static gboolean
visit_device(BhDevice *device, gpointer user_data)
{
    Visit *visit = user_data;
    BhScanRow row;

    return !bh_scan_get_row(visit->scan, device, &row) || visit->func(&row, visit->user_data);
}

void
bh_scan_foreach(BhScan *self, BhScanRowFunc func, gpointer user_data)
{
    Visit visit = {self, func, user_data};

    bh_device_table_foreach(self->shared.table, visit_device, &visit);
}

guint
bh_scan_count_devices(BhScan *self)
{
    return self->devices;
}

/* State */

const BhFilter *
bh_scan_peek_filter(BhScan *self)
{
    return self->filter;
}

const BhScanNeeds *
bh_scan_peek_needs(BhScan *self)
{
    return &self->spec.needs;
}

gboolean
bh_scan_wants(BhScan *self, BhAdapter *adapter)
{
    return !self->finished && bh_scan_spec_wants(&self->spec, adapter);
}

BhScanState
bh_scan_get_state(BhScan *self)
{
    if (self->finished)
        return BH_SCAN_FINISHED;
    return self->radio_running ? BH_SCAN_RUNNING : BH_SCAN_WAITING;
}

void
bh_scan_set_radio(BhScan *self, gboolean running)
{
    if (self->radio_running == running || self->finished)
        return;
    self->radio_running = running;
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

static void
on_duration_over(gpointer user_data)
{
    BhScan *self = user_data;

    bh_clear_timer(&self->duration);
    self->finished = TRUE;
    g_object_ref(self);
    fail_waiters(self, "the scan's duration is over");
    finish_streams(self);
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
    g_object_unref(self);
}

guint64
bh_scan_get_seen(BhScan *self)
{
    return self->seen;
}

guint64
bh_scan_get_delivered(BhScan *self)
{
    return self->delivered + bh_scan_get_streamed(self);
}

guint64
bh_scan_get_dropped(BhScan *self)
{
    return self->dropped + bh_scan_get_stream_losses(self);
}

guint64
bh_scan_get_streamed(BhScan *self)
{
    return bh_stream_set_get_delivered(self->streams);
}

guint64
bh_scan_get_stream_losses(BhScan *self)
{
    return bh_stream_set_get_dropped(self->streams);
}

static void
bh_scan_released(BhOwned *owned, BhReleaseReason reason)
{
    BhScan *self = BH_SCAN(owned);

    bh_clear_timer(&self->duration);
    bh_clear_timer(&self->fill);
    fail_waiters(self, "the scan was released");
    bh_stream_set_close(self->streams);
    BH_OWNED_CLASS(bh_scan_parent_class)->released(owned, reason);
}

static void
bh_scan_finalize(GObject *object)
{
    BhScan *self = BH_SCAN(object);

    bh_clear_timer(&self->duration);
    bh_clear_timer(&self->fill);
    g_clear_pointer(&self->filter, bh_filter_free);
    g_clear_pointer(&self->streams, bh_stream_set_free);
    g_array_unref(self->entries);
    g_queue_clear(&self->queue);
    G_OBJECT_CLASS(bh_scan_parent_class)->finalize(object);
}

static void
bh_scan_class_init(BhScanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_scan_finalize;
    BH_OWNED_CLASS(klass)->released = bh_scan_released;
    signals[SIGNAL_STATE_CHANGED] = g_signal_new("state-changed",
                                                 BH_TYPE_SCAN,
                                                 G_SIGNAL_RUN_LAST,
                                                 0,
                                                 NULL,
                                                 NULL,
                                                 NULL,
                                                 G_TYPE_NONE,
                                                 0);
    signals[SIGNAL_DEVICE_FOUND] = g_signal_new("device-found",
                                                BH_TYPE_SCAN,
                                                G_SIGNAL_RUN_LAST,
                                                0,
                                                NULL,
                                                NULL,
                                                NULL,
                                                G_TYPE_NONE,
                                                0);
}

static void
bh_scan_init(BhScan *self)
{
    self->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    g_queue_init(&self->queue);
    g_queue_init(&self->waiters);
}

BhScan *
bh_scan_new(const BhScanSpec *spec, const BhScanShared *shared, GError **error)
{
    g_autoptr(BhFilter) filter = bh_filter_new(&spec->filter, error);
    BhScan *self;

    if (filter == NULL)
        return NULL;
    self = g_object_new(BH_TYPE_SCAN, NULL);
    self->spec = *spec;
    self->spec.needs.every_report = spec->rule.mode == BH_REPORT_ALL;
    self->spec.filter = (BhFilterSpec){0}; /* the filter holds what it needs */
    self->filter = g_steal_pointer(&filter);
    self->shared = *shared;
    self->streams =
        bh_stream_set_new(shared->quota,
                          &(BhStreamShared){shared->clock, shared->pacer, shared->budget});
    if (spec->duration_ms > 0)
        self->duration = bh_clock_call_in(shared->clock, spec->duration_ms, on_duration_over, self);
    return self;
}
