/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A small seeded random generator (SplitMix64). Every simulated device has its own, seeded from the
 * scenario's seed and its name, so that adding one device does not change what the others do.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint64 state;
} BhPrng;

void bh_prng_init(BhPrng *prng, guint32 seed, const char *name, guint index);
guint32 bh_prng_next(BhPrng *prng);

/** Uniform in 0 ... bound - 1; bound is not 0. */
guint32 bh_prng_below(BhPrng *prng, guint32 bound);

G_END_DECLS
