/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Subscriptions: StartNotify, and the characteristic's `Value` from then on, by a match rule of its
 * own. BlueZ signals `Value` for what a read brought, too; the echo of our own read is left out.
 *
 * The echo comes before the answer to the read, and nothing marks it. So while BlueZ reads for us,
 * a value is held, and BlueZ asked anything: it answers in order. If the answer to the read comes
 * before that, the value was its echo (if it is the same), else it was a notification.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Takes task, which returns TRUE when values will come. */
void bh_bluez_notify_start(BhBluezCentral *self, const BhLinkKey *key, guint16 handle, GTask *task);
void bh_bluez_notify_stop(BhBluezCentral *self, const BhLinkKey *key, guint16 handle);

/* PropertiesChanged of a characteristic or battery: reads the a{sv} that comes next. */
int bh_bluez_notify_changed(BhBluezCentral *self, const char *path, sd_bus_message *message);

/* A read of ours is over: with a value from offset on, or without. */
void
bh_bluez_notify_read_done(BhBluezCentral *self, const char *path, guint16 offset, GBytes *value);
void bh_bluez_notify_read_failed(BhBluezCentral *self, const char *path);

/* The object is gone: BlueZ has forgotten it. */
void bh_bluez_notify_removed(BhBluezCentral *self, const char *path);
/* The link is gone, and all subscriptions with it. */
void bh_bluez_notify_link_gone(BhBluezCentral *self, const BhBluezLink *link);

void bh_bluez_notify_init(BhBluezCentral *self);
void bh_bluez_notify_clear(BhBluezCentral *self);

G_END_DECLS
