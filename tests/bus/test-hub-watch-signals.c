/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Signals of watches: to whom they go, how many come, and what becomes of them when nobody reads.
 */
#include "bh-watch-scene.h"
#include "test-main.h"

#define MAX_ROWS 256
#define ROUNDS 8 /* of so many rows, which is more than may wait for one client */
#define SIGNALS "'Signals': <true>"

/* The simulation reports everything anyway; starting the discovery anew would lose some of it. */
static const char steady[] = "[scan]\nRefreshMs=60000\n";

/* What one connection was told. */
typedef struct {
    guint changes; /* rows of ZoneChanged */
    guint updates; /* signals */
    guint rows;    /* of them */
    guint64 samples;
    guint longest; /* rows of one */
    gint64 first_us;
    gint64 last_us;
    char *newest; /* change */
} Told;

static void
told_clear(Told *self)
{
    g_free(self->newest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

static void
add_change(Told *told, GVariant *row)
{
    const char *from = NULL, *zone = NULL;

    ck_assert(g_variant_lookup(row, "From", "&s", &from) &&
              g_variant_lookup(row, "Zone", "&s", &zone));
    g_free(told->newest);
    told->newest = g_strdup_printf("%s>%s", from, zone);
    told->changes++;
}

static void
add_samples(Told *told, GVariant *row)
{
    guint32 merged = 0;

    ck_assert(g_variant_lookup(row, "Merged", "u", &merged));
    told->samples += merged;
    told->rows++;
}

static void
on_signal(GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *parameters,
          gpointer user_data)
{
    g_autoptr(GVariant) rows = g_variant_get_child_value(parameters, 0);
    gboolean is_update = g_str_equal(signal, "Updated");
    Told *told = user_data;

    told->longest = MAX(told->longest, g_variant_n_children(rows));
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

        (is_update ? add_samples : add_change)(told, row);
    }
    if (!is_update)
        return;
    told->updates++;
    told->last_us = g_get_monotonic_time();
    told->first_us = told->first_us != 0 ? told->first_us : told->last_us;
}

static void
follow(GDBusConnection *connection, const char *watch, Told *told)
{
    g_dbus_connection_signal_subscribe(connection,
                                       "org.blehub",
                                       BH_WATCH,
                                       NULL,
                                       watch,
                                       NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE,
                                       on_signal,
                                       told,
                                       NULL);
}

START_TEST(signals_go_to_the_connection_that_made_the_watch_alone)
{
    g_auto(BhFixture) f = {0};
    g_auto(Told) told = {0}, others = {0}, without = {0};
    g_autofree char *watch = NULL;
    g_autofree char *silent = NULL;
    g_autofree char *change = NULL;
    GDBusConnection *other;

    bh_watch_scene_init(&f, steady);
    other = bh_fixture_connect(&f);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", " SIGNALS "}");
    silent = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE "}");
    follow(f.connection, watch, &told);
    follow(f.connection, silent, &without);
    follow(other, watch, &others);
    bh_watch_scene_put(&f, "tag", 1, 2, -60);
    BH_AWAIT(told.changes == 1 && told.samples >= 5);
    ck_assert_str_eq(told.newest, "lost>near");
    change = bh_watch_dup_change(f.connection, watch, 5000); /* signals take nothing from it */
    ck_assert_str_eq(change, "lost>near " BH_WATCH_BEACON);
    bh_fixture_settle();
    ck_assert_uint_eq(others.updates + others.changes, 0);
    ck_assert_uint_eq(without.updates + without.changes, 0);
    bh_fixture_disconnect(&other);
}
END_TEST

START_TEST(updates_are_few_and_say_how_many_samples_they_stand_for)
{
    g_auto(BhFixture) f = {0};
    g_auto(Told) told = {0};
    g_autofree char *watch = NULL;

    bh_watch_scene_init(&f, steady);
    watch = bh_watch_make(f.connection, "{" SIGNALS "}");
    follow(f.connection, watch, &told);
    bh_watch_scene_put(&f, "one", 1, 2, -60);
    bh_watch_scene_put(&f, "two", 1, 3, -60);
    BH_AWAIT(told.samples >= 60);
    ck_assert_uint_lt(told.rows, 60);
    ck_assert_uint_eq(told.longest, 2);
    /* the two at the ends may have been held up by this machine, not those between */
    ck_assert_int_ge(told.last_us - told.first_us, ((gint64)told.updates - 3) * 100000);
}
END_TEST

START_TEST(many_changes_at_once_come_in_several_signals)
{
    g_auto(BhFixture) f = {0};
    g_auto(Told) told = {0};
    g_autofree char *watch = NULL;

    bh_watch_scene_init(&f, steady);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", " SIGNALS "}");
    follow(f.connection, watch, &told);
    bh_caller_hear_strangers(&f, 1000);
    BH_AWAIT(told.changes == 1000 && told.samples == 1000);
    ck_assert_uint_le(told.longest, MAX_ROWS);
}
END_TEST

START_TEST(a_watch_that_is_released_while_signals_wait_says_nothing_more)
{
    g_auto(BhFixture) f = {0};
    g_auto(Told) told = {0};
    g_autofree char *watch = NULL;
    guint rows;

    bh_watch_scene_init(&f, steady);
    watch = bh_watch_make(f.connection, "{" BH_WATCH_AT_ONCE ", " SIGNALS "}");
    follow(f.connection, watch, &told);
    bh_caller_hear_strangers(&f, 1500);
    bh_caller_tell(f.connection, watch, BH_WATCH, "Release", NULL);
    bh_fixture_settle();
    rows = told.rows; /* some waited, unless this machine took longer to hear than to tell */
    bh_caller_counter(f.connection, "Watches");
    bh_fixture_settle();
    ck_assert_uint_eq(told.rows, rows);
}
END_TEST

/* A client that does not read */

/* Watches everything with signals, as a process that stands still. */
static sd_bus *
new_deaf_watcher(BhFixture *f)
{
    g_autoptr(sd_bus_message) call = NULL;
    sd_bus *bus = NULL;

    ck_assert_int_ge(sd_bus_new(&bus), 0);
    ck_assert_int_ge(sd_bus_set_address(bus, f->address), 0);
    ck_assert_int_ge(sd_bus_set_bus_client(bus, TRUE), 0);
    ck_assert_int_ge(sd_bus_start(bus), 0);
    ck_assert_int_ge(sd_bus_message_new_method_call(bus,
                                                    &call,
                                                    "org.blehub",
                                                    BH_CALLER_HUB_PATH,
                                                    BH_CALLER_HUB,
                                                    "Watch"),
                     0);
    ck_assert_int_ge(sd_bus_message_append(call, "a{sv}", 1, "Signals", "b", TRUE), 0);
    ck_assert_int_ge(sd_bus_send(bus, call, &(uint64_t){0}), 0);
    ck_assert_int_ge(sd_bus_flush(bus), 0);
    return bus;
}

/* Rows of Updated that blehubd sent for watches other than this. */
typedef struct {
    char *except; /* path */
    gint rows;    /* atomic: filters run in GDBus's thread */
} Sent;

static GDBusMessage *
count_sent(GDBusConnection *connection,
           GDBusMessage *message,
           gboolean incoming,
           gpointer user_data)
{
    Sent *sent = user_data;
    GVariant *body = g_dbus_message_get_body(message);

    if (g_strcmp0(g_dbus_message_get_member(message), "Updated") == 0 &&
        !g_str_equal(g_dbus_message_get_path(message), sent->except)) {
        g_autoptr(GVariant) rows = g_variant_get_child_value(body, 0);

        g_atomic_int_add(&sent->rows, (gint)g_variant_n_children(rows));
    }
    return message;
}

/* Makes the connection one that sees what the bus delivers to others. */
static void
monitor(GDBusConnection *connection, Sent *sent)
{
    static const char *const rules[] = {"type='signal',interface='" BH_WATCH "'", NULL};
    g_autoptr(GVariant) reply = NULL;

    g_dbus_connection_add_filter(connection, count_sent, sent, NULL);
    reply = g_dbus_connection_call_sync(connection,
                                        "org.freedesktop.DBus",
                                        "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus.Monitoring",
                                        "BecomeMonitor",
                                        g_variant_new("(^asu)", rules, 0),
                                        NULL,
                                        G_DBUS_CALL_FLAGS_NONE,
                                        10000,
                                        NULL,
                                        NULL);
    ck_assert_ptr_nonnull(reply);
}

/* Reads what has come, and answers pings. */
static gboolean
read_all(sd_bus *bus)
{
    int more;

    while ((more = sd_bus_process(bus, NULL)) > 0)
        ;
    ck_assert_int_eq(more, 0);
    return TRUE;
}

START_TEST(who_does_not_read_is_sent_no_more_until_it_does)
{
    g_auto(BhFixture) f = {0};
    g_auto(Told) told = {0};
    g_autoptr(sd_bus) deaf = NULL;
    g_autofree char *watch = NULL;
    GDBusConnection *spy;
    Sent sent = {0};

    bh_watch_scene_init(&f, steady);
    deaf = new_deaf_watcher(&f);
    BH_AWAIT_POLLED(bh_caller_counter(f.connection, "Watches") == 1);
    watch = sent.except = bh_watch_make(f.connection, "{" SIGNALS "}");
    follow(f.connection, watch, &told);
    spy = bh_fixture_connect(&f);
    monitor(spy, &sent);
    for (guint i = 1; i <= ROUNDS; i++) {
        bh_caller_hear_strangers(&f, MAX_ROWS);
        BH_AWAIT(told.rows == i * MAX_ROWS); /* so the other one could have been told, too */
    }
    ck_assert_int_ge(g_atomic_int_get(&sent.rows), MAX_ROWS);
    ck_assert_int_le(g_atomic_int_get(&sent.rows), ROUNDS * MAX_ROWS / 2);
    BH_POLL(read_all(deaf) && g_atomic_int_get(&sent.rows) == ROUNDS * MAX_ROWS);
    bh_fixture_disconnect(&spy);
}
END_TEST

BH_TEST_MAIN("hub-watch-signals",
             signals_go_to_the_connection_that_made_the_watch_alone,
             updates_are_few_and_say_how_many_samples_they_stand_for,
             many_changes_at_once_come_in_several_signals,
             a_watch_that_is_released_while_signals_wait_says_nothing_more,
             who_does_not_read_is_sent_no_more_until_it_does)
