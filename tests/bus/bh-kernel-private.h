/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the kernel of the tests keeps, and how its commands are apart from its events. */
#include "bh-kernel.h"

#include <glib.h>

#define MONITORS_MAX 8
#define ADVERTS_MAX 5

struct BhKernel {
    guint16 revision; /* of the management interface */
    int fd;           /* -1 = not connected */
    guint source;
    GString *log;
    GString *monitors_text;
    GString *defaults_text;
    gboolean monitors[MONITORS_MAX + 1]; /* by handle, from 1 */
    enum {
        ABSENT,
        EMPTY,
        ON_AIR
    } adverts[ADVERTS_MAX + 1]; /* by instance, from 1 */
    gboolean can_tx_power;
    GString *adverts_text;
    BhMgmtDefaults defaults;
    guint16 refused_opcode;
    guint8 refused_status;
    guint refused_count;
    guint16 held_opcode;
    GPtrArray *held; /* GByteArray: the answers not given, oldest first */
};

typedef struct {
    guint16 opcode;
    guint16 index;
    const guint8 *data;
    gsize size;
} BhKernelCommand;

/** Does what a command says, writes it to the log, and fills the answer. Returns its status. */
guint8 bh_kernel_run_command(BhKernel *self, const BhKernelCommand *command, GByteArray *answer);

/* Numbers are little-endian. */
void bh_kernel_put_u8(GByteArray *packet, guint8 value);
void bh_kernel_put_u16(GByteArray *packet, guint16 value);
void bh_kernel_put_u32(GByteArray *packet, guint32 value);
guint16 bh_kernel_u16_at(const guint8 *at);
