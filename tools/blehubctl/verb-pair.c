/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * pair: Pair() waits while its questions come as signals; each is put to the user on stderr and
 * answered by a line of stdin, which is read without blocking, so that a pairing that fails
 * meanwhile ends at once.
 */
#include "filter-options.h"
#include "peer.h"
#include "progress.h"
#include "verbs.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    BhPeerOptions peer;
    char *capability;
    char *passkey;
    char *timeout;
    gboolean confirm;
} Options;

typedef struct {
    BhDbusDevice1 *device; /* borrowed: outlived by its peer */
    GDataInputStream *lines;
    GCancellable *cancellable;
    gboolean asked;         /* a question is open */
    gboolean wants_passkey; /* it; else yes or no */
    gboolean reading;
} Dialogue;

static void
options_clear(Options *self)
{
    bh_peer_options_clear(&self->peer);
    g_clear_pointer(&self->capability, g_free);
    g_clear_pointer(&self->passkey, g_free);
    g_clear_pointer(&self->timeout, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Answers */

/* Whether the answer was accepted is seen by what becomes of the pairing. */
static void
answer(Dialogue *self, const char *line)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    guint64 passkey = 0;
    gboolean accept = line && (line[0] == 'y' || line[0] == 'Y');

    if (self->wants_passkey) {
        accept = line && g_ascii_string_to_unsigned(line, 10, 0, 999999, &passkey, NULL);
        g_variant_dict_insert(dict, "Passkey", "u", (guint32)passkey);
    }
    g_variant_dict_insert(dict, "Accept", "b", accept);
    bh_dbus_device1_call_answer_pairing(self->device,
                                        g_variant_dict_end(dict),
                                        G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                        BH_CTL_TIMEOUT_MS,
                                        NULL,
                                        NULL,
                                        NULL);
}

static void
on_line(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Dialogue *self = user_data;
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line_finish(self->lines, result, NULL, &error);

    self->reading = FALSE;
    if (self->asked && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        answer(self, line ? g_strstrip(line) : NULL);
}

static void
ask(Dialogue *self, const char *question)
{
    fprintf(stderr, "%s ", question);
    fflush(stderr);
    self->asked = TRUE;
    if (self->reading)
        return; /* the line to come answers the newer question */
    self->reading = TRUE;
    g_data_input_stream_read_line_async(self->lines,
                                        G_PRIORITY_DEFAULT,
                                        self->cancellable,
                                        on_line,
                                        self);
}

/* A line that is typed all the same answers nothing. */
static void
withdraw(Dialogue *self)
{
    if (self->asked)
        fputs("\nThe question is withdrawn.\n", stderr);
    self->asked = FALSE;
}

static void
on_question(Dialogue *self, const char *kind, GVariant *details)
{
    g_autofree char *question = NULL;
    guint32 passkey = 0;

    if (g_str_equal(kind, "withdrawn")) {
        withdraw(self);
        return;
    }
    g_variant_lookup(details, "Passkey", "u", &passkey);
    self->wants_passkey = g_str_equal(kind, "enter-passkey");
    if (g_str_equal(kind, "display-passkey")) {
        fprintf(stderr, "Enter %06u on the device.\n", passkey);
        return;
    }
    if (self->wants_passkey)
        question = g_strdup("Which passkey does the device show?");
    else if (g_str_equal(kind, "confirm"))
        question = g_strdup_printf("Does the device show %06u? [y/n]", passkey);
    else
        question = g_strdup("Let the device pair? [y/n]");
    ask(self, question);
}

/* Pairing */

static GVariant *
dup_options(const Options *self, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    const char *capability = self->capability       ? self->capability
                             : isatty(STDIN_FILENO) ? "KeyboardDisplay"
                                                    : NULL;
    gint64 passkey = 0, timeout_ms = 0;

    if (!bh_option_read_integer("passkey", self->passkey, 0, 999999, &passkey, error) ||
        !bh_option_read_seconds("timeout", self->timeout, 0, &timeout_ms, error))
        return NULL;
    if (capability)
        g_variant_dict_insert(dict, "Capability", "s", capability);
    if (self->passkey)
        g_variant_dict_insert(dict, "Passkey", "u", (guint32)passkey);
    if (self->confirm)
        g_variant_dict_insert(dict, "Confirm", "b", TRUE);
    if (self->timeout)
        g_variant_dict_insert(dict, "TimeoutMs", "u", (guint32)timeout_ms);
    return g_variant_ref_sink(g_variant_new("(@a{sv})", g_variant_dict_end(dict)));
}

/* The dialogue is over when the pairing is. */
static gboolean
pair(BhPeer *peer, GVariant *options, GError **error)
{
    g_autoptr(GInputStream) in = g_unix_input_stream_new(STDIN_FILENO, FALSE);
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(in);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GVariant) reply = NULL;
    Dialogue dialogue = {.device = peer->device, .lines = lines, .cancellable = cancellable};

    g_signal_connect_swapped(peer->device, "pairing-question", G_CALLBACK(on_question), &dialogue);
    reply = bh_peer_call(peer, "pairing", "Pair", options, error);
    g_signal_handlers_disconnect_by_data(peer->device, &dialogue);
    g_cancellable_cancel(cancellable);
    if (dialogue.reading && dialogue.asked)
        fputc('\n', stderr); /* behind a question that nobody answered */
    while (dialogue.reading)
        g_main_context_iteration(NULL, TRUE);
    return reply != NULL;
}

static gboolean
is_paired_already(const GError *error)
{
    g_autofree char *name = error ? g_dbus_error_get_remote_error(error) : NULL;

    return g_strcmp0(name, "org.blehub.Error.AlreadyExists") == 0;
}

static BhExit
pair_device(const BhCtl *ctl, const Options *self, const char *address)
{
    g_autoptr(GVariant) options = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(BhPeer) peer = {0};

    if (!(options = dup_options(self, &error)) ||
        !bh_peer_open_plain(&peer, ctl, address, &self->peer, &error) ||
        (!pair(&peer, options, &error) && !is_paired_already(error)))
        return bh_ctl_fail(error);
    if (!ctl->json)
        bh_ctl_print(error ? "Already paired.\n" : "Paired.\n");
    return BH_EXIT_OK;
}

static void
add_options(Options *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"capability",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->capability,
         "NoInputNoOutput, DisplayOnly, DisplayYesNo, KeyboardOnly, KeyboardDisplay",
         "NAME"},
        {"passkey",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->passkey,
         "The answer if the device shows one",
         "NUMBER"},
        {"confirm",
         0,
         0,
         G_OPTION_ARG_NONE,
         &self->confirm,
         "The answer if numbers are to be compared is yes",
         NULL},
        {"timeout",
         't',
         0,
         G_OPTION_ARG_STRING,
         &self->timeout,
         "How long pairing may take (default 20)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };

    bh_peer_options_add(&self->peer, context);
    g_option_context_add_main_entries(context, entries, NULL);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_auto(Options) options = {0};
    BhExit code = BH_EXIT_OK;

    add_options(&options, context);
    if (!bh_ctl_parse(ctl, verb, context, args, &code) ||
        !bh_peer_check_words(verb, *args + 1, 1, 1, &code))
        return code;
    return pair_device(ctl, &options, (*args)[1]);
}

const BhVerb bh_verb_pair = {
    .name = "pair",
    .arguments = "ADDRESS",
    .summary = "Pair and bond with a device",
    .description = "Questions are asked on stderr and answered on stdin. The capability is "
                   "KeyboardDisplay if stdin is a\n"
                   "terminal, else NoInputNoOutput.\n",
    .run = run,
};
