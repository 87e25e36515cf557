/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Parameters of a link that several want, or that comes late.
 */
#include "bh-ad.h"
#include "bh-error.h"
#include "fake-radio.h"
#include "remote-fixture.h"
#include "test-main.h"

static void
connect_with_interval(HubFixture *f, BhClient *client, guint32 interval_us, RemoteResult *result)
{
    BhHoldSpec spec = remote_spec(1);

    spec.parameters.min_interval_us = spec.parameters.max_interval_us = interval_us;
    remote_connect(f, client, &spec, result);
    if (fake_central_is_trying(remote_central(f), 0, 1))
        fake_central_accept(remote_central(f), 0, 1);
    remote_turn(f);
}

START_TEST(parameters_of_a_link_that_is_there_are_changed_for_who_wants_shorter_ones)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, same = {0}, longer = {0}, shorter = {0}, any = {0};

    hub_fixture_init(&f);
    hub_fixture_widen(&f, 10);
    connect_with_interval(&f, f.ann, 30000, &first);
    remote_result_check(&first, -1);
    connect_with_interval(&f, f.bob, 30000, &same);
    remote_result_check(&same, -1);
    connect_with_interval(&f, f.bob, 60000, &longer);
    remote_result_check(&longer, -1);
    remote_check_log(&f, ""); /* the attempt had them */
    connect_with_interval(&f, f.bob, 15000, &shorter);
    remote_result_check(&shorter, -1);
    remote_check_log(&f, "parameters 15000");
    connect_with_interval(&f, f.bob, 0, &any);
    remote_result_check(&any, -1);
    remote_check_log(&f, "");
}
END_TEST

START_TEST(parameters_that_a_link_cannot_have_any_more_are_refused)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, other = {0}, any = {0};

    hub_fixture_init(&f);
    fake_central_set_parameters(remote_central(&f), FALSE);
    fake_central_link(remote_central(&f), 0, 1);
    connect_with_interval(&f, f.ann, 0, &any);
    remote_result_check(&any, -1);
    connect_with_interval(&f, f.bob, 15000, &other);
    remote_result_check(&other, BH_ERROR_NOT_SUPPORTED);
    ck_assert_str_eq(other.error->message, "the device is linked already: as told");
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 1);
    connect_with_interval(&f, f.ann, 0, &first);
    remote_result_check(&first, -1);
}
END_TEST

START_TEST(parameters_of_a_link_that_another_program_made_are_changed_for_the_first_connect)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) refused = {0}, changed = {0};

    hub_fixture_init(&f);
    fake_central_link(remote_central(&f), 0, 1);
    fake_central_set_parameters(remote_central(&f), FALSE);
    connect_with_interval(&f, f.ann, 15000, &refused);
    remote_result_check(&refused, BH_ERROR_NOT_SUPPORTED);
    remote_check_log(&f, "parameters 15000");
    fake_central_set_parameters(remote_central(&f), TRUE);
    connect_with_interval(&f, f.bob, 15000, &changed);
    remote_result_check(&changed, -1);
    remote_check_log(&f, "parameters 15000");
}
END_TEST

/* The link of an attempt that was taken back comes all the same, for who asked again meanwhile. */
static void
inherit_link(HubFixture *f, guint32 made_with_us, guint32 wanted_us, RemoteResult *heir)
{
    g_auto(RemoteResult) left = {0};
    BhHoldSpec spec = remote_spec(1);

    fake_central_set_obedient(remote_central(f), FALSE);
    spec.parameters.min_interval_us = spec.parameters.max_interval_us = made_with_us;
    remote_connect(f, f->ann, &spec, &left);
    bh_client_leave(f->ann);
    remote_turn(f);
    remote_result_check(&left, BH_ERROR_CANCELLED);
    connect_with_interval(f, f->bob, wanted_us, heir);
}

START_TEST(link_that_comes_late_has_the_parameters_of_who_asked_last)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) heir = {0};

    hub_fixture_init(&f);
    inherit_link(&f, 30000, 15000, &heir);
    remote_result_check(&heir, -1);
    remote_check_log(&f, "parameters 15000");
}
END_TEST

START_TEST(link_that_comes_late_is_not_changed_if_it_was_made_with_what_is_wanted)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) heir = {0};

    hub_fixture_init(&f);
    inherit_link(&f, 15000, 15000, &heir);
    remote_result_check(&heir, -1);
    remote_check_log(&f, "");
}
END_TEST

/* Ann's second Connect, which wants a shorter interval, while her reads keep its turn. */
static void
connect_behind_reads(HubFixture *f, gint64 timeout_ms, RemoteResult *reads, RemoteResult *second)
{
    BhHoldSpec spec = remote_spec(1);

    for (guint i = 0; i < 2; i++)
        remote_read_within(remote_find(f, 1), f->ann, "2a38", 60000, &reads[i]);
    spec.timeout_ms = timeout_ms;
    spec.parameters.min_interval_us = spec.parameters.max_interval_us = 15000;
    remote_connect(f, f->ann, &spec, second);
}

static void
answer_reads(HubFixture *f, RemoteResult *reads)
{
    for (guint i = 0; i < 2; i++) {
        fake_central_answer(remote_central(f), 14, "x");
        remote_turn(f);
        remote_result_check(&reads[i], -1);
        remote_result_clear(&reads[i]);
    }
}

START_TEST(parameters_have_all_the_time_of_connect)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, second = {0};
    RemoteResult reads[2] = {{0}};

    hub_fixture_init(&f);
    connect_with_interval(&f, f.ann, 0, &first);
    connect_behind_reads(&f, 5000, reads, &second);
    remote_advance(&f, 4999);
    ck_assert(!second.done);
    answer_reads(&f, reads);
    remote_result_check(&second, -1);
}
END_TEST

START_TEST(parameters_have_no_more_time_than_connect)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) first = {0}, second = {0};
    RemoteResult reads[2] = {{0}};

    hub_fixture_init(&f);
    connect_with_interval(&f, f.ann, 0, &first);
    connect_behind_reads(&f, 300, reads, &second);
    remote_advance(&f, 299);
    ck_assert(!second.done);
    remote_advance(&f, 1);
    remote_result_check(&second, BH_ERROR_TIMEOUT);
    ck_assert_uint_eq(bh_remote_count_holds(remote_find(&f, 1)), 1);
    answer_reads(&f, reads);
}
END_TEST

BH_TEST_MAIN("hub-connect-parameters",
             parameters_of_a_link_that_is_there_are_changed_for_who_wants_shorter_ones,
             parameters_that_a_link_cannot_have_any_more_are_refused,
             parameters_of_a_link_that_another_program_made_are_changed_for_the_first_connect,
             link_that_comes_late_has_the_parameters_of_who_asked_last,
             link_that_comes_late_is_not_changed_if_it_was_made_with_what_is_wanted,
             parameters_have_all_the_time_of_connect,
             parameters_have_no_more_time_than_connect)
