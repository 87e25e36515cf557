/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* blehub-sim as it is shipped, seen by clients: BlueZ's rules one by one, then the control
 * interface. */
#include "sim-rig.h"
#include "test-main.h"

#include "bh-rpa.h"

#include <string.h>

#define A "C1:00:00:00:00:0A"
#define A_PATH DEVICE("C1_00_00_00_00_0A")
#define FLAGS "020106"
#define EVERY "{'Transport': <'le'>, 'DuplicateData': <true>}"
#define FILTERED "{'Transport': <'le'>, 'DuplicateData': <false>, 'Pattern': <''>}"

static void
assert_call(Rig *rig, GDBusConnection *connection, const char *method, const char *error)
{
    g_autofree char *got = rig_adapter(rig, connection, method, NULL);

    ck_assert_msg(g_strcmp0(got, error) == 0, "%s: %s", method, got != NULL ? got : "success");
}

static void
assert_property(Rig *rig, const char *path, const char *name, const char *expected)
{
    const char *interface = g_str_equal(path, ADAPTER) ? "org.bluez.Adapter1" : "org.bluez.Device1";
    g_autofree char *value = rig_property(rig, path, interface, name);

    ck_assert_msg(g_strcmp0(value, expected) == 0,
                  "%s is %s",
                  name,
                  value != NULL ? value : "absent");
}

static void
tell(Rig *rig, const char *method, GVariant *arguments)
{
    g_variant_unref(rig_tell(rig, method, arguments));
}

static void
set_monitor(Rig *rig)
{
    tell(rig, "SetMonitor", g_variant_new("(sb)", "", TRUE));
}

START_TEST(a_sender_has_one_session)
{
    g_auto(Rig) rig = {0};
    GDBusConnection *other = NULL;

    rig_init(&rig, NULL, NULL);
    assert_call(&rig, rig.client, "StopDiscovery", "org.bluez.Error.Failed");
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
    assert_call(&rig, rig.client, "StartDiscovery", "org.bluez.Error.InProgress");
    other = rig_connect(&rig);
    assert_call(&rig, other, "StartDiscovery", NULL);
    assert_call(&rig, rig.client, "StopDiscovery", NULL);
    assert_property(&rig, ADAPTER, "Discovering", "true");
    assert_call(&rig, other, "StopDiscovery", NULL);
    assert_property(&rig, ADAPTER, "Discovering", "false");
    rig_disconnect(other);
}
END_TEST

START_TEST(session_ends_when_its_client_leaves_the_bus)
{
    g_auto(Rig) rig = {0};
    GDBusConnection *other = NULL;

    rig_init(&rig, NULL, NULL);
    other = rig_connect(&rig);
    assert_call(&rig, other, "StartDiscovery", NULL);
    AWAIT(rig_count_changes(&rig, ADAPTER, "Discovering", FALSE) == 1);
    rig_disconnect(other);
    AWAIT(rig_count_changes(&rig, ADAPTER, "Discovering", FALSE) == 2);
    assert_property(&rig, ADAPTER, "Discovering", "false");
}
END_TEST

static void
on_reply(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    *(char **)user_data = error != NULL ? g_dbus_error_get_remote_error(error) : g_strdup("");
}

static void
call_async(GDBusConnection *connection, const char *method, char **answer)
{
    g_dbus_connection_call(connection,
                           "org.bluez",
                           ADAPTER,
                           "org.bluez.Adapter1",
                           method,
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NONE,
                           -1,
                           NULL,
                           on_reply,
                           answer);
}

START_TEST(only_one_start_or_stop_is_pending)
{
    g_auto(Rig) rig = {0};
    GDBusConnection *other = NULL;
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    rig_init(&rig, NULL, NULL);
    other = rig_connect(&rig);
    tell(&rig, "SetSpeed", g_variant_new("(d)", 0.01)); /* a radio command takes 200 ms */
    call_async(rig.client, "StartDiscovery", &first);
    call_async(other, "StartDiscovery", &second);
    AWAIT(first != NULL && second != NULL);
    ck_assert(g_str_equal(first, "") != g_str_equal(second, ""));
    ck_assert_str_eq(g_str_equal(first, "") ? second : first, "org.bluez.Error.InProgress");
    rig_disconnect(other);
}
END_TEST

START_TEST(bad_filters_are_refused)
{
    g_auto(Rig) rig = {0};
    g_autofree char *error = NULL;

    rig_init(&rig, NULL, NULL);
    error = rig_adapter(&rig,
                        rig.client,
                        "SetDiscoveryFilter",
                        g_variant_new_parsed("({'RSSI': <int16 21>},)"));
    ck_assert_str_eq(error, "org.bluez.Error.InvalidArguments");
}
END_TEST

START_TEST(filtered_discovery_signals_the_rssi_of_every_report)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    set_monitor(&rig);
    rig_start(&rig, FILTERED);
    for (guint i = 0; i < 4; i++) {
        ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS "04ff4c0001", -60), 1);
        rig_settle(&rig);
    }
    ck_assert_uint_eq(rig_count_objects(&rig, "InterfacesAdded", A_PATH), 1);
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "RSSI", FALSE), 3);
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "ManufacturerData", FALSE), 0);
}
END_TEST

START_TEST(regular_discovery_signals_changes_of_eight_decibels)
{
    static const gint8 levels[] = {-60, -67, -53, -68, -61, -60};
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    set_monitor(&rig);
    rig_start(&rig, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
        ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, levels[i]), 1);
        rig_settle(&rig);
    }
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "RSSI", FALSE), 2); /* -68 and -60 */
    assert_property(&rig, A_PATH, "RSSI", "-60");
}
END_TEST

START_TEST(regular_discovery_hides_devices_without_discoverable_flags)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, NULL);
    ck_assert_uint_eq(rig_advertise(&rig, A, "04ff4c0001", -60), 1);
    rig_settle(&rig);
    ck_assert_uint_eq(rig_count_objects(&rig, "InterfacesAdded", A_PATH), 0);
}
END_TEST

START_TEST(data_piles_up_by_company_unless_every_report_is_wanted)
{
    static const char *const expected[] = {"{76: <[byte 0x01]>, 89: <[byte 0x02]>}",
                                           "{89: <[byte 0x02]>}"};
    static const char *const filters[] = {FILTERED, EVERY};

    for (guint i = 0; i < G_N_ELEMENTS(filters); i++) {
        g_auto(Rig) rig = {0};

        rig_init(&rig, NULL, NULL);
        set_monitor(&rig);
        rig_start(&rig, filters[i]);
        rig_advertise(&rig, A, FLAGS "04ff4c0001", -60);
        rig_advertise(&rig, A, FLAGS "04ff590002", -60);
        rig_settle(&rig);
        g_autofree char *value =
            rig_property(&rig, A_PATH, "org.bluez.Device1", "ManufacturerData");
        ck_assert_str_eq(strchr(value, '{'), strchr(expected[i], '{'));
    }
}
END_TEST

START_TEST(duplicate_data_signals_unchanged_data)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    set_monitor(&rig);
    rig_start(&rig, EVERY);
    for (guint i = 0; i < 3; i++) {
        rig_advertise(&rig,
                      A,
                      FLAGS "04160f1864"
                            "04ff4c0001",
                      -60);
        rig_settle(&rig);
    }
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "ManufacturerData", FALSE), 2);
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "ServiceData", FALSE), 2);
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "UUIDs", FALSE), 0);
}
END_TEST

START_TEST(scan_response_is_merged_into_the_advertisement)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    ck_assert_uint_eq(rig_advertise_with(&rig,
                                         A,
                                         FLAGS "03030f18",
                                         -60,
                                         "{'ScanResponse': <[byte 3, 9, 0x61, 0x62]>}"),
                      1);
    rig_settle(&rig);
    assert_property(&rig, A_PATH, "Name", "'ab'");
    assert_property(&rig, A_PATH, "Alias", "'ab'");
    assert_property(&rig, A_PATH, "UUIDs", "['0000180f-0000-1000-8000-00805f9b34fb']");
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "Name", FALSE), 0); /* one report */
}
END_TEST

START_TEST(malformed_structures_are_kept_out)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    rig_advertise(&rig,
                  A,
                  FLAGS "04ff4c0001"
                        "09094142",
                  -60);
    rig_settle(&rig);
    assert_property(&rig, A_PATH, "Name", NULL);
    assert_property(&rig, A_PATH, "Alias", "'C1-00-00-00-00-0A'");
    assert_property(&rig, A_PATH, "ManufacturerData", "{76: <[byte 0x01]>}");
}
END_TEST

START_TEST(kernel_holds_back_what_is_below_the_lowest_threshold)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, "{'RSSI': <int16 -70>}");
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -71), 0);
    ck_assert_uint_eq(rig_advertise(&rig, "C1:00:00:00:00:0B", FLAGS, -70), 1);
}
END_TEST

START_TEST(duplicates_are_swallowed_until_the_scan_is_armed_anew)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 1);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -50), 0);
    tell(&rig, "SetSpeed", g_variant_new("(d)", 1000.0));
    AWAIT(rig_advertise(&rig, A, FLAGS, -50) == 1);
}
END_TEST

START_TEST(device_not_heard_for_the_temporary_timeout_vanishes)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, "--temporary-timeout-ms=50");
    rig_start(&rig, EVERY);
    rig_advertise(&rig, A, FLAGS, -60);
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", A_PATH) == 1);
    assert_property(&rig, A_PATH, "Address", NULL);
}
END_TEST

START_TEST(end_of_the_scan_takes_signal_values_and_nonconnectable_devices)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    rig_advertise(&rig, A, FLAGS "020a04", -60);
    rig_advertise_with(&rig, "C1:00:00:00:00:0B", FLAGS, -60, "{'Type': <'nonconnectable'>}");
    rig_settle(&rig);
    assert_property(&rig, A_PATH, "TxPower", "4");
    assert_call(&rig, rig.client, "StopDiscovery", NULL);
    AWAIT(rig_count_changes(&rig, A_PATH, "RSSI", TRUE) == 1);
    ck_assert_uint_eq(rig_count_changes(&rig, A_PATH, "TxPower", TRUE), 1);
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", DEVICE("C1_00_00_00_00_0B")) == 1);
    assert_property(&rig, A_PATH, "RSSI", NULL);
    assert_property(&rig, A_PATH, "Connected", "false");
}
END_TEST

START_TEST(filter_outlives_the_session_but_not_the_power)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    set_monitor(&rig);
    rig_start(&rig, "{'RSSI': <int16 -50>}");
    assert_call(&rig, rig.client, "StopDiscovery", NULL);
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 0);
    tell(&rig, "SetPowered", g_variant_new("(sb)", "hci0", FALSE));
    tell(&rig, "SetPowered", g_variant_new("(sb)", "hci0", TRUE));
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 1);
}
END_TEST

START_TEST(power_off_ends_all_sessions_in_one_signal)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    AWAIT(rig_count_changes(&rig, ADAPTER, "Discovering", FALSE) == 1);
    rig_forget(&rig);
    tell(&rig, "SetPowered", g_variant_new("(sb)", "", FALSE));
    AWAIT(rig_count_changes(&rig, ADAPTER, "Powered", FALSE) == 1);
    ck_assert_uint_eq(rig.signals->len, 1);
    ck_assert_uint_eq(rig_count_changes(&rig, ADAPTER, "Discovering", FALSE), 1);
    assert_property(&rig, ADAPTER, "Discovering", "false");
    assert_call(&rig, rig.client, "StartDiscovery", "org.bluez.Error.NotReady");
    assert_call(&rig, rig.client, "StopDiscovery", "org.bluez.Error.NotReady");
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 0);
}
END_TEST

static void
set_powered_property(Rig *rig, gboolean powered)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        rig->client,
        "org.bluez",
        ADAPTER,
        "org.freedesktop.DBus.Properties",
        "Set",
        g_variant_new("(ssv)", "org.bluez.Adapter1", "Powered", g_variant_new_boolean(powered)),
        NULL,
        G_DBUS_CALL_FLAGS_NONE,
        -1,
        NULL,
        &error);

    ck_assert_msg(reply != NULL, "%s", error != NULL ? error->message : "");
}

START_TEST(stall_ends_with_its_cure_and_not_before)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    set_monitor(&rig);
    rig_start(&rig, EVERY);
    tell(&rig, "Stall", g_variant_new("(ss)", "", "discovery"));
    assert_property(&rig, ADAPTER, "Discovering", "true");
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 0);
    assert_call(&rig, rig.client, "StopDiscovery", NULL);
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 1);

    tell(&rig, "Stall", g_variant_new("(ss)", "hci0", "power"));
    assert_call(&rig, rig.client, "StopDiscovery", NULL);
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 0);
    set_powered_property(&rig, FALSE);
    set_powered_property(&rig, TRUE);
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
    ck_assert_uint_eq(rig_advertise(&rig, A, FLAGS, -60), 1);
}
END_TEST

START_TEST(adapter_comes_back_under_another_index)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    rig_advertise(&rig, A, FLAGS, -60);
    tell(&rig, "RemoveAdapter", g_variant_new("(s)", "00:AA:01:00:00:01"));
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", ADAPTER) == 1);
    ck_assert_uint_eq(rig_count_objects(&rig, "InterfacesRemoved", A_PATH), 1);
    tell(&rig,
         "AddAdapter",
         g_variant_new_parsed("({'Address': <'00:AA:01:00:00:01'>, 'Index': <uint32 5>},)"));
    AWAIT(rig_count_objects(&rig, "InterfacesAdded", "/org/bluez/hci5") == 1);
}
END_TEST

static gboolean
is_running(Rig *rig)
{
    g_autofree char *running = rig_property(rig, "/org/blehub/sim", "org.blehub.Sim1", "Running");

    return g_str_equal(running, "true");
}

START_TEST(restart_is_a_death_with_a_new_name)
{
    g_auto(Rig) rig = {0};
    g_autofree char *hung = NULL;

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    rig_advertise(&rig, A, FLAGS, -60);
    rig_settle(&rig);
    tell(&rig, "Hang", g_variant_new("(su)", "StopDiscovery", 1));
    call_async(rig.client, "StopDiscovery", &hung);
    tell(&rig, "Restart", g_variant_new("(u)", G_MAXUINT32));
    AWAIT(hung != NULL);
    ck_assert_str_eq(hung, "org.freedesktop.DBus.Error.NoReply");
    ck_assert(!is_running(&rig));
    assert_property(&rig, ADAPTER, "Address", NULL);

    tell(&rig, "Restart", g_variant_new("(u)", 1));
    AWAIT(is_running(&rig));
    assert_property(&rig, ADAPTER, "Powered", "true");
    assert_property(&rig, ADAPTER, "Discovering", "false");
    assert_property(&rig, A_PATH, "Address", NULL);
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
}
END_TEST

static char *
dup_bluez_name(Rig *rig)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(rig->client,
                                                            "org.freedesktop.DBus",
                                                            "/org/freedesktop/DBus",
                                                            "org.freedesktop.DBus",
                                                            "GetNameOwner",
                                                            g_variant_new("(s)", "org.bluez"),
                                                            NULL,
                                                            G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                            -1,
                                                            NULL,
                                                            NULL);
    char *name = NULL;

    if (reply != NULL)
        g_variant_get(reply, "(s)", &name);
    return name;
}

START_TEST(restart_at_once_comes_back_every_time)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    for (guint i = 0; i < 100; i++) {
        g_autofree char *before = dup_bluez_name(&rig);
        g_autofree char *after = NULL;

        tell(&rig, "Restart", g_variant_new("(u)", i % 2));
        AWAIT(is_running(&rig));
        after = dup_bluez_name(&rig);
        ck_assert_str_ne(before, after);
    }
}
END_TEST

static void
on_told(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);

    ck_assert_ptr_nonnull(reply);
    ++*(guint *)user_data;
}

START_TEST(the_last_of_several_restarts_counts_and_each_is_answered)
{
    static const guint32 after_ms[] = {0, G_MAXUINT32, 1};
    g_auto(Rig) rig = {0};
    guint answers = 0;

    rig_init(&rig, NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(after_ms); i++)
        g_dbus_connection_call(rig.client,
                               "org.blehub.Sim",
                               "/org/blehub/sim",
                               "org.blehub.Sim1",
                               "Restart",
                               g_variant_new("(u)", after_ms[i]),
                               NULL,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START,
                               -1,
                               NULL,
                               on_told,
                               &answers);
    AWAIT(answers == G_N_ELEMENTS(after_ms));
    AWAIT(is_running(&rig));
    assert_property(&rig, ADAPTER, "Powered", "true");
}
END_TEST

START_TEST(failures_are_as_many_as_ordered)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    tell(&rig,
         "Fail",
         g_variant_new("(sssu)", "StartDiscovery", "org.bluez.Error.Failed", "Broken", 2));
    assert_call(&rig, rig.client, "StartDiscovery", "org.bluez.Error.Failed");
    assert_call(&rig, rig.client, "StartDiscovery", "org.bluez.Error.Failed");
    assert_property(&rig, ADAPTER, "Discovering", "false");
    assert_call(&rig, rig.client, "StartDiscovery", NULL);
}
END_TEST

START_TEST(calls_are_written_down_with_sender_and_arguments)
{
    g_auto(Rig) rig = {0};
    g_autoptr(GVariant) calls = NULL;
    g_autofree char *text = NULL;
    g_autofree char *expected = NULL;

    rig_init(&rig, NULL, NULL);
    tell(&rig, "ClearCalls", NULL);
    rig_start(&rig, "{'Transport': <'le'>}");
    calls = rig_tell(&rig, "GetCalls", NULL);
    text = g_variant_print(calls, FALSE);
    expected =
        g_strdup_printf("([(1, '%1$s', '" ADAPTER "', 'org.bluez.Adapter1', "
                        "'SetDiscoveryFilter', [<{'Transport': <'le'>}>]), "
                        "(2, '%1$s', '" ADAPTER "', 'org.bluez.Adapter1', 'StartDiscovery', [])],)",
                        g_dbus_connection_get_unique_name(rig.client));
    ck_assert_str_eq(text, expected);
}
END_TEST

START_TEST(newer_version_has_what_the_older_lacks)
{
    g_auto(Rig) old = {0};
    g_auto(Rig) new = {0};

    rig_init(&old, NULL, "--bluez-version=5.66");
    rig_start(&old, EVERY);
    rig_advertise(&old, A, FLAGS "021c02", -60);
    assert_property(&old, ADAPTER, "PowerState", NULL);
    assert_property(&old, A_PATH, "AdvertisingFlags", NULL);
    assert_property(&old, A_PATH, "AdvertisingData", NULL);

    rig_init(&new, NULL, "--bluez-version=5.82");
    rig_start(&new, EVERY);
    rig_advertise(&new, A, FLAGS "021c02", -60);
    assert_property(&new, ADAPTER, "PowerState", "'on'");
    assert_property(&new, A_PATH, "AdvertisingFlags", "[0x06]");
    assert_property(&new, A_PATH, "AdvertisingData", "{0x1c: <[byte 0x02]>}");
}
END_TEST

START_TEST(burst_makes_an_object_per_address)
{
    g_auto(Rig) rig = {0};
    g_autoptr(GVariant) reply = NULL;
    guint heard = 0;

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    reply = rig_tell(&rig,
                     "Burst",
                     g_variant_new_parsed("(uint32 3000, {'RatePerSecond': <uint32 0>})"));
    g_variant_get(reply, "(u)", &heard);
    ck_assert_uint_eq(heard, 3000);
    rig_settle(&rig);
    guint added = 0;
    for (guint i = 0; i < rig.signals->len; i++)
        added += g_str_equal(((Signal *)rig.signals->pdata[i])->member, "InterfacesAdded");
    ck_assert_uint_eq(added, 3001);
}
END_TEST

static gboolean
address_of_added(const Signal *signal, BhAddress *address)
{
    const char *path = NULL;
    const char *name = NULL;
    g_autofree char *text = NULL;

    if (!g_str_equal(signal->member, "InterfacesAdded"))
        return FALSE;
    g_variant_get_child(signal->arguments, 0, "&o", &path);
    name = strstr(path, "/dev_");
    if (name == NULL)
        return FALSE;
    text = g_strdelimit(g_strdup(name + strlen("/dev_")), "_", ':');
    return bh_address_parse(text, BH_ADDRESS_RANDOM, address, NULL);
}

static guint
count_added_of(Rig *rig, const char *key)
{
    g_autoptr(BhRpaKey) irk = bh_rpa_key_new(key, NULL);
    BhAddress address;
    guint n = 0;

    for (guint i = 0; i < rig->signals->len; i++)
        n += address_of_added(rig->signals->pdata[i], &address) &&
             bh_rpa_key_resolves(irk, &address);
    return n;
}

START_TEST(burst_of_phones_has_addresses_of_each_in_turn)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    tell(&rig,
         "Burst",
         g_variant_new_parsed("(uint32 90, {'RatePerSecond': <uint32 0>, 'Count': <3>, "
                              "'IRK': <'ec0234a357c8ad05341010a60a397dff'>})"));
    rig_settle(&rig);
    ck_assert_uint_eq(count_added_of(&rig, "ec0234a357c8ad05341010a60a397dff"), 30);
    ck_assert_uint_eq(count_added_of(&rig, "ec0234a357c8ad05341010a60a397e00"), 30);
    ck_assert_uint_eq(count_added_of(&rig, "ec0234a357c8ad05341010a60a397e01"), 30);
    ck_assert_uint_eq(count_added_of(&rig, "ec0234a357c8ad05341010a60a397e02"), 0);
}
END_TEST

START_TEST(scenario_devices_advertise_by_themselves_and_faults_strike)
{
    g_auto(Rig) rig = {0};

    rig_init(&rig,
             "[adapter one]\n[adapter two]\n"
             "[device lamp]\nAddress=" A "\nName=Lamp\nIntervalMs=20\nAdapters=one\n"
             "[fault f]\nAtMs=100\nKind=adapter-remove\nAdapter=two\nForMs=50\n",
             NULL);
    rig_start(&rig, EVERY);
    AWAIT(rig_count_objects(&rig, "InterfacesAdded", A_PATH) == 1);
    assert_property(&rig, A_PATH, "Name", "'Lamp'");
    AWAIT(rig_count_objects(&rig, "InterfacesRemoved", "/org/bluez/hci1") == 1);
    AWAIT(rig_count_objects(&rig, "InterfacesAdded", "/org/bluez/hci1") == 1);
    tell(&rig, "RemoveDevice", g_variant_new("(s)", "lamp"));
    rig_tell_refused(&rig,
                     "RemoveDevice",
                     g_variant_new("(s)", "lamp"),
                     "org.blehub.Error.NotFound ");
}
END_TEST

START_TEST(remove_device_forgets_it)
{
    g_auto(Rig) rig = {0};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    rig_init(&rig, NULL, NULL);
    rig_start(&rig, EVERY);
    rig_advertise(&rig, A, FLAGS, -60);
    first = rig_adapter(&rig, rig.client, "RemoveDevice", g_variant_new("(o)", A_PATH));
    ck_assert_ptr_null(first);
    second = rig_adapter(&rig, rig.client, "RemoveDevice", g_variant_new("(o)", A_PATH));
    ck_assert_str_eq(second, "org.bluez.Error.DoesNotExist");
}
END_TEST

START_TEST(mistakes_in_control_calls_name_the_key)
{
    static const struct {
        const char *method;
        const char *arguments;
        const char *error;
    } rows[] = {
        {"AddDevice", "('x', {'Colour': <'red'>})", "org.blehub.Error.InvalidArguments Colour: "},
        {"AddDevice", "('x', {'RSSI': <'loud'>})", "org.blehub.Error.InvalidArguments RSSI: "},
        {"AddAdapter", "({'Index': <256>},)", "org.blehub.Error.InvalidArguments Index: "},
        {"AddAdapter", "({'Index': <0>},)", "org.blehub.Error.AlreadyExists Index: "},
        {"Load",
         "('[device x]\\nRSSI=1000\\n',)",
         "org.blehub.Error.InvalidArguments [device x] RSSI: "},
        {"Stall", "('', 'prayer')", "org.blehub.Error.InvalidArguments cure: "},
        {"Stall", "('hci9', 'power')", "org.blehub.Error.NotFound "},
        {"SetSpeed", "(0.0,)", "org.blehub.Error.InvalidArguments factor: "},
        {"Fail", "('X', 'no name', '', uint32 1)", "org.blehub.Error.InvalidArguments error: "},
        {"Burst", "(uint32 1, {'Size': <1>})", "org.blehub.Error.InvalidArguments Size: "},
    };
    g_auto(Rig) rig = {0};

    rig_init(&rig, NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) arguments = g_variant_parse(NULL, rows[i].arguments, NULL, NULL, NULL);

        rig_tell_refused(&rig, rows[i].method, arguments, rows[i].error);
    }
}
END_TEST

BH_TEST_MAIN("sim-bus",
             a_sender_has_one_session,
             session_ends_when_its_client_leaves_the_bus,
             only_one_start_or_stop_is_pending,
             bad_filters_are_refused,
             filtered_discovery_signals_the_rssi_of_every_report,
             regular_discovery_signals_changes_of_eight_decibels,
             regular_discovery_hides_devices_without_discoverable_flags,
             data_piles_up_by_company_unless_every_report_is_wanted,
             duplicate_data_signals_unchanged_data,
             scan_response_is_merged_into_the_advertisement,
             malformed_structures_are_kept_out,
             kernel_holds_back_what_is_below_the_lowest_threshold,
             duplicates_are_swallowed_until_the_scan_is_armed_anew,
             device_not_heard_for_the_temporary_timeout_vanishes,
             end_of_the_scan_takes_signal_values_and_nonconnectable_devices,
             filter_outlives_the_session_but_not_the_power,
             power_off_ends_all_sessions_in_one_signal,
             stall_ends_with_its_cure_and_not_before,
             adapter_comes_back_under_another_index,
             restart_is_a_death_with_a_new_name,
             restart_at_once_comes_back_every_time,
             the_last_of_several_restarts_counts_and_each_is_answered,
             failures_are_as_many_as_ordered,
             calls_are_written_down_with_sender_and_arguments,
             newer_version_has_what_the_older_lacks,
             burst_makes_an_object_per_address,
             burst_of_phones_has_addresses_of_each_in_turn,
             scenario_devices_advertise_by_themselves_and_faults_strike,
             remove_device_forgets_it,
             mistakes_in_control_calls_name_the_key)
