/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's management socket: commands that are answered or time out, and events. It was opened
 * and bound by somebody with the right to do so; this process has none, and the kernel goes by who
 * bound it.
 *
 * Only what stands in one table can be sent: reading, advertisement monitors, advertisements, scan
 * and connection parameters, ending a link, beginning and cancelling a pairing that BlueZ then
 * takes over. Never anything that loads keys (it would replace bluetoothd's) or switches power.
 */
#include "bh-mgmt-codec.h"

G_BEGIN_DECLS

typedef struct BhMgmt BhMgmt;
typedef struct BhMgmtCall BhMgmtCall;

/* Ends of a command that the kernel does not know of. */
#define BH_MGMT_STATUS_NO_ANSWER 0x100 /* in time */
#define BH_MGMT_STATUS_GONE 0x101      /* the socket is lost */

/* status: the kernel's, or one of the above; reply is NULL then. */
typedef void (*BhMgmtDone)(gpointer data, guint status, const BhMgmtReply *reply);

typedef struct {
    /* Every event that means something to us; answers only if nobody waits for them any more. */
    void (*event)(gpointer data, const BhMgmtEvent *event);
    /* The socket is no more. Calls under way have ended before. Free it later, not from here. */
    void (*lost)(gpointer data, const char *reason);
} BhMgmtObserver;

/* Takes fd, also on failure. Waits up to timeout_ms for the kernel to say that it may be used; call
 * it before the main loop runs. Errors: Failed, NotAuthorized (bound without the right). */
BhMgmt *bh_mgmt_new(int fd, guint timeout_ms, GError **error);
/* Calls under way end without a word. */
void bh_mgmt_free(BhMgmt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhMgmt, bh_mgmt_free)

/* Starts telling. observer is borrowed. */
void bh_mgmt_start(BhMgmt *self, guint batch_ms, const BhMgmtObserver *observer, gpointer data);

/* How long reports may wait to be read together, 0 to 10 ms. Nothing unless started. */
void bh_mgmt_set_batch(BhMgmt *self, guint batch_ms);

/* Sends a command; done is called once, from the main loop, unless the call is forgotten before.
 * NULL (and done is not called) if it could not be sent or the same command to the same controller
 * is still under way. */
BhMgmtCall *bh_mgmt_call(BhMgmt *self,
                         const BhMgmtPacket *packet,
                         guint timeout_ms,
                         BhMgmtDone done,
                         gpointer data);
/* The answer does not matter any more; it becomes an event. NULL-safe. */
void bh_mgmt_call_forget(BhMgmtCall *call);
/* Sends without wanting to know. FALSE if it could not be sent. */
gboolean bh_mgmt_send_only(BhMgmt *self, const BhMgmtPacket *packet);
/* The answer to such a call is still to come, whether or not somebody waits for it. */
gboolean bh_mgmt_is_awaited(BhMgmt *self, BhMgmtOpcode opcode, guint16 index);

/* Handles what arrives until nobody waits for an answer, or the deadline; for the very end, when
 * the main loop does not run any more. */
void bh_mgmt_settle(BhMgmt *self, gint64 deadline_us);

/* Handles what has arrived already, instead of when its time has come: for who hears elsewhere of
 * something that the kernel has told before. Not from inside an event. */
void bh_mgmt_drain(BhMgmt *self);

/* Whether events of devices found are wanted at all; at first they are not. */
void bh_mgmt_set_bulk(BhMgmt *self, gboolean wanted);
/* When the packets being handled were read. */
void bh_mgmt_get_time(BhMgmt *self, gint64 *monotonic_us, gint64 *realtime_us);

/* Of the protocol that the kernel speaks. */
guint bh_mgmt_get_revision(const BhMgmt *self);
guint64 bh_mgmt_get_malformed(const BhMgmt *self);
/* Packets the kernel threw away because we read too slowly. */
guint64 bh_mgmt_get_drops(BhMgmt *self);

G_END_DECLS
