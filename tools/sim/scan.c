/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Controller, kernel, and the timer that re-arms them. */
#include "scan.h"

#define DISCOVERY_US (10240 * 1000)
#define REGULAR_PAUSE_US (5 * G_USEC_PER_SEC)
#define SLOT_US 625u
#define SCAN_INTERVAL 0x0012 /* kernel's discovery: 11.25 ms, all of it */

struct _BhScan {
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhController *controller;
    BhKernel *kernel;
    BhKernelFilter *filter; /* NULL = no discovery */
    gboolean monitor;
    guint timer;
    BhFoundFunc func;
    gpointer user_data;
    guint found;
    guint64 starts;
    guint64 rearmed;
};

static void
on_found(const BhFound *found, gpointer user_data)
{
    BhScan *scan = user_data;

    scan->found++;
    scan->func(found, scan->user_data);
}

static void
disable(BhScan *scan)
{
    bh_timeline_clear(scan->timeline, &scan->timer);
    bh_controller_set_scan_enable(scan->controller, FALSE, FALSE, bh_timeline_now(scan->timeline));
}

static void on_period_over(gpointer user_data);

static void
enable(BhScan *scan)
{
    gint64 now = bh_timeline_now(scan->timeline);
    BhScanParameters parameters = {.interval = SCAN_INTERVAL,
                                   .window = SCAN_INTERVAL,
                                   .active = TRUE};

    if (!scan->filter->le)
        return;
    bh_controller_set_scan_parameters(scan->controller, &parameters);
    bh_controller_set_scan_enable(scan->controller, TRUE, !scan->monitor, now);
    bh_kernel_start(scan->kernel, scan->filter);
    scan->timer = bh_timeline_add(scan->timeline, now + DISCOVERY_US, on_period_over, scan);
}

static void
on_pause_over(gpointer user_data)
{
    BhScan *scan = user_data;

    scan->timer = 0;
    scan->rearmed++;
    enable(scan);
}

static void
on_period_over(gpointer user_data)
{
    BhScan *scan = user_data;
    gint64 pause = scan->filter->regular ? REGULAR_PAUSE_US : 0;

    scan->timer = 0;
    disable(scan);
    if (pause == 0)
        on_pause_over(scan);
    else
        scan->timer = bh_timeline_add(scan->timeline,
                                      bh_timeline_now(scan->timeline) + pause,
                                      on_pause_over,
                                      scan);
}

BhScan *
bh_scan_new(BhTimeline *timeline, BhDuplicateRule rule, BhFoundFunc func, gpointer user_data)
{
    BhScan *scan = g_new0(BhScan, 1);

    scan->timeline = timeline;
    scan->controller = bh_controller_new(rule);
    scan->kernel = bh_kernel_new(on_found, scan);
    scan->func = func;
    scan->user_data = user_data;
    return scan;
}

void
bh_scan_free(BhScan *scan)
{
    bh_timeline_clear(scan->timeline, &scan->timer);
    g_clear_pointer(&scan->filter, bh_kernel_filter_free);
    bh_kernel_free(scan->kernel);
    bh_controller_free(scan->controller);
    g_free(scan);
}

void
bh_scan_set_monitor(BhScan *scan, gboolean registered)
{
    scan->monitor = registered;
}

void
bh_scan_start(BhScan *scan, BhKernelFilter *filter)
{
    bh_scan_stop(scan);
    scan->filter = filter;
    scan->starts++;
    enable(scan);
}

void
bh_scan_stop(BhScan *scan)
{
    disable(scan);
    g_clear_pointer(&scan->filter, bh_kernel_filter_free);
}

gboolean
bh_scan_hear(BhScan *scan, const BhAdvertisement *advertisement)
{
    BhHeard heard[2];
    guint n = bh_controller_hear(scan->controller, advertisement, heard);
    guint before = scan->found;

    for (guint i = 0; i < n; i++)
        bh_kernel_report(scan->kernel, &heard[i]);
    return scan->found != before;
}

GVariant *
bh_scan_describe(const BhScan *scan)
{
    const BhScanParameters *parameters = bh_controller_peek_scan_parameters(scan->controller);
    GVariantBuilder row = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    g_variant_builder_add(&row,
                          "{sv}",
                          "Enabled",
                          g_variant_new_boolean(bh_controller_is_scanning(scan->controller)));
    g_variant_builder_add(&row, "{sv}", "Active", g_variant_new_boolean(parameters->active));
    g_variant_builder_add(&row,
                          "{sv}",
                          "IntervalUs",
                          g_variant_new_uint32(parameters->interval * SLOT_US));
    g_variant_builder_add(&row,
                          "{sv}",
                          "WindowUs",
                          g_variant_new_uint32(parameters->window * SLOT_US));
    g_variant_builder_add(
        &row,
        "{sv}",
        "FilterDuplicates",
        g_variant_new_boolean(bh_controller_filters_duplicates(scan->controller)));
    g_variant_builder_add(&row, "{sv}", "Starts", g_variant_new_uint64(scan->starts));
    g_variant_builder_add(&row, "{sv}", "Rearmed", g_variant_new_uint64(scan->rearmed));
    return g_variant_builder_end(&row);
}
