/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a client asks of BlueZ with SetDiscoveryFilter, and what BlueZ makes of the wishes of all of
 * them: one filter for the kernel, as wide as the widest.
 */
#include "eir.h"

G_BEGIN_DECLS

#define BH_RSSI_NO_THRESHOLD 127

typedef struct {
    GStrv uuids; /* long form, NULL = all */
    gboolean has_rssi;
    gint16 rssi;
    gboolean has_pathloss;
    guint16 pathloss;
    gboolean le; /* Transport includes LE */
    gboolean duplicate_data;
    gboolean discoverable;
    char *pattern;
} BhDiscoveryFilter;

/** NULL if BlueZ answers InvalidArguments. */
BhDiscoveryFilter *bh_discovery_filter_parse(GVariant *options);
void bh_discovery_filter_free(BhDiscoveryFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDiscoveryFilter, bh_discovery_filter_free)

/** What the kernel is asked for. */
typedef struct {
    gboolean regular; /* no filter at all */
    gboolean le;
    gint rssi;   /* threshold, or BH_RSSI_NO_THRESHOLD */
    GStrv uuids; /* sorted, each once; NULL = all */
} BhKernelFilter;

/** filters: of all clients that discover, NULL for one without. skip_empty: a filter that asks for
 *  nothing counts as none (from 5.67 on). */
BhKernelFilter *bh_kernel_filter_merge(const GPtrArray *filters, gboolean skip_empty);
void bh_kernel_filter_free(BhKernelFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhKernelFilter, bh_kernel_filter_free)

gboolean bh_kernel_filter_equal(const BhKernelFilter *a, const BhKernelFilter *b);

/** Whether an advertisement passes bluetoothd's own check against all clients' filters. */
gboolean bh_discovery_filters_match(const GPtrArray *filters, const BhEir *eir);

/** Whether any client asked for every report. */
gboolean bh_discovery_filters_want_duplicates(const GPtrArray *filters);

/** Whether a device may show up: discoverable, unless a client's Pattern decides. */
gboolean bh_discovery_filters_show(const GPtrArray *filters,
                                   gboolean discoverable,
                                   const char *address,
                                   const char *name);

G_END_DECLS
