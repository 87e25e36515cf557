/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Prints every report, also after blehubd was restarted. Build it with
 * gcc scan.c $(pkg-config --cflags --libs libblehub-client)
 */
#include <blehub-client.h>
#include <stdio.h>

static void
on_record(BhLiveScan *scan, const BhPackedRecord *record, gpointer user_data)
{
    gsize size = record->advertising_size + record->scan_response_size; /* one after the other */
    g_autofree char *name = bh_ad_dup_name(record->advertising, size);
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&record->address, address);
    printf("%s %d dBm %s\n", address, record->rssi, name ? name : "");
    fflush(stdout);
}

int
main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    g_autoptr(BhLiveScan) scan = NULL;

    if (!bus)
        g_error("%s", error->message);
    scan = bh_live_scan_new(bus, g_variant_new_parsed("{'RSSI': <-90>}"), NULL);
    g_signal_connect(scan, "record", G_CALLBACK(on_record), NULL);
    bh_live_scan_start(scan);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
