/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What belongs to the kernel's instance of a controller is forgotten with it, and with the socket:
 * then it cannot be known any more. What is wanted stays.
 */
#include "bh-mgmt-scan-private.h"

#define STEADY_US                                                                                  \
    (60 * G_USEC_PER_SEC) /* a monitor that lasted so long is not being fought over                \
                           */

/* What is known */

void
bh_mgmt_scan_forget_handle(BhMgmtScan *self, guint16 handle)
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

/* Of the kernel's side of the controller. */
static void
forget_kernel(BhMgmtScan *self)
{
    g_clear_pointer(&self->call, bh_mgmt_call_forget);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_pointer(&self->error, g_free);
    g_array_set_size(self->stale, 0);
    self->step = BH_MGMT_STEP_NONE;
    self->failures = 0;
    self->listed = FALSE;
    self->fresh = FALSE;
    self->stuck = FALSE;
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
        self->away = TRUE;
        return;
    }
    BhMgmtController controller = {*address, bh_mgmt_memory_get_instance(index)};
    if (self->index != index || self->controller.instance != controller.instance ||
        !bh_address_equal(&self->controller.address, address)) {
        forget_kernel(self);
        bh_mgmt_memory_meet(self->memory, &controller);
    }
    if (self->away && !bh_mgmt_defaults_equal(&self->applied, &self->own))
        self->applied =
            (BhMgmtDefaults){0}; /* bluetoothd may have set those of its configuration */
    self->away = FALSE;
    if (powered && !self->powered)
        g_clear_handle_id(&self->timer, g_source_remove);
    self->index = index;
    self->controller = controller;
    self->powered = powered;
    self->changed(self->data);
}

static void
lose_controller(BhMgmtScan *self)
{
    bh_mgmt_memory_forget(self->memory, &self->controller);
    forget_kernel(self);
    self->index = BH_MGMT_INDEX_NONE;
    self->powered = FALSE;
    self->changed(self->data);
}

/* The event may be older than what BlueZ said of the controller that came after. It may also come
 * before the controller is gone from sysfs, and then is wrongly taken for such a one: until another
 * controller takes the index. */
void
bh_mgmt_scan_index_removed(BhMgmtScan *self)
{
    guint64 instance = bh_mgmt_memory_get_instance(self->index);

    if (instance == 0 || instance != self->controller.instance)
        lose_controller(self);
}

void
bh_mgmt_scan_index_taken(BhMgmtScan *self, guint16 index)
{
    if (index != BH_MGMT_INDEX_NONE && self->index == index)
        lose_controller(self);
}

void
bh_mgmt_scan_monitor_removed(BhMgmtScan *self, guint16 handle)
{
    gboolean ours = self->handle != 0 && (handle == 0 || handle == self->handle);

    if (!ours || self->step == BH_MGMT_STEP_REMOVE)
        return;
    bh_mgmt_scan_forget_handle(self, self->handle);
    if (g_get_monotonic_time() - self->added_us > STEADY_US)
        self->taken_away = 0;
    self->failures = self->taken_away++;
    bh_mgmt_scan_back_off(self);
    self->changed(self->data);
}

static gboolean
is_stale(const BhMgmtScan *self, guint16 handle)
{
    for (guint i = 0; i < self->stale->len; i++)
        if (g_array_index(self->stale, guint16, i) == handle)
            return TRUE;
    return FALSE;
}

void
bh_mgmt_scan_late_reply(BhMgmtScan *self, const BhMgmtReply *reply)
{
    guint16 handle = 0;

    if (reply->opcode != BH_MGMT_ADD_PATTERNS_MONITOR)
        return;
    if (reply->status != BH_MGMT_STATUS_SUCCESS || !bh_mgmt_reply_get_monitor(reply, &handle)) {
        bh_mgmt_memory_set_adding(self->memory, &self->controller, NULL);
        return;
    }
    if (handle == self->handle || is_stale(self, handle) ||
        self->stale->len >= BH_MGMT_MONITORS_MAX)
        return;
    bh_mgmt_memory_add_handle(self->memory, &self->controller, handle);
    g_array_append_val(self->stale, handle);
    self->changed(self->data);
}

void
bh_mgmt_scan_set_demand(BhMgmtScan *self, const BhMgmtScanDemand *demand)
{
    self->wanted = demand != NULL ? *demand : (BhMgmtScanDemand){0};
    self->stuck = FALSE;
    if (self->wanted.monitor && self->handle != 0 && !self->used) {
        self->used = TRUE;
        self->changes++;
    }
    self->changed(self->data);
}

/* State */

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

    return bh_mgmt_duty_is_set(self->wanted.duty) && bh_mgmt_defaults_equal(&self->applied,
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
