/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Steps, in the order they matter: see which monitors there are; remove those that an earlier
 * process left behind; read the controller's own duty cycle before changing it; set the one wanted;
 * register a monitor, or remove it. Once per controller a monitor is registered only to see whether
 * the controller takes it.
 *
 * A monitor's own scan (when no discovery runs, and for a moment every ten seconds, when the kernel
 * ends a discovery and BlueZ starts the next) listens half of the time unless told otherwise: with
 * a monitor it gets the duty cycle of the discovery.
 *
 * A command that fails is tried again later, and the discovery does not wait for that. One that the
 * kernel understood and refused is not tried again until the controller is plugged in anew; only
 * removing a monitor is, some times, because the monitor would stay.
 *
 * The kernel may add a monitor and this process end before it is told the handle. So the monitors
 * that are there are looked at just before, and written down; see bh-mgmt-undo.c.
 */
#include "bh-mgmt-scan-private.h"

#define REMOVE_TRIES 4

/* What is wanted */

static BhMgmtDefaults
get_target(const BhMgmtScan *self)
{
    BhMgmtDefaults target = self->own;

    if (bh_mgmt_duty_is_set(self->wanted.duty))
        target.discovery = self->wanted.duty;
    if (bh_mgmt_duty_is_set(self->wanted.duty) || self->wanted.monitor)
        target.monitors = target.discovery;
    return target;
}

static BhMgmtStep
choose_duty_step(const BhMgmtScan *self)
{
    BhMgmtDefaults target = get_target(self);

    if (self->duties == BH_MGMT_SCAN_REFUSED)
        return BH_MGMT_STEP_NONE;
    if (!self->knows_own)
        return self->wanted.monitor || bh_mgmt_duty_is_set(self->wanted.duty) ? BH_MGMT_STEP_READ
                                                                              : BH_MGMT_STEP_NONE;
    return bh_mgmt_defaults_equal(&target, &self->applied) ? BH_MGMT_STEP_NONE : BH_MGMT_STEP_SET;
}

static BhMgmtStep
choose_monitor_step(const BhMgmtScan *self)
{
    if (self->handle != 0)
        return self->stuck || (self->wanted.monitor && !self->renew) ? BH_MGMT_STEP_NONE
                                                                     : BH_MGMT_STEP_REMOVE;
    if (self->monitors == BH_MGMT_SCAN_REFUSED || !self->powered)
        return BH_MGMT_STEP_NONE;
    return self->wanted.monitor || self->monitors == BH_MGMT_SCAN_UNKNOWN ? BH_MGMT_STEP_ADD
                                                                          : BH_MGMT_STEP_NONE;
}

static BhMgmtStep
choose_step(const BhMgmtScan *self)
{
    if (self->mgmt == NULL || self->index == BH_MGMT_INDEX_NONE)
        return BH_MGMT_STEP_NONE;
    if (!self->listed)
        return BH_MGMT_STEP_LIST;
    if (self->stale->len > 0 && !self->stuck)
        return BH_MGMT_STEP_CLEAN;
    BhMgmtStep step = choose_duty_step(self);
    return step != BH_MGMT_STEP_NONE ? step : choose_monitor_step(self);
}

/* Failures */

static gboolean
on_timer(gpointer data)
{
    BhMgmtScan *self = data;

    self->timer = 0;
    self->changed(self->data);
    return G_SOURCE_REMOVE;
}

void
bh_mgmt_scan_back_off(BhMgmtScan *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer =
        g_timeout_add(bh_bluez_timing_backoff_ms(self->timing, self->failures), on_timer, self);
    self->failures++;
}

static const char *
status_text(guint status)
{
    if (status == BH_MGMT_STATUS_NO_ANSWER)
        return "no answer from the kernel";
    if (status == BH_MGMT_STATUS_GONE)
        return "the management socket is lost";
    return bh_mgmt_status_to_string((guint8)status);
}

/* The kernel may do later what it does not do now. */
static gboolean
is_passing(guint status)
{
    return status == BH_MGMT_STATUS_BUSY || status == BH_MGMT_STATUS_NOT_POWERED ||
           status == BH_MGMT_STATUS_INVALID_INDEX || status > 0xff;
}

static void
fail(BhMgmtScan *self, const char *what, guint status)
{
    g_free(self->error);
    self->error = g_strdup_printf("%s: %s", what, status_text(status));
    bh_mgmt_scan_back_off(self);
}

/* Steps and their ends */

static void
end_list(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (is_passing(status)) {
        fail(self, "advertisement monitors", status);
        return;
    }
    self->fresh =
        status == BH_MGMT_STATUS_SUCCESS && bh_mgmt_reply_get_monitors(reply, &self->seen);
    if (!self->fresh)
        self->monitors = BH_MGMT_SCAN_REFUSED;
    bh_mgmt_scan_take_left(self);
    if (!self->listed)
        self->knows_own = bh_mgmt_memory_get_defaults(self->memory, &self->controller, &self->own);
    self->listed = TRUE;
}

static gboolean
check_removed(BhMgmtScan *self, guint status)
{
    if (bh_mgmt_status_is_removed(status))
        return TRUE;
    fail(self, "removing an advertisement monitor", status);
    self->stuck = !is_passing(status) && self->failures >= REMOVE_TRIES;
    if (self->stuck)
        g_clear_handle_id(&self->timer, g_source_remove);
    return FALSE;
}

static void
end_clean(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (check_removed(self, status))
        bh_mgmt_scan_forget_handle(self, self->removing);
}

static void
refuse_duties(BhMgmtScan *self, guint status, const char *what)
{
    if (is_passing(status)) {
        fail(self, what, status);
        return;
    }
    self->duties = BH_MGMT_SCAN_REFUSED;
    g_free(self->error);
    self->error = g_strdup_printf("%s: %s", what, status_text(status));
}

static void
end_read(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (status == BH_MGMT_STATUS_SUCCESS && bh_mgmt_reply_get_defaults(reply, &self->own)) {
        self->knows_own = TRUE;
        self->applied = self->own;
        self->duties = BH_MGMT_SCAN_GOOD;
        return;
    }
    /* An answer without the values is a kernel that has none. */
    refuse_duties(self,
                  status == BH_MGMT_STATUS_SUCCESS ? BH_MGMT_STATUS_NOT_SUPPORTED : status,
                  "scan parameters");
}

static void
end_set(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (status != BH_MGMT_STATUS_SUCCESS) {
        if (status > 0xff)
            self->applied = (BhMgmtDefaults){0};
        refuse_duties(self, status, "scan parameters");
        return;
    }
    self->duties = BH_MGMT_SCAN_GOOD;
    self->applied = self->sent;
    self->changes++;
    self->renew = self->handle != 0 && self->wanted.passive;
    if (bh_mgmt_defaults_equal(&self->applied, &self->own))
        bh_mgmt_memory_set_defaults(self->memory, &self->controller, NULL);
}

static void
end_add(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    guint16 handle = 0;

    if (status == BH_MGMT_STATUS_SUCCESS && bh_mgmt_reply_get_monitor(reply, &handle)) {
        bh_mgmt_memory_add_handle(self->memory, &self->controller, handle);
        self->handle = handle;
        self->added_us = g_get_monotonic_time();
        self->monitors = BH_MGMT_SCAN_GOOD;
        self->used = self->wanted.monitor;
        self->changes += self->used;
        return;
    }
    if (status <= 0xff)
        bh_mgmt_memory_set_adding(self->memory, &self->controller, NULL);
    fail(self, "an advertisement monitor for everything", status);
    if (is_passing(status))
        return;
    self->monitors = BH_MGMT_SCAN_REFUSED;
    g_clear_handle_id(&self->timer, g_source_remove);
}

static void
end_remove(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (!check_removed(self, status))
        return;
    self->changes += self->used;
    bh_mgmt_scan_forget_handle(self, self->removing);
}

static void
on_done(gpointer data, guint status, const BhMgmtReply *reply)
{
    static void (*const ends[])(BhMgmtScan *, guint, const BhMgmtReply *) = {
        [BH_MGMT_STEP_LIST] = end_list,
        [BH_MGMT_STEP_CLEAN] = end_clean,
        [BH_MGMT_STEP_READ] = end_read,
        [BH_MGMT_STEP_SET] = end_set,
        [BH_MGMT_STEP_ADD] = end_add,
        [BH_MGMT_STEP_REMOVE] = end_remove,
    };
    BhMgmtScan *self = data;
    BhMgmtStep step = self->step;
    guint failures = self->failures;

    self->call = NULL;
    self->step = BH_MGMT_STEP_NONE;
    self->fresh = FALSE;
    ends[step](self, status, reply);
    if (self->failures == failures && status == BH_MGMT_STATUS_SUCCESS) {
        self->failures = 0;
        g_clear_pointer(&self->error, g_free);
    }
    self->changed(self->data);
}

static const BhMgmtOpcode opcodes[] = {
    [BH_MGMT_STEP_LIST] = BH_MGMT_READ_MONITOR_FEATURES,
    [BH_MGMT_STEP_CLEAN] = BH_MGMT_REMOVE_MONITOR,
    [BH_MGMT_STEP_READ] = BH_MGMT_READ_DEFAULTS,
    [BH_MGMT_STEP_SET] = BH_MGMT_SET_DEFAULTS,
    [BH_MGMT_STEP_ADD] = BH_MGMT_ADD_PATTERNS_MONITOR,
    [BH_MGMT_STEP_REMOVE] = BH_MGMT_REMOVE_MONITOR,
};

void
bh_mgmt_scan_fill_packet(BhMgmtScan *self, BhMgmtStep step, BhMgmtPacket *packet)
{
    bh_mgmt_packet_init(packet, opcodes[step], self->index);
    if (step == BH_MGMT_STEP_CLEAN || step == BH_MGMT_STEP_REMOVE)
        bh_mgmt_packet_put_monitor(packet, self->removing);
    else if (step == BH_MGMT_STEP_SET)
        bh_mgmt_packet_put_defaults(packet, &self->sent);
    else if (step == BH_MGMT_STEP_ADD)
        bh_mgmt_packet_put_any_pattern(packet);
}

/* What the command is about, and what the next start has to know of it. */
static void
prepare(BhMgmtScan *self, BhMgmtStep step)
{
    if (step == BH_MGMT_STEP_CLEAN)
        self->removing = g_array_index(self->stale, guint16, 0);
    else if (step == BH_MGMT_STEP_REMOVE)
        self->removing = self->handle;
    else if (step == BH_MGMT_STEP_SET)
        self->sent = get_target(self);
    if (step == BH_MGMT_STEP_SET)
        bh_mgmt_memory_set_defaults(self->memory, &self->controller, &self->own);
    else if (step == BH_MGMT_STEP_ADD)
        bh_mgmt_memory_set_adding(self->memory, &self->controller, &self->seen);
}

static void
make_call(BhMgmtScan *self, BhMgmtStep step)
{
    BhMgmtPacket packet;

    prepare(self, step);
    bh_mgmt_scan_fill_packet(self, step, &packet);
    self->call = bh_mgmt_call(self->mgmt, &packet, self->timing->mgmt_ms, on_done, self);
    if (self->call != NULL) {
        self->step = step;
        return;
    }
    if (step == BH_MGMT_STEP_ADD)
        bh_mgmt_memory_set_adding(self->memory, &self->controller, NULL);
    bh_mgmt_scan_back_off(self);
}

void
bh_mgmt_scan_reconcile(BhMgmtScan *self)
{
    BhMgmtStep step = choose_step(self);

    if (step == BH_MGMT_STEP_NONE)
        self->fresh = FALSE;
    if (step == BH_MGMT_STEP_NONE || self->step != BH_MGMT_STEP_NONE || self->timer != 0)
        return;
    if (bh_mgmt_is_awaited(self->mgmt, opcodes[step], self->index))
        bh_mgmt_scan_back_off(self); /* a late answer: what it says comes first */
    else
        make_call(self, step == BH_MGMT_STEP_ADD && !self->fresh ? BH_MGMT_STEP_LIST : step);
}

gboolean
bh_mgmt_scan_is_busy(const BhMgmtScan *self)
{
    return self->timer == 0 &&
           (self->step != BH_MGMT_STEP_NONE || choose_step(self) != BH_MGMT_STEP_NONE);
}
