/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Device1 of one remote device: it belongs to everybody who holds the device, and is
 * there while somebody does.
 */
#include "bh-export-context.h"
#include "bh-remote.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_DEVICE (bh_export_device_get_type())
G_DECLARE_FINAL_TYPE(BhExportDevice, bh_export_device, BH, EXPORT_DEVICE, BhDbusDevice1Skeleton)

/* Not published yet. What context points to is borrowed: outlives the object. */
BhExportDevice *bh_export_device_new(BhRemote *remote, const BhExportContext *context);
BhRemote *bh_export_device_peek_remote(BhExportDevice *self);
const BhExportContext *bh_export_device_peek_context(BhExportDevice *self);

/* "/org/blehub/device/random_AA_BB_CC_DD_EE_FF" */
char *bh_export_device_dup_path(const BhAddress *address);

G_END_DECLS
