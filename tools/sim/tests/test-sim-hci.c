/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The HCI face, byte for byte: packets in and out as hexadecimal text. */
#include "hci.h"
#include "keys.h"
#include "test-main.h"

typedef struct {
    BhController *controller;
    BhHci *hci;
    GString *log;
} Rig;

static void
on_log(const char *line, gpointer user_data)
{
    g_string_append_printf(user_data, "%s|", line);
}

static Rig
rig_new(void)
{
    BhAddress address = {.octets = {0x00, 0xaa, 0x01, 0x02, 0x03, 0x04}};
    Rig rig = {.controller = bh_controller_new(BH_DUPLICATE_ADDRESS), .log = g_string_new(NULL)};

    rig.hci = bh_hci_new(rig.controller, &address);
    bh_hci_set_log(rig.hci, on_log, rig.log);
    return rig;
}

static void
rig_clear(Rig *rig)
{
    bh_hci_free(rig->hci);
    bh_controller_free(rig->controller);
    g_string_free(rig->log, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rig, rig_clear)

static char *
packets_to_text(GPtrArray *packets)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < packets->len; i++) {
        gsize size = 0;
        const guint8 *bytes = g_bytes_get_data(packets->pdata[i], &size);

        if (i > 0)
            g_string_append_c(text, ' ');
        g_autofree char *hex = bh_test_hex(bytes, size);
        g_string_append(text, hex);
    }
    return g_string_free(text, FALSE);
}

static void
assert_answer(Rig *rig, const char *command, const char *answer)
{
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree char *text = NULL;

    ck_assert(bh_text_to_bytes(command, bytes, NULL));
    bh_hci_handle(rig->hci, bytes->data, bytes->len, 0, answers);
    text = packets_to_text(answers);
    ck_assert_str_eq(text, answer);
}

START_TEST(kernel_start_up_is_answered)
{
    g_auto(Rig) rig = rig_new();

    assert_answer(&rig, "01 030c 00", "040e0401030c00"); /* Reset */
    assert_answer(&rig,
                  "01 0310 00",
                  "040e0c0103100000000000600000"
                  "00"); /* features */
    assert_answer(&rig,
                  "01 0110 00",
                  "040e0c01011000"
                  "08000008ffff0000"); /* version */
    assert_answer(&rig,
                  "01 0910 00",
                  "040e0a01091000"
                  "04030201aa00"); /* address */
    assert_answer(&rig,
                  "01 0220 00",
                  "040e0701022000"
                  "fb0008");                                              /* buffers */
    assert_answer(&rig, "01 0f20 00", "040e05010f200040");                /* accept list */
    assert_answer(&rig, "01 0120 08 ff00000000000000", "040e0401012000"); /* event mask */
}
END_TEST

START_TEST(bitmap_of_commands_has_no_extended_advertising)
{
    g_auto(Rig) rig = rig_new();
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    static const guint8 command[] = {0x01, 0x02, 0x10, 0x00};
    gsize size = 0;
    const guint8 *bytes = NULL;

    bh_hci_handle(rig.hci, command, sizeof command, 0, answers);
    bytes = g_bytes_get_data(answers->pdata[0], &size);
    ck_assert_uint_eq(size, 3 + 4 + 64);
    for (guint octet = 36; octet < 64; octet++)
        ck_assert_uint_eq(bytes[7 + octet], 0);
    ck_assert_uint_eq(bytes[7 + 26] & 0x0c, 0x0c); /* LE Set Scan Parameters and Enable */
}
END_TEST

START_TEST(unknown_command_is_said_to_be_unknown)
{
    g_auto(Rig) rig = rig_new();

    assert_answer(&rig, "01 4120 02 0000", "040f0401014120");
}
END_TEST

START_TEST(broken_packets_are_ignored_and_short_parameters_refused)
{
    g_auto(Rig) rig = rig_new();

    assert_answer(&rig, "01 03", "");
    assert_answer(&rig, "02 030c 00", "");
    assert_answer(&rig, "01 030c 01", "");
    assert_answer(&rig, "01 0b20 02 0000", "040e04010b2012");
}
END_TEST

START_TEST(scan_commands_reach_the_controller_and_the_log)
{
    g_auto(Rig) rig = rig_new();

    assert_answer(&rig, "01 0b20 07 01 1200 1200 00 00", "040e04010b2000");
    assert_answer(&rig, "01 0c20 02 01 01", "040e04010c2000");
    ck_assert(bh_controller_is_scanning(rig.controller));
    ck_assert(bh_controller_filters_duplicates(rig.controller));
    ck_assert(bh_controller_peek_scan_parameters(rig.controller)->active);
    assert_answer(&rig, "01 0b20 07 01 1200 1200 00 00", "040e04010b200c");
    ck_assert_str_eq(
        rig.log->str,
        "scan-parameters type=active interval-us=11250 window-us=11250 accept-list=0 status=0x00|"
        "scan-enable enable=1 filter-duplicates=1 status=0x00|"
        "scan-parameters type=active interval-us=11250 window-us=11250 accept-list=0 status=0x0c|");
}
END_TEST

START_TEST(accept_list_takes_addresses_as_they_are_on_the_wire)
{
    g_auto(Rig) rig = rig_new();
    BhScanParameters parameters = {.interval = 16, .window = 16, .accept_list_only = TRUE};
    BhAdvertisement sent = {.address = {.octets = {0xc6, 5, 4, 3, 2, 1}, .type = BH_ADDRESS_RANDOM},
                            .pdu = BH_PDU_CONNECTABLE,
                            .advertising = (const guint8 *)"",
                            .scan_response = (const guint8 *)""};
    BhHeard heard[2];

    bh_controller_set_scan_parameters(rig.controller, &parameters);
    bh_controller_set_scan_enable(rig.controller, TRUE, FALSE, 0);
    assert_answer(&rig, "01 1120 07 01 0102030405c6", "040e0401112000");
    ck_assert_uint_eq(bh_controller_hear(rig.controller, &sent, heard), 1);
    assert_answer(&rig, "01 1020 00", "040e0401102000");
    ck_assert_uint_eq(bh_controller_hear(rig.controller, &sent, heard), 0);
}
END_TEST

START_TEST(connecting_goes_on_until_it_is_cancelled)
{
    g_auto(Rig) rig = rig_new();
    const char *create = "01 0d20 19 6000 6000 00 01 0102030405c6 00 1800 2800 0000 2a00 0000 0000";

    assert_answer(&rig, "01 0e20 00", "040e04010e200c");
    assert_answer(&rig, create, "040f0400010d20");
    assert_answer(&rig, create, "040f040c010d20");
    assert_answer(&rig,
                  "01 0e20 00",
                  "040e04010e2000 043e130102"
                  "0000000000000000000000000000000000");
    assert_answer(&rig, create, "040f0400010d20");
}
END_TEST

START_TEST(reports_share_an_event_until_it_is_full)
{
    g_auto(Rig) rig = rig_new();
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    guint8 data[31] = {0};
    BhHeard heard = {.type = BH_REPORT_SCAN_RSP,
                     .address = {.octets = {6, 5, 4, 3, 2, 1}, .type = BH_ADDRESS_RANDOM},
                     .data = data,
                     .size = sizeof data,
                     .rssi = -50};

    for (guint i = 0; i < 7; i++)
        bh_hci_report(rig.hci, &heard, events);
    bh_hci_flush(rig.hci, events);
    bh_hci_flush(rig.hci, events);
    ck_assert_uint_eq(events->len, 2);
    ck_assert_uint_eq(g_bytes_get_size(events->pdata[0]), 3 + 2 + 6 * 41);
    ck_assert_uint_eq(g_bytes_get_size(events->pdata[1]), 3 + 2 + 1 * 41);
}
END_TEST

START_TEST(report_has_the_layout_the_kernel_reads)
{
    g_auto(Rig) rig = rig_new();
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autofree char *text = NULL;
    BhHeard heard = {.type = BH_REPORT_ADV_NONCONN_IND,
                     .address = {.octets = {6, 5, 4, 3, 2, 1}, .type = BH_ADDRESS_RANDOM},
                     .data = (const guint8 *)"\x02\x01\x06",
                     .size = 3,
                     .rssi = -50};

    bh_hci_report(rig.hci, &heard, events);
    bh_hci_flush(rig.hci, events);
    text = packets_to_text(events);
    ck_assert_str_eq(text,
                     "043e0f"
                     "0201"
                     "0301"
                     "010203040506"
                     "03"
                     "020106"
                     "ce");
}
END_TEST

BH_TEST_MAIN("sim-hci",
             kernel_start_up_is_answered,
             bitmap_of_commands_has_no_extended_advertising,
             unknown_command_is_said_to_be_unknown,
             broken_packets_are_ignored_and_short_parameters_refused,
             scan_commands_reach_the_controller_and_the_log,
             accept_list_takes_addresses_as_they_are_on_the_wire,
             connecting_goes_on_until_it_is_cancelled,
             reports_share_an_event_until_it_is_full,
             report_has_the_layout_the_kernel_reads)
