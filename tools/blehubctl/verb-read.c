/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* read: one value of a characteristic or descriptor, whatever its length. */
#include "attribute.h"
#include "peer.h"
#include "row-json.h"
#include "value-text.h"
#include "verbs.h"

typedef struct {
    BhPeerOptions peer;
    BhAttribute attribute;
    char *as;
    const BhValueType *type;
} Options;

static void
options_clear(Options *self)
{
    bh_peer_options_clear(&self->peer);
    bh_attribute_clear(&self->attribute);
    g_clear_pointer(&self->as, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static GVariant *
call(BhPeer *peer, const BhAttribute *attribute, GVariant *options, GError **error)
{
    if (attribute->descriptor)
        return bh_peer_call(peer,
                            "reading",
                            "ReadDescriptor",
                            g_variant_new("(sss@a{sv})",
                                          attribute->service,
                                          attribute->characteristic,
                                          attribute->descriptor,
                                          options),
                            error);
    return bh_peer_call(
        peer,
        "reading",
        "Read",
        g_variant_new("(ss@a{sv})", attribute->service, attribute->characteristic, options),
        error);
}

static void
print(const BhCtl *ctl, const BhValueType *type, GVariant *reply)
{
    g_autoptr(GVariant) value = g_variant_get_child_value(reply, 0);
    g_autofree char *line = NULL;
    gsize size = 0;
    const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);

    if (ctl->json) {
        g_autoptr(JsonObject) object = json_object_new();

        bh_value_add_to_json(type, bytes, size, object);
        line = bh_json_take_line(json_node_init_object(json_node_alloc(), object));
    } else {
        line = bh_value_to_text(type, bytes, size);
    }
    bh_ctl_print(line);
    bh_ctl_print("\n");
}

static BhExit
read_value(const BhCtl *ctl, const Options *self, const char *address)
{
    g_autoptr(GVariantDict) options = g_variant_dict_new(NULL);
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};

    if (!bh_attribute_fill(&self->attribute, options, &error) ||
        !bh_peer_open_plain(&peer, ctl, address, &self->peer, &error) ||
        !(reply = call(&peer, &self->attribute, g_variant_dict_end(options), &error)))
        return bh_ctl_fail(error);
    print(ctl, self->type, reply);
    return BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"as", 0, 0, G_OPTION_ARG_STRING, &options.as, "How to print it (default hex)", "TYPE"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_attribute_add_options(&options.attribute, context, TRUE);
    bh_peer_options_add(&options.peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 3, 3, &code))
        return code;
    if (!(options.type = bh_value_type_find(options.as, &error)) ||
        !bh_attribute_take_words(&options.attribute, *args + 2, &error))
        return bh_ctl_fail(error);
    return read_value(ctl, &options, (*args)[1]);
}

const BhVerb bh_verb_read = {
    .name = "read",
    .arguments = "ADDRESS SERVICE CHARACTERISTIC",
    .summary = "Read a value of a device",
    .description = "UUIDs in short or long form; SERVICE \"-\": the only one that has the "
                   "characteristic.\n"
                   "Types: hex, utf8, u8, i8, and u or i of 16, 24, 32, 64 and f of 32, 64 bits "
                   "with le or be, as u16le.\n",
    .run = run,
};
