/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Blocks are made when an element of them is asked for.
 */
#include "bh-blocks.h"

#define PER_BLOCK 128u

struct BhBlocks {
    gsize element_size;
    GPtrArray *blocks;
};

gpointer
bh_blocks_get(BhBlocks *self, guint32 index)
{
    guint block = index / PER_BLOCK;

    if (block >= self->blocks->len)
        g_ptr_array_set_size(self->blocks, (gint)block + 1);
    if (self->blocks->pdata[block] == NULL)
        self->blocks->pdata[block] = g_malloc0_n(PER_BLOCK, self->element_size);
    return (char *)self->blocks->pdata[block] + index % PER_BLOCK * self->element_size;
}

BhBlocks *
bh_blocks_new(gsize element_size)
{
    BhBlocks *self = g_new0(BhBlocks, 1);

    self->element_size = element_size;
    self->blocks = g_ptr_array_new_with_free_func(g_free);
    return self;
}

void
bh_blocks_free(BhBlocks *self)
{
    g_ptr_array_unref(self->blocks);
    g_free(self);
}
