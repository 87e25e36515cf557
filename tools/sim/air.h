/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The air: what all simulated devices transmit, in order of time. Pure and deterministic: the same
 * devices and seed give the same advertisements, whoever asks and however often. It knows no clock;
 * whoever plays it says what time it is.
 *
 * Each device advertises at its interval plus 0 to 10 ms chosen anew each time, as the
 * specification has it (Core 5.4 Vol 6 Part B 4.4.2.2.1).
 */
#include "scenario.h"

G_BEGIN_DECLS

/** One advertising event. The bytes are borrowed: valid until the next call to the air. */
typedef struct {
    gint64 time_us;
    const BhScenarioDevice *device; /* borrowed; NULL when injected */
    BhAddress address;              /* rotates, if the device's does */
    BhPduKind pdu;
    const guint8 *advertising;
    gsize advertising_size;
    const guint8 *scan_response; /* what a scan request would be answered with */
    gsize scan_response_size;
    gint8 rssi;
} BhAdvertisement;

typedef struct _BhAir BhAir;

BhAir *bh_air_new(guint32 seed);
void bh_air_free(BhAir *air);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAir, bh_air_free)

/** Starts a device; its ArriveMs and DepartMs count from now_us. */
void bh_air_add(BhAir *air, BhScenarioDevice *device, gint64 now_us);

/** Stops the devices of a group; how many there were. */
guint bh_air_remove(BhAir *air, const char *group);
gboolean bh_air_has(const BhAir *air, const char *group);

/** When the next advertisement is due, G_MAXINT64 if never. */
gint64 bh_air_next_time(const BhAir *air);

/** The next advertisement if it is due at now_us; FALSE if there is none. */
gboolean bh_air_take(BhAir *air, gint64 now_us, BhAdvertisement *advertisement);

G_END_DECLS
