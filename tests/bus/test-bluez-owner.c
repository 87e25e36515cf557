/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who counts as BlueZ, what is known of its objects, and how little is subscribed to.
 */
#include "bh-bluez-names.h"
#include "bh-scene.h"

#define DEVICES "arg0='org.bluez.Device1'" /* of the rule for what devices say */
#define DEVICE BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_01"
#define ADDRESS "C0:00:00:00:00:01"
#define PRIVATE_DEVICE BH_PUPPET_ADAPTER "/dev_40_00_00_00_00_02"
#define PRIVATE_ADDRESS "40:00:00:00:00:02"

static guint
count_rules(BhScene *s, const char *part)
{
    g_auto(GStrv) rules = bh_fixture_dup_match_rules(&s->bus, bh_puppet_peek_caller(s->puppet));
    guint count = 0;

    for (char **rule = rules; *rule != NULL; rule++)
        count += strstr(*rule, part) != NULL;
    return count;
}

/* Who is BlueZ */

START_TEST(without_bluez_the_start_is_synced_and_nothing_is_activated)
{
    g_auto(BhScene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    bh_fixture_init(&s.bus);
    bh_recorder_init(&s.radio, s.bus.address, NULL);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(s.radio.synced == 1);
    bh_radio_check_async(BH_RADIO(s.radio.bluez), NULL, bh_outcome_on_check, &outcome);
    BH_AWAIT(outcome.done);
    ck_assert_ptr_null(outcome.error);
    ck_assert_str_eq(s.radio.events->str, "synced");
    ck_assert(!bh_fixture_bluez_was_activated(&s.bus));
}
END_TEST

START_TEST(bluez_that_comes_later_is_taken_and_the_wanted_scan_starts)
{
    g_auto(BhScene) s = {0};

    bh_fixture_init(&s.bus);
    bh_recorder_init(&s.radio, s.bus.address, NULL);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(s.radio.synced == 1);
    s.puppet = bh_puppet_new(s.bus.address);
    bh_puppet_add_adapter(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(s.radio.events->str, "synced adapter0+ bluez+");
    ck_assert_str_eq(s.radio.adapters[0].name, "hci0");
    ck_assert_uint_eq(s.radio.adapters[0].roles, 2);
    ck_assert_str_eq(bh_puppet_peek_calls(s.puppet),
                     "GetManagedObjects "
                     "SetDiscoveryFilter:Transport=le,DuplicateData StartDiscovery");
}
END_TEST

START_TEST(a_new_owner_is_a_new_generation_and_the_scan_resumes)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    g_string_truncate(s.radio.events, 0);
    g_clear_pointer(&s.puppet, bh_puppet_free);
    BH_AWAIT(!s.radio.bluez_present);
    ck_assert_str_eq(s.radio.events->str, "adapter0- bluez-");
    s.puppet = bh_puppet_new(s.bus.address);
    bh_puppet_add_adapter(s.puppet, "/org/bluez/hci3", BH_PUPPET_ADDRESS, TRUE);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(s.radio.adapters[0].name, "hci3");
    ck_assert_uint_eq(s.radio.synced, 1);
    ck_assert(!bh_fixture_bluez_was_activated(&s.bus));
}
END_TEST

START_TEST(bluez_that_dies_in_the_middle_of_any_call_is_got_over)
{
    static const char *const methods[] = {"GetManagedObjects",
                                          "SetDiscoveryFilter",
                                          "StartDiscovery"};
    g_auto(BhScene) s = {0};
    BhBluezTiming timing = bh_recorder_timing;

    timing.call_ms = timing.tree_ms = 5000;
    bh_scene_init(&s, &timing);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_clear_pointer(&s.puppet, bh_puppet_free);
        s.puppet = bh_puppet_new(s.bus.address);
        bh_puppet_add_adapter(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
        bh_puppet_hang(s.puppet, methods[i], 1);
        BH_AWAIT(bh_puppet_count_calls(s.puppet, methods[i]) == 1);
    }
    g_clear_pointer(&s.puppet, bh_puppet_free);
    BH_AWAIT(!s.radio.bluez_present);
    s.puppet = bh_puppet_new(s.bus.address);
    bh_puppet_add_adapter(s.puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
}
END_TEST

/* A signal to the radio itself, so that no match rule stands between. */
static sd_bus_message *
new_forgery(BhPuppet *stranger, const char *path, const char *interface, const char *member)
{
    sd_bus_message *message = NULL;

    ck_assert_int_ge(
        sd_bus_message_new_signal(bh_puppet_peek_bus(stranger), &message, path, interface, member),
        0);
    return message;
}

static void
send_forgery(BhScene *s, sd_bus_message *message)
{
    ck_assert_int_ge(sd_bus_message_set_destination(message, bh_puppet_peek_caller(s->puppet)), 0);
    ck_assert_int_ge(sd_bus_send(NULL, message, NULL), 0);
    sd_bus_message_unref(message);
}

static void
forge_all(BhScene *s, BhPuppet *stranger)
{
    sd_bus_message *m = new_forgery(stranger, "/", BH_DBUS_OBJECT_MANAGER, "InterfacesAdded");
    sd_bus_message_append(m,
                          "oa{sa{sv}}",
                          "/org/bluez/hci9",
                          1,
                          BH_BLUEZ_ADAPTER,
                          1,
                          "Address",
                          "s",
                          "00:00:00:00:00:09");
    send_forgery(s, m);
    m = new_forgery(stranger, DEVICE, BH_DBUS_PROPERTIES, "PropertiesChanged");
    sd_bus_message_append(m, "sa{sv}as", BH_BLUEZ_DEVICE, 1, "RSSI", "n", -1, 0);
    send_forgery(s, m);
    m = new_forgery(stranger, "/", BH_DBUS_OBJECT_MANAGER, "InterfacesRemoved");
    sd_bus_message_append(m, "oas", BH_PUPPET_ADAPTER, 1, BH_BLUEZ_ADAPTER);
    send_forgery(s, m);
    m = new_forgery(stranger, BH_DBUS_PATH, BH_DBUS_NAME, "NameOwnerChanged");
    sd_bus_message_append(m, "sss", BH_BLUEZ_NAME, "", bh_puppet_peek_name(stranger));
    send_forgery(s, m);
}

START_TEST(signals_of_anybody_else_are_ignored)
{
    g_auto(BhScene) s = {0};
    g_autoptr(BhPuppet) stranger = NULL;

    bh_scene_init(&s, NULL);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    stranger = bh_puppet_new_stranger(s.bus.address);
    forge_all(&s, stranger);
    BH_PUPPET_CHANGE(stranger, DEVICE, 1, "RSSI", "n", -2);
    /* The bus delivers in order: what the stranger sent comes before the answer it waits for. */
    ck_assert_int_ge(sd_bus_call_method(bh_puppet_peek_bus(stranger),
                                        BH_DBUS_NAME,
                                        BH_DBUS_PATH,
                                        BH_DBUS_NAME,
                                        "GetId",
                                        NULL,
                                        NULL,
                                        ""),
                     0);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -3);
    BH_AWAIT(s.radio.reports->len == 1);
    ck_assert_str_eq(bh_recorder_peek_report(&s.radio), ADDRESS " random 0 -3 00 ");
    ck_assert_str_eq(s.radio.events->str, "adapter0+ bluez+ synced");
    ck_assert(bh_recorder_is_running(&s.radio, 0));
}
END_TEST

/* Objects */

START_TEST(a_listing_that_fails_is_asked_for_again)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_fail(s.puppet, "GetManagedObjects", "org.bluez.Error.Failed", 2);
    bh_recorder_start(&s.radio);
    BH_AWAIT(s.radio.bluez_present);
    ck_assert_str_eq(s.radio.events->str, "synced adapter0+ bluez+");
    /* more often where answers are late */
    ck_assert_uint_ge(bh_puppet_count_calls(s.puppet, "GetManagedObjects"), 3);
}
END_TEST

START_TEST(a_listing_that_is_never_answered_is_asked_for_again)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_hang(s.puppet, "GetManagedObjects", 1);
    bh_recorder_start(&s.radio);
    BH_AWAIT(s.radio.bluez_present);
    ck_assert_str_eq(s.radio.events->str, "synced adapter0+ bluez+");
}
END_TEST

START_TEST(signals_before_the_listing_are_older_than_it)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_hang(s.puppet, "GetManagedObjects", 1);
    bh_recorder_start(&s.radio);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "GetManagedObjects") == 1);
    bh_puppet_plug(s.puppet, "/org/bluez/hci1", "00:AA:01:00:00:02");
    bh_puppet_remove(s.puppet, BH_PUPPET_ADAPTER, BH_BLUEZ_ADAPTER);
    BH_AWAIT(s.radio.bluez_present);
    ck_assert_str_eq(s.radio.events->str, "synced adapter0+ bluez+");
    ck_assert_str_eq(s.radio.adapters[0].name, "hci0");
}
END_TEST

START_TEST(devices_of_the_listing_are_known_and_are_no_reports)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_uint_eq(s.radio.reports->len, 0);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -3);
    BH_AWAIT(s.radio.reports->len == 1);
    ck_assert_str_eq(bh_recorder_peek_report(&s.radio), ADDRESS " random 0 -3 00 ");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 0);
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetManagedObjects"), 1);
}
END_TEST

START_TEST(devices_listed_before_their_adapter_are_known_too)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_add_device(s.puppet, "/org/bluez/hci1/dev_1", ADDRESS, FALSE);
    bh_puppet_add_adapter(s.puppet, "/org/bluez/hci1", "00:AA:01:00:00:02", TRUE);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 1);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 1));
    BH_PUPPET_CHANGE(s.puppet, "/org/bluez/hci1/dev_1", 1, "RSSI", "n", -3);
    BH_AWAIT(s.radio.reports->len == 1);
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 0);
}
END_TEST

START_TEST(one_address_under_two_adapters_is_told_apart_by_path)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_add_adapter(s.puppet, "/org/bluez/hci1", "00:AA:01:00:00:02", TRUE);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    bh_puppet_add_device(s.puppet, "/org/bluez/hci1/dev_C0_00_00_00_00_01", ADDRESS, FALSE);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    bh_recorder_scan(&s.radio, 1);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0) && bh_recorder_is_running(&s.radio, 1));
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -3);
    BH_PUPPET_CHANGE(s.puppet, "/org/bluez/hci1/dev_C0_00_00_00_00_01", 1, "RSSI", "n", -4);
    BH_AWAIT(s.radio.reports->len == 2);
    ck_assert_str_eq(s.radio.reports->pdata[0], ADDRESS " random 0 -3 00 ");
    ck_assert_str_eq(s.radio.reports->pdata[1], ADDRESS " random 1 -4 00 ");
}
END_TEST

START_TEST(a_device_not_known_is_asked_for_once_and_the_answer_is_a_report)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -1);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -2);
    BH_AWAIT(s.radio.reports->len > 0);
    ck_assert_str_eq(s.radio.reports->pdata[0], ADDRESS " random 0 -50 01 07096c6973746564");
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -3);
    BH_AWAIT(g_str_has_suffix(bh_recorder_peek_report(&s.radio), "-3 00 "));
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 1);
}
END_TEST

START_TEST(a_device_that_vanished_when_asked_for_is_asked_for_when_it_speaks_again)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -1);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "GetAll") == 1);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    bh_puppet_hang(s.puppet, "GetAll", 1);
    bh_fixture_settle();
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -2);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "GetAll") == 2);
    bh_puppet_remove(s.puppet, DEVICE, BH_BLUEZ_DEVICE);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -3);
    BH_AWAIT(s.radio.reports->len == 1);
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 3);
}
END_TEST

START_TEST(a_removed_device_is_forgotten)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    bh_puppet_remove(s.puppet, DEVICE, BH_BLUEZ_DEVICE);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -1);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "GetAll") == 1);
}
END_TEST

START_TEST(never_more_than_64_devices_are_asked_for_at_once)
{
    g_auto(BhScene) s = {0};
    BhBluezTiming timing = bh_recorder_timing;

    timing.call_ms = 5000;
    bh_scene_init(&s, &timing);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    bh_puppet_hang(s.puppet, "GetAll", 5000);
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *path = g_strdup_printf("%s/dev_%04x", BH_PUPPET_ADAPTER, i);
        bh_puppet_add_device(s.puppet, path, ADDRESS, FALSE);
        BH_PUPPET_CHANGE(s.puppet, path, 1, "RSSI", "n", -1);
    }
    bh_puppet_add_device(s.puppet, "/org/bluez/hci0/dev_last", ADDRESS, FALSE);
    BH_PUPPET_ADD(s.puppet,
                  "/org/bluez/hci0/dev_last",
                  3,
                  "Address",
                  "s",
                  ADDRESS,
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -9);
    BH_AWAIT(s.radio.reports->len == 1);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "GetAll") == 64);
    bh_fixture_settle();
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 64);
}
END_TEST

START_TEST(a_private_address_is_not_trusted_after_a_pause)
{
    g_auto(BhScene) s = {0};

    bh_scene_init(&s, NULL);
    bh_puppet_add_device(s.puppet, DEVICE, ADDRESS, FALSE);
    bh_puppet_add_device(s.puppet, PRIVATE_DEVICE, PRIVATE_ADDRESS, FALSE);
    bh_recorder_start(&s.radio);
    BH_AWAIT(s.radio.bluez_present);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -1);
    BH_PUPPET_CHANGE(s.puppet, PRIVATE_DEVICE, 1, "RSSI", "n", -1);
    BH_AWAIT(s.radio.reports->len == 2);
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 1);
    ck_assert(g_str_has_prefix(bh_recorder_peek_report(&s.radio), PRIVATE_ADDRESS));
}
END_TEST

/* Adapters */

START_TEST(more_adapters_than_slots_are_left_alone)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    for (guint i = 1; i < 20; i++) {
        g_autofree char *path = g_strdup_printf("/org/bluez/hci%u", i);
        g_autofree char *address = g_strdup_printf("00:AA:02:00:00:%02X", i);
        bh_puppet_plug(s.puppet, path, address);
    }
    BH_AWAIT(s.radio.adapters[BH_RADIO_MAX_ADAPTERS - 1].present);
    bh_puppet_remove(s.puppet, "/org/bluez/hci15", BH_BLUEZ_ADAPTER);
    BH_AWAIT(!s.radio.adapters[15].present);
    bh_puppet_plug(s.puppet, "/org/bluez/hci15", "00:AA:02:00:00:FF");
    BH_AWAIT(s.radio.adapters[15].present);
}
END_TEST

START_TEST(an_adapter_without_an_address_is_not_taken)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_puppet_plug(s.puppet, "/org/bluez/hci1", "nonsense");
    bh_puppet_plug(s.puppet, "/org/bluez/hci2", "00:AA:01:00:00:02");
    BH_AWAIT(s.radio.adapters[1].present);
    ck_assert_str_eq(s.radio.adapters[1].name, "hci2");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 1);
}
END_TEST

START_TEST(odd_values_of_an_adapter_are_left_out_and_counted)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    ck_assert_int_ge(sd_bus_emit_signal(bh_puppet_peek_bus(s.puppet),
                                        BH_PUPPET_ADAPTER,
                                        BH_DBUS_PROPERTIES,
                                        "PropertiesChanged",
                                        "sa{sv}as",
                                        BH_BLUEZ_ADAPTER,
                                        4,
                                        "Powered",
                                        "s",
                                        "yes",
                                        "Roles",
                                        "as",
                                        1,
                                        "central",
                                        "Discovering",
                                        "u",
                                        1u,
                                        "Class",
                                        "u",
                                        0u,
                                        0),
                     0);
    BH_AWAIT(s.radio.adapters[0].roles == 1);
    ck_assert(s.radio.adapters[0].powered);
    ck_assert(!s.radio.adapters[0].discovering);
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 1);
}
END_TEST

/* The bus */

START_TEST(nothing_about_devices_is_subscribed_while_nobody_scans)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    ck_assert_uint_eq(count_rules(&s, DEVICES), 0);
    ck_assert_uint_eq(count_rules(&s, ""), 5);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_uint_eq(count_rules(&s, DEVICES), 1);
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "StopDiscovery") == 1);
    ck_assert_uint_eq(count_rules(&s, DEVICES), 0);
}
END_TEST

START_TEST(the_match_is_there_before_the_discovery_starts)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_started(&s);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "SetDiscoveryFilter") == 1);
    ck_assert_uint_eq(count_rules(&s, DEVICES), 1);
}
END_TEST

START_TEST(a_lost_bus_is_told_once_after_everything_is_gone)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    bh_puppet_detach(s.puppet);
    bh_fixture_kill_process(&s.bus.bus);
    BH_AWAIT(s.radio.lost);
    ck_assert_str_eq(s.radio.events->str, "adapter0+ bluez+ synced adapter0- bluez-");
}
END_TEST

START_TEST(a_bus_that_is_not_there_is_an_error)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BhBluez) bluez = bh_bluez_new("unix:path=/nonexistent/bus", &error);

    ck_assert_ptr_null(bluez);
    ck_assert_ptr_nonnull(error);
}
END_TEST

BH_TEST_MAIN("owner",
             without_bluez_the_start_is_synced_and_nothing_is_activated,
             bluez_that_comes_later_is_taken_and_the_wanted_scan_starts,
             a_new_owner_is_a_new_generation_and_the_scan_resumes,
             bluez_that_dies_in_the_middle_of_any_call_is_got_over,
             signals_of_anybody_else_are_ignored,
             a_listing_that_fails_is_asked_for_again,
             a_listing_that_is_never_answered_is_asked_for_again,
             signals_before_the_listing_are_older_than_it,
             devices_of_the_listing_are_known_and_are_no_reports,
             devices_listed_before_their_adapter_are_known_too,
             one_address_under_two_adapters_is_told_apart_by_path,
             a_device_not_known_is_asked_for_once_and_the_answer_is_a_report,
             a_device_that_vanished_when_asked_for_is_asked_for_when_it_speaks_again,
             a_removed_device_is_forgotten,
             never_more_than_64_devices_are_asked_for_at_once,
             a_private_address_is_not_trusted_after_a_pause,
             more_adapters_than_slots_are_left_alone,
             an_adapter_without_an_address_is_not_taken,
             odd_values_of_an_adapter_are_left_out_and_counted,
             nothing_about_devices_is_subscribed_while_nobody_scans,
             the_match_is_there_before_the_discovery_starts,
             a_lost_bus_is_told_once_after_everything_is_gone,
             a_bus_that_is_not_there_is_an_error)
