/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What one controller's kernel side of a scan should be and is: an advertisement monitor that turns
 * the duplicate filter off (and scans passively where there is no discovery), and the scan's duty
 * cycle. As with the discovery, everything that happens only changes what is known and asks to be
 * reconciled; reconcile() decides on the one next command.
 *
 * The kernel looks at both when a scan starts. So a discovery has to wait while this is busy, and
 * one that runs has to be started anew when it changed something.
 */
#include "bh-bluez-discovery.h"
#include "bh-mgmt-memory.h"
#include "bh-mgmt.h"

G_BEGIN_DECLS

typedef struct {
    gboolean monitor; /* every report */
    gboolean passive; /* the monitor is all that scans */
    BhMgmtDuty duty;  /* 0 = the controller's own */
} BhMgmtScanDemand;

typedef enum {
    BH_MGMT_SCAN_UNKNOWN, /* not tried yet, or without an answer */
    BH_MGMT_SCAN_GOOD,
    BH_MGMT_SCAN_REFUSED,
} BhMgmtScanAbility;

typedef struct BhMgmtScan BhMgmtScan;

/* memory and timing are borrowed: outlive the scan. */
BhMgmtScan *bh_mgmt_scan_new(BhMgmtMemory *memory,
                             const BhBluezTiming *timing,
                             BhBluezReconcileFunc changed,
                             gpointer data);
/* Without a word to the kernel: see bh_mgmt_scan_undo(). */
void bh_mgmt_scan_free(BhMgmtScan *self);

/* mgmt is borrowed: outlives the scan or is taken away with NULL, which forgets what is known. */
void bh_mgmt_scan_set_mgmt(BhMgmtScan *self, BhMgmt *mgmt);

/* The controller as it is now. index BH_MGMT_INDEX_NONE: BlueZ does not have it; the kernel may. */
void bh_mgmt_scan_set_adapter(BhMgmtScan *self,
                              guint16 index,
                              const BhAddress *address,
                              gboolean powered);

/* Another controller has this index: the one that had it is gone. */
void bh_mgmt_scan_index_taken(BhMgmtScan *self, guint16 index);

/* Told by the kernel about this controller: it is gone; a monitor was removed by somebody, or with
 * handle 0 all of them, as a bluetoothd that starts does; an answer came that nobody waited for any
 * more. */
void bh_mgmt_scan_index_removed(BhMgmtScan *self);
void bh_mgmt_scan_monitor_removed(BhMgmtScan *self, guint16 handle);
void bh_mgmt_scan_late_reply(BhMgmtScan *self, const BhMgmtReply *reply);

/* demand NULL = nothing. */
void bh_mgmt_scan_set_demand(BhMgmtScan *self, const BhMgmtScanDemand *demand);

void bh_mgmt_scan_reconcile(BhMgmtScan *self);

/* The end, when the main loop does not run any more: first of all scans, then of each. */

/* Wants nothing any more, and no answer. */
void bh_mgmt_scan_abandon(BhMgmtScan *self);
/* Undoes all that was done, and waits until the deadline for the kernel to say that it is. What it
 * did not say stays written down for the next start. TRUE if it was busy and may be asked again. */
gboolean bh_mgmt_scan_undo(BhMgmtScan *self, gint64 deadline_us);

/* There is something to do, or being done, that a discovery must not overtake. */
gboolean bh_mgmt_scan_is_busy(const BhMgmtScan *self);
/* Differs each time when what a running discovery started with is no longer what holds. */
guint bh_mgmt_scan_get_changes(const BhMgmtScan *self);

guint16 bh_mgmt_scan_get_index(const BhMgmtScan *self);
gboolean bh_mgmt_scan_has_monitor(const BhMgmtScan *self);
gboolean bh_mgmt_scan_is_own_monitor(const BhMgmtScan *self, guint16 handle);
BhMgmtScanAbility bh_mgmt_scan_get_monitor_ability(const BhMgmtScan *self);
BhMgmtScanAbility bh_mgmt_scan_get_duty_ability(const BhMgmtScan *self);
/* Of ours, in force; 0 = the controller's own. */
BhMgmtDuty bh_mgmt_scan_get_duty(const BhMgmtScan *self);
/* Why the last command failed; NULL if none did. Borrowed. */
const char *bh_mgmt_scan_peek_error(const BhMgmtScan *self);

G_END_DECLS
