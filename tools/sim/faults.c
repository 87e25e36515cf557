/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two entries of the timeline per fault: its beginning and, with ForMs, its end. */
#include "faults.h"

struct _BhFaults {
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhBluez *bluez;       /* borrowed: outlives the object */
    BhPlugs *plugs;       /* borrowed: outlives the object */
    GPtrArray *planned;   /* PlannedFault */
};

typedef struct {
    BhFaults *faults; /* borrowed: owns this */
    BhScenarioFault *fault;
    guint timer;
} PlannedFault;

static void
planned_fault_free(gpointer data)
{
    PlannedFault *planned = data;

    bh_timeline_clear(planned->faults->timeline, &planned->timer);
    bh_scenario_fault_free(planned->fault);
    g_free(planned);
}

static gboolean
apply(BhFaults *faults, const BhScenarioFault *fault, BhFaultKind kind, GError **error)
{
    switch (kind) {
    case BH_FAULT_ADAPTER_REMOVE:
        return bh_plugs_remove(faults->plugs, fault->adapter, error);
    case BH_FAULT_ADAPTER_ADD:
        return bh_plugs_restore(faults->plugs, fault->adapter, fault->index, error);
    case BH_FAULT_POWER_OFF:
        return bh_plugs_set_powered(faults->plugs, fault->adapter, FALSE, error);
    case BH_FAULT_POWER_ON:
        return bh_plugs_set_powered(faults->plugs, fault->adapter, TRUE, error);
    case BH_FAULT_DISCOVERY_STALL:
        return bh_plugs_stall(faults->plugs, fault->adapter, BH_STALL_DISCOVERY, error);
    case BH_FAULT_RADIO_STALL:
        return bh_plugs_stall(faults->plugs, fault->adapter, BH_STALL_POWER, error);
    case BH_FAULT_SILENT:
        return bh_plugs_stall(faults->plugs, fault->adapter, BH_STALL_REPLUG, error);
    case BH_FAULT_RESUME:
        return bh_plugs_stall(faults->plugs, fault->adapter, BH_STALL_NONE, error);
    case BH_FAULT_BLUEZ_EXIT:
        bh_bluez_die(faults->bluez, NULL, NULL);
        return TRUE;
    case BH_FAULT_BLUEZ_RETURN:
        bh_bluez_appear(faults->bluez);
        return TRUE;
    }
    g_assert_not_reached();
}

static void
apply_or_complain(BhFaults *faults, const BhScenarioFault *fault, BhFaultKind kind)
{
    g_autoptr(GError) error = NULL;

    if (!apply(faults, fault, kind, &error))
        g_printerr("blehub-sim: [fault %s] %s\n", fault->group, error->message);
}

static void
on_fault_over(gpointer user_data)
{
    static const BhFaultKind opposites[] = {[BH_FAULT_ADAPTER_REMOVE] = BH_FAULT_ADAPTER_ADD,
                                            [BH_FAULT_ADAPTER_ADD] = BH_FAULT_ADAPTER_REMOVE,
                                            [BH_FAULT_POWER_OFF] = BH_FAULT_POWER_ON,
                                            [BH_FAULT_POWER_ON] = BH_FAULT_POWER_OFF,
                                            [BH_FAULT_DISCOVERY_STALL] = BH_FAULT_RESUME,
                                            [BH_FAULT_RADIO_STALL] = BH_FAULT_RESUME,
                                            [BH_FAULT_SILENT] = BH_FAULT_RESUME,
                                            [BH_FAULT_RESUME] = BH_FAULT_RESUME,
                                            [BH_FAULT_BLUEZ_EXIT] = BH_FAULT_BLUEZ_RETURN,
                                            [BH_FAULT_BLUEZ_RETURN] = BH_FAULT_BLUEZ_EXIT};
    PlannedFault *planned = user_data;

    planned->timer = 0;
    apply_or_complain(planned->faults, planned->fault, opposites[planned->fault->kind]);
}

static void
on_fault_due(gpointer user_data)
{
    PlannedFault *planned = user_data;
    BhFaults *faults = planned->faults;

    planned->timer = 0;
    apply_or_complain(faults, planned->fault, planned->fault->kind);
    if (planned->fault->for_us > 0)
        planned->timer = bh_timeline_add(faults->timeline,
                                         bh_timeline_now(faults->timeline) + planned->fault->for_us,
                                         on_fault_over,
                                         planned);
}

BhFaults *
bh_faults_new(BhTimeline *timeline, BhBluez *bluez)
{
    BhFaults *faults = g_new0(BhFaults, 1);

    faults->timeline = timeline;
    faults->bluez = bluez;
    faults->plugs = bh_bluez_get_plugs(bluez);
    faults->planned = g_ptr_array_new_with_free_func(planned_fault_free);
    return faults;
}

void
bh_faults_free(BhFaults *faults)
{
    g_ptr_array_unref(faults->planned);
    g_free(faults);
}

void
bh_faults_plan(BhFaults *faults, BhScenarioFault *fault)
{
    PlannedFault *planned = g_new0(PlannedFault, 1);
    gint64 at = bh_timeline_now(faults->timeline) + fault->at_us;

    planned->faults = faults;
    planned->fault = fault;
    planned->timer = bh_timeline_add(faults->timeline, at, on_fault_due, planned);
    g_ptr_array_add(faults->planned, planned);
}
