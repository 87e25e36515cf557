/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The application is registered, then advertised if wanted, then up. A wait for writes that ends
 * because the radio was switched off is taken up again when the application is registered again,
 * because a call would bring the radio back.
 */
#include "bh-live-application.h"

#include "bh-live.h"

struct _BhLiveApplication {
    GObject parent;
    BhLive live;
    GVariant *options;
    GVariant *advertise_options; /* NULL = none */
    BhDbusApplication1 *application;
    gboolean up;
    gboolean waiting; /* for a write */
};

static guint written_signal;

G_DEFINE_FINAL_TYPE(BhLiveApplication, bh_live_application, G_TYPE_OBJECT)

static void
end(gpointer object)
{
    BhLiveApplication *self = object;

    if (self->application != NULL)
        g_signal_handlers_disconnect_by_data(self->application, self);
    g_clear_object(&self->application);
    self->up = self->waiting = FALSE;
}

/* Writes */

static void wait_written(BhLiveApplication *self);

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhLiveApplication) self = bh_live_step_take(user_data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

    if (self == NULL)
        return;
    self->waiting = FALSE;
    if (reply != NULL) {
        g_signal_emit(self, written_signal, 0, reply);
        if (G_OBJECT(self->application) == source)
            wait_written(self);
    } else if (!bh_live_is_radio_off(error)) {
        bh_live_go_down(&self->live, error);
    }
}

static void
wait_written(BhLiveApplication *self)
{
    self->waiting = TRUE;
    g_dbus_proxy_call(G_DBUS_PROXY(self->application),
                      "WaitWritten",
                      g_variant_new_parsed("({'TimeoutMs': <uint32 0>},)"),
                      G_DBUS_CALL_FLAGS_NONE,
                      G_MAXINT,
                      self->live.cancellable,
                      on_written,
                      bh_live_step_new(&self->live));
}

static void
on_state(BhLiveApplication *self)
{
    const char *state = bh_dbus_application1_get_state(self->application);

    if (self->up && !self->waiting && g_strcmp0(state, "registered") == 0)
        wait_written(self);
}

/* The steps: RegisterApplication, Advertise */

static void
go_up(BhLiveApplication *self)
{
    BhDbusApplication1 *application = self->application;

    self->up = TRUE;
    bh_live_go_up(&self->live);
    if (self->application == application && !self->waiting)
        wait_written(self);
}

static void
on_advertised(gpointer object, gpointer proxy)
{
    go_up(object);
}

static const BhLiveThing ADVERTISEMENT = {
    .method = "Advertise",
    .interface = "org.blehub.Advertisement1",
    .proxy_type = bh_dbus_advertisement1_proxy_get_type,
    .proxy_flags =
        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
    .timeout_ms = G_MAXINT,
    .ready = on_advertised,
};

static void
on_registered(gpointer object, gpointer proxy)
{
    BhLiveApplication *self = object;

    self->application = g_object_ref(proxy);
    g_signal_connect_swapped(self->application, "notify::state", G_CALLBACK(on_state), self);
    if (self->advertise_options == NULL)
        go_up(self);
    else
        bh_live_make(&self->live,
                     &ADVERTISEMENT,
                     g_variant_new("(@a{sv})", self->advertise_options));
}

static const BhLiveThing APPLICATION = {
    .method = "RegisterApplication",
    .interface = "org.blehub.Application1",
    .proxy_type = bh_dbus_application1_proxy_get_type,
    .timeout_ms = G_MAXINT,
    .ready = on_registered,
};

static void
begin(gpointer object)
{
    BhLiveApplication *self = object;

    bh_live_make(&self->live,
                 &APPLICATION,
                 g_variant_new("(@aa{sv}@a{sv})", g_variant_new("aa{sv}", NULL), self->options));
}

static const BhLiveKind KIND = {.begin = begin, .end = end};

/* The interface */

void
bh_live_application_start(BhLiveApplication *self)
{
    bh_live_start(&self->live);
}

void
bh_live_application_stop(BhLiveApplication *self)
{
    bh_live_stop(&self->live);
}

BhDbusApplication1 *
bh_live_application_peek_application(BhLiveApplication *self)
{
    return self->up ? self->application : NULL;
}

static void
bh_live_application_finalize(GObject *object)
{
    BhLiveApplication *self = BH_LIVE_APPLICATION(object);

    bh_live_clear(&self->live);
    g_variant_unref(self->options);
    g_clear_pointer(&self->advertise_options, g_variant_unref);
    G_OBJECT_CLASS(bh_live_application_parent_class)->finalize(object);
}

static void
bh_live_application_class_init(BhLiveApplicationClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_live_application_finalize;
    bh_live_add_signals(BH_TYPE_LIVE_APPLICATION);
    written_signal = bh_live_add_signal(BH_TYPE_LIVE_APPLICATION, "written", G_TYPE_VARIANT);
}

static void
bh_live_application_init(BhLiveApplication *self)
{
}

BhLiveApplication *
bh_live_application_new(GDBusConnection *bus, GVariant *options, GVariant *advertise_options)
{
    BhLiveApplication *self = g_object_new(BH_TYPE_LIVE_APPLICATION, NULL);

    bh_live_init(&self->live, self, bus, &KIND);
    self->options = bh_live_own_options(options);
    if (advertise_options != NULL)
        self->advertise_options = g_variant_ref_sink(advertise_options);
    return self;
}
