/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Set algebra over filters: "any" is the widest, then the union of what was named. More than 32
 * UUIDs are asked for as "any", because a longer list costs BlueZ more per report than it saves us.
 */
#include "bh-scan-demand.h"

#include <string.h>

#define MAX_UUIDS 32

BhScanDemand *
bh_scan_demand_new(void)
{
    BhScanDemand *self = g_new0(BhScanDemand, 1);

    self->uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));
    return self;
}

void
bh_scan_demand_free(BhScanDemand *self)
{
    g_array_unref(self->uuids);
    g_free(self);
}

static gint
compare_uuids(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(BhUuid));
}

static gboolean
has_uuid(const BhScanDemand *self, const BhUuid *uuid)
{
    return self->any_uuid || g_array_binary_search(self->uuids, uuid, compare_uuids, NULL);
}

static void
add_uuids(BhScanDemand *self, const BhFilter *filter)
{
    gsize n = 0;
    const BhUuid *uuids = bh_filter_peek_uuids(filter, &n);

    for (gsize i = 0; i < n; i++) {
        if (has_uuid(self, &uuids[i]))
            continue;
        g_array_append_val(self->uuids, uuids[i]);
        g_array_sort(self->uuids, compare_uuids);
    }
    if (n == 0 || self->uuids->len > MAX_UUIDS) {
        self->any_uuid = TRUE;
        g_array_set_size(self->uuids, 0);
    }
}

static void
add_rssi(BhScanDemand *self, const BhFilter *filter)
{
    gint rssi = 0;
    gboolean has_rssi = bh_filter_get_min_rssi(filter, &rssi);

    if (!has_rssi)
        self->has_rssi = FALSE;
    else if (!self->wanted) {
        self->has_rssi = TRUE;
        self->rssi = rssi;
    } else if (self->has_rssi)
        self->rssi = MIN(self->rssi, rssi);
}

void
bh_scan_demand_add(BhScanDemand *self, const BhFilter *filter)
{
    add_uuids(self, filter);
    add_rssi(self, filter);
    self->wanted = TRUE;
}

static gboolean
covers_rssi(const BhScanDemand *self, const BhScanDemand *other)
{
    return !self->has_rssi || (other->has_rssi && self->rssi <= other->rssi);
}

gboolean
bh_scan_demand_covers(const BhScanDemand *self, const BhScanDemand *other)
{
    if (!other->wanted)
        return TRUE;
    if (!self->wanted || !covers_rssi(self, other) || (other->any_uuid && !self->any_uuid))
        return FALSE;
    for (guint i = 0; i < other->uuids->len; i++)
        if (!has_uuid(self, &g_array_index(other->uuids, BhUuid, i)))
            return FALSE;
    return TRUE;
}

const BhRadioScanDemand *
bh_scan_demand_peek(const BhScanDemand *self, BhRadioScanDemand *view)
{
    if (!self->wanted)
        return NULL;
    *view = (BhRadioScanDemand){
        .uuids = (const BhUuid *)(gpointer)self->uuids->data,
        .n_uuids = self->uuids->len,
        .has_rssi = self->has_rssi,
        .rssi = self->rssi,
    };
    return view;
}
