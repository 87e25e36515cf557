/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * watch: a watch of our own that lives as long as we do. What it tells becomes lines, or on a
 * terminal a table that is drawn anew a few times a second.
 */
#include "bh-identity.h"
#include "filter-options.h"
#include "row-json.h"
#include "screen.h"
#include "terminal.h"
#include "verbs.h"
#include "zone-feed.h"
#include "zone-options.h"
#include "zone-table.h"
#include "zone-text.h"

#include <stdio.h>

#define MAX_IDENTITIES 10000
#define DRAW_MS 250
#define AGE_TICKS 4 /* ages change without news */

typedef struct {
    BhZoneOptions zones;
    char *duration;
    char *count;
    gboolean changes;
    gboolean statistics;
} Options;

typedef struct {
    const BhCtl *ctl;
    gboolean changes; /* only these */
    gboolean is_one;  /* what is watched is one identity */
    guint count;      /* rows to be told until it ends; 0 = no bound */
    guint told;
    gint64 duration_ms;
    BhStay stay;
    BhZoneFeed feed;
    BhZoneTable *table; /* NULL = lines */
    BhScreen screen;
    guint tick; /* source */
    guint ticks_since_drawn;
    gboolean is_drawn; /* as it is */
} Live;

static void
options_clear(Options *self)
{
    bh_zone_options_clear(&self->zones);
    g_clear_pointer(&self->duration, g_free);
    g_clear_pointer(&self->count, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
live_clear(Live *self)
{
    if (self->tick)
        g_source_remove(self->tick);
    bh_zone_feed_clear(&self->feed);
    bh_stay_clear(&self->stay);
    bh_screen_clear(&self->screen);
    g_clear_pointer(&self->table, bh_zone_table_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Live, live_clear)

/* Lines */

static char *
dup_line(const Live *self, GVariant *row, gboolean is_change)
{
    GString *out = g_string_new(NULL);

    if (!self->is_one) {
        bh_terminal_append(out, bh_zone_peek_name(row));
        g_string_append(out, ": ");
    }
    if (is_change)
        bh_zone_append_change(row, out);
    else
        bh_zone_append_state(row, out);
    return g_string_free(out, FALSE);
}

static void
print_row(const Live *self, GVariant *row, gboolean is_change)
{
    g_autofree char *line = self->ctl->json ? bh_json_take_line(bh_json_from_variant(row))
                                            : dup_line(self, row, is_change);

    bh_ctl_print(line);
    bh_ctl_print("\n");
}

/* The table */

static void
draw(Live *self)
{
    const char *waiting = bh_zone_feed_peek_waiting(&self->feed);
    g_autoptr(GString) picture = g_string_new(NULL);
    g_autofree char *table = NULL;
    BhScreenSize size;

    bh_screen_get_size(&size);
    size.lines -= MIN(size.lines, waiting ? 2 : 1);
    table = bh_zone_table_draw(self->table, &size, g_get_monotonic_time());
    if (waiting)
        g_string_append_printf(picture, "waiting for %s\n", waiting);
    g_string_append(picture, table);
    bh_screen_draw(&self->screen, picture->str);
    self->is_drawn = TRUE;
    self->ticks_since_drawn = 0;
}

static gboolean
on_tick(gpointer user_data)
{
    Live *self = user_data;

    self->ticks_since_drawn++;
    if (!self->is_drawn || self->screen.is_new || self->ticks_since_drawn >= AGE_TICKS)
        draw(self);
    return G_SOURCE_CONTINUE;
}

static void
show_row(Live *self, GVariant *row, BhZoneNews news)
{
    bh_zone_table_add(self->table,
                      row,
                      news == BH_ZONE_NEWS_STATES,
                      news == BH_ZONE_NEWS_BEGIN,
                      g_get_monotonic_time());
    self->is_drawn = FALSE;
}

/* News */

static gboolean
is_complete(const Live *self)
{
    return self->count > 0 && self->told >= self->count;
}

static void
tell_row(Live *self, GVariant *row, BhZoneNews news)
{
    if (is_complete(self) || (self->changes && news != BH_ZONE_NEWS_CHANGES))
        return;
    if (!self->table)
        print_row(self, row, news == BH_ZONE_NEWS_CHANGES);
    self->told++;
    if (is_complete(self))
        bh_stay_end(&self->stay, NULL);
}

static void
on_news(BhZoneNews news, GVariant *rows, gpointer user_data)
{
    Live *self = user_data;

    if (self->table && news == BH_ZONE_NEWS_BEGIN)
        bh_zone_table_clear(self->table);
    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

        if (self->table)
            show_row(self, row, news);
        if (news != BH_ZONE_NEWS_BEGIN)
            tell_row(self, row, news);
    }
    fflush(stdout); /* who reads us through a pipe waits for it */
}

static void
on_waiting(const char *what, gpointer user_data)
{
    Live *self = user_data;

    self->is_drawn = FALSE;
    if (!self->table && what)
        fprintf(stderr, "waiting for %s\n", what);
    else if (!self->table)
        fprintf(stderr, "watching again\n");
}

static const BhZoneFuncs funcs = {.news = on_news, .waiting = on_waiting};

/* The end */

static void
print_statistics(const Live *self, GVariant *rows)
{
    g_autoptr(GVariant) object = NULL;
    g_autofree char *text = NULL;

    if (self->ctl->json) {
        object = g_variant_ref_sink(g_variant_new_parsed("{'Statistics': <%@aa{sv}>}", rows));
        print_row(self, object, FALSE);
        return;
    }
    text = bh_zone_statistics_table(rows);
    bh_ctl_print(text);
}

static BhExit
finish(Live *self, gboolean statistics)
{
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GError) error = NULL;

    guint lost = bh_zone_feed_get_lost(&self->feed);

    if (self->table)
        draw(self);
    if (lost > 0)
        bh_ctl_complain("news were lost %u times: they came faster than they were read", lost);
    if (self->stay.error)
        return bh_ctl_fail(self->stay.error);
    if (statistics) {
        rows = bh_zone_feed_get_statistics(&self->feed, &error);
        if (!rows)
            return bh_ctl_fail(error);
        print_statistics(self, rows);
    }
    return self->told == 0 && bh_zone_feed_peek_waiting(&self->feed) ? BH_EXIT_NOT_READY
                                                                     : BH_EXIT_OK;
}

/* Beginning */

static void
begin_table(Live *self, GVariant *options)
{
    guint32 max = MAX_IDENTITIES;

    if (self->ctl->json || self->changes || !bh_screen_is_there())
        return;
    g_variant_lookup(options, "MaxIdentities", "u", &max);
    self->table = bh_zone_table_new(max);
    bh_screen_begin(&self->screen);
    self->tick = g_timeout_add(DRAW_MS, on_tick, self);
}

static BhExit
watch(Live *self, GVariant *options, gboolean statistics)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = bh_ctl_connect(self->ctl, &error);
    g_autoptr(BhDbusHub1) hub = bus ? bh_ctl_hub(bus, TRUE, &error) : NULL;

    if (!hub)
        return bh_ctl_fail(error);
    bh_stay_init(&self->stay, bus);
    bh_stay_arm(&self->stay);
    self->stay.outlasts = TRUE;
    self->stay.duration_ms = self->duration_ms;
    begin_table(self, options);
    if (!bh_zone_feed_begin(&self->feed, hub, options, &self->stay, &funcs, self, &error))
        return bh_ctl_fail(error);
    bh_stay_run(&self->stay);
    return finish(self, statistics);
}

/* The command line */

/* Whether nothing but one identity can be meant, so that it need not be named in each line. */
static gboolean
is_one(char *const *words, GVariantDict *dict)
{
    BhIdentityPattern pattern;

    return words[0] && !words[1] && !g_variant_dict_contains(dict, "Beacons") &&
           !g_variant_dict_contains(dict, "IRK") && !g_variant_dict_contains(dict, "NamePattern") &&
           bh_identity_pattern_parse(words[0], &pattern, NULL) &&
           (pattern.is_whole || pattern.identity.kind == BH_IDENTITY_ADDRESS);
}

static GVariant *
read_options(const Options *self, char *const *words, Live *live, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    gint64 count = 0;

    if (!bh_zone_options_fill(&self->zones, dict, error) ||
        !bh_option_read_seconds("duration", self->duration, 0, &live->duration_ms, error) ||
        !bh_option_read_integer("count", self->count, 0, G_MAXUINT32, &count, error))
        return NULL;
    live->count = (guint)count;
    live->changes = self->changes;
    live->is_one = is_one(words, dict);
    if (words[0])
        g_variant_dict_insert(dict, "Identities", "^as", words);
    g_variant_dict_insert(dict, "Signals", "b", TRUE);
    return g_variant_ref_sink(g_variant_dict_end(dict));
}

static void
add_options(Options *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"changes", 0, 0, G_OPTION_ARG_NONE, &self->changes, "Print changes of zone only", NULL},
        {"statistics",
         0,
         0,
         G_OPTION_ARG_NONE,
         &self->statistics,
         "Print visits and times in each zone at the end",
         NULL},
        {"count", 'c', 0, G_OPTION_ARG_STRING, &self->count, "End after so many lines", "N"},
        {"duration",
         'd',
         0,
         G_OPTION_ARG_STRING,
         &self->duration,
         "How long (default 0: until interrupted)",
         "SECONDS"},
        G_OPTION_ENTRY_NULL,
    };

    bh_zone_options_add(&self->zones, context, TRUE);
    g_option_context_add_main_entries(context, entries, NULL);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GVariant) sent = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    g_auto(Live) live = {.ctl = ctl};
    BhExit code = BH_EXIT_OK;

    add_options(&options, context);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!(sent = read_options(&options, *args + 1, &live, &error)))
        return bh_ctl_fail(error);
    return watch(&live, sent, options.statistics);
}

const BhVerb bh_verb_watch = {
    .name = "watch",
    .arguments = "[IDENTITY|ALIAS…]",
    .summary = "Show who is here and how near, as it changes",
    .description =
        "Without an identity, --beacons, --irk or --name: every beacon, and every other device.\n"
        "On a terminal a table, else a line each sample and each change of zone. Goes on when\n"
        "blehubd or the radio was away. Ends on SIGINT or SIGTERM, or as --count and --duration "
        "say.\n",
    .run = run,
};
