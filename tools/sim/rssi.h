/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How strong a device is received where it is: a constant, a trace that repeats, a random walk, or
 * a path over time. What happens on the way to the radio is in fading.h.
 */
#include "prng.h"

G_BEGIN_DECLS

#define BH_RSSI_MIN (-127) /* dBm; what a controller can report, Core 5.4 Vol 4 Part E 7.7.65.2 */
#define BH_RSSI_MAX 20

typedef enum {
    BH_RSSI_CONSTANT,
    BH_RSSI_TRACE,
    BH_RSSI_WALK,
    BH_RSSI_PATH,
} BhRssiKind;

/** Where a path is at a time since its beginning. */
typedef struct {
    gint64 at_us;
    gint8 dbm;
} BhRssiPoint;

typedef struct {
    BhRssiKind kind;
    gint8 start; /* constant value, or begin of the walk or path */
    gint8 min;
    gint8 max;
    gint8 step;
    GArray *trace; /* gint8 */
    GArray *path;  /* BhRssiPoint, from 0 on, in order; two of the same time are a step */
} BhRssiModel;

/** -60 dBm always. */
void bh_rssi_model_init(BhRssiModel *model);
void bh_rssi_model_clear(BhRssiModel *model);
void bh_rssi_model_copy(BhRssiModel *to, const BhRssiModel *from);

/** "DBM" or "DBM;DBM;...". */
gboolean bh_rssi_model_parse(BhRssiModel *model, const char *text, GError **error);
/** "START;MIN;MAX;STEP". */
gboolean bh_rssi_model_parse_walk(BhRssiModel *model, const char *text, GError **error);
/** "MS:DBM;MS:DBM;...": straight between the points, from the first again after the last. */
gboolean bh_rssi_model_parse_path(BhRssiModel *model, const char *text, GError **error);

/** Which advertisement it is, and how long the device has been on its path. */
typedef struct {
    guint n;
    gint64 elapsed_us;
} BhRssiMoment;

/** The value then, the one before it being last. */
gint8
bh_rssi_model_step(const BhRssiModel *model, BhPrng *prng, const BhRssiMoment *when, gint8 last);

G_END_DECLS
