/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The methods of Device1, one file per kind, and what a call of one of them keeps while it is under
 * way.
 */
#include "bh-export-device.h"

G_BEGIN_DECLS

typedef struct {
    BhDbusDevice1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
} BhDeviceCall;

BhDeviceCall *bh_device_call_new(BhDbusDevice1 *object, GDBusMethodInvocation *invocation);
void bh_device_call_free(BhDeviceCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceCall, bh_device_call_free)

BhRemote *bh_device_call_peek_remote(BhDbusDevice1 *object);
const BhExportContext *bh_device_call_peek_context(BhDbusDevice1 *object);
/* Who calls. */
BhClient *bh_device_call_peek_client(BhDbusDevice1 *object, GDBusMethodInvocation *invocation);

/* Each fills in its handlers. */
void bh_device_operations_implement(BhDbusDevice1Iface *iface);
void bh_device_link_implement(BhDbusDevice1Iface *iface);
void bh_device_pairing_implement(BhDbusDevice1Iface *iface);
void bh_device_services_implement(BhDbusDevice1Iface *iface);
void bh_transact_implement(BhDbusDevice1Iface *iface);

G_END_DECLS
