/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Adapter1 of one hub adapter.
 */
#include "bh-export-context.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_ADAPTER (bh_export_adapter_get_type())
G_DECLARE_FINAL_TYPE(BhExportAdapter, bh_export_adapter, BH, EXPORT_ADAPTER, BhDbusAdapter1Skeleton)

/* What context points to is borrowed: outlives the object. */
BhExportAdapter *bh_export_adapter_new(BhAdapter *adapter, const BhExportContext *context);
BhAdapter *bh_export_adapter_peek_adapter(BhExportAdapter *self);
/* "/org/blehub/adapter/AA_BB_CC_DD_EE_FF". */
char *bh_export_adapter_dup_path(BhAdapter *adapter);

G_END_DECLS
