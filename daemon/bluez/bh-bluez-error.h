/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What BlueZ, the bus and sd-bus say went wrong, in blehub's vocabulary. The one place where their
 * error names are known.
 */
#include "bh-error.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

BhError bh_bluez_error_code(const sd_bus_error *error);

/* "name: message", with "org.bluez.Error." left out. */
char *bh_bluez_error_dup_text(const sd_bus_error *error);

/* Sets error to the translation, "<what>: <name>: <message>". */
void bh_bluez_error_set(GError **error, const sd_bus_error *cause, const char *what);

/* The same for a negative errno that sd-bus returned. */
void bh_bluez_error_set_errno(GError **error, int result, const char *what);

/* BlueZ is doing something that excludes the call, or has a session of ours left over. */
gboolean bh_bluez_error_is_in_progress(const sd_bus_error *error);

/* No answer came: the call may still take effect. */
gboolean bh_bluez_error_is_timeout(const sd_bus_error *error);

G_END_DECLS
