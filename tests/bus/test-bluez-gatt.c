/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Databases: objects that make no sense first, then what becomes of BlueZ's objects, and what
 * happens when they change under a link.
 */
#include "bh-peer-scene.h"

#define OTHER_ADAPTER "/org/bluez/hci1"
#define MANY 3000

/* "1815(1) 2a56(3) 2901(4) 2a58(6)": UUIDs with handles, in order. */
static char *
dup_database(BhPeerScene *s)
{
    BhLinkState state = bh_peer_scene_peek(s);
    GString *text = g_string_new(NULL);
    char uuid[BH_UUID_TEXT_SIZE];

    if (state.database == NULL)
        return g_string_free(text, FALSE);
    const GArray *services = bh_gatt_database_peek_services(state.database);
    for (guint i = 0; i < services->len; i++) {
        const BhGattService *service = &g_array_index(services, BhGattService, i);
        bh_uuid_format(&service->uuid, uuid);
        g_string_append_printf(text, "%s%.4s(%x)", i > 0 ? " " : "", uuid + 4, service->handle);
        for (guint j = 0; j < service->characteristics->len; j++) {
            const BhGattCharacteristic *characteristic =
                &g_array_index(service->characteristics, BhGattCharacteristic, j);
            bh_uuid_format(&characteristic->uuid, uuid);
            g_string_append_printf(text, " %.4s(%x)", uuid + 4, characteristic->handle);
            for (guint k = 0; k < characteristic->descriptors->len; k++) {
                const BhGattDescriptor *descriptor =
                    &g_array_index(characteristic->descriptors, BhGattDescriptor, k);
                bh_uuid_format(&descriptor->uuid, uuid);
                g_string_append_printf(text, " %.4s(%x)", uuid + 4, descriptor->handle);
            }
        }
    }
    return g_string_free(text, FALSE);
}

static gboolean
has_database(BhPeerScene *s, const char *wanted)
{
    g_autofree char *text = dup_database(s);

    return g_str_equal(text, wanted);
}

START_TEST(objects_that_make_no_sense_are_left_out_and_counted)
{
    static const struct {
        const char *path, *interface, *uuid;
    } bad[] = {
        {BH_PEER "/service00", "Service", "180d"},
        {BH_PEER "/service000x", "Service", "180d"},
        {BH_PEER "/service0000", "Service", "180d"},
        {BH_PEER "/service00011", "Service", "180d"},
        {BH_PEER "/service0011", "Characteristic", "2a37"},
        {BH_PEER "/service0011/char0012", "Service", "180d"},
        {BH_PEER "/service0011/charffff", "Characteristic", "2a37"},
        {BH_PEER "/service0011/char0012/desc0014/more", "Descriptor", "2902"},
        {BH_PEER "/nonsense", "Characteristic", "2a37"},
        {BH_PEER "/service0011", "Service", "no uuid"},
    };
    g_auto(BhPeerScene) s = {0};
    guint64 before;

    bh_peer_scene_init_ready(&s);
    before = bh_recorder_count_malformed(&s.scene.radio);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        bh_puppet_add_attribute(s.puppet, bad[i].path, bad[i].interface, bad[i].uuid, NULL);
    BH_AWAIT(bh_recorder_count_malformed(&s.scene.radio) == before + G_N_ELEMENTS(bad));
    bh_fixture_settle();
    ck_assert(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6)"));
}
END_TEST

START_TEST(objects_of_no_adapter_are_nobodys)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_add_attribute(s.puppet, "/service0001", "Service", "180d", NULL);
    bh_puppet_add_attribute(s.puppet, OTHER_ADAPTER "/dev_A/service0001", "Service", "180d", NULL);
    bh_puppet_add_attribute(s.puppet, BH_PEER "/service0030", "Service", "180d", NULL);
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180d(30)"));
    ck_assert_str_eq(s.links->str, "cr");
}
END_TEST

START_TEST(an_object_is_told_again_without_being_there_twice)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    for (guint i = 0; i < 20; i++)
        bh_puppet_add_attribute(s.puppet, BH_PEER_SERVICE, "Service", "1816", NULL);
    BH_AWAIT(has_database(&s, "1816(1) 2a56(3) 2901(4) 2a58(6)"));
}
END_TEST

/* As many handles as there are. */
START_TEST(a_device_may_have_thousands_of_services)
{
    g_auto(BhPeerScene) s = {0};
    BhLinkState state;

    bh_peer_scene_init_ready(&s);
    for (guint handle = 0x10; handle < 0x10 + MANY; handle++) {
        g_autofree char *path = g_strdup_printf("%s/service%04x", BH_PEER, handle);
        bh_puppet_add_attribute(s.puppet, path, "Service", "180d", NULL);
    }
    BH_AWAIT((state = bh_peer_scene_peek(&s)).database != NULL &&
             bh_gatt_database_peek_services(state.database)->len == MANY + 1);
}
END_TEST

static void
send_value(BhPeerScene *s, const char *type, ...)
{
    g_autoptr(sd_bus_message) signal = NULL;
    sd_bus *bus = bh_puppet_peek_bus(s->puppet);
    va_list values;

    ck_assert_int_ge(sd_bus_message_new_signal(bus,
                                               &signal,
                                               BH_PEER_LEVEL,
                                               "org.freedesktop.DBus.Properties",
                                               "PropertiesChanged"),
                     0);
    sd_bus_message_append(signal, "s", "org.bluez.GattCharacteristic1");
    sd_bus_message_open_container(signal, 'a', "{sv}");
    sd_bus_message_open_container(signal, 'e', "sv");
    sd_bus_message_append(signal, "s", "Value");
    sd_bus_message_open_container(signal, 'v', type);
    va_start(values, type);
    sd_bus_message_appendv(signal, type, values);
    va_end(values);
    sd_bus_message_close_container(signal);
    sd_bus_message_close_container(signal);
    sd_bus_message_close_container(signal);
    sd_bus_message_append(signal, "as", 0);
    ck_assert_int_ge(sd_bus_send(bus, signal, NULL), 0);
}

START_TEST(values_that_make_no_sense_are_left_out_and_counted)
{
    g_autofree char *longest = g_strnfill(2 * BH_GATT_VALUE_MAX, '0');
    g_autofree char *too_long = g_strconcat(longest, "00", NULL);
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};
    guint64 before;

    bh_peer_scene_init_ready(&s);
    bh_peer_subscribe(&s, BH_LEVEL, &call);
    BH_ASSERT_END(&call, "ok");
    before = bh_recorder_count_malformed(&s.scene.radio);
    bh_puppet_notify(s.puppet, BH_PEER_LEVEL, too_long);
    send_value(&s, "s", "no bytes");
    send_value(&s, "v", "ay", 1, 7);
    send_value(&s, "ay", 1, 7);
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "0003:07");
    ck_assert_uint_eq(bh_recorder_count_malformed(&s.scene.radio), before + 3);
    bh_puppet_set_value(s.puppet, BH_PEER_OTHER, too_long);
    bh_peer_read(&s, BH_OTHER, 0, &call);
    BH_ASSERT_END(&call, "0: BlueZ's answer is no value");
    bh_puppet_set_value(s.puppet, BH_PEER_OTHER, longest);
    bh_peer_read(&s, BH_OTHER, 0, &call);
    BH_ASSERT_END(&call, longest);
}
END_TEST

START_TEST(orphans_are_not_in_the_database)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_add_attribute(s.puppet,
                            BH_PEER "/service0020/char0021",
                            "Characteristic",
                            "2a37",
                            "notify");
    bh_puppet_add_attribute(s.puppet, BH_PEER "/service0030", "Service", "180d", NULL);
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180d(30)"));
}
END_TEST

START_TEST(services_that_change_under_a_link_make_another_database)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_add_attribute(s.puppet, BH_PEER "/service0010", "Service", "180d", NULL);
    bh_puppet_add_attribute(s.puppet,
                            BH_PEER "/service0010/char0011",
                            "Characteristic",
                            "2a37",
                            "notify");
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180d(10) 2a37(12)"));
    ck_assert_str_eq(s.links->str, "cr");
    bh_puppet_forget(s.puppet, BH_PEER_OTHER);
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 180d(10) 2a37(12)"));
}
END_TEST

START_TEST(services_that_are_resolved_anew_are_told_twice)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_set_device(s.puppet, BH_PEER, "ServicesResolved", FALSE);
    BH_AWAIT(!bh_peer_scene_peek(&s).resolved);
    bh_puppet_set_device(s.puppet, BH_PEER, "ServicesResolved", TRUE);
    BH_AWAIT(bh_peer_scene_peek(&s).resolved);
    ck_assert_str_eq(s.links->str, "c cr");
}
END_TEST

START_TEST(one_device_under_two_adapters_has_two_databases)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_plug(s.puppet, OTHER_ADAPTER, "00:AA:01:00:00:02");
    bh_puppet_add_attribute(s.puppet,
                            OTHER_ADAPTER "/dev_C0_00_00_00_00_01/service0040",
                            "Service",
                            "180d",
                            NULL);
    BH_AWAIT(s.scene.radio.adapters[1].present);
    bh_fixture_settle();
    ck_assert(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6)"));
    bh_puppet_remove(s.puppet, OTHER_ADAPTER, "org.bluez.Adapter1");
    BH_AWAIT(!s.scene.radio.adapters[1].present);
    ck_assert(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6)"));
}
END_TEST

START_TEST(flags_are_those_of_bluez)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    const GArray *services = bh_gatt_database_peek_services(bh_peer_scene_peek(&s).database);
    const BhGattService *service = &g_array_index(services, BhGattService, 0);
    const BhGattCharacteristic *level =
        &g_array_index(service->characteristics, BhGattCharacteristic, 0);
    ck_assert(service->primary);
    ck_assert_uint_eq(level->flags, BH_GATT_READ | BH_GATT_WRITE | BH_GATT_NOTIFY);
}
END_TEST

START_TEST(a_battery_that_bluez_hides_is_put_back)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_add_battery(s.puppet, BH_PEER);
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180f(fffe) 2a19(ffff)"));
    bh_peer_read(&s, 0xffff, 0, &call);
    BH_ASSERT_END(&call, "2a");
    bh_peer_read(&s, 0xffff, 1, &call);
    BH_ASSERT_END(&call, "");
    bh_peer_write(&s, 0xffff, "00", BH_WRITE_REQUEST, &call);
    BH_ASSERT_END(&call, "0x103: 0x03 Write not permitted");
    bh_puppet_remove(s.puppet, BH_PEER, "org.bluez.Battery1");
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6)"));
}
END_TEST

START_TEST(a_battery_level_is_told_when_it_changes)
{
    g_auto(BhPeerScene) s = {0};
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_add_battery(s.puppet, BH_PEER);
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180f(fffe) 2a19(ffff)"));
    bh_peer_subscribe(&s, 0xffff, &call);
    BH_ASSERT_END(&call, "ok");
    ck_assert_int_ge(sd_bus_emit_signal(bh_puppet_peek_bus(s.puppet),
                                        BH_PEER,
                                        "org.freedesktop.DBus.Properties",
                                        "PropertiesChanged",
                                        "sa{sv}as",
                                        "org.bluez.Battery1",
                                        1,
                                        "Percentage",
                                        "y",
                                        41,
                                        0),
                     0);
    BH_AWAIT(s.values->len > 0);
    ck_assert_str_eq(s.values->str, "ffff:29");
    bh_central_unsubscribe(s.central, &s.key, 0xffff);
    bh_puppet_set_device(s.puppet, BH_PEER, "Connected", FALSE);
    BH_AWAIT(!bh_peer_scene_peek(&s).connected); /* the link is listened to all the same */
}
END_TEST

START_TEST(a_battery_that_is_in_the_tree_is_there_once)
{
    g_auto(BhPeerScene) s = {0};

    bh_peer_scene_init_ready(&s);
    bh_puppet_add_attribute(s.puppet, BH_PEER "/service0010", "Service", "180f", NULL);
    bh_puppet_add_attribute(s.puppet,
                            BH_PEER "/service0010/char0011",
                            "Characteristic",
                            "2a19",
                            "read");
    bh_puppet_add_battery(s.puppet, BH_PEER);
    BH_AWAIT(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180f(10) 2a19(12)"));
    bh_fixture_settle();
    ck_assert(has_database(&s, "1815(1) 2a56(3) 2901(4) 2a58(6) 180f(10) 2a19(12)"));
}
END_TEST

BH_TEST_MAIN("bluez-gatt",
             objects_that_make_no_sense_are_left_out_and_counted,
             objects_of_no_adapter_are_nobodys,
             an_object_is_told_again_without_being_there_twice,
             a_device_may_have_thousands_of_services,
             values_that_make_no_sense_are_left_out_and_counted,
             orphans_are_not_in_the_database,
             services_that_change_under_a_link_make_another_database,
             services_that_are_resolved_anew_are_told_twice,
             one_device_under_two_adapters_has_two_databases,
             flags_are_those_of_bluez,
             a_battery_that_bluez_hides_is_put_back,
             a_battery_level_is_told_when_it_changes,
             a_battery_that_is_in_the_tree_is_there_once)
