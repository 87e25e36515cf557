/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A watch of libblehub-client: through restarts of blehubd and the radio off, and that it leaves
 * nothing behind.
 */
#include "bh-live-watch.h"
#include "bh-watch-scene.h"
#include "test-main.h"

typedef struct {
    BhFixture bus;
    GDBusConnection *client;
    BhLiveWatch *watch;
    GString *told;
} Live;

static void
on_zone(BhLiveWatch *watch, GVariant *change, gpointer data)
{
    Live *live = data;
    const char *zone = NULL;

    ck_assert(g_variant_lookup(change, "Zone", "&s", &zone));
    g_string_append_printf(live->told, "%s ", zone);
}

static void
on_up(BhLiveWatch *watch, gpointer data)
{
    Live *live = data;

    ck_assert_ptr_nonnull(bh_live_watch_peek_watch(watch));
    g_string_append(live->told, "up ");
}

static void
on_down(BhLiveWatch *watch, const GError *reason, gpointer data)
{
    Live *live = data;

    ck_assert_ptr_nonnull(reason);
    ck_assert_ptr_null(bh_live_watch_peek_watch(watch));
    g_string_append(live->told, "down ");
}

static void
live_init(Live *self, const char *options)
{
    self->told = g_string_new(NULL);
    bh_watch_scene_init(&self->bus, NULL);
    self->client = bh_fixture_connect(&self->bus);
    self->watch = bh_live_watch_new(self->client, g_variant_new_parsed(options));
    g_signal_connect(self->watch, "zone", G_CALLBACK(on_zone), self);
    g_signal_connect(self->watch, "up", G_CALLBACK(on_up), self);
    g_signal_connect(self->watch, "down", G_CALLBACK(on_down), self);
    bh_live_watch_start(self->watch);
}

static void
live_clear(Live *self)
{
    g_clear_object(&self->watch);
    bh_fixture_disconnect(&self->client);
    bh_fixture_clear(&self->bus);
    g_string_free(self->told, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static void
await_watches(Live *live, guint n)
{
    BH_AWAIT_POLLED(bh_caller_counter(live->bus.connection, "Watches") == n);
}

START_TEST(a_live_watch_tells_zones_and_begins_anew_with_blehubd)
{
    g_auto(Live) live = {0};

    live_init(&live, "{" BH_WATCH_AT_ONCE "}");
    BH_AWAIT(g_str_equal(live.told->str, "up "));
    bh_watch_scene_put(&live.bus, "tag", 1, 2, -60);
    BH_AWAIT(g_str_equal(live.told->str, "up near "));
    bh_watch_scene_move(&live.bus, "tag", 1, 2, -40);
    BH_AWAIT(g_str_equal(live.told->str, "up near immediate "));
    bh_fixture_kill_process(&live.bus.hub);
    BH_AWAIT(g_str_equal(live.told->str, "up near immediate down "));
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "up near immediate down up immediate "));
    await_watches(&live, 1);
}
END_TEST

static void
switch_radio(Live *live, const char *method)
{
    bh_caller_tell(live->client,
                   BH_CALLER_HUB_PATH,
                   BH_CALLER_HUB,
                   method,
                   bh_caller_options("{}"));
}

START_TEST(a_live_watch_waits_while_the_radio_is_off)
{
    g_auto(Live) live = {0};

    live_init(&live, "{" BH_WATCH_AT_ONCE "}");
    BH_AWAIT(g_str_equal(live.told->str, "up "));
    switch_radio(&live, "RadioOff");
    bh_watch_scene_put(&live.bus, "tag", 1, 2, -60);
    switch_radio(&live, "RadioOn");
    BH_AWAIT(g_str_equal(live.told->str, "up near "));
}
END_TEST

START_TEST(a_live_watch_of_nobody_goes_down_each_time_that_it_is_started)
{
    g_auto(Live) live = {0};

    live_init(&live, "{'Identities': <'nobody'>}");
    BH_AWAIT(g_str_equal(live.told->str, "down "));
    bh_live_watch_start(live.watch);
    BH_AWAIT(g_str_equal(live.told->str, "down down "));
}
END_TEST

START_TEST(a_live_watch_stopped_at_any_moment_leaves_nothing_behind)
{
    g_auto(Live) live = {0};

    live_init(&live, "@a{sv} {}");
    for (guint turns = 0; turns < 20; turns++) {
        for (guint i = 0; i < turns; i++)
            g_main_context_iteration(NULL, FALSE);
        bh_live_watch_stop(live.watch);
        bh_live_watch_start(live.watch);
    }
    bh_live_watch_stop(live.watch);
    await_watches(&live, 0);
    bh_live_watch_start(live.watch);
    await_watches(&live, 1);
    g_clear_object(&live.watch); /* the last reference */
    await_watches(&live, 0);
}
END_TEST

BH_TEST_MAIN("client-watch",
             a_live_watch_tells_zones_and_begins_anew_with_blehubd,
             a_live_watch_waits_while_the_radio_is_off,
             a_live_watch_of_nobody_goes_down_each_time_that_it_is_started,
             a_live_watch_stopped_at_any_moment_leaves_nothing_behind)
