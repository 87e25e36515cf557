/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The inside of presence, for its parts: what becomes of a reading, and what is told of it.
 */
#include "bh-blocks.h"
#include "bh-tracks.h"
#include "bh-watched.h"

G_BEGIN_DECLS

#define BH_NO_POWER 127

/* Of one identity. There are thousands of these. */
typedef struct {
    BhIdentity identity; /* size 0: not used */
    BhZoneState zone;
    BhTrack track;
    BhAlias *alias; /* borrowed from what is watched; NULL */
    gint64 last_us; /* of the newest reading; 0 = none yet */
    gint64 since_us;
    gint64 zone_us[BH_ZONE_IMMEDIATE]; /* far, near and immediate, until since_us */
    guint32 arrived_ds;                /* of the present visit; 0.1 s, only differences count */
    float interval_ms;
    guint32 samples;
    guint32 readings;
    guint32 below_floor;
    guint32 visits;
    guint32 transitions;
    guint32 tenancy : 29; /* another one each time that the entry is another identity's */
    guint32 pending : 1;  /* it is in the list of those */
    guint32 heard : 1;
    guint32 named : 1; /* asked for by name: never forgotten */
    guint32 newer;     /* the neighbours in order of last_us; BH_NO_ENTRY at the ends */
    guint32 older;
    guint32 next_pending;
    guint16 lengths[BH_PRESENCE_VISIT_BOUNDS + 1]; /* stay at the largest value */
    BhAddress address;
    gint8 beacon_power; /* at 1 m; BH_NO_POWER */
} BhPresenceEntry;

#define BH_NO_ENTRY G_MAXUINT32
#define BH_NO_ENTRY_YET (G_MAXUINT32 - 1) /* of a slot: watched, but never heard well enough */

/* What a slot of the device table was found to be. */
typedef struct {
    guint32 generation;   /* of the slot's tenant; 0 = not looked at yet */
    guint32 entry;        /* BH_NO_ENTRY = not watched; or BH_NO_ENTRY_YET */
    guint32 tenancy : 29; /* of the entry */
    guint32 keyless : 1;  /* its address was made with none of the keys */
} BhPresenceSlot;

struct BhPresence {
    BhPresenceSettings settings;
    BhPresenceFuncs funcs;
    gpointer user_data;
    BhWatched *watched;
    BhBlocks *entries;       /* BhPresenceEntry */
    BhBlocks *slots;         /* BhPresenceSlot, by slot of the device table */
    GHashTable *by_identity; /* BhIdentity, in its entry; to its number and 1 */
    guint32 used;            /* entries ever used: those from here on are free */
    GArray *freed;           /* guint32: those below that are free */
    guint32 newest;          /* ends of the order of last_us */
    guint32 oldest;
    guint32 pending;      /* the first of those with a period that goes on */
    gint64 period_due_us; /* when the first of their periods ends */
    gint64 lost_due_us;   /* nobody can be lost before */
    gint64 listening_since_us;
    gboolean listening;
    guint64 readings;
    guint64 forgotten;
};

BhPresenceEntry *bh_presence_entry(const BhPresence *self, guint32 number);

/* The entry of what a device is; BH_NO_ENTRY if that is not watched, or there is no room, or it has
 * none and what was heard of it is no reading: what is never heard well enough leaves no trace,
 * unless it was asked for by name. */
guint32 bh_presence_identify(BhPresence *self,
                             const BhDevice *device,
                             BhDeviceChange change,
                             gboolean is_reading);

/* Makes the entries of who was asked for by name. */
void bh_presence_add_named(BhPresence *self);
/* The entry was heard: nobody is newer. */
void bh_presence_make_newest(BhPresence *self, guint32 number);

G_END_DECLS
