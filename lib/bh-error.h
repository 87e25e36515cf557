/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one error vocabulary of blehub. Each code says what the caller should do; the D-Bus name is
 * "org.blehub.Error." plus the code's name, and the mapping both ways lives here and nowhere else.
 *
 * What a device answers to a GATT operation is a code of its own for each status byte, because the
 * byte is all that the device says: BH_ERROR_ATT(0x03) is "org.blehub.Error.Att.WriteNotPermitted".
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
    BH_N_ERRORS,                /* of those above */
    BH_ERROR_ATT_BASE = 0x100,  /* plus the status byte, see BH_ERROR_ATT() */
    BH_ERROR_ATT_HIDDEN = 0x200 /* the device refused; BlueZ does not say with which byte */
} BhError;

/** The code of an ATT status byte, 0x01 to 0xff (Core 5.4 Vol 3 Part F 3.4.1.1): the device
 * refused; what to do about it depends on the byte. */
#define BH_ERROR_ATT(status) ((BhError)(BH_ERROR_ATT_BASE | ((status)&0xff)))
/** Whether a code is one of those, hidden ones included. */
#define BH_ERROR_IS_ATT(code)                                                                      \
    ((guint)(code) > BH_ERROR_ATT_BASE && (guint)(code) <= BH_ERROR_ATT_HIDDEN)
/** The status byte of such a code; 0 of the hidden one. */
#define BH_ERROR_ATT_STATUS(code) ((guint8)((guint)(code)&0xff))

#define BH_ERROR (bh_error_quark())
GQuark bh_error_quark(void);

#define BH_ERROR_DBUS_PREFIX "org.blehub.Error."

/** Full D-Bus name of a code, e.g. "org.blehub.Error.NotReady"; static storage. */
const char *bh_error_to_dbus_name(BhError code);

/** The code of a full D-Bus error name; FALSE if the name is not one of ours. */
gboolean bh_error_from_dbus_name(const char *name, BhError *code);

/** What a status byte means, e.g. "Write not permitted"; static storage. */
const char *bh_att_status_to_string(guint8 status);

/** An error of a device; its message is the byte and what it means: "0x03 Write not permitted". */
GError *bh_error_new_att(guint8 status);

G_END_DECLS
