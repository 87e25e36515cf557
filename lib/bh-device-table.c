/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Rows live in slots and hang in a list ordered by when they were last heard, whose tail is the
 * next to go. A hash set over the rows themselves (the address comes first in a row) finds them.
 * When the table is full the tail's memory, slot and payload buffer become the new device's, so a
 * busy place costs no allocation per stranger.
 */
#include "bh-device-table.h"

#include "bh-device-raw.h"

#include <string.h>

#define MAX_ROWS_LIMIT 1000000

/* A payload buffer this big is given back when its content has become small. */
#define LARGE_PAYLOAD 256

typedef struct Row Row;

struct Row {
    BhDevice device; /* first, and its address first in it: the hash key */
    Row *newer, *older;
    guint16 capacity; /* of device.payload */
    guint8 shorter;   /* see bh-device-raw.h */
};
G_STATIC_ASSERT(G_STRUCT_OFFSET(Row, device) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(BhDevice, address) == 0);
G_STATIC_ASSERT(BH_AD_PAYLOAD_MAX < G_MAXUINT16);

struct BhDeviceTable {
    GHashTable *by_address; /* set of Row */
    GPtrArray *slots;       /* Row, or NULL if in free_slots; owns the rows */
    GArray *free_slots;     /* guint32 */
    Row *newest, *oldest;   /* by when they were heard last */
    GByteArray *scratch;    /* a merged payload, before it is compared */
    guint max_rows;
    guint32 last_generation;
    guint64 evictions;
    guint64 malformed_beacons;
};

static void
unlink_row(BhDeviceTable *self, Row *row)
{
    *(row->newer != NULL ? &row->newer->older : &self->newest) = row->older;
    *(row->older != NULL ? &row->older->newer : &self->oldest) = row->newer;
}

static void
link_newest(BhDeviceTable *self, Row *row)
{
    row->newer = NULL;
    row->older = self->newest;
    *(self->newest != NULL ? &self->newest->newer : &self->oldest) = row;
    self->newest = row;
}

static void
free_row(gpointer data)
{
    Row *row = data;
    if (row == NULL)
        return;
    g_free(row->device.payload);
    g_free(row);
}

BhDeviceTable *
bh_device_table_new(guint max_rows)
{
    g_return_val_if_fail(max_rows >= 1 && max_rows <= MAX_ROWS_LIMIT, NULL);

    BhDeviceTable *self = g_new0(BhDeviceTable, 1);
    self->by_address = g_hash_table_new(bh_address_hash, bh_address_equal);
    self->slots = g_ptr_array_new_with_free_func(free_row);
    self->free_slots = g_array_new(FALSE, FALSE, sizeof(guint32));
    self->scratch = g_byte_array_new();
    self->max_rows = max_rows;
    return self;
}

void
bh_device_table_free(BhDeviceTable *self)
{
    if (self == NULL)
        return;
    g_hash_table_unref(self->by_address);
    g_ptr_array_unref(self->slots);
    g_array_unref(self->free_slots);
    g_byte_array_unref(self->scratch);
    g_free(self);
}

/* Takes the row unheard for longest out of the table, which is not empty. Its memory and its slot
 * are the caller's to use or to give back. */
static Row *
evict_oldest(BhDeviceTable *self)
{
    Row *row = self->oldest;
    unlink_row(self, row);
    g_hash_table_remove(self->by_address, row);
    self->evictions++;
    return row;
}

static void
trim(BhDeviceTable *self)
{
    while (g_hash_table_size(self->by_address) > self->max_rows) {
        Row *row = evict_oldest(self);
        self->slots->pdata[row->device.slot] = NULL;
        g_array_append_val(self->free_slots, row->device.slot);
        free_row(row);
    }
}

static Row *
new_row(BhDeviceTable *self)
{
    Row *row = g_new0(Row, 1);
    if (self->free_slots->len > 0) {
        guint last = self->free_slots->len - 1;
        row->device.slot = g_array_index(self->free_slots, guint32, last);
        g_array_set_size(self->free_slots, last);
        self->slots->pdata[row->device.slot] = row;
    } else {
        row->device.slot = self->slots->len;
        g_ptr_array_add(self->slots, row);
    }
    return row;
}

/* One counter for all slots: tenants of one slot differ by more than its tenants. */
static guint32
next_generation(BhDeviceTable *self)
{
    if (++self->last_generation == 0)
        self->last_generation = 1;
    return self->last_generation;
}

/* Makes the row of a device that is not in the table. */
static Row *
admit(BhDeviceTable *self, const BhReport *report)
{
    gboolean full = g_hash_table_size(self->by_address) >= self->max_rows;
    Row *row = full ? evict_oldest(self) : new_row(self);
    row->device = (BhDevice){
        .address = report->address,
        .rssi = BH_RSSI_UNKNOWN,
        .slot = row->device.slot,
        .generation = next_generation(self),
        .payload = row->device.payload,
        .first_seen_us = report->monotonic_us,
    };
    row->shorter = 0;
    link_newest(self, row);
    g_hash_table_add(self->by_address, row);
    return row;
}

static void
touch(BhDeviceTable *self, Row *row)
{
    if (self->newest == row)
        return;
    unlink_row(self, row);
    link_newest(self, row);
}

/* Capacities that fill what malloc() hands out anyway (16 n + 8 with glibc). */
static guint16
capacity_for(gsize size)
{
    return (guint16)((size + 7) / 16 * 16 + 8);
}

static void
store_payload(Row *row, const guint8 *bytes, gsize size)
{
    guint16 wanted = capacity_for(size);
    gboolean wasteful = row->capacity > LARGE_PAYLOAD && wanted < row->capacity / 4;
    if (wanted > row->capacity || wasteful) {
        row->device.payload = g_realloc(row->device.payload, wanted);
        row->capacity = wanted;
    }
    if (size > 0)
        memcpy(row->device.payload, bytes, size);
    row->device.payload_size = (guint16)size;
}

static BhAdGroups
groups_in(const guint8 *bytes, gsize size)
{
    BhAdGroups groups = BH_AD_GROUP_NONE;
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure))
        groups |= bh_ad_group_of(structure.type);
    return groups;
}

/* A beacon of several kinds sends frames in turn, and BlueZ, which tells what a frame has, does not
 * tell what it lacks: the other kind would stay, and nobody could say which is the newer. */
static BhAdGroups
groups_outdated_by(const BhDevice *device, const BhReport *report)
{
    const guint8 manufacturers =
        BH_BEACON_BIT(BH_BEACON_IBEACON) | BH_BEACON_BIT(BH_BEACON_ALTBEACON);
    BhBeacon beacon;

    if (device->beacon == 0 || !bh_beacon_find(report->data, report->size, &beacon))
        return BH_AD_GROUP_NONE;
    return device->beacon & manufacturers ? BH_AD_GROUP_MANUFACTURER : BH_AD_GROUP_SERVICE_DATA;
}

/* What the payload becomes; borrowed from scratch. */
static const guint8 *
merge_payload(BhDeviceTable *self, const BhDevice *device, const BhReport *report, gsize *size)
{
    /* What a report brings it replaces, or the payload would grow with every report. */
    BhAdGroups replaced = report->replaced | groups_in(report->data, report->size) |
                          groups_outdated_by(device, report);

    bh_ad_merge(device->payload,
                device->payload_size,
                replaced,
                report->data,
                report->size,
                self->scratch);
    *size = self->scratch->len;
    return self->scratch->data;
}

/* TRUE if the bytes differ from the payload, which they then have become. */
static gboolean
replace_payload(Row *row, const guint8 *bytes, gsize size)
{
    BhDevice *device = &row->device;

    if (size == device->payload_size && (size == 0 || memcmp(bytes, device->payload, size) == 0))
        return FALSE;
    store_payload(row, bytes, size);
    return TRUE;
}

/* TRUE if the payload changed. */
static gboolean
apply_payload(BhDeviceTable *self, Row *row, const BhReport *report)
{
    BhDevice *device = &row->device;
    gsize size = 0;

    if (bh_device_raw_is_part(report))
        return bh_device_raw_take(device, &row->shorter, report, self->scratch) &&
               replace_payload(row, self->scratch->data, self->scratch->len);
    if (report->replaced == BH_AD_GROUP_NONE && report->size == 0)
        return FALSE;
    const guint8 *bytes = merge_payload(self, device, report, &size);
    if (!replace_payload(row, bytes, size))
        return FALSE;
    device->raw = FALSE;
    return TRUE;
}

/* What a payload is need not be found out again while it stays the same. */
static void
look_for_beacon(BhDeviceTable *self, BhDevice *device)
{
    BhBeacon beacon;
    BhBeaconResult result = bh_beacon_detect(device->payload, device->payload_size, &beacon);

    device->beacon = result == BH_BEACON_FOUND ? BH_BEACON_BIT(beacon.type) : 0;
    if (result == BH_BEACON_MALFORMED)
        self->malformed_beacons++;
}

/* TRUE if the signal strength changed. */
static gboolean
apply_rssi(BhDevice *device, gint8 rssi)
{
    if (rssi == BH_RSSI_UNKNOWN || rssi == device->rssi)
        return FALSE;
    device->rssi = rssi;
    return TRUE;
}

BhDevice *
bh_device_table_update(BhDeviceTable *self, const BhReport *report, BhDeviceChange *change)
{
    *change = BH_DEVICE_CHANGE_NONE;
    Row *row = g_hash_table_lookup(self->by_address, &report->address);
    if (row == NULL) {
        row = admit(self, report);
        *change |= BH_DEVICE_CHANGE_NEW;
    } else {
        touch(self, row);
    }

    if (apply_payload(self, row, report)) {
        *change |= BH_DEVICE_CHANGE_PAYLOAD;
        look_for_beacon(self, &row->device);
    }
    if (apply_rssi(&row->device, report->rssi))
        *change |= BH_DEVICE_CHANGE_RSSI;
    if (report->connectable != BH_CONNECTABLE_UNKNOWN)
        row->device.connectable = (guint8)report->connectable;
    row->device.adapter = report->adapter;
    row->device.last_seen_us = report->monotonic_us;
    row->device.realtime_us = report->realtime_us;
    bh_statistics_add(&row->device.statistics, report->rssi, report->monotonic_us);
    return &row->device;
}

BhDevice *
bh_device_table_lookup(BhDeviceTable *self, const BhAddress *address)
{
    return g_hash_table_lookup(self->by_address, address);
}

BhDevice *
bh_device_table_peek_slot(BhDeviceTable *self, guint32 slot, guint32 generation)
{
    if (slot >= self->slots->len)
        return NULL;
    BhDevice *device = g_ptr_array_index(self->slots, slot);
    return device != NULL && device->generation == generation ? device : NULL;
}

void
bh_device_table_foreach(BhDeviceTable *self, BhDeviceFunc func, gpointer user_data)
{
    for (Row *row = self->newest; row != NULL; row = row->older)
        if (!func(&row->device, user_data))
            return;
}

guint
bh_device_table_size(BhDeviceTable *self)
{
    return g_hash_table_size(self->by_address);
}

guint64
bh_device_table_evictions(BhDeviceTable *self)
{
    return self->evictions;
}

guint64
bh_device_table_malformed_beacons(BhDeviceTable *self)
{
    return self->malformed_beacons;
}

void
bh_device_table_set_max_rows(BhDeviceTable *self, guint max_rows)
{
    g_return_if_fail(max_rows >= 1 && max_rows <= MAX_ROWS_LIMIT);

    self->max_rows = max_rows;
    trim(self);
}
