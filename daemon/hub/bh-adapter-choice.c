/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything becomes one figure, in dB.
 */
#include "bh-adapter-choice.h"

#define LINKED_DB 1000
#define UNHEARD_DB -500 /* any that hears it is better */

static gint
rate(const BhAdapterCandidate *it)
{
    gint signal = it->heard ? it->rssi : UNHEARD_DB;

    return it->linked ? LINKED_DB : signal - (it->busy ? BH_ADAPTER_CHOICE_BUSY_DB : 0);
}

static gboolean
is_better(const BhAdapterCandidate *it, const BhAdapterCandidate *best)
{
    if (best == NULL || rate(it) != rate(best))
        return best == NULL || rate(it) > rate(best);
    return it->links < best->links;
}

const BhAdapterCandidate *
bh_adapter_choose(const BhAdapterCandidate *candidates, guint n)
{
    const BhAdapterCandidate *best = NULL;

    for (guint i = 0; i < n; i++) {
        const BhAdapterCandidate *it = &candidates[i];

        if ((it->linked || !it->full) && is_better(it, best))
            best = it;
    }
    return best;
}
