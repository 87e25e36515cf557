/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Watches of several clients on one radio: what they want of it, what they are told and when, and
 * how everything ends. Time stands still unless a test moves it.
 */
#include "bh-error.h"
#include "bh-watch-queue.h"
#include "local-fixture.h"
#include "test-main.h"

#define LOST_MS 5000

/* A wait, and how it ended. */
typedef struct {
    gboolean done;
    BhWatchChange *change; /* owned */
    GError *error;         /* owned */
} Wait;

static void
wait_clear(Wait *self)
{
    g_assert_true(self->done);
    g_clear_pointer(&self->change, bh_watch_change_free);
    g_clear_error(&self->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wait, wait_clear)

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Wait *wait = user_data;

    wait->done = TRUE;
    wait->change = bh_watch_wait_finish(BH_WATCH(source), result, &wait->error);
}

static void
wait_zone(BhWatch *watch, BhClient *client, gint64 timeout_ms, Wait *wait)
{
    bh_watch_wait_async(watch, client, timeout_ms, on_waited, wait);
    hub_fixture_turn();
}

static void
require_error(const Wait *wait, BhError code)
{
    ck_assert(wait->done && g_error_matches(wait->error, BH_ERROR, (gint)code));
}

static void
require_change(const Wait *wait, BhZone from, BhZone to, guint32 changes)
{
    ck_assert(wait->done && wait->change != NULL);
    ck_assert_int_eq(wait->change->from, from);
    ck_assert_int_eq(wait->change->state.zone, to);
    ck_assert_uint_eq(wait->change->changes, changes);
}

/* With these a single reading makes a zone, and so does the next. */
static BhWatchSpec
at_once(void)
{
    BhWatchSpec spec = {.active = TRUE};

    bh_presence_settings_init(&spec.settings, FALSE);
    spec.settings.alpha = 1.0;
    spec.settings.zones.min_samples = 1;
    spec.settings.lost_us = LOST_MS * 1000;
    spec.settings.max_identities = 10;
    return spec;
}

static BhWatch *
try_watch(HubFixture *f, BhClient *client, const BhWatchSpec *spec, GError **error)
{
    g_auto(BhPresenceSelection) selection = {0};

    bh_presence_selection_init(&selection);
    selection.everything = TRUE;
    return bh_hub_add_watch(f->hub, spec, &selection, client, BH_LIFETIME_CALLER, 0, error);
}

static BhWatch *
watch_with(HubFixture *f, BhClient *client, const BhWatchSpec *spec)
{
    g_autoptr(GError) error = NULL;
    BhWatch *watch = try_watch(f, client, spec, &error);

    g_assert_no_error(error);
    if (fake_radio_wants_scan(f->radio, 0))
        fake_radio_set_adapter(f->radio, 0, "hci0", TRUE); /* tells that it runs */
    return watch;
}

static BhWatch *
watch_all(HubFixture *f, BhClient *client)
{
    const BhWatchSpec spec = at_once();

    return watch_with(f, client, &spec);
}

/* What is wanted of the radio */

START_TEST(a_watch_wants_every_report_of_everything_and_sends_nothing_if_it_can)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhWatch) watch = NULL;
    BhWatchSpec spec = at_once();

    hub_fixture_init(&f);
    fake_radio_set_passive(f.radio, TRUE);
    spec.active = FALSE;
    watch = watch_with(&f, f.ann, &spec);
    ck_assert(fake_radio_wants_scan(f.radio, 0));
    ck_assert(fake_radio_peek_demand(f.radio, 0)->every_report);
    ck_assert(fake_radio_peek_demand(f.radio, 0)->passive);
    ck_assert_uint_eq(fake_radio_wanted_uuids(f.radio, 0), 0);
    ck_assert_int_eq(fake_radio_wanted_rssi(f.radio, 0), G_MININT);
    bh_owned_release(BH_OWNED(watch), BH_RELEASE_ASKED);
    bh_clock_advance(f.clock, BH_SCAN_DEMAND_NARROW_AFTER_MS);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(a_passive_watch_is_refused_where_that_is_not_possible)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GError) error = NULL;
    BhWatchSpec spec = at_once();

    hub_fixture_init(&f);
    spec.active = FALSE;
    ck_assert_ptr_null(try_watch(&f, f.ann, &spec, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED));
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_WATCHES), 0);
}
END_TEST

START_TEST(watches_beyond_the_limit_of_a_user_are_refused_until_one_goes)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(GPtrArray) watches = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(BhWatch) bobs = NULL;
    g_autoptr(GError) error = NULL;
    const BhWatchSpec spec = at_once();

    hub_fixture_init(&f);
    for (guint i = 0; i < 3; i++)
        g_ptr_array_add(watches, watch_all(&f, f.ann));
    ck_assert_ptr_null(try_watch(&f, f.ann, &spec, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED));
    bobs = watch_all(&f, f.bob);
    bh_owned_release(watches->pdata[0], BH_RELEASE_ASKED);
    g_ptr_array_add(watches, watch_all(&f, f.ann));
}
END_TEST

START_TEST(a_watch_of_one_adapter_hears_that_one_only)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhWatch) watch = NULL;
    BhWatchSpec spec = at_once();

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    spec.has_adapter = TRUE;
    spec.adapter = *bh_adapter_get_address(bh_hub_peek_adapter(f.hub, 1));
    watch = watch_with(&f, f.ann, &spec);
    ck_assert(!fake_radio_wants_scan(f.radio, 0) && fake_radio_wants_scan(f.radio, 1));
    hub_fixture_hear(&f, 1, -50);
    ck_assert_uint_eq(bh_presence_count(bh_watch_peek_presence(watch)), 0);
    fake_radio_hear(f.radio, 1, 1, -50, NULL, 0, bh_clock_now_us(f.clock));
    ck_assert_uint_eq(bh_presence_count(bh_watch_peek_presence(watch)), 1);
}
END_TEST

/* Listening */

START_TEST(nothing_is_lost_while_no_adapter_listens)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) arrival = {0}, loss = {0};
    g_autoptr(BhWatch) watch = NULL;

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    ck_assert_str_eq(bh_watch_get_state(watch), "watching");
    hub_fixture_hear(&f, 1, -50);
    wait_zone(watch, f.ann, 0, &arrival);
    fake_radio_remove_adapter(f.radio, 0);
    ck_assert_str_eq(bh_watch_get_state(watch), "waiting");
    bh_clock_advance(f.clock, 10 * LOST_MS);
    wait_zone(watch, f.ann, 0, &loss);
    ck_assert(!loss.done);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    ck_assert_str_eq(bh_watch_get_state(watch), "watching");
    bh_clock_advance(f.clock, LOST_MS - 1000);
    hub_fixture_turn();
    ck_assert(!loss.done); /* it has its whole time anew */
    bh_clock_advance(f.clock, 2000);
    hub_fixture_turn();
    require_change(&loss, BH_ZONE_IMMEDIATE, BH_ZONE_LOST, 1);
}
END_TEST

static void
count_changes(BhWatch *watch, guint *n)
{
    (*n)++;
}

START_TEST(state_changes_are_told_once)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhWatch) watch = NULL;
    guint n = 0;

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    watch = watch_all(&f, f.ann);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    g_signal_connect(watch, "state-changed", G_CALLBACK(count_changes), &n);
    fake_radio_remove_adapter(f.radio, 0);
    ck_assert_uint_eq(n, 0); /* the other one listens */
    fake_radio_remove_adapter(f.radio, 1);
    ck_assert_uint_eq(n, 1);
    g_signal_handlers_disconnect_by_data(watch, &n);
}
END_TEST

/* Waiting */

START_TEST(a_wait_ends_by_time_by_release_and_with_its_client)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) late = {0}, released = {0}, left = {0}, after = {0};
    g_autoptr(BhWatch) watch = NULL;
    g_autoptr(BhClient) other = bh_client_new(":1.9", 1000);

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    wait_zone(watch, f.ann, 500, &late);
    bh_clock_advance(f.clock, 500);
    hub_fixture_turn();
    require_error(&late, BH_ERROR_TIMEOUT);
    wait_zone(watch, other, 0, &left);
    bh_client_leave(other);
    hub_fixture_turn();
    require_error(&left, BH_ERROR_CANCELLED);
    wait_zone(watch, f.ann, 0, &released);
    bh_owned_release(BH_OWNED(watch), BH_RELEASE_ASKED);
    hub_fixture_turn();
    require_error(&released, BH_ERROR_CANCELLED);
    wait_zone(watch, f.ann, 0, &after);
    require_error(&after, BH_ERROR_CANCELLED);
}
END_TEST

START_TEST(waits_beyond_the_limit_of_a_user_are_refused)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) a = {0}, b = {0}, c = {0}, refused = {0};
    g_autoptr(BhWatch) watch = NULL;

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    wait_zone(watch, f.ann, 0, &a);
    wait_zone(watch, f.ann, 0, &b);
    wait_zone(watch, f.ann, 0, &c);
    wait_zone(watch, f.ann, 0, &refused);
    require_error(&refused, BH_ERROR_LIMIT_EXCEEDED);
    ck_assert(!a.done && !b.done && !c.done);
    bh_owned_release(BH_OWNED(watch), BH_RELEASE_ASKED);
    hub_fixture_turn();
}
END_TEST

START_TEST(a_client_that_left_consumes_no_change)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) left = {0}, next = {0};
    g_autoptr(BhWatch) watch = NULL;
    g_autoptr(BhClient) other = bh_client_new(":1.9", 1000);

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    wait_zone(watch, other, 0, &left);
    bh_client_leave(other);
    hub_fixture_hear(&f, 1, -60);
    wait_zone(watch, f.ann, 0, &next);
    require_change(&next, BH_ZONE_LOST, BH_ZONE_NEAR, 1);
}
END_TEST

START_TEST(changes_that_wait_are_one_for_each_identity_and_the_newest)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) first = {0}, second = {0}, third = {0};
    g_autoptr(BhWatch) watch = NULL;

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    hub_fixture_hear(&f, 1, -50);
    hub_fixture_hear(&f, 2, -80);
    hub_fixture_hear(&f, 1, -60);
    hub_fixture_hear(&f, 1, -90);
    wait_zone(watch, f.ann, 0, &first);
    require_change(&first, BH_ZONE_LOST, BH_ZONE_FAR, 3);
    wait_zone(watch, f.ann, 0, &second);
    require_change(&second, BH_ZONE_LOST, BH_ZONE_FAR, 1);
    hub_fixture_hear(&f, 1, -60);
    wait_zone(watch, f.ann, 0, &third);
    require_change(&third, BH_ZONE_FAR, BH_ZONE_NEAR, 1); /* from what was told last */
    ck_assert_uint_eq(bh_watch_get_zone_changes(watch), 5);
}
END_TEST

START_TEST(who_is_back_in_its_zone_does_not_wait_any_more)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) arrival = {0}, next = {0};
    g_autoptr(BhWatch) watch = NULL;

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    hub_fixture_hear(&f, 1, -50);
    wait_zone(watch, f.ann, 0, &arrival);
    hub_fixture_hear(&f, 1, -80);
    hub_fixture_hear(&f, 1, -50);
    wait_zone(watch, f.ann, 100, &next);
    ck_assert(!next.done);
    bh_clock_advance(f.clock, 100);
    hub_fixture_turn();
    require_error(&next, BH_ERROR_TIMEOUT);
}
END_TEST

START_TEST(what_waits_is_forgotten_with_its_identity)
{
    g_auto(HubFixture) f = {0};
    g_autoptr(BhWatch) watch = NULL;
    BhHubCounters counters;
    guint told = 0;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 50);
    watch = watch_all(&f, f.ann);
    for (guint i = 1; i <= 25; i++)
        hub_fixture_hear(&f, i, -50);
    for (gboolean more = TRUE; more;) {
        g_auto(Wait) wait = {0};

        wait_zone(watch, f.ann, 1, &wait);
        bh_clock_advance(f.clock, 1);
        hub_fixture_turn();
        more = wait.change != NULL;
        told += more;
    }
    ck_assert_uint_eq(told, 10);
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.identities, 10);
    ck_assert_uint_eq(counters.identities_forgotten, 15);
    ck_assert_uint_eq(counters.zone_changes, 25);
}
END_TEST

/* Time */

START_TEST(who_falls_silent_is_lost_by_the_clock_alone)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) arrival = {0}, loss = {0};
    g_autoptr(BhWatch) watch = NULL;

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    hub_fixture_hear(&f, 1, -60);
    wait_zone(watch, f.ann, 0, &arrival);
    for (guint i = 0; i < 10; i++) { /* each reading moves the deadline on */
        bh_clock_advance(f.clock, LOST_MS - 100);
        hub_fixture_hear(&f, 1, -60);
    }
    wait_zone(watch, f.ann, 0, &loss);
    bh_clock_advance(f.clock, LOST_MS - 1);
    hub_fixture_turn();
    ck_assert(!loss.done);
    bh_clock_advance(f.clock, 101);
    hub_fixture_turn();
    require_change(&loss, BH_ZONE_NEAR, BH_ZONE_LOST, 1);
}
END_TEST

START_TEST(a_period_ends_by_the_clock_alone)
{
    g_auto(HubFixture) f = {0};
    g_auto(Wait) arrival = {0};
    g_autoptr(BhWatch) watch = NULL;
    BhWatchSpec spec = at_once();

    hub_fixture_init(&f);
    spec.settings.sample_period_us = 2 * G_USEC_PER_SEC;
    watch = watch_with(&f, f.ann, &spec);
    wait_zone(watch, f.ann, 0, &arrival);
    hub_fixture_hear(&f, 1, -80);
    hub_fixture_hear(&f, 1, -60); /* the strongest counts */
    hub_fixture_turn();
    ck_assert(!arrival.done);
    bh_clock_advance(f.clock, 2000);
    hub_fixture_turn();
    require_change(&arrival, BH_ZONE_LOST, BH_ZONE_NEAR, 1);
}
END_TEST

/* The radio off */

START_TEST(radio_off_ends_waits_and_rests_the_watches_of_the_user_alone)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_auto(Wait) anns = {0}, bobs_wait = {0};
    g_autoptr(BhWatch) watch = NULL;
    g_autoptr(BhWatch) bobs = NULL;

    hub_fixture_init(&f);
    watch = watch_all(&f, f.ann);
    bobs = watch_all(&f, f.bob);
    wait_zone(watch, f.ann, 0, &anns);
    wait_zone(bobs, f.bob, 0, &bobs_wait);
    local_radio_off(&f, f.ann, FALSE, &off);
    local_turn(&f);
    require_error(&anns, BH_ERROR_DISCONNECTED);
    ck_assert_str_eq(bh_watch_get_state(watch), "waiting");
    ck_assert_str_eq(bh_watch_get_state(bobs), "watching");
    hub_fixture_hear(&f, 1, -60);
    hub_fixture_turn();
    require_change(&bobs_wait, BH_ZONE_LOST, BH_ZONE_NEAR, 1);
    ck_assert_uint_eq(bh_presence_count(bh_watch_peek_presence(watch)), 0);
}
END_TEST

START_TEST(a_watch_that_is_asked_for_brings_the_radio_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_autoptr(BhWatch) watch = NULL;

    hub_fixture_init(&f);
    local_radio_off(&f, f.ann, FALSE, &off);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
    watch = watch_all(&f, f.ann);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ON);
}
END_TEST

/* Ends */

START_TEST(a_watch_goes_with_its_client_or_its_lease_and_its_counts_stay)
{
    g_auto(HubFixture) f = {0};
    g_auto(BhPresenceSelection) selection = {0};
    g_autoptr(BhWatch) orphan = NULL;
    g_autoptr(BhWatch) leased = NULL;
    const BhWatchSpec spec = at_once();
    BhHubCounters counters;

    hub_fixture_init(&f);
    orphan = watch_all(&f, f.bob);
    bh_presence_selection_init(&selection);
    leased = bh_hub_add_watch(f.hub, &spec, &selection, f.ann, BH_LIFETIME_LEASE, 2000, NULL);
    hub_fixture_hear(&f, 1, -60);
    bh_client_leave(f.bob);
    bh_clock_advance(f.clock, 2000);
    ck_assert(bh_owned_is_released(BH_OWNED(orphan)) && bh_owned_is_released(BH_OWNED(leased)));
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.watches, 0);
    ck_assert_uint_eq(counters.identities, 0);
    ck_assert_uint_eq(counters.zone_changes, 1);
    ck_assert_uint_eq(counters.orphans_released, 1);
    ck_assert_uint_eq(counters.leases_expired, 1);
}
END_TEST

BH_TEST_MAIN("hub-watch",
             a_watch_wants_every_report_of_everything_and_sends_nothing_if_it_can,
             a_passive_watch_is_refused_where_that_is_not_possible,
             watches_beyond_the_limit_of_a_user_are_refused_until_one_goes,
             a_watch_of_one_adapter_hears_that_one_only,
             nothing_is_lost_while_no_adapter_listens,
             state_changes_are_told_once,
             a_wait_ends_by_time_by_release_and_with_its_client,
             waits_beyond_the_limit_of_a_user_are_refused,
             a_client_that_left_consumes_no_change,
             changes_that_wait_are_one_for_each_identity_and_the_newest,
             who_is_back_in_its_zone_does_not_wait_any_more,
             what_waits_is_forgotten_with_its_identity,
             who_falls_silent_is_lost_by_the_clock_alone,
             a_period_ends_by_the_clock_alone,
             radio_off_ends_waits_and_rests_the_watches_of_the_user_alone,
             a_watch_that_is_asked_for_brings_the_radio_back,
             a_watch_goes_with_its_client_or_its_lease_and_its_counts_stay)
