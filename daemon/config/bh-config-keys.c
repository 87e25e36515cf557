/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every key there is stands once in the table below, with its bounds and its default written as the
 * file would write it. The manual page and the example file are held against this table by a test.
 */
#include "bh-config.h"

#include "bh-device-table.h"
#include "bh-median.h"
#include "bh-presence.h"
#include "bh-recovery.h"

#include <stddef.h>

#define DAY_MS 86400000
#define HOUR_MS 3600000
#define DBM_MIN (-127)
#define DBM_MAX 20

#define RANGE_KEY(group_, key_, field, default_, min_, max_, or_zero_)                             \
    {                                                                                              \
        .group = group_, .default_text = default_, .spec = {                                       \
            .key = key_,                                                                           \
            .type = BH_OPTION_INT,                                                                 \
            .offset = offsetof(BhConfig, field),                                                   \
            .present_offset = BH_OPTION_NO_PRESENT,                                                \
            .min = min_,                                                                           \
            .max = max_,                                                                           \
            .or_zero = or_zero_                                                                    \
        }                                                                                          \
    }
#define INT_KEY(group_, key_, field, default_, min_, max_)                                         \
    RANGE_KEY(group_, key_, field, default_, min_, max_, FALSE)
#define INT_OR_ZERO_KEY(group_, key_, field, default_, min_, max_)                                 \
    RANGE_KEY(group_, key_, field, default_, min_, max_, TRUE)
#define NUMBER_KEY(group_, key_, field, default_, min_, max_)                                      \
    {                                                                                              \
        .group = group_, .default_text = default_, .spec = {                                       \
            .key = key_,                                                                           \
            .type = BH_OPTION_DOUBLE,                                                              \
            .offset = offsetof(BhConfig, field),                                                   \
            .present_offset = BH_OPTION_NO_PRESENT,                                                \
            .min = 0,                                                                              \
            .max = max_,                                                                           \
            .least = min_                                                                          \
        }                                                                                          \
    }
#define OTHER_KEY(group_, key_, field, default_, type_)                                            \
    {                                                                                              \
        .group = group_, .default_text = default_, .spec = {                                       \
            .key = key_,                                                                           \
            .type = type_,                                                                         \
            .offset = offsetof(BhConfig, field),                                                   \
            .present_offset = BH_OPTION_NO_PRESENT                                                 \
        }                                                                                          \
    }

/* clang-format off */
static const BhConfigKey keys[] = {
    INT_KEY("limits", "MaxScans", max_scans, "32", 1, 1024),
    INT_KEY("limits", "MaxWaits", max_waits, "64", 1, 1024),
    INT_KEY("limits", "MaxStreams", max_streams, "64", 1, 1024),
    INT_KEY("limits", "MaxStreamBytes", max_stream_bytes, "33554432", 65536, 1073741824),
    INT_KEY("limits", "MaxHolds", max_holds, "64", 1, 1024),
    INT_KEY("limits", "MaxSubscriptions", max_subscriptions, "256", 1, 4096),
    INT_KEY("limits", "MaxOperations", max_operations, "4096", 1, 65536),
    INT_KEY("limits", "MaxApplications", max_applications, "16", 1, 256),
    INT_KEY("limits", "MaxAdvertisements", max_advertisements, "16", 1, 256),
    INT_KEY("limits", "MaxWatches", max_watches, "16", 1, 256),
    INT_KEY("limits", "MaxIdentities", max_identities, "10000", 1, 1000000),
    INT_KEY("limits", "MaxLinks", max_links, "16", 1, 64),
    INT_KEY("limits", "MaxClients", max_clients, "2048", 1, 4096),
    INT_KEY("limits", "MaxDevices", max_devices, G_STRINGIFY(BH_DEVICE_TABLE_DEFAULT_ROWS), 1, 1000000),
    INT_KEY("recovery", "SilentMs", silent_ms, G_STRINGIFY(BH_RECOVERY_SILENT_MS), 100, DAY_MS),
    INT_KEY("recovery", "PowerCycleMinMs", power_cycle_min_ms,
            G_STRINGIFY(BH_RECOVERY_POWER_CYCLE_MIN_MS), 100, DAY_MS),
    INT_KEY("recovery", "PowerCycleMaxMs", power_cycle_max_ms,
            G_STRINGIFY(BH_RECOVERY_POWER_CYCLE_MAX_MS), 100, DAY_MS),
    OTHER_KEY("recovery", "PowerCycle", power_cycle, "true", BH_OPTION_BOOL),
    OTHER_KEY("adapters", "Use", use, "", BH_OPTION_STRINGS),
    INT_KEY("scan", "DiscoverMs", discover_ms, "5000", 1, DAY_MS),
    INT_KEY("scan", "LeaseMs", lease_ms, "60000", 1000, DAY_MS),
    INT_KEY("scan", "RefreshMs", refresh_ms, "2000", 500, 60000),
    INT_KEY("connect", "TimeoutMs", connect_ms, "10000", 1, DAY_MS),
    INT_KEY("connect", "ManyTimeoutMs", connect_many_ms, "30000", 1, DAY_MS),
    INT_KEY("connect", "BackoffInitialMs", backoff_initial_ms, "5000", 100, HOUR_MS),
    INT_KEY("connect", "BackoffMaxMs", backoff_max_ms, "60000", 100, HOUR_MS),
    INT_KEY("connect", "StableMs", stable_ms, "0", 0, DAY_MS),
    OTHER_KEY("connect", "ReconnectScan", reconnect_scan, "true", BH_OPTION_BOOL),
    INT_KEY("connect", "LingerMs", linger_ms, "0", 0, HOUR_MS),
    INT_KEY("operations", "TimeoutMs", operation_ms, "1000", 1, DAY_MS),
    INT_KEY("operations", "ServicesTimeoutMs", services_ms, "10000", 1, DAY_MS),
    INT_KEY("operations", "TransactTimeoutMs", transact_ms, "10000", 1, DAY_MS),
    INT_KEY("operations", "PairTimeoutMs", pair_ms, "20000", 1, DAY_MS),
    INT_KEY("operations", "Queue", queue, "1", 1, 65536),
    NUMBER_KEY("watch", "Alpha", alpha, "0.3", 0.001, 1),
    INT_KEY("watch", "SamplePeriodMs", sample_period_ms, "0", 0, HOUR_MS),
    INT_OR_ZERO_KEY("watch", "MedianWindow", median_window, "0", 2, BH_MEDIAN_MAX),
    INT_KEY("watch", "RSSI", rssi, "-127", DBM_MIN, DBM_MAX),
    INT_KEY("watch", "ImmediateDbm", immediate_dbm, "-55", DBM_MIN, DBM_MAX),
    INT_KEY("watch", "NearDbm", near_dbm, "-70", DBM_MIN, DBM_MAX),
    NUMBER_KEY("watch", "HysteresisDb", hysteresis_db, "0", 0, 40),
    INT_KEY("watch", "MinSamples", min_samples, G_STRINGIFY(BH_ZONE_DEFAULT_MIN_SAMPLES), 1, 255),
    INT_KEY("watch", "DwellMs", dwell_ms, "0", 0, HOUR_MS),
    INT_KEY("watch", "LostMs", lost_ms, G_STRINGIFY(BH_PRESENCE_DEFAULT_LOST_MS), 100, DAY_MS),
    INT_OR_ZERO_KEY("watch", "LostIntervals", lost_intervals, "0", 2, 1000),
    NUMBER_KEY("watch", "PathLossExponent", exponent, "2.5", 1, 10),
    NUMBER_KEY("watch", "SwitchDb", switch_db, G_STRINGIFY(BH_PRESENCE_DEFAULT_SWITCH_DB), 0, 40),
};
/* clang-format on */

const BhConfigKey *
bh_config_peek_keys(gsize *n)
{
    *n = G_N_ELEMENTS(keys);
    return keys;
}
