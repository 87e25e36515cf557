/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every device heard on the air, in a table of bounded size. When it is full the device unheard for
 * longest goes first; the loss is counted. A row has a slot number that
 * stays while the row lives and is then reused with a new generation, so others can keep arrays
 * beside the table instead of maps, and notice that a row has become another.
 */
#include "bh-beacon.h"
#include "bh-report.h"
#include "bh-statistics.h"

G_BEGIN_DECLS

#define BH_DEVICE_TABLE_DEFAULT_ROWS 10000

typedef struct {
    BhAddress address;
    guint8 adapter;     /* that heard it last */
    gint8 rssi;         /* newest known; BH_RSSI_UNKNOWN */
    gboolean raw;       /* payload is exactly what the kernel delivered */
    guint8 merged;      /* raw only: the advertising data may end with a scan response, joined to it
                           by the kernel */
    guint8 connectable; /* BhConnectable */
    guint8 beacon; /* BH_BEACON_BIT() of the type of the beacon that the payload has; 0 = none */
    guint32 slot;
    guint32 generation; /* never 0; differs for each tenant of a slot */
    guint16 payload_size;
    guint16
        advertising_size; /* raw only: the first so many bytes are advertising data, the rest is the
                             scan response; equal to payload_size if merged or none is known */
    guint8 *payload;      /* advertising data, see bh-ad.h; owned by the table */
    gint64 first_seen_us; /* monotonic */
    gint64 last_seen_us;  /* monotonic */
    gint64 realtime_us;   /* of the newest report */
    BhStatistics statistics;
} BhDevice;

typedef enum {
    BH_DEVICE_CHANGE_NONE = 0,
    BH_DEVICE_CHANGE_NEW = 1 << 0,
    BH_DEVICE_CHANGE_PAYLOAD = 1 << 1,
    BH_DEVICE_CHANGE_RSSI = 1 << 2,
} BhDeviceChange;

typedef struct BhDeviceTable BhDeviceTable;

/** max_rows: 1 to 1,000,000. */
BhDeviceTable *bh_device_table_new(guint max_rows);
void bh_device_table_free(BhDeviceTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceTable, bh_device_table_free)

/** Merges a report into its device's row, making the row if needed. Returns the row (borrowed:
 * until the next update) and what changed; of a new device everything known did. Groups of which
 * the report brings structures are replaced also if it does not say so; one that neither brings nor
 * replaces anything is about RSSI and time. */
BhDevice *
bh_device_table_update(BhDeviceTable *self, const BhReport *report, BhDeviceChange *change);

BhDevice *bh_device_table_lookup(BhDeviceTable *self, const BhAddress *address);
/** The row in a slot if it is still of that generation, else NULL. */
BhDevice *bh_device_table_peek_slot(BhDeviceTable *self, guint32 slot, guint32 generation);

/** Calls func for each row, most recently heard first, until it returns FALSE. func must not
 *  update. */
typedef gboolean (*BhDeviceFunc)(BhDevice *device, gpointer user_data);
void bh_device_table_foreach(BhDeviceTable *self, BhDeviceFunc func, gpointer user_data);

guint bh_device_table_size(BhDeviceTable *self);
guint64 bh_device_table_evictions(BhDeviceTable *self);
/** Payloads that were new and had a malformed beacon, see bh_beacon_detect(). */
guint64 bh_device_table_malformed_beacons(BhDeviceTable *self);
/** Changes the bound; a smaller one evicts at once. */
void bh_device_table_set_max_rows(BhDeviceTable *self, guint max_rows);

/** The beacon in the payload; FALSE (at the cost of a look at one byte) if there is none. */
gboolean bh_device_get_beacon(const BhDevice *device, BhBeacon *beacon);

/** Distance in metres after its newest RSSI, which must be known: exponent 2.5, power at 1 m as
 * beacon (NULL = none) says it, else -59 dBm; see bh-distance.h. */
double bh_device_get_distance_m(const BhDevice *device, const BhBeacon *beacon);

/** Everything known of the device except statistics and adapter name: Address s, AddressType s,
 * RSSI n, DistanceM d (see bh_device_get_distance_m()), payload fields as in bh_ad_add_to_row,
 * Beacon a{sv} (see bh_beacon_add_to_row()), Connectable b if known; only if raw AdvertisingData ay
 * with Merged b, and ScanResponse ay, each if known; Timestamp x and TimestampMonotonic x (us). */
void bh_device_add_to_row(const BhDevice *device, GVariantBuilder *builder);

G_END_DECLS
