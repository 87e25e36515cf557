/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One asynchronous step of an object that follows blehubd. It belongs to one appearance of blehubd,
 * which a cancellable stands for; when that is cancelled, or the object is gone, whatever the step
 * brings comes too late. Part of the library, not of its interface.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

/** For use as user_data; ends with bh_live_step_take(). self is not kept alive. owner: unique name
 * of the blehubd that was asked, for steps that need it; else NULL. */
gpointer bh_live_step_new(gpointer self, GCancellable *cancellable, const char *owner);

/** Before it is taken. */
char *bh_live_step_dup_owner(gpointer step);

/** The object, with a reference for the caller, or NULL: nobody waits for this step any more. */
gpointer bh_live_step_take(gpointer step);

/** Gives an object up, without waiting for the answer, of that appearance of blehubd (a unique
 * name) which made it: a later one has other objects under the same paths. */
void
bh_live_release(GDBusConnection *bus, const char *owner, const char *path, const char *interface);

G_END_DECLS
