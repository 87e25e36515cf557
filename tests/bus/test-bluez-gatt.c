/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Databases: objects that make no sense first, then what becomes of BlueZ's objects, and what
 * happens when they change under a link.
 */
#include "bh-peer-scene.h"

#define OTHER_ADAPTER "/org/bluez/hci1"

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
             orphans_are_not_in_the_database,
             services_that_change_under_a_link_make_another_database,
             services_that_are_resolved_anew_are_told_twice,
             one_device_under_two_adapters_has_two_databases,
             flags_are_those_of_bluez,
             a_battery_that_bluez_hides_is_put_back,
             a_battery_level_is_told_when_it_changes,
             a_battery_that_is_in_the_tree_is_there_once)
