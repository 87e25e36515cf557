/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Options of the scanning methods: which keys each method takes, their ranges and defaults, and how
 * they become a BhScanSpec.
 */
#include "bh-common-options.h"

G_BEGIN_DECLS

typedef struct {
    char **uuids;
    char *name_pattern;
    char *address_pattern;
    GArray *manufacturer_ids; /* guint16 */
    char **beacons;
    guint8 beacon_types; /* the set that beacons names */
    gboolean has_rssi;
    gint64 rssi;
    char *adapter;

    gint64 duration_ms;
    gint report; /* BhReportMode */
    gint64 min_interval_ms;
    gboolean active;
    gboolean has_preset;
    gint preset; /* index into the table of duty cycles */
    gboolean has_interval;
    gint64 interval_us; /* 0 = the controller's own */
    gboolean has_window;
    gint64 window_us;
    gint64 count;
    gboolean hex_keys;

    BhLifetimeOptions life;
} BhScanOptions;

typedef enum {
    BH_SCAN_OPTIONS_SCAN,
    BH_SCAN_OPTIONS_DISCOVER,
    BH_SCAN_OPTIONS_LIST,
} BhScanOptionsFor;

/* Errors: InvalidArguments with the key first. */
gboolean bh_scan_options_parse(GVariant *dict,
                               BhScanOptionsFor what,
                               const BhExportDefaults *defaults,
                               BhScanOptions *options,
                               GError **error);
void bh_scan_options_clear(BhScanOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhScanOptions, bh_scan_options_clear)

/* The spec borrows from options. Errors: InvalidArguments "Adapter: ...", and NotSupported with the
 * option that asks for more than the radio can. */
gboolean
bh_scan_options_to_spec(const BhScanOptions *options, BhHub *hub, BhScanSpec *spec, GError **error);

/* What is in force, defaults included, for Scan1.Options: a{sv}. */
GVariant *bh_scan_options_to_variant(const BhScanOptions *options);

/* Options of the methods that read a scan: HexKeys, and TimeoutMs where one waits. */
typedef struct {
    gint64 timeout_ms;
    gboolean hex_keys;
} BhReadOptions;

gboolean bh_wait_options_parse(GVariant *dict, BhReadOptions *options, GError **error);
gboolean bh_get_options_parse(GVariant *dict, BhReadOptions *options, GError **error);

G_END_DECLS
