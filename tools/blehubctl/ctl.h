/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What all verbs of blehubctl share: the options that stand before or after any verb, the way to
 * the bus, and one place where an error becomes a line on stderr and an exit code.
 */
#include "bh-dbus.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_CTL_BUS_NAME "org.blehub"
#define BH_CTL_ROOT_PATH "/org/blehub"
#define BH_CTL_TIMEOUT_MS 10000 /* of calls that blehubd answers at once */

typedef enum {
    BH_EXIT_OK = 0,
    BH_EXIT_FAILED = 1,
    BH_EXIT_USAGE = 2,     /* a wrong option or value, found here or by blehubd */
    BH_EXIT_NOT_READY = 3, /* no bus, no blehubd, no BlueZ, no adapter, or the radio is off */
} BhExit;

typedef struct {
    char *bus;     /* "system", "session" or a D-Bus address */
    gboolean json; /* one JSON object a line instead of prose */
} BhCtl;

typedef struct BhVerb BhVerb;

struct BhVerb {
    const char *name;
    const char *arguments;   /* for the usage line; NULL = none are taken */
    const char *summary;     /* one line */
    const char *description; /* what --help says below the options */
    /** args[0] is the verb, the rest what the user wrote behind it; args is changed. */
    BhExit (*run)(BhCtl *ctl, const BhVerb *verb, char ***args);
};

/** Runs one command line, args[0] being the program; what main() returns. args is changed. */
BhExit bh_ctl_run(char ***args);

/** Parses a verb's options, of which context has those of its own. FALSE if the verb should not run
 *  (mistake or --help); the exit code is then in code. Without verb->arguments any argument is a
 * mistake. */
gboolean
bh_ctl_parse(BhCtl *self, const BhVerb *verb, GOptionContext *context, char ***args, BhExit *code);

/** A connection of our own, registered on the bus. */
GDBusConnection *bh_ctl_connect(const BhCtl *self, GError **error);

/** The hub. live: with its properties, kept current; else for calls only, which say so if nobody is
 * there. */
BhDbusHub1 *bh_ctl_hub(GDBusConnection *bus, gboolean live, GError **error);

/** Writes "blehubctl: message" to stderr, safe for terminals. */
void bh_ctl_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/** Complains about error in the user's words and says how to exit. */
BhExit bh_ctl_fail(const GError *error);

/** Writes to stdout. That it could not is found out at the end of bh_ctl_run(). */
void bh_ctl_print(const char *text);

G_END_DECLS
