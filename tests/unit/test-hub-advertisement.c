/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertisements: how they begin, how they end (by time, by a central, by their client), and who
 * hears of centrals.
 */
#include "bh-error.h"
#include "local-fixture.h"
#include "test-main.h"

START_TEST(one_that_is_too_long_never_reaches_the_radio)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    const BhAdvertSpec spec = {.name = (char *)"a name that is longer than a packet",
                               .connectable = TRUE};

    hub_fixture_init(&f);
    local_advertise(&f, f.ann, &spec, &made);
    local_result_check(&made, BH_ERROR_INVALID_ARGUMENTS);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(local_peripheral(&f)), 0);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_ADVERTISEMENTS), 0);
}
END_TEST

START_TEST(one_that_bluez_refuses_leaves_no_trace)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    const BhAdvertSpec spec = {.connectable = TRUE};

    hub_fixture_init(&f);
    local_advertise(&f, f.ann, &spec, &made);
    fake_peripheral_advertise(local_peripheral(&f), 1, 0, BH_ERROR_NOT_SUPPORTED);
    local_turn(&f);
    local_result_check(&made, BH_ERROR_NOT_SUPPORTED);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(local_peripheral(&f)), 0);
}
END_TEST

START_TEST(one_for_which_no_set_is_free_waits_for_it)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    const BhAdvertSpec spec = {.connectable = TRUE};

    hub_fixture_init(&f);
    local_advertise(&f, f.ann, &spec, &made);
    fake_peripheral_advertise(local_peripheral(&f), 1, 0, BH_ERROR_LIMIT_EXCEEDED);
    local_turn(&f);
    local_result_check(&made, -1);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_WAITING);
    ck_assert_str_eq(bh_advertisement_peek_last_error(made.advertisement), "as told");
    fake_peripheral_advertise(local_peripheral(&f), 1, 0, -1);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ACTIVE);
    ck_assert_ptr_null(bh_advertisement_peek_last_error(made.advertisement));
}
END_TEST

START_TEST(advertisements_of_a_user_are_limited)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) first = {0};
    g_auto(LocalResult) second = {0};
    g_auto(LocalResult) third = {0};
    const BhAdvertSpec spec = {.connectable = TRUE};

    hub_fixture_init(&f);
    local_advertise_now(&f, f.ann, 1, 0, FALSE, &first);
    local_advertise_now(&f, f.ann, 2, 0, FALSE, &second);
    local_advertise(&f, f.ann, &spec, &third);
    local_result_check(&third, BH_ERROR_LIMIT_EXCEEDED);
}
END_TEST

START_TEST(its_time_runs_from_when_it_is_on_the_air)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};
    g_auto(LocalResult) late = {0};
    const BhAdvertSpec spec = {.connectable = TRUE, .timeout_ms = 1000};

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 0, "hci0", FALSE);
    local_advertise(&f, f.ann, &spec, &made);
    local_result_check(&made, -1);
    local_wait_connected(&f, made.advertisement, f.ann, &wait);
    local_advance(&f, 2000);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_WAITING);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    fake_peripheral_advertise(local_peripheral(&f), 1, 0, -1);
    local_advance(&f, 999);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ACTIVE);
    ck_assert(!wait.done);
    local_advance(&f, 1);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ENDED);
    local_result_check(&wait, BH_ERROR_TIMEOUT);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(local_peripheral(&f)), 0);
    local_wait_connected(&f, made.advertisement, f.ann, &late);
    local_result_check(&late, BH_ERROR_TIMEOUT);
}
END_TEST

START_TEST(until_connected_ends_with_the_central_which_is_told_later_too)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_advertise_now(&f, f.ann, 1, 0, TRUE, &made);
    fake_peripheral_connect(local_peripheral(&f), 0, 5, FALSE);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ENDED);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(local_peripheral(&f)), 0);
    fake_peripheral_disconnect(local_peripheral(&f), 0, 5);
    local_wait_connected(&f, made.advertisement, f.ann, &wait);
    local_result_check(&wait, -1);
    ck_assert_uint_eq(wait.central.address.octets[5], 5);
}
END_TEST

START_TEST(it_goes_on_while_centrals_come_and_each_is_told_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) first = {0};
    g_auto(LocalResult) second = {0};
    g_auto(LocalResult) none = {0};

    hub_fixture_init(&f);
    local_advertise_now(&f, f.ann, 1, 0, FALSE, &made);
    local_wait_connected(&f, made.advertisement, f.ann, &first);
    fake_peripheral_connect(local_peripheral(&f), 0, 5, FALSE);
    fake_peripheral_connect(local_peripheral(&f), 0, 6, FALSE);
    local_turn(&f);
    local_result_check(&first, -1);
    ck_assert_uint_eq(first.central.address.octets[5], 5);
    local_wait_connected(&f, made.advertisement, f.ann, &second);
    local_result_check(&second, -1);
    ck_assert_uint_eq(second.central.address.octets[5], 6);
    local_wait_connected(&f, made.advertisement, f.ann, &none);
    ck_assert(!none.done);
    local_advance(&f, 20000);
    local_result_check(&none, BH_ERROR_TIMEOUT);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ACTIVE);
}
END_TEST

START_TEST(a_central_of_another_adapter_is_none_of_its)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    local_advertise_now(&f, f.ann, 1, 0, TRUE, &made);
    fake_peripheral_connect(local_peripheral(&f), 1, 5, FALSE);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ACTIVE);
}
END_TEST

START_TEST(nobody_can_connect_to_a_beacon)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};
    const BhAdvertSpec spec = {.until_connected = TRUE};

    hub_fixture_init(&f);
    local_advertise(&f, f.ann, &spec, &made);
    fake_peripheral_advertise(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    local_result_check(&made, -1);
    local_wait_connected(&f, made.advertisement, f.ann, &wait);
    local_result_check(&wait, BH_ERROR_NOT_SUPPORTED);
    fake_peripheral_connect(local_peripheral(&f), 0, 5, FALSE);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ACTIVE);
}
END_TEST

START_TEST(it_comes_back_after_a_re_plug_and_waiters_hear_of_the_loss)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_advertise_now(&f, f.ann, 1, 0, FALSE, &made);
    local_wait_connected(&f, made.advertisement, f.ann, &wait);
    fake_radio_remove_adapter(f.radio, 0);
    local_turn(&f);
    local_result_check(&wait, BH_ERROR_DISCONNECTED);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_WAITING);
    ck_assert_uint_eq(fake_peripheral_get_advertisement(local_peripheral(&f), 1), G_MAXUINT16);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    fake_peripheral_advertise(local_peripheral(&f), 1, 0, -1);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_ACTIVE);
}
END_TEST

START_TEST(it_goes_with_its_client_and_so_do_those_who_wait)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_advertise_now(&f, f.ann, 1, 5000, FALSE, &made);
    local_wait_connected(&f, made.advertisement, f.bob, &wait);
    bh_client_leave(f.ann);
    local_turn(&f);
    local_result_check(&wait, BH_ERROR_CANCELLED);
    ck_assert_uint_eq(fake_peripheral_count_advertisements(local_peripheral(&f)), 0);
    local_advance(&f, 5000); /* its time is over without it */
}
END_TEST

START_TEST(adapters_that_are_not_used_do_not_advertise)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    char *used[] = {(char *)"hci1", NULL};
    BhHubSettings settings = {.max_waits = 3,
                              .max_advertisements = 2,
                              .max_devices = 10,
                              .adapters = used};

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    local_advertise_now(&f, f.ann, 1, 0, FALSE, &made);
    bh_hub_configure(f.hub, &settings);
    ck_assert_uint_eq(fake_peripheral_get_advertisement(local_peripheral(&f), 1), 2);
    ck_assert_int_eq(bh_advertisement_get_state(made.advertisement), BH_ADVERTISEMENT_WAITING);
}
END_TEST

BH_TEST_MAIN("hub-advertisement",
             one_that_is_too_long_never_reaches_the_radio,
             one_that_bluez_refuses_leaves_no_trace,
             one_for_which_no_set_is_free_waits_for_it,
             advertisements_of_a_user_are_limited,
             its_time_runs_from_when_it_is_on_the_air,
             until_connected_ends_with_the_central_which_is_told_later_too,
             it_goes_on_while_centrals_come_and_each_is_told_once,
             a_central_of_another_adapter_is_none_of_its,
             nobody_can_connect_to_a_beacon,
             it_comes_back_after_a_re_plug_and_waiters_hear_of_the_loss,
             it_goes_with_its_client_and_so_do_those_who_wait,
             adapters_that_are_not_used_do_not_advertise)
