/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keys of a fault group: when, what, to which adapter, for how long. */
#include "scenario-fault.h"

#include "keys.h"

#define MAX_TIME_MS 1e9

static gboolean
read_fault_at(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 0, MAX_TIME_MS, &((BhScenarioFault *)draft)->at_us, error);
}

static gboolean
read_fault_for(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_us(text, 1, MAX_TIME_MS, &((BhScenarioFault *)draft)->for_us, error);
}

static gboolean
read_fault_kind(gpointer draft, const char *text, GError **error)
{
    static const char *const names[] = {[BH_FAULT_ADAPTER_REMOVE] = "adapter-remove",
                                        [BH_FAULT_ADAPTER_ADD] = "adapter-add",
                                        [BH_FAULT_POWER_OFF] = "power-off",
                                        [BH_FAULT_POWER_ON] = "power-on",
                                        [BH_FAULT_DISCOVERY_STALL] = "discovery-stall",
                                        [BH_FAULT_RADIO_STALL] = "radio-stall",
                                        [BH_FAULT_SILENT] = "silent",
                                        [BH_FAULT_RESUME] = "resume",
                                        [BH_FAULT_BLUEZ_EXIT] = "bluez-exit",
                                        [BH_FAULT_BLUEZ_RETURN] = "bluez-return"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(text, names[i])) {
            ((BhScenarioFault *)draft)->kind = (BhFaultKind)i;
            return TRUE;
        }
    }
    return bh_text_refuse(error, "no such kind of fault");
}

static gboolean
read_fault_adapter(gpointer draft, const char *text, GError **error)
{
    BhScenarioFault *fault = draft;

    g_free(fault->adapter);
    fault->adapter = g_strdup(text);
    return TRUE;
}

static gboolean
read_fault_index(gpointer draft, const char *text, GError **error)
{
    return bh_scenario_read_index(&((BhScenarioFault *)draft)->index, text, error);
}

static const BhKey FAULT_KEYS[] = {
    {"AtMs", read_fault_at},
    {"ForMs", read_fault_for},
    {"Kind", read_fault_kind},
    {"Adapter", read_fault_adapter},
    {"Index", read_fault_index},
};

gboolean
bh_scenario_read_fault(GKeyFile *file,
                       const char *group,
                       const char *name,
                       GPtrArray *faults,
                       GError **error)
{
    g_autoptr(BhScenarioFault) fault = g_new0(BhScenarioFault, 1);

    fault->group = g_strdup(name);
    fault->index = -1;
    if (!bh_keys_read(file, group, FAULT_KEYS, G_N_ELEMENTS(FAULT_KEYS), fault, error))
        return FALSE;
    if (!g_key_file_has_key(file, group, "Kind", NULL))
        return bh_text_refuse(error, "Kind: missing");
    g_ptr_array_add(faults, g_steal_pointer(&fault));
    return TRUE;
}

void
bh_scenario_fault_free(BhScenarioFault *fault)
{
    g_free(fault->group);
    g_free(fault->adapter);
    g_free(fault);
}
