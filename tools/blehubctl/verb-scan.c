/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * scan: what a scan of our own reports is printed as it comes. Time, SIGINT, enough devices or the
 * end of the stream stop it, and then the scan's own list gives the summary, so that a device whose
 * report was still under way is not missing there.
 */
#include "filter-options.h"
#include "heard.h"
#include "reports.h"
#include "row-json.h"
#include "row-text.h"
#include "verbs.h"

#include "bh-json.h"

#define DEFAULT_DURATION_MS 10000

typedef struct {
    BhFilterOptions filter;
    char *report;
    char *preset;
    gboolean passive;
    char *min_interval;
    char *duration;
    char *count;
    gboolean all;
} Options;

typedef struct {
    const BhCtl *ctl;
    gboolean all;
    guint count; /* 0 = no bound */
    BhReports reports;
    BhHeard *heard; /* what was printed as found */
    GString *line;  /* of JSON under way */
    guint printed;
} LiveScan;

static void
options_clear(Options *self)
{
    bh_filter_options_clear(&self->filter);
    g_clear_pointer(&self->report, g_free);
    g_clear_pointer(&self->preset, g_free);
    g_clear_pointer(&self->min_interval, g_free);
    g_clear_pointer(&self->duration, g_free);
    g_clear_pointer(&self->count, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
live_scan_clear(LiveScan *self)
{
    bh_reports_clear(&self->reports);
    g_clear_pointer(&self->heard, bh_heard_free);
    if (self->line)
        g_string_free(g_steal_pointer(&self->line), TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LiveScan, live_scan_clear)

static gboolean
fill(const Options *self, GVariantDict *dict, LiveScan *live, GError **error)
{
    gint64 min_interval_ms = 0, count = 0;

    if (!bh_filter_options_fill(&self->filter, dict, error) ||
        !bh_option_read_seconds("duration",
                                self->duration,
                                DEFAULT_DURATION_MS,
                                &live->reports.duration_ms,
                                error) ||
        !bh_option_read_integer("min-interval",
                                self->min_interval,
                                0,
                                3600000,
                                &min_interval_ms,
                                error) ||
        !bh_option_read_integer("count", self->count, 0, G_MAXUINT32, &count, error))
        return FALSE;
    live->count = (guint)count;
    live->all = self->all;
    if (self->report)
        g_variant_dict_insert(dict, "Report", "s", self->report);
    if (self->preset)
        g_variant_dict_insert(dict, "Preset", "s", self->preset);
    if (self->passive)
        g_variant_dict_insert(dict, "Active", "b", FALSE);
    if (self->min_interval)
        g_variant_dict_insert(dict, "MinIntervalMs", "u", (guint32)min_interval_ms);
    return TRUE;
}

static void
print_line(LiveScan *self, const BhPackedRecord *record)
{
    char adapter[BH_ADDRESS_TEXT_SIZE];
    BhDevice device;

    bh_packed_record_get_device(record, &device);
    bh_address_format(&record->adapter, adapter);
    g_string_assign(self->line, "{");
    bh_json_append_device(self->line, &device, record->has_adapter ? adapter : NULL);
    g_string_append(self->line, "}\n");
    bh_ctl_print(self->line->str);
}

static void
print_text(const BhPackedRecord *record, const char *verb)
{
    GVariantBuilder builder;
    g_autoptr(GVariant) row = NULL;
    g_autofree char *text = NULL;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    bh_packed_record_add_to_row(record, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    text = bh_row_text(row, verb);
    bh_ctl_print(text);
}

/* Prints a report as asked for; also where it becomes a device that was found. */
static void
on_report(const BhPackedRecord *record, gpointer user_data)
{
    LiveScan *self = user_data;
    gboolean is_new = bh_heard_add(self->heard, record);

    self->printed++;
    if (self->ctl->json)
        print_line(self, record);
    else if (is_new || self->all)
        print_text(record, is_new ? "Found" : "Heard");
    if (self->count > 0 && bh_heard_count(self->heard) >= self->count)
        bh_reports_end(&self->reports);
}

/* The rows of the scan. Once it ran, a name without owner is a blehubd that went away. */
static GVariant *
get_devices(LiveScan *self)
{
    g_autoptr(GError) error = NULL;
    GVariant *rows = NULL;

    if (bh_dbus_scan1_call_get_devices_sync(self->reports.scan,
                                            g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0),
                                            G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                            BH_CTL_TIMEOUT_MS,
                                            &rows,
                                            NULL,
                                            &error))
        return rows;
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
        g_set_error_literal(&self->reports.error,
                            G_IO_ERROR,
                            G_IO_ERROR_CLOSED,
                            "blehubd left the bus");
    else
        self->reports.error = g_steal_pointer(&error);
    return NULL;
}

/* What the scan saw, with its statistics, and the end of the scan. */
static GVariant *
end(LiveScan *self)
{
    GVariant *rows = self->reports.error ? NULL : get_devices(self);

    if (!rows)
        return bh_heard_get_rows(self->heard);
    bh_dbus_scan1_call_release_sync(self->reports.scan,
                                    G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                    BH_CTL_TIMEOUT_MS,
                                    NULL,
                                    NULL);
    return rows;
}

/* Devices whose first report was still under way when the scan ended. */
static void
print_missed(LiveScan *self, GVariant *rows)
{
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        g_autofree char *text = NULL;

        if (bh_heard_has_row(self->heard, row))
            continue;
        self->printed++;
        text = self->ctl->json ? bh_json_take_line(bh_json_from_variant(row))
                               : bh_row_text(row, "Found");
        bh_ctl_print(text);
        if (self->ctl->json)
            bh_ctl_print("\n");
    }
}

static void
print_json_summary(LiveScan *self, GVariant *rows)
{
    g_autoptr(JsonObject) summary = json_object_new(), object = json_object_new();
    gint64 elapsed_us = g_get_monotonic_time() - self->reports.begin_us;
    g_autofree char *line = NULL;

    json_object_set_int_member(summary, "Devices", (gint64)g_variant_n_children(rows));
    json_object_set_int_member(summary, "Reports", self->printed);
    json_object_set_int_member(summary, "Lost", (gint64)bh_reports_get_lost(&self->reports));
    json_object_set_int_member(summary, "ElapsedMs", elapsed_us / 1000);
    json_object_set_member(summary, "Rows", bh_json_from_variant(rows));
    json_object_set_object_member(object, "Summary", g_steal_pointer(&summary));
    line = bh_json_take_line(json_node_init_object(json_node_alloc(), object));
    bh_ctl_print(line);
    bh_ctl_print("\n");
}

static void
print_summary(LiveScan *self, GVariant *rows)
{
    g_autofree char *heading = g_strdup_printf("Scan complete: %" G_GSIZE_FORMAT " devices found\n",
                                               g_variant_n_children(rows));

    bh_ctl_print(heading);
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
        g_autofree char *line = bh_row_summary(row);

        bh_ctl_print(line);
    }
}

static BhExit
scan(LiveScan *self, GVariant *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) rows = NULL;

    self->heard = bh_heard_new();
    self->line = g_string_new(NULL);
    self->reports.on_report = on_report;
    self->reports.user_data = self;
    if (!bh_reports_open(&self->reports, self->ctl, options, &error))
        return bh_ctl_fail(error);
    bh_reports_run(&self->reports);
    rows = end(self);
    print_missed(self, rows);
    if (self->ctl->json)
        print_json_summary(self, rows);
    else
        print_summary(self, rows);
    return bh_reports_conclude(&self->reports, g_variant_n_children(rows) > 0);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GError) error = NULL;
    g_auto(LiveScan) live = {.ctl = ctl};
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &options.duration,
         "How long (default 10, 0 = until interrupted)",
         "SECONDS"},
        {"count", 'c', 0, G_OPTION_ARG_STRING, &options.count, "End after so many devices", "N"},
        {"report",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options.report,
         "When a device is reported again: changes (default), all, first",
         "RULE"},
        {"min-interval",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options.min_interval,
         "Least time between two reports of a device",
         "MS"},
        {"passive", 0, 0, G_OPTION_ARG_NONE, &options.passive, "Ask for no scan responses", NULL},
        {"preset",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options.preset,
         "How much of the time to listen: low-latency, balanced, low-power",
         "NAME"},
        {"all",
         0,
         0,
         G_OPTION_ARG_NONE,
         &options.all,
         "Print every report, not only devices that are new",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_filter_options_add(&options.filter, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!fill(&options, dict, &live, &error))
        return bh_ctl_fail(error);
    return scan(&live, g_variant_dict_end(dict));
}

const BhVerb bh_verb_scan = {
    .name = "scan",
    .summary = "Show devices as they are heard, and a summary at the end",
    .description = "Ends after its duration, or on SIGINT or SIGTERM, with a summary. Without a "
                   "radio it waits for one;\n"
                   "if it never came, the exit code is 3. With --json every report is a line.\n",
    .run = run,
};
