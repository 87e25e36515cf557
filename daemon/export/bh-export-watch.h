/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub.Watch1 of one hub watch.
 */
#include "bh-export-context.h"
#include "bh-watch-options.h"

#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_EXPORT_WATCH (bh_export_watch_get_type())
G_DECLARE_FINAL_TYPE(BhExportWatch, bh_export_watch, BH, EXPORT_WATCH, BhDbusWatch1Skeleton)

/* Serves watch until it is released; returns its path, to be freed. What context points to is
 * borrowed: outlives the watch. */
char *bh_export_watch_publish(BhWatch *watch,
                              const BhWatchOptions *options,
                              const BhExportContext *context);

G_END_DECLS
