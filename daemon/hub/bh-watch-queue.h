/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * News about the identities of a watch that wait to be told: one entry for each identity, newest
 * wins, in the order in which they began to wait. So there are never more than identities.
 */
#include "bh-presence.h"

G_BEGIN_DECLS

typedef struct {
    BhPresenceId id;
    BhZone from;   /* of changes: the zone that was told last */
    guint32 count; /* how many changes, or samples, it stands for */
} BhWatchNews;

typedef struct BhWatchQueue BhWatchQueue;

BhWatchQueue *bh_watch_queue_new(void);
void bh_watch_queue_free(BhWatchQueue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWatchQueue, bh_watch_queue_free)

/* The zone was from and is to. Who is back in the zone that was told last does not wait any more.
 */
void bh_watch_queue_add_change(BhWatchQueue *self, BhPresenceId id, BhZone from, BhZone to);
void bh_watch_queue_add_sample(BhWatchQueue *self, BhPresenceId id);

/* There is no such identity any more. */
void bh_watch_queue_forget(BhWatchQueue *self, BhPresenceId id);

/* Takes what waits for longest; FALSE if nothing waits. */
gboolean bh_watch_queue_pop(BhWatchQueue *self, BhWatchNews *news);
gboolean bh_watch_queue_is_empty(const BhWatchQueue *self);

G_END_DECLS
