/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertisements: up whenever they can be, and in BlueZ's words exactly what is wanted.
 */
#include "bh-server-scene.h"

#define SETS 5 /* of the simulated controller */

/* "name name": those that BlueZ has. */
static char *
dup_advertised(BhServerScene *s)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&s->bus, "GetAdvertised", g_variant_new("(s)", "hci0"));
    g_autoptr(GVariant) all = g_variant_get_child_value(reply, 0);
    GString *names = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(all); i++) {
        g_autoptr(GVariant) one = g_variant_get_child_value(all, i);
        const char *name = "";
        g_variant_lookup(one, "LocalName", "&s", &name);
        g_string_append_printf(names, "%s%s", i > 0 ? " " : "", name);
    }
    return g_string_free(names, FALSE);
}

#define AWAIT_ADVERTISED(scene, wanted)                                                            \
    do {                                                                                           \
        g_autofree char *last = NULL;                                                              \
        BH_POLL((g_free(last), g_str_equal(last = dup_advertised(scene), wanted)));                \
    } while (0)

static char *
dup_properties(BhServerScene *s)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&s->bus, "GetAdvertised", g_variant_new("(s)", "hci0"));
    g_autoptr(GVariant) all = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) one = g_variant_get_child_value(all, 0);

    return g_variant_print(one, FALSE);
}

START_TEST(one_too_many_waits_until_a_set_is_free)
{
    g_auto(BhServerScene) s = {0};
    guint free_sets = 0;

    bh_server_scene_init(&s, NULL);
    ck_assert_uint_eq(bh_peripheral_count_sets(s.peripheral, 0, &free_sets), SETS);
    ck_assert_uint_eq(free_sets, SETS);
    for (guint id = 1; id <= SETS; id++) {
        g_autofree char *event = g_strdup_printf("adv%u+", id);
        bh_server_scene_advertise(&s, id, "x");
        BH_AWAIT_EVENTS(&s, event);
    }
    bh_server_scene_advertise(&s, 6, "last");
    BH_AWAIT_EVENTS(&s, "adv6-10");
    BH_AWAIT((bh_peripheral_count_sets(s.peripheral, 0, &free_sets), free_sets == 0));
    bh_peripheral_drop_advertisement(s.peripheral, 3);
    BH_AWAIT_EVENTS(&s, "adv6+");
    AWAIT_ADVERTISED(&s, "x x x x last");
}
END_TEST

START_TEST(a_refusal_is_told_and_tried_again)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_fixture_tell_sim(&s.bus,
                        "Fail",
                        g_variant_new("(sssu)",
                                      "RegisterAdvertisement",
                                      "org.bluez.Error.Failed",
                                      "Failed to register advertisement",
                                      1));
    bh_server_scene_advertise(&s, 1, "x");
    BH_AWAIT_EVENTS(&s, "adv1-0 adv1+");
}
END_TEST

START_TEST(one_that_bluez_drops_comes_back)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_server_scene_advertise(&s, 1, "x");
    BH_AWAIT_EVENTS(&s, "adv1+");
    bh_fixture_tell_sim(&s.bus, "ReleaseAdvertised", g_variant_new("(s)", "hci0"));
    BH_AWAIT_EVENTS(&s, "adv1-8 adv1+");
    AWAIT_ADVERTISED(&s, "x");
}
END_TEST

START_TEST(it_is_up_again_after_a_restart_of_bluez_and_after_the_radio_was_off)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_server_scene_advertise(&s, 1, "x");
    BH_AWAIT_EVENTS(&s, "adv1+");
    bh_server_scene_restart_bluez(&s);
    BH_AWAIT_EVENTS(&s, "adv1-8 adv1+");
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", FALSE));
    BH_AWAIT_EVENTS(&s, "adv1-8");
    AWAIT_ADVERTISED(&s, "");
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", TRUE));
    BH_AWAIT_EVENTS(&s, "adv1+");
    AWAIT_ADVERTISED(&s, "x");
}
END_TEST

START_TEST(one_that_says_something_else_replaces_itself)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_server_scene_advertise(&s, 1, "x");
    BH_AWAIT_EVENTS(&s, "adv1+");
    bh_server_scene_advertise(&s, 1, "x"); /* the same */
    bh_fixture_settle();
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "RegisterAdvertisement"), 1);
    bh_server_scene_advertise(&s, 1, "y");
    BH_AWAIT_EVENTS(&s, "adv1+");
    AWAIT_ADVERTISED(&s, "y");
    bh_peripheral_drop_advertisement(s.peripheral, 1);
    AWAIT_ADVERTISED(&s, "");
}
END_TEST

/* All that every BlueZ does. */
static const char FULL[] = "{'Name': <'Greta'>, 'UUIDs': <['180d']>, 'SolicitUUIDs': <['1805']>, "
                           "'ManufacturerData': <{uint16 0x004c: <@ay [0x02, 0x15]>}>, "
                           "'ServiceData': <{'180d': <@ay [0x07]>}>, 'Appearance': <uint16 833>, "
                           "'LimitedDiscoverable': <true>%s}";
#define INTERVAL ", 'IntervalUs': <uint32 152500>"
#define TX_POWER ", 'TxPower': <int16 -4>"

/* FULL and more. */
static void
advertise_full(BhServerScene *s, const char *more)
{
    g_autofree char *text = g_strdup_printf(FULL, more);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) options = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
    g_auto(BhAdvertSpec) spec = {0};

    g_assert_no_error(error);
    ck_assert(bh_advert_spec_parse(options, &spec, NULL));
    bh_peripheral_set_advertisement(s->peripheral, 1, &spec, G_MAXUINT16);
}

#define COMMON                                                                                     \
    "'Type': <'peripheral'>, 'ServiceUUIDs': <['180d']>, "                                         \
    "'SolicitUUIDs': <['1805']>, "                                                                 \
    "'ManufacturerData': <{uint16 76: <[byte 0x02, 0x15]>}>, "                                     \
    "'ServiceData': <{'180d': <[byte 0x07]>}>, "                                                   \
    "'Discoverable': <true>, 'DiscoverableTimeout': <uint16 65535>, 'LocalName': <'Greta'>, "      \
    "'Appearance': <uint16 833>"

START_TEST(what_bluez_would_leave_out_is_refused_without_a_management_socket)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, "5.66");
    advertise_full(&s, INTERVAL);
    BH_AWAIT_EVENTS(&s, "adv1-4");
    advertise_full(&s, TX_POWER);
    BH_AWAIT_EVENTS(&s, "adv1-4");
    bh_fixture_settle();
    ck_assert_uint_eq(s.events->len, 0); /* told once */
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "RegisterAdvertisement"), 0);
    advertise_full(&s, "");
    BH_AWAIT_EVENTS(&s, "adv1+");
}
END_TEST

START_TEST(a_power_that_the_controller_cannot_set_is_refused_by_a_new_bluez_too)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, "5.82");
    advertise_full(&s, TX_POWER);
    BH_AWAIT_EVENTS(&s, "adv1-4");
}
END_TEST

START_TEST(an_interval_that_linux_replaces_by_its_own_is_refused)
{
    BhAdvertSpec spec = {.discoverable = BH_DISCOVERABLE_NOT, .interval_us = 1000000};
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, "5.82");
    bh_peripheral_set_advertisement(s.peripheral, 1, &spec, G_MAXUINT16);
    BH_AWAIT_EVENTS(&s, "adv1-4");
    spec.interval_us = 100000;
    bh_peripheral_set_advertisement(s.peripheral, 1, &spec, G_MAXUINT16);
    BH_AWAIT_EVENTS(&s, "adv1+");
}
END_TEST

START_TEST(an_old_bluez_hears_all_that_it_can_do)
{
    g_auto(BhServerScene) s = {0};
    g_autofree char *properties = NULL;

    bh_server_scene_init(&s, "5.66");
    ck_assert_uint_eq(bh_peripheral_get_capabilities(s.peripheral) & BH_PERIPHERAL_CAN_INTERVAL, 0);
    advertise_full(&s, "");
    BH_AWAIT_EVENTS(&s, "adv1+");
    properties = dup_properties(&s);
    ck_assert_str_eq(properties, "{" COMMON "}");
}
END_TEST

START_TEST(a_new_bluez_hears_the_interval_too)
{
    g_auto(BhServerScene) s = {0};
    g_autofree char *properties = NULL;

    bh_server_scene_init(&s, "5.82");
    ck_assert_uint_ne(bh_peripheral_get_capabilities(s.peripheral) & BH_PERIPHERAL_CAN_INTERVAL, 0);
    ck_assert_uint_eq(bh_peripheral_get_capabilities(s.peripheral) & BH_PERIPHERAL_CAN_TX_POWER, 0);
    advertise_full(&s, INTERVAL);
    BH_AWAIT_EVENTS(&s, "adv1+");
    properties = dup_properties(&s);
    ck_assert_str_eq(properties,
                     "{" COMMON ", 'MinInterval': <uint32 152>, 'MaxInterval': <uint32 153>}");
}
END_TEST

START_TEST(a_beacon_has_no_flags)
{
    const BhAdvertSpec spec = {.name = (char *)"b", .discoverable = BH_DISCOVERABLE_NOT};
    g_auto(BhServerScene) s = {0};
    g_autofree char *properties = NULL;

    bh_server_scene_init(&s, "5.82");
    bh_peripheral_set_advertisement(s.peripheral, 1, &spec, G_MAXUINT16);
    BH_AWAIT_EVENTS(&s, "adv1+");
    properties = dup_properties(&s);
    ck_assert_str_eq(properties, "{'Type': <'broadcast'>, 'LocalName': <'b'>}");
}
END_TEST

/* Power */

START_TEST(an_adapter_wanted_off_is_off_whoever_switches_it_on)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_server_scene_advertise(&s, 1, "x");
    BH_AWAIT_EVENTS(&s, "adv1+");
    bh_radio_set_power(BH_RADIO(s.radio.bluez), 0, BH_RADIO_POWER_OFF);
    BH_AWAIT(!s.radio.adapters[0].powered);
    BH_AWAIT_EVENTS(&s, "adv1-8");
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", TRUE));
    BH_POLL(bh_fixture_count_sim_calls(&s.bus, "Set") == 2);
    BH_AWAIT(!s.radio.adapters[0].powered);
    g_string_truncate(s.events, 0); /* it may have been on the air for a moment */
    bh_radio_set_power(BH_RADIO(s.radio.bluez), 0, BH_RADIO_POWER_ON);
    BH_AWAIT(s.radio.adapters[0].powered);
    BH_AWAIT(g_str_has_suffix(s.events->str, "adv1+"));
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", FALSE));
    BH_AWAIT(!s.radio.adapters[0].powered);
    bh_fixture_settle();
    ck_assert(!s.radio.adapters[0].powered); /* it is that program's business */
}
END_TEST

START_TEST(a_switch_that_bluez_refuses_is_tried_again)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init(&s, NULL);
    bh_fixture_tell_sim(
        &s.bus,
        "Fail",
        g_variant_new("(sssu)", "Set", "org.bluez.Error.Busy", "Operation in progress", 2));
    bh_radio_set_power(BH_RADIO(s.radio.bluez), 0, BH_RADIO_POWER_OFF);
    BH_AWAIT(!s.radio.adapters[0].powered);
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "Set"), 3);
}
END_TEST

START_TEST(what_was_kept_off_is_on_at_the_end)
{
    g_auto(BhServerScene) s = {0};
    g_autoptr(GVariant) reply = NULL;

    bh_server_scene_init(&s, NULL);
    bh_radio_set_power(BH_RADIO(s.radio.bluez), 0, BH_RADIO_POWER_OFF);
    BH_AWAIT(!s.radio.adapters[0].powered);
    bh_radio_stop(BH_RADIO(s.radio.bluez));
    BH_POLL(bh_fixture_count_sim_calls(&s.bus, "Set") == 2);
}
END_TEST

BH_TEST_MAIN("bluez-advert",
             one_too_many_waits_until_a_set_is_free,
             a_refusal_is_told_and_tried_again,
             one_that_bluez_drops_comes_back,
             it_is_up_again_after_a_restart_of_bluez_and_after_the_radio_was_off,
             one_that_says_something_else_replaces_itself,
             what_bluez_would_leave_out_is_refused_without_a_management_socket,
             a_power_that_the_controller_cannot_set_is_refused_by_a_new_bluez_too,
             an_interval_that_linux_replaces_by_its_own_is_refused,
             an_old_bluez_hears_all_that_it_can_do,
             a_new_bluez_hears_the_interval_too,
             a_beacon_has_no_flags,
             an_adapter_wanted_off_is_off_whoever_switches_it_on,
             a_switch_that_bluez_refuses_is_tried_again,
             what_was_kept_off_is_on_at_the_end)
