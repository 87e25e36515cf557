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
 * kernel understood and refused is not tried again until the controller is plugged in anew.
 */
#include "bh-mgmt-scan.h"

#include <string.h>

typedef enum {
    STEP_NONE,
    STEP_LIST,
    STEP_CLEAN,
    STEP_READ,
    STEP_SET,
    STEP_ADD,
    STEP_REMOVE,
} Step;

struct BhMgmtScan {
    BhMgmtMemory *memory;        /* borrowed: outlives this */
    const BhBluezTiming *timing; /* borrowed: outlives this */
    BhBluezReconcileFunc changed;
    gpointer data;
    BhMgmt *mgmt; /* borrowed; NULL = there is none */

    guint16 index; /* BH_MGMT_INDEX_NONE = the kernel does not have it */
    BhMgmtController controller;
    gboolean powered;
    BhMgmtScanDemand wanted;

    gboolean listed; /* what an earlier process left is known */
    GArray *stale;   /* guint16: handles of ours to be removed */
    guint16 handle;  /* of the monitor; 0 = none */
    BhMgmtScanAbility monitors;
    BhMgmtScanAbility duties;
    gboolean knows_own;
    BhMgmtDefaults own;     /* the controller's */
    BhMgmtDefaults applied; /* what holds; all 0 = not known */
    BhMgmtDefaults sent;    /* by the command under way */
    gboolean renew;         /* the monitor scans with a duty cycle that is no longer wanted */
    gboolean used;          /* the monitor was wanted, and not only tried */

    Step step;
    BhMgmtCall *call; /* of step */
    guint timer;      /* back-off; 0 = none */
    guint failures;   /* in a row */
    guint changes;
    char *error;
};

/* What is wanted */

static gboolean
is_set(BhMgmtDuty duty)
{
    return duty.interval != 0;
}

static BhMgmtDefaults
get_target(const BhMgmtScan *self)
{
    BhMgmtDefaults target = self->own;

    if (is_set(self->wanted.duty))
        target.discovery = self->wanted.duty;
    if (is_set(self->wanted.duty) || self->wanted.monitor)
        target.monitors = target.discovery;
    return target;
}

static gboolean
is_equal(const BhMgmtDefaults *a, const BhMgmtDefaults *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static Step
choose_duty_step(const BhMgmtScan *self)
{
    BhMgmtDefaults target = get_target(self);

    if (self->duties == BH_MGMT_SCAN_REFUSED)
        return STEP_NONE;
    if (!self->knows_own)
        return self->wanted.monitor || is_set(self->wanted.duty) ? STEP_READ : STEP_NONE;
    return is_equal(&target, &self->applied) ? STEP_NONE : STEP_SET;
}

static Step
choose_monitor_step(const BhMgmtScan *self)
{
    if (self->handle != 0)
        return self->wanted.monitor && !self->renew ? STEP_NONE : STEP_REMOVE;
    if (self->monitors == BH_MGMT_SCAN_REFUSED || !self->powered)
        return STEP_NONE;
    return self->wanted.monitor || self->monitors == BH_MGMT_SCAN_UNKNOWN ? STEP_ADD : STEP_NONE;
}

static Step
choose_step(const BhMgmtScan *self)
{
    if (self->mgmt == NULL || self->index == BH_MGMT_INDEX_NONE)
        return STEP_NONE;
    if (!self->listed)
        return STEP_LIST;
    if (self->stale->len > 0)
        return STEP_CLEAN;
    Step step = choose_duty_step(self);
    return step != STEP_NONE ? step : choose_monitor_step(self);
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

static void
back_off(BhMgmtScan *self)
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
    back_off(self);
}

/* Steps and their ends */

static void
end_list(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    guint16 ours[BH_MGMT_MONITORS_MAX];
    gsize n = bh_mgmt_memory_get_handles(self->memory, &self->controller, ours, G_N_ELEMENTS(ours));
    BhMgmtMonitors there = {0};

    if (status != BH_MGMT_STATUS_SUCCESS || !bh_mgmt_reply_get_monitors(reply, &there)) {
        if (is_passing(status)) {
            fail(self, "advertisement monitors", status);
            return;
        }
        self->monitors = BH_MGMT_SCAN_REFUSED;
    }
    self->listed = TRUE;
    for (gsize i = 0; i < n; i++) {
        gboolean found = FALSE;
        for (gsize k = 0; k < there.n_handles; k++)
            found |= there.handles[k] == ours[i];
        if (found)
            g_array_append_val(self->stale, ours[i]);
        else
            bh_mgmt_memory_remove_handle(self->memory, &self->controller, ours[i]);
    }
    self->knows_own = bh_mgmt_memory_get_defaults(self->memory, &self->controller, &self->own);
}

static void
forget_handle(BhMgmtScan *self, guint16 handle)
{
    bh_mgmt_memory_remove_handle(self->memory, &self->controller, handle);
    if (self->handle == handle) {
        self->handle = 0;
        self->renew = FALSE;
        self->used = FALSE;
    }
    for (guint i = self->stale->len; i > 0; i--)
        if (g_array_index(self->stale, guint16, i - 1) == handle)
            g_array_remove_index(self->stale, i - 1);
}

/* That there is no such monitor is as good as having removed it. */
static gboolean
is_removed(guint status)
{
    return !is_passing(status) || status == BH_MGMT_STATUS_INVALID_INDEX;
}

static void
end_clean(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (!is_removed(status))
        fail(self, "removing an advertisement monitor", status);
    else
        forget_handle(self, g_array_index(self->stale, guint16, 0));
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
        refuse_duties(self, status, "scan parameters");
        return;
    }
    self->duties = BH_MGMT_SCAN_GOOD;
    self->applied = self->sent;
    self->changes++;
    self->renew = self->handle != 0 && self->wanted.passive;
    if (is_equal(&self->applied, &self->own))
        bh_mgmt_memory_set_defaults(self->memory, &self->controller, NULL);
}

static void
end_add(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    guint16 handle = 0;

    if (status == BH_MGMT_STATUS_SUCCESS && bh_mgmt_reply_get_monitor(reply, &handle)) {
        bh_mgmt_memory_add_handle(self->memory, &self->controller, handle);
        self->handle = handle;
        self->monitors = BH_MGMT_SCAN_GOOD;
        self->used = self->wanted.monitor;
        self->changes += self->used;
        return;
    }
    fail(self, "an advertisement monitor for everything", status);
    if (is_passing(status))
        return;
    self->monitors = BH_MGMT_SCAN_REFUSED;
    g_clear_handle_id(&self->timer, g_source_remove);
}

static void
end_remove(BhMgmtScan *self, guint status, const BhMgmtReply *reply)
{
    if (!is_removed(status)) {
        fail(self, "removing an advertisement monitor", status);
        return;
    }
    self->changes += self->used;
    forget_handle(self, self->handle);
}

static void
on_done(gpointer data, guint status, const BhMgmtReply *reply)
{
    static void (*const ends[])(BhMgmtScan *, guint, const BhMgmtReply *) = {
        [STEP_LIST] = end_list,
        [STEP_CLEAN] = end_clean,
        [STEP_READ] = end_read,
        [STEP_SET] = end_set,
        [STEP_ADD] = end_add,
        [STEP_REMOVE] = end_remove,
    };
    BhMgmtScan *self = data;
    Step step = self->step;
    guint failures = self->failures;

    self->call = NULL;
    self->step = STEP_NONE;
    ends[step](self, status, reply);
    if (self->failures == failures && status == BH_MGMT_STATUS_SUCCESS) {
        self->failures = 0;
        g_clear_pointer(&self->error, g_free);
    }
    self->changed(self->data);
}

static void
fill_packet(BhMgmtScan *self, Step step, BhMgmtPacket *packet)
{
    static const BhMgmtOpcode opcodes[] = {
        [STEP_LIST] = BH_MGMT_READ_MONITOR_FEATURES,
        [STEP_CLEAN] = BH_MGMT_REMOVE_MONITOR,
        [STEP_READ] = BH_MGMT_READ_DEFAULTS,
        [STEP_SET] = BH_MGMT_SET_DEFAULTS,
        [STEP_ADD] = BH_MGMT_ADD_PATTERNS_MONITOR,
        [STEP_REMOVE] = BH_MGMT_REMOVE_MONITOR,
    };

    bh_mgmt_packet_init(packet, opcodes[step], self->index);
    if (step == STEP_CLEAN)
        bh_mgmt_packet_put_monitor(packet, g_array_index(self->stale, guint16, 0));
    else if (step == STEP_REMOVE)
        bh_mgmt_packet_put_monitor(packet, self->handle);
    else if (step == STEP_SET)
        bh_mgmt_packet_put_defaults(packet, &self->sent);
    else if (step == STEP_ADD)
        bh_mgmt_packet_put_any_pattern(packet);
}

void
bh_mgmt_scan_reconcile(BhMgmtScan *self)
{
    Step step = choose_step(self);
    BhMgmtPacket packet;

    if (step == STEP_NONE || self->step != STEP_NONE || self->timer != 0)
        return;
    if (step == STEP_SET) {
        self->sent = get_target(self);
        bh_mgmt_memory_set_defaults(self->memory, &self->controller, &self->own);
    }
    fill_packet(self, step, &packet);
    self->call = bh_mgmt_call(self->mgmt, &packet, self->timing->mgmt_ms, on_done, self);
    if (self->call != NULL)
        self->step = step;
    else
        back_off(self); /* a late answer is still waited for */
}

/* What is known */

/* Of the kernel's side of the controller. */
static void
forget_kernel(BhMgmtScan *self)
{
    g_clear_pointer(&self->call, bh_mgmt_call_forget);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->error, g_free);
    g_array_set_size(self->stale, 0);
    self->step = STEP_NONE;
    self->failures = 0;
    self->listed = FALSE;
    self->handle = 0;
    self->renew = FALSE;
    self->used = FALSE;
    self->monitors = BH_MGMT_SCAN_UNKNOWN;
    self->duties = BH_MGMT_SCAN_UNKNOWN;
    self->knows_own = FALSE;
    self->own = self->applied = (BhMgmtDefaults){0};
}

void
bh_mgmt_scan_set_mgmt(BhMgmtScan *self, BhMgmt *mgmt)
{
    forget_kernel(self);
    self->mgmt = mgmt;
    self->changed(self->data);
}

/* When bluetoothd goes its adapters go, and the kernel keeps them: so the index is kept, too. */
void
bh_mgmt_scan_set_adapter(BhMgmtScan *self,
                         guint16 index,
                         const BhAddress *address,
                         gboolean powered)
{
    if (index == BH_MGMT_INDEX_NONE) {
        self->powered = FALSE;
        return;
    }
    BhMgmtController controller = {*address, bh_mgmt_memory_get_instance(index)};
    if (self->index != index || self->controller.instance != controller.instance ||
        !bh_address_equal(&self->controller.address, address)) {
        forget_kernel(self);
        bh_mgmt_memory_meet(self->memory, &controller);
    }
    if (powered && !self->powered)
        g_clear_handle_id(&self->timer, g_source_remove);
    self->index = index;
    self->controller = controller;
    self->powered = powered;
    self->changed(self->data);
}

/* The event may be older than what BlueZ said of the controller that came after. */
void
bh_mgmt_scan_index_removed(BhMgmtScan *self)
{
    guint64 instance = bh_mgmt_memory_get_instance(self->index);

    if (instance != 0 && instance == self->controller.instance)
        return;
    bh_mgmt_memory_forget(self->memory, &self->controller);
    forget_kernel(self);
    self->index = BH_MGMT_INDEX_NONE;
    self->powered = FALSE;
    self->changed(self->data);
}

void
bh_mgmt_scan_monitor_removed(BhMgmtScan *self, guint16 handle)
{
    if (self->handle != handle || self->step == STEP_REMOVE)
        return;
    forget_handle(self, handle);
    self->changed(self->data);
}

void
bh_mgmt_scan_late_reply(BhMgmtScan *self, const BhMgmtReply *reply)
{
    guint16 handle = 0;

    if (reply->opcode != BH_MGMT_ADD_PATTERNS_MONITOR || reply->status != BH_MGMT_STATUS_SUCCESS ||
        !bh_mgmt_reply_get_monitor(reply, &handle) || handle == self->handle)
        return;
    bh_mgmt_memory_add_handle(self->memory, &self->controller, handle);
    g_array_append_val(self->stale, handle);
    self->changed(self->data);
}

void
bh_mgmt_scan_set_demand(BhMgmtScan *self, const BhMgmtScanDemand *demand)
{
    self->wanted = demand != NULL ? *demand : (BhMgmtScanDemand){0};
    if (self->wanted.monitor && self->handle != 0 && !self->used) {
        self->used = TRUE;
        self->changes++;
    }
    self->changed(self->data);
}

/* What is done stays written down unless it could be undone. */
void
bh_mgmt_scan_abandon(BhMgmtScan *self)
{
    BhMgmtPacket packet;

    self->wanted = (BhMgmtScanDemand){0};
    if (self->mgmt == NULL || self->index == BH_MGMT_INDEX_NONE)
        return;
    if (self->handle != 0) {
        fill_packet(self, STEP_REMOVE, &packet);
        if (bh_mgmt_send_only(self->mgmt, &packet))
            forget_handle(self, self->handle);
    }
    self->sent = self->own;
    if (self->knows_own && !is_equal(&self->applied, &self->own)) {
        fill_packet(self, STEP_SET, &packet);
        if (bh_mgmt_send_only(self->mgmt, &packet))
            bh_mgmt_memory_set_defaults(self->memory, &self->controller, NULL);
    }
    forget_kernel(self);
}

/* State */

gboolean
bh_mgmt_scan_is_busy(const BhMgmtScan *self)
{
    return self->timer == 0 && (self->step != STEP_NONE || choose_step(self) != STEP_NONE);
}

guint
bh_mgmt_scan_get_changes(const BhMgmtScan *self)
{
    return self->changes;
}

guint16
bh_mgmt_scan_get_index(const BhMgmtScan *self)
{
    return self->index;
}

gboolean
bh_mgmt_scan_has_monitor(const BhMgmtScan *self)
{
    return self->handle != 0 && self->wanted.monitor;
}

gboolean
bh_mgmt_scan_is_own_monitor(const BhMgmtScan *self, guint16 handle)
{
    return handle != 0 && handle == self->handle;
}

BhMgmtScanAbility
bh_mgmt_scan_get_monitor_ability(const BhMgmtScan *self)
{
    return self->mgmt != NULL ? self->monitors : BH_MGMT_SCAN_REFUSED;
}

BhMgmtScanAbility
bh_mgmt_scan_get_duty_ability(const BhMgmtScan *self)
{
    return self->mgmt != NULL ? self->duties : BH_MGMT_SCAN_REFUSED;
}

BhMgmtDuty
bh_mgmt_scan_get_duty(const BhMgmtScan *self)
{
    BhMgmtDuty none = {0};

    return is_set(self->wanted.duty) && is_equal(&self->applied,
                                                 &(BhMgmtDefaults){
                                                     self->wanted.duty,
                                                     self->wanted.duty,
                                                 })
               ? self->wanted.duty
               : none;
}

const char *
bh_mgmt_scan_peek_error(const BhMgmtScan *self)
{
    return self->error;
}

BhMgmtScan *
bh_mgmt_scan_new(BhMgmtMemory *memory,
                 const BhBluezTiming *timing,
                 BhBluezReconcileFunc changed,
                 gpointer data)
{
    BhMgmtScan *self = g_new0(BhMgmtScan, 1);

    self->memory = memory;
    self->timing = timing;
    self->changed = changed;
    self->data = data;
    self->index = BH_MGMT_INDEX_NONE;
    self->stale = g_array_new(FALSE, FALSE, sizeof(guint16));
    return self;
}

void
bh_mgmt_scan_free(BhMgmtScan *self)
{
    forget_kernel(self);
    g_array_unref(self->stale);
    g_free(self);
}
