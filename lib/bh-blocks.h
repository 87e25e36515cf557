/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An array that grows by blocks: its elements stay where they are, and there is never much more
 * room than elements. Not installed.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct BhBlocks BhBlocks;

BhBlocks *bh_blocks_new(gsize element_size);
void bh_blocks_free(BhBlocks *self);

/* The element, all zero when it is asked for the first time. */
gpointer bh_blocks_get(BhBlocks *self, guint32 index);

G_END_DECLS
