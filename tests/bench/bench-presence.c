/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a watch adds to a report that the device table takes in anyway, by the number of identities,
 * and what it keeps of each. A report is taken in first, as in the daemon, so that its row is at
 * hand; the time of that is not counted. Prints lines "name: value unit". Nothing is asserted:
 * figures move with the machine.
 */
#include "bench-measure.h"
#include "blehub.h"

#include <stdio.h>
#include <string.h>

#define REPORTS_PER_RUN 512000
#define NEW_ADDRESSES_PER_RUN 25600
#define BATCH 256
#define MANY 10000
#define KEYS 64
#define GAP_US G_GINT64_CONSTANT(100) /* between reports: 10,000 a second */

static const guint8 ibeacon[] = {0x02, 0x01, 0x06, 0x1a, 0xff, 0x4c, 0x00, 0x02, 0x15, 0xe2,
                                 0xc5, 0x6d, 0xb5, 0xdf, 0xfb, 0x48, 0xd2, 0xb0, 0x60, 0xd0,
                                 0xf5, 0xa7, 0x10, 0x96, 0xe0, 0x00, 0x01, 0x00, 0x02, 0xc5};
static const guint8 sensor[] =
    {0x02, 0x01, 0x06, 0x03, 0x03, 0x1a, 0x18, 0x05, 0x09, 'T', 'e', 'm', 'p'};

typedef enum {
    ADDRESSES, /* devices that are nothing but their addresses */
    BEACONS,   /* iBeacons with constant addresses */
    PHONES,    /* a new resolvable address with each report */
} Crowd;

typedef struct {
    Crowd crowd;
    guint identities;
    BhDeviceTable *table;
    BhPresence *presence;
    GPtrArray *keys; /* BhRpaKey */
    guint reports;   /* so far */
    guint told;
} Bench;

/* A report, its bytes, and what the table made of it. */
typedef struct {
    BhReport report;
    guint8 bytes[sizeof ibeacon];
    const BhDevice *device;
    BhDeviceChange change;
} Step;

static void
on_changed(gpointer user_data, BhPresenceId id, BhZone from, BhZone to)
{
    ((Bench *)user_data)->told++;
}

static void
on_forgotten(gpointer user_data, BhPresenceId id)
{
    g_assert_not_reached(); /* there are not more than there may be */
}

static BhRpaKey *
key_new(guint number)
{
    guint8 octets[BH_IRK_SIZE] = {0xec, (guint8)number};

    return bh_rpa_key_new_from_octets(octets);
}

static void
set_payload(Step *step, const guint8 *bytes, gsize size)
{
    memcpy(step->bytes, bytes, size);
    step->report.data = step->bytes;
    step->report.size = size;
}

static void
set_address(BhAddress *address, guint number)
{
    *address = (BhAddress){.octets = {0xc0, 0, 0, 0, (guint8)(number >> 8), (guint8)number},
                           .type = BH_ADDRESS_RANDOM};
}

/* Each identity in turn. */
static void
make_report(const Bench *self, Step *step)
{
    guint number = self->reports % self->identities;
    gint64 now_us = self->reports * GAP_US + G_USEC_PER_SEC;

    step->report = (BhReport){.rssi = (gint8)(-50 - (gint)(self->reports * 7 % 30)),
                              .replaced = BH_AD_GROUP_ALL,
                              .monotonic_us = now_us,
                              .realtime_us = now_us};
    set_address(&step->report.address, number);
    if (self->crowd == BEACONS) {
        set_payload(step, ibeacon, sizeof ibeacon);
        step->bytes[sizeof ibeacon - 3] = (guint8)number;
        step->bytes[sizeof ibeacon - 4] = (guint8)(number >> 8);
    } else {
        set_payload(step, sensor, sizeof sensor);
    }
    if (self->crowd == PHONES)
        bh_rpa_key_make_address(self->keys->pdata[number],
                                self->reports + 1,
                                &step->report.address);
}

static void
hear_batch(Bench *self, const Step *steps)
{
    gint64 now_us = steps[BATCH - 1].report.monotonic_us;

    for (guint i = 0; i < BATCH; i++)
        bh_presence_hear(self->presence, steps[i].device, steps[i].change, &steps[i].report);
    if (bh_presence_get_due(self->presence) <= now_us)
        bh_presence_tick(self->presence, now_us);
}

/* The rows stay where they are, because the table is full or knows all of them. */
static gint64
run(guint count, gpointer user_data)
{
    Bench *self = user_data;
    Step steps[BATCH];
    gint64 taken_ns = 0;

    for (guint done = 0; done < count; done += BATCH) {
        for (guint i = 0; i < BATCH; i++) {
            make_report(self, &steps[i]);
            steps[i].device =
                bh_device_table_update(self->table, &steps[i].report, &steps[i].change);
            self->reports++;
        }

        gint64 start = bench_cpu_ns();
        hear_batch(self, steps);
        taken_ns += bench_cpu_ns() - start;
    }
    return taken_ns;
}

/* With payloads of the size that they will have, so that only the watch takes memory later. */
static void
fill_table(BhDeviceTable *table)
{
    BhReport report = {.replaced = BH_AD_GROUP_ALL,
                       .rssi = -60,
                       .data = ibeacon,
                       .size = sizeof ibeacon};
    BhDeviceChange change;

    for (guint i = 0; i < MANY; i++) {
        set_address(&report.address, i);
        bh_device_table_update(table, &report, &change);
    }
}

static void
start_presence(Bench *self)
{
    BhPresenceSettings settings;
    BhPresenceSelection selection;

    bh_presence_settings_init(&settings, FALSE);
    settings.max_identities = MANY;
    bh_presence_selection_init(&selection);
    selection.everything = self->crowd != PHONES;
    for (guint i = 0; i < self->keys->len; i++)
        g_ptr_array_add(selection.keys,
                        bh_rpa_key_new_from_octets(bh_rpa_key_peek_octets(self->keys->pdata[i])));
    self->presence =
        bh_presence_new(&settings, &selection, &(BhPresenceFuncs){on_changed, on_forgotten}, self);
    bh_presence_set_listening(self->presence, TRUE, 0);
    bh_presence_selection_clear(&selection);
}

static void
bench_init(Bench *self, Crowd crowd, guint identities)
{
    *self = (Bench){.crowd = crowd, .identities = identities};
    self->table = bh_device_table_new(MANY);
    self->keys = g_ptr_array_new_with_free_func((GDestroyNotify)bh_rpa_key_free);
    for (guint i = 0; crowd == PHONES && i < identities; i++)
        g_ptr_array_add(self->keys, key_new(i));
    fill_table(self->table);
}

static void
bench_clear(Bench *self)
{
    bh_presence_free(self->presence);
    bh_device_table_free(self->table);
    g_ptr_array_unref(self->keys);
}

static double
measure(const char *name, Crowd crowd, guint identities)
{
    guint count = crowd == PHONES ? NEW_ADDRESSES_PER_RUN : REPORTS_PER_RUN;
    Bench bench;
    double time_us;

    bench_init(&bench, crowd, identities);
    start_presence(&bench);
    run(MAX(2 * identities, BATCH), &bench);
    time_us = bench_time(count, run, &bench) / 1000;
    printf("%s: %.3f us\n", name, time_us);
    if (bench.told == 0)
        printf("# %s: nothing was watched\n", name);
    bench_clear(&bench);
    return time_us;
}

static void
measure_memory(void)
{
    Bench bench;
    gsize before;

    bench_init(&bench, BEACONS, MANY);
    before = bench_allocated_bytes();
    start_presence(&bench);
    run(4 * MANY, &bench);
    printf("proximity-bytes-per-identity: %.0f B\n",
           (double)(bench_allocated_bytes() - before) / bh_presence_count(bench.presence));
    bench_clear(&bench);
}

int
main(void)
{
    measure_memory();
    double few = measure("proximity-us-per-report-100", BEACONS, 100);
    measure("proximity-us-per-report", BEACONS, 1000);
    double many = measure("proximity-us-per-report-10000", BEACONS, MANY);
    printf("proximity-cost-10000/100: %.2f ratio\n", many / few);
    measure("proximity-us-per-report-of-addresses", ADDRESSES, 1000);
    measure("proximity-us-per-new-address", PHONES, KEYS);
    return 0;
}
