/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Noise by the Box-Muller transform; between dips a time without memory. */
#include "fading.h"

#include "keys.h"
#include "rssi.h"

#include <math.h>

#define MAX_DB 100.0
#define MAX_TIME_MS 1e9
#define DIP_MIN_MS 1.0

enum {
    STREAM_NOISE = 1,
    STREAM_DIPS
};

static gboolean
read_db(const char *text, double *db, GError **error)
{
    char *end = NULL;

    *db = g_ascii_strtod(text, &end);
    return (end != text && *end == '\0' && *db >= 0 && *db <= MAX_DB) ||
           bh_text_refuse(error, "a number of dB must be from 0 to 100");
}

gboolean
bh_fading_parse_noise(BhFading *fading, const char *text, GError **error)
{
    return read_db(text, &fading->noise_db, error);
}

gboolean
bh_fading_parse_dips(BhFading *fading, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    if (g_strv_length(list) != 4)
        return bh_text_refuse(error, "must be EVERY_MS;LASTS_MS;MIN_DB;MAX_DB");
    if (!bh_text_to_us(list[0], DIP_MIN_MS, MAX_TIME_MS, &fading->dip_every_us, error) ||
        !bh_text_to_us(list[1], DIP_MIN_MS, MAX_TIME_MS, &fading->dip_lasts_us, error) ||
        !read_db(list[2], &fading->dip_min_db, error) ||
        !read_db(list[3], &fading->dip_max_db, error))
        return FALSE;
    return (fading->dip_lasts_us < fading->dip_every_us &&
            fading->dip_min_db <= fading->dip_max_db) ||
           bh_text_refuse(error, "LASTS_MS must be below EVERY_MS, MIN_DB not above MAX_DB");
}

static double
uniform(BhPrng *prng, double min, double max)
{
    return min + bh_prng_unit(prng) * (max - min);
}

/* The one after the dip that ended at after_us. */
static void
plan_dip(const BhFading *fading, BhFadingState *state, gint64 after_us)
{
    double free_us = (double)(fading->dip_every_us - fading->dip_lasts_us);
    double lasts_us = (double)fading->dip_lasts_us * uniform(&state->dips, 0.5, 1.5);

    state->dip_us = after_us - (gint64)(log(bh_prng_unit(&state->dips)) * free_us);
    state->dip_end_us = state->dip_us + (gint64)lasts_us;
    state->dip_db = uniform(&state->dips, fading->dip_min_db, fading->dip_max_db);
}

void
bh_fading_state_init(BhFadingState *state,
                     const BhFading *fading,
                     const BhPrng *prng,
                     gint64 now_us)
{
    bh_prng_init_from(&state->noise, prng, STREAM_NOISE);
    bh_prng_init_from(&state->dips, prng, STREAM_DIPS);
    if (fading->dip_every_us > 0)
        plan_dip(fading, state, now_us);
}

static double
noise(const BhFading *fading, BhFadingState *state)
{
    double radius = sqrt(-2.0 * log(bh_prng_unit(&state->noise)));

    return fading->noise_db * radius * cos(2.0 * G_PI * bh_prng_unit(&state->noise));
}

static double
dip(const BhFading *fading, BhFadingState *state, gint64 now_us)
{
    while (now_us >= state->dip_end_us)
        plan_dip(fading, state, state->dip_end_us);
    return now_us >= state->dip_us ? state->dip_db : 0.0;
}

gint8
bh_fading_apply(const BhFading *fading, BhFadingState *state, gint64 now_us, gint8 dbm)
{
    double received = dbm;

    if (fading->noise_db > 0)
        received += noise(fading, state);
    if (fading->dip_every_us > 0)
        received -= dip(fading, state, now_us);
    return (gint8)CLAMP(lround(received), BH_RSSI_MIN, BH_RSSI_MAX);
}
