/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Subscriptions as their clients use them: by calls that wait, by signals and by streams.
 */
#include "bh-link-scene.h"
#include "test-main.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

static void
init_linked(BhFixture *f)
{
    bh_link_scene_init(f);
    g_free(bh_link_scene_connect(f->connection, BH_LINK_ADDRESS, "{}"));
}

static GVariant *
wait_for(BhFixture *f, const char *subscription, const char *options)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = bh_caller_call(f->connection,
                                     subscription,
                                     BH_LINK_SUBSCRIPTION,
                                     "Wait",
                                     bh_caller_options(options),
                                     &error);

    g_assert_no_error(error);
    return reply;
}

static guint64
get_count(BhFixture *f, const char *subscription, const char *name)
{
    g_autoptr(GVariant) value =
        bh_caller_get(f->connection, subscription, BH_LINK_SUBSCRIPTION, name);

    return g_variant_get_uint64(value);
}

START_TEST(a_wait_without_a_value_times_out)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *subscription = NULL;

    init_linked(&f);
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    bh_caller_require_error(f.connection,
                            subscription,
                            BH_LINK_SUBSCRIPTION,
                            "Wait",
                            bh_caller_options("{'TimeoutMs': <20>}"),
                            "org.blehub.Error.Timeout",
                            "");
}
END_TEST

START_TEST(a_wait_ends_with_the_subscription_and_with_the_link)
{
    g_auto(BhFixture) f = {0};
    g_auto(BhAnswers) answers = {0};
    g_autofree char *first = NULL;
    g_autofree char *second = NULL;

    init_linked(&f);
    bh_answers_init(&answers);
    first = bh_link_scene_subscribe(f.connection, "{}");
    second = bh_link_scene_subscribe(f.connection, "{}");
    bh_caller_send(f.connection,
                   first,
                   BH_LINK_SUBSCRIPTION,
                   "Wait",
                   bh_caller_options("{}"),
                   &answers);
    bh_caller_tell(f.connection, first, BH_LINK_SUBSCRIPTION, "Release", NULL);
    BH_AWAIT(answers.came->len == 1);
    ck_assert_str_eq(g_ptr_array_index(answers.came, 0), "0 org.blehub.Error.Cancelled");
    bh_caller_send(f.connection,
                   second,
                   BH_LINK_SUBSCRIPTION,
                   "Wait",
                   bh_caller_options("{}"),
                   &answers);
    bh_fixture_tell_sim(&f, "Drop", g_variant_new("(s)", "strap"));
    BH_AWAIT(answers.came->len == 2);
    ck_assert_str_eq(g_ptr_array_index(answers.came, 1), "1 org.blehub.Error.Disconnected");
}
END_TEST

START_TEST(the_newest_value_waits_and_the_lost_ones_are_counted)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *subscription = NULL;
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) details = NULL;
    guint64 sequence = 0, dropped = 0;

    init_linked(&f);
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    for (guint8 i = 1; i <= 3; i++)
        bh_link_scene_notify(&f, i);
    BH_AWAIT_POLLED(get_count(&f, subscription, "Received") == 3);
    reply = wait_for(&f, subscription, "{'Hex': <true>}");
    details = g_variant_get_child_value(reply, 1);
    {
        const char *value = NULL;

        ck_assert(g_variant_lookup(details, "Value", "&s", &value));
        ck_assert_str_eq(value, "03");
    }
    ck_assert(g_variant_lookup(details, "Sequence", "t", &sequence));
    ck_assert(g_variant_lookup(details, "Dropped", "t", &dropped));
    ck_assert_uint_eq(sequence, 3);
    ck_assert_uint_eq(dropped, 2);
    ck_assert_uint_eq(get_count(&f, subscription, "Delivered"), 1);
    ck_assert_uint_eq(get_count(&f, subscription, "Dropped"), 2);
}
END_TEST

START_TEST(a_queue_keeps_values_in_their_order)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *subscription = NULL;

    init_linked(&f);
    subscription = bh_link_scene_subscribe(f.connection, "{'Queue': <10>}");
    for (guint8 i = 0; i < 5; i++)
        bh_link_scene_notify(&f, i);
    for (guint8 i = 0; i < 5; i++) {
        g_autoptr(GVariant) reply = wait_for(&f, subscription, "{}");
        g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);

        ck_assert_uint_eq(g_variant_n_children(value), 1);
        ck_assert_uint_eq(*(const guint8 *)g_variant_get_data(value), i);
    }
}
END_TEST

START_TEST(a_subscription_tells_what_it_is_to)
{
    static const char *const wanted[][2] = {
        {"Device", "'" BH_LINK_PATH "'"},
        {"Service", "'0000180d-0000-1000-8000-00805f9b34fb'"},
        {"Characteristic", "'00002a37-0000-1000-8000-00805f9b34fb'"},
        {"Active", "true"},
    };
    g_auto(BhFixture) f = {0};
    g_autofree char *subscription = NULL;

    init_linked(&f);
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autoptr(GVariant) value =
            bh_caller_get(f.connection, subscription, BH_LINK_SUBSCRIPTION, wanted[i][0]);
        g_autofree char *text = g_variant_print(value, FALSE);

        ck_assert_str_eq(text, wanted[i][1]);
    }
}
END_TEST

START_TEST(a_subscription_keeps_the_link_when_the_hold_is_gone)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *hold = NULL;
    g_autofree char *subscription = NULL;
    g_autofree char *value = NULL;

    bh_link_scene_init(&f);
    hold = bh_link_scene_connect(f.connection, BH_LINK_ADDRESS, "{}");
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    bh_caller_tell(f.connection, hold, BH_LINK_HOLD, "Release", NULL);
    value = bh_link_scene_read(f.connection, BH_LINK_LOCATION);
    ck_assert_str_eq(value, "01");
    bh_caller_tell(f.connection, subscription, BH_LINK_SUBSCRIPTION, "Release", NULL);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Links") == 0);
}
END_TEST

/* Signals */

typedef struct {
    guint signals;
    guint values; /* that they stand for */
    guint8 last;
} Told;

static void
on_value(GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *member,
         GVariant *parameters,
         gpointer user_data)
{
    Told *told = user_data;
    g_autoptr(GVariant) value = g_variant_get_child_value(parameters, 0);
    g_autoptr(GVariant) details = g_variant_get_child_value(parameters, 1);
    guint32 merged = 0;

    told->signals++;
    told->last = *(const guint8 *)g_variant_get_data(value);
    ck_assert(g_variant_lookup(details, "Merged", "u", &merged));
    told->values += merged;
}

static void
follow_values(GDBusConnection *connection, Told *told)
{
    g_dbus_connection_signal_subscribe(connection,
                                       "org.blehub",
                                       BH_LINK_SUBSCRIPTION,
                                       "Value",
                                       NULL,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_value,
                                       told,
                                       NULL);
}

START_TEST(signals_are_few_and_end_with_the_newest_value)
{
    g_auto(BhFixture) f = {0};
    GDBusConnection *other;
    Told told = {0}, others = {0};

    init_linked(&f);
    other = bh_fixture_connect(&f);
    follow_values(f.connection, &told);
    follow_values(other, &others);
    g_free(bh_link_scene_subscribe(f.connection, "{'Signals': <true>}"));
    for (guint8 i = 1; i <= 20; i++)
        bh_link_scene_notify(&f, i);
    BH_AWAIT(told.values == 20);
    ck_assert_uint_eq(told.last, 20);
    ck_assert_uint_lt(told.signals, 20);
    ck_assert_uint_eq(others.signals, 0);
    bh_fixture_disconnect(&other);
}
END_TEST

START_TEST(without_asking_there_are_no_signals)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *subscription = NULL;
    Told told = {0};

    init_linked(&f);
    follow_values(f.connection, &told);
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    bh_link_scene_notify(&f, 1);
    g_variant_unref(wait_for(&f, subscription, "{}"));
    bh_fixture_settle();
    ck_assert_uint_eq(told.signals, 0);
}
END_TEST

/* Streams */

static int
open_stream(BhFixture *f, const char *subscription)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_with_unix_fd_list_sync(f->connection,
                                                      "org.blehub",
                                                      subscription,
                                                      BH_LINK_SUBSCRIPTION,
                                                      "OpenStream",
                                                      bh_caller_options("{'BatchMs': <0>}"),
                                                      G_VARIANT_TYPE("(h)"),
                                                      G_DBUS_CALL_FLAGS_NONE,
                                                      10000,
                                                      NULL,
                                                      &fds,
                                                      NULL,
                                                      &error);
    int fd;

    g_assert_no_error(error);
    fd = g_unix_fd_list_get(fds, 0, &error);
    g_assert_no_error(error);
    return fd;
}

START_TEST(a_stream_has_a_line_for_each_value_and_ends_with_the_release)
{
    g_auto(BhFixture) f = {0};
    g_autofree char *subscription = NULL;
    char line[1024] = "";
    ssize_t n;
    int fd;

    init_linked(&f);
    subscription = bh_link_scene_subscribe(f.connection, "{}");
    fd = open_stream(&f, subscription);
    bh_link_scene_notify(&f, 7);
    n = read(fd, line, sizeof line - 1);
    ck_assert_int_gt(n, 0);
    line[n] = '\0';
    ck_assert_msg(strstr(line, "\"07\"") != NULL && line[n - 1] == '\n', "%s", line);
    bh_caller_tell(f.connection, subscription, BH_LINK_SUBSCRIPTION, "Release", NULL);
    ck_assert_int_eq(read(fd, line, sizeof line), 0);
    close(fd);
}
END_TEST

BH_TEST_MAIN("hub-subscription",
             a_wait_without_a_value_times_out,
             a_wait_ends_with_the_subscription_and_with_the_link,
             the_newest_value_waits_and_the_lost_ones_are_counted,
             a_queue_keeps_values_in_their_order,
             a_subscription_tells_what_it_is_to,
             a_subscription_keeps_the_link_when_the_hold_is_gone,
             signals_are_few_and_end_with_the_newest_value,
             without_asking_there_are_no_signals,
             a_stream_has_a_line_for_each_value_and_ends_with_the_release)
