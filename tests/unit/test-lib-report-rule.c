/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Report rules as scripts: a row of reports of one device, and which of them are delivered.
 */
#include "bh-report-rule.h"
#include "test-main.h"

START_TEST(unknown_modes_are_refused_and_known_ones_go_both_ways)
{
    BhReportMode mode = BH_REPORT_FIRST;

    ck_assert(!bh_report_mode_from_string("Changes", &mode));
    ck_assert(!bh_report_mode_from_string("", &mode));
    ck_assert(!bh_report_mode_from_string(NULL, &mode));
    ck_assert_int_eq(mode, BH_REPORT_FIRST);
    for (guint i = BH_REPORT_CHANGES; i <= BH_REPORT_FIRST; i++) {
        ck_assert(bh_report_mode_from_string(bh_report_mode_to_string(i), &mode));
        ck_assert_uint_eq(mode, i);
    }
}
END_TEST

/* Reports come every 100 ms: 'N' new, 'P' payload changed, 'R' RSSI changed, '-' nothing changed.
 * Delivered ones are '1' in delivered. */
typedef struct {
    BhReportMode mode;
    gint64 min_interval_ms;
    const char *reports;
    const char *delivered;
} RuleCase;

static BhDeviceChange
change_of(char report)
{
    switch (report) {
    case 'N':
        return BH_DEVICE_CHANGE_NEW | BH_DEVICE_CHANGE_PAYLOAD;
    case 'P':
        return BH_DEVICE_CHANGE_PAYLOAD;
    case 'R':
        return BH_DEVICE_CHANGE_RSSI;
    default:
        return BH_DEVICE_CHANGE_NONE;
    }
}

START_TEST(each_mode_delivers_what_it_says)
{
    static const RuleCase cases[] = {
        {BH_REPORT_CHANGES, 0, "N--P-R--", "10010100"},
        {BH_REPORT_ALL, 0, "N--P-R--", "11111111"},
        {BH_REPORT_FIRST, 0, "N--P-R--", "10000000"},
        /* A scan that starts later first hears a device that is not new to the table. */
        {BH_REPORT_CHANGES, 0, "---P", "1001"},
        {BH_REPORT_FIRST, 0, "--P", "100"},
        /* 300 ms: what is held back comes with the next report after it, changed or not. */
        {BH_REPORT_CHANGES, 300, "NP---", "10010"},
        {BH_REPORT_CHANGES, 300, "N----", "10000"},
        {BH_REPORT_CHANGES, 300, "N---P", "10001"},
        {BH_REPORT_CHANGES, 300, "NPPPPPPP", "10010010"},
        {BH_REPORT_ALL, 300, "N-------", "10010010"},
        {BH_REPORT_FIRST, 300, "NPPPPPPP", "10000000"},
        {BH_REPORT_CHANGES, 100, "NPP", "111"}, /* at the very end of the interval */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhReportRule rule = {cases[i].mode, cases[i].min_interval_ms * 1000};
        BhReportMemory memory = {0};
        gint64 now_us = 5000000;
        for (const char *report = cases[i].reports; *report != '\0'; report++) {
            gsize at = (gsize)(report - cases[i].reports);
            gboolean delivered = bh_report_rule_check(&rule, &memory, change_of(*report), now_us);
            ck_assert_msg(delivered == (cases[i].delivered[at] == '1'), "case %zu at %zu", i, at);
            now_us += 100000;
        }
    }
}
END_TEST

BH_TEST_MAIN("lib-report-rule",
             unknown_modes_are_refused_and_known_ones_go_both_ways,
             each_mode_delivers_what_it_says)
