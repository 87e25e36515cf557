/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How many more links each adapter may have: as many as the configuration allows, or fewer if the
 * controller said that it has no room. That counts until a link goes, or for a while: what takes
 * room in a controller need not be a link.
 */
#include "bh-radio.h"

G_BEGIN_DECLS

/* A refusal means something for so long; shorter if there was no link at all, because then it was
 * not links that took the room. */
#define BH_LINK_ROOM_LASTS_MS 30000
#define BH_LINK_ROOM_LASTS_WITHOUT_LINKS_MS 1000

typedef struct {
    guint links; /* how many there were when one more was refused */
    gint64 until_us;
} BhLinkRefusal;

/* All zero is a fresh one, with room for none. */
typedef struct {
    guint max; /* of each adapter */
    BhLinkRefusal refusals[BH_RADIO_MAX_ADAPTERS];
} BhLinkRoom;

/* The controller refused another link while it had so many. */
void bh_link_room_refused(BhLinkRoom *self, guint8 slot, guint links, gint64 now_us);
/* How many more it may have beside those. */
guint bh_link_room_get_free(BhLinkRoom *self, guint8 slot, guint links, gint64 now_us);

G_END_DECLS
