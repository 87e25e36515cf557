/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Device1 of one remote device: it belongs to everybody who holds the device, and is
 * there while somebody does.
 */
#include "bh-call.h"
#include "bh-export-context.h"
#include "bh-remote.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_DEVICE (bh_export_device_get_type())
G_DECLARE_FINAL_TYPE(BhExportDevice, bh_export_device, BH, EXPORT_DEVICE, BhDbusDevice1Skeleton)

/* Not published yet. What context points to is borrowed: outlives the object. */
BhExportDevice *bh_export_device_new(BhRemote *remote, const BhExportContext *context);
BhRemote *bh_export_device_peek_remote(BhDbusDevice1 *object);
const BhExportContext *bh_export_device_peek_context(BhDbusDevice1 *object);
/* Who calls. */
BhClient *bh_export_device_peek_client(BhDbusDevice1 *object, GDBusMethodInvocation *invocation);

/* "/org/blehub/device/random_AA_BB_CC_DD_EE_FF" */
char *bh_export_device_dup_path(const BhAddress *address);

/* The methods have files of their own; each fills in its handlers. */
void bh_device_operations_implement(BhDbusDevice1Iface *iface);
void bh_device_link_implement(BhDbusDevice1Iface *iface);
void bh_device_pairing_implement(BhDbusDevice1Iface *iface);
void bh_device_services_implement(BhDbusDevice1Iface *iface);
void bh_transact_implement(BhDbusDevice1Iface *iface);

G_END_DECLS
