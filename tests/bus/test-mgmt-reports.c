/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the kernel tells: hostile events and a socket that dies first, then what rows say of
 * reports, and of links.
 */
#include <signal.h>

#include "bh-mgmt-scene.h"

#define SOMEONE "C0:00:00:00:00:01"
#define ADV "020106"
#define NAME "0409616263"
#define FLAG_NOT_CONNECTABLE 4
#define FLAG_SCAN_RESPONSE 32

static void
hear(BhMgmtScene *s, gint8 rssi, guint32 flags, const char *hex)
{
    bh_kernel_found(s->kernel, SOMEONE, BH_ADDRESS_RANDOM, rssi, flags, hex);
}

static void
await_seen(BhMgmtScene *s, const char *scan, guint64 seen)
{
    BH_POLL(bh_mgmt_scene_get_seen(s, scan) >= seen);
    ck_assert_uint_eq(bh_mgmt_scene_get_seen(s, scan), seen);
}

/* What must not harm */

START_TEST(events_with_lengths_that_lie_are_counted_and_left_out)
{
    static const char *const bad[] = {
        "12",                                            /* no header */
        "1200 0000",                                     /* half a header */
        "1200 0000 ffff",                                /* announces more than comes */
        "1200 0000 0000",                                /* nothing in it */
        "1200 0000 0d00 010000000000 01 c4 00000000 00", /* one byte short */
        "1200 0000 0e00 010000000000 01 c4 00000000 0100",
        "1200 0000 0e00 010000000000 01 c4 00000000 ffff",
        "1200 0000 0f00 010000000000 01 c4 00000000 0000 aa",     /* a byte too many */
        "1200 0000 1100 000000000000 01 c4 00000000 0300 020106", /* nobody's address */
        "2f00 0000 0100 00",
        "1300 0000 0100 06",
        "0b00 0000 0500 0100000000",
        "0c00 0000 0700 010000000000 01",
        "0d00 0000 0000",
        "0100 0000 0200 5200",
        "2c00 0000 0100 01",
    };
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    guint64 before = bh_mgmt_scene_get_counter(&s, "Malformed");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        bh_kernel_send(s.kernel, bad[i]);
    bh_kernel_send(s.kernel, "7f7f 0000 0200 0000");    /* unknown, and well-formed */
    bh_kernel_send(s.kernel, "0100 0000 0300 5200 00"); /* an answer that nobody waits for */
    hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 1);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "Malformed") - before, G_N_ELEMENTS(bad));
}
END_TEST

START_TEST(an_event_larger_than_any_is_cut_and_refused)
{
    g_auto(BhMgmtScene) s = {0};
    g_autoptr(GString) hex = g_string_new("1200 0000 f40f 010000000000 01 c4 00000000 e60f");

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    for (guint i = 0; i < 0x0fe6; i++)
        g_string_append(hex, "01");
    bh_kernel_send(s.kernel, hex->str);
    hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 1);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "Malformed"), 1);
}
END_TEST

START_TEST(packets_the_kernel_throws_away_are_counted)
{
    g_auto(BhMgmtScene) s = {0};
    guint64 sent = 0, seen = 0;

    bh_mgmt_scene_init(&s);
    s.bus.mgmt_fd = bh_kernel_connect_lossy(s.kernel);
    bh_fixture_start_hub(&s.bus, NULL);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    bh_fixture_freeze_process(s.bus.hub);
    for (; sent < 20000; sent++)
        hear(&s, -60, 0, ADV);
    bh_fixture_thaw_process(s.bus.hub);
    BH_POLL((seen = bh_mgmt_scene_get_seen(&s, scan)) +
                bh_mgmt_scene_get_counter(&s, "KernelDrops") ==
            sent);
    ck_assert_uint_gt(seen, 0);
    ck_assert_uint_gt(bh_mgmt_scene_get_counter(&s, "KernelDrops"), 0);
}
END_TEST

START_TEST(when_the_socket_dies_blehubd_goes_on_with_what_bluez_says)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 1);
    ck_assert(!bh_mgmt_scene_listens(&s));
    bh_kernel_disconnect(s.kernel);
    BH_POLL(bh_mgmt_scene_listens(&s));
    BH_POLL(!bh_mgmt_scene_can(&s, "raw-data"));
    ck_assert(!bh_mgmt_scene_can(&s, "every-report"));
    ck_assert(!bh_mgmt_scene_can(&s, "passive-scan"));
    ck_assert(!bh_mgmt_scene_can(&s, "scan-duty"));
    BH_PUPPET_ADD(s.puppet,
                  BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_01",
                  3,
                  "Address",
                  "s",
                  SOMEONE,
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -70);
    await_seen(&s, scan, 2);
    g_autofree char *error = bh_mgmt_scene_dup_scan_error(&s, "{'Active': <false>}");
    ck_assert_str_eq(error,
                     "NotSupported: Active: a passive scan needs the management socket: "
                     "it was lost: it was closed");
}
END_TEST

/* Where reports come from */

START_TEST(without_a_socket_ingest_mgmt_does_not_start)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    ck_assert_int_eq(bh_fixture_run_hub(&s.bus, "--ingest=mgmt", NULL), 1);
    ck_assert_int_eq(bh_fixture_run_hub(&s.bus, "--ingest=both", NULL), 2);
    ck_assert_int_eq(bh_fixture_run_hub(&s.bus, "--mgmt-fd=1", NULL), 2);
    ck_assert_int_eq(bh_fixture_run_hub(&s.bus, "--mgmt-fd=99", NULL), 2); /* nothing is open */
}
END_TEST

START_TEST(a_socket_bound_without_the_right_is_not_used)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    bh_kernel_refuse(s.kernel, BH_MGMT_GET_CONNECTIONS, BH_MGMT_STATUS_PERMISSION_DENIED, 2);
    s.bus.mgmt_fd = bh_kernel_connect(s.kernel);
    ck_assert_int_eq(bh_fixture_run_hub(&s.bus, "--ingest=mgmt", NULL), 1);
    s.bus.mgmt_fd = bh_kernel_connect(s.kernel);
    bh_fixture_start_hub(&s.bus, NULL);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    ck_assert(bh_mgmt_scene_listens(&s));
    ck_assert(!bh_mgmt_scene_can(&s, "raw-data"));
}
END_TEST

START_TEST(ingest_dbus_uses_the_socket_for_all_but_reports)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init(&s);
    s.bus.mgmt_fd = bh_kernel_connect(s.kernel);
    bh_fixture_start_hub(&s.bus, "--ingest=dbus", NULL);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{'Report': <'all'>}");
    ck_assert(bh_mgmt_scene_listens(&s));
    ck_assert(bh_mgmt_scene_can(&s, "every-report"));
    ck_assert(!bh_mgmt_scene_can(&s, "raw-data"));
    ck_assert(!bh_mgmt_scene_can(&s, "passive-scan"));
    ck_assert_str_eq(bh_kernel_peek_monitors(s.kernel), "1");
    hear(&s, -60, 0, ADV);
    BH_PUPPET_ADD(s.puppet,
                  BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_01",
                  3,
                  "Address",
                  "s",
                  SOMEONE,
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -70);
    await_seen(&s, scan, 1);
    g_autofree char *row = bh_mgmt_scene_dup_row(&s, scan, "RSSI AdvertisingData");
    ck_assert_str_eq(row, "RSSI=-70 AdvertisingData=-");
}
END_TEST

START_TEST(ingest_mgmt_hears_nothing_of_bluez)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    ck_assert(bh_mgmt_scene_can(&s, "raw-data"));
    ck_assert(bh_mgmt_scene_can(&s, "passive-scan"));
    ck_assert(bh_mgmt_scene_can(&s, "scan-duty"));
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    ck_assert(!bh_mgmt_scene_listens(&s));
    BH_PUPPET_ADD(s.puppet,
                  BH_PUPPET_ADAPTER "/dev_C0_00_00_00_00_01",
                  3,
                  "Address",
                  "s",
                  SOMEONE,
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -70);
    hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 1);
    g_autofree char *row = bh_mgmt_scene_dup_row(&s, scan, "Samples RSSI");
    ck_assert_str_eq(row, "Samples=1 RSSI=-60");
}
END_TEST

START_TEST(while_nobody_scans_the_kernel_does_not_tell_of_devices)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    hear(&s, -60, 0, ADV); /* another program scans */
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 1);
    bh_mgmt_scene_release(&s, scan);
    BH_AWAIT(bh_puppet_count_calls(s.puppet, "StopDiscovery") == 1);
    hear(&s, -60, 0, ADV);
    bh_kernel_send(s.kernel, "1200 0000 0000"); /* would be malformed, if it came */
    bh_kernel_send(s.kernel, "1300 0000 0000"); /* is */
    BH_POLL(bh_mgmt_scene_get_counter(&s, "Malformed") > 0);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "Malformed"), 1);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "Reports"), 1);
}
END_TEST

/* Rows */

START_TEST(a_row_has_the_bytes_as_the_kernel_delivered_them)
{
    static const char odd[] = "020106 05ff4c00ffee 03190000 0299"; /* the last one lies */
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    hear(&s, -67, FLAG_NOT_CONNECTABLE, odd);
    await_seen(&s, scan, 1);
    g_autofree char *row = bh_mgmt_scene_dup_row(
        &s,
        scan,
        "Address AddressType RSSI Connectable Merged AdvertisingData ScanResponse");
    ck_assert_str_eq(row,
                     "Address='" SOMEONE "' AddressType='random' RSSI=-67 Connectable=false "
                     "Merged=true AdvertisingData=02010605ff4c00ffee031900000299 ScanResponse=-");
}
END_TEST

START_TEST(a_scan_response_that_the_kernel_tells_apart_stays_apart)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    hear(&s, -60, 0, ADV);
    hear(&s, -61, FLAG_SCAN_RESPONSE, NAME);
    await_seen(&s, scan, 2);
    g_autofree char *row =
        bh_mgmt_scene_dup_row(&s, scan, "Connectable AdvertisingData ScanResponse Name RSSI");
    ck_assert_str_eq(row,
                     "Connectable=true AdvertisingData=" ADV " ScanResponse=" NAME
                     " Name='abc' RSSI=-61");
}
END_TEST

START_TEST(what_a_passive_scan_heard_is_advertising_data_alone)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    bh_kernel_found_by_monitor(s.kernel, 0, SOMEONE, ADV);
    await_seen(&s, scan, 1);
    g_autofree char *row = bh_mgmt_scene_dup_row(&s, scan, "AddressType Merged AdvertisingData");
    ck_assert_str_eq(row, "AddressType='public' Merged=false AdvertisingData=" ADV);
}
END_TEST

START_TEST(an_advertisement_told_twice_counts_once)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{'Report': <'all'>}");
    bh_kernel_set_discovering(s.kernel, TRUE);
    hear(&s, -60, 0, ADV);
    bh_kernel_found_by_monitor(s.kernel, 1, SOMEONE, ADV); /* the same, for our monitor */
    bh_kernel_set_discovering(s.kernel, FALSE);
    bh_kernel_found_by_monitor(s.kernel, 1, SOMEONE, ADV);
    bh_kernel_found_by_monitor(s.kernel, 2, SOMEONE, ADV); /* the same, for somebody's */
    bh_kernel_found_by_monitor(s.kernel, 0, SOMEONE, ADV);
    await_seen(&s, scan, 3);
}
END_TEST

START_TEST(an_rssi_that_cannot_be_is_not_known)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    hear(&s, 127, 0, ADV);
    hear(&s, 21, 0, ADV);
    hear(&s, -128, 0, ADV);
    await_seen(&s, scan, 3);
    g_autofree char *row = bh_mgmt_scene_dup_row(&s, scan, "RSSI RSSIMin");
    ck_assert_str_eq(row, "RSSI=- RSSIMin=-");
}
END_TEST

START_TEST(devices_of_classic_bluetooth_are_none_of_ours)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    bh_kernel_send(s.kernel, "1200 0000 0e00 010000000000 00 c4 00000000 0000");
    bh_kernel_send(s.kernel, "1200 0500 0e00 010000000000 01 c4 00000000 0000"); /* of hci5 */
    hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 1);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "Malformed"), 0);
}
END_TEST

START_TEST(a_flood_is_read_in_batches_and_nothing_is_lost)
{
    g_auto(BhMgmtScene) s = {0};

    bh_mgmt_scene_init_started(&s);
    g_autofree char *scan = bh_mgmt_scene_scan_running(&s, "{}");
    for (guint i = 0; i < 5000; i++) /* a full socket makes us wait: it is not the kernel's */
        hear(&s, -60, 0, ADV);
    await_seen(&s, scan, 5000);
    ck_assert_uint_eq(bh_mgmt_scene_get_counter(&s, "KernelDrops"), 0);
}
END_TEST

BH_TEST_MAIN("mgmt-reports",
             events_with_lengths_that_lie_are_counted_and_left_out,
             an_event_larger_than_any_is_cut_and_refused,
             packets_the_kernel_throws_away_are_counted,
             when_the_socket_dies_blehubd_goes_on_with_what_bluez_says,
             without_a_socket_ingest_mgmt_does_not_start,
             a_socket_bound_without_the_right_is_not_used,
             ingest_dbus_uses_the_socket_for_all_but_reports,
             ingest_mgmt_hears_nothing_of_bluez,
             while_nobody_scans_the_kernel_does_not_tell_of_devices,
             a_row_has_the_bytes_as_the_kernel_delivered_them,
             a_scan_response_that_the_kernel_tells_apart_stays_apart,
             what_a_passive_scan_heard_is_advertising_data_alone,
             an_advertisement_told_twice_counts_once,
             an_rssi_that_cannot_be_is_not_known,
             devices_of_classic_bluetooth_are_none_of_ours,
             a_flood_is_read_in_batches_and_nothing_is_lost)
