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

/* Below 0 if a is less strict than b, 0 if they are equally strict. */
static gint
compare_duties(const BhScanNeeds *a, const BhScanNeeds *b)
{
    gboolean a_always = a->interval_us != 0 && a->window_us == a->interval_us;
    gboolean b_always = b->interval_us != 0 && b->window_us == b->interval_us;

    if (a->interval_us == 0 || b->interval_us == 0) {
        gint a_rank = a_always ? 2 : a->interval_us == 0;
        gint b_rank = b_always ? 2 : b->interval_us == 0;
        return a_rank - b_rank;
    }
    /* a_window / a_interval against b_window / b_interval */
    guint64 a_share = (guint64)a->window_us * b->interval_us;
    guint64 b_share = (guint64)b->window_us * a->interval_us;
    if (a_share != b_share)
        return a_share < b_share ? -1 : 1;
    return a->interval_us > b->interval_us ? -1 : a->interval_us < b->interval_us;
}

static void
add_needs(BhScanDemand *self, const BhScanNeeds *needs)
{
    if (!self->wanted) {
        self->needs = *needs;
        return;
    }
    self->needs.passive &= needs->passive;
    self->needs.every_report |= needs->every_report;
    if (compare_duties(&self->needs, needs) < 0) {
        self->needs.interval_us = needs->interval_us;
        self->needs.window_us = needs->window_us;
    }
}

void
bh_scan_demand_add(BhScanDemand *self, const BhFilter *filter, const BhScanNeeds *needs)
{
    add_uuids(self, filter);
    add_rssi(self, filter);
    add_needs(self, needs);
    self->wanted = TRUE;
}

static gboolean
covers_rssi(const BhScanDemand *self, const BhScanDemand *other)
{
    return !self->has_rssi || (other->has_rssi && self->rssi <= other->rssi);
}

static gboolean
covers_needs(const BhScanNeeds *self, const BhScanNeeds *other)
{
    return (!self->passive || other->passive) && (self->every_report || !other->every_report) &&
           compare_duties(self, other) >= 0;
}

gboolean
bh_scan_demand_covers(const BhScanDemand *self, const BhScanDemand *other)
{
    if (!other->wanted)
        return TRUE;
    if (!self->wanted || !covers_rssi(self, other) || (other->any_uuid && !self->any_uuid) ||
        !covers_needs(&self->needs, &other->needs))
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
        .passive = self->needs.passive,
        .every_report = self->needs.every_report,
        .interval_us = self->needs.interval_us,
        .window_us = self->needs.window_us,
    };
    return view;
}
