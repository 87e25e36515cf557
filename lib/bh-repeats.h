/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which keys of a payload stand there more than once. A payload mostly has a handful; who wants to
 * do harm fills one with hundreds, so finding out must not cost their square. Internal to
 * libblehub.
 */
#include "bh-ad.h"

G_BEGIN_DECLS

/* As many as a payload can have: structures of nothing but length and type, UUIDs of 16 bits. */
#define BH_REPEATS_MAX (BH_AD_PAYLOAD_MAX / 2)

typedef enum {
    BH_KEEP_FIRST,
    BH_KEEP_LAST,
} BhKeep;

/* Sets superfluous for every key that another one, the first or last of its kind, stands for. n is
 * at most BH_REPEATS_MAX. */
void bh_repeats_find(const BhUuid *keys, gsize n, BhKeep keep, gboolean *superfluous);

G_END_DECLS
