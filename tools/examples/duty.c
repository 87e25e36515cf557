/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A hub that mostly sleeps: it wakes the radio, reads the battery of a strap, lets phones read that
 * for a while, and votes for the radio to be off. Build it with
 * gcc duty.c $(pkg-config --cflags --libs libblehub-client); usage: duty ADDRESS [AWAKE_S ASLEEP_S]
 */
#include <blehub-client.h>
#include <stdio.h>
#include <stdlib.h>

static const char definition[] = "[service 180f]\n[characteristic 180f/2a19]\nFlags=read;notify\n";

static BhDbusApplication1 *
serve(BhDbusHub1 *hub, GDBusConnection *bus)
{
    GVariant *none = g_variant_new("aa{sv}", NULL);
    GVariant *options =
        g_variant_new_parsed("{'Definition': <%s>, 'OnRestart': <'keep'>}", definition);
    GVariant *advert = g_variant_new_parsed("{'Name': <'duty'>, 'UUIDs': <['180f']>}");
    g_autofree char *path = NULL, *advertisement = NULL;
    g_autoptr(GError) error = NULL;

    if (!bh_dbus_hub1_call_register_application_sync(hub,
                                                     none,
                                                     options,
                                                     0,
                                                     -1,
                                                     &path,
                                                     NULL,
                                                     &error) ||
        !bh_dbus_hub1_call_advertise_sync(hub, advert, 0, -1, &advertisement, NULL, &error))
        g_error("%s", error->message);
    return bh_dbus_application1_proxy_new_sync(bus, 0, "org.blehub", path, NULL, NULL);
}

/* The link goes with the hold. */
static GVariant *
read_battery(BhDbusHub1 *hub, GDBusConnection *bus, const char *address, GError **error)
{
    g_autofree char *path = NULL, *hold_path = NULL;
    g_autoptr(BhDbusDevice1) device = NULL;
    g_autoptr(BhDbusHold1) hold = NULL;
    GVariant *value = NULL;

    if (!bh_dbus_hub1_call_connect_sync(hub,
                                        address,
                                        g_variant_new("a{sv}", NULL),
                                        0,
                                        -1,
                                        &path,
                                        &hold_path,
                                        NULL,
                                        error))
        return NULL;
    device = bh_dbus_device1_proxy_new_sync(bus, 0, "org.blehub", path, NULL, NULL);
    hold = bh_dbus_hold1_proxy_new_sync(bus, 0, "org.blehub", hold_path, NULL, NULL);
    bh_dbus_device1_call_read_sync(device,
                                   "180f",
                                   "2a19",
                                   g_variant_new("a{sv}", NULL),
                                   0,
                                   -1,
                                   &value,
                                   NULL,
                                   error);
    bh_dbus_hold1_call_release_sync(hold, 0, -1, NULL, NULL);
    return value;
}

int
main(int argc, char **argv)
{
    GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
    BhDbusHub1 *hub = bh_dbus_hub1_proxy_new_sync(bus, 0, "org.blehub", "/org/blehub", NULL, NULL);
    BhDbusApplication1 *application = serve(hub, bus);
    double awake_s = argc > 3 ? atof(argv[2]) : 5, asleep_s = argc > 3 ? atof(argv[3]) : 60;

    for (;;) {
        g_autoptr(GError) error = NULL;
        GVariant *level = NULL; /* handed on */
        guint8 percent = 0;
        gboolean off = FALSE;

        bh_dbus_hub1_call_radio_on_sync(hub, g_variant_new("a{sv}", NULL), 0, -1, NULL, NULL);
        if ((level = read_battery(hub, bus, argv[1], &error))) {
            g_variant_get_child(level, 0, "y", &percent);
            bh_dbus_application1_call_set_value_sync(application,
                                                     "180f",
                                                     "2a19",
                                                     level,
                                                     g_variant_new_parsed("{'Update': <true>}"),
                                                     0,
                                                     -1,
                                                     NULL,
                                                     NULL);
            g_variant_unref(level);
        }
        g_usleep((gulong)(awake_s * G_USEC_PER_SEC));
        bh_dbus_hub1_call_radio_off_sync(hub,
                                         g_variant_new("a{sv}", NULL),
                                         0,
                                         -1,
                                         &off,
                                         NULL,
                                         NULL,
                                         NULL);
        printf("%u %%, radio %s%s%s\n",
               percent,
               off ? "off" : "on",
               error ? ", " : "",
               error ? error->message : "");
        fflush(stdout);
        g_usleep((gulong)(asleep_s * G_USEC_PER_SEC));
    }
}
