/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The management protocol byte by byte: what must be refused, then what is read, then what is
 * written.
 */
#include "bh-mgmt-advert-codec.h"
#include "test-main.h"

#define PEER "010203040506 02"

static BhMgmtParsed
parse(const char *hex, BhMgmtEvent *event, guint8 **bytes)
{
    gsize size;

    *bytes = bh_test_bytes(hex, &size);
    return bh_mgmt_event_parse(*bytes, size, event);
}

static void
check_peer(const BhMgmtPeer *peer)
{
    char text[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&peer->address, text);
    ck_assert_str_eq(text, "06:05:04:03:02:01");
    ck_assert_int_eq(peer->address.type, BH_ADDRESS_RANDOM);
    ck_assert(peer->is_le);
}

START_TEST(packets_whose_lengths_do_not_fit_are_malformed)
{
    static const char *const cases[] = {
        "",
        "1200 0000 00",
        "1200 0000 0100",
        "1200 0000 0000 00",
        "1200 0000 0000",
        "1200 0000 0d00 " PEER " c4 00000000 00",
        "1200 0000 0e00 " PEER " c4 00000000 0100",
        "1200 0000 0f00 " PEER " c4 00000000 0000 00",
        "2f00 0000 0e00 " PEER " c4 00000000 0000",
        "0b00 0000 0d00 " PEER " 08000000 0100",
        "0c00 0000 0700 " PEER,
        "0d00 0000 0700 " PEER,
        "1300 0000 0100 06",
        "2c00 0000 0100 01",
        "2400 0000 0000",
        "0100 0000 0200 5200",
        "0200 0000 0200 5200",
        "1200 0000 0e00 000000000000 01 c4 00000000 0000",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree guint8 *bytes = NULL;
        BhMgmtEvent event;
        ck_assert_msg(parse(cases[i], &event, &bytes) == BH_MGMT_MALFORMED, "%s", cases[i]);
    }
}
END_TEST

START_TEST(events_of_no_interest_are_told_from_malformed_ones)
{
    g_autofree guint8 *bytes = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("ff7f 0300 0100 00", &event, &bytes), BH_MGMT_OTHER);
}
END_TEST

START_TEST(a_device_found_is_read_whole)
{
    g_autofree guint8 *bytes = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("1200 0300 1100 " PEER " c4 24000000 0300 020106", &event, &bytes),
                     BH_MGMT_PARSED);
    ck_assert_uint_eq(event.code, BH_MGMT_DEVICE_FOUND);
    ck_assert_uint_eq(event.index, 3);
    check_peer(&event.found.peer);
    ck_assert_int_eq(event.found.rssi, -60);
    ck_assert_uint_eq(event.found.flags, BH_MGMT_FLAG_SCAN_RESPONSE | BH_MGMT_FLAG_NOT_CONNECTABLE);
    ck_assert_uint_eq(event.found.size, 3);
    ck_assert_mem_eq(event.found.data, "\x02\x01\x06", 3);
}
END_TEST

START_TEST(a_monitor_says_whose_it_is)
{
    g_autofree guint8 *bytes = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("2f00 0000 1000 0201 " PEER " c4 00000000 0000", &event, &bytes),
                     BH_MGMT_PARSED);
    ck_assert_uint_eq(event.found.monitor, 0x0102);
    check_peer(&event.found.peer);
    ck_assert_uint_eq(event.found.size, 0);
}
END_TEST

START_TEST(an_rssi_out_of_range_is_unknown)
{
    static const struct {
        const char *hex;
        gint8 rssi;
    } cases[] = {
        {"7f", BH_RSSI_UNKNOWN},
        {"80", BH_RSSI_UNKNOWN},
        {"15", BH_RSSI_UNKNOWN},
        {"14", 20},
        {"81", -127},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *hex =
            g_strconcat("1200 0000 0e00 " PEER, cases[i].hex, "00000000 0000", NULL);
        g_autofree guint8 *bytes = NULL;
        BhMgmtEvent event;
        ck_assert_int_eq(parse(hex, &event, &bytes), BH_MGMT_PARSED);
        ck_assert_int_eq(event.found.rssi, cases[i].rssi);
    }
}
END_TEST

START_TEST(an_address_of_classic_bluetooth_is_no_le_peer)
{
    g_autofree guint8 *bytes = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("1200 0000 0e00 010203040506 00 c4 00000000 0000", &event, &bytes),
                     BH_MGMT_PARSED);
    ck_assert(!event.found.peer.is_le);
}
END_TEST

START_TEST(links_are_read_and_what_a_later_kernel_adds_is_ignored)
{
    g_autofree guint8 *up = NULL, *down = NULL, *failed = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("0b00 0000 0f00 " PEER " 08000000 0200 0101", &event, &up),
                     BH_MGMT_PARSED);
    check_peer(&event.link.peer);
    ck_assert_uint_eq(event.link.flags, BH_MGMT_FLAG_INITIATED_HERE);
    ck_assert_int_eq(parse("0c00 0000 0900 " PEER " 03 ff", &event, &down), BH_MGMT_PARSED);
    ck_assert_uint_eq(event.link.code, 3);
    ck_assert_int_eq(parse("0d00 0000 0800 " PEER " 07", &event, &failed), BH_MGMT_PARSED);
    ck_assert_uint_eq(event.link.code, 7);
}
END_TEST

START_TEST(new_connection_parameters_are_read_whole)
{
    g_autofree guint8 *bytes = NULL, *cut = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("1c00 0000 1000 " PEER " 01 0600 800c f301 e803", &event, &bytes),
                     BH_MGMT_PARSED);
    check_peer(&event.new_parameters.peer);
    ck_assert_uint_eq(event.new_parameters.parameters.min_interval, 6);
    ck_assert_uint_eq(event.new_parameters.parameters.max_interval, 3200);
    ck_assert_uint_eq(event.new_parameters.parameters.latency, 499);
    ck_assert_uint_eq(event.new_parameters.parameters.timeout, 1000);
    ck_assert_int_eq(parse("1c00 0000 0f00 " PEER " 01 0600 800c f301 e8", &event, &cut),
                     BH_MGMT_MALFORMED);
}
END_TEST

/* A Command Complete with this data. */
static gboolean
read_reply(const char *hex, BhMgmtReply *reply, guint8 **bytes)
{
    gsize size = strlen(hex) / 2;
    g_autofree char *whole = g_strdup_printf("0100 0000 %02x%02x 0000 00 %s",
                                             (guint)((size + 3) & 0xff),
                                             (guint)((size + 3) >> 8),
                                             hex);
    BhMgmtEvent event;

    ck_assert_int_eq(parse(whole, &event, bytes), BH_MGMT_PARSED);
    *reply = event.reply;
    return reply->status == 0;
}

START_TEST(answers_that_end_too_early_are_refused)
{
    static const char *const versions[] = {"", "01", "0116"};
    static const char *const monitors[] = {"", "01", "0000"};
    static const char *const lists[] = {"",
                                        "0000000000000000200010",
                                        "00000000000000002000100200"
                                        "0100"};
    static const char *const defaults[] = {
        "",
        "11000212001200021200130002600014000230", /* the last one is cut */
        "11000212001200021200130002600014000100", /* the last one is too short */
        "110002120012000212001300026000",         /* three of four */
        "11000200001200021200130002600014000230"
        "00",
    };
    BhMgmtReply reply;

    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree guint8 *bytes = NULL;
        guint8 version;
        guint16 revision;
        read_reply(versions[i], &reply, &bytes);
        ck_assert(!bh_mgmt_reply_get_version(&reply, &version, &revision));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(monitors); i++) {
        g_autofree guint8 *bytes = NULL;
        guint16 handle;
        read_reply(monitors[i], &reply, &bytes);
        ck_assert(!bh_mgmt_reply_get_monitor(&reply, &handle));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree guint8 *bytes = NULL;
        BhMgmtMonitors list;
        read_reply(lists[i], &reply, &bytes);
        ck_assert(!bh_mgmt_reply_get_monitors(&reply, &list));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++) {
        g_autofree guint8 *bytes = NULL;
        BhMgmtDefaults read;
        read_reply(defaults[i], &reply, &bytes);
        ck_assert_msg(!bh_mgmt_reply_get_defaults(&reply, &read), "%zu", i);
    }
}
END_TEST

START_TEST(a_list_longer_than_any_kernels_is_cut_in_memory_and_read_to_the_end)
{
    g_autoptr(GString) hex = g_string_new("00000000 00000000 0004 10 6400");
    g_autofree guint8 *bytes = NULL;
    BhMgmtMonitors list;
    BhMgmtReply reply;

    for (guint i = 0; i < 100; i++)
        g_string_append(hex, "0500");
    g_auto(GStrv) words = g_strsplit(hex->str, " ", -1);
    g_autofree char *dense = g_strjoinv("", words);
    read_reply(dense, &reply, &bytes);
    ck_assert(bh_mgmt_reply_get_monitors(&reply, &list));
    ck_assert_uint_eq(list.n_handles, BH_MGMT_MONITORS_MAX);
    ck_assert_uint_eq(list.handles[BH_MGMT_MONITORS_MAX - 1], 5);
    ck_assert_uint_eq(list.max, 0x0400);
}
END_TEST

START_TEST(the_strength_of_a_link_is_read_or_unknown)
{
    static const struct {
        const char *data;
        gint8 rssi;
    } cases[] = {{"01020304050602c4047f", -60}, {"010203040506027f7f7f", BH_RSSI_UNKNOWN}};
    BhMgmtReply reply;
    BhMgmtPeer peer;
    gint8 rssi;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree guint8 *bytes = NULL;
        read_reply(cases[i].data, &reply, &bytes);
        ck_assert(bh_mgmt_reply_get_rssi(&reply, &peer, &rssi));
        check_peer(&peer);
        ck_assert_int_eq(rssi, cases[i].rssi);
    }
    g_autofree guint8 *bytes = NULL;
    read_reply("01020304050602", &reply, &bytes);
    ck_assert(!bh_mgmt_reply_get_rssi(&reply, &peer, &rssi));
}
END_TEST

START_TEST(defaults_are_found_among_others_and_in_any_order)
{
    g_autofree guint8 *bytes = NULL;
    BhMgmtDefaults defaults;
    BhMgmtReply reply;

    read_reply("1e0001ff"
               "1400023000"
               "0000020100"
               "1300026000"
               "1200021100"
               "1100021200",
               &reply,
               &bytes);
    ck_assert(bh_mgmt_reply_get_defaults(&reply, &defaults));
    ck_assert_uint_eq(defaults.discovery.interval, 0x12);
    ck_assert_uint_eq(defaults.discovery.window, 0x11);
    ck_assert_uint_eq(defaults.monitors.interval, 0x60);
    ck_assert_uint_eq(defaults.monitors.window, 0x30);
}
END_TEST

static void
check_packet(const BhMgmtPacket *packet, const char *wanted)
{
    g_autofree char *hex = bh_test_hex(packet->bytes, packet->size);

    ck_assert_str_eq(hex, wanted);
}

START_TEST(commands_are_written_to_the_byte)
{
    const BhMgmtDefaults defaults = {{0x0102, 0x0304}, {0x0506, 0x0708}};
    BhMgmtPacket packet;

    bh_mgmt_packet_init(&packet, BH_MGMT_READ_VERSION, BH_MGMT_INDEX_NONE);
    check_packet(&packet, "0100ffff0000");
    bh_mgmt_packet_init(&packet, BH_MGMT_REMOVE_MONITOR, 2);
    bh_mgmt_packet_put_monitor(&packet, 0x0102);
    check_packet(&packet, "5300020002000201");
    bh_mgmt_packet_init(&packet, BH_MGMT_ADD_PATTERNS_MONITOR, 0);
    bh_mgmt_packet_put_any_pattern(&packet);
    check_packet(&packet,
                 "520000002300"
                 "01"
                 "010000"
                 "00000000000000000000000000000000000000000000000000000000000000");
    bh_mgmt_packet_init(&packet, BH_MGMT_SET_DEFAULTS, 0);
    bh_mgmt_packet_put_defaults(&packet, &defaults);
    check_packet(&packet,
                 "4c0000001400"
                 "1100020201"
                 "1200020403"
                 "1300020605"
                 "1400020807");
}
END_TEST

START_TEST(commands_for_links_are_written_to_the_byte)
{
    const BhMgmtConnectionParameters parameters = {0x0102, 0x0304, 0x0506, 0x0708};
    BhAddress address;
    BhMgmtPacket packet;

    ck_assert(bh_address_parse("06:05:04:03:02:01", BH_ADDRESS_RANDOM, &address, NULL));
    bh_mgmt_packet_init(&packet, BH_MGMT_DISCONNECT, 1);
    bh_mgmt_packet_put_peer(&packet, &address);
    check_packet(&packet,
                 "140001000700"
                 "01020304050602");
    bh_mgmt_packet_init(&packet, BH_MGMT_GET_CONNECTION_INFORMATION, 0);
    address.type = BH_ADDRESS_PUBLIC;
    bh_mgmt_packet_put_peer(&packet, &address);
    check_packet(&packet,
                 "310000000700"
                 "01020304050601");
    bh_mgmt_packet_init(&packet, BH_MGMT_LOAD_CONNECTION_PARAMETERS, 0);
    bh_mgmt_packet_put_parameters(&packet, &address, &parameters);
    check_packet(&packet,
                 "350000001100"
                 "0100"
                 "01020304050601"
                 "0201040306050807");
}
END_TEST

static void
fill_advert(BhMgmtAdvert *advert, const BhAdvertSpec *spec)
{
    memset(advert, 0xff, sizeof(*advert));
    bh_mgmt_advert_from_spec(advert, spec);
}

START_TEST(commands_for_advertisements_are_written_to_the_byte)
{
    const BhAdvertSpec plain = {.discoverable = BH_DISCOVERABLE_NOT};
    const BhAdvertSpec full = {.name = (char *)"ab",
                               .connectable = TRUE,
                               .interval_us = 152500,
                               .has_tx_power = TRUE,
                               .tx_power = -4};
    BhMgmtPacket packet;
    BhMgmtAdvert advert;

    bh_mgmt_packet_init(&packet, BH_MGMT_REMOVE_ADVERTISING, 1);
    bh_mgmt_packet_put_advert_instance(&packet, 5);
    check_packet(&packet, "3f000100010005");
    fill_advert(&advert, &plain);
    bh_mgmt_packet_init(&packet, BH_MGMT_ADD_ADVERTISING_PARAMETERS, 1);
    bh_mgmt_packet_put_advert_parameters(&packet, 5, &advert);
    check_packet(&packet,
                 "540001001200"
                 "05"
                 "00000000"
                 "0000"
                 "0000"
                 "00000000"
                 "00000000"
                 "7f");
    fill_advert(&advert, &full);
    bh_mgmt_packet_init(&packet, BH_MGMT_ADD_ADVERTISING_PARAMETERS, 1);
    bh_mgmt_packet_put_advert_parameters(&packet, 5, &advert);
    check_packet(&packet,
                 "540001001200"
                 "05"
                 "01c00100"
                 "0000"
                 "0000"
                 "f4000000"
                 "f4000000"
                 "fc");
    bh_mgmt_packet_init(&packet, BH_MGMT_ADD_ADVERTISING_DATA, 1);
    bh_mgmt_packet_put_advert_data(&packet, 5, &advert, -8);
    check_packet(&packet,
                 "550001000d00"
                 "05"
                 "06"
                 "04"
                 "020106020af8"
                 "03096162");
    bh_mgmt_packet_init(&packet, BH_MGMT_ADD_ADVERTISING_DATA, 1);
    bh_mgmt_packet_put_advert_data(&packet, 5, &advert, 127);
    check_packet(&packet,
                 "550001000d00"
                 "05"
                 "06"
                 "04"
                 "020106020afc"
                 "03096162");
}
END_TEST

START_TEST(the_longest_packets_fit_into_a_command)
{
    BhMgmtAdvert advert = {.packets = {.advertising_size = 31, .scan_response_size = 31}};
    BhMgmtPacket packet;

    bh_mgmt_packet_init(&packet, BH_MGMT_ADD_ADVERTISING_DATA, 0);
    bh_mgmt_packet_put_advert_data(&packet, 1, &advert, 0);
    ck_assert_uint_eq(packet.size, BH_MGMT_HEADER_SIZE + 3 + 31 + 31);
}
END_TEST

START_TEST(what_a_controller_can_advertise_is_read_whole_or_refused)
{
    static const char *const broken[] = {"7ff001001f1f05", "7ff001001f1f050201", ""};
    g_autofree guint8 *bytes = NULL;
    BhMgmtAdvertising advertising;
    BhMgmtReply reply;

    for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree guint8 *few = NULL;
        read_reply(broken[i], &reply, &few);
        ck_assert_msg(!bh_mgmt_reply_get_advertising(&reply, &advertising), "%zu", i);
    }
    read_reply("7ff401001f1f05020105", &reply, &bytes);
    ck_assert(bh_mgmt_reply_get_advertising(&reply, &advertising));
    ck_assert_uint_ne(advertising.flags & BH_MGMT_ADVERTISING_INTERVAL, 0);
    ck_assert_uint_ne(advertising.flags & BH_MGMT_ADVERTISING_TX_POWER, 0);
    ck_assert_uint_eq(advertising.max, 5);
    ck_assert_uint_eq(advertising.n_instances, 2);
    ck_assert_uint_eq(advertising.instances[1], 5);
}
END_TEST

START_TEST(the_power_that_was_chosen_is_read_or_refused)
{
    g_autofree guint8 *bytes = NULL;
    g_autofree guint8 *few = NULL;
    BhMgmtReply reply;
    gint8 power;

    read_reply("05fc1f1f", &reply, &bytes);
    ck_assert(bh_mgmt_reply_get_tx_power(&reply, &power));
    ck_assert_int_eq(power, -4);
    read_reply("05", &reply, &few);
    ck_assert(!bh_mgmt_reply_get_tx_power(&reply, &power));
}
END_TEST

START_TEST(an_advertisement_removed_says_which)
{
    g_autofree guint8 *bytes = NULL;
    BhMgmtEvent event;

    ck_assert_int_eq(parse("2400 0300 0100 05", &event, &bytes), BH_MGMT_PARSED);
    ck_assert_uint_eq(event.advertisement, 5);
}
END_TEST

START_TEST(every_status_has_a_name)
{
    ck_assert_str_eq(bh_mgmt_status_to_string(BH_MGMT_STATUS_BUSY), "Busy");
    ck_assert_str_eq(bh_mgmt_status_to_string(BH_MGMT_STATUS_PERMISSION_DENIED),
                     "Permission Denied");
    ck_assert_str_eq(bh_mgmt_status_to_string(0x15), "Unknown Status");
    ck_assert_str_eq(bh_mgmt_status_to_string(0xff), "Unknown Status");
}
END_TEST

BH_TEST_MAIN("bluez-mgmt-codec",
             packets_whose_lengths_do_not_fit_are_malformed,
             events_of_no_interest_are_told_from_malformed_ones,
             answers_that_end_too_early_are_refused,
             a_list_longer_than_any_kernels_is_cut_in_memory_and_read_to_the_end,
             a_device_found_is_read_whole,
             a_monitor_says_whose_it_is,
             an_advertisement_removed_says_which,
             what_a_controller_can_advertise_is_read_whole_or_refused,
             the_power_that_was_chosen_is_read_or_refused,
             commands_for_advertisements_are_written_to_the_byte,
             the_longest_packets_fit_into_a_command,
             an_rssi_out_of_range_is_unknown,
             an_address_of_classic_bluetooth_is_no_le_peer,
             links_are_read_and_what_a_later_kernel_adds_is_ignored,
             new_connection_parameters_are_read_whole,
             the_strength_of_a_link_is_read_or_unknown,
             defaults_are_found_among_others_and_in_any_order,
             commands_are_written_to_the_byte,
             commands_for_links_are_written_to_the_byte,
             every_status_has_a_name)
