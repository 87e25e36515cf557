/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Finds a heart-rate sensor and prints what it measures, also after lost links and restarts. Build
 * it with gcc subscribe.c $(pkg-config --cflags --libs libblehub-client)
 */
#include <blehub-client.h>
#include <stdio.h>

static void
on_value(BhLiveSubscription *heart, const BhPackedValue *value, const char *address)
{
    printf("%s %d bpm\n", address, value->size > 1 ? value->value[1] : 0);
    fflush(stdout);
}

static void
on_record(BhLiveScan *scan, const BhPackedRecord *record, GDBusConnection *bus)
{
    static char address[BH_ADDRESS_TEXT_SIZE];
    BhLiveSubscription *heart = NULL;

    bh_address_format(&record->address, address);
    bh_live_scan_stop(scan); /* one is enough */
    heart = bh_live_subscription_new(bus, address, "180d", "2a37", NULL, NULL);
    g_signal_connect(heart, "value", G_CALLBACK(on_value), address);
    bh_live_subscription_start(heart);
}

int
main(void)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    BhLiveScan *scan = bh_live_scan_new(bus, g_variant_new_parsed("{'UUIDs': <'180d'>}"), NULL);

    g_signal_connect(scan, "record", G_CALLBACK(on_record), bus);
    bh_live_scan_start(scan);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
