/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Global options are read twice: up to the verb, and again among the verb's own, so that both
 * "blehubctl --json scan" and "blehubctl scan --json" work. The bus connection is never the shared
 * one of the process, because that one ends the process when the bus goes.
 */
#include "ctl.h"

#include "bh-error.h"
#include "terminal.h"
#include "verbs.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const BhVerb *const verbs[] = {
    &bh_verb_status,  &bh_verb_devices, &bh_verb_scan,         &bh_verb_discover,
    &bh_verb_beacons, &bh_verb_connect, &bh_verb_disconnect,   &bh_verb_explore,
    &bh_verb_read,    &bh_verb_write,   &bh_verb_subscribe,    &bh_verb_transact,
    &bh_verb_pair,    &bh_verb_bonds,   &bh_verb_advertise,    &bh_verb_serve,
    &bh_verb_radio,   &bh_verb_watch,   &bh_verb_simulate_ema, &bh_verb_decode,
    &bh_verb_uuid,
};

void
bh_ctl_print(const char *text)
{
    fputs(text, stdout);
}

void
bh_ctl_complain(const char *format, ...)
{
    g_autoptr(GString) line = g_string_new("blehubctl: ");
    g_autofree char *message = NULL;
    va_list arguments;

    va_start(arguments, format);
    message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    bh_terminal_append(line, message);
    fprintf(stderr, "%s\n", line->str);
}

/* Names of errors that mean "nobody is there", ours aside. */
static gboolean
is_absence(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND);
}

static gboolean
is_loss(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static BhExit
exit_of_code(BhError code)
{
    if (code == BH_ERROR_INVALID_ARGUMENTS)
        return BH_EXIT_USAGE;
    return code == BH_ERROR_NOT_READY ? BH_EXIT_NOT_READY : BH_EXIT_FAILED;
}

static BhExit
exit_of_error(const GError *error, const char *remote_name)
{
    BhError code = BH_ERROR_FAILED;

    if (error->domain == G_OPTION_ERROR)
        return BH_EXIT_USAGE;
    if (error->domain == BH_ERROR)
        return exit_of_code(error->code);
    if (remote_name && bh_error_from_dbus_name(remote_name, &code))
        return exit_of_code(code);
    return is_absence(error) || is_loss(error) ? BH_EXIT_NOT_READY : BH_EXIT_FAILED;
}

BhExit
bh_ctl_fail(const GError *error)
{
    g_autofree char *remote_name =
        g_dbus_error_is_remote_error(error) ? g_dbus_error_get_remote_error(error) : NULL;
    BhExit code = exit_of_error(error, remote_name);
    g_autoptr(GError) stripped = g_error_copy(error);

    g_dbus_error_strip_remote_error(stripped);
    if (is_absence(error))
        bh_ctl_complain("blehubd is not running (%s is not on this bus)", BH_CTL_BUS_NAME);
    else if (is_loss(error))
        bh_ctl_complain("blehubd or the bus went away");
    else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        bh_ctl_complain("blehubd does not answer");
    else if (code == BH_EXIT_NOT_READY && remote_name)
        bh_ctl_complain("not ready: %s", stripped->message);
    else
        bh_ctl_complain("%s", stripped->message);
    return code;
}

static char *
dup_bus_address(const char *bus, GError **error)
{
    if (g_str_equal(bus, "system"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SYSTEM, NULL, error);
    if (g_str_equal(bus, "session"))
        return g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, error);
    return g_strdup(bus);
}

GDBusConnection *
bh_ctl_connect(const BhCtl *self, GError **error)
{
    GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                 G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
    g_autoptr(GError) reason = NULL;
    g_autofree char *address = dup_bus_address(self->bus, &reason);
    GDBusConnection *bus = NULL;

    if (address)
        bus = g_dbus_connection_new_for_address_sync(address, flags, NULL, NULL, &reason);
    if (!bus)
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_READY,
                    "cannot reach the bus \"%s\": %s",
                    self->bus,
                    reason->message);
    /* GIO's sockets ignore SIGPIPE for the whole process; "blehubctl ... | head" should just end.
     */
    signal(SIGPIPE, SIG_DFL);
    return bus;
}

BhDbusHub1 *
bh_ctl_hub(GDBusConnection *bus, gboolean live, GError **error)
{
    GDBusProxyFlags flags = live ? G_DBUS_PROXY_FLAGS_NONE
                                 : G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                       G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS;

    return bh_dbus_hub1_proxy_new_sync(bus, flags, BH_CTL_BUS_NAME, BH_CTL_ROOT_PATH, NULL, error);
}

/* Takes bus, which may be NULL. */
static void
take_bus(BhCtl *self, char *bus)
{
    if (!bus)
        return;
    g_free(self->bus);
    self->bus = bus;
}

/* A negative number that was taken for an option. NULL if that is not what error is about. */
static const char *
find_number(char **args, const GError *error)
{
    if (!g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
        return NULL;
    for (; *args; args++)
        if (args[0][0] == '-' && (g_ascii_isdigit(args[0][1]) || args[0][1] == '.') &&
            g_str_has_suffix(error->message, *args))
            return *args;
    return NULL;
}

static BhExit
fail_parsing(char **args, const GError *error)
{
    const char *number = find_number(args, error);

    if (!number)
        return bh_ctl_fail(error);
    bh_ctl_complain(
        "\"%s\" looks like an option: put \"--\" between the options and the first other word",
        number);
    return BH_EXIT_USAGE;
}

/* GLib leaves the "--" that ended the options where a word behind it looks like one. */
static void
drop_separator(char **args)
{
    if (!args[1] || !g_str_equal(args[1], "--"))
        return;
    g_free(args[1]);
    for (args++; *args; args++)
        args[0] = args[1];
}

gboolean
bh_ctl_parse(BhCtl *self, const BhVerb *verb, GOptionContext *context, char ***args, BhExit *code)
{
    gboolean help = FALSE;
    char *bus = NULL;
    const GOptionEntry common[] = {
        {"bus", 0, 0, G_OPTION_ARG_STRING, &bus, "system, session or a D-Bus address", "BUS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &self->json, "One JSON object a line", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *name = g_strconcat("blehubctl ", verb->name, NULL);
    g_autoptr(GError) error = NULL;

    g_set_prgname(name);
    g_option_context_add_main_entries(context, common, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, verb->summary);
    g_option_context_set_description(context, verb->description);
    if (!g_option_context_parse_strv(context, args, &error)) {
        *code = fail_parsing(*args, error);
        return FALSE;
    }
    drop_separator(*args);
    take_bus(self, bus);
    if (help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

        bh_ctl_print(text);
        *code = BH_EXIT_OK;
        return FALSE;
    }
    if (!verb->arguments && (*args)[1]) {
        bh_ctl_complain("%s takes no argument, \"%s\" was given", verb->name, (*args)[1]);
        *code = BH_EXIT_USAGE;
        return FALSE;
    }
    return TRUE;
}

static const BhVerb *
find_verb(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (g_str_equal(verbs[i]->name, name))
            return verbs[i];
    return NULL;
}

static void
print_help(GOptionContext *context)
{
    g_autoptr(GString) summary =
        g_string_new("Asks blehubd, the BLE gateway shared by many programs.\n"
                     "\nVerbs:\n");
    g_autofree char *help = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++)
        g_string_append_printf(summary, "  %-12s %s\n", verbs[i]->name, verbs[i]->summary);
    g_string_append(summary, "\n\"blehubctl VERB --help\" shows the options of a verb.");
    g_option_context_set_summary(context, summary->str);
    g_option_context_set_description(
        context,
        "The bus is taken from $BLEHUB_BUS if --bus is not given, else it is the system bus.\n"
        "Exit code: 0 done, 1 failed, 2 wrong usage, 3 no bus, no blehubd or no radio.\n");
    help = g_option_context_get_help(context, TRUE, NULL);
    bh_ctl_print(help);
}

/* The part of the command line before the verb. FALSE if it said everything. */
static gboolean
parse_global(BhCtl *self, char ***args, BhExit *code)
{
    gboolean help = FALSE, version = FALSE;
    char *bus = NULL;
    const GOptionEntry entries[] = {
        {"bus", 0, 0, G_OPTION_ARG_STRING, &bus, "system, session or a D-Bus address", "BUS"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &self->json, "One JSON object a line", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Show the version", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new("VERB [ARGUMENT…]");
    g_autoptr(GError) error = NULL;

    g_set_prgname("blehubctl");
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse_strv(context, args, &error)) {
        *code = bh_ctl_fail(error);
        return FALSE;
    }
    take_bus(self, bus);
    *code = BH_EXIT_OK;
    help = help || (g_strcmp0((*args)[1], "help") == 0 && !(*args)[2]);
    if (help)
        print_help(context);
    else if (version)
        bh_ctl_print("blehubctl " BH_VERSION "\n");
    return !help && !version;
}

static BhExit
run_verb(BhCtl *self, char **args)
{
    const BhVerb *verb = args[0] ? find_verb(args[0]) : NULL;
    g_auto(GStrv) verb_args = NULL;

    if (!args[0])
        bh_ctl_complain("no verb given, see blehubctl --help");
    else if (!verb)
        bh_ctl_complain("unknown verb \"%s\", see blehubctl --help", args[0]);
    if (!verb)
        return BH_EXIT_USAGE;
    verb_args = g_strdupv(args);
    return verb->run(self, verb, &verb_args);
}

/* "help VERB" is "VERB --help". */
static BhExit
run_help(BhCtl *self, char **args)
{
    char *verb_args[] = {args[0], (char *)"--help", NULL};

    return run_verb(self, verb_args);
}

static gboolean
is_utf8(char **args)
{
    for (gsize i = 0; args[i]; i++)
        if (!g_utf8_validate(args[i], -1, NULL))
            return FALSE;
    return TRUE;
}

/* Output that did not get out is a failure, whatever the verb thought. */
static BhExit
flush_output(BhExit code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    bh_ctl_complain("cannot write the output");
    return code == BH_EXIT_OK ? BH_EXIT_FAILED : code;
}

BhExit
bh_ctl_run(char ***args)
{
    const char *bus = g_getenv("BLEHUB_BUS");
    BhCtl self = {.bus = g_strdup(bus && bus[0] ? bus : "system")};
    BhExit code = BH_EXIT_OK;

    if (!is_utf8(*args)) {
        bh_ctl_complain("arguments must be UTF-8 text");
        code = BH_EXIT_USAGE;
    } else if (parse_global(&self, args, &code)) {
        gboolean help = g_strcmp0((*args)[1], "help") == 0;

        code = help ? run_help(&self, *args + 2) : run_verb(&self, *args + 1);
    }
    g_free(self.bus);
    return flush_output(code);
}
