/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A spec and a remote; what follows from them is the remote's to do.
 */
#include "bh-hold-private.h"
#include "bh-remote.h"

struct _BhHold {
    BhOwned parent;
    BhHoldSpec spec;
    BhRemote *remote;
};

G_DEFINE_FINAL_TYPE(BhHold, bh_hold, BH_TYPE_OWNED)

const BhHoldSpec *
bh_hold_peek_spec(BhHold *self)
{
    return &self->spec;
}

BhRemote *
bh_hold_peek_remote(BhHold *self)
{
    return self->remote;
}

static void
bh_hold_finalize(GObject *object)
{
    g_object_unref(BH_HOLD(object)->remote);
    G_OBJECT_CLASS(bh_hold_parent_class)->finalize(object);
}

static void
bh_hold_class_init(BhHoldClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_hold_finalize;
}

static void
bh_hold_init(BhHold *self)
{
}

BhHold *
bh_hold_new(BhRemote *remote, const BhHoldSpec *spec)
{
    BhHold *self = g_object_new(BH_TYPE_HOLD, NULL);

    self->remote = g_object_ref(remote);
    self->spec = *spec;
    return self;
}
