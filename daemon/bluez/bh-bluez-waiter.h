/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A GTask that somebody waits for and may cancel: what every call of the central role holds while
 * it is under way. It is over when the task has been taken out; what is left then is nobody's.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    GTask *task; /* NULL = nobody waits */
    GSource *cancelled;
} BhBluezWaiter;

/* Takes task. on_cancelled is called once, from the main loop, unless it is over before. */
void
bh_bluez_waiter_begin(BhBluezWaiter *self, GTask *task, GSourceFunc on_cancelled, gpointer data);

gboolean bh_bluez_waiter_waits(const BhBluezWaiter *self);
/* Whether it waits and has not been cancelled, also where on_cancelled was not called yet. */
gboolean bh_bluez_waiter_is_wanted(const BhBluezWaiter *self);

/* Each ends it; nothing happens if it is over. They may call back into the hub, so they come last.
 */
GTask *bh_bluez_waiter_take(BhBluezWaiter *self);
void bh_bluez_waiter_succeed(BhBluezWaiter *self);
/* Takes error. */
void bh_bluez_waiter_fail(BhBluezWaiter *self, GError *error);
void bh_bluez_waiter_fail_literal(BhBluezWaiter *self, int code, const char *message);

G_END_DECLS
