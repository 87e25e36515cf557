/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a watch would make of readings that come at a steady pace, computed by the same functions:
 * floor, period, median, average, zone, distance. Nothing is lost in between.
 */
#include "bh-presence.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_SIMULATION_INTERVAL_MS 1000

typedef struct {
    BhPresenceSettings settings;
    gint64 interval_us; /* between readings */
} BhSimulation;

/** From options of Hub1.Watch; MinSamples is 1 unless it, or a preset that says it, is given.
 * Error: G_OPTION_ERROR. */
gboolean bh_simulation_init(BhSimulation *self, GVariantDict *options, GError **error);

/** How the average behaves: Alpha d, Window d, ResponseSamples d, ResponseMs d. */
GVariant *bh_simulation_describe(const BhSimulation *self);

/** A row (a{sv}) for each sample, with the keys of a state row as far as they make sense; and for
 * each reading below the floor one of RSSI n and BelowFloor b. readings: dBm. */
GPtrArray *bh_simulation_run(const BhSimulation *self, const gint8 *readings, gsize n);

G_END_DECLS
