/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A BlueZ that does nothing but speak: one adapter, N devices, and PropertiesChanged of RSSI and
 * ManufacturerData as bluetoothd sends it. Whatever it is asked it grants.
 */
#include <poll.h>

#include "bh-sdbus.h"

G_BEGIN_DECLS

typedef struct BhBenchBluez BhBenchBluez;

/** Connects to the bus and owns org.bluez; NULL with a message on stderr. */
BhBenchBluez *bh_bench_bluez_new(const char *address, guint devices);
void bh_bench_bluez_free(BhBenchBluez *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBenchBluez, bh_bench_bluez_free)

/** What bh_bench_bluez_serve() is to be called for. */
struct pollfd bh_bench_bluez_get_poll(BhBenchBluez *self);
/** Answers what was asked. FALSE when the bus is gone. */
gboolean bh_bench_bluez_serve(BhBenchBluez *self);
/** One advertisement of a device; sent is how many there were before. */
void bh_bench_bluez_emit(BhBenchBluez *self, guint device, guint sent);
/** Waits until the bus has taken all that was emitted. */
void bh_bench_bluez_flush(BhBenchBluez *self);

G_END_DECLS
