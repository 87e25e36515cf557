/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the owner of an application sends to centrals, to which, and how that ends.
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

/* Sending */

START_TEST(setting_a_value_tells_those_subscribed_only_when_asked)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    const BhGattName plain = local_name(PLAIN);
    g_autoptr(GBytes) value = bytes_of("x");
    g_autoptr(GError) error = NULL;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    set_value(made.application, NOTIFIED, "quiet", FALSE);
    set_value(made.application, NOTIFIED, "told", TRUE);
    local_check_log(&f, "notify 7 all: told");
    ck_assert(!bh_application_set_value(made.application, &plain, value, TRUE, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED));
    local_check_value(made.application, PLAIN, "initial");
}
END_TEST

START_TEST(a_value_that_could_not_be_told_is_set_and_says_so)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    const BhGattName name = local_name(NOTIFIED);
    g_autoptr(GBytes) value = bytes_of("new");
    g_autoptr(GError) error = NULL;
    BhHubCounters counters;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_set_sending(local_peripheral(&f), BH_ERROR_LIMIT_EXCEEDED);
    ck_assert(!bh_application_set_value(made.application, &name, value, TRUE, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT_EXCEEDED));
    local_check_value(made.application, NOTIFIED, "new");
    bh_hub_get_counters(f.hub, &counters);
    ck_assert_uint_eq(counters.local.notifications, 0);
    ck_assert_uint_eq(counters.local.notification_losses, 1);
    fake_peripheral_set_sending(local_peripheral(&f), BH_ERROR_DISCONNECTED); /* nobody there */
    set_value(made.application, NOTIFIED, "newer", TRUE);
}
END_TEST

static gboolean
notify(BhApplication *application,
       guint attribute,
       guint central,
       const char *text,
       gboolean allow_broadcast,
       gboolean *broadcast,
       GError **error)
{
    const BhGattName name = local_name(attribute);
    const BhAddress address = fake_address(central);
    g_autoptr(GBytes) value = text != NULL ? bytes_of(text) : NULL;

    return bh_application_notify(application,
                                 &name,
                                 central != 0 ? &address : NULL,
                                 value,
                                 allow_broadcast,
                                 broadcast,
                                 error);
}

START_TEST(a_notification_of_another_value_leaves_the_stored_one)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    gboolean broadcast = TRUE;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    ck_assert(notify(made.application, NOTIFIED, 0, NULL, FALSE, &broadcast, NULL));
    ck_assert(notify(made.application, NOTIFIED, 0, "other", FALSE, &broadcast, NULL));
    ck_assert(!broadcast);
    local_check_log(&f, "notify 7 all: value, notify 7 all: other");
    local_check_value(made.application, NOTIFIED, "value");
}
END_TEST

START_TEST(what_cannot_be_notified_is_refused)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_autofree char *long_text = g_strnfill(513, 'x');
    const struct {
        guint attribute;
        guint central;
        const char *text;
        BhError code;
    } cases[] = {
        {PLAIN, 0, NULL, BH_ERROR_NOT_SUPPORTED},
        {INDICATED, 0, NULL, BH_ERROR_NOT_SUPPORTED},
        {DESCRIPTOR, 0, NULL, BH_ERROR_NOT_SUPPORTED},
        {NOTIFIED, 0, long_text, BH_ERROR_INVALID_ARGUMENTS},
        {NOTIFIED, 5, NULL, BH_ERROR_DISCONNECTED},
        {NOTIFIED, 6, NULL, BH_ERROR_NOT_SUPPORTED}, /* it is there, but this BlueZ broadcasts */
    };

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_connect(local_peripheral(&f), 0, 6, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gboolean broadcast;

        ck_assert(!notify(made.application,
                          cases[i].attribute,
                          cases[i].central,
                          cases[i].text,
                          FALSE,
                          &broadcast,
                          &error));
        ck_assert_msg(g_error_matches(error, BH_ERROR, (gint)cases[i].code),
                      "%zu: %s",
                      i,
                      error->message);
    }
    local_check_log(&f, "");
}
END_TEST

START_TEST(one_central_is_told_alone_or_all_are_where_that_is_allowed)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    gboolean broadcast = FALSE;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_connect(local_peripheral(&f), 0, 6, TRUE);
    ck_assert(notify(made.application, NOTIFIED, 6, "a", TRUE, &broadcast, NULL));
    ck_assert(broadcast);
    fake_peripheral_set_capabilities(local_peripheral(&f), BH_PERIPHERAL_CAN_DIRECT);
    ck_assert(notify(made.application, NOTIFIED, 6, "b", TRUE, &broadcast, NULL));
    ck_assert(!broadcast);
    fake_peripheral_set_sending_direct(local_peripheral(&f), BH_ERROR_DISCONNECTED);
    ck_assert(!notify(made.application, NOTIFIED, 6, "c", FALSE, &broadcast, NULL));
    ck_assert(notify(made.application, NOTIFIED, 6, "d", TRUE, &broadcast, NULL));
    ck_assert(broadcast); /* bonded, and back: BlueZ has no way to it alone */
    local_check_log(&f, "notify 7 all: a, notify 7 to 6: b, notify 7 all: d");
}
END_TEST

START_TEST(one_central_is_told_no_more_than_it_can_take)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) indicated = {0};
    g_autofree char *fits = g_strnfill(97, 'x'); /* ATT_MTU is 100 */
    g_autofree char *not = g_strnfill(98, 'x');
    g_autofree char *sent = g_strdup_printf("notify 7 to 6: %s, notify 7 all: %s", fits, not );
    g_autoptr(GError) error = NULL;
    gboolean broadcast;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_set_capabilities(local_peripheral(&f), BH_PERIPHERAL_CAN_DIRECT);
    fake_peripheral_connect(local_peripheral(&f), 0, 6, FALSE);
    ck_assert(notify(made.application, NOTIFIED, 6, fits, FALSE, &broadcast, NULL));
    ck_assert(!notify(made.application, NOTIFIED, 6, not, TRUE, &broadcast, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    ck_assert_str_eq(error->message,
                     "Value: 98 bytes, this central takes 97 at a time (ATT_MTU 100)");
    local_indicate(&f, made.application, f.ann, 6, not, FALSE, &indicated);
    local_result_check(&indicated, BH_ERROR_INVALID_ARGUMENTS);
    ck_assert(notify(made.application, NOTIFIED, 0, not, FALSE, &broadcast, NULL));
    local_check_log(&f, sent);
}
END_TEST

START_TEST(an_application_that_is_not_served_notifies_nobody)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_autoptr(GError) error = NULL;
    gboolean broadcast;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_radio_remove_adapter(f.radio, 0);
    ck_assert(!notify(made.application, NOTIFIED, 0, NULL, FALSE, &broadcast, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_READY));
    set_value(made.application, NOTIFIED, "kept for later", TRUE);
    local_check_log(&f, "");
}
END_TEST

START_TEST(indications_wait_for_their_turn_and_their_confirmation)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) first = {0};
    g_auto(LocalResult) second = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_indicate(&f, made.application, f.ann, 0, "a", FALSE, &first);
    local_indicate(&f, made.application, f.bob, 0, NULL, FALSE, &second);
    local_check_log(&f, "indicate 8 all: a");
    ck_assert(!first.done);
    fake_peripheral_confirm(local_peripheral(&f), -1);
    local_turn(&f);
    local_result_check(&first, -1);
    local_check_log(&f, "indicate 8 all: value");
    ck_assert(!second.done);
    fake_peripheral_confirm(local_peripheral(&f), BH_ERROR_DISCONNECTED);
    local_turn(&f);
    local_result_check(&second, BH_ERROR_DISCONNECTED);
}
END_TEST

START_TEST(an_indication_that_is_not_confirmed_times_out_and_lets_the_next_begin)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) first = {0};
    g_auto(LocalResult) second = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_indicate(&f, made.application, f.ann, 0, "a", FALSE, &first);
    local_advance(&f, 500);
    local_indicate(&f, made.application, f.ann, 0, "b", FALSE, &second);
    local_advance(&f, 500);
    local_result_check(&first, BH_ERROR_TIMEOUT);
    local_check_log(&f, "indicate 8 all: a, indicate 8 all: b");
    fake_peripheral_confirm(local_peripheral(&f), -1);
    local_turn(&f);
    local_result_check(&second, -1);
}
END_TEST

START_TEST(indications_end_with_their_caller_and_with_the_application)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) bobs = {0};
    g_auto(LocalResult) anns = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    local_indicate(&f, made.application, f.bob, 0, "a", FALSE, &bobs);
    local_indicate(&f, made.application, f.ann, 0, "b", FALSE, &anns);
    bh_client_leave(f.bob);
    local_turn(&f);
    local_result_check(&bobs, BH_ERROR_CANCELLED);
    bh_owned_release(BH_OWNED(made.application), BH_RELEASE_ASKED);
    local_turn(&f);
    local_result_check(&anns, BH_ERROR_CANCELLED);
    ck_assert_uint_eq(fake_peripheral_count_indications(local_peripheral(&f)), 0);
}
END_TEST

START_TEST(an_indication_falls_back_to_all_where_that_is_allowed)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    g_auto(LocalResult) result = {0};

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    fake_peripheral_set_capabilities(local_peripheral(&f), BH_PERIPHERAL_CAN_DIRECT);
    fake_peripheral_connect(local_peripheral(&f), 0, 6, TRUE);
    fake_peripheral_set_sending_direct(local_peripheral(&f), BH_ERROR_DISCONNECTED);
    local_indicate(&f, made.application, f.ann, 6, "a", TRUE, &result);
    local_check_log(&f, "indicate 8 all: a");
    fake_peripheral_confirm(local_peripheral(&f), -1);
    local_turn(&f);
    local_result_check(&result, -1);
    ck_assert(result.broadcast);
}
END_TEST

/* Centrals */

static void
count_central(BhApplication *application, const BhLinkKey *key, guint *n)
{
    *n += key->address.octets[5];
}

static void
count_walk(const BhPeripheralCentral *central, gpointer data)
{
    (*(guint *)data)++;
}

START_TEST(centrals_come_and_go_once_and_only_on_adapters_that_serve)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    guint came = 0;
    guint went = 0;
    guint there = 0;

    hub_fixture_init(&f);
    fake_radio_set_adapter(f.radio, 1, "hci1", TRUE);
    local_serve(&f, f.ann, 1, &made);
    g_signal_connect(made.application, "central-connected", G_CALLBACK(count_central), &came);
    g_signal_connect(made.application, "central-disconnected", G_CALLBACK(count_central), &went);
    fake_peripheral_connect(local_peripheral(&f), 0, 5, FALSE);
    fake_peripheral_connect(local_peripheral(&f), 1, 100, FALSE);
    bh_application_foreach_central(made.application, count_walk, &there);
    ck_assert_uint_eq(there, 1);
    fake_peripheral_disconnect(local_peripheral(&f), 0, 5);
    ck_assert_uint_eq(came, 5);
    ck_assert_uint_eq(went, 5);
}
END_TEST

START_TEST(a_central_is_disconnected_only_if_it_is_there)
{
    g_auto(HubFixture) f = {0};
    g_auto(LocalResult) made = {0};
    const BhAddress address = fake_address(5);
    g_autoptr(GError) error = NULL;
    g_autofree char *log = NULL;

    hub_fixture_init(&f);
    local_serve(&f, f.ann, 1, &made);
    ck_assert(!bh_application_disconnect_central(made.application, &address, &error));
    ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
    fake_peripheral_connect(local_peripheral(&f), 0, 5, FALSE);
    ck_assert(bh_application_disconnect_central(made.application, &address, NULL));
    log = fake_central_take_log(fake_radio_peek_central(f.radio));
    ck_assert_str_eq(log, "disconnect 5");
}
END_TEST

BH_TEST_MAIN("hub-updates",
             setting_a_value_tells_those_subscribed_only_when_asked,
             a_value_that_could_not_be_told_is_set_and_says_so,
             a_notification_of_another_value_leaves_the_stored_one,
             what_cannot_be_notified_is_refused,
             one_central_is_told_alone_or_all_are_where_that_is_allowed,
             one_central_is_told_no_more_than_it_can_take,
             an_application_that_is_not_served_notifies_nobody,
             indications_wait_for_their_turn_and_their_confirmation,
             an_indication_that_is_not_confirmed_times_out_and_lets_the_next_begin,
             indications_end_with_their_caller_and_with_the_application,
             an_indication_falls_back_to_all_where_that_is_allowed,
             centrals_come_and_go_once_and_only_on_adapters_that_serve,
             a_central_is_disconnected_only_if_it_is_there)
