/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Scans of several clients on one radio: who hears what, what waits, and how everything ends.
 */
#include "bh-discover.h"
#include "bh-error.h"
#include "hub-fixture.h"
#include "test-main.h"

#define assert_error(error, code) ck_assert(g_error_matches(error, BH_ERROR, code))

START_TEST(a_wait_ends_with_timeout_when_nothing_reports)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_wait(scan, f.ann, 500, &wait);
    ck_assert(!wait.done);
    bh_clock_advance(f.clock, 500);
    hub_fixture_turn();
    assert_error(wait.error, BH_ERROR_TIMEOUT);
}
END_TEST

START_TEST(a_wait_ends_with_cancelled_when_the_scan_is_released)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_wait(scan, f.ann, 0, &wait);
    bh_owned_release(BH_OWNED(scan), BH_RELEASE_ASKED);
    hub_fixture_turn();
    assert_error(wait.error, BH_ERROR_CANCELLED);
}
END_TEST

START_TEST(a_wait_of_a_client_that_left_consumes_nothing)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) lost = {0}, next = {0};
    g_autoptr(BhScan) scan = NULL;
    g_autoptr(BhClient) second = bh_client_new(":1.9", 1000);

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_wait(scan, second, 0, &lost);
    bh_client_leave(second);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_turn();
    assert_error(lost.error, BH_ERROR_CANCELLED);
    hub_fixture_wait(scan, f.ann, 0, &next);
    ck_assert_int_eq(next.row->device.rssi, -50);
}
END_TEST

START_TEST(waits_beyond_the_limit_of_a_user_are_refused_and_others_are_not)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) a = {0}, b = {0}, c = {0}, refused = {0}, other = {0};
    g_autoptr(BhScan) scan = NULL;
    g_autoptr(BhScan) bobs = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    bobs = hub_fixture_scan(&f, f.bob, NULL);
    hub_fixture_wait(scan, f.ann, 0, &a);
    hub_fixture_wait(scan, f.ann, 0, &b);
    hub_fixture_wait(scan, f.ann, 0, &c);
    hub_fixture_wait(scan, f.ann, 0, &refused);
    assert_error(refused.error, BH_ERROR_LIMIT_EXCEEDED);
    hub_fixture_wait(bobs, f.bob, 0, &other);
    ck_assert(!other.done);
    bh_client_leave(f.ann);
    bh_client_leave(f.bob);
    hub_fixture_turn();
}
END_TEST

START_TEST(scans_beyond_the_limit_of_a_user_are_refused_until_one_goes)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GPtrArray) scans = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GError) error = NULL;
    BhScanSpec everything = {0};

    hub_fixture_init(&f);
    for (int i = 0; i < 4; i++)
        g_ptr_array_add(scans, hub_fixture_scan(&f, f.ann, NULL));
    ck_assert_ptr_null(bh_hub_add_scan(f.hub, &everything, f.ann, BH_LIFETIME_CALLER, 0, &error));
    assert_error(error, BH_ERROR_LIMIT_EXCEEDED);
    bh_owned_release(g_ptr_array_index(scans, 0), BH_RELEASE_ASKED);
    g_ptr_array_add(scans, hub_fixture_scan(&f, f.ann, NULL));
}
END_TEST

START_TEST(waiting_calls_are_served_in_the_order_they_came)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) first = {0}, second = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_wait(scan, f.ann, 0, &first);
    hub_fixture_wait(scan, f.ann, 0, &second);
    hub_fixture_hear(&f, 1, -51);
    hub_fixture_hear(&f, 2, -52);
    hub_fixture_turn();
    ck_assert_int_eq(first.row->device.rssi, -51);
    ck_assert_int_eq(second.row->device.rssi, -52);
    ck_assert_uint_eq(bh_scan_get_delivered(scan), 2);
}
END_TEST

START_TEST(reports_that_wait_are_merged_per_device_and_counted)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) one = {0}, two = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -60);
    hub_fixture_hear(&f, 1, -40);
    hub_fixture_wait(scan, f.ann, 0, &one);
    ck_assert_int_eq(one.row->device.rssi, -40);
    ck_assert_uint_eq(one.row->merged, 2);
    hub_fixture_wait(scan, f.ann, 0, &two);
    ck_assert_int_eq(two.row->device.rssi, -60);
    ck_assert_uint_eq(two.row->merged, 1);
}
END_TEST

START_TEST(a_device_forgotten_while_it_waited_is_counted_as_dropped)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    for (guint i = 0; i < 250; i++) /* the table holds 100 */
        hub_fixture_hear(&f, i, -50);
    hub_fixture_wait(scan, f.ann, 0, &wait);
    ck_assert_ptr_nonnull(wait.row);
    ck_assert_uint_eq(bh_scan_get_dropped(scan), 150);
    ck_assert_uint_eq(bh_scan_get_seen(scan), 250);
}
END_TEST

START_TEST(each_scan_has_its_own_statistics_from_its_start)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) old = {0}, young = {0};
    g_autoptr(BhScan) first = NULL;
    g_autoptr(BhScan) second = NULL;

    hub_fixture_init(&f);
    first = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 1, -52);
    second = hub_fixture_scan(&f, f.bob, NULL);
    hub_fixture_hear(&f, 1, -54);
    hub_fixture_wait(first, f.ann, 0, &old);
    hub_fixture_wait(second, f.bob, 0, &young);
    ck_assert_uint_eq(old.row->statistics.samples, 3);
    ck_assert_uint_eq(young.row->statistics.samples, 1);
}
END_TEST

START_TEST(a_device_known_before_is_new_to_a_new_scan)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) wait = {0};
    g_autoptr(BhScan) first = NULL;
    g_autoptr(BhScan) second = NULL;

    hub_fixture_init(&f);
    first = hub_fixture_scan(&f, f.ann, NULL);
    hub_fixture_hear(&f, 1, -50);
    second = hub_fixture_scan(&f, f.bob, NULL);
    hub_fixture_hear(&f, 1, -50); /* nothing changed */
    hub_fixture_wait(second, f.bob, 0, &wait);
    ck_assert_uint_eq(wait.row->merged, 1);
}
END_TEST

START_TEST(each_client_gets_only_what_its_filter_lets_through)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) near = NULL;
    g_autoptr(BhScan) all = NULL;
    BhScanSpec strong = {.filter = {.has_rssi = TRUE, .rssi = -60}};

    hub_fixture_init(&f);
    near = hub_fixture_scan(&f, f.ann, &strong);
    all = hub_fixture_scan(&f, f.bob, NULL);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -80);
    ck_assert_uint_eq(bh_scan_get_seen(near), 1);
    ck_assert_uint_eq(bh_scan_get_seen(all), 2);
}
END_TEST

START_TEST(a_scan_of_one_adapter_hears_no_other)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec second = {.has_adapter = TRUE, .adapter = {.octets = {0, 0, 0, 0, 0, 2}}};

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    scan = hub_fixture_scan(&f, f.ann, &second);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    ck_assert(fake_radio_wants_scan(f.radio, 1));
    hub_fixture_hear(&f, 1, -50);
    ck_assert_uint_eq(bh_scan_get_seen(scan), 0);
}
END_TEST

START_TEST(a_lease_runs_out_unless_renewed)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec everything = {0};
    BhHubCounters counters;

    hub_fixture_init(&f);
    scan = bh_hub_add_scan(f.hub, &everything, f.ann, BH_LIFETIME_LEASE, 1000, NULL);
    bh_client_leave(f.ann); /* as a shell's busctl does at once */
    bh_clock_advance(f.clock, 900);
    bh_owned_renew(BH_OWNED(scan));
    bh_clock_advance(f.clock, 900);
    ck_assert(!bh_owned_is_released(BH_OWNED(scan)));
    bh_clock_advance(f.clock, 200);
    ck_assert(bh_owned_is_released(BH_OWNED(scan)));
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.leases_expired, 1);
}
END_TEST

START_TEST(a_client_that_dies_leaves_nothing_and_the_other_scan_goes_on)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) anns = NULL;
    g_autoptr(BhScan) bobs = NULL;
    guint changes;

    hub_fixture_init(&f);
    anns = hub_fixture_scan(&f, f.ann, NULL);
    bobs = hub_fixture_scan(&f, f.bob, NULL);
    changes = fake_radio_demand_changes(f.radio, 0);
    bh_client_leave(f.ann);
    ck_assert(bh_owned_is_released(BH_OWNED(anns)));
    ck_assert_uint_eq(fake_radio_demand_changes(f.radio, 0), changes);
    hub_fixture_hear(&f, 1, -50);
    ck_assert_uint_eq(bh_scan_get_seen(bobs), 1);
    bh_client_leave(f.bob);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(a_finished_scan_gives_what_waits_and_then_says_it_is_over)
{
    g_auto(HubFixture) f = {0};
    g_auto(WaitResult) row = {0}, over = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec second = {.duration_ms = 1000};

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.ann, &second);
    hub_fixture_hear(&f, 1, -50);
    bh_clock_advance(f.clock, 1000);
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_FINISHED);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    hub_fixture_wait(scan, f.ann, 0, &row);
    ck_assert_ptr_nonnull(row.row);
    hub_fixture_wait(scan, f.ann, 0, &over);
    assert_error(over.error, BH_ERROR_CANCELLED);
}
END_TEST

START_TEST(a_scan_without_a_radio_waits_and_starts_when_it_comes)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    fake_radio_set_bluez(f.radio, FALSE);
    scan = bh_hub_add_scan(f.hub, &(BhScanSpec){0}, f.ann, BH_LIFETIME_CALLER, 0, NULL);
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_WAITING);
    fake_radio_set_bluez(f.radio, TRUE);
    fake_radio_set_adapter(f.radio, 0, "hci3", TRUE);
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_RUNNING);
}
END_TEST

typedef struct {
    gboolean done;
    BhScan *scan;
    GError *error;
} DiscoverResult;

static void
on_discovered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    DiscoverResult *discover = user_data;

    discover->done = TRUE;
    discover->scan = bh_discover_finish(BH_HUB(source), result, &discover->error);
}

START_TEST(discover_without_a_radio_says_which_part_is_missing)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GError) error = NULL;
    DiscoverResult result = {0};
    BhScanSpec spec = {.duration_ms = 1000};

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    bh_discover_async(f.hub, &spec, 0, f.ann, on_discovered, &result);
    hub_fixture_turn();
    error = result.error;
    assert_error(error, BH_ERROR_NOT_READY);
    ck_assert_str_eq(error->message, "radio-off");
}
END_TEST

START_TEST(discover_of_a_client_that_left_ends_and_frees_the_radio)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GError) error = NULL;
    DiscoverResult result = {0};
    BhScanSpec spec = {.duration_ms = 1000};

    hub_fixture_init(&f);
    bh_discover_async(f.hub, &spec, 0, f.ann, on_discovered, &result);
    ck_assert(fake_radio_wants_scan(f.radio, 0));
    bh_client_leave(f.ann);
    hub_fixture_turn();
    error = result.error;
    assert_error(error, BH_ERROR_CANCELLED);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(discover_ends_early_with_count_and_no_other_scan_loses_the_report)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) before = NULL;
    g_autoptr(BhScan) after = NULL;
    g_autoptr(BhScan) found = NULL;
    DiscoverResult result = {0};
    BhScanSpec spec = {.duration_ms = 1000};

    hub_fixture_init(&f);
    before = hub_fixture_scan(&f, f.bob, NULL);
    bh_discover_async(f.hub, &spec, 2, f.ann, on_discovered, &result);
    after = hub_fixture_scan(&f, f.bob, NULL);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_turn();
    ck_assert(!result.done);
    hub_fixture_hear(&f, 2, -50);
    hub_fixture_turn();
    found = result.scan;
    ck_assert_uint_eq(bh_scan_count_devices(found), 2);
    ck_assert_uint_eq(bh_scan_get_seen(before), 2);
    ck_assert_uint_eq(bh_scan_get_seen(after), 2);
}
END_TEST

START_TEST(discover_returns_what_was_heard_when_its_time_is_over)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhScan) found = NULL;
    DiscoverResult result = {0};
    BhScanSpec spec = {.duration_ms = 1000};

    hub_fixture_init(&f);
    bh_discover_async(f.hub, &spec, 0, f.ann, on_discovered, &result);
    hub_fixture_hear(&f, 1, -50);
    bh_clock_advance(f.clock, 1000);
    hub_fixture_turn();
    found = result.scan;
    ck_assert_uint_eq(bh_scan_count_devices(found), 1);
}
END_TEST

BH_TEST_MAIN("hub-scan",
             a_wait_ends_with_timeout_when_nothing_reports,
             a_wait_ends_with_cancelled_when_the_scan_is_released,
             a_wait_of_a_client_that_left_consumes_nothing,
             waits_beyond_the_limit_of_a_user_are_refused_and_others_are_not,
             scans_beyond_the_limit_of_a_user_are_refused_until_one_goes,
             waiting_calls_are_served_in_the_order_they_came,
             reports_that_wait_are_merged_per_device_and_counted,
             a_device_forgotten_while_it_waited_is_counted_as_dropped,
             each_scan_has_its_own_statistics_from_its_start,
             a_device_known_before_is_new_to_a_new_scan,
             each_client_gets_only_what_its_filter_lets_through,
             a_scan_of_one_adapter_hears_no_other,
             a_lease_runs_out_unless_renewed,
             a_client_that_dies_leaves_nothing_and_the_other_scan_goes_on,
             a_finished_scan_gives_what_waits_and_then_says_it_is_over,
             a_scan_without_a_radio_waits_and_starts_when_it_comes,
             discover_without_a_radio_says_which_part_is_missing,
             discover_of_a_client_that_left_ends_and_frees_the_radio,
             discover_ends_early_with_count_and_no_other_scan_loses_the_report,
             discover_returns_what_was_heard_when_its_time_is_over)
