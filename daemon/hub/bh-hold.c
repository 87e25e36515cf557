/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header; not built yet.
 */
#include "bh-hold.h"

#include "bh-error.h"

struct _BhHold {
    BhOwned parent;
};

G_DEFINE_FINAL_TYPE(BhHold, bh_hold, BH_TYPE_OWNED)

const BhHoldSpec *
bh_hold_peek_spec(BhHold *self)
{
    return NULL;
}

BhRemote *
bh_hold_peek_remote(BhHold *self)
{
    return NULL;
}

static void
bh_hold_class_init(BhHoldClass *klass)
{
}

static void
bh_hold_init(BhHold *self)
{
}
