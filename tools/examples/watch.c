/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Says when the things named (identities or aliases; none: everything) come, go, or are nearer or
 * farther than before, also after blehubd was restarted. Build it with
 * gcc watch.c $(pkg-config --cflags --libs libblehub-client)
 */
#include <blehub-client.h>
#include <stdio.h>

static void
on_zone(BhLiveWatch *watch, GVariant *change, gpointer user_data)
{
    const char *from = "", *zone = "", *name = "";
    double distance_m;

    g_variant_lookup(change, "From", "&s", &from);
    g_variant_lookup(change, "Zone", "&s", &zone);
    if (!g_variant_lookup(change, "Alias", "&s", &name))
        g_variant_lookup(change, "Id", "&s", &name);
    printf("%s -> %s %s", from, zone, name);
    if (g_variant_lookup(change, "DistanceM", "d", &distance_m))
        printf(" %.1f m", distance_m);
    printf("\n");
    fflush(stdout);
}

static void
on_down(BhLiveWatch *watch, const GError *reason, gpointer user_data)
{
    fprintf(stderr, "%s\n", reason->message);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autoptr(BhLiveWatch) watch = NULL;

    if (!bus)
        g_error("%s", error->message);
    if (argc > 1)
        g_variant_dict_insert(&options, "Identities", "^as", argv + 1);
    watch = bh_live_watch_new(bus, g_variant_dict_end(&options));
    g_signal_connect(watch, "zone", G_CALLBACK(on_zone), NULL);
    g_signal_connect(watch, "down", G_CALLBACK(on_down), NULL);
    bh_live_watch_start(watch);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
