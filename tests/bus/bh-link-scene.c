/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The scenario, and the calls.
 */
#include "bh-link-scene.h"

#include "bh-hex.h"

static const char scenario[] = "[scenario]\n"
                               "Seed=1\n"
                               "[adapter main]\n"
                               "Address=00:AA:01:00:00:01\n"
                               "Powered=true\n"
                               "[device thermometer]\n"
                               "Address=C8:5A:11:00:01:01\n"
                               "AddressType=random\n"
                               "Name=Thermometer\n"
                               "IntervalMs=20\n"
                               "[service thermometer/environment]\n"
                               "UUID=181a\n"
                               "[characteristic thermometer/environment/temperature]\n"
                               "UUID=2a6e\n"
                               "Value=c409\n"
                               "[device strap]\n"
                               "Address=C8:5A:11:00:01:02\n"
                               "AddressType=random\n"
                               "Name=Strap\n"
                               "IntervalMs=20\n"
                               "OperationMs=2\n"
                               "[service strap/heart]\n"
                               "UUID=180d\n"
                               "[characteristic strap/heart/rate]\n"
                               "UUID=2a37\n"
                               "Flags=notify\n"
                               "[characteristic strap/heart/location]\n"
                               "UUID=2a38\n"
                               "Value=01\n"
                               "[descriptor strap/heart/location/description]\n"
                               "UUID=2901\n"
                               "Text=Where\n"
                               "[characteristic strap/heart/control]\n"
                               "UUID=2a39\n"
                               "Flags=write\n"
                               "MaxLength=1\n"
                               "[service strap/notes]\n"
                               "UUID=5a1b0000-7c1e-4a53-9e61-3f2c3a5d0001\n"
                               "[characteristic strap/notes/note]\n"
                               "UUID=5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001\n"
                               "Flags=read;write;write-without-response\n"
                               "Value=0001\n"
                               "[characteristic strap/notes/secret]\n"
                               "UUID=5a1b0002-7c1e-4a53-9e61-3f2c3a5d0001\n"
                               "Flags=read;write\n"
                               "ReadError=80\n"
                               "WriteError=80\n"
                               "[characteristic strap/notes/first]\n"
                               "UUID=5a1b0003-7c1e-4a53-9e61-3f2c3a5d0001\n"
                               "Value=0a\n"
                               "[characteristic strap/notes/second]\n"
                               "UUID=5a1b0003-7c1e-4a53-9e61-3f2c3a5d0001\n"
                               "Value=0b\n";

void
bh_link_scene_start(BhFixture *f, const char *argument)
{
    bh_fixture_start_sim(f, scenario);
    bh_fixture_start_hub(f, argument, NULL);
    BH_AWAIT_POLLED(bh_caller_counter(f->connection, "Clients") > 0);
    for (gboolean ready = FALSE; !ready;) {
        g_autoptr(GVariant) state =
            bh_caller_get(f->connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "State");

        ready = g_str_equal(g_variant_get_string(state, NULL), "ready");
    }
}

void
bh_link_scene_init(BhFixture *f)
{
    bh_fixture_init(f);
    bh_link_scene_start(f, NULL);
}

static GVariant *
parse_options(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    g_assert_no_error(error);
    return dict;
}

static GVariant *
call_well(GDBusConnection *connection,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = bh_caller_call(connection, path, interface, method, arguments, &error);

    g_assert_no_error(error);
    return reply;
}

char *
bh_link_scene_connect(GDBusConnection *connection, const char *address, const char *options)
{
    g_autoptr(GVariant) given = parse_options(options);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(given);
    g_autoptr(GVariant) reply = NULL;
    char *hold = NULL;

    g_variant_dict_insert(&dict, "AddressType", "s", "random");
    reply = call_well(connection,
                      BH_CALLER_HUB_PATH,
                      BH_CALLER_HUB,
                      "Connect",
                      g_variant_new("(s@a{sv})", address, g_variant_dict_end(&dict)));
    g_variant_get(reply, "(oo)", NULL, &hold);
    return hold;
}

GVariant *
bh_link_scene_attribute(const char *service, const char *characteristic, const char *options)
{
    g_autoptr(GVariant) dict = parse_options(options);

    return g_variant_new("(ss@a{sv})", service, characteristic, dict);
}

char *
bh_link_scene_read(GDBusConnection *connection, const char *characteristic)
{
    g_autoptr(GVariant) reply = call_well(connection,
                                          BH_LINK_PATH,
                                          BH_LINK_DEVICE,
                                          "Read",
                                          bh_link_scene_attribute("", characteristic, "{}"));
    g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);
    gsize size;
    const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);

    return bh_hex_from_bytes(bytes, size);
}

char *
bh_link_scene_subscribe(GDBusConnection *connection, const char *options)
{
    g_autoptr(GVariant) reply =
        call_well(connection,
                  BH_LINK_PATH,
                  BH_LINK_DEVICE,
                  "Subscribe",
                  bh_link_scene_attribute(BH_LINK_SERVICE, BH_LINK_RATE, options));
    char *path = NULL;

    g_variant_get(reply, "(o)", &path);
    return path;
}

void
bh_link_scene_notify(BhFixture *f, guint8 byte)
{
    g_autoptr(GVariant) sent = bh_fixture_call_sim(
        f,
        "Notify",
        g_variant_new("(ss@ay)",
                      "strap",
                      "heart/rate",
                      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, &byte, 1, 1)));

    (void)sent;
}

char *
bh_link_scene_dup_state(GDBusConnection *connection)
{
    g_autoptr(GVariant) state = bh_caller_get(connection, BH_LINK_PATH, BH_LINK_DEVICE, "State");

    return g_variant_dup_string(state, NULL);
}
