/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Watches as clients call them, over a simulated BlueZ whose only adapter reports every
 * advertisement, and beacons that can be told to come, go and move.
 */
#include "bh-caller.h"

G_BEGIN_DECLS

#define BH_WATCH "org.blehub.Watch1"
#define BH_WATCH_UUID "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
#define BH_WATCH_BEACON "iBeacon:" BH_WATCH_UUID "-1-2"
/* With these a single reading makes a zone, and so does the next. */
#define BH_WATCH_AT_ONCE "'MinSamples': <1>, 'Alpha': <1.0>"

/* The simulation with nothing on the air, and blehubd. */
void bh_watch_scene_init(BhFixture *f, const char *config);

/* An iBeacon of this major and minor begins to advertise, every 20 ms, with this strength; its
 * address is another one for each name. */
void bh_watch_scene_put(BhFixture *f, const char *name, guint16 major, guint16 minor, gint rssi);
/* One that is there is heard with another strength from now on. */
void bh_watch_scene_move(BhFixture *f, const char *name, guint16 major, guint16 minor, gint rssi);
void bh_watch_scene_take_away(BhFixture *f, const char *name);

/* The path of a new watch of connection. */
char *bh_watch_make(GDBusConnection *connection, const char *options);
/* Rows of GetStates() or GetStatistics(), aa{sv}. */
GVariant *bh_watch_rows(GDBusConnection *connection,
                        const char *watch,
                        const char *method,
                        const char *options);
/* "near" of an identity or alias; to be freed. */
char *bh_watch_dup_zone(GDBusConnection *connection, const char *watch, const char *id);
gboolean
bh_watch_is_in(GDBusConnection *connection, const char *watch, const char *id, const char *zone);
/* "far>near iBeacon:..." of the next change of zone, or the error; to be freed. */
char *bh_watch_dup_change(GDBusConnection *connection, const char *watch, gint timeout_ms);
/* Whether an adapter listens for it. */
gboolean bh_watch_is_watching(GDBusConnection *connection, const char *watch);

/* What a row says. */
void bh_watch_require_text(GVariant *row, const char *key, const char *wanted);

G_END_DECLS
