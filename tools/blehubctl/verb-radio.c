/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* radio: votes for the radio to be off, or takes the vote back. */
#include "filter-options.h"
#include "progress.h"
#include "row-json.h"
#include "verbs.h"

#define FOREIGN G_MAXUINT32 /* among users: links of others, see org.blehub.Hub1 */

typedef struct {
    gboolean force;
    char *timeout;
} Options;

static void
options_clear(Options *self)
{
    g_clear_pointer(&self->timeout, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* "off", or "still on: wanted by user 1000, user 1001". */
static char *
dup_text(gboolean off, GVariant *users)
{
    GString *out = g_string_new(off ? "off" : "still on");

    for (gsize i = 0; i < g_variant_n_children(users); i++) {
        guint32 uid;

        g_variant_get_child(users, i, "u", &uid);
        g_string_append(out, i == 0 ? ": wanted by " : ", ");
        if (uid == FOREIGN)
            g_string_append(out, "programs outside of blehub");
        else
            g_string_append_printf(out, "user %u", uid);
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

static char *
dup_json(gboolean off, GVariant *users)
{
    g_autoptr(JsonObject) object = json_object_new();
    g_autofree char *line = NULL;

    json_object_set_boolean_member(object, "Off", off);
    json_object_set_member(object, "Users", bh_json_from_variant(users));
    line = bh_json_take_line(json_node_init_object(json_node_alloc(), object));
    return g_strconcat(line, "\n", NULL);
}

static void
print_answer(const BhCtl *ctl, GVariant *reply)
{
    g_autoptr(GVariant) users = g_variant_get_child_value(reply, 1);
    g_autofree char *text = NULL;
    gboolean off;

    g_variant_get_child(reply, 0, "b", &off);
    text = (ctl->json ? dup_json : dup_text)(off, users);
    bh_ctl_print(text);
}

static GVariant *
build_options(const Options *self, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    gint64 timeout_ms = 0;

    if (!bh_option_read_seconds("timeout", self->timeout, 0, &timeout_ms, error))
        return NULL;
    if (self->timeout)
        g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)timeout_ms);
    if (self->force)
        g_variant_dict_insert(dict, "Force", "b", TRUE);
    return g_variant_new("(@a{sv})", g_variant_dict_end(dict));
}

static BhExit
switch_radio(const BhCtl *ctl, const Options *self, gboolean on)
{
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(BhDbusHub1) hub = NULL;
    g_autoptr(GVariant) reply = NULL, parameters = NULL;
    g_autoptr(GError) error = NULL;

    if (!(parameters = build_options(self, &error)))
        return bh_ctl_fail(error);
    g_variant_ref_sink(parameters);
    if (!(bus = bh_ctl_connect(ctl, &error)) || !(hub = bh_ctl_hub(bus, FALSE, &error)) ||
        !(reply = bh_progress_call(G_DBUS_PROXY(hub),
                                   on ? "switching on" : "switching off",
                                   on ? "RadioOn" : "RadioOff",
                                   parameters,
                                   &error)))
        return bh_ctl_fail(error);
    if (!on)
        print_answer(ctl, reply);
    return BH_EXIT_OK;
}

/* The one word, which is on or off. */
static gboolean
check_words(const BhVerb *verb, char *const *words, const Options *options, BhExit *code)
{
    gboolean on = g_strcmp0(words[0], "on") == 0;

    *code = BH_EXIT_USAGE;
    if (!words[0] || words[1] || (!on && !g_str_equal(words[0], "off")))
        bh_ctl_complain("%s takes %s", verb->name, verb->arguments);
    else if (on && options->force)
        bh_ctl_complain("--force goes with off");
    else
        *code = BH_EXIT_OK;
    return *code == BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"force",
         0,
         0,
         G_OPTION_ARG_NONE,
         &options.force,
         "Off, whoever wants it, until \"radio on\" (root)",
         NULL},
        {"timeout",
         't',
         0,
         G_OPTION_ARG_STRING,
         &options.timeout,
         "How long it may take (default 5)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !check_words(verb, *args + 1, &options, &code))
        return code;
    return switch_radio(ctl, &options, g_str_equal((*args)[1], "on"));
}

const BhVerb bh_verb_radio = {
    .name = "radio",
    .arguments = "on|off",
    .summary = "Vote for the radio to be off, or take the vote back",
    .description =
        "Off: what this user's programs wait for ends, what they want rests until \"on\" "
        "or the next call that\n"
        "needs the radio. Power drops when no other user wants it; else it is said who "
        "does.\n",
    .run = run,
};
