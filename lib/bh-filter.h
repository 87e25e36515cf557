/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which devices a scan wants: AND across keys, OR within a list. A filter is read from options once
 * and then decides per report without allocating.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

typedef struct BhFilter BhFilter;

/** What a filter is made of; every field may be empty. */
typedef struct {
    char **uuids;          /* any form bh_uuid_parse takes */
    char *name_pattern;    /* glob, on the name; case-sensitive */
    char *address_pattern; /* glob on "AA:BB:..", either case */
    guint16 *manufacturer_ids;
    gsize n_manufacturer_ids;
    guint8 beacons; /* a set of beacon types, see bh_beacon_types_parse(); 0 = whatever it is */
    gboolean has_rssi;
    gint rssi; /* minimum dBm, -127 to 20 */
} BhFilterSpec;

void bh_filter_spec_clear(BhFilterSpec *spec);

/** Error: InvalidArguments whose first word is UUIDs, NamePattern, AddressPattern or RSSI. */
BhFilter *bh_filter_new(const BhFilterSpec *spec, GError **error);
void bh_filter_free(BhFilter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFilter, bh_filter_free)

/** A device without a known RSSI does not pass a filter with a minimum. */
gboolean bh_filter_matches(const BhFilter *self, const BhDevice *device);

/** For merging demands towards BlueZ: the UUIDs asked for (NULL = any) and the minimum RSSI (FALSE
 * = none). A filter with a name, address or manufacturer still narrows by UUID. */
const BhUuid *bh_filter_peek_uuids(const BhFilter *self, gsize *n);
gboolean bh_filter_get_min_rssi(const BhFilter *self, gint *dbm);

G_END_DECLS
