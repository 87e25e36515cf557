/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio off: whose votes count, what ends, and what rests. Ann is user 1000, Bob 1001.
 */
#include "bh-error.h"
#include "local-fixture.h"
#include "test-main.h"

/* Votes */

static gboolean
is_off(BhRadioVotes *votes, guint32 wants)
{
    g_autoptr(GArray) users = g_array_new(FALSE, FALSE, sizeof(guint32));

    if (wants != 0)
        g_array_append_val(users, wants);
    return bh_radio_votes_is_off(votes, users);
}

START_TEST(votes_count_only_if_nobody_else_wants_the_radio)
{
    BhRadioVotes *votes = bh_radio_votes_new();

    ck_assert(!is_off(votes, 0));
    ck_assert(bh_radio_votes_off(votes, 1000, FALSE));
    ck_assert(!bh_radio_votes_off(votes, 1000, FALSE));
    ck_assert(is_off(votes, 0));
    ck_assert(is_off(votes, 1000));
    ck_assert(!is_off(votes, 1001));
    ck_assert(bh_radio_votes_on(votes, 1000, FALSE));
    ck_assert(!bh_radio_votes_on(votes, 1000, FALSE));
    ck_assert(!is_off(votes, 0));
    bh_radio_votes_free(votes);
}
END_TEST

START_TEST(who_said_on_wants_the_radio_until_it_votes)
{
    BhRadioVotes *votes = bh_radio_votes_new();

    bh_radio_votes_off(votes, 1000, FALSE);
    bh_radio_votes_keep_on(votes, 1001);
    ck_assert(!is_off(votes, 0));
    bh_radio_votes_off(votes, 1001, FALSE);
    ck_assert(is_off(votes, 0));
    bh_radio_votes_free(votes);
}
END_TEST

START_TEST(force_asks_nobody_and_stays_until_it_is_lifted)
{
    BhRadioVotes *votes = bh_radio_votes_new();

    bh_radio_votes_off(votes, 0, TRUE);
    ck_assert(is_off(votes, 1001));
    bh_radio_votes_on(votes, 0, FALSE);
    ck_assert(is_off(votes, 1001));
    ck_assert(bh_radio_votes_on(votes, 0, TRUE));
    ck_assert(!is_off(votes, 1001));
    bh_radio_votes_free(votes);
}
END_TEST

/* Off */

START_TEST(off_is_done_when_power_has_dropped)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_radio_off(&f, f.ann, FALSE, &off);
    ck_assert(!off.done);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
    fake_radio_switch(f.radio, 0, NULL);
    local_turn(&f);
    local_check_users(&off, 0, 0);
}
END_TEST

START_TEST(off_ends_when_the_adapter_does_not_obey)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) late = {0};
    g_auto(LocalResult) refused = {0};

    hub_fixture_init(&f);
    local_radio_off(&f, f.ann, FALSE, &late);
    local_advance(&f, 5000);
    local_result_check(&late, BH_ERROR_TIMEOUT);
    local_radio_off(&f, f.ann, FALSE, &refused);
    fake_radio_switch(f.radio, 0, "org.bluez.Error.Busy");
    local_turn(&f);
    local_result_check(&refused, BH_ERROR_FAILED);
    ck_assert_str_eq(refused.error->message, "org.bluez.Error.Busy");
}
END_TEST

START_TEST(off_says_who_keeps_the_radio_on_and_drops_when_that_user_leaves)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.bob, NULL);
    local_radio_off(&f, f.ann, FALSE, &off);
    local_check_users(&off, 1, 1001);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ANY);
    bh_client_leave(f.bob);
    local_advance(&f, BH_POWER_LAST_MS - 1);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ANY);
    local_advance(&f, 1);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
}
END_TEST

/* A scan whose time is over and an advertisement that has ended may still be held. */
START_TEST(what_is_over_wants_no_radio)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) advertised = {0};
    g_auto(LocalResult) off = {0};
    const BhScanSpec spec = {.duration_ms = 1000};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    scan = hub_fixture_scan(&f, f.bob, &spec);
    local_advertise_now(&f, f.bob, 1, 2000, FALSE, &advertised);
    local_radio_off(&f, f.ann, FALSE, &off);
    local_check_users(&off, 1, 1001);
    local_advance(&f, 1000);
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_FINISHED);
    local_advance(&f, BH_POWER_LAST_MS);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_ANY);
    ck_assert_int_eq(bh_advertisement_get_state(advertised.advertisement), BH_ADVERTISEMENT_ENDED);
    local_advance(&f, BH_POWER_LAST_MS);
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
    bh_client_leave(f.bob);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_ADVERTISEMENTS), 0);
}
END_TEST

START_TEST(off_cuts_no_link_of_a_program_that_knows_nothing_of_us)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    fake_central_link(fake_radio_peek_central(f.radio), 0, 9);
    local_radio_off(&f, f.ann, FALSE, &off);
    local_check_users(&off, 1, BH_POWER_FOREIGN);
    fake_central_drop(fake_radio_peek_central(f.radio), 0, 9, BH_LINK_CAUSE_REMOTE);
    fake_radio_switch(f.radio, 0, NULL); /* something is told of the adapter */
    ck_assert_int_eq(fake_radio_get_power(f.radio, 0), BH_RADIO_POWER_OFF);
}
END_TEST

START_TEST(off_ends_what_its_user_waits_in_and_nothing_of_others)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) bobs = {0};
    LocalResult waits[3] = {0};
    g_auto(WaitResult) device = {0};
    g_auto(LocalResult) off = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 10);
    local_serve(&f, f.ann, 1, &anns);
    local_serve(&f, f.bob, 2, &bobs);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    local_wait_written(&f, anns.application, f.ann, &waits[0]);
    local_wait_written(&f, bobs.application, f.bob, &waits[1]);
    local_indicate(&f, anns.application, f.ann, 0, "a", FALSE, &waits[2]);
    hub_fixture_wait(scan, f.ann, 20000, &device);
    local_radio_off(&f, f.ann, FALSE, &off);
    local_check_users(&off, 1, 1001);
    local_result_check(&waits[0], BH_ERROR_DISCONNECTED);
    local_result_check(&waits[2], BH_ERROR_DISCONNECTED);
    ck_assert(g_error_matches(device.error, BH_ERROR, BH_ERROR_DISCONNECTED));
    ck_assert(!waits[1].done);
    local_advance(&f, 20000);
    local_result_check(&waits[1], BH_ERROR_TIMEOUT);
    for (guint i = 0; i < G_N_ELEMENTS(waits); i++)
        local_result_clear(&waits[i]);
}
END_TEST

START_TEST(what_its_user_has_rests_while_others_keep_the_radio_on)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) advertised = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(LocalResult) off = {0};
    g_auto(LocalResult) on = {0};
    g_autoptr(BhScan) scan = NULL;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &anns);
    local_advertise_now(&f, f.ann, 2, 0, FALSE, &advertised);
    local_serve(&f, f.bob, 3, &bobs);
    scan = hub_fixture_scan(&f, f.ann, NULL);
    local_radio_off(&f, f.ann, FALSE, &off);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 0);
    ck_assert_uint_eq(fake_peripheral_get_advertisement(local_peripheral(&f), 2), 0);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 3), G_MAXUINT16);
    local_advance(&f, 60000);
    ck_assert(!fake_radio_wants_scan(f.radio, 0));
    ck_assert_int_eq(bh_scan_get_state(scan), BH_SCAN_WAITING);
    local_radio_on(&f, f.ann, FALSE, &on);
    local_result_check(&on, -1);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), G_MAXUINT16);
    ck_assert_uint_eq(fake_peripheral_get_advertisement(local_peripheral(&f), 2), G_MAXUINT16);
    ck_assert(fake_radio_wants_scan(f.radio, 0));
}
END_TEST

START_TEST(off_answers_centrals_that_wait_for_the_owner)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &anns);
    local_serve(&f, f.bob, 2, &bobs);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    local_radio_off(&f, f.ann, FALSE, &off);
    local_check_users(&off, 1, 1001);
    local_check_log(&f, "1: stored");
}
END_TEST

START_TEST(off_ends_a_registration_under_way)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};

    hub_fixture_init(&f);
    local_register(&f, f.ann, &made);
    local_switch_off(&f, f.ann, &off);
    local_result_check(&made, BH_ERROR_DISCONNECTED);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_APPLICATIONS), 0);
}
END_TEST

/* Values */

static void
check_value_after_off(BhOnRestart on_restart, const char *expected)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) off = {0};
    const BhGattName name = local_name(PLAIN);
    g_autoptr(GBytes) value = g_bytes_new("last", 4);

    hub_fixture_init(&f);
    local_register_spec(&f, f.ann, BH_LIFETIME_CALLER, NULL, 3, on_restart, &made);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    local_result_check(&made, -1);
    ck_assert(bh_application_set_value(made.application, &name, value, FALSE, NULL));
    local_switch_off(&f, f.ann, &off);
    local_check_value(made.application, PLAIN, expected);
}

START_TEST(values_begin_anew_unless_they_are_to_be_kept)
{
    check_value_after_off(BH_RESTART_DEFAULT, "initial");
    check_value_after_off(BH_RESTART_INITIAL, "initial");
    check_value_after_off(BH_RESTART_KEEP, "last");
}
END_TEST

BH_TEST_MAIN("hub-radio-votes",
             votes_count_only_if_nobody_else_wants_the_radio,
             who_said_on_wants_the_radio_until_it_votes,
             force_asks_nobody_and_stays_until_it_is_lifted,
             off_is_done_when_power_has_dropped,
             off_ends_when_the_adapter_does_not_obey,
             off_says_who_keeps_the_radio_on_and_drops_when_that_user_leaves,
             what_is_over_wants_no_radio,
             off_cuts_no_link_of_a_program_that_knows_nothing_of_us,
             off_ends_what_its_user_waits_in_and_nothing_of_others,
             what_its_user_has_rests_while_others_keep_the_radio_on,
             off_answers_centrals_that_wait_for_the_owner,
             off_ends_a_registration_under_way,
             values_begin_anew_unless_they_are_to_be_kept)
