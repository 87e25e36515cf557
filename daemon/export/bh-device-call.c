/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-device-call.h"

BhDeviceCall *
bh_device_call_new(BhDbusDevice1 *object, GDBusMethodInvocation *invocation)
{
    BhDeviceCall *self = g_new(BhDeviceCall, 1);

    *self = (BhDeviceCall){g_object_ref(object), invocation};
    return self;
}

void
bh_device_call_free(BhDeviceCall *self)
{
    g_object_unref(self->object);
    g_free(self);
}

BhRemote *
bh_device_call_peek_remote(BhDbusDevice1 *object)
{
    return bh_export_device_peek_remote(BH_EXPORT_DEVICE(object));
}

const BhExportContext *
bh_device_call_peek_context(BhDbusDevice1 *object)
{
    return bh_export_device_peek_context(BH_EXPORT_DEVICE(object));
}

BhClient *
bh_device_call_peek_client(BhDbusDevice1 *object, GDBusMethodInvocation *invocation)
{
    return bh_gate_peek_client(bh_device_call_peek_context(object)->gate, invocation);
}
