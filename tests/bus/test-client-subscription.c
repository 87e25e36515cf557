/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A live subscription of libblehub-client against the real blehubd and a simulated heart-rate
 * sensor: it is there whenever it can be, and leaves nothing behind when it is not wanted.
 */
#include "bh-error.h"
#include "bh-fixture.h"
#include "blehub-client.h"
#include "test-main.h"

#define ADDRESS "C0:00:00:00:00:01"
#define RANDOM "'AddressType': <'random'>"

static const char strap[] = "[adapter main]\n"
                            "Address=00:AA:01:00:00:01\n"
                            "Powered=true\n"
                            "DuplicateFilter=data\n"
                            "[device strap]\n"
                            "Address=" ADDRESS "\n"
                            "Name=Strap\n"
                            "IntervalMs=20\n"
                            "PayloadCounter=true\n"
                            "[service strap/heart]\n"
                            "UUID=180d\n"
                            "[characteristic strap/heart/rate]\n"
                            "UUID=2a37\n"
                            "Flags=notify\n"
                            "NotifyMs=20\n"
                            "Notify=counter\n"
                            "[characteristic strap/heart/location]\n"
                            "UUID=2a38\n"
                            "Value=01\n";

typedef struct {
    BhFixture bus;
    GDBusConnection *client;
    BhLiveSubscription *subscription;
    GString *told;   /* "up ", "down ", and states */
    GError *reason;  /* of the last "down" */
    guint values;    /* since the last word */
    guint32 counter; /* the last value */
} Live;

static void
tell(Live *live, const char *word)
{
    g_string_append_printf(live->told, "%s ", word);
    live->values = 0;
}

static void
on_value(BhLiveSubscription *subscription, const BhPackedValue *value, Live *live)
{
    ck_assert_uint_eq(value->size, 4);
    live->values++;
    live->counter = value->value[0] | (guint32)value->value[1] << 8;
}

static void
on_up(BhLiveSubscription *subscription, Live *live)
{
    tell(live, "up");
    ck_assert_ptr_nonnull(bh_live_subscription_peek_device(subscription));
}

static void
on_state(BhLiveSubscription *subscription, const char *state, Live *live)
{
    tell(live, state);
}

static void
on_down(BhLiveSubscription *subscription, const GError *reason, Live *live)
{
    tell(live, "down");
    g_clear_error(&live->reason);
    live->reason = g_error_copy(reason);
    ck_assert_ptr_null(bh_live_subscription_peek_device(subscription));
}

static void
live_init(Live *self, const char *characteristic, const char *connect_options)
{
    bh_fixture_init(&self->bus);
    bh_fixture_start_sim(&self->bus, strap);
    bh_fixture_tell_sim(&self->bus, "SetSpeed", g_variant_new("(d)", 10.0));
    self->client = bh_fixture_connect(&self->bus);
    self->told = g_string_new(NULL);
    self->subscription = bh_live_subscription_new(self->client,
                                                  ADDRESS,
                                                  "180d",
                                                  characteristic,
                                                  g_variant_new_parsed(connect_options),
                                                  NULL);
    g_signal_connect(self->subscription, "value", G_CALLBACK(on_value), self);
    g_signal_connect(self->subscription, "up", G_CALLBACK(on_up), self);
    g_signal_connect(self->subscription, "state", G_CALLBACK(on_state), self);
    g_signal_connect(self->subscription, "down", G_CALLBACK(on_down), self);
    bh_live_subscription_start(self->subscription);
}

static void
live_clear(Live *self)
{
    g_clear_object(&self->subscription);
    bh_fixture_settle();
    bh_fixture_disconnect(&self->client);
    bh_fixture_clear(&self->bus);
    g_string_free(self->told, TRUE);
    g_clear_error(&self->reason);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

static void
assert_reason(Live *self, BhError wanted)
{
    g_autofree char *name = g_dbus_error_get_remote_error(self->reason);
    BhError code = BH_ERROR_FAILED;

    ck_assert_ptr_nonnull(name);
    ck_assert(bh_error_from_dbus_name(name, &code));
    ck_assert_int_eq(code, wanted);
}

/* Whether the strap has a link. */
static gboolean
is_linked(Live *self)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(&self->bus, "GetDevice", g_variant_new("(s)", "strap"));
    g_autoptr(GVariant) state = g_variant_get_child_value(reply, 0);
    gboolean linked = FALSE;

    ck_assert(g_variant_lookup(state, "Linked", "b", &linked));
    return linked;
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

static void
await_link(Live *self, gboolean wanted)
{
    guint tick = g_timeout_add(5, on_tick, NULL);

    BH_AWAIT(is_linked(self) == wanted);
    g_source_remove(tick);
}

START_TEST(what_is_in_vain_goes_down_and_is_not_tried_again)
{
    g_auto(Live) live = {0};

    live_init(&live, "2a99", "{" RANDOM "}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "down "));
    assert_reason(&live, BH_ERROR_NOT_FOUND);
    await_link(&live, FALSE);
    bh_live_subscription_start(live.subscription);
    BH_AWAIT(g_str_equal(live.told->str, "down down "));
}
END_TEST

START_TEST(a_device_that_is_not_there_is_tried_again)
{
    g_auto(Live) live = {0};

    live_init(&live, "2a37", "{" RANDOM ", 'TimeoutMs': <200>}");
    bh_fixture_tell_sim(&live.bus, "SetPresent", g_variant_new("(sb)", "strap", FALSE));
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_has_prefix(live.told->str, "down "));
    assert_reason(&live, BH_ERROR_TIMEOUT);
    bh_fixture_tell_sim(&live.bus, "SetPresent", g_variant_new("(sb)", "strap", TRUE));
    BH_AWAIT(g_str_has_suffix(live.told->str, "up "));
    BH_AWAIT(live.values > 1);
}
END_TEST

START_TEST(a_live_subscription_begins_when_blehubd_comes_and_again_when_it_comes_back)
{
    g_auto(Live) live = {0};

    live_init(&live, "2a37", "{" RANDOM "}");
    bh_fixture_settle();
    ck_assert_str_eq(live.told->str, "");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(live.values > 1);
    ck_assert_str_eq(live.told->str, "up ");
    bh_fixture_kill_process(&live.bus.hub);
    BH_AWAIT(g_str_equal(live.told->str, "up down "));
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_has_suffix(live.told->str, "down up ")); /* a first attempt may come too early */
    BH_AWAIT(live.values > 1);
    ck_assert_uint_eq(bh_live_subscription_get_lost(live.subscription), 0);
}
END_TEST

START_TEST(a_lost_link_is_told_and_values_go_on_after_it)
{
    g_auto(Live) live = {0};

    live_init(&live, "2a37", "{" RANDOM "}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(live.values > 1);
    bh_fixture_tell_sim(&live.bus, "Drop", g_variant_new("(s)", "strap"));
    BH_AWAIT(g_str_has_suffix(live.told->str, "ready "));
    ck_assert(g_str_has_prefix(live.told->str, "up waiting "));
    BH_AWAIT(live.values > 1);
}
END_TEST

START_TEST(the_device_can_be_read_while_it_is_up)
{
    g_auto(Live) live = {0};
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GError) error = NULL;

    live_init(&live, "2a37", "{" RANDOM "}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(live.values > 1);
    bh_dbus_device1_call_read_sync(bh_live_subscription_peek_device(live.subscription),
                                   "180d",
                                   "2a38",
                                   g_variant_new_parsed("@a{sv} {}"),
                                   G_DBUS_CALL_FLAGS_NONE,
                                   10000,
                                   &value,
                                   NULL,
                                   &error);
    g_assert_no_error(error);
    ck_assert_uint_eq(g_variant_get_size(value), 1);
}
END_TEST

START_TEST(a_stopped_live_subscription_leaves_nothing_behind)
{
    g_auto(Live) live = {0};

    live_init(&live, "2a37", "{" RANDOM "}");
    bh_fixture_start_hub(&live.bus, NULL);
    BH_AWAIT(g_str_equal(live.told->str, "up "));
    ck_assert(is_linked(&live));
    bh_live_subscription_stop(live.subscription);
    await_link(&live, FALSE);
    bh_live_subscription_start(live.subscription);
    BH_AWAIT(g_str_equal(live.told->str, "up up "));
    g_clear_object(&live.subscription); /* the last reference */
    await_link(&live, FALSE);
}
END_TEST

START_TEST(a_live_subscription_stopped_while_it_begins_leaves_nothing_behind)
{
    g_auto(Live) live = {0};

    live_init(&live, "2a37", "{" RANDOM "}");
    bh_fixture_start_hub(&live.bus, NULL);
    for (guint turns = 0; turns < 20; turns++) {
        for (guint i = 0; i < turns; i++)
            g_main_context_iteration(NULL, FALSE);
        bh_live_subscription_stop(live.subscription);
        bh_live_subscription_start(live.subscription);
    }
    bh_live_subscription_stop(live.subscription);
    bh_fixture_settle();
    await_link(&live, FALSE);
    ck_assert_str_eq(live.told->str, "");
}
END_TEST

BH_TEST_MAIN("client-subscription",
             what_is_in_vain_goes_down_and_is_not_tried_again,
             a_device_that_is_not_there_is_tried_again,
             a_live_subscription_begins_when_blehubd_comes_and_again_when_it_comes_back,
             a_lost_link_is_told_and_values_go_on_after_it,
             the_device_can_be_read_while_it_is_up,
             a_stopped_live_subscription_leaves_nothing_behind,
             a_live_subscription_stopped_while_it_begins_leaves_nothing_behind)
