/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A refusal is forgotten when somebody asks and it is over.
 */
#include "bh-link-room.h"

void
bh_link_room_refused(BhLinkRoom *self, guint8 slot, guint links, gint64 now_us)
{
    gint64 ms = links > 0 ? BH_LINK_ROOM_LASTS_MS : BH_LINK_ROOM_LASTS_WITHOUT_LINKS_MS;

    self->refusals[slot] = (BhLinkRefusal){links, now_us + ms * 1000};
}

guint
bh_link_room_get_free(BhLinkRoom *self, guint8 slot, guint links, gint64 now_us)
{
    BhLinkRefusal *refusal = &self->refusals[slot];

    if (links < refusal->links || now_us >= refusal->until_us)
        *refusal = (BhLinkRefusal){0};
    if (refusal->until_us != 0 || links >= self->max)
        return 0;
    return self->max - links;
}
