/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* discover: a scan in one call; blehubd ends it, so the wait for its answer has no limit of its
 * own. */
#include "filter-options.h"
#include "row-json.h"
#include "row-text.h"
#include "verbs.h"

typedef struct {
    BhFilterOptions filter;
    char *duration;
    char *count;
} Options;

static void
options_clear(Options *self)
{
    bh_filter_options_clear(&self->filter);
    g_clear_pointer(&self->duration, g_free);
    g_clear_pointer(&self->count, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* What is not given stays blehubd's default. */
static gboolean
fill(const Options *self, GVariantDict *dict, GError **error)
{
    gint64 duration_ms = 0, count = 0;

    if (!bh_filter_options_fill(&self->filter, dict, error) ||
        !bh_option_read_seconds("duration", self->duration, 0, &duration_ms, error) ||
        !bh_option_read_integer("count", self->count, 0, G_MAXUINT32, &count, error))
        return FALSE;
    if (self->duration)
        g_variant_dict_insert(dict, "DurationMs", "u", (guint32)duration_ms);
    if (self->count)
        g_variant_dict_insert(dict, "Count", "u", (guint32)count);
    return TRUE;
}

static BhExit
discover(const BhCtl *ctl, const Options *self)
{
    g_autoptr(GVariantDict) options = g_variant_dict_new(NULL);
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(BhDbusHub1) hub = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!fill(self, options, &error) || !(bus = bh_ctl_connect(ctl, &error)) ||
        !(hub = bh_ctl_hub(bus, FALSE, &error)) ||
        !bh_dbus_hub1_call_discover_sync(hub,
                                         g_variant_dict_end(options),
                                         G_DBUS_CALL_FLAGS_NONE,
                                         G_MAXINT,
                                         &rows,
                                         NULL,
                                         &error))
        return bh_ctl_fail(error);
    text = ctl->json ? bh_json_lines_from_rows(rows) : bh_rows_table(rows, g_get_monotonic_time());
    bh_ctl_print(text);
    return BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &options.duration,
         "How long to listen (default: as configured, 5)",
         "SECONDS"},
        {"count", 'c', 0, G_OPTION_ARG_STRING, &options.count, "End after so many devices", "N"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;

    bh_filter_options_add(&options.filter, context);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    return discover(ctl, &options);
}

const BhVerb bh_verb_discover = {
    .name = "discover",
    .summary = "Listen for a while, then list the devices heard",
    .description = "Statistics are those of this time. Nothing heard is no failure.\n",
    .run = run,
};
