/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The real blehubd on a private bus, called as its clients call it: wrong calls first, then
 * lifetimes, then who sees what.
 */
#include "bh-error.h"
#include "bh-fixture.h"
#include "test-main.h"

#define HUB_PATH "/org/blehub"
#define HUB "org.blehub.Hub1"
#define SCAN "org.blehub.Scan1"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static const char one_adapter[] = "[adapter main]\n"
                                  "Address=00:AA:01:00:00:01\n"
                                  "Powered=true\n";

static const char radio_off[] = "[adapter main]\n"
                                "Address=00:AA:01:00:00:01\n"
                                "Powered=false\n";

static const char home[] = "[adapter main]\n"
                           "Address=00:AA:01:00:00:01\n"
                           "Powered=true\n"
                           "DuplicateFilter=data\n"
                           "[device strap]\n"
                           "Address=C0:00:00:00:00:01\n"
                           "AddressType=random\n"
                           "Name=Strap\n"
                           "UUIDs=180d\n"
                           "IntervalMs=20\n"
                           "ManufacturerData=ffff:0000\n"
                           "PayloadCounter=true\n"
                           "RSSI=-50\n"
                           "[device tag]\n"
                           "Address=C0:00:00:00:00:02\n"
                           "AddressType=random\n"
                           "Name=Tag\n"
                           "ManufacturerData=004c:02150102\n"
                           "PayloadCounter=true\n"
                           "IntervalMs=20\n"
                           "RSSI=-80\n";

static GVariant *
call_on(GDBusConnection *connection,
        const char *path,
        const char *interface,
        const char *method,
        GVariant *arguments,
        GError **error)
{
    return g_dbus_connection_call_sync(connection,
                                       "org.blehub",
                                       path,
                                       interface,
                                       method,
                                       arguments,
                                       NULL,
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                       10000,
                                       NULL,
                                       error);
}

static GVariant *
options(const char *text)
{
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    return g_variant_new("(@a{sv})", dict);
}

/* The path of a new scan on connection; it must succeed. */
static char *
scan_on(GDBusConnection *connection, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = call_on(connection, HUB_PATH, HUB, "Scan", options(text), &error);
    char *path = NULL;

    g_assert_no_error(error);
    g_variant_get(reply, "(o)", &path);
    return path;
}

static void
require_error(GDBusConnection *connection,
              const char *path,
              const char *interface,
              const char *method,
              GVariant *arguments,
              const char *name,
              const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = call_on(connection, path, interface, method, arguments, &error);
    g_autofree char *remote = NULL;

    ck_assert_msg(reply == NULL, "%s succeeded", method);
    remote = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    ck_assert_str_eq(remote, name);
    ck_assert_msg(g_str_has_prefix(error->message, message), "%s", error->message);
}

static GVariant *
get_property(GDBusConnection *connection, const char *path, const char *interface, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = call_on(connection,
                                        path,
                                        PROPERTIES,
                                        "Get",
                                        g_variant_new("(ss)", interface, name),
                                        &error);
    GVariant *value = NULL;

    g_assert_no_error(error);
    g_variant_get(reply, "(v)", &value);
    return value;
}

static guint64
counter(BhFixture *f, const char *name)
{
    g_autoptr(GVariant) counters = get_property(f->connection, HUB_PATH, HUB, "Counters");
    guint64 value = G_MAXUINT64;

    g_variant_lookup(counters, name, "t", &value);
    return value;
}

static gboolean
state_is(BhFixture *f, const char *wanted)
{
    g_autoptr(GVariant) state = get_property(f->connection, HUB_PATH, HUB, "State");

    return g_str_equal(g_variant_get_string(state, NULL), wanted);
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

/* For what no signal announces. */
#define AWAIT_POLLED(condition)                                                                    \
    do {                                                                                           \
        guint tick = g_timeout_add(5, on_tick, NULL);                                              \
        BH_AWAIT(condition);                                                                       \
        g_source_remove(tick);                                                                     \
    } while (0)

/* Wrong calls */

START_TEST(a_wrong_option_is_refused_with_its_key_first)
{
    static const struct {
        const char *method;
        const char *options;
        const char *message;
    } cases[] = {
        {"Scan", "{'Rssi': <-50>}", "Rssi"},
        {"Scan", "{'RSSI': <-500>}", "RSSI"},
        {"Scan", "{'RSSI': <'near'>}", "RSSI"},
        {"Scan", "{'UUIDs': <['180x']>}", "UUIDs"},
        {"Scan", "{'Report': <'sometimes'>}", "Report"},
        {"Scan", "{'DurationMs': <-1>}", "DurationMs"},
        {"Scan", "{'Lifetime': <'eternal'>}", "Lifetime"},
        {"Scan", "{'LeaseMs': <1>}", "LeaseMs"},
        {"Scan", "{'Adapter': <'hci9'>}", "Adapter"},
        {"Scan", "{'ManufacturerIds': <[70000]>}", "ManufacturerIds"},
        {"Discover", "{'DurationMs': <0>}", "DurationMs"},
        {"Discover", "{'Lifetime': <'lease'>}", "Lifetime"},
        {"ListDevices", "{'Count': <1>}", "Count"},
    };
    g_auto(BhFixture) f = {0};

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        require_error(f.connection,
                      HUB_PATH,
                      HUB,
                      cases[i].method,
                      options(cases[i].options),
                      "org.blehub.Error.InvalidArguments",
                      cases[i].message);
    ck_assert_uint_eq(counter(&f, "Scans"), 0);
}
END_TEST

START_TEST(passive_scanning_is_refused_with_the_reason)
{
    g_auto(BhFixture) f = {0};

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    require_error(f.connection,
                  HUB_PATH,
                  HUB,
                  "Scan",
                  options("{'Active': <false>}"),
                  "org.blehub.Error.NotSupported",
                  "Active");
}
END_TEST

START_TEST(discover_says_what_is_missing)
{
    static const struct {
        const char *scenario;
        const char *state;
    } cases[] = {{NULL, "no-adapter"}, {radio_off, "radio-off"}};
    const char *error = "org.blehub.Error.NotReady";

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(BhFixture) f = {0};

        bh_fixture_init(&f);
        bh_fixture_start_hub(&f, NULL);
        require_error(f.connection, HUB_PATH, HUB, "Discover", options("{}"), error, "no-bluez");
        bh_fixture_start_sim(&f, cases[i].scenario);
        AWAIT_POLLED(state_is(&f, cases[i].state));
        require_error(f.connection,
                      HUB_PATH,
                      HUB,
                      "Discover",
                      options("{}"),
                      error,
                      cases[i].state);
    }
}
END_TEST

START_TEST(an_object_that_is_not_there_is_said_so)
{
    g_auto(BhFixture) f = {0};

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    require_error(f.connection,
                  "/org/blehub/scan/7",
                  SCAN,
                  "Release",
                  NULL,
                  "org.blehub.Error.NotFound",
                  "no such object");
}
END_TEST

START_TEST(a_wait_times_out_in_its_own_time)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *path = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    path = scan_on(f.connection, "{}");
    require_error(f.connection,
                  path,
                  SCAN,
                  "WaitDevice",
                  options("{'TimeoutMs': <50>}"),
                  "org.blehub.Error.Timeout",
                  "");
}
END_TEST

START_TEST(a_user_is_held_to_the_configured_number_of_scans)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL;
    g_autofree char *argument = NULL;
    g_autofree char *path = NULL;

    bh_fixture_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxScans=1\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&f, argument, NULL);
    path = scan_on(f.connection, "{}");
    require_error(f.connection,
                  HUB_PATH,
                  HUB,
                  "Scan",
                  options("{}"),
                  "org.blehub.Error.LimitExceeded",
                  "MaxScans");
    ck_assert_uint_eq(counter(&f, "LimitExceeded"), 1);
}
END_TEST

START_TEST(a_reload_with_a_mistake_says_where_and_changes_nothing)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *config = NULL;
    g_autofree char *argument = NULL;
    g_autofree char *place = NULL;
    g_autoptr(GVariant) limits = NULL;
    guint32 scans = 0;

    bh_fixture_init(&f);
    config = bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxScans=5\n");
    argument = g_strconcat("--config=", config, NULL);
    bh_fixture_start_hub(&f, argument, NULL);
    g_free(bh_fixture_write_file(&f, "hub.conf", "[limits]\nMaxScans=6\nMaxWaits=none\n"));
    place = g_strdup_printf("%s:3: [limits] MaxWaits", config);
    require_error(f.connection,
                  HUB_PATH,
                  HUB,
                  "Reload",
                  NULL,
                  "org.blehub.Error.InvalidArguments",
                  place);
    limits = get_property(f.connection, HUB_PATH, HUB, "Limits");
    g_variant_lookup(limits, "MaxScans", "u", &scans);
    ck_assert_uint_eq(scans, 5);
}
END_TEST

/* Scanning */

START_TEST(discover_returns_rows_with_fields_and_statistics)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) row = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GError) error = NULL;
    const char *name = NULL, *address = NULL, *adapter = NULL;
    guint32 samples = 0;
    gint16 rssi = 0;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, home);
    bh_fixture_start_hub(&f, NULL);
    reply = call_on(f.connection,
                    HUB_PATH,
                    HUB,
                    "Discover",
                    options("{'DurationMs': <300>, 'UUIDs': <'180d'>}"),
                    &error);
    g_assert_no_error(error);
    rows = g_variant_get_child_value(reply, 0);
    ck_assert_uint_eq(g_variant_n_children(rows), 1);
    row = g_variant_get_child_value(rows, 0);
    ck_assert(g_variant_lookup(row, "Name", "&s", &name));
    ck_assert(g_variant_lookup(row, "Address", "&s", &address));
    ck_assert(g_variant_lookup(row, "Adapter", "&s", &adapter));
    ck_assert(g_variant_lookup(row, "RSSI", "n", &rssi));
    ck_assert(g_variant_lookup(row, "Samples", "u", &samples));
    ck_assert_str_eq(name, "Strap");
    ck_assert_str_eq(address, "C0:00:00:00:00:01");
    ck_assert_str_eq(adapter, "00:AA:01:00:00:01");
    ck_assert_int_eq(rssi, -50);
    ck_assert_uint_ge(samples, 1);
}
END_TEST

START_TEST(discover_ends_early_when_count_is_reached)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, home);
    bh_fixture_start_hub(&f, NULL);
    reply = call_on(f.connection, /* the call itself is given 10 s */
                    HUB_PATH,
                    HUB,
                    "Discover",
                    options("{'DurationMs': <3600000>, 'Count': <2>}"),
                    &error);
    g_assert_no_error(error);
}
END_TEST

START_TEST(each_of_four_clients_gets_exactly_its_own)
{
    static const struct {
        const char *options;
        const char *only; /* NULL: both */
    } cases[] = {
        {"{'UUIDs': <['180d']>}", "Strap"},
        {"{'RSSI': <-60>}", "Strap"},
        {"{'ManufacturerIds': <[uint16 76]>}", "Tag"},
        {"{}", NULL},
    };
    g_auto(BhFixture) f = {0};
    GDBusConnection *clients[4] = {NULL};
    char *paths[4] = {NULL};

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, home);
    bh_fixture_start_hub(&f, NULL);
    for (gsize i = 0; i < 4; i++) {
        clients[i] = bh_fixture_connect(&f);
        paths[i] = scan_on(clients[i], cases[i].options);
    }
    AWAIT_POLLED(counter(&f, "Reports") >= 40);
    for (gsize i = 0; i < 4; i++) {
        g_autoptr(GVariant) reply =
            call_on(clients[i], paths[i], SCAN, "GetDevices", options("{}"), NULL);
        g_autoptr(GVariant) rows = g_variant_get_child_value(reply, 0);
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, 0);
        const char *name = NULL;

        ck_assert(g_variant_lookup(row, "Name", "&s", &name));
        ck_assert_uint_eq(g_variant_n_children(rows), cases[i].only == NULL ? 2 : 1);
        if (cases[i].only != NULL)
            ck_assert_str_eq(name, cases[i].only);
        bh_fixture_disconnect(&clients[i]);
        g_free(paths[i]);
    }
}
END_TEST

/* Lifetimes */

START_TEST(what_a_client_owns_goes_when_it_leaves_the_bus)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *client;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    client = bh_fixture_connect(&f);
    g_free(scan_on(client, "{}"));
    g_free(scan_on(client, "{}"));
    ck_assert_uint_eq(counter(&f, "Scans"), 2);
    bh_fixture_disconnect(&client);
    AWAIT_POLLED(counter(&f, "Scans") == 0);
    ck_assert_uint_eq(counter(&f, "OrphansReleased"), 2);
    AWAIT_POLLED(bh_fixture_count_sim_calls(&f, "StopDiscovery") == 1);
}
END_TEST

START_TEST(a_leased_scan_outlives_its_connection_until_the_lease_is_over)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *client;
    g_autofree char *path = NULL;
    g_autoptr(GVariant) renewed = NULL;
    g_autoptr(GError) error = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    client = bh_fixture_connect(&f);
    path = scan_on(client, "{'Lifetime': <'lease'>, 'LeaseMs': <1000>}");
    bh_fixture_disconnect(&client);
    renewed = call_on(f.connection, path, SCAN, "Renew", NULL, &error);
    g_assert_no_error(error);
    AWAIT_POLLED(counter(&f, "LeasesExpired") == 1);
    ck_assert_uint_eq(counter(&f, "Scans"), 0);
}
END_TEST

static void
on_ordered_reply(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GPtrArray *paths = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    char *path = NULL;

    g_assert_no_error(error);
    g_variant_get(reply, "(o)", &path);
    g_ptr_array_add(paths, path);
}

START_TEST(calls_sent_without_waiting_keep_their_order)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    GDBusConnection *client; /* new: the hub does not know its user yet */

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    client = bh_fixture_connect(&f);
    for (guint i = 0; i < 30; i++)
        g_dbus_connection_call(client,
                               "org.blehub",
                               HUB_PATH,
                               HUB,
                               "Scan",
                               options("{}"),
                               NULL,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               10000,
                               NULL,
                               on_ordered_reply,
                               paths);
    BH_AWAIT(paths->len == 30);
    for (guint i = 0; i < 30; i++) {
        g_autofree char *expected = g_strdup_printf("/org/blehub/scan/%u", i + 1);

        ck_assert_str_eq(g_ptr_array_index(paths, i), expected);
    }
    bh_fixture_disconnect(&client);
}
END_TEST

/* Who is told what */

static void
on_signal(GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *parameters,
          gpointer user_data)
{
    g_autoptr(GVariant) values = NULL;
    const char *state = NULL;

    if (g_str_equal(signal, "PropertiesChanged")) {
        g_variant_get(parameters, "(&s@a{sv}@as)", NULL, &values, NULL);
        if (g_variant_lookup(values, "State", "&s", &state))
            g_string_append_printf(user_data, "%s ", state);
    } else
        g_string_append_printf(user_data, "%s ", signal);
}

static GString *
listen_to(GDBusConnection *connection, const char *interface, const char *signal, const char *path)
{
    GString *seen = g_string_new(NULL);

    g_dbus_connection_signal_subscribe(connection,
                                       "org.blehub",
                                       interface,
                                       signal,
                                       path,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_signal,
                                       seen,
                                       NULL);
    return seen;
}

START_TEST(a_bluez_restart_is_told_once_and_scans_go_on)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GString) hub = NULL;
    g_autoptr(GString) scan = NULL;
    g_autofree char *path = NULL;
    guint64 reports;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, home);
    bh_fixture_start_hub(&f, NULL);
    path = scan_on(f.connection, "{}");
    AWAIT_POLLED(counter(&f, "Reports") > 0);
    hub = listen_to(f.connection, PROPERTIES, "PropertiesChanged", HUB_PATH);
    scan = listen_to(f.connection, PROPERTIES, "PropertiesChanged", path);
    bh_fixture_tell_sim(&f, "Restart", g_variant_new("(u)", 100));
    BH_AWAIT(g_str_equal(hub->str, "no-bluez ready "));
    BH_AWAIT(g_str_equal(scan->str, "waiting scanning "));
    reports = counter(&f, "Reports");
    AWAIT_POLLED(counter(&f, "Reports") > reports);
    ck_assert_str_eq(hub->str, "no-bluez ready ");
}
END_TEST

START_TEST(owned_objects_are_told_to_those_of_the_user_who_asked)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *asker, *bystander;
    g_autoptr(GString) told = NULL;
    g_autoptr(GString) not_told = NULL;
    g_autoptr(GVariant) objects = NULL;
    const char *manager = "org.freedesktop.DBus.ObjectManager";

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    asker = bh_fixture_connect(&f);
    bystander = bh_fixture_connect(&f);
    told = listen_to(asker, manager, NULL, HUB_PATH);
    not_told = listen_to(bystander, manager, NULL, HUB_PATH);
    objects = call_on(asker, HUB_PATH, manager, "GetManagedObjects", NULL, NULL);
    ck_assert_ptr_nonnull(objects);
    g_free(scan_on(f.connection, "{'Lifetime': <'lease'>, 'LeaseMs': <1000>}"));
    BH_AWAIT(g_str_equal(told->str, "InterfacesAdded InterfacesRemoved "));
    ck_assert_str_eq(not_told->str, "");
    bh_fixture_disconnect(&asker);
    bh_fixture_disconnect(&bystander);
}
END_TEST

START_TEST(the_version_of_bluez_is_told_by_its_adapter)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GVariant) before = NULL;
    g_autoptr(GVariant) after = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_hub(&f, NULL);
    before = get_property(f.connection, HUB_PATH, HUB, "BlueZVersion");
    ck_assert_str_eq(g_variant_get_string(before, NULL), "");
    bh_fixture_start_sim(&f, one_adapter);
    AWAIT_POLLED(state_is(&f, "ready"));
    after = get_property(f.connection, HUB_PATH, HUB, "BlueZVersion");
    ck_assert_str_eq(g_variant_get_string(after, NULL), "5.66");
}
END_TEST

START_TEST(an_adapter_is_an_object_while_it_is_there)
{
    g_auto(BhFixture) f = {0};
    g_autoptr(GString) told = NULL;
    g_autoptr(GVariant) name = NULL;

    bh_fixture_init(&f);
    bh_fixture_start_sim(&f, one_adapter);
    bh_fixture_start_hub(&f, NULL);
    name = get_property(f.connection,
                        "/org/blehub/adapter/00_AA_01_00_00_01",
                        "org.blehub.Adapter1",
                        "Name");
    ck_assert_str_eq(g_variant_get_string(name, NULL), "hci0");
    told = listen_to(f.connection, "org.freedesktop.DBus.ObjectManager", NULL, HUB_PATH);
    bh_fixture_tell_sim(&f, "RemoveAdapter", g_variant_new("(s)", "00:AA:01:00:00:01"));
    BH_AWAIT(g_str_equal(told->str, "InterfacesRemoved "));
}
END_TEST

BH_TEST_MAIN("hub-api",
             a_wrong_option_is_refused_with_its_key_first,
             passive_scanning_is_refused_with_the_reason,
             discover_says_what_is_missing,
             an_object_that_is_not_there_is_said_so,
             a_wait_times_out_in_its_own_time,
             a_user_is_held_to_the_configured_number_of_scans,
             a_reload_with_a_mistake_says_where_and_changes_nothing,
             discover_returns_rows_with_fields_and_statistics,
             discover_ends_early_when_count_is_reached,
             each_of_four_clients_gets_exactly_its_own,
             what_a_client_owns_goes_when_it_leaves_the_bus,
             a_leased_scan_outlives_its_connection_until_the_lease_is_over,
             calls_sent_without_waiting_keep_their_order,
             a_bluez_restart_is_told_once_and_scans_go_on,
             owned_objects_are_told_to_those_of_the_user_who_asked,
             the_version_of_bluez_is_told_by_its_adapter,
             an_adapter_is_an_object_while_it_is_there)
