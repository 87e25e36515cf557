/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * beacons: a scan whose filter lets only beacons through, so that a crowd of other devices costs
 * nothing here. On a terminal the list is drawn over itself; into a pipe go lines as beacons come,
 * and into JSON one object at the end. Telemetry by itself is told at the end: before, the beacon
 * that it belongs to may still come.
 */
#include "beacon-text.h"
#include "filter-options.h"
#include "reports.h"
#include "screen.h"
#include "verbs.h"

#define DEFAULT_DURATION_MS 10000
#define DRAW_EVERY_MS 500

typedef struct {
    BhFilterOptions filter;
    char *duration;
} Options;

typedef struct {
    const BhCtl *ctl;
    BhReports reports;
    BhBeaconList *beacons;
    BhScreen screen;
    gboolean draws; /* on a terminal, no lines */
} LiveBeacons;

static void
options_clear(Options *self)
{
    bh_filter_options_clear(&self->filter);
    g_clear_pointer(&self->duration, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
live_beacons_clear(LiveBeacons *self)
{
    bh_reports_clear(&self->reports);
    bh_screen_clear(&self->screen);
    g_clear_pointer(&self->beacons, bh_beacon_list_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LiveBeacons, live_beacons_clear)

static gboolean
fill(const Options *self, GVariantDict *dict, LiveBeacons *live, GError **error)
{
    if (!bh_filter_options_fill(&self->filter, dict, error) ||
        !bh_option_read_seconds("duration",
                                self->duration,
                                DEFAULT_DURATION_MS,
                                &live->reports.duration_ms,
                                error))
        return FALSE;
    if (!g_variant_dict_contains(dict, "Beacons"))
        g_variant_dict_insert(dict, "Beacons", "s", "any");
    return TRUE;
}

static void
on_report(const BhPackedRecord *record, gpointer user_data)
{
    LiveBeacons *self = user_data;
    g_autofree char *line = NULL;
    const BhListedBeacon *beacon;
    BhBeaconNews news;
    BhDevice device;

    bh_packed_record_get_device(record, &device);
    beacon = bh_beacon_list_add(self->beacons, &device, &news);
    if (!beacon || self->draws || self->ctl->json || bh_listed_beacon_is_bare(beacon))
        return;
    if (news == BH_BEACON_NEWS_BEACON)
        line = bh_beacon_text(beacon);
    else if (news == BH_BEACON_NEWS_TELEMETRY)
        line = bh_beacon_telemetry_text(beacon);
    if (line)
        bh_ctl_print(line);
}

static void
draw(LiveBeacons *self)
{
    g_autofree char *picture = NULL;
    BhScreenSize size;

    bh_screen_get_size(&size);
    picture = bh_beacon_picture(self->beacons, size.lines - 1, g_get_monotonic_time());
    bh_screen_draw(&self->screen, picture);
}

static gboolean
on_time_to_draw(gpointer user_data)
{
    draw(user_data);
    return G_SOURCE_CONTINUE;
}

static void
run_on_screen(LiveBeacons *self)
{
    guint timer = g_timeout_add(DRAW_EVERY_MS, on_time_to_draw, self);

    bh_screen_begin(&self->screen);
    bh_reports_run(&self->reports);
    g_source_remove(timer);
    draw(self);
}

static void
print_bare(const BhBeaconList *beacons)
{
    g_autoptr(GPtrArray) sorted = bh_beacon_list_sort(beacons);

    for (guint i = 0; i < sorted->len; i++) {
        g_autofree char *line = NULL;

        if (!bh_listed_beacon_is_bare(sorted->pdata[i]))
            continue;
        line = bh_beacon_text(sorted->pdata[i]);
        bh_ctl_print(line);
    }
}

static void
print_end(LiveBeacons *self)
{
    g_autofree char *end =
        self->ctl->json ? bh_beacon_json(self->beacons) : bh_beacon_totals(self->beacons);

    if (!self->ctl->json)
        print_bare(self->beacons);
    bh_ctl_print(end);
}

static BhExit
list_beacons(LiveBeacons *self, GVariant *options)
{
    g_autoptr(GError) error = NULL;
    guint64 forgotten;

    self->beacons = bh_beacon_list_new(BH_BEACON_LIST_DEFAULT_MAX);
    self->draws = !self->ctl->json && bh_screen_is_there();
    self->reports.on_report = on_report;
    self->reports.user_data = self;
    if (!bh_reports_open(&self->reports, self->ctl, options, &error))
        return bh_ctl_fail(error);
    if (self->draws) {
        run_on_screen(self);
    } else {
        bh_reports_run(&self->reports);
        print_end(self);
    }
    forgotten = bh_beacon_list_forgotten(self->beacons);
    if (forgotten > 0)
        bh_ctl_complain("%" G_GUINT64_FORMAT " beacons are not shown: no more than %d are kept",
                        forgotten,
                        BH_BEACON_LIST_DEFAULT_MAX);
    return bh_reports_conclude(&self->reports, bh_beacon_list_size(self->beacons) > 0);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GError) error = NULL;
    g_auto(LiveBeacons) live = {.ctl = ctl};
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &options.duration,
         "How long (default 10, 0 = until interrupted)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_filter_options_add(&options.filter, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!fill(&options, dict, &live, &error))
        return bh_ctl_fail(error);
    return list_beacons(&live, g_variant_dict_end(dict));
}

const BhVerb bh_verb_beacons = {
    .name = "beacons",
    .summary = "Show the beacons around, by type and identity",
    .description = "Ends after its duration, or on SIGINT or SIGTERM. A beacon that changes its "
                   "address is counted once.\n"
                   "With --json there is one object, at the end.\n",
    .run = run,
};
