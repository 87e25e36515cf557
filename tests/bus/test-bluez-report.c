/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a device's properties become: advertising data, left out where they make no sense, and no
 * report at all where nothing was heard.
 */
#include "bh-scene.h"

#define DEVICE "/org/bluez/hci0/dev_C0_00_00_00_00_01"
#define ADDRESS "C0:00:00:00:00:01"
#define NONE "00"

/* A scan runs and DEVICE is known and was reported once. */
static void
init_device(BhScene *s)
{
    bh_scene_init_scanning(s);
    BH_PUPPET_ADD(s->puppet,
                  DEVICE,
                  3,
                  "Address",
                  "s",
                  ADDRESS,
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -40);
    BH_AWAIT(s->radio.reports->len == 1);
}

/* The next report must be of DEVICE: RSSI, groups and payload. */
static void
expect(BhScene *s, const char *rssi_groups_payload)
{
    g_autofree char *expected = g_strdup_printf(ADDRESS " random 0 %s", rssi_groups_payload);
    guint before = s->radio.reports->len;

    BH_AWAIT(s->radio.reports->len > before);
    ck_assert_str_eq(bh_recorder_peek_report(&s->radio), expected);
    ck_assert_uint_eq(s->radio.reports->len, before + 1);
}

/* Nothing that was emitted so far is a report: the first one is the mark emitted now. */
static void
expect_nothing(BhScene *s)
{
    BH_PUPPET_CHANGE(s->puppet, DEVICE, 1, "RSSI", "n", -1);
    expect(s, "-1 " NONE " ");
}

/* Hostile and odd values */

START_TEST(values_of_wrong_types_are_left_out_and_counted)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     7,
                     "RSSI",
                     "s",
                     "loud",
                     "Name",
                     "u",
                     7u,
                     "ManufacturerData",
                     "a{sv}",
                     0,
                     "ServiceData",
                     "ay",
                     0,
                     "UUIDs",
                     "s",
                     "180d",
                     "AdvertisingFlags",
                     "a{qv}",
                     0,
                     "TxPower",
                     "n",
                     4);
    expect(&s, "127 10 020a04");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 1);
}
END_TEST

START_TEST(impossible_values_are_left_out_and_their_neighbours_kept)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     2,
                     "RSSI",
                     "n",
                     -300,
                     "UUIDs",
                     "as",
                     3,
                     "180d",
                     "not a uuid",
                     "180f");
    expect(&s, "127 02 05020d180f18");
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     3,
                     "TxPower",
                     "n",
                     1000,
                     "ServiceData",
                     "a{sv}",
                     3,
                     "xyz",
                     "ay",
                     1,
                     1,
                     "180f",
                     "u",
                     9u,
                     "181a",
                     "ay",
                     2,
                     1,
                     2,
                     "RSSI",
                     "n",
                     -70);
    expect(&s, "-70 18 05161a180102");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 2);
}
END_TEST

START_TEST(an_rssi_that_is_not_known_is_not_malformed)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", 127);
    expect(&s, "127 " NONE " ");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 0);
}
END_TEST

/* Emits ManufacturerData of company 0xffff with so many bytes. */
static void
emit_manufacturer_data(BhScene *s, gsize size)
{
    g_autofree guint8 *bytes = g_malloc0(size);
    g_autoptr(sd_bus_message) m = NULL;

    sd_bus_message_new_signal(bh_puppet_peek_bus(s->puppet),
                              &m,
                              DEVICE,
                              "org.freedesktop.DBus.Properties",
                              "PropertiesChanged");
    sd_bus_message_append(m, "s", "org.bluez.Device1");
    sd_bus_message_open_container(m, 'a', "{sv}");
    sd_bus_message_open_container(m, 'e', "sv");
    sd_bus_message_append(m, "s", "ManufacturerData");
    sd_bus_message_open_container(m, 'v', "a{qv}");
    sd_bus_message_open_container(m, 'a', "{qv}");
    sd_bus_message_open_container(m, 'e', "qv");
    sd_bus_message_append(m, "q", 0xffff);
    sd_bus_message_open_container(m, 'v', "ay");
    sd_bus_message_append_array(m, 'y', bytes, size);
    for (guint i = 0; i < 6; i++)
        sd_bus_message_close_container(m);
    sd_bus_message_append(m, "as", 0);
    ck_assert_int_ge(sd_bus_send(NULL, m, NULL), 0);
}

START_TEST(data_too_long_for_a_structure_is_left_out)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    emit_manufacturer_data(&s, 252);
    BH_AWAIT(s.radio.reports->len == 2);
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 0);
    emit_manufacturer_data(&s, 253);
    expect(&s, "127 04 ");
    emit_manufacturer_data(&s, 100000);
    expect(&s, "127 04 ");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 2);
}
END_TEST

START_TEST(other_data_cannot_smuggle_in_a_type_that_has_a_property)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     1,
                     "AdvertisingData",
                     "a{yv}",
                     2,
                     0x09,
                     "ay",
                     1,
                     'x',
                     0x24,
                     "ay",
                     2,
                     0x17,
                     'a');
    expect(&s, "127 80 03241761");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 1);
}
END_TEST

START_TEST(signals_with_a_wrong_signature_are_counted)
{
    g_auto(BhScene) s = {0};
    sd_bus *bus;

    init_device(&s);
    bus = bh_puppet_peek_bus(s.puppet);
    sd_bus_emit_signal(bus,
                       DEVICE,
                       "org.freedesktop.DBus.Properties",
                       "PropertiesChanged",
                       "ss",
                       "org.bluez.Device1",
                       "RSSI");
    sd_bus_emit_signal(bus,
                       "/",
                       "org.freedesktop.DBus.ObjectManager",
                       "InterfacesAdded",
                       "oas",
                       DEVICE,
                       0);
    sd_bus_emit_signal(bus,
                       "/",
                       "org.freedesktop.DBus.ObjectManager",
                       "InterfacesRemoved",
                       "s",
                       DEVICE);
    expect_nothing(&s);
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 3);
}
END_TEST

START_TEST(a_device_without_an_identity_is_not_taken)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_ADD(s.puppet, DEVICE "2", 2, "Address", "s", "C0:00:00:00:00:02", "RSSI", "n", -50);
    BH_PUPPET_ADD(s.puppet,
                  DEVICE "3",
                  3,
                  "Address",
                  "s",
                  "C0:00:00:00:00",
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -50);
    expect_nothing(&s);
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 2);
}
END_TEST

/* What is no report */

START_TEST(an_invalidation_is_no_report)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    sd_bus_emit_signal(bh_puppet_peek_bus(s.puppet),
                       DEVICE,
                       "org.freedesktop.DBus.Properties",
                       "PropertiesChanged",
                       "sa{sv}as",
                       "org.bluez.Device1",
                       0,
                       2,
                       "RSSI",
                       "TxPower");
    expect_nothing(&s);
}
END_TEST

START_TEST(properties_of_a_link_are_no_report)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "Connected", "b", TRUE);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     3,
                     "Paired",
                     "b",
                     TRUE,
                     "ServicesResolved",
                     "b",
                     TRUE,
                     "Trusted",
                     "b",
                     1);
    expect_nothing(&s);
}
END_TEST

START_TEST(a_device_added_without_rssi_is_no_report)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_ADD(s.puppet,
                  DEVICE "2",
                  3,
                  "Address",
                  "s",
                  "C0:00:00:00:00:02",
                  "AddressType",
                  "s",
                  "random",
                  "Name",
                  "s",
                  "old");
    expect_nothing(&s);
    BH_PUPPET_CHANGE(s.puppet, DEVICE "2", 1, "RSSI", "n", -33);
    BH_AWAIT(s.radio.reports->len == 3);
    ck_assert_str_eq(bh_recorder_peek_report(&s.radio), "C0:00:00:00:00:02 random 0 -33 00 ");
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 0);
}
END_TEST

START_TEST(nothing_is_reported_of_an_adapter_nobody_wants)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    bh_puppet_plug(s.puppet, "/org/bluez/hci1", "00:AA:01:00:00:02");
    BH_PUPPET_ADD(s.puppet,
                  "/org/bluez/hci1/dev_C0_00_00_00_00_01",
                  3,
                  "Address",
                  "s",
                  ADDRESS,
                  "AddressType",
                  "s",
                  "random",
                  "RSSI",
                  "n",
                  -50);
    BH_PUPPET_CHANGE(s.puppet, "/org/bluez/hci1/dev_C0_00_00_00_00_01", 1, "RSSI", "n", -51);
    BH_PUPPET_CHANGE(s.puppet, "/org/bluez/hci1/dev_C0_00_00_00_00_77", 1, "RSSI", "n", -51);
    expect_nothing(&s);
    ck_assert_uint_eq(bh_puppet_count_calls(s.puppet, "GetAll"), 0);
}
END_TEST

/* What is */

START_TEST(each_property_becomes_its_structure)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 2, "RSSI", "n", -60, "TxPower", "n", -12);
    expect(&s, "-60 10 020af4");
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "Name", "s", "h\xc3\xa4");
    expect(&s, "127 01 040968c3a4");
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "Appearance", "q", 0x0341);
    expect(&s, "127 20 03194103");
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "AdvertisingFlags", "ay", 1, 0x06);
    expect(&s, "127 40 020106");
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "AdvertisingData", "a{yv}", 1, 0x1c, "ay", 1, 2);
    expect(&s, "127 80 021c02");
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     1,
                     "ManufacturerData",
                     "a{qv}",
                     2,
                     0x004c,
                     "ay",
                     3,
                     0,
                     1,
                     0,
                     0xffff,
                     "ay",
                     0);
    expect(&s, "127 04 06ff4c0000010003ffffff");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.radio), 0);
}
END_TEST

START_TEST(uuids_are_listed_by_their_size_on_the_air)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     1,
                     "UUIDs",
                     "as",
                     4,
                     "0000180d-0000-1000-8000-00805f9b34fb",
                     "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
                     "12345678-0000-1000-8000-00805f9b34fb",
                     "0000180f-0000-1000-8000-00805f9b34fb");
    expect(&s, "127 02 05020d180f1805047856341211069ecadc240ee5a9e093f3a3b50100406e");
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "UUIDs", "as", 0);
    expect(&s, "127 02 ");
}
END_TEST

START_TEST(a_long_list_of_uuids_takes_several_structures)
{
    g_auto(BhScene) s = {0};
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(sd_bus_message) m = NULL;

    init_device(&s);
    for (guint i = 0; i < 130; i++) {
        g_autofree char *uuid = g_strdup_printf("%04x", 0xa000 + i);
        g_strv_builder_add(builder, uuid);
    }
    g_auto(GStrv) uuids = g_strv_builder_end(builder);
    sd_bus_message_new_signal(bh_puppet_peek_bus(s.puppet),
                              &m,
                              DEVICE,
                              "org.freedesktop.DBus.Properties",
                              "PropertiesChanged");
    sd_bus_message_append(m, "s", "org.bluez.Device1");
    sd_bus_message_open_container(m, 'a', "{sv}");
    sd_bus_message_open_container(m, 'e', "sv");
    sd_bus_message_append(m, "s", "UUIDs");
    sd_bus_message_open_container(m, 'v', "as");
    sd_bus_message_append_strv(m, uuids);
    for (guint i = 0; i < 3; i++)
        sd_bus_message_close_container(m);
    sd_bus_message_append(m, "as", 0);
    ck_assert_int_ge(sd_bus_send(NULL, m, NULL), 0);
    BH_AWAIT(s.radio.reports->len == 2);
    const char *report = bh_recorder_peek_report(&s.radio);
    ck_assert_ptr_nonnull(strstr(report, " 02 ff0200a001a0"));
    ck_assert_ptr_nonnull(strstr(report, "7ea007027fa080a081a0"));
}
END_TEST

START_TEST(service_data_takes_the_shortest_uuid)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     1,
                     "ServiceData",
                     "a{sv}",
                     3,
                     "0000feaa-0000-1000-8000-00805f9b34fb",
                     "ay",
                     2,
                     0x00,
                     0xeb,
                     "12345678-0000-1000-8000-00805f9b34fb",
                     "ay",
                     1,
                     1,
                     "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
                     "ay",
                     0);
    expect(&s,
           "127 08 0516aafe00eb06207856341201"
           "11219ecadc240ee5a9e093f3a3b50100406e");
}
END_TEST

START_TEST(a_device_that_appears_is_a_report_of_all_it_has)
{
    g_auto(BhScene) s = {0};

    bh_scene_init_scanning(&s);
    BH_PUPPET_ADD(s.puppet,
                  DEVICE,
                  6,
                  "Alias",
                  "s",
                  "not from the air",
                  "Name",
                  "s",
                  "n",
                  "RSSI",
                  "n",
                  -70,
                  "Address",
                  "s",
                  ADDRESS,
                  "AddressType",
                  "s",
                  "public",
                  "UUIDs",
                  "as",
                  1,
                  "180d");
    BH_AWAIT(s.radio.reports->len == 1);
    ck_assert_str_eq(bh_recorder_peek_report(&s.radio), ADDRESS " public 0 -70 03 02096e03020d18");
}
END_TEST

START_TEST(a_device_is_followed_to_its_identity_address)
{
    g_auto(BhScene) s = {0};

    init_device(&s);
    BH_PUPPET_CHANGE(s.puppet,
                     DEVICE,
                     3,
                     "Address",
                     "s",
                     "AA:BB:CC:DD:EE:FF",
                     "AddressType",
                     "s",
                     "public",
                     "Paired",
                     "b",
                     TRUE);
    BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -44);
    BH_AWAIT(s.radio.reports->len == 2);
    ck_assert_str_eq(bh_recorder_peek_report(&s.radio), "AA:BB:CC:DD:EE:FF public 0 -44 00 ");
}
END_TEST

START_TEST(a_burst_arrives_whole_in_order_and_in_few_drains)
{
    g_auto(BhScene) s = {0};
    BhBluezTiming timing = bh_recorder_timing;

    timing.batch_ms = 4;
    bh_scene_init(&s, &timing);
    bh_recorder_start(&s.radio);
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    BH_PUPPET_ADD(s.puppet, DEVICE, 2, "Address", "s", ADDRESS, "AddressType", "s", "random");
    for (gint i = 0; i < 3000; i++)
        BH_PUPPET_CHANGE(s.puppet, DEVICE, 1, "RSSI", "n", -(i % 100));
    BH_AWAIT(s.radio.reports->len == 3000);
    ck_assert_uint_lt(s.radio.drains, 1500);
    for (gint i = 0; i < 3000; i++) {
        g_autofree char *expected = g_strdup_printf(ADDRESS " random 0 %d 00 ", -(i % 100));
        ck_assert_str_eq(s.radio.reports->pdata[i], expected);
    }
}
END_TEST

BH_TEST_MAIN("report",
             values_of_wrong_types_are_left_out_and_counted,
             impossible_values_are_left_out_and_their_neighbours_kept,
             an_rssi_that_is_not_known_is_not_malformed,
             data_too_long_for_a_structure_is_left_out,
             other_data_cannot_smuggle_in_a_type_that_has_a_property,
             signals_with_a_wrong_signature_are_counted,
             a_device_without_an_identity_is_not_taken,
             an_invalidation_is_no_report,
             properties_of_a_link_are_no_report,
             a_device_added_without_rssi_is_no_report,
             nothing_is_reported_of_an_adapter_nobody_wants,
             each_property_becomes_its_structure,
             uuids_are_listed_by_their_size_on_the_air,
             a_long_list_of_uuids_takes_several_structures,
             service_data_takes_the_shortest_uuid,
             a_device_that_appears_is_a_report_of_all_it_has,
             a_device_is_followed_to_its_identity_address,
             a_burst_arrives_whole_in_order_and_in_few_drains)
