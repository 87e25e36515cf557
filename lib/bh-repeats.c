/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Few keys are compared each with each, which is fastest for what is usual; many are sorted.
 */
#include "bh-repeats.h"

#include <stdlib.h>
#include <string.h>

#define FEW 12

static void
compare_all(const BhUuid *keys, gsize n, BhKeep keep, gboolean *superfluous)
{
    for (gsize i = 0; i < n; i++)
        for (gsize j = i + 1; j < n; j++)
            if (bh_uuid_equal(&keys[i], &keys[j]))
                superfluous[keep == BH_KEEP_FIRST ? j : i] = TRUE;
}

/* Equal keys in the order of their places. */
static int
compare_places(gconstpointer a, gconstpointer b)
{
    const BhUuid *key_a = *(const BhUuid *const *)a, *key_b = *(const BhUuid *const *)b;
    int order = memcmp(key_a, key_b, sizeof *key_a);

    if (order != 0)
        return order;
    return key_a < key_b ? -1 : 1;
}

static void
compare_neighbours(const BhUuid *keys, gsize n, BhKeep keep, gboolean *superfluous)
{
    const BhUuid *sorted[BH_REPEATS_MAX];

    for (gsize i = 0; i < n; i++)
        sorted[i] = &keys[i];
    qsort(sorted, n, sizeof sorted[0], compare_places);
    for (gsize i = 1; i < n; i++)
        if (bh_uuid_equal(sorted[i - 1], sorted[i]))
            superfluous[sorted[keep == BH_KEEP_FIRST ? i : i - 1] - keys] = TRUE;
}

void
bh_repeats_find(const BhUuid *keys, gsize n, BhKeep keep, gboolean *superfluous)
{
    g_return_if_fail(n <= BH_REPEATS_MAX);

    memset(superfluous, 0, n * sizeof *superfluous);
    if (n <= FEW)
        compare_all(keys, n, keep, superfluous);
    else
        compare_neighbours(keys, n, keep, superfluous);
}
