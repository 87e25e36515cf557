/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Presence over a device table that is fed by hand.
 */
#include "bh-presence.h"

G_BEGIN_DECLS

#define MS 1000                                           /* us */
#define SCENE_UUID "e2c56db5-dffb-48d2-b060-d0f5a71096e0" /* of scene_hear_beacon() */

typedef struct {
    BhDeviceTable *table;
    BhPresence *presence;
    BhPresenceSettings settings; /* as the next one, until scene_start() */
    BhPresenceSelection selection;
    gint64 now_us;
    GString *story; /* changes of zone: "ID from>to " */
    guint samples;
    guint forgotten;
} Scene;

Scene *scene_new(void);
void scene_free(Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

/* Chooses an identity. */
void scene_watch(Scene *scene, const char *text);
void scene_start(Scene *scene);
void scene_pass(Scene *scene, gint64 ms);

typedef struct {
    const char *address; /* NULL: random:C0:00:00:00:00:01 */
    BhAddressType type;
    guint8 adapter;
    gint8 rssi;
    const guint8 *data;
    gsize size;
} Heard;

void scene_hear_as(Scene *scene, const Heard *heard);
void scene_hear(Scene *scene, gint8 rssi);
/* n reports, a tenth of a second apart. */
void scene_hear_often(Scene *scene, guint n, gint8 rssi);
/* One report, and a tenth of a second. */
void scene_hear_by(Scene *scene, guint8 adapter, gint8 rssi);
/* The iBeacon SCENE_UUID-7-minor, which says -50 dBm at 1 m. */
void scene_hear_beacon(Scene *scene, const char *address, guint8 minor, gint8 rssi);

/* Of the one heard last. */
BhPresenceState scene_newest(Scene *scene);
BhPresenceStatistics scene_newest_statistics(Scene *scene);

G_END_DECLS
