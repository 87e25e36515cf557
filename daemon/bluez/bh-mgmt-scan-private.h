/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's side of a scan as its parts see it: bh-mgmt-scan.c (what is known and wanted),
 * bh-mgmt-steps.c (which command comes next, and what its answer means) and bh-mgmt-undo.c
 * (what one process leaves to the next).
 */
#include <string.h>

#include "bh-mgmt-scan.h"

G_BEGIN_DECLS

typedef enum {
    BH_MGMT_STEP_NONE,
    BH_MGMT_STEP_LIST,
    BH_MGMT_STEP_CLEAN,
    BH_MGMT_STEP_READ,
    BH_MGMT_STEP_SET,
    BH_MGMT_STEP_ADD,
    BH_MGMT_STEP_REMOVE,
} BhMgmtStep;

struct BhMgmtScan {
    BhMgmtMemory *memory;        /* borrowed: outlives this */
    const BhBluezTiming *timing; /* borrowed: outlives this */
    BhBluezReconcileFunc changed;
    gpointer data;
    BhMgmt *mgmt; /* borrowed; NULL = there is none */

    guint16 index; /* BH_MGMT_INDEX_NONE = the kernel does not have it */
    BhMgmtController controller;
    gboolean powered;
    gboolean away; /* BlueZ does not have it at present */
    BhMgmtScanDemand wanted;

    gboolean listed;     /* what an earlier process left is known */
    BhMgmtMonitors seen; /* there at the last look */
    gboolean fresh;      /* which was just now */
    GArray *stale;       /* guint16: handles of ours to be removed */
    gboolean stuck;      /* removing was tried often enough */
    guint16 handle;      /* of the monitor; 0 = none */
    gint64 added_us;     /* monotonic */
    guint taken_away;    /* monitors that somebody else removed soon, in a row */
    guint16 removing;    /* by the command under way */
    BhMgmtScanAbility monitors;
    BhMgmtScanAbility duties;
    gboolean knows_own;
    BhMgmtDefaults own;     /* the controller's */
    BhMgmtDefaults applied; /* what holds; all 0 = not known */
    BhMgmtDefaults sent;    /* by the command under way */
    gboolean renew;         /* the monitor scans with a duty cycle that is no longer wanted */
    gboolean used;          /* the monitor was wanted, and not only tried */

    BhMgmtStep step;
    BhMgmtCall *call; /* of step */
    guint timer;      /* back-off; 0 = none */
    guint failures;   /* in a row */
    guint changes;
    char *error;
};

static inline gboolean
bh_mgmt_duty_is_set(BhMgmtDuty duty)
{
    return duty.interval != 0;
}

static inline gboolean
bh_mgmt_defaults_equal(const BhMgmtDefaults *a, const BhMgmtDefaults *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* That there is no such monitor is as good as having removed it; Linux 6.1 and 6.12 say so by
 * "Invalid Parameters", others by "Invalid Index". Any other end says nothing. */
static inline gboolean
bh_mgmt_status_is_removed(guint status)
{
    return status == BH_MGMT_STATUS_SUCCESS || status == BH_MGMT_STATUS_INVALID_PARAMETERS ||
           status == BH_MGMT_STATUS_INVALID_INDEX;
}

/* bh-mgmt-scan.c: a monitor of ours is no more. */
void bh_mgmt_scan_forget_handle(BhMgmtScan *self, guint16 handle);

/* bh-mgmt-undo.c: of what is written down, what is there has to go. Called after each look. */
void bh_mgmt_scan_take_left(BhMgmtScan *self);

/* bh-mgmt-steps.c: the next command waits, longer with each failure. */
void bh_mgmt_scan_back_off(BhMgmtScan *self);

/* bh-mgmt-steps.c: the command of a step. */
void bh_mgmt_scan_fill_packet(BhMgmtScan *self, BhMgmtStep step, BhMgmtPacket *packet);

G_END_DECLS
