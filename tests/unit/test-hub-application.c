/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Applications: how they are registered and end, and what centrals read and write. The radio is a
 * fake that serves when it is told to.
 */
#include "bh-error.h"
#include "local-fixture.h"
#include "test-main.h"

static GBytes *
bytes_of(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

static void
set_value(BhApplication *application, guint attribute, const char *text, gboolean update)
{
    const BhGattName name = local_name(attribute);
    g_autoptr(GBytes) value = bytes_of(text);
    g_autoptr(GError) error = NULL;

    ck_assert(bh_application_set_value(application, &name, value, update, &error));
    g_assert_no_error(error);
}

/* Registering */

START_TEST(registering_waits_for_the_first_adapter_that_serves_it)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register(&f, f.ann, &made);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), G_MAXUINT16);
    ck_assert(!made.done);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    local_result_check(&made, -1);
    ck_assert_uint_eq(bh_application_get_registered(made.application), 1);
}
END_TEST

START_TEST(registering_that_bluez_refuses_leaves_no_trace)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register(&f, f.ann, &made);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, BH_ERROR_INVALID_ARGUMENTS);
    local_turn(&f);
    local_result_check(&made, BH_ERROR_INVALID_ARGUMENTS);
    ck_assert_uint_eq(fake_peripheral_count_applications(local_peripheral(&f)), 0);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_APPLICATIONS), 0);
}
END_TEST

START_TEST(registering_succeeds_where_one_of_two_adapters_serves_it)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    local_register(&f, f.ann, &made);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, BH_ERROR_FAILED);
    local_turn(&f);
    ck_assert(!made.done);
    fake_peripheral_serve(local_peripheral(&f), 1, 1, -1);
    local_turn(&f);
    local_result_check(&made, -1);
    ck_assert_uint_eq(bh_application_get_registered(made.application), 2);
}
END_TEST

START_TEST(registering_without_a_radio_succeeds_at_once_and_is_served_later)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    fake_radio_set_bluez(f.radio, FALSE);
    local_register(&f, f.ann, &made);
    local_result_check(&made, -1);
    ck_assert_uint_eq(bh_application_get_registered(made.application), 0);
    fake_radio_set_bluez(f.radio, TRUE);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    ck_assert_uint_eq(bh_application_get_registered(made.application), 1);
}
END_TEST

START_TEST(registering_ends_when_bluez_says_nothing)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register(&f, f.ann, &made);
    local_advance(&f, 10000);
    local_result_check(&made, BH_ERROR_TIMEOUT);
    ck_assert_uint_eq(fake_peripheral_count_applications(local_peripheral(&f)), 0);
}
END_TEST

START_TEST(registering_ends_when_its_caller_leaves)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) leased = {0};

    hub_fixture_init(&f);
    local_register(&f, f.ann, &made);
    local_register_spec(&f, f.ann, BH_LIFETIME_LEASE, NULL, 3, BH_RESTART_DEFAULT, &leased);
    bh_client_leave(f.ann);
    local_turn(&f);
    local_result_check(&made, BH_ERROR_CANCELLED);
    local_result_check(&leased, BH_ERROR_CANCELLED);
    ck_assert_uint_eq(fake_peripheral_count_applications(local_peripheral(&f)), 0);
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_APPLICATIONS), 0);
}
END_TEST

START_TEST(registering_on_an_adapter_that_is_not_there_is_not_found)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register_spec(&f, f.ann, BH_LIFETIME_CALLER, "hci7", 3, BH_RESTART_DEFAULT, &made);
    local_result_check(&made, BH_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(an_adapter_that_was_named_is_meant_under_its_next_name_too)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register_spec(&f, f.ann, BH_LIFETIME_CALLER, "hci0", 3, BH_RESTART_DEFAULT, &made);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 1);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    fake_radio_remove_adapter(f.radio, 0);
    fake_radio_set_adapter(f.radio, 0, "hci5", TRUE);
    fake_radio_set_adapter(f.radio, 1, "hci0", TRUE);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 1);
    local_result_check(&made, -1);
}
END_TEST

START_TEST(applications_of_a_user_are_limited)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) first = {0};
    g_auto(LocalResult) second = {0};
    g_auto(LocalResult) third = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &first);
    local_serve(&f, f.ann, 2, &second);
    local_register(&f, f.ann, &third);
    local_result_check(&third, BH_ERROR_LIMIT_EXCEEDED);
    local_result_clear(&third);
    bh_owned_release(BH_OWNED(first.application), BH_RELEASE_ASKED);
    local_serve(&f, f.ann, 3, &third);
}
END_TEST

START_TEST(an_application_goes_with_its_client_alone)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) anns = {0};
    g_auto(LocalResult) bobs = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &anns);
    local_serve(&f, f.bob, 2, &bobs);
    bh_client_leave(f.ann);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 1), 0);
    ck_assert_uint_eq(fake_peripheral_get_application(local_peripheral(&f), 2), G_MAXUINT16);
}
END_TEST

/* Reads */

START_TEST(a_read_beyond_the_value_is_an_invalid_offset)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_read(local_peripheral(&f), 1, PLAIN, 5, 8);
    fake_peripheral_read(local_peripheral(&f), 1, PLAIN, 5, 7);
    fake_peripheral_read(local_peripheral(&f), 1, PLAIN, 5, 2);
    fake_peripheral_read(local_peripheral(&f), 1, PLAIN, 5, 0);
    fake_peripheral_read(local_peripheral(&f), 1, DESCRIPTOR, 5, 0);
    local_check_log(&f, "1: error 0x07, 2: , 3: itial, 4: initial, 5: name");
}
END_TEST

START_TEST(a_request_for_an_application_that_is_gone_is_answered)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    bh_owned_release(BH_OWNED(made.application), BH_RELEASE_ASKED);
    fake_peripheral_read(local_peripheral(&f), 1, PLAIN, 5, 0);
    fake_peripheral_write(local_peripheral(&f), 1, PLAIN, 5, 0, "x");
    local_check_log(&f, "1: error 0x0e, 2: error 0x0e");
}
END_TEST

static void
on_read_requested(BhApplication *application,
                  guint64 token,
                  const BhLinkKey *key,
                  guint attribute,
                  guint offset,
                  guint64 *last)
{
    ck_assert_uint_eq(key->address.octets[5], 5);
    ck_assert_uint_eq(attribute, ASKED);
    *last = token;
}

static BhApplication *
serve_asking(HubFixture *f, guint64 *token, LocalResult *made)
{
    BhApplication *application = local_serve(f, f->ann, 1, made);

    g_signal_connect(application, "read-requested", G_CALLBACK(on_read_requested), token);
    return application;
}

START_TEST(an_owner_that_says_nothing_is_answered_for_with_what_is_stored)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    guint64 token = 0;
    g_autoptr(GError) error = NULL;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    local_advance(&f, 999);
    local_check_log(&f, "");
    local_advance(&f, 1);
    local_check_log(&f, "1: stored");
    ck_assert(!bh_application_complete_read(made.application, token, NULL, 0, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
}
END_TEST

START_TEST(an_owner_that_leaves_while_asked_is_answered_for_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    guint64 token = 0;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    bh_client_leave(f.ann);
    local_check_log(&f, "1: stored");
}
END_TEST

START_TEST(an_owner_that_left_its_lease_behind_is_not_asked)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register_spec(&f, f.ann, BH_LIFETIME_LEASE, NULL, 3, BH_RESTART_DEFAULT, &made);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    bh_client_leave(f.ann);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    local_check_log(&f, "1: stored");
}
END_TEST

START_TEST(a_central_that_leaves_while_the_owner_is_asked_is_forgotten)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    guint64 token = 0;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    fake_peripheral_withdraw(local_peripheral(&f),
                             fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0));
    ck_assert(!bh_application_complete_read(made.application, token, NULL, 0, NULL));
    local_advance(&f, 5000);
    local_check_log(&f, "");
}
END_TEST

START_TEST(what_the_owner_says_is_read_and_stored)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_autoptr(GBytes) fresh = bytes_of("fresh");
    guint64 token = 0;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    ck_assert(bh_application_complete_read(made.application, token, fresh, 0, NULL));
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 3); /* the rest of a long read */
    local_check_log(&f, "1: fresh, 2: sh");
    local_check_value(made.application, ASKED, "fresh");
}
END_TEST

START_TEST(an_owner_may_refuse_a_read)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    guint64 token = 0;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    ck_assert(bh_application_complete_read(made.application, token, NULL, 0x80, NULL));
    local_check_log(&f, "1: error 0x80");
    local_check_value(made.application, ASKED, "stored");
}
END_TEST

START_TEST(reads_beyond_what_an_owner_can_be_asked_are_answered_without_it)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    guint64 token = 0;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    for (guint i = 0; i < 65; i++)
        fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    local_check_log(&f, "65: stored");
    local_advance(&f, 1000);
    ck_assert_uint_eq(fake_peripheral_count_requests(local_peripheral(&f)), 0);
}
END_TEST

/* Writes */

START_TEST(what_is_too_long_is_refused_or_cut)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_write(local_peripheral(&f), 1, SHORT, 5, 0, "1234");
    fake_peripheral_write(local_peripheral(&f), 1, SHORT, 5, 0, "12345");
    fake_peripheral_write(local_peripheral(&f), 1, CUT, 5, 0, "12345");
    local_check_log(&f, "1: ok, 2: error 0x0d, 3: ok");
    local_check_value(made.application, SHORT, "1234");
    local_check_value(made.application, CUT, "1234");
}
END_TEST

START_TEST(a_long_write_goes_on_where_it_stopped)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};
    g_auto(LocalResult) none = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 1, "too far");
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 0, "begin");
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 5, "ning");
    local_check_log(&f, "1: error 0x07, 2: ok, 3: ok");
    local_wait_written(&f, made.application, f.ann, &wait);
    local_check_written(&wait, CAPTURED, 5, "beginning");
    local_wait_written(&f, made.application, f.ann, &none);
    ck_assert(!none.done);
    local_advance(&f, 20000);
    local_result_check(&none, BH_ERROR_TIMEOUT);
}
END_TEST

START_TEST(asking_whether_a_write_is_allowed_writes_nothing)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_write(local_peripheral(&f), 1, PLAIN, 5, 0, NULL);
    local_check_log(&f, "1: ok");
    local_check_value(made.application, PLAIN, "initial");
    ck_assert_uint_eq(bh_application_get_written(made.application), 0);
}
END_TEST

START_TEST(writes_are_joined_until_they_are_fetched)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_write(local_peripheral(&f), 1, JOINED, 5, 0, "abc");
    fake_peripheral_write(local_peripheral(&f), 1, JOINED, 5, 0, "def");
    fake_peripheral_write(local_peripheral(&f), 1, JOINED, 5, 0, "too long");
    local_check_log(&f, "1: ok, 2: ok, 3: error 0x0d");
    local_check_value(made.application, JOINED, "abcdef");
    local_check_value(made.application, JOINED, "");
    fake_peripheral_write(local_peripheral(&f), 1, JOINED, 5, 0, "gh");
    fake_peripheral_write(local_peripheral(&f), 1, JOINED, 5, 0, "i");
    local_wait_written(&f, made.application, f.ann, &wait);
    local_check_written(&wait, JOINED, 5, "ghi");
    local_check_value(made.application, JOINED, "");
}
END_TEST

START_TEST(without_capture_only_the_last_write_counts)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};
    g_auto(LocalResult) none = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    for (guint i = 0; i < 5; i++)
        fake_peripheral_write(local_peripheral(&f), 1, PLAIN, 5 + i, 0, i < 4 ? "x" : "last");
    local_wait_written(&f, made.application, f.ann, &wait);
    local_check_written(&wait, PLAIN, 9, "last");
    ck_assert_uint_eq(wait.written->dropped, 0);
    local_wait_written(&f, made.application, f.ann, &none);
    ck_assert(!none.done);
    bh_owned_release(BH_OWNED(made.application), BH_RELEASE_ASKED);
    local_turn(&f);
    local_result_check(&none, BH_ERROR_CANCELLED);
    g_free(fake_peripheral_take_log(local_peripheral(&f)));
}
END_TEST

START_TEST(captured_writes_come_in_the_order_of_the_air)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    static const char *const values[] = {"1", "2", "3"};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 0, values[0]);
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED_2, 6, 0, values[1]);
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 0, values[2]);
    for (guint i = 0; i < 3; i++) {
        g_auto(LocalResult) wait = {0};

        local_wait_written(&f, made.application, f.ann, &wait);
        local_check_written(&wait, i == 1 ? CAPTURED_2 : CAPTURED, i == 1 ? 6 : 5, values[i]);
    }
}
END_TEST

START_TEST(the_oldest_captured_write_is_dropped_and_counted)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) first = {0};
    g_auto(LocalResult) second = {0};
    BhHubCounters counters;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_write(local_peripheral(&f), 1, PLAIN, 5, 0, "kept");
    for (guint i = 0; i < 5; i++)
        fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 0, i == 2 ? "third" : "x");
    local_wait_written(&f, made.application, f.ann, &first);
    local_check_written(&first, PLAIN, 5, "kept");
    local_wait_written(&f, made.application, f.ann, &second);
    local_check_written(&second, CAPTURED, 5, "third");
    ck_assert_uint_eq(second.written->dropped, 2);
    ck_assert_uint_eq(bh_application_get_dropped(made.application), 2);
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.local.write_losses, 2);
    ck_assert_uint_eq(counters.local.writes, 6);
}
END_TEST

START_TEST(a_caller_that_left_consumes_no_write)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) gone = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_wait_written(&f, made.application, f.bob, &gone);
    bh_client_leave(f.bob);
    fake_peripheral_write(local_peripheral(&f), 1, CAPTURED, 5, 0, "value");
    local_turn(&f);
    local_result_check(&gone, BH_ERROR_CANCELLED);
    local_wait_written(&f, made.application, f.ann, &wait);
    local_check_written(&wait, CAPTURED, 5, "value");
}
END_TEST

/* Restarts */

START_TEST(values_stay_through_a_restart_of_bluez_and_waiters_hear_of_it)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) wait = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    set_value(made.application, PLAIN, "last", FALSE);
    local_wait_written(&f, made.application, f.ann, &wait);
    fake_radio_set_bluez(f.radio, FALSE);
    local_turn(&f);
    local_result_check(&wait, BH_ERROR_DISCONNECTED);
    fake_radio_set_bluez(f.radio, TRUE);
    fake_radio_set_adapter(f.radio, 0, "hci0", TRUE);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_check_value(made.application, PLAIN, "last");
}
END_TEST

START_TEST(values_begin_anew_after_a_restart_if_that_is_wanted)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};

    hub_fixture_init(&f);
    local_register_spec(&f, f.ann, BH_LIFETIME_CALLER, NULL, 3, BH_RESTART_INITIAL, &made);
    fake_peripheral_serve(local_peripheral(&f), 1, 0, -1);
    local_turn(&f);
    set_value(made.application, PLAIN, "last", FALSE);
    fake_radio_remove_adapter(f.radio, 0);
    local_check_value(made.application, PLAIN, "initial");
    local_result_check(&made, -1);
}
END_TEST

START_TEST(stopping_ends_everything_that_waits)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) open = {0};
    g_auto(LocalResult) wait = {0};
    guint64 token = 0;

    hub_fixture_init(&f);
    serve_asking(&f, &token, &made);
    local_register(&f, f.bob, &open);
    local_wait_written(&f, made.application, f.ann, &wait);
    fake_peripheral_read(local_peripheral(&f), 1, ASKED, 5, 0);
    bh_hub_stop(f.hub);
    local_turn(&f);
    local_result_check(&open, BH_ERROR_CANCELLED);
    local_result_check(&wait, BH_ERROR_CANCELLED);
    local_check_log(&f, "1: stored");
    ck_assert_uint_eq(fake_peripheral_count_applications(local_peripheral(&f)), 0);
}
END_TEST

BH_TEST_MAIN("hub-application",
             registering_waits_for_the_first_adapter_that_serves_it,
             registering_that_bluez_refuses_leaves_no_trace,
             registering_succeeds_where_one_of_two_adapters_serves_it,
             registering_without_a_radio_succeeds_at_once_and_is_served_later,
             registering_ends_when_bluez_says_nothing,
             registering_ends_when_its_caller_leaves,
             registering_on_an_adapter_that_is_not_there_is_not_found,
             an_adapter_that_was_named_is_meant_under_its_next_name_too,
             applications_of_a_user_are_limited,
             an_application_goes_with_its_client_alone,
             a_read_beyond_the_value_is_an_invalid_offset,
             a_request_for_an_application_that_is_gone_is_answered,
             an_owner_that_says_nothing_is_answered_for_with_what_is_stored,
             an_owner_that_leaves_while_asked_is_answered_for_at_once,
             an_owner_that_left_its_lease_behind_is_not_asked,
             a_central_that_leaves_while_the_owner_is_asked_is_forgotten,
             what_the_owner_says_is_read_and_stored,
             an_owner_may_refuse_a_read,
             reads_beyond_what_an_owner_can_be_asked_are_answered_without_it,
             what_is_too_long_is_refused_or_cut,
             a_long_write_goes_on_where_it_stopped,
             asking_whether_a_write_is_allowed_writes_nothing,
             writes_are_joined_until_they_are_fetched,
             without_capture_only_the_last_write_counts,
             captured_writes_come_in_the_order_of_the_air,
             the_oldest_captured_write_is_dropped_and_counted,
             a_caller_that_left_consumes_no_write,
             values_stay_through_a_restart_of_bluez_and_waiters_hear_of_it,
             values_begin_anew_after_a_restart_if_that_is_wanted,
             stopping_ends_everything_that_waits)
