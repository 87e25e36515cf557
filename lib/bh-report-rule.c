/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The rule looks at the device's change first and at the clock second: what the minimum interval
 * holds back is remembered as one bit, and the next report pays it out.
 */
#include "bh-report-rule.h"

static const char *const mode_names[] = {
    [BH_REPORT_CHANGES] = "changes",
    [BH_REPORT_ALL] = "all",
    [BH_REPORT_FIRST] = "first",
};

const char *
bh_report_mode_to_string(BhReportMode mode)
{
    return mode_names[(guint)mode < G_N_ELEMENTS(mode_names) ? mode : BH_REPORT_CHANGES];
}

gboolean
bh_report_mode_from_string(const char *text, BhReportMode *mode)
{
    for (guint i = 0; i < G_N_ELEMENTS(mode_names); i++) {
        if (g_strcmp0(text, mode_names[i]) == 0) {
            *mode = i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
is_wanted(const BhReportRule *rule, const BhReportMemory *memory, BhDeviceChange change)
{
    if (!memory->delivered || rule->mode == BH_REPORT_ALL)
        return TRUE;
    if (rule->mode == BH_REPORT_FIRST)
        return FALSE;
    return change != BH_DEVICE_CHANGE_NONE || memory->suppressed_change;
}

gboolean
bh_report_rule_check(const BhReportRule *rule,
                     BhReportMemory *memory,
                     BhDeviceChange change,
                     gint64 monotonic_us)
{
    if (!is_wanted(rule, memory, change))
        return FALSE;
    if (memory->delivered && monotonic_us - memory->delivered_us < rule->min_interval_us) {
        memory->suppressed_change = TRUE;
        return FALSE;
    }
    *memory = (BhReportMemory){.delivered_us = monotonic_us, .delivered = TRUE};
    return TRUE;
}
