/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Finds two thermometers and prints what both measure, at once, also after lost links and restarts.
 * Build it with gcc gather.c $(pkg-config --cflags --libs libblehub-client)
 */
#include <blehub-client.h>
#include <stdio.h>

static void
on_value(BhLiveSubscription *sensor, const BhPackedValue *value, const char *address)
{
    gint16 hundredths = value->size > 1 ? (gint16)(value->value[0] | value->value[1] << 8) : 0;

    printf("%s %.2f degrees\n", address, hundredths / 100.0);
    fflush(stdout);
}

static void
on_record(BhLiveScan *scan, const BhPackedRecord *record, GDBusConnection *bus)
{
    static char addresses[2][BH_ADDRESS_TEXT_SIZE];
    static guint found;
    BhLiveSubscription *sensor = NULL;

    if (found == G_N_ELEMENTS(addresses))
        return;
    bh_address_format(&record->address, addresses[found]);
    if (found > 0 && g_str_equal(addresses[0], addresses[found]))
        return;
    sensor = bh_live_subscription_new(bus, addresses[found], "181a", "2a6e", NULL, NULL);
    g_signal_connect(sensor, "value", G_CALLBACK(on_value), addresses[found]);
    bh_live_subscription_start(sensor);
    if (++found == G_N_ELEMENTS(addresses))
        bh_live_scan_stop(scan);
}

int
main(void)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    GVariant *wanted = g_variant_new_parsed("{'UUIDs': <'181a'>, 'Report': <'first'>}");
    BhLiveScan *scan = bh_live_scan_new(bus, wanted, NULL);

    g_signal_connect(scan, "record", G_CALLBACK(on_record), bus);
    bh_live_scan_start(scan);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
