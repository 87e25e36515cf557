/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What tests see and spoil of the calls that reach the simulated BlueZ. Every method call passes
 * here before anything else sees it: it is written down, reported, and perhaps answered with an
 * error, or with nothing at all. Works for any method, standard interfaces included.
 *
 * GDBus calls message filters in its own thread, so everything here is guarded by a lock.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhTap BhTap;

/** Called in GDBus's thread with (tssssav): number, sender, path, interface, method, arguments. The
 * call is borrowed. */
typedef void (*BhTapCalled)(GVariant *call, gpointer user_data);

BhTap *bh_tap_new(BhTapCalled called, gpointer user_data);
void bh_tap_free(BhTap *tap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTap, bh_tap_free)

void bh_tap_attach(BhTap *tap, GDBusConnection *connection);

/** From now on nothing of the attached connection gets through: it is about to be closed. */
void bh_tap_detach(BhTap *tap);

/** The next count calls of a method are answered with this error, 0 = none. */
void bh_tap_fail(BhTap *tap,
                 const char *method,
                 const char *error_name,
                 const char *message,
                 guint count);
/** The next count calls of a method are not answered, 0 = none. */
void bh_tap_hang(BhTap *tap, const char *method, guint count);

/** a(tssssav), oldest first. */
GVariant *bh_tap_dup_calls(BhTap *tap);
void bh_tap_clear_calls(BhTap *tap);

G_END_DECLS
