/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One small entry per slot of the device table, in an array beside it; an entry whose generation is
 * not the row's belongs to a device that was forgotten. Devices that wait are a queue of slots,
 * each slot in it at most once.
 */
#include "bh-scan-rows.h"

typedef struct {
    guint32 generation; /* 0 = nothing seen in this slot */
    guint32 merged;     /* reports waiting in this entry */
    gboolean queued;    /* the slot stands in the queue */
    guint8 adapter;
    gint8 rssi;
    BhReportMemory memory;
    BhStatistics statistics;
} Entry;

struct BhScanRows {
    BhDeviceTable *table; /* borrowed: outlives us */
    GArray *entries;      /* Entry, by slot */
    GQueue queue;         /* slots */
    guint64 dropped;
};

BhScanRow *
bh_scan_row_dup(const BhScanRow *row)
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

/* Entries */

static Entry *
peek_entry(BhScanRows *self, const BhDevice *device)
{
    Entry *entry;

    if (device->slot >= self->entries->len)
        return NULL;
    entry = &g_array_index(self->entries, Entry, device->slot);
    return entry->generation == device->generation ? entry : NULL;
}

static void
forget_entry(BhScanRows *self, Entry *entry)
{
    gboolean queued = entry->queued;

    if (entry->merged > 0)
        self->dropped++;
    *entry = (Entry){.queued = queued};
}

static Entry *
ensure_entry(BhScanRows *self, const BhDevice *device)
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

gboolean
bh_scan_rows_hear(BhScanRows *self,
                  const BhReportRule *rule,
                  const BhDevice *device,
                  BhDeviceChange change,
                  const BhReport *report,
                  gboolean *first)
{
    Entry *entry;

    *first = peek_entry(self, device) == NULL;
    entry = ensure_entry(self, device);
    entry->adapter = report->adapter;
    if (report->rssi != BH_RSSI_UNKNOWN)
        entry->rssi = report->rssi;
    bh_statistics_add(&entry->statistics, report->rssi, report->monotonic_us);
    return bh_report_rule_check(rule,
                                &entry->memory,
                                *first ? change | BH_DEVICE_CHANGE_NEW : change,
                                report->monotonic_us);
}

/* The queue */

void
bh_scan_rows_queue(BhScanRows *self, const BhDevice *device)
{
    Entry *entry = peek_entry(self, device);

    if (entry->merged < G_MAXUINT32)
        entry->merged++;
    if (!entry->queued) {
        entry->queued = TRUE;
        g_queue_push_tail(&self->queue, GUINT_TO_POINTER(device->slot));
    }
}

void
bh_scan_rows_unqueue(BhScanRows *self, const BhDevice *device)
{
    Entry *entry = peek_entry(self, device);

    if (entry != NULL)
        entry->merged = 0;
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

gboolean
bh_scan_rows_pop(BhScanRows *self, BhScanRow *row)
{
    while (!g_queue_is_empty(&self->queue)) {
        guint32 slot = GPOINTER_TO_UINT(g_queue_pop_head(&self->queue));
        Entry *entry = &g_array_index(self->entries, Entry, slot);
        BhDevice *device = bh_device_table_peek_slot(self->table, slot, entry->generation);

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

/* Look-ups */

gboolean
bh_scan_rows_get(BhScanRows *self, const BhDevice *device, BhScanRow *row)
{
    const Entry *entry = peek_entry(self, device);

    if (entry != NULL)
        fill_row(entry, device, row);
    return entry != NULL;
}

typedef struct {
    BhScanRows *rows;
    BhScanRowFunc func;
    gpointer user_data;
} Visit;

static gboolean
visit_device(BhDevice *device, gpointer user_data)
{
    Visit *visit = user_data;
    BhScanRow row;

    return !bh_scan_rows_get(visit->rows, device, &row) || visit->func(&row, visit->user_data);
}

void
bh_scan_rows_foreach(BhScanRows *self, BhScanRowFunc func, gpointer user_data)
{
    Visit visit = {self, func, user_data};

    bh_device_table_foreach(self->table, visit_device, &visit);
}

guint64
bh_scan_rows_get_dropped(BhScanRows *self)
{
    return self->dropped;
}

BhScanRows *
bh_scan_rows_new(BhDeviceTable *table)
{
    BhScanRows *self = g_new0(BhScanRows, 1);

    self->table = table;
    self->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    g_queue_init(&self->queue);
    return self;
}

void
bh_scan_rows_free(BhScanRows *self)
{
    g_array_unref(self->entries);
    g_queue_clear(&self->queue);
    g_free(self);
}
