/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-call.h"

BhCall *
bh_call_new_hex(gpointer object, GDBusMethodInvocation *invocation, gboolean hex)
{
    BhCall *self = g_new(BhCall, 1);

    *self = (BhCall){g_object_ref(object), invocation, hex};
    return self;
}

BhCall *
bh_call_new(gpointer object, GDBusMethodInvocation *invocation)
{
    return bh_call_new_hex(object, invocation, FALSE);
}

void
bh_call_free(BhCall *self)
{
    g_object_unref(self->object);
    g_free(self);
}
