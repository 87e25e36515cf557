/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * subscribe: a subscription of our own that lives as long as we do, and a stream of its values. The
 * state of the link goes to stderr, so that stdout has nothing but values.
 */
#include "attribute.h"
#include "filter-options.h"
#include "row-json.h"
#include "value-text.h"
#include "verbs.h"
#include "watch.h"

#include "bh-stream-reader.h"

#include <stdio.h>

#define QUEUE 256 /* values that may come before the stream is open */

typedef struct {
    BhPeerOptions peer;
    BhAttribute attribute;
    char *as;
    char *count;
    char *duration;
    gboolean reconnect;
} Options;

typedef struct {
    const BhCtl *ctl;
    const BhValueType *type;
    guint count; /* values to come until it ends; 0 = no bound */
    guint printed;
    BhWatch watch;
    BhStreamReader *reader;
    GCancellable *cancellable;
    gboolean reading; /* a read is out */
} Live;

static void
options_clear(Options *self)
{
    bh_peer_options_clear(&self->peer);
    bh_attribute_clear(&self->attribute);
    g_clear_pointer(&self->as, g_free);
    g_clear_pointer(&self->count, g_free);
    g_clear_pointer(&self->duration, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
live_clear(Live *self)
{
    bh_watch_clear(&self->watch);
    g_clear_object(&self->reader);
    g_clear_object(&self->cancellable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

/* Printing */

static char *
dup_json(const Live *self, const BhPackedValue *value)
{
    g_autoptr(JsonObject) object = json_object_new();

    json_object_set_int_member(object, "Sequence", (gint64)value->sequence);
    if (value->dropped > 0)
        json_object_set_int_member(object, "Dropped", value->dropped);
    bh_value_add_to_json(self->type, value->value, value->size, object);
    json_object_set_int_member(object, "Timestamp", value->realtime_us);
    json_object_set_int_member(object, "TimestampMonotonic", value->monotonic_us);
    return bh_json_take_line(json_node_init_object(json_node_alloc(), object));
}

static gboolean
is_complete(const Live *self)
{
    return self->count > 0 && self->printed >= self->count;
}

static void
take_value(Live *self, const BhPackedValue *value)
{
    g_autofree char *line = self->ctl->json
                                ? dup_json(self, value)
                                : bh_value_to_text(self->type, value->value, value->size);

    bh_ctl_print(line);
    bh_ctl_print("\n");
    self->printed++;
    if (is_complete(self))
        bh_watch_end(&self->watch, NULL);
}

static void
on_state(const char *state, const char *cause, gpointer user_data)
{
    if (g_str_equal(state, "ready"))
        fprintf(stderr, "the link is back\n");
    else if (g_str_equal(state, "waiting") && cause)
        fprintf(stderr, "waiting for the device (%s)\n", cause);
}

/* Reading */

static void read_packet(Live *self);

static void
on_packet(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Live *self = user_data;
    g_autoptr(GError) error = NULL;
    BhPackedValue value;

    self->reading = FALSE;
    if (bh_stream_reader_read_finish(self->reader, result, &error) > 0) {
        while (!is_complete(self) && bh_stream_reader_next_value(self->reader, &value))
            take_value(self, &value);
        fflush(stdout); /* who reads us through a pipe waits for it */
        if (!g_cancellable_is_cancelled(self->cancellable))
            read_packet(self);
        return;
    }
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (!error)
        error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CLOSED, "the subscription ended");
    bh_watch_end(&self->watch, g_steal_pointer(&error));
}

static void
read_packet(Live *self)
{
    self->reading = TRUE;
    bh_stream_reader_read_async(self->reader, self->cancellable, on_packet, self);
}

/* Afterwards nothing is pending. */
static BhExit
follow(Live *self)
{
    gboolean ended;
    guint64 lost;

    self->cancellable = g_cancellable_new();
    self->watch.on_state = on_state;
    read_packet(self);
    ended = bh_watch_run(&self->watch);
    g_cancellable_cancel(self->cancellable);
    while (self->reading)
        g_main_context_iteration(NULL, TRUE);
    lost = bh_stream_reader_get_lost(self->reader);
    if (lost > 0)
        bh_ctl_complain("%" G_GUINT64_FORMAT
                        " values were lost: they came faster than they were read",
                        lost);
    return ended ? BH_EXIT_OK : bh_ctl_fail(self->watch.stay.error);
}

/* Beginning */

static GVariant *
dup_connect_options(const Options *self, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);

    if (!bh_peer_options_fill(&self->peer, dict, error))
        return NULL;
    if (self->reconnect)
        g_variant_dict_insert(dict, "Reconnect", "b", TRUE);
    return g_variant_ref_sink(g_variant_dict_end(dict));
}

static char *
make_subscription(BhPeer *peer, const BhAttribute *to, GError **error)
{
    g_autoptr(GVariantDict) options = g_variant_dict_new(NULL);
    g_autoptr(GVariant) reply = NULL;
    char *path = NULL;

    if (!bh_attribute_fill(to, options, error))
        return NULL;
    g_variant_dict_insert(options, "Queue", "u", QUEUE);
    reply = bh_peer_call(
        peer,
        "subscribing",
        "Subscribe",
        g_variant_new("(ss@a{sv})", to->service, to->characteristic, g_variant_dict_end(options)),
        error);
    if (reply)
        g_variant_get(reply, "(o)", &path);
    return path;
}

static BhStreamReader *
open_stream(BhPeer *peer, const BhAttribute *to, GError **error)
{
    g_autoptr(BhDbusSubscription1) subscription = NULL;
    g_autofree char *path = make_subscription(peer, to, error);

    if (!path)
        return NULL;
    subscription = bh_dbus_subscription1_proxy_new_sync(
        peer->bus,
        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
        BH_CTL_BUS_NAME,
        path,
        NULL,
        error);
    return subscription ? bh_stream_reader_open_values_sync(subscription, NULL, NULL, error) : NULL;
}

static BhExit
subscribe(Live *live, const Options *self, const char *address)
{
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};
    gint64 count = 0, duration_ms = 0;

    if (!bh_option_read_integer("count", self->count, 0, G_MAXUINT32, &count, &error) ||
        !bh_option_read_seconds("duration", self->duration, 0, &duration_ms, &error) ||
        !(options = dup_connect_options(self, &error)) ||
        !bh_peer_open(&peer, live->ctl, address, options, &error))
        return bh_ctl_fail(error);
    bh_watch_init(&live->watch, &peer, self->reconnect);
    live->watch.stay.duration_ms = duration_ms;
    live->count = (guint)count;
    if (!(live->reader = open_stream(&peer, &self->attribute, &error)))
        return bh_ctl_fail(error);
    return follow(live);
}

static void
add_options(Options *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"as", 0, 0, G_OPTION_ARG_STRING, &self->as, "How to print values (default hex)", "TYPE"},
        {"count", 'c', 0, G_OPTION_ARG_STRING, &self->count, "End after so many values", "N"},
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &self->duration,
         "How long (default 0: until interrupted)",
         "SECONDS"},
        {"reconnect",
         0,
         0,
         G_OPTION_ARG_NONE,
         &self->reconnect,
         "Go on when the link is lost",
         NULL},
        G_OPTION_ENTRY_NULL,
    };

    bh_attribute_add_options(&self->attribute, context, FALSE);
    bh_peer_options_add(&self->peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    g_auto(Live) live = {.ctl = ctl};
    BhExit code = BH_EXIT_OK;

    add_options(&options, context);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 3, 3, &code))
        return code;
    if (!(live.type = bh_value_type_find(options.as, &error)) ||
        !bh_attribute_take_words(&options.attribute, *args + 2, &error))
        return bh_ctl_fail(error);
    return subscribe(&live, &options, (*args)[1]);
}

const BhVerb bh_verb_subscribe = {
    .name = "subscribe",
    .arguments = "ADDRESS SERVICE CHARACTERISTIC",
    .summary = "Print the values that a device notifies or indicates",
    .description = "A line for each value. Ends on SIGINT or SIGTERM, or as --count and "
                   "--duration say; without\n"
                   "--reconnect also when the link is lost. Types are those of \"read\".\n",
    .run = run,
};
