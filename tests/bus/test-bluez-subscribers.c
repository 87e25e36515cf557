/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who is subscribed, and who is told what: as far as each BlueZ says it and lets it be done.
 */
#include "bh-error.h"
#include "bh-server-scene.h"

#define OLD "5.66"
#define NEW "5.82"
#define TEMPERATURE 0
#define HUMIDITY 2

static char *
notify(BhServerScene *s, guint attribute, const char *central, const char *hex)
{
    gsize size = 0;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    g_autoptr(GBytes) value = g_bytes_new(bytes, size);
    g_autoptr(GError) error = NULL;
    BhLinkKey key = central != NULL ? bh_server_scene_key(central) : (BhLinkKey){0};

    if (bh_peripheral_notify(s->peripheral,
                             1,
                             attribute,
                             central != NULL ? &key : NULL,
                             value,
                             &error))
        return g_strdup("ok");
    return g_strdup_printf("%d", error->code);
}

#define ASSERT_NOTIFIES(scene, attribute, central, hex, wanted)                                    \
    do {                                                                                           \
        g_autofree char *end = notify(scene, attribute, central, hex);                             \
        ck_assert_str_eq(end, wanted);                                                             \
    } while (0)

/* Waits until a central has been told these since the last time. */
static void
await_told(BhServerScene *s, const char *central, const char *attribute, const char *wanted)
{
    GString *told = g_string_new(NULL);
    gint64 deadline_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

    while (told->len < strlen(wanted)) {
        g_autofree char *more = bh_server_scene_dup_told(s, central, attribute);
        if (told->len > 0 && *more != '\0')
            g_string_append_c(told, ' ');
        g_string_append(told, more);
        bh_fixture_turn_soon(deadline_us, wanted, __FILE__, __LINE__);
    }
    ck_assert_str_eq(told->str, wanted);
    g_string_free(told, TRUE);
}

/* A central's read is answered on the connection that told BlueZ values, after them. */
static void
await_bluez_has_taken_all(BhServerScene *s)
{
    g_auto(BhCentralCall) call = {0};
    g_autoptr(GBytes) value = g_bytes_new_static("\x2a", 1);

    bh_server_scene_read(s, BH_CENTRAL_A, BH_TEMPERATURE, 0, &call);
    BH_AWAIT_REQUEST(s, "A read 0+0");
    bh_peripheral_return_value(s->peripheral, bh_server_scene_take_open(s), value);
    BH_ASSERT_CALL(&call, "2a");
}

/* An indication under way. */
typedef struct {
    gboolean done;
    GError *error; /* owned */
    GCancellable *cancellable;
} Indication;

static void
indication_clear(Indication *self)
{
    g_clear_error(&self->error);
    g_clear_object(&self->cancellable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Indication, indication_clear)

static void
on_indicated(GObject *source, GAsyncResult *result, gpointer data)
{
    Indication *self = data;

    bh_peripheral_indicate_finish(BH_PERIPHERAL(source), result, &self->error);
    self->done = TRUE;
}

static void
indicate(BhServerScene *s, const char *central, Indication *indication)
{
    g_autoptr(GBytes) value = g_bytes_new("\x07", 1);
    BhLinkKey key = central != NULL ? bh_server_scene_key(central) : (BhLinkKey){0};

    indication->cancellable = g_cancellable_new();
    bh_peripheral_indicate_async(s->peripheral,
                                 1,
                                 HUMIDITY,
                                 central != NULL ? &key : NULL,
                                 value,
                                 indication->cancellable,
                                 on_indicated,
                                 indication);
}

#define ASSERT_INDICATED(indication, wanted)                                                       \
    do {                                                                                           \
        BH_AWAIT((indication)->done);                                                              \
        ck_assert_int_eq((indication)->error != NULL ? (indication)->error->code : -1, wanted);    \
    } while (0)

static void
connect(BhServerScene *s, const char *central, gboolean bonded, const char *event)
{
    bh_server_scene_connect(s, central, bonded);
    BH_AWAIT_EVENTS(s, event);
}

/* Without a socket for each */

START_TEST(an_old_bluez_says_who_subscribes_and_only_when_the_last_one_leaves)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, OLD);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    connect(&s, BH_CENTRAL_B, FALSE, "B+");
    BH_ASSERT_SUBSCRIBERS(&s, TEMPERATURE, "?");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A?");
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B?");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0);
    bh_fixture_settle();
    BH_ASSERT_SUBSCRIBERS(&s, TEMPERATURE, "A B?");
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 0);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "?");
}
END_TEST

START_TEST(an_old_bluez_tells_all_or_none)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, OLD);
    ck_assert_uint_eq(bh_peripheral_get_capabilities(s.peripheral) & BH_PERIPHERAL_CAN_DIRECT, 0);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    connect(&s, BH_CENTRAL_B, FALSE, "B+");
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "01", "ok");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "01", "8");
    await_bluez_has_taken_all(&s);
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B?");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "02", "4");
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "03 00", "ok");
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "", "ok");
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "03 00", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "0300 - 0300");
    await_told(&s, BH_CENTRAL_B, BH_TEMPERATURE, "0300 - 0300");
}
END_TEST

START_TEST(a_subscriber_whose_link_goes_is_off_the_list)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, OLD);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    connect(&s, BH_CENTRAL_B, FALSE, "B+");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B?");
    bh_server_scene_disconnect(&s, BH_CENTRAL_A);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "B?");
}
END_TEST

START_TEST(nobody_is_subscribed_to_a_bluez_that_was_restarted)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NEW);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A;");
    bh_server_scene_restart_bluez(&s);
    BH_ASSERT_SUBSCRIBERS(&s, TEMPERATURE, ";");
}
END_TEST

/* With one for each */

START_TEST(a_new_bluez_says_who_subscribes_and_who_leaves)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NEW);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    connect(&s, BH_CENTRAL_B, FALSE, "B+");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B;");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "B;");
}
END_TEST

START_TEST(a_new_bluez_tells_one_alone)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NEW);
    ck_assert_uint_ne(bh_peripheral_get_capabilities(s.peripheral) & BH_PERIPHERAL_CAN_DIRECT, 0);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    connect(&s, BH_CENTRAL_B, FALSE, "B+");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B;");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "01", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "01");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_B, "", "4");
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "02", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "02");
    await_told(&s, BH_CENTRAL_B, BH_TEMPERATURE, "02");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_C, "03", "8");
}
END_TEST

START_TEST(an_empty_value_reaches_the_only_subscriber)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NEW);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A;");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "-");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "01", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "01");
}
END_TEST

START_TEST(a_socket_that_bluez_closes_by_mistake_does_not_end_a_subscription)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NEW);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    connect(&s, BH_CENTRAL_B, FALSE, "B+");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A;");
    bh_server_scene_configure(&s, BH_CENTRAL_B, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B;");
    bh_server_scene_disconnect(&s, BH_CENTRAL_B);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A?");
    BH_AWAIT_EVENTS(&s, "B-");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "01", "ok"); /* nobody else hears it */
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "02", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "01 02");
    connect(&s, BH_CENTRAL_C, FALSE, "C+");
    bh_server_scene_configure(&s, BH_CENTRAL_C, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A C?");
    ASSERT_NOTIFIES(&s, TEMPERATURE, BH_CENTRAL_A, "03", "4");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 0);
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A C;");
}
END_TEST

START_TEST(a_bonded_central_that_comes_back_hears_what_is_told_to_all)
{
    g_auto(BhServerScene) s = {0};

    bh_server_scene_init_serving(&s, NEW);
    connect(&s, BH_CENTRAL_A, TRUE, "A+bonded");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A;");
    bh_server_scene_disconnect(&s, BH_CENTRAL_A);
    BH_AWAIT_EVENTS(&s, "A-");
    BH_ASSERT_SUBSCRIBERS(&s, TEMPERATURE, ";");
    connect(&s, BH_CENTRAL_A, TRUE, "A+bonded");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1); /* BlueZ says nothing of it */
    BH_ASSERT_SUBSCRIBERS(&s, TEMPERATURE, "A?");
    ASSERT_NOTIFIES(&s, TEMPERATURE, NULL, "01", "ok");
    await_told(&s, BH_CENTRAL_A, BH_TEMPERATURE, "01");
}
END_TEST

static void
on_removed(GObject *source, GAsyncResult *result, gpointer done)
{
    g_autoptr(GError) error = NULL;

    bh_central_finish(BH_CENTRAL(source), result, &error);
    ck_assert_msg(error == NULL, "%s", error != NULL ? error->message : "");
    *(gboolean *)done = TRUE;
}

START_TEST(a_central_whose_bond_was_removed_comes_back_without_its_subscriptions)
{
    g_auto(BhServerScene) s = {0};
    BhLinkKey key = bh_server_scene_key(BH_CENTRAL_A);
    gboolean done = FALSE;

    bh_server_scene_init_serving(&s, NEW);
    connect(&s, BH_CENTRAL_A, TRUE, "A+bonded");
    bh_server_scene_configure(&s, BH_CENTRAL_A, BH_TEMPERATURE, 1);
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A;");
    bh_server_scene_disconnect(&s, BH_CENTRAL_A);
    BH_AWAIT_EVENTS(&s, "A-");
    bh_central_remove_bond_async(BH_CENTRAL(s.radio.bluez), &key, NULL, on_removed, &done);
    BH_AWAIT(done);
    connect(&s, BH_CENTRAL_A, FALSE, "A+");
    BH_ASSERT_SUBSCRIBERS(&s, TEMPERATURE, ";");
}
END_TEST

/* Indications */

static void
serve_indications(BhServerScene *s, const char *version, const char *first, const char *other)
{
    bh_server_scene_init_serving(s, version);
    bh_server_scene_connect(s, first, FALSE);
    bh_server_scene_configure(s, first, BH_HUMIDITY, 2);
    if (other == NULL)
        return;
    bh_server_scene_connect(s, other, FALSE);
    bh_server_scene_configure(s, other, BH_HUMIDITY, 2);
}

/* One that confirms only when the test says so. */
static void
connect_silent(BhServerScene *s, const char *central)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&s->bus,
                            "CentralConnect",
                            g_variant_new_parsed("('hci0', %s, {'Confirms': <false>})", central));

    bh_server_scene_configure(s, central, BH_HUMIDITY, 2);
}

START_TEST(an_indication_that_nobody_wants_fails)
{
    g_auto(BhServerScene) s = {0};
    g_auto(Indication) all = {0}, one = {0};

    bh_server_scene_init_serving(&s, NEW);
    indicate(&s, NULL, &all);
    ASSERT_INDICATED(&all, BH_ERROR_DISCONNECTED);
    indicate(&s, BH_CENTRAL_A, &one);
    ASSERT_INDICATED(&one, BH_ERROR_DISCONNECTED);
}
END_TEST

START_TEST(an_indication_is_done_when_all_have_confirmed)
{
    static const char *const versions[] = {OLD, NEW};

    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_auto(BhServerScene) s = {0};
        g_auto(Indication) indication = {0};

        serve_indications(&s, versions[i], BH_CENTRAL_A, BH_CENTRAL_B);
        BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, i == 0 ? "A B?" : "A B;");
        indicate(&s, NULL, &indication);
        ASSERT_INDICATED(&indication, -1);
        await_told(&s, BH_CENTRAL_A, BH_HUMIDITY, "07");
        await_told(&s, BH_CENTRAL_B, BH_HUMIDITY, "07");
    }
}
END_TEST

START_TEST(one_central_alone_confirms_what_it_alone_was_told)
{
    g_auto(BhServerScene) s = {0};
    g_auto(Indication) indication = {0};

    serve_indications(&s, NEW, BH_CENTRAL_A, BH_CENTRAL_B);
    BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, "A B;");
    indicate(&s, BH_CENTRAL_B, &indication);
    ASSERT_INDICATED(&indication, -1);
    await_told(&s, BH_CENTRAL_B, BH_HUMIDITY, "07");
    g_autofree char *nothing = bh_server_scene_dup_told(&s, BH_CENTRAL_A, BH_HUMIDITY);
    ck_assert_str_eq(nothing, "");
}
END_TEST

START_TEST(a_central_that_goes_is_not_waited_for)
{
    g_auto(BhServerScene) s = {0};
    g_auto(Indication) all = {0}, one = {0};

    serve_indications(&s, NEW, BH_CENTRAL_A, NULL);
    connect_silent(&s, BH_CENTRAL_B);
    BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, "A B;");
    indicate(&s, NULL, &all);
    await_told(&s, BH_CENTRAL_A, BH_HUMIDITY, "07");
    await_told(&s, BH_CENTRAL_B, BH_HUMIDITY, "07");
    bh_fixture_settle();
    ck_assert(!all.done);
    bh_server_scene_disconnect(&s, BH_CENTRAL_B);
    ASSERT_INDICATED(&all, -1);
    bh_server_scene_disconnect(&s, BH_CENTRAL_A);
    BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, ";");
    indicate(&s, BH_CENTRAL_A, &one);
    ASSERT_INDICATED(&one, BH_ERROR_DISCONNECTED);
}
END_TEST

START_TEST(an_indication_ends_with_its_central_bluez_or_owner)
{
    g_auto(BhServerScene) s = {0};
    g_auto(Indication) link = {0}, owner = {0}, bluez = {0};

    bh_server_scene_init_serving(&s, NEW);
    for (guint i = 0; i < 3; i++) {
        Indication *const indications[] = {&link, &owner, &bluez};
        connect_silent(&s, BH_CENTRAL_A);
        BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, "A;");
        indicate(&s, NULL, indications[i]);
        await_told(&s, BH_CENTRAL_A, BH_HUMIDITY, "07");
        if (i == 1) {
            g_cancellable_cancel(owner.cancellable);
            BH_AWAIT(owner.done);
        }
        if (i == 2)
            bh_server_scene_restart_bluez(&s);
        else
            bh_server_scene_disconnect(&s, BH_CENTRAL_A);
        BH_AWAIT(indications[i]->done);
        BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, ";");
    }
    ASSERT_INDICATED(&link, BH_ERROR_DISCONNECTED);
    ASSERT_INDICATED(&owner, BH_ERROR_CANCELLED);
    ASSERT_INDICATED(&bluez, BH_ERROR_DISCONNECTED);
}
END_TEST

/* BlueZ sends the next one only when the one before was confirmed, however late. */
START_TEST(a_late_confirmation_is_none_of_the_next_indication)
{
    static const char *const versions[] = {OLD, NEW};

    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_auto(BhServerScene) s = {0};
        g_auto(Indication) given_up = {0}, next = {0};

        bh_server_scene_init_serving(&s, versions[i]);
        connect_silent(&s, BH_CENTRAL_A);
        BH_AWAIT_SUBSCRIBERS(&s, HUMIDITY, i == 0 ? "A?" : "A;");
        indicate(&s, NULL, &given_up);
        await_told(&s, BH_CENTRAL_A, BH_HUMIDITY, "07");
        g_cancellable_cancel(given_up.cancellable);
        ASSERT_INDICATED(&given_up, BH_ERROR_CANCELLED);
        indicate(&s, NULL, &next);
        await_told(&s, BH_CENTRAL_A, BH_HUMIDITY, "07");
        bh_server_scene_confirm(&s, BH_CENTRAL_A);
        bh_fixture_settle();
        ck_assert(!next.done);
        bh_server_scene_confirm(&s, BH_CENTRAL_A);
        ASSERT_INDICATED(&next, -1);
    }
}
END_TEST

/* Pace */

START_TEST(a_thousand_values_reach_three_centrals_in_order)
{
    static const char *const centrals[] = {BH_CENTRAL_A, BH_CENTRAL_B, BH_CENTRAL_C};
    g_auto(BhServerScene) s = {0};
    g_autoptr(GString) wanted = g_string_new(NULL);

    bh_server_scene_init_serving(&s, NEW);
    for (gsize i = 0; i < G_N_ELEMENTS(centrals); i++) {
        bh_server_scene_connect(&s, centrals[i], FALSE);
        bh_server_scene_configure(&s, centrals[i], BH_TEMPERATURE, 1);
    }
    BH_AWAIT_SUBSCRIBERS(&s, TEMPERATURE, "A B C;");
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *hex = g_strdup_printf("%04x", i);
        g_autofree char *end = NULL;
        while (g_str_equal(end = notify(&s, TEMPERATURE, NULL, hex), "10")) {
            g_clear_pointer(&end, g_free);
            g_main_context_iteration(NULL, TRUE); /* BlueZ does not keep up */
        }
        ck_assert_str_eq(end, "ok");
        g_string_append_printf(wanted, "%s%s", i > 0 ? " " : "", hex);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(centrals); i++)
        await_told(&s, centrals[i], BH_TEMPERATURE, wanted->str);
}
END_TEST

BH_TEST_MAIN("bluez-subscribers",
             an_old_bluez_says_who_subscribes_and_only_when_the_last_one_leaves,
             an_old_bluez_tells_all_or_none,
             a_subscriber_whose_link_goes_is_off_the_list,
             nobody_is_subscribed_to_a_bluez_that_was_restarted,
             a_new_bluez_says_who_subscribes_and_who_leaves,
             a_new_bluez_tells_one_alone,
             an_empty_value_reaches_the_only_subscriber,
             a_socket_that_bluez_closes_by_mistake_does_not_end_a_subscription,
             a_bonded_central_that_comes_back_hears_what_is_told_to_all,
             a_central_whose_bond_was_removed_comes_back_without_its_subscriptions,
             an_indication_that_nobody_wants_fails,
             an_indication_is_done_when_all_have_confirmed,
             one_central_alone_confirms_what_it_alone_was_told,
             a_central_that_goes_is_not_waited_for,
             an_indication_ends_with_its_central_bluez_or_owner,
             a_late_confirmation_is_none_of_the_next_indication,
             a_thousand_values_reach_three_centrals_in_order)
