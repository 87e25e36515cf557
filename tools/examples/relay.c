/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Serves the heart rate of a strap to phones: reads and is read at once. Build it with
 * gcc relay.c $(pkg-config --cflags --libs libblehub-client); its argument is the strap's address.
 */
#include <blehub-client.h>
#include <stdio.h>

static BhDbusApplication1 *
serve(GDBusConnection *bus)
{
    BhDbusHub1 *hub = bh_dbus_hub1_proxy_new_sync(bus, 0, "org.blehub", "/org/blehub", NULL, NULL);
    const char *text = "[service 180d]\n[characteristic 180d/2a37]\nFlags=notify\n";
    GVariant *definition = g_variant_new_parsed("{'Definition': <%s>}", text);
    GVariant *advert = g_variant_new_parsed("{'Name': <'relay'>, 'UUIDs': <['180d']>}");
    GVariant *none = g_variant_new("aa{sv}", NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL, *unused = NULL;

    if (!bh_dbus_hub1_call_register_application_sync(hub,
                                                     none,
                                                     definition,
                                                     0,
                                                     -1,
                                                     &path,
                                                     NULL,
                                                     &error) ||
        !bh_dbus_hub1_call_advertise_sync(hub, advert, 0, -1, &unused, NULL, &error))
        g_error("%s", error->message);
    return bh_dbus_application1_proxy_new_sync(bus, 0, "org.blehub", path, NULL, NULL);
}

static void
on_value(BhLiveSubscription *strap, const BhPackedValue *value, BhDbusApplication1 *application)
{
    GVariant *bytes = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value->value, value->size, 1);
    GVariant *update = g_variant_new_parsed("{'Update': <true>}");

    bh_dbus_application1_call_set_value(application,
                                        "180d",
                                        "2a37",
                                        bytes,
                                        update,
                                        0,
                                        -1,
                                        NULL,
                                        NULL,
                                        NULL);
    printf("%d bpm\n", value->size > 1 ? value->value[1] : 0);
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    BhLiveSubscription *strap = NULL;

    if (argc != 2)
        g_error("usage: relay ADDRESS");
    strap = bh_live_subscription_new(bus, argv[1], "180d", "2a37", NULL, NULL);
    g_signal_connect(strap, "value", G_CALLBACK(on_value), serve(bus));
    bh_live_subscription_start(strap);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
}
