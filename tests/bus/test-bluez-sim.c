/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio on blehub-sim, a BlueZ that behaves like the real one: what befalls bluetoothd and its
 * controllers in years, in milliseconds.
 */
#include "bh-fixture.h"
#include "bh-recorder.h"
#include "test-main.h"

#define RADIO "00:AA:01:00:00:01"
#define ONE_ADAPTER "[adapter radio]\nAddress=" RADIO "\nMonitor=true\n"
#define FLAGS_AND_NAME "020106 0409616263"

typedef struct {
    BhFixture bus;
    BhRecorder radio;
} Scene;

/* A simulator playing scenario, and the radio scanning on slot 0. */
static void
scene_init(Scene *self, const char *scenario)
{
    bh_fixture_init(&self->bus);
    bh_fixture_start_sim(&self->bus, scenario);
    bh_recorder_init(&self->radio, self->bus.address, NULL);
    bh_recorder_start(&self->radio);
    bh_recorder_scan(&self->radio, 0);
    BH_AWAIT(bh_recorder_is_running(&self->radio, 0));
    BH_AWAIT(self->radio.adapters[0].discovering);
}

static void
scene_clear(Scene *self)
{
    bh_recorder_clear(&self->radio);
    bh_fixture_clear(&self->bus);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

/* One advertisement of "C0:00:00:00:00:<last>"; somebody must hear it. */
static void
advertise(Scene *s, guint8 last, const char *hex, gint rssi)
{
    g_autofree char *address = g_strdup_printf("C0:00:00:00:00:%02X", last);
    GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{sv}"));
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    guint heard = 0;

    g_variant_builder_add(&options, "{sv}", "Type", g_variant_new_string("nonconnectable"));
    g_autoptr(GVariant) reply = bh_fixture_call_sim(
        &s->bus,
        "Advertise",
        g_variant_new("(s@ayna{sv})",
                      address,
                      g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, size, 1),
                      rssi,
                      &options));
    g_variant_get(reply, "(u)", &heard);
    ck_assert_uint_eq(heard, 1);
}

/* An advertisement now is a report, so the scan is alive all the way. */
static void
expect_alive(Scene *s)
{
    guint before = s->radio.reports->len;

    advertise(s, 0x99, FLAGS_AND_NAME, -42);
    BH_AWAIT(s->radio.reports->len > before);
    const char *report = bh_recorder_peek_report(&s->radio);
    ck_assert_msg(g_str_has_prefix(report, "C0:00:00:00:00:99 random 0 -42 "), "%s", report);
}

/* BlueZ dies; when the radio knows, it comes back. */
static void
restart_bluez(Scene *s)
{
    bh_fixture_tell_sim(&s->bus, "Restart", g_variant_new("(u)", G_MAXUINT32));
    BH_AWAIT(!s->radio.bluez_present);
    bh_fixture_tell_sim(&s->bus, "Restart", g_variant_new("(u)", 1));
}

START_TEST(a_restart_of_bluez_in_a_scan_is_survived)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    expect_alive(&s);
    g_string_truncate(s.radio.events, 0);
    restart_bluez(&s);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(s.radio.events->str, "adapter0- bluez- adapter0+ bluez+");
    expect_alive(&s);
    ck_assert(!bh_fixture_bluez_was_activated(&s.bus));
}
END_TEST

START_TEST(a_killed_bluez_that_comes_back_is_scanned_on)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_fixture_kill_process(&s.bus.sim);
    BH_AWAIT(!s.radio.bluez_present);
    bh_fixture_start_sim(&s.bus, ONE_ADAPTER);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    expect_alive(&s);
}
END_TEST

START_TEST(a_bluez_that_dies_while_it_hangs_is_got_over)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_fixture_tell_sim(&s.bus, "Hang", g_variant_new("(su)", "StopDiscovery", 1));
    bh_radio_restart_scan(BH_RADIO(s.radio.bluez), 0);
    bh_fixture_settle();
    restart_bluez(&s);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    expect_alive(&s);
}
END_TEST

START_TEST(a_controller_back_under_another_index_is_scanned_on)
{
    g_auto(Scene) s = {0};
    GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{sv}"));

    scene_init(&s, ONE_ADAPTER);
    bh_fixture_tell_sim(&s.bus, "RemoveAdapter", g_variant_new("(s)", RADIO));
    BH_AWAIT(!s.radio.adapters[0].present);
    g_variant_builder_add(&options, "{sv}", "Address", g_variant_new_string(RADIO));
    g_variant_builder_add(&options, "{sv}", "Index", g_variant_new_uint32(7));
    bh_fixture_tell_sim(&s.bus, "AddAdapter", g_variant_new("(a{sv})", &options));
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    ck_assert_str_eq(s.radio.adapters[0].name, "hci7");
    expect_alive(&s);
}
END_TEST

START_TEST(a_radio_switched_off_by_somebody_else_is_scanned_on_when_it_is_on)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "", FALSE));
    BH_AWAIT(s.radio.adapters[0].scan == BH_RADIO_SCAN_OFF);
    ck_assert(!s.radio.adapters[0].powered);
    bh_fixture_tell_sim(&s.bus, "SetPowered", g_variant_new("(sb)", "", TRUE));
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    expect_alive(&s);
}
END_TEST

START_TEST(a_start_that_fails_or_hangs_is_tried_until_it_works)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(!s.radio.adapters[0].discovering);
    bh_fixture_tell_sim(
        &s.bus,
        "Fail",
        g_variant_new("(sssu)", "StartDiscovery", "org.bluez.Error.Failed", "no", 3));
    bh_recorder_scan(&s.radio, 0);
    BH_AWAIT(s.radio.adapters[0].error != NULL);
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    bh_fixture_tell_sim(&s.bus, "Hang", g_variant_new("(su)", "StartDiscovery", 1));
    bh_radio_restart_scan(BH_RADIO(s.radio.bluez), 0);
    BH_AWAIT(!bh_recorder_is_running(&s.radio, 0));
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    expect_alive(&s);
}
END_TEST

START_TEST(a_stalled_discovery_is_cured_by_a_restart)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_fixture_tell_sim(&s.bus, "Stall", g_variant_new("(ss)", "", "discovery"));
    bh_radio_restart_scan(BH_RADIO(s.radio.bluez), 0);
    BH_AWAIT(!bh_recorder_is_running(&s.radio, 0));
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    expect_alive(&s);
}
END_TEST

START_TEST(a_stalled_radio_is_cured_by_a_power_cycle)
{
    g_auto(Scene) s = {0};
    g_auto(BhOutcome) outcome = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_fixture_tell_sim(&s.bus, "Stall", g_variant_new("(ss)", "", "power"));
    bh_radio_power_cycle_async(BH_RADIO(s.radio.bluez),
                               0,
                               NULL,
                               bh_outcome_on_power_cycle,
                               &outcome);
    BH_AWAIT(outcome.done);
    ck_assert_msg(outcome.error == NULL, "%s", outcome.error != NULL ? outcome.error->message : "");
    BH_AWAIT(bh_recorder_is_running(&s.radio, 0));
    expect_alive(&s);
}
END_TEST

START_TEST(a_scan_nobody_wants_leaves_the_radio_quiet)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    bh_recorder_stop_scan(&s.radio, 0);
    BH_AWAIT(!s.radio.adapters[0].discovering);
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "StartDiscovery"), 1);
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "StopDiscovery"), 1);
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "SetDiscoveryFilter"), 1);
    ck_assert_uint_eq(bh_fixture_count_sim_calls(&s.bus, "GetManagedObjects"), 1);
}
END_TEST

START_TEST(what_is_on_the_air_arrives_as_it_was)
{
    g_auto(Scene) s = {0};
    static const char *const structures[] = {"020106", "0409616263", "020afc", "05ffffff0102"};

    scene_init(&s, ONE_ADAPTER);
    advertise(&s, 1, "020106 0409616263 020afc 05ffffff0102", -71);
    BH_AWAIT(s.radio.reports->len > 0);
    const char *report = bh_recorder_peek_report(&s.radio);
    ck_assert_msg(g_str_has_prefix(report, "C0:00:00:00:00:01 random 0 -71 "), "%s", report);
    for (guint i = 1; i < G_N_ELEMENTS(structures); i++)
        ck_assert_msg(strstr(report, structures[i]) != NULL, "%s in %s", structures[i], report);
}
END_TEST

START_TEST(every_advertisement_is_a_report_also_if_nothing_changed)
{
    g_auto(Scene) s = {0};

    scene_init(&s, ONE_ADAPTER);
    for (guint i = 1; i <= 20; i++) {
        advertise(&s, 1, FLAGS_AND_NAME, -50);
        BH_AWAIT(s.radio.reports->len == i);
    }
}
END_TEST

START_TEST(a_thousand_addresses_are_a_thousand_reports)
{
    g_auto(Scene) s = {0};
    GVariantBuilder options = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{sv}"));
    guint heard = 0;

    scene_init(&s, ONE_ADAPTER);
    g_variant_builder_add(&options, "{sv}", "RatePerSecond", g_variant_new_uint32(0));
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&s.bus, "Burst", g_variant_new("(ua{sv})", 1000, &options));
    g_variant_get(reply, "(u)", &heard);
    ck_assert_uint_eq(heard, 1000);
    BH_AWAIT(s.radio.reports->len == 1000);
}
END_TEST

BH_TEST_MAIN("sim",
             a_restart_of_bluez_in_a_scan_is_survived,
             a_killed_bluez_that_comes_back_is_scanned_on,
             a_bluez_that_dies_while_it_hangs_is_got_over,
             a_controller_back_under_another_index_is_scanned_on,
             a_radio_switched_off_by_somebody_else_is_scanned_on_when_it_is_on,
             a_start_that_fails_or_hangs_is_tried_until_it_works,
             a_stalled_discovery_is_cured_by_a_restart,
             a_stalled_radio_is_cured_by_a_power_cycle,
             a_scan_nobody_wants_leaves_the_radio_quiet,
             what_is_on_the_air_arrives_as_it_was,
             every_advertisement_is_a_report_also_if_nothing_changed,
             a_thousand_addresses_are_a_thousand_reports)
