/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is watched: which identity a device of the table has, if it is one that was asked for.
 * Private to presence.
 */
#include "bh-presence.h"

G_BEGIN_DECLS

typedef struct BhWatched BhWatched;

/* Takes what selection has, and leaves it empty. */
BhWatched *bh_watched_new(BhPresenceSelection *selection);
void bh_watched_free(BhWatched *self);

/* Those that were asked for one by one. */
typedef void (*BhWatchedFunc)(const BhIdentity *identity, gpointer user_data);
void bh_watched_foreach_named(const BhWatched *self, BhWatchedFunc func, gpointer user_data);
/* Also if it was asked for by an address without a type. */
gboolean bh_watched_is_named(const BhWatched *self, const BhIdentity *identity);

typedef enum {
    BH_WATCHED_NOT,
    BH_WATCHED_IS,    /* this identity */
    BH_WATCHED_STAYS, /* it says something about itself, but not who it is */
} BhWatchedResult;

/* Of what a device says: only a beacon is what it says. beacon is made use of by the caller, too;
 * its type is right unless BH_WATCHED_NOT. */
BhWatchedResult bh_watched_find_beacon(const BhWatched *self,
                                       const BhDevice *device,
                                       BhBeacon *beacon,
                                       BhIdentity *identity);

/* Of an address that was made with one of the keys: an AES block for each of them. */
gboolean bh_watched_resolve(const BhWatched *self, const BhAddress *address, BhIdentity *identity);
/* Of the device by its address as it is. */
gboolean
bh_watched_find_device(const BhWatched *self, const BhDevice *device, BhIdentity *identity);
gboolean bh_watched_is_everything(const BhWatched *self);
/* Whether the answer can change with what the device says. */
gboolean bh_watched_has_name(const BhWatched *self);

/* NULL */
BhAlias *bh_watched_find_alias(const BhWatched *self, const BhIdentity *identity);

G_END_DECLS
