/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Serves the heart rate of a strap to phones: reads and is read at once, also after lost links and
 * restarts. Build it with gcc relay.c $(pkg-config --cflags --libs libblehub-client); its argument
 * is the strap's address.
 */
#include <blehub-client.h>
#include <stdio.h>

static BhLiveApplication *
serve(GDBusConnection *bus)
{
    const char *text = "[service 180d]\n[characteristic 180d/2a37]\nFlags=notify\n";
    GVariant *options = g_variant_new_parsed("{'Definition': <%s>}", text);
    GVariant *advert = g_variant_new_parsed("{'Name': <'relay'>, 'UUIDs': <['180d']>}");
    BhLiveApplication *served = bh_live_application_new(bus, options, advert);

    bh_live_application_start(served);
    return served;
}

static void
on_value(BhLiveSubscription *strap, const BhPackedValue *value, BhLiveApplication *served)
{
    BhDbusApplication1 *application = bh_live_application_peek_application(served);
    GVariant *bytes = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value->value, value->size, 1);
    g_autoptr(GVariant) owned = g_variant_ref_sink(bytes);

    printf("%d bpm\n", value->size > 1 ? value->value[1] : 0);
    fflush(stdout);
    if (application)
        bh_dbus_application1_call_set_value(application,
                                            "180d",
                                            "2a37",
                                            owned,
                                            g_variant_new_parsed("{'Update': <true>}"),
                                            G_DBUS_CALL_FLAGS_NONE,
                                            -1,
                                            NULL,
                                            NULL,
                                            NULL);
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
