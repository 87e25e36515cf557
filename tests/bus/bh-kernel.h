/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's side of a management socket, played by the test: it answers commands as Linux 6.1
 * with one controller (index 0) does, remembers them, and sends whatever events the test composes,
 * also such as no kernel would. Its state outlives the daemon, as the kernel's does.
 */
#include "bh-fixture.h"
#include "bh-mgmt-codec.h"

G_BEGIN_DECLS

#define BH_KERNEL_LINK_RSSI (-61) /* of any link */

#define BH_KERNEL_REVISION 22 /* of Linux 6.1 */

typedef struct BhKernel BhKernel;

BhKernel *bh_kernel_new(void);
void bh_kernel_free(BhKernel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhKernel, bh_kernel_free)

/* A new socket to this kernel; the former one is closed. Returns the daemon's end, the caller's. */
int bh_kernel_connect(BhKernel *self);
/* The same over UDP, where what does not fit into the reader's buffer is thrown away and counted.
 */
int bh_kernel_connect_lossy(BhKernel *self);
/* The kernel's end is closed. */
void bh_kernel_disconnect(BhKernel *self);

/* Commands so far, separated by spaces: "ReadVersion GetConnections Monitors ReadDefaults
 * SetDefaults:48/48,48/48 Add:1 Remove:1" (Add with the handle given, or the status refused with as
 * "Add:!0d"), "Disconnect:ADDRESS", "Pair:ADDRESS,3" (capability), "CancelPair:ADDRESS",
 * "Information:ADDRESS", "Parameters:ADDRESS,6-12,4,500" (interval, latency, timeout), "Adverts",
 * "Advert:5,c,244,-4" (instance, c = connectable, interval, TX power or 127),
 * "AdvertData:5,HEX/HEX" (both packets), "RemoveAdvert:5". */
const char *bh_kernel_peek_log(BhKernel *self);
void bh_kernel_clear_log(BhKernel *self);
gboolean bh_kernel_was_told(BhKernel *self, const char *command);

/* BH_KERNEL_REVISION unless told otherwise before it is connected. */
void bh_kernel_set_revision(BhKernel *self, guint16 revision);
/* The next count commands of an opcode are refused. */
void bh_kernel_refuse(BhKernel *self, guint16 opcode, guint8 status, guint count);
/* Commands of an opcode are not answered any more, until it is 0 again, which answers all. */
void bh_kernel_hold(BhKernel *self, guint16 opcode);

/* A monitor of somebody else. Returns its handle. */
guint16 bh_kernel_add_monitor(BhKernel *self);
/* Somebody removes a monitor, or (0) all; everybody is told so. */
void bh_kernel_drop_monitor(BhKernel *self, guint16 handle);
/* Handles in use, "1 2". */
const char *bh_kernel_peek_monitors(BhKernel *self);
/* In force: "18/18,96/48" (interval/window of discoveries, of monitors' own scans). */
const char *bh_kernel_peek_defaults(BhKernel *self);

/* Advertisements: 5 instances; the TX power of each can be set only if told so. */
void bh_kernel_set_can_tx_power(BhKernel *self, gboolean can);
/* One of somebody else; the instance is taken whoever had it. */
void bh_kernel_add_advert(BhKernel *self, guint8 instance);
/* Somebody removes one, or (0) all; everybody is told. */
void bh_kernel_drop_advert(BhKernel *self, guint8 instance);
/* Instances on the air, "1 5". */
const char *bh_kernel_peek_adverts(BhKernel *self);

/* Events */

/* address: as people write it; hex: the advertising data. */
void bh_kernel_found(BhKernel *self,
                     const char *address,
                     BhAddressType type,
                     gint8 rssi,
                     guint32 flags,
                     const char *hex);
/* The same told by a monitor; handle 0: by a passive scan. */
void
bh_kernel_found_by_monitor(BhKernel *self, guint16 handle, const char *address, const char *hex);
void bh_kernel_set_discovering(BhKernel *self, gboolean discovering);
/* address type, then for "connected" flags, else the reason or status. */
void bh_kernel_link(BhKernel *self, guint16 code, const char *address, guint32 value);
/* A link has other parameters. */
void
bh_kernel_parameters(BhKernel *self, const char *address, const BhMgmtConnectionParameters *now);
/* The controller is unplugged: all of it is forgotten, and everybody is told. */
void bh_kernel_unplug(BhKernel *self);
/* Any bytes at all. */
void bh_kernel_send(BhKernel *self, const char *hex);

G_END_DECLS
