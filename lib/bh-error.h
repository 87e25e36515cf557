/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one error vocabulary of blehub. Each code says what the caller should do; the D-Bus name is
 * "org.blehub.Error." plus the code's name, and the mapping both ways lives here and nowhere else.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_ERROR_FAILED,            /* nothing better known: read the message, report it */
    BH_ERROR_INVALID_ARGUMENTS, /* fix the call; the first word of the message is the wrong key */
    BH_ERROR_NOT_FOUND,         /* the object or device is not there (any more) */
    BH_ERROR_ALREADY_EXISTS,    /* use the one that exists */
    BH_ERROR_NOT_SUPPORTED,     /* this system cannot; the message says why */
    BH_ERROR_NOT_READY,         /* no BlueZ, no adapter or the radio is off; wait for Hub1.State */
    BH_ERROR_NOT_AUTHORIZED,    /* the access table says no */
    BH_ERROR_TIMEOUT,           /* the deadline passed; call again */
    BH_ERROR_DISCONNECTED,      /* the link went away; call again */
    BH_ERROR_CANCELLED,         /* ended by its owner */
    BH_ERROR_LIMIT_EXCEEDED,    /* release something first */
    BH_N_ERRORS
} BhError;

#define BH_ERROR (bh_error_quark())
GQuark bh_error_quark(void);

#define BH_ERROR_DBUS_PREFIX "org.blehub.Error."

/** Full D-Bus name of a code, e.g. "org.blehub.Error.NotReady"; static storage. */
const char *bh_error_to_dbus_name(BhError code);

/** The code of a full D-Bus error name; FALSE if the name is not one of ours. */
gboolean bh_error_from_dbus_name(const char *name, BhError *code);

G_END_DECLS
