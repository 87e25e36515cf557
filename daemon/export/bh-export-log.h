/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.freedesktop.LogControl1, so that `systemctl service-log-level blehubd debug` works.
 */
#include "bh-gate.h"
#include "bh-log.h"

#include "bh-standard.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_LOG (bh_export_log_get_type())
G_DECLARE_FINAL_TYPE(BhExportLog, bh_export_log, BH, EXPORT_LOG, BhStdLogControl1Skeleton)

/* gate and settings are borrowed: outlive the object. */
BhExportLog *bh_export_log_new(BhGate *gate, BhLogSettings *settings);

G_END_DECLS
