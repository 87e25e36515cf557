/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How strong a device is received: a constant, a trace that repeats, or a random walk. */
#include "prng.h"

G_BEGIN_DECLS

typedef enum {
    BH_RSSI_CONSTANT,
    BH_RSSI_TRACE,
    BH_RSSI_WALK,
} BhRssiKind;

typedef struct {
    BhRssiKind kind;
    gint8 start; /* constant value, or begin of the walk */
    gint8 min;
    gint8 max;
    gint8 step;
    GArray *trace; /* gint8 */
} BhRssiModel;

/** -60 dBm always. */
void bh_rssi_model_init(BhRssiModel *model);
void bh_rssi_model_clear(BhRssiModel *model);
void bh_rssi_model_copy(BhRssiModel *to, const BhRssiModel *from);

/** "DBM" or "DBM;DBM;...". */
gboolean bh_rssi_model_parse(BhRssiModel *model, const char *text, GError **error);
/** "START;MIN;MAX;STEP". */
gboolean bh_rssi_model_parse_walk(BhRssiModel *model, const char *text, GError **error);

/** The value of advertisement number n, the one before it being last. */
gint8 bh_rssi_model_step(const BhRssiModel *model, BhPrng *prng, guint n, gint8 last);

G_END_DECLS
