/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One watch for each appearance of blehubd. Changes are fetched by one call after another that
 * waits for the next, also while the radio is off.
 */
#include "bh-live-watch.h"

#include "bh-live.h"

#define CALL_TIMEOUT_MS 10000

struct _BhLiveWatch {
    GObject parent;
    BhLive live;
    GVariant *options;
    BhDbusWatch1 *watch;
};

static guint zone_signal;

G_DEFINE_FINAL_TYPE(BhLiveWatch, bh_live_watch, G_TYPE_OBJECT)

static void
end(gpointer object)
{
    g_clear_object(&BH_LIVE_WATCH(object)->watch);
}

/* The steps: Watch, and then WaitZone after WaitZone. */

static void wait_zone(BhLiveWatch *self);

static void
on_zone(GObject *source, GAsyncResult *result, gpointer user_data)
{
    BhDbusWatch1 *watch = BH_DBUS_WATCH1(source);
    g_autoptr(BhLiveWatch) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) change = NULL;

    bh_dbus_watch1_call_wait_zone_finish(watch, &change, result, &error);
    if (self == NULL)
        return;
    if (change == NULL && !bh_live_is_radio_off(error)) {
        bh_live_go_down(&self->live, error);
        return;
    }
    if (change != NULL)
        g_signal_emit(self, zone_signal, 0, change);
    if (watch == self->watch)
        wait_zone(self);
}

static void
wait_zone(BhLiveWatch *self)
{
    bh_dbus_watch1_call_wait_zone(self->watch,
                                  g_variant_new_parsed("{'TimeoutMs': <0>}"),
                                  G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                  G_MAXINT, /* for ever */
                                  self->live.cancellable,
                                  on_zone,
                                  bh_live_step_new(&self->live));
}

static void
on_watch(gpointer object, gpointer proxy)
{
    BhLiveWatch *self = object;

    self->watch = g_object_ref(proxy);
    bh_live_go_up(&self->live);
    if (self->watch != NULL)
        wait_zone(self);
}

static const BhLiveThing WATCH = {
    .method = "Watch",
    .interface = "org.blehub.Watch1",
    .proxy_type = bh_dbus_watch1_proxy_get_type,
    .proxy_flags = G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES,
    .timeout_ms = CALL_TIMEOUT_MS,
    .ready = on_watch,
};

static void
begin(gpointer object)
{
    BhLiveWatch *self = object;

    bh_live_make(&self->live, &WATCH, g_variant_new("(@a{sv})", self->options));
}

static const BhLiveKind KIND = {.begin = begin, .end = end};

/* The interface */

void
bh_live_watch_start(BhLiveWatch *self)
{
    bh_live_start(&self->live);
}

void
bh_live_watch_stop(BhLiveWatch *self)
{
    bh_live_stop(&self->live);
}

BhDbusWatch1 *
bh_live_watch_peek_watch(BhLiveWatch *self)
{
    return self->watch;
}

static void
bh_live_watch_finalize(GObject *object)
{
    BhLiveWatch *self = BH_LIVE_WATCH(object);

    bh_live_clear(&self->live);
    g_variant_unref(self->options);
    G_OBJECT_CLASS(bh_live_watch_parent_class)->finalize(object);
}

static void
bh_live_watch_class_init(BhLiveWatchClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_live_watch_finalize;
    bh_live_add_signals(BH_TYPE_LIVE_WATCH);
    zone_signal = bh_live_add_signal(BH_TYPE_LIVE_WATCH, "zone", G_TYPE_VARIANT);
}

static void
bh_live_watch_init(BhLiveWatch *self)
{
}

BhLiveWatch *
bh_live_watch_new(GDBusConnection *bus, GVariant *options)
{
    BhLiveWatch *self = g_object_new(BH_TYPE_LIVE_WATCH, NULL);

    bh_live_init(&self->live, self, bus, &KIND);
    self->options = bh_live_own_options(options);
    return self;
}
