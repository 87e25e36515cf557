/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the kernel makes of a controller's advertising reports during an active LE discovery, before
 * bluetoothd sees them: a connectable or scannable advertisement waits for its scan response and
 * both become one; it goes out alone when another device is heard first, and is lost when the same
 * device is heard again first. Then the merged filter's RSSI threshold and UUIDs are applied. Pure.
 */
#include "controller.h"
#include "discovery-filter.h"

G_BEGIN_DECLS

/** A device found, as in the management protocol. data is borrowed. */
typedef struct {
    BhAddress address;
    gboolean connectable;
    gint8 rssi;
    const guint8 *data;
    gsize size;
} BhFound;

typedef void (*BhFoundFunc)(const BhFound *found, gpointer user_data);

typedef struct _BhKernel BhKernel;

BhKernel *bh_kernel_new(BhFoundFunc func, gpointer user_data);
void bh_kernel_free(BhKernel *kernel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhKernel, bh_kernel_free)

/** Begins a discovery: forgets what waited. The filter is borrowed until the next start. */
void bh_kernel_start(BhKernel *kernel, const BhKernelFilter *filter);

void bh_kernel_report(BhKernel *kernel, const BhHeard *heard);

G_END_DECLS
