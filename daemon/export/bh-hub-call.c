/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-hub-call.h"

BhHubCall *
bh_hub_call_new(BhDbusHub1 *object, GDBusMethodInvocation *invocation)
{
    BhHubCall *self = g_new(BhHubCall, 1);

    *self = (BhHubCall){g_object_ref(object), invocation};
    return self;
}

void
bh_hub_call_free(BhHubCall *self)
{
    g_object_unref(self->object);
    g_free(self);
}
