/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The scanner: when it listens, what it reports, and what it holds back. */
#include "controller.h"
#include "test-main.h"

#define SLOT_US 625

static BhAdvertisement
advertisement(gint64 time_us, guint number, BhPduKind pdu, const char *data)
{
    return (BhAdvertisement){.time_us = time_us,
                             .address = {.octets = {0xc0, 0, 0, 0, number >> 8, number & 0xff},
                                         .type = BH_ADDRESS_RANDOM},
                             .pdu = pdu,
                             .advertising = (const guint8 *)data,
                             .advertising_size = strlen(data),
                             .scan_response = (const guint8 *)"rsp",
                             .scan_response_size = 3,
                             .rssi = -50};
}

static guint
hear(BhController *controller, gint64 time_us, guint number, BhPduKind pdu, const char *data)
{
    BhAdvertisement sent = advertisement(time_us, number, pdu, data);
    BhHeard heard[2];

    return bh_controller_hear(controller, &sent, heard);
}

static BhController *
scanning(BhDuplicateRule rule, gboolean active, gboolean filter)
{
    BhController *controller = bh_controller_new(rule);
    BhScanParameters parameters = {.interval = 0x10, .window = 0x10, .active = active};

    ck_assert_int_eq(bh_controller_set_scan_parameters(controller, &parameters), BH_HCI_SUCCESS);
    bh_controller_set_scan_enable(controller, TRUE, filter, 0);
    return controller;
}

START_TEST(nothing_is_heard_unless_scanning)
{
    g_autoptr(BhController) controller = bh_controller_new(BH_DUPLICATE_ADDRESS);

    ck_assert_uint_eq(hear(controller, 1, 1, BH_PDU_NONCONNECTABLE, "x"), 0);
    bh_controller_set_scan_enable(controller, TRUE, FALSE, 100);
    ck_assert_uint_eq(hear(controller, 99, 1, BH_PDU_NONCONNECTABLE, "x"), 0);
    ck_assert_uint_eq(hear(controller, 100, 1, BH_PDU_NONCONNECTABLE, "x"), 1);
    bh_controller_set_scan_enable(controller, FALSE, FALSE, 200);
    ck_assert_uint_eq(hear(controller, 300, 1, BH_PDU_NONCONNECTABLE, "x"), 0);
}
END_TEST

START_TEST(scan_responses_come_in_active_scans_of_scannable_devices_only)
{
    g_autoptr(BhController) active = scanning(BH_DUPLICATE_ADDRESS, TRUE, FALSE);
    g_autoptr(BhController) passive = scanning(BH_DUPLICATE_ADDRESS, FALSE, FALSE);
    BhAdvertisement sent = advertisement(1, 1, BH_PDU_CONNECTABLE, "adv");
    BhHeard heard[2];

    ck_assert_uint_eq(bh_controller_hear(active, &sent, heard), 2);
    ck_assert_int_eq(heard[0].type, BH_REPORT_ADV_IND);
    ck_assert_int_eq(heard[1].type, BH_REPORT_SCAN_RSP);
    ck_assert_mem_eq(heard[1].data, "rsp", 3);
    ck_assert_uint_eq(hear(active, 2, 2, BH_PDU_SCANNABLE, "adv"), 2);
    ck_assert_uint_eq(hear(active, 3, 3, BH_PDU_NONCONNECTABLE, "adv"), 1);
    ck_assert_uint_eq(hear(passive, 1, 1, BH_PDU_CONNECTABLE, "adv"), 1);
}
END_TEST

START_TEST(duplicates_are_reported_once_whatever_they_say)
{
    g_autoptr(BhController) controller = scanning(BH_DUPLICATE_ADDRESS, FALSE, TRUE);

    ck_assert_uint_eq(hear(controller, 1, 1, BH_PDU_CONNECTABLE, "a"), 1);
    ck_assert_uint_eq(hear(controller, 2, 1, BH_PDU_CONNECTABLE, "a"), 0);
    ck_assert_uint_eq(hear(controller, 3, 1, BH_PDU_CONNECTABLE, "b"), 0);
    ck_assert_uint_eq(hear(controller, 4, 1, BH_PDU_NONCONNECTABLE, "a"), 1);
    ck_assert_uint_eq(hear(controller, 5, 2, BH_PDU_CONNECTABLE, "a"), 1);
}
END_TEST

START_TEST(lenient_controller_reports_a_changed_payload_with_its_response)
{
    g_autoptr(BhController) controller = scanning(BH_DUPLICATE_DATA, TRUE, TRUE);

    ck_assert_uint_eq(hear(controller, 1, 1, BH_PDU_CONNECTABLE, "a"), 2);
    ck_assert_uint_eq(hear(controller, 2, 1, BH_PDU_CONNECTABLE, "a"), 0);
    ck_assert_uint_eq(hear(controller, 3, 1, BH_PDU_CONNECTABLE, "b"), 2);
}
END_TEST

START_TEST(enabling_anew_forgets_the_duplicates)
{
    g_autoptr(BhController) controller = scanning(BH_DUPLICATE_ADDRESS, FALSE, TRUE);

    hear(controller, 1, 1, BH_PDU_CONNECTABLE, "a");
    bh_controller_set_scan_enable(controller, TRUE, TRUE, 2);
    ck_assert_uint_eq(hear(controller, 3, 1, BH_PDU_CONNECTABLE, "a"), 1);
    ck_assert_uint_eq(hear(controller, 4, 1, BH_PDU_CONNECTABLE, "a"), 0);
}
END_TEST

START_TEST(duplicate_memory_is_bounded_and_forgets_the_oldest)
{
    g_autoptr(BhController) controller = scanning(BH_DUPLICATE_ADDRESS, FALSE, TRUE);

    for (guint i = 0; i <= BH_DUPLICATE_CACHE_SIZE; i++)
        ck_assert_uint_eq(hear(controller, 1, i, BH_PDU_CONNECTABLE, "a"), 1);
    ck_assert_uint_eq(hear(controller, 2, 1, BH_PDU_CONNECTABLE, "a"), 0);
    ck_assert_uint_eq(hear(controller, 2, 0, BH_PDU_CONNECTABLE, "a"), 1);
}
END_TEST

START_TEST(only_the_window_is_heard_on_one_channel_after_the_other)
{
    g_autoptr(BhController) controller = bh_controller_new(BH_DUPLICATE_ADDRESS);
    BhScanParameters parameters = {.interval = 160, .window = 16}; /* 10 of 100 ms */

    bh_controller_set_scan_parameters(controller, &parameters);
    bh_controller_set_scan_enable(controller, TRUE, FALSE, 0);
    for (gint64 n = 0; n < 6; n++) {
        gint64 begin = n * 160 * SLOT_US;
        gint64 channel_later = n % 3 * 500; /* the device's third transmission is 1 ms later */

        ck_assert_uint_eq(hear(controller, begin + 1, 1, BH_PDU_CONNECTABLE, "a"), 1);
        ck_assert_uint_eq(
            hear(controller, begin + 9999 - channel_later, 1, BH_PDU_CONNECTABLE, "a"),
            1);
        ck_assert_uint_eq(
            hear(controller, begin + 10000 - channel_later, 1, BH_PDU_CONNECTABLE, "a"),
            0);
        ck_assert_uint_eq(hear(controller, begin + 60000, 1, BH_PDU_CONNECTABLE, "a"), 0);
    }
}
END_TEST

START_TEST(duty_cycle_is_what_is_heard_of_many)
{
    g_autoptr(BhController) controller = bh_controller_new(BH_DUPLICATE_ADDRESS);
    BhScanParameters parameters = {.interval = 160, .window = 48}; /* 30 % */
    guint heard = 0;

    bh_controller_set_scan_parameters(controller, &parameters);
    bh_controller_set_scan_enable(controller, TRUE, FALSE, 0);
    for (guint i = 0; i < 10000; i++)
        heard += hear(controller, i * 1237, 1, BH_PDU_CONNECTABLE, "a");
    ck_assert(heard > 2800 && heard < 3200);
}
END_TEST

START_TEST(impossible_parameters_are_refused)
{
    g_autoptr(BhController) controller = bh_controller_new(BH_DUPLICATE_ADDRESS);
    static const BhScanParameters rows[] = {{.interval = 3, .window = 3},
                                            {.interval = 0x4001, .window = 4},
                                            {.interval = 16, .window = 17},
                                            {.interval = 16, .window = 3}};
    static const BhScanParameters good = {.interval = 16, .window = 16};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        ck_assert_int_eq(bh_controller_set_scan_parameters(controller, &rows[i]),
                         BH_HCI_INVALID_PARAMETERS);
    bh_controller_set_scan_enable(controller, TRUE, FALSE, 0);
    ck_assert_int_eq(bh_controller_set_scan_parameters(controller, &good), BH_HCI_DISALLOWED);
}
END_TEST

START_TEST(accept_list_holds_back_everybody_else)
{
    g_autoptr(BhController) controller = bh_controller_new(BH_DUPLICATE_ADDRESS);
    BhScanParameters parameters = {.interval = 16, .window = 16, .accept_list_only = TRUE};
    BhAddress address = advertisement(0, 1, BH_PDU_CONNECTABLE, "").address;

    bh_controller_set_scan_parameters(controller, &parameters);
    bh_controller_set_scan_enable(controller, TRUE, FALSE, 0);
    ck_assert_uint_eq(hear(controller, 1, 1, BH_PDU_CONNECTABLE, "a"), 0);
    bh_controller_accept(controller, &address);
    ck_assert_uint_eq(hear(controller, 2, 1, BH_PDU_CONNECTABLE, "a"), 1);
    ck_assert_uint_eq(hear(controller, 2, 2, BH_PDU_CONNECTABLE, "a"), 0);
    bh_controller_unaccept(controller, &address);
    ck_assert_uint_eq(hear(controller, 3, 1, BH_PDU_CONNECTABLE, "a"), 0);
}
END_TEST

BH_TEST_MAIN("sim-controller",
             nothing_is_heard_unless_scanning,
             scan_responses_come_in_active_scans_of_scannable_devices_only,
             duplicates_are_reported_once_whatever_they_say,
             lenient_controller_reports_a_changed_payload_with_its_response,
             enabling_anew_forgets_the_duplicates,
             duplicate_memory_is_bounded_and_forgets_the_oldest,
             only_the_window_is_heard_on_one_channel_after_the_other,
             duty_cycle_is_what_is_heard_of_many,
             impossible_parameters_are_refused,
             accept_list_holds_back_everybody_else)
