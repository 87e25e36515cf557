/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertisements that BlueZ would not send as they are wanted, and that the kernel is given
 * instead: a kernel that refuses, forgets or has no room first, then that they are there again
 * after everything, and that nothing of them is left.
 */
#include "bh-mgmt-peer.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ADVERTISEMENT "org.blehub.Advertisement1"
#define ONE_ADAPTER "[adapter radio]\nAddress=00:AA:01:00:00:01\n"

#define SLOW "{'Name': <'Greta'>, 'IntervalUs': <uint32 152500>}"
#define SLOW_DATA "020106/06094772657461"
#define PLAIN "{'Name': <'Bella'>}"

/* A simulated BlueZ 5.66, and a kernel that the test plays. */
static void
init_without_hub(BhMgmtScene *s)
{
    bh_fixture_init(&s->bus);
    bh_fixture_start_sim_version(&s->bus, "5.66", ONE_ADAPTER);
    s->kernel = bh_kernel_new();
}

static void
start_hub(BhMgmtScene *s)
{
    bh_kernel_clear_log(s->kernel);
    s->bus.mgmt_fd = bh_kernel_connect(s->kernel);
    bh_fixture_start_hub(&s->bus, NULL);
    BH_POLL(bh_mgmt_scene_can(s, "advertise-interval"));
    BH_AWAIT(bh_kernel_was_told(s->kernel, "Remove:1")); /* a monitor, to see whether it can be */
    bh_kernel_clear_log(s->kernel);
}

static void
init(BhMgmtScene *s)
{
    init_without_hub(s);
    start_hub(s);
}

static char *
dup_end(BhMgmtScene *s, const char *path, const char *interface, const char *method, GVariant *with)
{
    BhMgmtCall call = {0};

    bh_mgmt_call_begin(s, &call, path, interface, method, with);
    BH_AWAIT(call.done);
    return call.end;
}

/* Its path, or how the call failed. */
static char *
advertise(BhMgmtScene *s, const char *options)
{
    g_autofree char *end = dup_end(s, BH_HUB_PATH, BH_HUB, "Advertise", bh_mgmt_options(options));
    g_auto(GStrv) parts = g_strsplit(end, "'", 3);

    return g_str_has_prefix(end, "('/") ? g_strdup(parts[1]) : g_strdup(end);
}

static gboolean
has(BhMgmtScene *s, const char *path, const char *property, const char *value)
{
    g_autofree char *end =
        dup_end(s, path, PROPERTIES, "Get", g_variant_new("(ss)", ADVERTISEMENT, property));
    g_autofree char *wanted = g_strdup_printf("(<%s>,)", value);

    return g_str_equal(end, wanted);
}

static void
release(BhMgmtScene *s, const char *path)
{
    g_free(dup_end(s, path, ADVERTISEMENT, "Release", NULL));
}

#define AWAIT_ADVERTS(scene, wanted)                                                               \
    BH_AWAIT(g_str_equal(bh_kernel_peek_adverts((scene)->kernel), wanted))

static guint
count_registered(BhMgmtScene *s)
{
    return bh_fixture_count_sim_calls(&s->bus, "RegisterAdvertisement");
}

/* What cannot be */

START_TEST(a_kernel_that_cannot_set_the_power_is_told_of)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    ck_assert(!bh_mgmt_scene_can(&s, "advertise-tx-power"));
    g_autofree char *end = advertise(&s, "{'TxPower': <int16 -4>}");
    ck_assert_str_eq(end, "NotSupported: TxPower: the controller sends with one power only");
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel), "");
    ck_assert_uint_eq(count_registered(&s), 0);
}
END_TEST

START_TEST(a_kernel_that_does_not_know_of_advertisements_is_told_of)
{
    g_auto(BhMgmtScene) s = {0};

    init_without_hub(&s);
    bh_kernel_refuse(s.kernel, BH_MGMT_READ_ADVERTISING_FEATURES, 0x01, 1);
    s.bus.mgmt_fd = bh_kernel_connect(s.kernel);
    bh_fixture_start_hub(&s.bus, NULL);
    g_autofree char *end = advertise(&s, SLOW);
    ck_assert_str_eq(end, "NotSupported: IntervalUs: neither this BlueZ nor this kernel takes it");
    ck_assert(!bh_mgmt_scene_can(&s, "advertise-interval"));
}
END_TEST

START_TEST(what_the_kernel_refuses_is_an_error_and_leaves_nothing)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    bh_kernel_refuse(s.kernel, BH_MGMT_ADD_ADVERTISING_DATA, 0x0d, 1);
    g_autofree char *end = advertise(&s, SLOW);
    ck_assert_str_eq(end, "Failed: the kernel refuses the advertisement: Invalid Parameters");
    BH_AWAIT(bh_kernel_was_told(s.kernel, "RemoveAdvert:5"));
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(a_kernel_that_is_busy_is_asked_again)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    bh_kernel_refuse(s.kernel, BH_MGMT_ADD_ADVERTISING_PARAMETERS, BH_MGMT_STATUS_BUSY, 2);
    g_autofree char *path = advertise(&s, SLOW);
    BH_POLL(has(&s, path, "State", "'active'"));
    AWAIT_ADVERTS(&s, "5");
}
END_TEST

START_TEST(one_too_many_waits_until_an_instance_is_free)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    for (guint8 instance = 1; instance <= 4; instance++)
        bh_kernel_add_advert(s.kernel, instance);
    g_autofree char *first = advertise(&s, SLOW);
    g_autofree char *second = advertise(&s, SLOW);
    ck_assert(has(&s, first, "State", "'active'"));
    ck_assert(has(&s, second, "State", "'waiting'"));
    ck_assert(has(&s, second, "LastError", "'the controller has no advertising set free'"));
    bh_kernel_drop_advert(s.kernel, 3);
    BH_POLL(has(&s, second, "State", "'active'"));
    AWAIT_ADVERTS(&s, "1 2 3 4 5");
}
END_TEST

/* BlueZ asks nobody which numbers are taken. */
START_TEST(one_whose_place_bluez_takes_waits_and_is_not_removed)
{
    g_auto(BhMgmtScene) s = {0};
    char *others[5] = {0};

    init(&s);
    g_autofree char *path = advertise(&s, SLOW);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        others[i] = advertise(&s, PLAIN);
    BH_POLL(has(&s, path, "State", "'waiting'"));
    ck_assert(!bh_kernel_was_told(s.kernel, "RemoveAdvert:5"));
    bh_kernel_drop_advert(s.kernel, 5);
    release(&s, others[4]);
    BH_POLL(has(&s, path, "State", "'active'"));
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_free(others[i]);
}
END_TEST

/* What can */

START_TEST(the_kernel_sends_what_bluez_would_leave_out_and_bluez_all_else)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    g_autofree char *slow = advertise(&s, SLOW);
    ck_assert(has(&s, slow, "State", "'active'"));
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "Adverts Advert:5,c,244,127 AdvertData:5," SLOW_DATA);
    ck_assert_uint_eq(count_registered(&s), 0);
    g_autofree char *plain = advertise(&s, PLAIN);
    ck_assert(has(&s, plain, "State", "'active'"));
    ck_assert_uint_eq(count_registered(&s), 1);
    release(&s, slow);
    AWAIT_ADVERTS(&s, "");
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(the_power_that_the_controller_chose_is_told_in_the_packet)
{
    g_auto(BhMgmtScene) s = {0};

    init_without_hub(&s);
    bh_kernel_set_can_tx_power(s.kernel, TRUE);
    start_hub(&s);
    BH_POLL(bh_mgmt_scene_can(&s, "advertise-tx-power"));
    g_autofree char *path = advertise(&s,
                                      "{'TxPower': <int16 -4>, 'Beacon': <{'Type': "
                                      "<'Eddystone-URL'>, 'URL': <'http://a.de/'>}>}");
    ck_assert(has(&s, path, "State", "'active'"));
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "Adverts Advert:5,0,-4 AdvertData:5,0303aafe0b16aafe10ee02612e64652f020afb/");
}
END_TEST

START_TEST(they_are_removed_at_the_end)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    g_autofree char *path = advertise(&s, SLOW);
    ck_assert(bh_mgmt_scene_remembers(&s, "Advertisements=5"));
    bh_fixture_stop_process(&s.bus.hub);
    ck_assert(bh_kernel_was_told(s.kernel, "RemoveAdvert:5"));
    ck_assert(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(those_of_a_killed_blehubd_go_at_the_next_start_and_nobody_elses)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    bh_kernel_add_advert(s.kernel, 3);
    g_autofree char *first = advertise(&s, SLOW);
    g_autofree char *second = advertise(&s, SLOW);
    AWAIT_ADVERTS(&s, "3 4 5");
    bh_fixture_kill_process(&s.bus.hub);
    bh_kernel_drop_advert(s.kernel, 4);
    start_hub(&s);
    AWAIT_ADVERTS(&s, "3");
    BH_POLL(bh_mgmt_scene_remembers(&s, ""));
}
END_TEST

START_TEST(one_that_somebody_removes_comes_back)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    g_autofree char *path = advertise(&s, SLOW);
    bh_kernel_drop_advert(s.kernel, 5);
    BH_POLL(has(&s, path, "State", "'waiting'"));
    BH_POLL(has(&s, path, "State", "'active'"));
    AWAIT_ADVERTS(&s, "5");
}
END_TEST

START_TEST(they_are_on_the_air_again_after_a_restart_of_bluez)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    g_autofree char *path = advertise(&s, SLOW);
    bh_fixture_tell_sim(&s.bus, "Restart", g_variant_new("(u)", 200));
    BH_POLL(has(&s, path, "State", "'waiting'"));
    bh_kernel_drop_advert(s.kernel, 0);
    bh_kernel_clear_log(s.kernel);
    BH_POLL(has(&s, path, "State", "'active'"));
    ck_assert(bh_kernel_was_told(s.kernel, "AdvertData:5," SLOW_DATA));
}
END_TEST

START_TEST(they_are_on_the_air_again_after_the_radio_was_off)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    g_autofree char *path = advertise(&s, SLOW);
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", FALSE));
    BH_POLL(has(&s, path, "State", "'waiting'"));
    bh_kernel_clear_log(s.kernel);
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "hci0", TRUE));
    BH_POLL(has(&s, path, "State", "'active'"));
    ck_assert_str_eq(bh_kernel_peek_log(s.kernel),
                     "Adverts RemoveAdvert:5 Adverts Advert:5,c,244,127 AdvertData:5," SLOW_DATA);
}
END_TEST

START_TEST(a_lost_socket_takes_them_off_the_air_and_says_so)
{
    g_auto(BhMgmtScene) s = {0};

    init(&s);
    g_autofree char *path = advertise(&s, SLOW);
    bh_kernel_disconnect(s.kernel);
    BH_POLL(has(&s, path, "State", "'waiting'"));
    BH_POLL(!bh_mgmt_scene_can(&s, "advertise-interval"));
    g_autofree char *end = advertise(&s, SLOW);
    ck_assert(g_str_has_prefix(end, "NotSupported: IntervalUs: "));
}
END_TEST

BH_TEST_MAIN("mgmt-advert",
             a_kernel_that_cannot_set_the_power_is_told_of,
             a_kernel_that_does_not_know_of_advertisements_is_told_of,
             what_the_kernel_refuses_is_an_error_and_leaves_nothing,
             a_kernel_that_is_busy_is_asked_again,
             one_too_many_waits_until_an_instance_is_free,
             one_whose_place_bluez_takes_waits_and_is_not_removed,
             the_kernel_sends_what_bluez_would_leave_out_and_bluez_all_else,
             the_power_that_the_controller_chose_is_told_in_the_packet,
             they_are_removed_at_the_end,
             those_of_a_killed_blehubd_go_at_the_next_start_and_nobody_elses,
             one_that_somebody_removes_comes_back,
             they_are_on_the_air_again_after_a_restart_of_bluez,
             they_are_on_the_air_again_after_the_radio_was_off,
             a_lost_socket_takes_them_off_the_air_and_says_so)
