/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-application-call.h"

BhApplicationCall *
bh_application_call_new(BhDbusApplication1 *object, GDBusMethodInvocation *invocation)
{
    BhApplicationCall *self = g_new(BhApplicationCall, 1);

    *self = (BhApplicationCall){g_object_ref(object), invocation, FALSE};
    return self;
}

void
bh_application_call_free(BhApplicationCall *self)
{
    g_object_unref(self->object);
    g_free(self);
}

BhApplication *
bh_application_call_peek_application(BhDbusApplication1 *object)
{
    return bh_export_application_peek_application(BH_EXPORT_APPLICATION(object));
}

const BhExportContext *
bh_application_call_peek_context(BhDbusApplication1 *object)
{
    return bh_export_application_peek_context(BH_EXPORT_APPLICATION(object));
}

BhClient *
bh_application_call_peek_client(BhDbusApplication1 *object, GDBusMethodInvocation *invocation)
{
    return bh_gate_peek_client(bh_application_call_peek_context(object)->gate, invocation);
}
