/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Distance from signal strength by the log-distance path-loss model:
 * d = 10^((measured_power - rssi) / (10 * exponent)), measured_power being the RSSI at 1 m. A hint,
 * never a measurement: bodies, walls and antennas move the RSSI by more than metres do.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_DISTANCE_DEFAULT_POWER_DBM (-59)
#define BH_DISTANCE_DEFAULT_EXPONENT 2.5

/** Metres. exponent must be positive. */
double bh_distance_m(double rssi_dbm, double measured_power_dbm, double exponent);

/** From where to where a distance may be whose RSSI deviates by so many dB (one standard deviation)
 * either way: 6 dB at exponent 2.5 are a factor of 1.7. */
void bh_distance_interval_m(double rssi_dbm,
                            double deviation_db,
                            double measured_power_dbm,
                            double exponent,
                            double *min_m,
                            double *max_m);

G_END_DECLS
