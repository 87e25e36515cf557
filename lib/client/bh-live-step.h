/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One asynchronous step of an object that follows blehubd. It belongs to one appearance of blehubd,
 * which a cancellable stands for; when that is cancelled, or the object is gone, whatever the step
 * brings comes too late. Part of the library, not of its interface.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

/** For use as user_data; ends with bh_live_step_take(). self is not kept alive. */
gpointer bh_live_step_new(gpointer self, GCancellable *cancellable);

/** The object, with a reference for the caller, or NULL: nobody waits for this step any more. */
gpointer bh_live_step_take(gpointer step);

/** Gives an object of blehubd up, without waiting for the answer. */
void bh_live_release(GDBusConnection *bus, const char *path, const char *interface);

G_END_DECLS
