/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Hub1, the root object.
 */
#include "bh-export-context.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_HUB (bh_export_hub_get_type())
G_DECLARE_FINAL_TYPE(BhExportHub, bh_export_hub, BH, EXPORT_HUB, BhDbusHub1Skeleton)

/* Everything in context is borrowed: outlives the object. */
BhExportHub *bh_export_hub_new(const BhExportContext *context);
const BhExportContext *bh_export_hub_peek_context(BhDbusHub1 *object);

/* Methods that have files of their own; each fills in its handlers. */
void bh_export_connect_implement(BhDbusHub1Iface *iface);
void bh_export_connect_many_implement(BhDbusHub1Iface *iface);
void bh_export_bonds_implement(BhDbusHub1Iface *iface);
void bh_export_serve_implement(BhDbusHub1Iface *iface);
void bh_export_radio_implement(BhDbusHub1Iface *iface);
void bh_export_watch_implement(BhDbusHub1Iface *iface);

G_END_DECLS
