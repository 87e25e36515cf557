/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Numbers in packets of the management protocol, for its codecs. All reading goes through a cursor
 * that never passes the end: it gives zeros from there on and remembers.
 */
#include <string.h>

#include "bh-mgmt-codec.h"

G_BEGIN_DECLS

/* Reading */

typedef struct {
    const guint8 *at;
    gsize left;
    gboolean short_of; /* more was asked for than there is */
} BhMgmtCursor;

static inline const guint8 *
bh_mgmt_take_bytes(BhMgmtCursor *self, gsize size)
{
    const guint8 *at = self->at;

    if (size > self->left) {
        self->short_of = TRUE;
        self->left = 0;
        return NULL;
    }
    self->at += size;
    self->left -= size;
    return at;
}

static inline guint8
bh_mgmt_take_u8(BhMgmtCursor *self)
{
    const guint8 *at = bh_mgmt_take_bytes(self, 1);

    return at != NULL ? at[0] : 0;
}

static inline guint16
bh_mgmt_take_u16(BhMgmtCursor *self)
{
    const guint8 *at = bh_mgmt_take_bytes(self, 2);

    return at != NULL ? (guint16)(at[0] | at[1] << 8) : 0;
}

static inline guint32
bh_mgmt_take_u32(BhMgmtCursor *self)
{
    guint32 low = bh_mgmt_take_u16(self);

    return low | (guint32)bh_mgmt_take_u16(self) << 16;
}

/* Writing */

static inline void
bh_mgmt_put_u8(BhMgmtPacket *self, guint8 value)
{
    g_return_if_fail(self->size < sizeof(self->bytes));
    self->bytes[self->size++] = value;
}

static inline void
bh_mgmt_put_u16(BhMgmtPacket *self, guint16 value)
{
    bh_mgmt_put_u8(self, value & 0xff);
    bh_mgmt_put_u8(self, value >> 8);
}

/* The header says how much follows. */
static inline void
bh_mgmt_close_packet(BhMgmtPacket *self)
{
    gsize size = self->size - BH_MGMT_HEADER_SIZE;

    self->bytes[4] = (guint8)(size & 0xff);
    self->bytes[5] = (guint8)(size >> 8);
}

static inline void
bh_mgmt_put_u32(BhMgmtPacket *self, guint32 value)
{
    bh_mgmt_put_u16(self, value & 0xffff);
    bh_mgmt_put_u16(self, (guint16)(value >> 16));
}

static inline void
bh_mgmt_put_bytes(BhMgmtPacket *self, const guint8 *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++)
        bh_mgmt_put_u8(self, bytes[i]);
}

G_END_DECLS
