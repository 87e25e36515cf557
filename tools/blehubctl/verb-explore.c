/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* explore: everything a device has, with the values that it lets us read. */
#include "explore-text.h"
#include "filter-options.h"
#include "peer.h"
#include "row-json.h"
#include "terminal.h"
#include "verbs.h"

/* Reading a device of hundreds of characteristics takes long, and nobody else waits for it. */
#define DEFAULT_TIMEOUT_MS 60000

typedef struct {
    BhPeerOptions peer;
    char *timeout;
    gboolean no_values;
} Options;

static void
options_clear(Options *self)
{
    bh_peer_options_clear(&self->peer);
    g_clear_pointer(&self->timeout, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static GVariant *
dup_options(const Options *self, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    gint64 timeout_ms = 0;

    if (!bh_option_read_seconds("timeout", self->timeout, DEFAULT_TIMEOUT_MS, &timeout_ms, error))
        return NULL;
    g_variant_dict_insert(dict, "Values", "b", !self->no_values);
    g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)timeout_ms);
    return g_variant_ref_sink(g_variant_new("(@a{sv})", g_variant_dict_end(dict)));
}

static gboolean
print_json(BhPeer *peer, GVariant *options, GError **error)
{
    g_autoptr(GVariant) reply = bh_peer_call(peer, "exploring", "Explore", options, error);
    g_autofree char *line = NULL;
    const char *json = NULL;

    if (!reply)
        return FALSE;
    g_variant_get(reply, "(&s)", &json);
    line = bh_json_escape(json);
    bh_ctl_print(line);
    bh_ctl_print("\n");
    return TRUE;
}

static char *
dup_name(BhPeer *peer)
{
    g_autoptr(GVariant) properties = bh_peer_get_properties(peer, NULL);
    char *name = NULL;

    if (properties)
        g_variant_lookup(properties, "Name", "s", &name);
    return name;
}

static void
print_device(BhPeer *peer)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *name = dup_name(peer);

    bh_terminal_append(line, name && *name ? name : "(unknown)");
    g_string_append(line, " (");
    bh_terminal_append(line, peer->address);
    g_string_append(line, ")\n");
    bh_ctl_print(line->str);
}

static gboolean
print_tree(BhPeer *peer, GVariant *options, GError **error)
{
    g_autoptr(GVariant) reply = bh_peer_call(peer, "exploring", "Services", options, error);
    g_autoptr(GVariant) services = reply ? g_variant_get_child_value(reply, 0) : NULL;
    g_autofree char *tree = services ? bh_explore_text(services) : NULL;

    if (!tree)
        return FALSE;
    print_device(peer);
    bh_ctl_print(tree);
    return TRUE;
}

static BhExit
explore(const BhCtl *ctl, const Options *self, const char *address)
{
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};

    if (!(options = dup_options(self, &error)) ||
        !bh_peer_open_plain(&peer, ctl, address, &self->peer, &error) ||
        !(ctl->json ? print_json : print_tree)(&peer, options, &error))
        return bh_ctl_fail(error);
    return BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"no-values", 0, 0, G_OPTION_ARG_NONE, &options.no_values, "Read no values", NULL},
        {"timeout",
         't',
         0,
         G_OPTION_ARG_STRING,
         &options.timeout,
         "How long all the reading may take (default 60)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_peer_options_add(&options.peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 1, 1, &code))
        return code;
    return explore(ctl, &options, (*args)[1]);
}

const BhVerb bh_verb_explore = {
    .name = "explore",
    .arguments = "ADDRESS",
    .summary = "Show services, characteristics and values of a device",
    .description = "With --json one object: device_name, services (uuid, characteristics: uuid, "
                   "properties, value in hex).\n",
    .run = run,
};
