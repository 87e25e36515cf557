/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* write: one value into a characteristic or descriptor. */
#include "attribute.h"
#include "peer.h"
#include "value-text.h"
#include "verbs.h"

typedef struct {
    BhPeerOptions peer;
    BhAttribute attribute;
    char *as;
    gboolean response;
    gboolean no_response;
    GBytes *value;
} Options;

static void
options_clear(Options *self)
{
    bh_peer_options_clear(&self->peer);
    bh_attribute_clear(&self->attribute);
    g_clear_pointer(&self->as, g_free);
    g_clear_pointer(&self->value, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Neither of the two words about a response: blehubd chooses. */
static GVariant *
dup_options(const Options *self, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);

    if (!bh_attribute_fill(&self->attribute, dict, error))
        return NULL;
    if (self->response != self->no_response)
        g_variant_dict_insert(dict, "Response", "b", self->response);
    return g_variant_ref_sink(g_variant_dict_end(dict));
}

static GVariant *
call(BhPeer *peer, const Options *self, GVariant *options, GError **error)
{
    const BhAttribute *to = &self->attribute;
    GVariant *value = g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, self->value, TRUE);

    if (to->descriptor)
        return bh_peer_call(peer,
                            "writing",
                            "WriteDescriptor",
                            g_variant_new("(sss@ay@a{sv})",
                                          to->service,
                                          to->characteristic,
                                          to->descriptor,
                                          value,
                                          options),
                            error);
    return bh_peer_call(
        peer,
        "writing",
        "Write",
        g_variant_new("(ss@ay@a{sv})", to->service, to->characteristic, value, options),
        error);
}

static BhExit
write_value(const BhCtl *ctl, const Options *self, const char *address)
{
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};

    if (!(options = dup_options(self, &error)) ||
        !bh_peer_open_plain(&peer, ctl, address, &self->peer, &error) ||
        !(reply = call(&peer, self, options, &error)))
        return bh_ctl_fail(error);
    return BH_EXIT_OK;
}

/* What the user wrote behind the options. */
static gboolean
take_words(Options *self, char *const *words, GError **error)
{
    const BhValueType *type = bh_value_type_find(self->as, error);

    if (self->response && self->no_response) {
        g_set_error_literal(error,
                            G_OPTION_ERROR,
                            G_OPTION_ERROR_BAD_VALUE,
                            "--response and --no-response: one of them");
        return FALSE;
    }
    return type && bh_attribute_take_words(&self->attribute, words, error) &&
           (self->value = bh_value_from_words(type, words + 2, error));
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"as", 0, 0, G_OPTION_ARG_STRING, &options.as, "How it is written (default hex)", "TYPE"},
        {"response", 0, 0, G_OPTION_ARG_NONE, &options.response, "Wait for confirmation", NULL},
        {"no-response", 0, 0, G_OPTION_ARG_NONE, &options.no_response, "Do not wait", NULL},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_attribute_add_options(&options.attribute, context, TRUE);
    bh_peer_options_add(&options.peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 4, 0, &code))
        return code;
    if (!take_words(&options, *args + 2, &error))
        return bh_ctl_fail(error);
    return write_value(ctl, &options, (*args)[1]);
}

const BhVerb bh_verb_write = {
    .name = "write",
    .arguments = "ADDRESS SERVICE CHARACTERISTIC VALUE…",
    .summary = "Write a value into a device",
    .description = "Types are those of \"read\". Numbers are decimal or 0x, each a word; put "
                   "\"--\" before the\n"
                   "address if one is negative. Without --response or --no-response a "
                   "confirmation is waited for\n"
                   "only if the device cannot do without.\n",
    .run = run,
};
