/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is on the air in the bench: device number N says, each time it speaks, a manufacturer's data
 * that begins with the moment at which it was sent, so that whoever receives it knows how long it
 * took. The same for BlueZ's signals, the kernel's events and what clients look for.
 */
#include <glib.h>
#include <time.h>

G_BEGIN_DECLS

#define BH_BENCH_COMPANY 0xffff /* reserved for tests by the Bluetooth SIG */
#define BH_BENCH_DATA_SIZE 22   /* makes BlueZ's signal 288 bytes */
#define BH_BENCH_ADAPTER "/org/bluez/hci0"
#define BH_BENCH_ADAPTER_ADDRESS "00:AA:01:00:00:01"
#define BH_BENCH_ADAPTER_OCTETS                                                                    \
    {                                                                                              \
        0x00, 0xaa, 0x01, 0x00, 0x00, 0x01                                                         \
    }
#define BH_BENCH_TICK_NS G_GINT64_CONSTANT(1000000000)

static inline gint64
bh_bench_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * BH_BENCH_TICK_NS + now.tv_nsec;
}

/** Octets of the address of a device, most significant first. */
static inline void
bh_bench_get_address(guint device, guint8 octets[6])
{
    const guint8 address[] = {0xc0, 0xbe, 0x00, device >> 16, device >> 8, device};

    for (guint i = 0; i < 6; i++)
        octets[i] = address[i];
}

static inline void
bh_bench_fill_data(guint8 data[BH_BENCH_DATA_SIZE])
{
    guint64 now = GUINT64_TO_LE((guint64)bh_bench_now_ns());

    for (guint i = 0; i < BH_BENCH_DATA_SIZE; i++)
        data[i] = i < sizeof now ? ((const guint8 *)&now)[i] : i;
}

/** RSSI that goes up and down, so that it is news each time. */
static inline gint8
bh_bench_get_rssi(guint sent)
{
    return (gint8)(-40 - (gint)(sent % 37));
}

G_END_DECLS
