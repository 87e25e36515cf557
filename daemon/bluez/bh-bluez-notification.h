/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Values to subscribers. To all of an adapter goes one signal, from which BlueZ serves each whose
 * descriptor asks for it; it is sent to BlueZ alone, since a value is nobody else's. To one goes a
 * packet on its socket; if it has none, the signal does as well while nobody else may be listening.
 *
 * BlueZ confirms an indication by a byte on that socket (since 5.80), else by calling Confirm()
 * once for each central, without saying for which.
 */
#include "bh-bluez-subscriber.h"

G_BEGIN_DECLS

/* central NULL = all. Errors: as of bh_peripheral_notify(). */
gboolean bh_bluez_notification_send(BhBluezApp *app,
                                    guint attribute,
                                    const BhLinkKey *central,
                                    GBytes *value,
                                    GError **error);
/* Takes task, which returns TRUE when it is confirmed. */
void bh_bluez_notification_indicate(BhBluezApp *app,
                                    guint attribute,
                                    const BhLinkKey *central,
                                    GBytes *value,
                                    GTask *task);

/* A call of BlueZ: somebody confirmed. */
int bh_bluez_notification_confirm(const BhBluezPlace *place, sd_bus_message *call);
/* This one confirmed. */
void bh_bluez_notification_confirmed(BhBluezSubscriber *subscriber);
/* A link is gone, and its subscribers are off the lists: they will not confirm any more. */
void bh_bluez_notifications_left(BhBluezServer *server, const BhLinkKey *key);
/* A central has another address from now on. */
void bh_bluez_notifications_renamed(BhBluezServer *server,
                                    const BhLinkKey *former,
                                    const BhLinkKey *key);
/* Whoever waits for one on an adapter (G_MAXUINT8: on any) gets an error. */
void bh_bluez_notifications_end(BhBluezApp *app, guint8 slot, int code, const char *message);

G_END_DECLS
