/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What libblehub costs by itself: reading a payload, turning it into a row, taking a report into
 * the device table, and the memory of a device. Prints lines "name: value unit"; each time is the
 * median of several runs, in CPU time of the process. Nothing is asserted: figures move with the
 * machine.
 */
#include "bench-measure.h"
#include "blehub.h"

#include <stdio.h>
#include <string.h>

#define PAYLOADS_PER_RUN 200000
#define ROWS_PER_RUN 20000
#define UPDATES_PER_RUN 100000
#define FULL_TABLE 10000

typedef struct {
    const guint8 *bytes;
    gsize size;
} Payload;

/* Payloads as they are met: a named sensor, an iBeacon, service data, a manufacturer's own, a bare
 * flag. */
static const guint8 sensor[] = {0x02, 0x01, 0x06, 0x03, 0x03, 0x0f, 0x18, 0x03,
                                0x03, 0x1a, 0x18, 0x0b, 0x09, 'T',  'h',  'e',
                                'r',  'm',  'o',  'm',  'e',  't',  'e',  'r'};
static const guint8 ibeacon[] = {0x02, 0x01, 0x06, 0x1a, 0xff, 0x4c, 0x00, 0x02, 0x15, 0xe2,
                                 0xc5, 0x6d, 0xb5, 0xdf, 0xfb, 0x48, 0xd2, 0xb0, 0x60, 0xd0,
                                 0xf5, 0xa7, 0x10, 0x96, 0xe0, 0x00, 0x01, 0x00, 0x02, 0xc5};
static const guint8 service_data[] = {0x02,
                                      0x01,
                                      0x06,
                                      0x0e,
                                      0x16,
                                      0xd2,
                                      0xfc,
                                      0x40,
                                      0x01,
                                      0x61,
                                      0x02,
                                      0xca,
                                      0x09,
                                      0x03,
                                      0xbf,
                                      0x13,
                                      0x02,
                                      0x0a,
                                      0xf4};
static const guint8 own_data[] =
    {0x02, 0x01, 0x1a, 0x0b, 0xff, 0x4c, 0x00, 0x10, 0x06, 0x2b, 0x1e, 0x5a, 0x11, 0x22, 0x33};
static const guint8 bare[] = {0x02, 0x01, 0x06};

static const Payload payloads[] = {
    {sensor, sizeof sensor},
    {ibeacon, sizeof ibeacon},
    {service_data, sizeof service_data},
    {own_data, sizeof own_data},
    {bare, sizeof bare},
};

typedef struct {
    BhDeviceTable *table;
    guint devices;
    guint8 site;   /* another one has devices of other addresses */
    guint updates; /* so far, over all runs: the changing part of each payload */
} TableBench;

typedef struct {
    void (*func)(guint count, gpointer user_data);
    gpointer user_data;
} Whole;

static gint64
run_whole(guint count, gpointer user_data)
{
    const Whole *whole = user_data;
    gint64 start = bench_cpu_ns();

    whole->func(count, whole->user_data);
    return bench_cpu_ns() - start;
}

/* Prints the median time of one of count operations, of which run() does all. */
static double
measure(const char *name,
        guint count,
        void (*run)(guint count, gpointer user_data),
        gpointer user_data)
{
    Whole whole = {run, user_data};
    double time = bench_time(count, run_whole, &whole);

    printf("%s: %.1f ns\n", name, time);
    return time;
}

/* What a filter asks of a payload. */
static void
parse_payloads(guint count, gpointer user_data)
{
    guint *found = user_data;
    BhUuid uuid;
    if (!bh_uuid_parse("181a", &uuid, NULL))
        return;
    for (guint i = 0; i < count; i++) {
        const Payload *payload = &payloads[i % G_N_ELEMENTS(payloads)];
        const guint8 *name;
        gsize name_size;
        gboolean malformed;
        gsize size = bh_ad_valid_size(payload->bytes, payload->size, &malformed);
        *found += bh_ad_find_name(payload->bytes, size, &name, &name_size);
        *found += bh_ad_has_uuid(payload->bytes, size, &uuid);
        *found += bh_ad_has_manufacturer(payload->bytes, size, 0x004c);
    }
}

static void
build_rows(guint count, gpointer user_data)
{
    for (guint i = 0; i < count; i++) {
        const Payload *payload = &payloads[i % G_N_ELEMENTS(payloads)];
        GVariantBuilder builder;
        g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
        bh_ad_add_to_row(payload->bytes, payload->size, &builder);
        g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_builder_end(&builder));
    }
}

/* One report with a payload that changes each time, round robin over the devices. */
static void
update_table(TableBench *self)
{
    guint8 bytes[sizeof ibeacon];
    guint number = self->updates % self->devices;
    memcpy(bytes, ibeacon, sizeof bytes);
    memcpy(bytes + sizeof bytes - 5, &self->updates, 4);
    BhReport report = {.rssi = -50 - (gint8)(self->updates % 40),
                       .replaced = BH_AD_GROUP_ALL,
                       .data = bytes,
                       .size = sizeof bytes,
                       .monotonic_us = self->updates * G_GINT64_CONSTANT(1000),
                       .realtime_us = self->updates * G_GINT64_CONSTANT(1000)};
    BhDeviceChange change;
    report.address.octets[3] = self->site;
    report.address.octets[4] = (guint8)(number >> 8);
    report.address.octets[5] = (guint8)number;
    bh_device_table_update(self->table, &report, &change);
    self->updates++;
}

static void
update_table_often(guint count, gpointer user_data)
{
    for (guint i = 0; i < count; i++)
        update_table(user_data);
}

static double
time_table(guint devices, guint8 site)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(FULL_TABLE);
    TableBench bench = {table, devices, site, 0};
    Whole whole = {update_table_often, &bench};

    update_table_often(devices, &bench);
    return bench_time(UPDATES_PER_RUN, run_whole, &whole);
}

/* Of several tables: how many addresses are in each other's way is by chance. */
static double
measure_table(const char *name, guint devices)
{
    double times[BENCH_RUNS], time;

    for (guint8 i = 0; i < BENCH_RUNS; i++)
        times[i] = time_table(devices, i);
    time = bench_median(times);
    printf("%s: %.1f ns\n", name, time);
    return time;
}

static void
measure_memory(void)
{
    gsize before = bench_allocated_bytes();
    g_autoptr(BhDeviceTable) table = bh_device_table_new(FULL_TABLE);
    TableBench bench = {table, FULL_TABLE, 0, 0};
    update_table_often(FULL_TABLE, &bench);
    printf("bytes-per-device: %.0f B\n", (double)(bench_allocated_bytes() - before) / FULL_TABLE);
}

int
main(void)
{
    guint found = 0;
    measure_memory();
    measure("parse-payload", PAYLOADS_PER_RUN, parse_payloads, &found);
    measure("build-row", ROWS_PER_RUN, build_rows, NULL);
    double small = measure_table("table-update-100", 100);
    double full = measure_table("table-update-10000", FULL_TABLE);
    printf("table-cost-10000/100: %.2f ratio\n", full / small);
    return found == 0;
}
