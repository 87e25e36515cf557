/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * transact: several steps on a device in one call and under one deadline. Options stand before the
 * address, so that the steps may have any words.
 */
#include "filter-options.h"
#include "peer.h"
#include "transact-steps.h"
#include "verbs.h"

typedef struct {
    BhPeerOptions peer;
    char *timeout;
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

    if (!bh_option_read_seconds("timeout", self->timeout, 0, &timeout_ms, error))
        return NULL;
    if (self->timeout)
        g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)timeout_ms);
    return g_variant_ref_sink(g_variant_dict_end(dict));
}

/* There is a result for each step, since the first that fails fails all. */
static void
print(const BhCtl *ctl, const GPtrArray *steps, GVariant *results)
{
    for (guint i = 0; i < MIN(steps->len, g_variant_n_children(results)); i++) {
        g_autoptr(GVariant) result = NULL;
        g_autofree char *line = NULL;

        g_variant_get_child(results, i, "(s@a{sv})", NULL, &result);
        line = (ctl->json ? bh_transact_result_json : bh_transact_result_text)(steps->pdata[i],
                                                                               result);
        bh_ctl_print(line);
        bh_ctl_print("\n");
    }
}

static BhExit
transact(const BhCtl *ctl, const Options *self, const char *address, const GPtrArray *steps)
{
    g_autoptr(GVariant) options = NULL, reply = NULL, results = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};

    if (!(options = dup_options(self, &error)) ||
        !bh_peer_open_plain(&peer, ctl, address, &self->peer, &error) ||
        !(reply = bh_peer_call(
              &peer,
              "transacting",
              "Transact",
              g_variant_new("(@a(sa{sv})@a{sv})", bh_transact_steps_to_variant(steps), options),
              &error)))
        return bh_ctl_fail(error);
    results = g_variant_get_child_value(reply, 0);
    print(ctl, steps, results);
    return BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GPtrArray) steps = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"timeout",
         't',
         0,
         G_OPTION_ARG_STRING,
         &options.timeout,
         "How long all steps together may take (default 10)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    g_option_context_set_strict_posix(context, TRUE);
    bh_peer_options_add(&options.peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 2, 0, &code))
        return code;
    if (!(steps = bh_transact_steps_new(*args + 2, &error)))
        return bh_ctl_fail(error);
    return transact(ctl, &options, (*args)[1], steps);
}

const BhVerb bh_verb_transact = {
    .name = "transact",
    .arguments = "ADDRESS STEP [-- STEP…]",
    .summary = "Do several things with a device in one call",
    .description =
        "Steps: read, find, subscribe, unsubscribe SERVICE CHARACTERISTIC; write SERVICE "
        "CHARACTERISTIC VALUE…; pair;\n"
        "mtu. Words as=TYPE, instance=N, descriptor=UUID, response=yes|no come before the value. "
        "The first step\n"
        "that fails ends it. Options stand before the address.\n",
    .run = run,
};
