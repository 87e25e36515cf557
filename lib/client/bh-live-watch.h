/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A watch that is there whenever blehubd is: it follows the name org.blehub, makes its watch when
 * blehubd comes, and again after it was restarted, when everything is lost to begin with.
 *
 * Signals, from the main context in which it was started:
 *   "zone" (GVariant): a change of zone, a{sv} as of Watch1.WaitZone(), valid during the call;
 *   "up" (): the watch is made, changes may come;
 *   "down" (GError): it is not there any more, or could not be made, and why. It comes back with
 *   the next start of blehubd, or when bh_live_watch_start() is called again.
 * Nothing is told while blehubd was not there yet. While the radio is off nothing changes.
 */
#include "bh-dbus.h"

G_BEGIN_DECLS

#define BH_TYPE_LIVE_WATCH (bh_live_watch_get_type())
G_DECLARE_FINAL_TYPE(BhLiveWatch, bh_live_watch, BH, LIVE_WATCH, GObject)

/** options is a{sv} or NULL, of Hub1.Watch; a floating one is taken. */
BhLiveWatch *bh_live_watch_new(GDBusConnection *bus, GVariant *options);

/** Begins to follow blehubd; nothing if it does already. */
void bh_live_watch_start(BhLiveWatch *self);
/** Ends the watch, without a signal. Dropping the last reference does so, too. */
void bh_live_watch_stop(BhLiveWatch *self);

/** The watch while it is up, for its other methods; else NULL. Borrowed. */
BhDbusWatch1 *bh_live_watch_peek_watch(BhLiveWatch *self);

G_END_DECLS
