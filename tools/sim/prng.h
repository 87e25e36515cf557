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
/** Another one that follows from what from is now, which it leaves as it is; one for each stream.
 */
void bh_prng_init_from(BhPrng *prng, const BhPrng *from, guint32 stream);
guint32 bh_prng_next(BhPrng *prng);

/** Uniform in 0 ... bound - 1; bound is not 0. */
guint32 bh_prng_below(BhPrng *prng, guint32 bound);
/** Uniform above 0, up to and including 1. */
double bh_prng_unit(BhPrng *prng);

G_END_DECLS
