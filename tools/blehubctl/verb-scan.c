/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * scan: a scan of our own that lives as long as we do, and a stream of what it reports, printed as
 * it comes. Time, SIGINT, enough devices or the end of the stream stop it, and then the scan's own
 * list gives the summary, so that a device whose report was still under way is not missing there.
 */
#include "filter-options.h"
#include "heard.h"
#include "row-json.h"
#include "row-text.h"
#include "verbs.h"

#include "bh-json.h"
#include "bh-stream-reader.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

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
    gint64 duration_ms;
    BhDbusHub1 *hub;
    BhDbusScan1 *scan;
    BhStreamReader *reader;
    GMainLoop *loop;
    GCancellable *cancellable;
    BhHeard *heard;   /* what was printed as found */
    GString *line;    /* of JSON under way */
    GError *error;    /* why the scan broke off */
    gboolean reading; /* a read is out */
    gboolean ready;   /* of the radio, as last told */
    guint reports;
    gint64 begin_us;
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
    g_clear_object(&self->hub);
    g_clear_object(&self->scan);
    g_clear_object(&self->reader);
    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->loop, g_main_loop_unref);
    g_clear_pointer(&self->heard, bh_heard_free);
    if (self->line)
        g_string_free(g_steal_pointer(&self->line), TRUE);
    g_clear_error(&self->error);
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
                                &live->duration_ms,
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

/* Enough were found; what came later in the same packet is not told. */
static gboolean
is_complete(const LiveScan *self)
{
    return self->count > 0 && bh_heard_count(self->heard) >= self->count;
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
take_record(LiveScan *self, const BhPackedRecord *record)
{
    gboolean is_new = bh_heard_add(self->heard, record);

    self->reports++;
    if (self->ctl->json)
        print_line(self, record);
    else if (is_new || self->all)
        print_text(record, is_new ? "Found" : "Heard");
    if (is_complete(self))
        g_main_loop_quit(self->loop);
}

static void read_packet(LiveScan *self);

static void
on_packet(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LiveScan *self = user_data;
    g_autoptr(GError) error = NULL;
    BhPackedRecord record;

    self->reading = FALSE;
    if (bh_stream_reader_read_finish(self->reader, result, &error) > 0) {
        while (!is_complete(self) && bh_stream_reader_next(self->reader, &record))
            take_record(self, &record);
        fflush(stdout); /* who reads us through a pipe waits for it */
        if (!g_cancellable_is_cancelled(self->cancellable))
            read_packet(self);
        return;
    }
    if (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        self->error = g_steal_pointer(&error);
    g_main_loop_quit(self->loop);
}

static void
read_packet(LiveScan *self)
{
    self->reading = TRUE;
    bh_stream_reader_read_async(self->reader, self->cancellable, on_packet, self);
}

/* Tells on stderr when the radio is not there, and when it is back. */
static void
on_hub_changed(LiveScan *self)
{
    const char *state = bh_dbus_hub1_get_state(self->hub);
    gboolean ready = g_strcmp0(state, "ready") == 0;

    if (!state)
        return; /* blehubd is gone; the stream's end says so */
    if (!ready)
        fprintf(stderr, "waiting for the radio (%s)\n", state);
    else if (!self->ready)
        fprintf(stderr, "the radio is ready\n");
    self->ready = ready;
}

static gboolean
on_end(gpointer user_data)
{
    LiveScan *self = user_data;

    g_main_loop_quit(self->loop);
    return G_SOURCE_CONTINUE; /* removed by who added it */
}

static gboolean
begin(LiveScan *self, GVariant *options, GError **error)
{
    g_autoptr(GDBusConnection) bus = bh_ctl_connect(self->ctl, error);
    g_autofree char *path = NULL, *owner = NULL;

    if (!bus || !(self->hub = bh_ctl_hub(bus, TRUE, error)) ||
        !bh_dbus_hub1_call_scan_sync(self->hub,
                                     options,
                                     G_DBUS_CALL_FLAGS_NONE,
                                     BH_CTL_TIMEOUT_MS,
                                     &path,
                                     NULL,
                                     error))
        return FALSE;
    /* This very blehubd: a later one has other scans under the same paths. */
    owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->hub));
    self->scan = bh_dbus_scan1_proxy_new_sync(bus,
                                              G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                                  G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                              owner ? owner : BH_CTL_BUS_NAME,
                                              path,
                                              NULL,
                                              error);
    if (!self->scan)
        return FALSE;
    self->reader = bh_stream_reader_open_sync(self->scan, NULL, NULL, error);
    return self->reader != NULL;
}

/* Runs until something ends the scan; afterwards nothing of it is pending. */
static void
listen(LiveScan *self)
{
    guint sources[] = {g_unix_signal_add(SIGINT, on_end, self),
                       g_unix_signal_add(SIGTERM, on_end, self),
                       self->duration_ms ? g_timeout_add((guint)self->duration_ms, on_end, self)
                                         : 0};

    self->begin_us = g_get_monotonic_time();
    self->ready = TRUE;
    g_signal_connect_swapped(self->hub, "notify::state", G_CALLBACK(on_hub_changed), self);
    on_hub_changed(self);
    read_packet(self);
    g_main_loop_run(self->loop);
    g_cancellable_cancel(self->cancellable);
    while (self->reading)
        g_main_context_iteration(NULL, TRUE);
    g_signal_handlers_disconnect_by_data(self->hub, self);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
        if (sources[i])
            g_source_remove(sources[i]);
}

/* The rows of the scan. Once it ran, a name without owner is a blehubd that went away. */
static GVariant *
get_devices(LiveScan *self)
{
    g_autoptr(GError) error = NULL;
    GVariant *rows = NULL;

    if (bh_dbus_scan1_call_get_devices_sync(self->scan,
                                            g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0),
                                            G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                            BH_CTL_TIMEOUT_MS,
                                            &rows,
                                            NULL,
                                            &error))
        return rows;
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
        g_set_error_literal(&self->error, G_IO_ERROR, G_IO_ERROR_CLOSED, "blehubd left the bus");
    else
        self->error = g_steal_pointer(&error);
    return NULL;
}

/* What the scan saw, with its statistics, and the end of the scan. */
static GVariant *
end(LiveScan *self)
{
    GVariant *rows = self->error ? NULL : get_devices(self);

    if (!rows)
        return bh_heard_get_rows(self->heard);
    bh_dbus_scan1_call_release_sync(self->scan,
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
        self->reports++;
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
    gint64 elapsed_us = g_get_monotonic_time() - self->begin_us;
    g_autofree char *line = NULL;

    json_object_set_int_member(summary, "Devices", (gint64)g_variant_n_children(rows));
    json_object_set_int_member(summary, "Reports", self->reports);
    json_object_set_int_member(summary, "Lost", (gint64)bh_stream_reader_get_lost(self->reader));
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

    self->loop = g_main_loop_new(NULL, FALSE);
    self->cancellable = g_cancellable_new();
    self->heard = bh_heard_new();
    self->line = g_string_new(NULL);
    if (!begin(self, options, &error))
        return bh_ctl_fail(error);
    listen(self);
    rows = end(self);
    print_missed(self, rows);
    if (self->ctl->json)
        print_json_summary(self, rows);
    else
        print_summary(self, rows);
    if (bh_stream_reader_get_lost(self->reader) > 0)
        bh_ctl_complain("%" G_GUINT64_FORMAT
                        " reports were lost: they came faster than they were read",
                        bh_stream_reader_get_lost(self->reader));
    if (self->error)
        return bh_ctl_fail(self->error);
    return self->ready || g_variant_n_children(rows) > 0 ? BH_EXIT_OK : BH_EXIT_NOT_READY;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    g_autoptr(GVariant) sent = NULL;
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
    sent = g_variant_ref_sink(g_variant_dict_end(dict));
    return scan(&live, sent);
}

const BhVerb bh_verb_scan = {
    .name = "scan",
    .summary = "Show devices as they are heard, and a summary at the end",
    .description = "Ends after its duration, or on SIGINT or SIGTERM, with a summary. Without a "
                   "radio it waits for one;\n"
                   "if it never came, the exit code is 3. With --json every report is a line.\n",
    .run = run,
};
