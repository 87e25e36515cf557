/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Every time limit of this layer, in one place; tests shorten them.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint call_ms;        /* one call to an adapter or device */
    guint tree_ms;        /* GetManagedObjects, which may be large */
    guint check_ms;       /* round trip to the bus */
    guint mgmt_ms;        /* one command to the kernel */
    guint gatt_ms;        /* one operation or attempt to connect: BlueZ gives up before */
    guint retry_ms;       /* until BlueZ is asked again that was busy with somebody else's */
    guint doubt_ms;       /* BlueZ tells of the end of a link as late as this after what it ended */
    guint power_cycle_ms; /* off and on again, in all */
    guint backoff_min_ms; /* first wait after a failure, doubled by each further one */
    guint backoff_max_ms; /* and to here: a call is cheap, a scan that starts late is not */
    guint batch_ms; /* between two drains of a busy stream, unless somebody wants them sooner */
    guint register_max_ms; /* between two tries to register what BlueZ refuses, at last */
} BhBluezTiming;

#define BH_BLUEZ_REFRESH_MS 2000 /* unless told otherwise, see bh_bluez_set_refresh() */

#define BH_BLUEZ_TIMING_DEFAULT                                                                    \
    {                                                                                              \
        .call_ms = 10000, .tree_ms = 25000, .check_ms = 5000, .mgmt_ms = 2000, .gatt_ms = 120000,  \
        .retry_ms = 10, .doubt_ms = 250, .power_cycle_ms = 10000, .backoff_min_ms = 250,           \
        .backoff_max_ms = 2000, .batch_ms = 10, .register_max_ms = 60000,                          \
    }

static inline guint
bh_bluez_timing_doubled_ms(guint min_ms, guint max_ms, guint failures)
{
    guint64 ms = (guint64)min_ms << MIN(failures, 16);

    return (guint)MIN(ms, max_ms);
}

/* How long to wait after so many failures in a row (0 = the first). */
static inline guint
bh_bluez_timing_backoff_ms(const BhBluezTiming *timing, guint failures)
{
    return bh_bluez_timing_doubled_ms(timing->backoff_min_ms, timing->backoff_max_ms, failures);
}

/* The same where a try costs BlueZ and us more. */
static inline guint
bh_bluez_timing_register_ms(const BhBluezTiming *timing, guint failures)
{
    return bh_bluez_timing_doubled_ms(timing->backoff_min_ms, timing->register_max_ms, failures);
}

G_END_DECLS
