/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a report leads to: a row, and from there a stream or a call that waits. The first stream
 * takes over what waits for calls, a slice in each turn of the main loop; until it has, calls get
 * none of it.
 */
#include "bh-scan.h"

#include "bh-error.h"
#include "bh-signal.h"
#include "bh-waits.h"

#define FILL_ROWS 64 /* moved into a stream in one turn of the main loop */

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

    BhScanRows *rows;
    BhWaits *waits;
    guint devices;
    guint64 seen;
    guint64 delivered;
};

enum {
    SIGNAL_STATE_CHANGED,
    SIGNAL_DEVICE_FOUND,
    SIGNAL_RADIO_OFF,
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

/* Waiting calls */

static void
fail_waits(BhScan *self, const char *message)
{
    bh_waits_fail(self->waits, BH_ERROR_CANCELLED, message);
}

static void
serve_waits(BhScan *self)
{
    GTask *task;
    BhScanRow row;

    while (self->fill == NULL && bh_waits_count(self->waits) > 0 &&
           bh_scan_rows_pop(self->rows, &row)) {
        task = bh_waits_pop(self->waits);
        self->delivered++;
        g_task_return_pointer(task, bh_scan_row_dup(&row), (GDestroyNotify)bh_scan_row_free);
        g_object_unref(task);
    }
}

void
bh_scan_wait_async(BhScan *self,
                   BhClient *client,
                   gint64 timeout_ms,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_scan_wait_async);
    if (bh_owned_is_released(BH_OWNED(self))) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_CANCELLED, "the scan was released");
        return;
    }
    bh_waits_add(self->waits, g_steal_pointer(&task), client, timeout_ms);
    serve_waits(self);
    if (self->finished)
        fail_waits(self, "the scan's duration is over");
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
        if (!bh_scan_rows_pop(self->rows, &row))
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
    serve_waits(self);
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

/* Streams have it at once; it waits for calls only if there is none, or a call waits. What a stream
 * has now need not be moved into it. */
static void
deliver(BhScan *self, const BhDevice *device)
{
    gboolean streamed;

    bh_stream_set_push(self->streams, self->shared.recorder);
    streamed = bh_stream_set_count(self->streams) > 0; /* a reader may have left */
    if (streamed && self->fill != NULL) {
        bh_scan_rows_unqueue(self->rows, device);
    } else if (!streamed || bh_waits_count(self->waits) > 0) {
        bh_scan_rows_queue(self->rows, device);
        serve_waits(self);
    }
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

    if (!bh_filter_matches(self->filter, device))
        return;
    self->seen++;
    if (bh_scan_rows_hear(self->rows, &self->spec.rule, device, change, report, &first))
        deliver(self, device);
    if (first) {
        self->devices++;
        g_signal_emit(self, signals[SIGNAL_DEVICE_FOUND], 0);
    }
}

gboolean
bh_scan_get_row(BhScan *self, const BhDevice *device, BhScanRow *row)
{
    return bh_scan_rows_get(self->rows, device, row);
}

void
bh_scan_foreach(BhScan *self, BhScanRowFunc func, gpointer user_data)
{
    bh_scan_rows_foreach(self->rows, func, user_data);
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

BhQuotaKind
bh_scan_get_quota(BhScan *self)
{
    return self->spec.quota;
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

void
bh_scan_radio_off(BhScan *self)
{
    bh_waits_fail(self->waits, BH_ERROR_DISCONNECTED, "the radio was switched off");
    g_signal_emit(self, signals[SIGNAL_RADIO_OFF], 0);
}

static void
on_duration_over(gpointer user_data)
{
    BhScan *self = user_data;

    bh_clear_timer(&self->duration);
    self->finished = TRUE;
    g_object_ref(self);
    fail_waits(self, "the scan's duration is over");
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
    return bh_scan_rows_get_dropped(self->rows) + bh_scan_get_stream_losses(self);
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
    fail_waits(self, "the scan was released");
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
    g_clear_pointer(&self->waits, bh_waits_free);
    g_clear_pointer(&self->rows, bh_scan_rows_free);
    G_OBJECT_CLASS(bh_scan_parent_class)->finalize(object);
}

static void
bh_scan_class_init(BhScanClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_scan_finalize;
    BH_OWNED_CLASS(klass)->released = bh_scan_released;
    signals[SIGNAL_STATE_CHANGED] = bh_signal_new(BH_TYPE_SCAN, "state-changed", 0);
    signals[SIGNAL_DEVICE_FOUND] = bh_signal_new(BH_TYPE_SCAN, "device-found", 0);
    signals[SIGNAL_RADIO_OFF] = bh_signal_new(BH_TYPE_SCAN, "radio-off", 0);
}

static void
bh_scan_init(BhScan *self)
{
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
    self->rows = bh_scan_rows_new(shared->table);
    self->waits =
        bh_waits_new(shared->quota, shared->clock, "no device reported in time", NULL, NULL);
    if (spec->duration_ms > 0)
        self->duration = bh_clock_call_in(shared->clock, spec->duration_ms, on_duration_over, self);
    return self;
}
