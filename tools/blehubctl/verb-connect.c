/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * connect: holds a device and tells what becomes of the link, for as long as we run; or, with a
 * lease, leaves the hold behind for calls of others and ends.
 */
#include "connect-options.h"
#include "row-json.h"
#include "verbs.h"
#include "watch.h"

#include <stdio.h>

typedef struct {
    const BhCtl *ctl;
    BhPeer *peer; /* borrowed */
} Holder;

static char *
dup_json(const char *state, const char *cause, guint16 mtu, const BhPeer *peer)
{
    g_autoptr(JsonObject) object = json_object_new();
    const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(peer->device));

    json_object_set_string_member(object, "State", state);
    if (cause && cause[0])
        json_object_set_string_member(object, "Cause", cause);
    if (mtu > 0)
        json_object_set_int_member(object, "MTU", mtu);
    json_object_set_string_member(object, "Device", path);
    json_object_set_string_member(object, "Hold", peer->hold);
    json_object_set_int_member(object, "Timestamp", g_get_real_time());
    return bh_json_take_line(json_node_init_object(json_node_alloc(), object));
}

static char *
dup_text(const char *state, const char *cause, guint16 mtu, const BhPeer *peer)
{
    if (g_str_equal(state, "ready") && mtu > 0)
        return g_strdup_printf("%s ready, MTU %u", peer->address, mtu);
    if (cause && cause[0] && g_str_equal(state, "waiting"))
        return g_strdup_printf("%s %s (%s)", peer->address, state, cause);
    return g_strdup_printf("%s %s", peer->address, state);
}

/* What the MTU is can be asked for only while the device is there. */
static void
on_state(const char *state, const char *cause, gpointer user_data)
{
    const Holder *self = user_data;
    g_autoptr(GVariant) properties = bh_peer_get_properties(self->peer, NULL);
    g_autofree char *line = NULL;
    guint16 mtu = 0;

    if (properties && g_str_equal(state, "ready"))
        g_variant_lookup(properties, "MTU", "q", &mtu);
    line = (self->ctl->json ? dup_json : dup_text)(state, cause, mtu, self->peer);
    bh_ctl_print(line);
    bh_ctl_print("\n");
    fflush(stdout);
}

static BhExit
hold(Holder *self, gboolean reconnects, gint64 duration_ms)
{
    g_auto(BhWatch) watch = {0};

    bh_watch_init(&watch, self->peer, reconnects);
    watch.stay.duration_ms = duration_ms;
    watch.on_state = on_state;
    watch.user_data = self;
    on_state("ready", NULL, self);
    return bh_watch_run(&watch) ? BH_EXIT_OK : bh_ctl_fail(watch.stay.error);
}

static BhExit
connect_device(const BhCtl *ctl, const BhConnectOptions *options, const char *address)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};
    Holder self = {.ctl = ctl, .peer = &peer};
    gint64 duration_ms = 0;

    if (!bh_connect_options_fill(options, dict, &duration_ms, &error) ||
        !bh_peer_open(&peer, ctl, address, g_variant_dict_end(dict), &error))
        return bh_ctl_fail(error);
    if (!options->lease)
        return hold(&self, options->reconnect, duration_ms);
    on_state("ready", NULL, &self);
    if (!ctl->json) {
        bh_ctl_print(peer.hold);
        bh_ctl_print("\n");
    }
    return BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_auto(BhConnectOptions) options = {0};
    BhExit code = BH_EXIT_OK;

    bh_connect_options_add(&options, context);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 1, 1, &code))
        return code;
    if (options.lease && options.duration) {
        bh_ctl_complain(
            "--lease ends as soon as the link is there, --duration has nothing to wait for");
        return BH_EXIT_USAGE;
    }
    return connect_device(ctl, &options, (*args)[1]);
}

const BhVerb bh_verb_connect = {
    .name = "connect",
    .arguments = "ADDRESS",
    .summary = "Hold a device, and show what becomes of the link",
    .description = "Ends on SIGINT or SIGTERM, or after --duration; without --reconnect also when "
                   "the link is lost.\n"
                   "With --lease the hold stays behind; its path is printed, for \"disconnect\".\n",
    .run = run,
};
