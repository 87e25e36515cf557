/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The inverse of the path-loss model. The result is finite for every RSSI and power a byte can
 * hold.
 */
#include "bh-distance.h"

#include <math.h>

double
bh_distance_m(double rssi_dbm, double measured_power_dbm, double exponent)
{
    return pow(10.0, (measured_power_dbm - rssi_dbm) / (10.0 * exponent));
}

void
bh_distance_interval_m(double rssi_dbm,
                       double deviation_db,
                       double measured_power_dbm,
                       double exponent,
                       double *min_m,
                       double *max_m)
{
    *min_m = bh_distance_m(rssi_dbm + deviation_db, measured_power_dbm, exponent);
    *max_m = bh_distance_m(rssi_dbm - deviation_db, measured_power_dbm, exponent);
}
