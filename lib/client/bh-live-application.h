/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * GATT services that are served whenever blehubd is there: it follows the name org.blehub,
 * registers its application when blehubd comes, advertises it if wanted, and does both again after
 * blehubd was restarted. (Restarts of bluetoothd are blehubd's: they need nothing.)
 *
 * Signals, from the main context in which it was started:
 *   "up" (): it is served; the place to set values, which begin with those of the definition;
 *   "written" (GVariant): a central wrote: the reply of Application1.WaitWritten, (sssaya{sv});
 *   "down" (GError): it is not served any more, or could not be, and why. It comes back with the
 *   next start of blehubd, or when bh_live_application_start() is called again.
 * Nothing is told while blehubd was not there yet.
 */
#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_LIVE_APPLICATION (bh_live_application_get_type())
G_DECLARE_FINAL_TYPE(BhLiveApplication, bh_live_application, BH, LIVE_APPLICATION, GObject)

/** options are a{sv} of Hub1.RegisterApplication, with a Definition; advertise_options a{sv} of
 * Hub1.Advertise, or NULL: it is not advertised. Floating ones are taken. */
BhLiveApplication *
bh_live_application_new(GDBusConnection *bus, GVariant *options, GVariant *advertise_options);

/** Begins to follow blehubd; nothing if it does already. */
void bh_live_application_start(BhLiveApplication *self);
/** Ends the application and its advertisement, without a signal. Dropping the last reference does
 * so, too. */
void bh_live_application_stop(BhLiveApplication *self);

/** The application while it is up, with its properties and signals; else NULL. Borrowed. */
BhDbusApplication1 *bh_live_application_peek_application(BhLiveApplication *self);

G_END_DECLS
