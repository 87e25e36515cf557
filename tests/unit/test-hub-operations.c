/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reads, writes and pairing of several clients on one link.
 */
#include "bh-error.h"
#include "bh-operations.h"
#include "remote-fixture.h"
#include "test-main.h"

#define READ "2a38"
#define WRITE "2a39"

START_TEST(device_that_is_not_connected_answers_nothing)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, read = {0}, mtu = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    remote_read(remote, f.ann, READ, &read);
    remote_wait_mtu(remote, f.ann, &mtu);
    remote_result_check(&read, BH_ERROR_DISCONNECTED);
    remote_result_check(&mtu, BH_ERROR_DISCONNECTED);
    remote_check_log(&f, "");
}
END_TEST

START_TEST(what_the_device_lacks_is_refused_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, none = {0}, read = {0}, write = {0}, response = {0}, ccc = {0};
    g_autofree char *longest = g_strnfill(513, 'x');
    g_auto(RemoteResult) too_long = {0}, command = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, "2a00", &none);
    remote_result_check(&none, BH_ERROR_NOT_FOUND);
    remote_read(remote, f.ann, WRITE, &read);
    remote_result_check(&read, BH_ERROR_NOT_SUPPORTED);
    remote_write(remote, f.ann, "2a37", "x", BH_RESPONSE_AUTO, &write);
    remote_result_check(&write, BH_ERROR_NOT_SUPPORTED);
    remote_write(remote, f.ann, READ, "x", BH_RESPONSE_NO, &response);
    remote_result_check(&response, BH_ERROR_NOT_SUPPORTED);
    remote_write(remote, f.ann, "2a37/2902", "x", BH_RESPONSE_AUTO, &ccc);
    remote_result_check(&ccc, BH_ERROR_NOT_FOUND);
    remote_write(remote, f.ann, READ, longest, BH_RESPONSE_AUTO, &too_long);
    remote_result_check(&too_long, BH_ERROR_INVALID_ARGUMENTS);
    longest[98] = '\0';
    remote_write(remote, f.ann, WRITE, longest, BH_RESPONSE_NO, &command);
    remote_result_check(&command, BH_ERROR_INVALID_ARGUMENTS);
    remote_check_log(&f, "");
}
END_TEST

START_TEST(error_of_the_device_reaches_its_caller_only)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, bad = {0}, good = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &bad);
    remote_read(remote, f.ann, READ, &good);
    fake_central_fail(remote_central(&f), 14, (gint)BH_ERROR_ATT(0x05));
    hub_fixture_turn();
    remote_result_check(&bad, (gint)BH_ERROR_ATT(0x05));
    fake_central_answer(remote_central(&f), 14, "ok");
    hub_fixture_turn();
    remote_result_check(&good, -1);
    ck_assert_uint_eq(g_bytes_get_size(good.value), 2);
}
END_TEST

START_TEST(deadline_includes_the_queue_and_the_attribute_stays_busy)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, slow = {0}, queued = {0}, next = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &slow);
    remote_advance(&f, 500);
    remote_read(remote, f.bob, READ, &queued);
    remote_advance(&f, 500);
    remote_result_check(&slow, BH_ERROR_TIMEOUT);
    ck_assert(!queued.done);
    remote_advance(&f, 500);
    remote_result_check(&queued, BH_ERROR_TIMEOUT);
    remote_read(remote, f.bob, READ, &next);
    remote_check_log(&f, "read 14");
    fake_central_answer(remote_central(&f), 14, "late"); /* thrown away */
    hub_fixture_turn();
    ck_assert(!next.done);
    remote_check_log(&f, "read 14");
    fake_central_answer(remote_central(&f), 14, "mine");
    hub_fixture_turn();
    ck_assert_uint_eq(g_bytes_get_size(next.value), 4);
}
END_TEST

START_TEST(what_was_kept_back_past_its_deadline_is_taken_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, write = {0}, command = {0}, next = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    fake_central_keep_back(remote_central(&f), TRUE);
    remote_write(remote, f.ann, READ, "1", BH_RESPONSE_YES, &write);
    remote_advance(&f, 1);
    remote_write(remote, f.ann, WRITE, "2", BH_RESPONSE_NO, &command);
    remote_check_log(&f, "write 14 1, command 16 2");
    remote_advance(&f, 999);
    remote_result_check(&write, BH_ERROR_TIMEOUT);
    remote_advance(&f, 1);
    remote_result_check(&command, BH_ERROR_TIMEOUT);
    remote_check_log(&f, "take back 14, take back 16");
    remote_read(remote, f.ann, READ, &next); /* the attribute is idle again */
    remote_check_log(&f, "read 14");
    fake_central_answer(remote_central(&f), 14, "x");
    hub_fixture_turn();
    remote_result_check(&next, -1);
}
END_TEST

START_TEST(what_was_kept_back_goes_with_its_client_or_its_hold)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, held = {0}, anns = {0}, bobs = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_hold(&f, f.bob, 1, &held);
    fake_central_keep_back(remote_central(&f), TRUE);
    remote_write(remote, f.ann, READ, "1", BH_RESPONSE_YES, &anns);
    remote_write(remote, f.bob, WRITE, "2", BH_RESPONSE_YES, &bobs);
    bh_client_leave(f.ann);
    hub_fixture_turn();
    remote_result_check(&anns, BH_ERROR_CANCELLED);
    remote_check_log(&f, "write 14 1, write 16 2, take back 14");
    bh_owned_release(BH_OWNED(held.hold), BH_RELEASE_ASKED);
    hub_fixture_turn();
    remote_result_check(&bobs, BH_ERROR_DISCONNECTED);
    remote_check_log(&f, "disconnect 1, take back 16");
}
END_TEST

START_TEST(lost_link_ends_everything_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, begun = {0}, queued = {0}, mtu = {0}, again = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    fake_central_set_mtu(remote_central(&f), 0, 1, 0);
    remote_read(remote, f.ann, READ, &begun);
    remote_read(remote, f.bob, READ, &queued);
    remote_wait_mtu(remote, f.ann, &mtu);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_TIMEOUT);
    hub_fixture_turn();
    remote_result_check(&begun, BH_ERROR_DISCONNECTED);
    ck_assert_str_eq(begun.error->message, "the link is lost: timeout");
    remote_result_check(&queued, BH_ERROR_DISCONNECTED);
    remote_result_check(&mtu, BH_ERROR_DISCONNECTED);
    remote_check_log(&f, "read 14");
    ck_assert_uint_eq(bh_quota_total(bh_hub_peek_quota(f.hub), BH_QUOTA_OPERATIONS), 0);

    g_auto(RemoteResult) back = {0};
    remote_hold(&f, f.bob, 1, &back);
    remote_read(remote, f.bob, READ, &again); /* the attribute is not busy on the new link */
    remote_check_log(&f, "read 14");
    fake_central_answer(remote_central(&f), 14, "x");
    hub_fixture_turn();
    remote_result_check(&again, -1);
}
END_TEST

START_TEST(client_that_leaves_takes_what_has_not_begun_along)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, held = {0}, begun = {0}, queued = {0}, other = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_hold(&f, f.bob, 1, &held);
    remote_write(remote, f.ann, READ, "1", BH_RESPONSE_YES, &begun);
    remote_write(remote, f.ann, READ, "2", BH_RESPONSE_YES, &queued);
    remote_write(remote, f.bob, READ, "3", BH_RESPONSE_YES, &other);
    bh_client_leave(f.ann);
    hub_fixture_turn();
    remote_result_check(&begun, BH_ERROR_CANCELLED);
    remote_result_check(&queued, BH_ERROR_CANCELLED);
    fake_central_answer(remote_central(&f), 14, NULL);
    hub_fixture_turn();
    remote_check_log(&f, "write 14 1, write 14 3");
    fake_central_answer(remote_central(&f), 14, NULL);
    hub_fixture_turn();
    remote_result_check(&other, -1);
}
END_TEST

START_TEST(operations_are_counted_per_user)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, over = {0};
    RemoteResult many[40] = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++)
        remote_read(remote, f.ann, READ, &many[i]);
    remote_read(remote, f.ann, READ, &over);
    remote_result_check(&over, BH_ERROR_LIMIT_EXCEEDED);
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    hub_fixture_turn();
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++)
        remote_result_clear(&many[i]);
}
END_TEST

START_TEST(calls_of_one_client_begin_in_their_order)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, a = {0}, b = {0}, c = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_write(remote, f.ann, READ, "1", BH_RESPONSE_YES, &a);
    remote_write(remote, f.ann, READ, "2", BH_RESPONSE_YES, &b);
    remote_read(remote, f.ann, "2a19", &c); /* its attribute is idle, but b is before */
    remote_check_log(&f, "write 14 1");
    fake_central_answer(remote_central(&f), 14, NULL);
    hub_fixture_turn();
    remote_check_log(&f, "write 14 2, read 22");
    fake_central_answer(remote_central(&f), 22, "x");
    fake_central_answer(remote_central(&f), 14, NULL);
    hub_fixture_turn();
    remote_result_check(&c, -1);
}
END_TEST

START_TEST(attributes_do_not_wait_for_each_other)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, a = {0}, b = {0}, c = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &a);
    remote_read(remote, f.ann, READ "/2901", &b);
    remote_read(remote, f.bob, "2a19", &c);
    remote_check_log(&f, "read 14, read 15, read 22");
    fake_central_drop(remote_central(&f), 0, 1, BH_LINK_CAUSE_REMOTE);
    hub_fixture_turn();
}
END_TEST

START_TEST(clients_take_turns_on_one_attribute)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, b = {0};
    RemoteResult a[3] = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    for (guint i = 0; i < 3; i++) {
        const char text[] = {(char)('1' + i), '\0'};
        remote_write(remote, f.ann, READ, text, BH_RESPONSE_YES, &a[i]);
    }
    remote_write(remote, f.bob, READ, "b", BH_RESPONSE_YES, &b);
    for (guint i = 0; i < 4; i++) {
        fake_central_answer(remote_central(&f), 14, NULL);
        hub_fixture_turn();
    }
    remote_check_log(&f, "write 14 1, write 14 2, write 14 b, write 14 3");
    for (guint i = 0; i < 3; i++)
        remote_result_clear(&a[i]);
}
END_TEST

START_TEST(commands_go_out_together_but_not_all_at_once)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0};
    RemoteResult many[20] = {0};
    g_autofree char *log = NULL;
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++) {
        const char text[] = {(char)('a' + i), '\0'};
        remote_write(remote, f.ann, WRITE, text, BH_RESPONSE_AUTO, &many[i]);
    }
    log = fake_central_take_log(remote_central(&f));
    ck_assert(g_str_has_prefix(log, "command 16 a, command 16 b, "));
    ck_assert(g_str_has_suffix(log, "command 16 p")); /* the 16th */
    fake_central_answer(remote_central(&f), 16, NULL);
    hub_fixture_turn();
    remote_check_log(&f, "command 16 q");
    for (gsize i = 1; i < G_N_ELEMENTS(many); i++) {
        fake_central_answer(remote_central(&f), 16, NULL);
        hub_fixture_turn();
    }
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++)
        remote_result_clear(&many[i]);
}
END_TEST

START_TEST(response_is_asked_for_where_a_command_will_not_do)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, a = {0}, b = {0}, c = {0};
    g_autofree char *fits = g_strnfill(97, 'x');
    g_autofree char *longer = g_strnfill(98, 'y');
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r); /* MTU 100 */
    remote_write(remote, f.ann, WRITE, fits, BH_RESPONSE_AUTO, &a);
    remote_check_log(&f, "command 16 xxxxxxxx");
    fake_central_answer(remote_central(&f), 16, NULL);
    remote_write(remote, f.ann, WRITE, longer, BH_RESPONSE_AUTO, &b);
    remote_check_log(&f, "write 16 yyyyyyyy");
    fake_central_answer(remote_central(&f), 16, NULL);
    hub_fixture_turn();
    remote_write(remote, f.ann, WRITE, "z", BH_RESPONSE_YES, &c);
    remote_check_log(&f, "write 16 z");
    fake_central_answer(remote_central(&f), 16, NULL);
    hub_fixture_turn();
}
END_TEST

START_TEST(names_are_looked_up_anew_when_the_attributes_changed)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, begun = {0}, queued = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &begun);
    remote_read(remote, f.bob, READ, &queued);
    fake_central_change_services(remote_central(&f), 0, 1);
    hub_fixture_turn();
    remote_check_log(&f, "read 14, read 114");
    fake_central_answer(remote_central(&f), 114, "x");
    fake_central_answer(remote_central(&f), 14, "x");
    hub_fixture_turn();
    remote_result_check(&begun, -1);
    remote_result_check(&queued, -1);
}
END_TEST

START_TEST(mtu_is_told_when_it_is_known)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, late = {0}, waits = {0}, known = {0}, rssi = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    fake_central_set_mtu(remote_central(&f), 0, 1, 0);
    remote_wait_mtu(remote, f.ann, &late);
    remote_advance(&f, 1000);
    remote_result_check(&late, BH_ERROR_TIMEOUT);
    remote_wait_mtu(remote, f.ann, &waits);
    fake_central_set_mtu(remote_central(&f), 0, 1, 247);
    hub_fixture_turn();
    ck_assert_int_eq(waits.number, 247);
    remote_wait_mtu(remote, f.ann, &known);
    ck_assert_int_eq(known.number, 247);
    remote_rssi(remote, f.ann, &rssi);
    ck_assert_int_eq(rssi.number, -42);
}
END_TEST

static void
on_question(gpointer data, const BhPairingQuestion *question)
{
    *(BhPairingQuestion *)data = *question;
}

START_TEST(pairing_under_way_does_not_count_for_what_waits_for_it)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, first = {0}, second = {0}, queued = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &first);
    remote_advance(&f, 900);
    fake_central_set_pairing(remote_central(&f), 0, 1, TRUE);
    remote_write(remote, f.bob, WRITE, "x", BH_RESPONSE_YES, &second);
    remote_read(remote, f.bob, READ, &queued);
    remote_advance(&f, 1000);
    remote_result_check(&queued, BH_ERROR_TIMEOUT); /* it has not begun */
    remote_advance(&f, BH_OPERATIONS_PAIRING_MS - 1001);
    ck_assert(!first.done);
    ck_assert(!second.done);
    remote_advance(&f, 1);
    remote_result_check(&first, BH_ERROR_TIMEOUT);
    remote_result_check(&second, BH_ERROR_TIMEOUT);
    fake_central_answer(remote_central(&f), 14, "x"); /* too late */
    fake_central_answer(remote_central(&f), 16, NULL);
    remote_turn(&f);
}
END_TEST

START_TEST(pairing_that_is_over_leaves_operations_their_own_time)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, read = {0}, later = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    fake_central_set_pairing(remote_central(&f), 0, 1, TRUE);
    remote_read(remote, f.ann, READ, &read);
    remote_advance(&f, BH_OPERATIONS_PAIRING_MS - 100);
    fake_central_set_pairing(remote_central(&f), 0, 1, FALSE);
    remote_write(remote, f.bob, WRITE, "x", BH_RESPONSE_YES, &later);
    remote_advance(&f, 999);
    ck_assert(!read.done);
    remote_advance(&f, 1);
    remote_result_check(&read, BH_ERROR_TIMEOUT);
    remote_result_check(&later, BH_ERROR_TIMEOUT);
    fake_central_answer(remote_central(&f), 14, "x"); /* too late */
    fake_central_answer(remote_central(&f), 16, NULL);
    remote_turn(&f);
}
END_TEST

START_TEST(bond_that_is_there_all_at_once_was_a_pairing)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, read = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &read);
    remote_advance(&f, 900);
    fake_central_set_paired(remote_central(&f), 0, 1);
    remote_advance(&f, 900);
    ck_assert(!read.done);
    fake_central_answer(remote_central(&f), 14, "ok");
    hub_fixture_turn();
    remote_result_check(&read, -1);
}
END_TEST

START_TEST(pairing_is_taken_back_at_its_deadline)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, pair = {0};
    BhPairingQuestion asked = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_pair(remote, f.ann, on_question, &asked, &pair);
    remote_advance(&f, 20000);
    remote_result_check(&pair, BH_ERROR_TIMEOUT);
    remote_check_log(&f, "pair, take back");
}
END_TEST

START_TEST(questions_go_to_the_caller_and_answers_to_the_device)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, pair = {0};
    const BhPairingAnswer answer = {.accepted = TRUE, .has_passkey = TRUE, .passkey = 1234};
    const BhPairingAnswer without = {.accepted = TRUE};
    g_autoptr(GError) error = NULL;
    BhPairingQuestion asked = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    ck_assert(!bh_remote_answer_pairing(remote, f.ann, &answer, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
    remote_pair(remote, f.ann, on_question, &asked, &pair);
    fake_central_ask(remote_central(&f), BH_PAIRING_DISPLAY_PASSKEY, 77);
    ck_assert_uint_eq(asked.passkey, 77);
    ck_assert(!bh_remote_answer_pairing(remote, f.ann, &answer, NULL)); /* nothing to answer */
    fake_central_ask(remote_central(&f), BH_PAIRING_ENTER_PASSKEY, 0);
    ck_assert_uint_eq(asked.kind, BH_PAIRING_ENTER_PASSKEY);
    ck_assert(!bh_remote_answer_pairing(remote, f.bob, &answer, NULL)); /* not his to answer */
    ck_assert(!bh_remote_answer_pairing(remote, f.ann, &without, NULL));
    ck_assert(bh_remote_answer_pairing(remote, f.ann, &answer, NULL));
    ck_assert(!bh_remote_answer_pairing(remote, f.ann, &answer, NULL)); /* once */
    fake_central_answer(remote_central(&f), 0, NULL);
    hub_fixture_turn();
    remote_result_check(&pair, -1);
    remote_check_log(&f, "pair, yes 1234");
}
END_TEST

START_TEST(pairing_that_ended_has_no_question_any_more)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, pair = {0};
    BhPairingQuestion asked = {0};
    const BhPairingAnswer answer = {TRUE, 1234};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_pair(remote, f.ann, on_question, &asked, &pair);
    fake_central_ask(remote_central(&f), BH_PAIRING_ENTER_PASSKEY, 0);
    fake_central_fail(remote_central(&f), 0, BH_ERROR_FAILED);
    hub_fixture_turn();
    remote_result_check(&pair, BH_ERROR_FAILED);
    ck_assert(!bh_remote_answer_pairing(remote, f.ann, &answer, NULL));
    remote_check_log(&f, "pair");
}
END_TEST

START_TEST(pairing_of_a_client_that_leaves_is_taken_back)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, held = {0}, pair = {0}, second = {0};
    BhPairingQuestion asked = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_hold(&f, f.bob, 1, &held);
    remote_pair(remote, f.ann, on_question, &asked, &pair);
    remote_pair(remote, f.bob, on_question, &asked, &second);
    bh_client_leave(f.ann);
    hub_fixture_turn();
    remote_result_check(&pair, BH_ERROR_CANCELLED);
    remote_check_log(&f, "pair, take back, pair");
    fake_central_fail(remote_central(&f), 0, BH_ERROR_FAILED);
    hub_fixture_turn();
    remote_result_check(&second, BH_ERROR_FAILED);
}
END_TEST

/* From the main loop, as BlueZ tells of it: whoever waits is answered in the same turn. */
static gboolean
on_services_lost(gpointer f)
{
    fake_central_lose_services(remote_central(f), 0, 1);
    return G_SOURCE_REMOVE;
}

START_TEST(attributes_that_are_gone_may_end_all_that_wants_the_device)
{
    g_auto(HubFixture) f = {0};
    g_auto(RemoteResult) r = {0}, begun = {0}, waiting = {0}, subscribed = {0}, last = {0};
    BhRemote *remote;

    hub_fixture_init(&f);
    remote = remote_hold(&f, f.ann, 1, &r);
    remote_read(remote, f.ann, READ, &begun);
    remote_read(remote, f.ann, READ, &waiting);
    remote_subscribe(remote, f.ann, "2a37", 1, &subscribed);
    remote_read(remote, f.ann, READ, &last);
    bh_owned_release(BH_OWNED(r.hold), BH_RELEASE_ASKED);
    g_idle_add(on_services_lost, &f);
    remote_turn(&f);
    remote_result_check(&waiting, BH_ERROR_NOT_FOUND);
    remote_result_check(&subscribed, BH_ERROR_NOT_FOUND);
    remote_result_check(&last, BH_ERROR_NOT_FOUND);
    fake_central_answer(remote_central(&f), 14, "x");
    remote_turn(&f);
}
END_TEST

BH_TEST_MAIN("hub-operations",
             device_that_is_not_connected_answers_nothing,
             what_the_device_lacks_is_refused_at_once,
             error_of_the_device_reaches_its_caller_only,
             deadline_includes_the_queue_and_the_attribute_stays_busy,
             what_was_kept_back_past_its_deadline_is_taken_back,
             what_was_kept_back_goes_with_its_client_or_its_hold,
             lost_link_ends_everything_at_once,
             client_that_leaves_takes_what_has_not_begun_along,
             operations_are_counted_per_user,
             calls_of_one_client_begin_in_their_order,
             attributes_do_not_wait_for_each_other,
             clients_take_turns_on_one_attribute,
             commands_go_out_together_but_not_all_at_once,
             response_is_asked_for_where_a_command_will_not_do,
             names_are_looked_up_anew_when_the_attributes_changed,
             mtu_is_told_when_it_is_known,
             pairing_under_way_does_not_count_for_what_waits_for_it,
             pairing_that_is_over_leaves_operations_their_own_time,
             bond_that_is_there_all_at_once_was_a_pairing,
             pairing_is_taken_back_at_its_deadline,
             pairing_that_ended_has_no_question_any_more,
             questions_go_to_the_caller_and_answers_to_the_device,
             pairing_of_a_client_that_leaves_is_taken_back,
             attributes_that_are_gone_may_end_all_that_wants_the_device)
