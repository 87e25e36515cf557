/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Hold1 of one hold.
 */
#include "bh-export-context.h"
#include "bh-hold.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_HOLD (bh_export_hold_get_type())
G_DECLARE_FINAL_TYPE(BhExportHold, bh_export_hold, BH, EXPORT_HOLD, BhDbusHold1Skeleton)

/* Serves hold until it is released; returns its path, to be freed. options is a{sv}, for the
 * property. What context points to is borrowed: outlives the hold. */
char *bh_export_hold_publish(BhHold *hold, GVariant *options, const BhExportContext *context);

G_END_DECLS
