/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Packed stream records: what OpenStream(Format="packed") sends, a packet of whole records at a
 * time. Everything is little-endian and nothing is aligned.
 *
 * Packet: a header of 20 bytes, then its records.
 *
 *   offset  size  what
 *        0     3  "BHP"
 *        3     1  version: 1
 *        4     2  number of records, at least 1
 *        6     2  size of this header; a later one may be longer
 *        8     8  sequence number of the first record; the others follow it
 *       16     4  records lost right before the first
 *
 * Record of a scan, about an advertisement:
 *
 *   offset  size  what
 *        0     2  size of the record, this field included
 *        2     2  flags: 1 raw, 2 merged, 4 connectable is known, 8 connectable
 *        4     6  address, as people write it: most significant octet first
 *       10     1  its type: 0 public, 1 random
 *       11     1  RSSI in dBm, signed; 127 = not known
 *       12     6  address of the controller that heard it; all 0 = not known
 *       18     2  size A of the advertising data
 *       20     2  size B of the scan response
 *       22     2  0
 *       24     8  realtime, us
 *       32     8  monotonic, us
 *       40     A  advertising data
 *     40+A     B  scan response
 *
 * Record of a subscription, about a value:
 *
 *   offset  size  what
 *        0     2  size of the record, this field included
 *        2     2  flags: 0x8000 always, which no record of a scan has
 *        4     8  realtime, us
 *       12     8  monotonic, us
 *       20     2  size V of the value
 *       22     2  0
 *       24     V  value
 *
 * What may follow within a record's size, and flags that are not listed, are of a later version and
 * to be ignored. A change that an old reader would misread gets a new version number.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

#define BH_PACKED_VERSION 1
#define BH_PACKED_HEADER_SIZE 20
/** No packet is longer; a reader's buffer of this size never cuts one. */
#define BH_PACKED_PACKET_MAX 32768

/** One record as its reader sees it. */
typedef struct {
    guint64 sequence; /* from 1, of this reader */
    guint32 dropped;  /* records lost right before this one, because the reader was too slow */
    BhAddress address;
    gboolean has_adapter;
    BhAddress adapter; /* type is always public */
    gint8 rssi;        /* dBm; BH_RSSI_UNKNOWN */
    gboolean raw;      /* the payload is what the kernel delivered, to the byte */
    gboolean merged;   /* raw: the kernel joined advertising data and scan response */
    BhConnectable connectable;
    gint64 realtime_us;
    gint64 monotonic_us;
    const guint8 *advertising; /* borrowed from the packet, see bh-ad.h */
    gsize advertising_size;
    const guint8 *scan_response; /* borrowed from the packet; follows advertising there */
    gsize scan_response_size;    /* 0 unless it is known apart */
} BhPackedRecord;

/** One value of a subscription as its reader sees it. */
typedef struct {
    guint64 sequence; /* from 1, of this reader */
    guint32 dropped;  /* values lost right before this one, because the reader was too slow */
    gint64 realtime_us;
    gint64 monotonic_us;
    const guint8 *value; /* borrowed from the packet */
    gsize size;
} BhPackedValue;

/* Writing. */

/** The largest record there is. */
#define BH_PACKED_RECORD_MAX (40 + BH_AD_PAYLOAD_MAX)

/** Appends one record about the newest report of device, heard by adapter (NULL = not known). */
void bh_packed_append_record(GByteArray *out, const BhDevice *device, const BhAddress *adapter);

/** Bytes of the longest value (Core 5.4 Vol 3 Part F 3.2.9). */
#define BH_PACKED_VALUE_MAX 512

/** Appends one record about a value; what is longer than the longest is cut. */
void bh_packed_append_value(GByteArray *out,
                            const guint8 *value,
                            gsize size,
                            gint64 realtime_us,
                            gint64 monotonic_us);

void bh_packed_write_header(guint8 header[BH_PACKED_HEADER_SIZE],
                            guint16 records,
                            guint64 sequence,
                            guint32 dropped);

/* Reading. The bytes may be hostile: nothing outside them is looked at. */

typedef struct {
    const guint8 *next;
    const guint8 *end;
    guint left; /* records not read yet */
    guint64 sequence;
    guint32 dropped;
} BhPackedIter;

/** Begins to read a packet. Errors: NotSupported (another version), Failed (no packet). */
gboolean bh_packed_iter_init(BhPackedIter *iter, const guint8 *packet, gsize size, GError **error);

/** The next record of a scan's stream. FALSE at the end of the packet, or with error Failed at a
 * record that does not fit or is a value; the iterator is then at its end. */
gboolean bh_packed_iter_next(BhPackedIter *iter, BhPackedRecord *record, GError **error);

/** The same in a subscription's stream, whose records are values. */
gboolean bh_packed_iter_next_value(BhPackedIter *iter, BhPackedValue *value, GError **error);

/** The record as a device of libblehub: for rows, filters, statistics. Its payload is borrowed from
 * the packet and only to be read; slot and generation mean nothing. */
void bh_packed_record_get_device(const BhPackedRecord *record, BhDevice *device);

/** Adds what a device row has (see bh_device_add_to_row()), and Adapter s. builder is a
 * GVariantBuilder of a{sv}. */
void bh_packed_record_add_to_row(const BhPackedRecord *record, GVariantBuilder *builder);

G_END_DECLS
