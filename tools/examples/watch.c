/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Says when the things named (identities or aliases; none: everything) come, go, or are nearer or
 * farther than before. Build it with
 * gcc watch.c $(pkg-config --cflags --libs libblehub-client)
 */
#include <blehub-client.h>
#include <stdio.h>

static BhDbusWatch1 *
make_watch(GDBusConnection *bus, char **names, GError **error)
{
    g_autoptr(BhDbusHub1) hub =
        bh_dbus_hub1_proxy_new_sync(bus, 0, "org.blehub", "/org/blehub", NULL, error);
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autofree char *path = NULL;

    if (names[0])
        g_variant_dict_insert(&options, "Identities", "^as", names);
    if (!hub || !bh_dbus_hub1_call_watch_sync(hub,
                                              g_variant_dict_end(&options),
                                              G_DBUS_CALL_FLAGS_NONE,
                                              -1,
                                              &path,
                                              NULL,
                                              error))
        return NULL;
    return bh_dbus_watch1_proxy_new_sync(bus,
                                         G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES,
                                         "org.blehub",
                                         path,
                                         NULL,
                                         error);
}

static void
print_change(GVariant *change)
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

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    g_autoptr(BhDbusWatch1) watch = bus ? make_watch(bus, argv + 1, &error) : NULL;
    GVariant *change = NULL;

    while (watch && bh_dbus_watch1_call_wait_zone_sync(watch,
                                                       g_variant_new_parsed("{'TimeoutMs': <0>}"),
                                                       G_DBUS_CALL_FLAGS_NONE,
                                                       G_MAXINT,
                                                       &change,
                                                       NULL,
                                                       &error)) {
        print_change(change);
        g_clear_pointer(&change, g_variant_unref);
    }
    fprintf(stderr, "%s\n", error->message); /* the radio was switched off, or blehubd ended */
    return 1;
}
