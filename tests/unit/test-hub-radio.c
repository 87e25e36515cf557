/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the hub asks of the radio and what it says about it: merged demands, the one state word,
 * recovery.
 */
#include "bh-error.h"
#include "bh-scan-demand.h"
#include "hub-fixture.h"
#include "test-main.h"

/* State */

typedef struct {
    gint64 at_ms;
    BhHubState seen;
    gboolean appeared;
    BhHubState shown;
} StateStep;

static void
play(const StateStep *steps, gsize n)
{
    BhHubStateFilter filter = {.shown = BH_HUB_READY, .seen = BH_HUB_READY};

    for (gsize i = 0; i < n; i++) {
        bh_hub_state_filter_update(&filter,
                                   steps[i].seen,
                                   steps[i].appeared,
                                   steps[i].at_ms * 1000);
        ck_assert_msg(filter.shown == steps[i].shown,
                      "step %zu: shown %s",
                      i,
                      bh_hub_state_to_string(filter.shown));
    }
}

START_TEST(a_loss_of_bluez_shows_at_once_and_the_way_up_is_hidden)
{
    static const StateStep restart[] = {
        {1000, BH_HUB_NO_BLUEZ, FALSE, BH_HUB_NO_BLUEZ},
        {2000, BH_HUB_NO_ADAPTER, TRUE, BH_HUB_NO_BLUEZ},
        {2500, BH_HUB_RADIO_OFF, TRUE, BH_HUB_NO_BLUEZ},
        {3000, BH_HUB_READY, FALSE, BH_HUB_READY},
    };

    play(restart, G_N_ELEMENTS(restart));
}
END_TEST

START_TEST(what_is_passed_through_on_the_way_down_is_hidden)
{
    static const StateStep stop[] = {
        {1000, BH_HUB_RADIO_OFF, FALSE, BH_HUB_READY},
        {1250, BH_HUB_NO_ADAPTER, FALSE, BH_HUB_READY},
        {1500, BH_HUB_NO_BLUEZ, FALSE, BH_HUB_NO_BLUEZ},
    };
    static const StateStep unplug[] = {
        {1000, BH_HUB_RADIO_OFF, FALSE, BH_HUB_READY},
        {1250, BH_HUB_NO_ADAPTER, FALSE, BH_HUB_READY},
        {2249, BH_HUB_NO_ADAPTER, FALSE, BH_HUB_READY},
        {2250, BH_HUB_NO_ADAPTER, FALSE, BH_HUB_NO_ADAPTER},
    };

    play(stop, G_N_ELEMENTS(stop));
    play(unplug, G_N_ELEMENTS(unplug));
}
END_TEST

START_TEST(a_state_that_stays_below_ready_shows_after_settling)
{
    static const StateStep off[] = {
        {0, BH_HUB_NO_ADAPTER, FALSE, BH_HUB_READY},
        {1000, BH_HUB_NO_ADAPTER, FALSE, BH_HUB_NO_ADAPTER},
        {2000, BH_HUB_RADIO_OFF, TRUE, BH_HUB_NO_ADAPTER},
        {4999, BH_HUB_RADIO_OFF, FALSE, BH_HUB_NO_ADAPTER},
        {5000, BH_HUB_RADIO_OFF, FALSE, BH_HUB_RADIO_OFF},
    };

    play(off, G_N_ELEMENTS(off));
}
END_TEST

static void
on_state(BhHub *hub, GString *seen)
{
    g_string_append_printf(seen, "%s ", bh_hub_state_to_string(bh_hub_get_state(hub)));
}

START_TEST(clients_are_told_once_per_event)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GString) seen = g_string_new(NULL);

    hub_fixture_init(&f);
    g_signal_connect(f.hub, "state-changed", G_CALLBACK(on_state), seen);
    fake_radio_set_bluez(f.radio, FALSE);
    bh_clock_advance(f.clock, 10);
    fake_radio_set_bluez(f.radio, TRUE);
    bh_clock_advance(f.clock, 10);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    bh_clock_advance(f.clock, 10);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    bh_clock_advance(f.clock, 5000);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    bh_clock_advance(f.clock, 5000);
    g_signal_handlers_disconnect_by_data(f.hub, seen);
    ck_assert_str_eq(seen->str, "no-bluez ready radio-off ");
}
END_TEST

START_TEST(an_adapter_back_under_another_name_is_the_same_adapter)
{
    g_auto(HubFixture) f = {0};
    BhAdapter *before;

    hub_fixture_init(&f);
    before = bh_hub_find_adapter(f.hub, "hci0");
    fake_radio_remove_adapter(f.radio, 0);
    ck_assert_ptr_null(bh_hub_find_adapter(f.hub, "hci0"));
    fake_radio_set_adapter(f.radio, 0, "hci4", TRUE);
    ck_assert_ptr_eq(bh_hub_find_adapter(f.hub, "00:00:00:00:00:01"), before);
    ck_assert_ptr_eq(bh_hub_find_adapter(f.hub, "hci4"), before);
}
END_TEST

/* Demand */

START_TEST(the_radio_scans_from_the_first_scan_to_the_last)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) one = NULL;
    g_autoptr(BhScan) two = NULL;

    hub_fixture_init(&f);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    one = hub_fixture_scan(&f, f.ann, NULL);
    two = hub_fixture_scan(&f, f.bob, NULL);
    bh_owned_release(BH_OWNED(one), BH_RELEASE_ASKED);
    ck_assert(fake_radio_wants_scan(f.radio, 0));
    bh_owned_release(BH_OWNED(two), BH_RELEASE_ASKED);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(a_wider_demand_is_stated_at_once_and_a_narrower_one_later)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) narrow = NULL;
    g_autoptr(BhScan) wide = NULL;
    char *uuids[] = {(char *)"180d", NULL};
    BhScanSpec heart = {.filter = {.uuids = uuids}};

    hub_fixture_init(&f);
    narrow = hub_fixture_scan(&f, f.ann, &heart);
    ck_assert_uint_eq(fake_radio_wanted_uuids(f.radio, 0), 1);
    wide = hub_fixture_scan(&f, f.bob, NULL);
    ck_assert_uint_eq(fake_radio_wanted_uuids(f.radio, 0), 0);
    bh_owned_release(BH_OWNED(wide), BH_RELEASE_ASKED);
    ck_assert_uint_eq(fake_radio_wanted_uuids(f.radio, 0), 0);
    bh_clock_advance(f.clock, BH_SCAN_DEMAND_NARROW_AFTER_MS);
    ck_assert_uint_eq(fake_radio_wanted_uuids(f.radio, 0), 1);
}
END_TEST

START_TEST(demands_merge_to_the_union_and_the_weakest_signal)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) one = NULL;
    g_autoptr(BhScan) two = NULL;
    char *heart[] = {(char *)"180d", NULL}, *battery[] = {(char *)"180f", (char *)"180d", NULL};
    BhScanSpec near = {.filter = {.uuids = heart, .has_rssi = TRUE, .rssi = -50}};
    BhScanSpec far = {.filter = {.uuids = battery, .has_rssi = TRUE, .rssi = -80}};

    hub_fixture_init(&f);
    one = hub_fixture_scan(&f, f.ann, &near);
    two = hub_fixture_scan(&f, f.bob, &far);
    ck_assert_uint_eq(fake_radio_wanted_uuids(f.radio, 0), 2);
    ck_assert_int_eq(fake_radio_wanted_rssi(f.radio, 0), -80);
}
END_TEST

START_TEST(an_adapter_that_comes_back_gets_the_demand_again)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    fake_radio_remove_adapter(f.radio, 0);
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_WAITING);
    fake_radio_set_adapter(f.radio, 0, "hci2", TRUE);
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_RUNNING);
}
END_TEST

static BhScan *
scan_with(HubFixture *f, BhReportMode mode, BhScanNeeds needs)
{
    BhScanSpec spec = {.rule = {.mode = mode}, .needs = needs};

    return hub_fixture_scan(f, f->ann, &spec);
}

START_TEST(one_scan_that_wants_every_report_is_enough)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) plain = NULL;
    g_autoptr(BhScan) every = NULL;

    hub_fixture_init(&f);
    plain = scan_with(&f, BH_REPORT_CHANGES, (BhScanNeeds){0});
    ck_assert(!fake_radio_peek_demand(f.radio, 0)->every_report);
    every = scan_with(&f, BH_REPORT_ALL, (BhScanNeeds){0});
    ck_assert(fake_radio_peek_demand(f.radio, 0)->every_report);
    bh_owned_release(BH_OWNED(every), BH_RELEASE_ASKED);
    ck_assert(fake_radio_peek_demand(f.radio, 0)->every_report);
    bh_clock_advance(f.clock, BH_SCAN_DEMAND_NARROW_AFTER_MS);
    ck_assert(!fake_radio_peek_demand(f.radio, 0)->every_report);
}
END_TEST

START_TEST(only_passive_scans_together_are_passive)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) passive = NULL;
    g_autoptr(BhScan) active = NULL;

    hub_fixture_init(&f);
    fake_radio_set_passive(f.radio, TRUE);
    passive = scan_with(&f, BH_REPORT_CHANGES, (BhScanNeeds){.passive = TRUE});
    ck_assert(fake_radio_peek_demand(f.radio, 0)->passive);
    active = scan_with(&f, BH_REPORT_CHANGES, (BhScanNeeds){0});
    ck_assert(!fake_radio_peek_demand(f.radio, 0)->passive);
}
END_TEST

START_TEST(a_scan_that_the_radio_cannot_do_is_not_made)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GError) error = NULL;
    BhScanSpec spec = {.needs = {.passive = TRUE}};

    hub_fixture_init(&f);
    ck_assert_ptr_null(bh_hub_add_scan(f.hub, &spec, f.ann, BH_LIFETIME_CALLER, 0, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED));
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
}
END_TEST

/* Adds duty cycles as "interval/window"; "0/0" is a scan that does not say. */
static char *
merge_duties(const char *texts)
{
    g_autoptr(BhScanDemand) demand = bh_scan_demand_new();
    g_autoptr(BhFilter) filter = bh_filter_new(&(BhFilterSpec){0}, NULL);
    g_auto(GStrv) words = g_strsplit(texts, " ", -1);

    for (char **word = words; *word != NULL; word++) {
        g_auto(GStrv) numbers = g_strsplit(*word, "/", 2);
        BhScanNeeds needs = {
            .interval_us = (guint32)g_ascii_strtoull(numbers[0], NULL, 10),
            .window_us = (guint32)g_ascii_strtoull(numbers[1], NULL, 10),
        };
        bh_scan_demand_add(demand, filter, &needs);
    }
    return g_strdup_printf("%u/%u", demand->needs.interval_us, demand->needs.window_us);
}

START_TEST(the_strictest_duty_cycle_wins)
{
    static const struct {
        const char *all, *wins;
    } cases[] = {
        {"300/30 60/30", "60/30"},
        {"60/30 300/30", "60/30"},
        {"60/30 120/60", "60/30"},
        {"120/60 60/30", "60/30"},
        {"60/30 0/0", "0/0"},
        {"0/0 60/30", "0/0"},
        {"0/0 60/60", "60/60"},
        {"60/60 0/0", "60/60"},
        {"60/60 30/30", "30/30"},
        {"10240000/10239999 10240000/10240000", "10240000/10240000"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *won = merge_duties(cases[i].all);
        ck_assert_msg(g_str_equal(won, cases[i].wins), "%s: %s", cases[i].all, won);
    }
}
END_TEST

START_TEST(capabilities_are_told_as_a_change_of_state)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GString) seen = g_string_new(NULL);

    hub_fixture_init(&f);
    g_signal_connect(f.hub, "state-changed", G_CALLBACK(on_state), seen);
    fake_radio_set_capabilities(f.radio, BH_RADIO_CAN_RAW_DATA);
    g_signal_handlers_disconnect_by_data(f.hub, seen);
    ck_assert_str_eq(seen->str, "ready ");
    ck_assert_int_eq(bh_hub_get_capabilities(f.hub), BH_RADIO_CAN_RAW_DATA);
}
END_TEST

/* Recovery */

START_TEST(a_silent_scan_is_restarted_then_the_adapter_is_power_cycled)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhAdapter *adapter;

    hub_fixture_init(&f);
    adapter = bh_hub_find_adapter(f.hub, "hci0");
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_hear(&f, 1, -50);
    ck_assert_str_eq(bh_adapter_get_state(adapter), "scanning");
    bh_clock_advance(f.clock, 95000);
    ck_assert_uint_eq(fake_radio_restarts(f.radio, 0), 1);
    ck_assert_str_eq(bh_adapter_get_state(adapter), "silent");
    bh_clock_advance(f.clock, 95000);
    hub_fixture_turn();
    ck_assert_uint_eq(fake_radio_power_cycles(f.radio, 0), 1);
    hub_fixture_hear(&f, 1, -50);
    ck_assert_str_eq(bh_adapter_get_state(adapter), "scanning");
}
END_TEST

START_TEST(an_adapter_that_never_heard_anything_is_not_power_cycled)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    bh_clock_advance(f.clock, 3600 * 1000);
    hub_fixture_turn();
    ck_assert_uint_ge(fake_radio_restarts(f.radio, 0), 1);
    ck_assert_uint_eq(fake_radio_power_cycles(f.radio, 0), 0);
}
END_TEST

START_TEST(a_power_cycle_refused_for_a_link_costs_no_back_off)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_hear(&f, 1, -50);
    fake_radio_set_linked(f.radio, TRUE);
    for (int i = 0; i < 4; i++) {
        bh_clock_advance(f.clock, 95000);
        hub_fixture_turn();
    }
    ck_assert_uint_eq(fake_radio_power_cycles(f.radio, 0), 0);
    fake_radio_set_linked(f.radio, FALSE);
    for (int i = 0; i < 2; i++) {
        bh_clock_advance(f.clock, 95000);
        hub_fixture_turn();
    }
    ck_assert_uint_ge(fake_radio_power_cycles(f.radio, 0), 1);
}
END_TEST

START_TEST(an_adapter_taken_out_of_use_is_withdrawn_and_comes_back)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    char *other[] = {(char *)"hci9", NULL};
    BhHubSettings settings = {.max_scans = 4,
                              .max_waits = 3,
                              .max_devices = 100,
                              .adapters = other};

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    bh_hub_configure(f.hub, &settings);
    ck_assert_ptr_null(bh_hub_find_adapter(f.hub, "hci0"));
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_WAITING);
    settings.adapters = NULL;
    bh_hub_configure(f.hub, &settings);
    ck_assert_ptr_nonnull(bh_hub_find_adapter(f.hub, "hci0"));
    ck_assert(fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(nothing_is_recovered_while_nobody_scans)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE); /* tells that it stopped */
    bh_clock_advance(f.clock, 3600 * 1000);
    ck_assert_uint_eq(fake_radio_restarts(f.radio, 0), 0);
}
END_TEST

START_TEST(stopping_the_hub_releases_every_scan_and_the_radio)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    bh_hub_stop(f.hub);
    ck_assert(bh_owned_is_released(BH_OWNED(scan)));
    ck_assert(fake_radio_is_stopped(f.radio));
}
END_TEST

BH_TEST_MAIN("hub-radio",
             a_loss_of_bluez_shows_at_once_and_the_way_up_is_hidden,
             what_is_passed_through_on_the_way_down_is_hidden,
             a_state_that_stays_below_ready_shows_after_settling,
             clients_are_told_once_per_event,
             an_adapter_back_under_another_name_is_the_same_adapter,
             the_radio_scans_from_the_first_scan_to_the_last,
             a_wider_demand_is_stated_at_once_and_a_narrower_one_later,
             demands_merge_to_the_union_and_the_weakest_signal,
             an_adapter_that_comes_back_gets_the_demand_again,
             one_scan_that_wants_every_report_is_enough,
             only_passive_scans_together_are_passive,
             a_scan_that_the_radio_cannot_do_is_not_made,
             the_strictest_duty_cycle_wins,
             capabilities_are_told_as_a_change_of_state,
             a_silent_scan_is_restarted_then_the_adapter_is_power_cycled,
             an_adapter_that_never_heard_anything_is_not_power_cycled,
             a_power_cycle_refused_for_a_link_costs_no_back_off,
             an_adapter_taken_out_of_use_is_withdrawn_and_comes_back,
             nothing_is_recovered_while_nobody_scans,
             stopping_the_hub_releases_every_scan_and_the_radio)
