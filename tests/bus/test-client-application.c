/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An application of libblehub-client: it is served whenever blehubd is there.
 */
#include "bh-live-application.h"
#include "bh-serve-scene.h"
#include "test-main.h"

#define SERVICES "[service 180f]\n[characteristic 180f/2a19]\nFlags=read;write\nCapture=true\n"

/* What happened: "up", "written", "down". */
typedef struct {
    GString *events;
    BhLiveApplication *application;
} Live;

static void
on_up(BhLiveApplication *application, Live *self)
{
    g_string_append(self->events, "up ");
}

static void
on_down(BhLiveApplication *application, const GError *error, Live *self)
{
    g_string_append(self->events, "down ");
}

static void
on_written(BhLiveApplication *application, GVariant *reply, Live *self)
{
    g_autoptr(GVariant) value = g_variant_get_child_value(reply, 3);

    g_string_append_printf(self->events, "%c ", *(const char *)g_variant_get_data(value));
}

static void
live_init(Live *self, BhServeScene *s, const char *advertise_options)
{
    GVariant *options = g_variant_new_parsed("{'Definition': <%s>}", SERVICES);
    GVariant *advertise =
        advertise_options != NULL ? g_variant_new_parsed(advertise_options) : NULL;

    self->events = g_string_new(NULL);
    self->application = bh_live_application_new(s->bus.connection, options, advertise);
    g_signal_connect(self->application, "up", G_CALLBACK(on_up), self);
    g_signal_connect(self->application, "down", G_CALLBACK(on_down), self);
    g_signal_connect(self->application, "written", G_CALLBACK(on_written), self);
    bh_live_application_start(self->application);
}

static void
live_clear(Live *self)
{
    g_clear_object(&self->application);
    g_string_free(self->events, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static gboolean
happened(const Live *self, const char *events)
{
    return g_str_equal(self->events->str, events);
}

static void
serve(BhServeScene *s, guint id)
{
    BH_AWAIT(fake_peripheral_get_application(s->peripheral, id) != 0);
    fake_peripheral_serve(s->peripheral, id, 0, -1);
}

START_TEST(an_application_is_served_again_when_blehubd_comes_back)
{
    g_auto(BhServeScene) s = {0};
    g_auto(Live) live = {0};

    bh_serve_scene_init(&s);
    live_init(&live, &s, NULL);
    serve(&s, 1);
    BH_AWAIT(happened(&live, "up "));
    ck_assert_ptr_nonnull(bh_live_application_peek_application(live.application));
    bh_serve_scene_leave(&s);
    BH_AWAIT(happened(&live, "up down "));
    ck_assert_ptr_null(bh_live_application_peek_application(live.application));
    bh_serve_scene_come(&s);
    serve(&s, 2);
    BH_AWAIT(happened(&live, "up down up "));
}
END_TEST

START_TEST(writes_are_told_in_their_order_and_after_the_radio_was_off)
{
    g_auto(BhServeScene) s = {0};
    g_auto(Live) live = {0};
    BhServeCall call;

    bh_serve_scene_init(&s);
    live_init(&live, &s, NULL);
    serve(&s, 1);
    BH_AWAIT(happened(&live, "up "));
    fake_peripheral_write(s.peripheral, 1, 0, 7, 0, "a");
    fake_peripheral_write(s.peripheral, 1, 0, 7, 0, "b");
    BH_AWAIT(happened(&live, "up a b "));
    bh_serve_scene_begin(s.client, "/org/blehub", "RadioOff", "(@a{sv} {},)", &call);
    BH_AWAIT(fake_radio_get_power(s.hub.radio, 0) == BH_RADIO_POWER_OFF);
    fake_radio_switch(s.hub.radio, 0, NULL);
    g_free(bh_serve_call_dup_end(&call));
    bh_fixture_settle();
    ck_assert_int_eq(fake_radio_get_power(s.hub.radio, 0), BH_RADIO_POWER_OFF);
    bh_serve_scene_begin(s.client, "/org/blehub", "RadioOn", "(@a{sv} {},)", &call);
    BH_AWAIT(fake_radio_get_power(s.hub.radio, 0) == BH_RADIO_POWER_ON);
    fake_radio_switch(s.hub.radio, 0, NULL);
    g_free(bh_serve_call_dup_end(&call));
    serve(&s, 1);
    fake_peripheral_write(s.peripheral, 1, 0, 7, 0, "c");
    BH_AWAIT(happened(&live, "up a b c "));
}
END_TEST

START_TEST(an_application_is_up_when_it_is_advertised_and_both_end_together)
{
    g_auto(BhServeScene) s = {0};
    g_auto(Live) live = {0};

    bh_serve_scene_init(&s);
    live_init(&live, &s, "{'UUIDs': <['180f']>}");
    serve(&s, 1);
    BH_AWAIT(fake_peripheral_get_advertisement(s.peripheral, 2) != 0);
    ck_assert(happened(&live, ""));
    fake_peripheral_advertise(s.peripheral, 2, 0, -1);
    BH_AWAIT(happened(&live, "up "));
    bh_live_application_stop(live.application);
    BH_AWAIT(fake_peripheral_count_applications(s.peripheral) == 0);
    BH_AWAIT(fake_peripheral_count_advertisements(s.peripheral) == 0);
    ck_assert(happened(&live, "up "));
}
END_TEST

START_TEST(what_blehubd_refuses_is_told_once_and_leaves_nothing)
{
    g_auto(BhServeScene) s = {0};
    g_auto(Live) live = {0};

    bh_serve_scene_init(&s);
    live_init(&live, &s, "{'Name': <'a name of more than twenty-nine bytes'>}");
    serve(&s, 1);
    BH_AWAIT(happened(&live, "down "));
    BH_AWAIT(fake_peripheral_count_applications(s.peripheral) == 0);
}
END_TEST

START_TEST(an_application_that_is_dropped_while_it_is_made_is_released)
{
    g_auto(BhServeScene) s = {0};
    g_auto(Live) live = {0};

    bh_serve_scene_init(&s);
    live_init(&live, &s, NULL);
    BH_AWAIT(fake_peripheral_get_application(s.peripheral, 1) != 0);
    g_clear_object(&live.application);
    fake_peripheral_serve(s.peripheral, 1, 0, -1);
    BH_AWAIT(fake_peripheral_count_applications(s.peripheral) == 0);
}
END_TEST

BH_TEST_MAIN("client-application",
             an_application_is_served_again_when_blehubd_comes_back,
             writes_are_told_in_their_order_and_after_the_radio_was_off,
             an_application_is_up_when_it_is_advertised_and_both_end_together,
             what_blehubd_refuses_is_told_once_and_leaves_nothing,
             an_application_that_is_dropped_while_it_is_made_is_released)
