/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header. A beacon that moves is one that goes and comes under the same address.
 */
#include "bh-watch-scene.h"

static const char one_adapter[] = "[adapter main]\n"
                                  "Address=00:AA:01:00:00:01\n"
                                  "Powered=true\n"
                                  "Monitor=true\n";

void
bh_watch_scene_init(BhFixture *f, const char *config)
{
    g_autofree char *path = NULL;
    g_autofree char *option = NULL;

    bh_fixture_init(f);
    bh_fixture_start_sim(f, one_adapter);
    path = bh_fixture_write_file(f, "blehub.conf", config != NULL ? config : "");
    option = g_strdup_printf("--config=%s", path);
    bh_fixture_start_hub(f, option, NULL);
}

void
bh_watch_scene_put(BhFixture *f, const char *name, guint16 major, guint16 minor, gint rssi)
{
    g_autofree char *data =
        g_strdup_printf("004c:0215e2c56db5dffb48d2b060d0f5a71096e0%04x%04xc5", major, minor);
    g_auto(GVariantDict) options = G_VARIANT_DICT_INIT(NULL);
    g_autofree char *address = g_strdup_printf("C0:00:%02X:%02X:%02X:%02X",
                                               g_str_hash(name) & 0xff,
                                               g_str_hash(name) >> 8 & 0xff,
                                               major & 0xff,
                                               minor & 0xff);

    g_variant_dict_insert(&options, "Address", "s", address);
    g_variant_dict_insert(&options, "Type", "s", "nonconnectable");
    g_variant_dict_insert(&options, "ManufacturerData", "s", data);
    g_variant_dict_insert(&options, "IntervalMs", "i", 20);
    g_variant_dict_insert(&options, "RSSI", "i", rssi);
    bh_fixture_tell_sim(f,
                        "AddDevice",
                        g_variant_new("(s@a{sv})", name, g_variant_dict_end(&options)));
}

void
bh_watch_scene_move(BhFixture *f, const char *name, guint16 major, guint16 minor, gint rssi)
{
    bh_watch_scene_take_away(f, name);
    bh_watch_scene_put(f, name, major, minor, rssi);
}

void
bh_watch_scene_take_away(BhFixture *f, const char *name)
{
    bh_fixture_tell_sim(f, "RemoveDevice", g_variant_new("(s)", name));
}

char *
bh_watch_make(GDBusConnection *connection, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = bh_caller_call(connection,
                                               BH_CALLER_HUB_PATH,
                                               BH_CALLER_HUB,
                                               "Watch",
                                               bh_caller_options(options),
                                               &error);
    char *path;

    ck_assert_msg(reply != NULL, "Watch %s: %s", options, error != NULL ? error->message : "");
    g_variant_get(reply, "(o)", &path);
    return path;
}

GVariant *
bh_watch_rows(GDBusConnection *connection,
              const char *watch,
              const char *method,
              const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        bh_caller_call(connection, watch, BH_WATCH, method, bh_caller_options(options), &error);

    ck_assert_msg(reply != NULL, "%s: %s", method, error != NULL ? error->message : "");
    return g_variant_get_child_value(reply, 0);
}

char *
bh_watch_dup_zone(GDBusConnection *connection, const char *watch, const char *id)
{
    g_autofree char *options = g_strdup_printf("{'Id': <'%s'>}", id);
    g_autoptr(GVariant) rows = bh_watch_rows(connection, watch, "GetStates", options);
    g_autoptr(GVariant) row = NULL;
    char *zone = NULL;

    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    row = g_variant_get_child_value(rows, 0);
    ck_assert(g_variant_lookup(row, "Zone", "s", &zone));
    return zone;
}

gboolean
bh_watch_is_in(GDBusConnection *connection, const char *watch, const char *id, const char *zone)
{
    g_autofree char *now = bh_watch_dup_zone(connection, watch, id);

    return g_str_equal(now, zone);
}

char *
bh_watch_dup_change(GDBusConnection *connection, const char *watch, gint timeout_ms)
{
    g_autofree char *options = g_strdup_printf("{'TimeoutMs': <%d>}", timeout_ms);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        bh_caller_call(connection, watch, BH_WATCH, "WaitZone", bh_caller_options(options), &error);
    g_autoptr(GVariant) row = NULL;
    const char *id = "", *from = "", *zone = "";

    if (reply == NULL)
        return g_dbus_error_get_remote_error(error);
    row = g_variant_get_child_value(reply, 0);
    ck_assert(g_variant_lookup(row, "Id", "&s", &id) &&
              g_variant_lookup(row, "From", "&s", &from) &&
              g_variant_lookup(row, "Zone", "&s", &zone));
    return g_strdup_printf("%s>%s %s", from, zone, id);
}

gboolean
bh_watch_is_watching(GDBusConnection *connection, const char *watch)
{
    g_autoptr(GVariant) state = bh_caller_get(connection, watch, BH_WATCH, "State");

    return g_str_equal(g_variant_get_string(state, NULL), "watching");
}

void
bh_watch_require_text(GVariant *row, const char *key, const char *wanted)
{
    const char *text = NULL;

    ck_assert_msg(g_variant_lookup(row, key, "&s", &text), "no %s", key);
    ck_assert_str_eq(text, wanted);
}
