/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What one process leaves in the kernel and how the next finds it. At the end everything is undone,
 * and what the kernel did not say to be undone stays written down. At the start what is written
 * down is undone: monitors by their handles, which is all that the kernel tells of them.
 *
 * Of a monitor that was being added the handle is not known, only which were there before. The
 * kernel gives the lowest one that is free. A monitor that has it is taken for ours if no other is
 * new; else somebody was adding monitors too, and none is touched.
 */
#include "bh-log.h"
#include "bh-mgmt-scan-private.h"

/* The start */

static gboolean
is_there(const BhMgmtMonitors *there, guint16 handle)
{
    for (gsize i = 0; i < there->n_handles; i++)
        if (there->handles[i] == handle)
            return TRUE;
    return FALSE;
}

static guint16
find_free(const BhMgmtMonitors *there)
{
    guint16 handle = 1;

    while (is_there(there, handle))
        handle++;
    return handle;
}

static void
log_unclear(BhMgmtScan *self, guint n_new)
{
    char address[BH_ADDRESS_TEXT_SIZE];

    bh_address_format(&self->controller.address, address);
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_MGMT,
                   address,
                   "adapter %s: an advertisement monitor may have been left behind, and it cannot "
                   "be told which of %u: they stay",
                   address,
                   n_new);
}

static void
take_unanswered(BhMgmtScan *self)
{
    BhMgmtMonitors before;
    guint n_new = 0;

    if (!bh_mgmt_memory_get_adding(self->memory, &self->controller, &before))
        return;
    for (gsize i = 0; i < self->seen.n_handles; i++)
        n_new += !is_there(&before, self->seen.handles[i]);
    if (n_new == 1 && is_there(&self->seen, find_free(&before))) {
        bh_mgmt_memory_add_handle(self->memory, &self->controller, find_free(&before));
        return;
    }
    bh_mgmt_memory_set_adding(self->memory, &self->controller, NULL);
    if (n_new > 0)
        log_unclear(self, n_new);
}

void
bh_mgmt_scan_take_left(BhMgmtScan *self)
{
    guint16 ours[BH_MGMT_MONITORS_MAX];

    if (self->fresh)
        take_unanswered(self);
    gsize n = bh_mgmt_memory_get_handles(self->memory, &self->controller, ours, G_N_ELEMENTS(ours));
    g_array_set_size(self->stale, 0);
    for (gsize i = 0; i < n; i++) {
        if (!self->fresh || is_there(&self->seen, ours[i]))
            g_array_append_val(self->stale, ours[i]);
        else
            bh_mgmt_memory_remove_handle(self->memory, &self->controller, ours[i]);
    }
}

/* The end */

static void
on_undone(gpointer data, guint status, const BhMgmtReply *reply)
{
    *(guint *)data = status;
}

static guint
ask(BhMgmtScan *self, BhMgmtStep step, gint64 deadline_us)
{
    guint status = BH_MGMT_STATUS_NO_ANSWER;
    BhMgmtPacket packet;

    bh_mgmt_scan_fill_packet(self, step, &packet);
    BhMgmtCall *call = bh_mgmt_call(self->mgmt, &packet, self->timing->mgmt_ms, on_undone, &status);
    bh_mgmt_settle(self->mgmt, deadline_us);
    if (status == BH_MGMT_STATUS_NO_ANSWER)
        bh_mgmt_call_forget(call);
    return status;
}

/* TRUE if the kernel is busy. A late answer may add one meanwhile. */
static gboolean
undo_monitors(BhMgmtScan *self, gint64 deadline_us)
{
    gboolean busy = FALSE;

    for (guint i = 0; i < self->stale->len;) {
        self->removing = g_array_index(self->stale, guint16, i);
        guint status = ask(self, BH_MGMT_STEP_CLEAN, deadline_us);
        if (bh_mgmt_status_is_removed(status))
            bh_mgmt_scan_forget_handle(self, self->removing);
        else
            i++;
        busy |= status == BH_MGMT_STATUS_BUSY;
    }
    return busy;
}

static gboolean
undo_defaults(BhMgmtScan *self, gint64 deadline_us)
{
    if (!self->knows_own || bh_mgmt_defaults_equal(&self->applied, &self->own))
        return FALSE;
    self->sent = self->own;
    guint status = ask(self, BH_MGMT_STEP_SET, deadline_us);
    if (status == BH_MGMT_STATUS_SUCCESS) {
        self->applied = self->own;
        bh_mgmt_memory_set_defaults(self->memory, &self->controller, NULL);
    }
    return status == BH_MGMT_STATUS_BUSY;
}

void
bh_mgmt_scan_abandon(BhMgmtScan *self)
{
    self->wanted = (BhMgmtScanDemand){0};
    if (self->step == BH_MGMT_STEP_SET)
        self->applied = (BhMgmtDefaults){0};
    if (self->handle != 0)
        g_array_append_val(self->stale, self->handle);
    self->handle = 0;
    self->step = BH_MGMT_STEP_NONE;
    g_clear_pointer(&self->call, bh_mgmt_call_forget);
}

gboolean
bh_mgmt_scan_undo(BhMgmtScan *self, gint64 deadline_us)
{
    if (self->mgmt == NULL || self->index == BH_MGMT_INDEX_NONE)
        return FALSE;
    gboolean busy = undo_monitors(self, deadline_us);
    return undo_defaults(self, deadline_us) || busy;
}
