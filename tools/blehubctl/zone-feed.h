/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A watch of ours and what it tells, by signals: the states it begins with, states as samples come,
 * changes of zone. It is made again when blehubd was restarted, and goes with our connection to the
 * bus.
 */
#include "signal-bound.h"
#include "stay.h"

G_BEGIN_DECLS

typedef enum {
    BH_ZONE_NEWS_BEGIN,   /* a watch begins: nothing that was told before counts any more */
    BH_ZONE_NEWS_STATES,  /* samples were taken */
    BH_ZONE_NEWS_CHANGES, /* zones are others: rows have From */
} BhZoneNews;

typedef struct {
    /** rows: aa{sv}, state rows of org.blehub.Watch1. */
    void (*news)(BhZoneNews news, GVariant *rows, gpointer user_data);
    /** What is waited for, or NULL: it is there again. */
    void (*waiting)(const char *what, gpointer user_data);
} BhZoneFuncs;

typedef struct {
    GDBusConnection *bus;
    BhDbusHub1 *hub;
    BhStay *stay;      /* borrowed: ended if there can be no watch any more */
    GVariant *options; /* of Hub1.Watch */
    const BhZoneFuncs *funcs;
    gpointer user_data;
    guint name_watch;
    guint subscription;
    BhSignalBound *bound;
    char *owner; /* of the name; NULL = blehubd is not there */
    char *path;  /* of the watch; NULL = there is none */
    GCancellable *cancellable;
    guint pending; /* calls that are out */
    char *waiting; /* for what, as last told; NULL = for nothing */
} BhZoneFeed;

/** Makes the watch, and tells what it begins with. options: a{sv}, borrowed. Everything else comes
 * while stay runs. */
gboolean bh_zone_feed_begin(BhZoneFeed *self,
                            BhDbusHub1 *hub,
                            GVariant *options,
                            BhStay *stay,
                            const BhZoneFuncs *funcs,
                            gpointer user_data,
                            GError **error);

/** aa{sv}: statistics of the watch that there is; NULL with error if there is none. */
GVariant *bh_zone_feed_get_statistics(BhZoneFeed *self, GError **error);

/** Signals that came faster than news were taken, and were dropped. */
guint bh_zone_feed_get_lost(const BhZoneFeed *self);

/** What is waited for; NULL = nothing. */
const char *bh_zone_feed_peek_waiting(const BhZoneFeed *self);

/** Ends the watch. Afterwards nothing is pending. */
void bh_zone_feed_clear(BhZoneFeed *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhZoneFeed, bh_zone_feed_clear)

G_END_DECLS
