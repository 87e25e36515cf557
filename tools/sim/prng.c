/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SplitMix64: a counter that steps by the golden ratio, its bits mixed by two multiplications. */
#include "prng.h"

#define STEP G_GUINT64_CONSTANT(0x9e3779b97f4a7c15)
#define MIX_1 G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9)
#define MIX_2 G_GUINT64_CONSTANT(0x94d049bb133111eb)

void
bh_prng_init(BhPrng *prng, guint32 seed, const char *name, guint index)
{
    prng->state = ((guint64)seed << 32) ^ g_str_hash(name) ^ ((guint64)index << 20);
    bh_prng_next(prng); /* neighbours' states differ in few bits only: mix once */
}

void
bh_prng_init_from(BhPrng *prng, const BhPrng *from, guint32 stream)
{
    prng->state = from->state ^ ((guint64)stream << 32);
    bh_prng_next(prng);
}

guint32
bh_prng_next(BhPrng *prng)
{
    guint64 bits = (prng->state += STEP);

    bits = (bits ^ (bits >> 30)) * MIX_1;
    bits = (bits ^ (bits >> 27)) * MIX_2;
    return (guint32)((bits ^ (bits >> 31)) >> 32);
}

guint32
bh_prng_below(BhPrng *prng, guint32 bound)
{
    return (guint32)(((guint64)bh_prng_next(prng) * bound) >> 32);
}

double
bh_prng_unit(BhPrng *prng)
{
    return (bh_prng_next(prng) + 1.0) / 4294967296.0;
}
