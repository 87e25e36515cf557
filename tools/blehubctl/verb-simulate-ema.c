/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * simulate-ema: what a watch makes of the readings given, on the spot, without bus or radio. All of
 * them are read before the first line is printed.
 */
#include "filter-options.h"
#include "row-json.h"
#include "simulation.h"
#include "verbs.h"
#include "zone-options.h"
#include "zone-text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MIN_DBM (-127)
#define MAX_DBM 20
#define SEPARATORS " \t\r\n,"

typedef struct {
    BhZoneOptions zones;
    char *interval;
} Options;

static void
options_clear(Options *self)
{
    bh_zone_options_clear(&self->zones);
    g_clear_pointer(&self->interval, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Readings */

static gboolean
add_reading(GByteArray *readings, const char *word, GError **error)
{
    gint64 dbm = 0;
    guint8 byte;

    if (!g_ascii_string_to_signed(word, 10, MIN_DBM, MAX_DBM, &dbm, NULL)) {
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "sample %u: \"%s\" is no whole number of dBm from %d to %d",
                    readings->len + 1,
                    word,
                    MIN_DBM,
                    MAX_DBM);
        return FALSE;
    }
    byte = (guint8)(gint8)dbm;
    g_byte_array_append(readings, &byte, 1);
    return TRUE;
}

static gboolean
add_readings(GByteArray *readings, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(text, SEPARATORS, -1);

    for (gsize i = 0; words[i]; i++)
        if (words[i][0] && !add_reading(readings, words[i], error))
            return FALSE;
    return TRUE;
}

static gboolean
add_input(GByteArray *readings, GError **error)
{
    g_autofree char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) >= 0)
        if (!add_readings(readings, line, error))
            return FALSE;
    if (!ferror(stdin))
        return TRUE;
    g_set_error(error,
                G_FILE_ERROR,
                g_file_error_from_errno(errno),
                "cannot read standard input: %s",
                g_strerror(errno));
    return FALSE;
}

static GByteArray *
read_readings(char *const *words, GError **error)
{
    g_autoptr(GByteArray) readings = g_byte_array_new();

    if (!words[0] && !add_input(readings, error))
        return NULL;
    for (; *words; words++)
        if (!add_readings(readings, *words, error))
            return NULL;
    if (readings->len > 0)
        return g_steal_pointer(&readings);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "no samples were given");
    return NULL;
}

/* Printing */

static char *
dup_line(GVariant *row)
{
    GString *out = g_string_new(NULL);
    gint16 rssi = 0;

    if (g_variant_lookup(row, "BelowFloor", "b", NULL) && g_variant_lookup(row, "RSSI", "n", &rssi))
        g_string_append_printf(out, "RSSI: %d dBm -> not heard", rssi);
    else
        bh_zone_append_state(row, out);
    return g_string_free(out, FALSE);
}

static void
print_row(const BhCtl *ctl, GVariant *row)
{
    g_autofree char *line =
        ctl->json ? bh_json_take_line(bh_json_from_variant(row)) : dup_line(row);

    bh_ctl_print(line);
    bh_ctl_print("\n");
}

/* On stderr, so that stdout has nothing but lines of samples. */
static void
describe(GVariant *filter)
{
    double alpha = 0, window = 0, samples = 0, ms = 0;

    g_variant_lookup(filter, "Alpha", "d", &alpha);
    g_variant_lookup(filter, "Window", "d", &window);
    g_variant_lookup(filter, "ResponseSamples", "d", &samples);
    g_variant_lookup(filter, "ResponseMs", "d", &ms);
    fprintf(stderr,
            "Alpha: %.3g -> Window: %.1f samples -> 95 %% response: %.1f samples, %.1f s\n",
            alpha,
            window,
            samples,
            ms / 1000);
}

static void
print_filter(const BhCtl *ctl, GVariant *filter)
{
    g_autoptr(GVariant) object = NULL;

    if (!ctl->json) {
        describe(filter);
        return;
    }
    object = g_variant_ref_sink(g_variant_new_parsed("{'Filter': <%@a{sv}>}", filter));
    print_row(ctl, object);
}

static void
simulate(const BhCtl *ctl, const BhSimulation *simulation, const GByteArray *readings)
{
    g_autoptr(GVariant) filter = bh_simulation_describe(simulation);
    g_autoptr(GPtrArray) rows =
        bh_simulation_run(simulation, (const gint8 *)readings->data, readings->len);

    print_filter(ctl, filter);
    for (guint i = 0; i < rows->len; i++)
        print_row(ctl, g_ptr_array_index(rows, i));
}

/* The command line */

static gboolean
read_options(const Options *self, BhSimulation *simulation, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);
    gint64 interval_ms = BH_SIMULATION_INTERVAL_MS;

    if (!bh_zone_options_fill(&self->zones, dict, error) ||
        !bh_option_read_integer("interval", self->interval, 1, 3600000, &interval_ms, error) ||
        !bh_simulation_init(simulation, dict, error))
        return FALSE;
    simulation->interval_us = interval_ms * 1000;
    return TRUE;
}

/* Whether the word behind this one belongs to it. */
static gboolean
takes_value(const char *word)
{
    return (g_str_has_prefix(word, "--") && !strchr(word, '=') && !g_str_equal(word, "--json") &&
            !g_str_equal(word, "--help")) ||
           g_str_equal(word, "-r");
}

/* Samples are negative, and would be taken for options: a space in front keeps them apart. */
static void
shield_samples(char **args)
{
    for (gsize i = 1; args[i] && !g_str_equal(args[i], "--"); i++) {
        char *word = args[i];

        if (word[0] != '-' || !g_ascii_isdigit(word[1]) || takes_value(args[i - 1]))
            continue;
        args[i] = g_strconcat(" ", word, NULL);
        g_free(word);
    }
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(verb->arguments);
    g_autoptr(GByteArray) readings = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"interval",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options.interval,
         "Time between two samples (1000)",
         "MS"},
        G_OPTION_ENTRY_NULL,
    };
    BhSimulation simulation;
    BhExit code = BH_EXIT_OK;

    bh_zone_options_add(&options.zones, context, FALSE);
    g_option_context_add_main_entries(context, entries, NULL);
    shield_samples(*args);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!read_options(&options, &simulation, &error) ||
        !(readings = read_readings(*args + 1, &error)))
        return bh_ctl_fail(error);
    simulate(ctl, &simulation, readings);
    return BH_EXIT_OK;
}

const BhVerb bh_verb_simulate_ema = {
    .name = "simulate-ema",
    .arguments = "[DBM…]",
    .summary = "Show what a watch makes of signal strengths",
    .description =
        "Samples are arguments, or come from standard input, spaces, commas or lines between.\n"
        "A zone needs one sample here; --min-samples 3 shows what a watch does by default.\n"
        "Neither blehubd nor a radio is needed.\n",
    .run = run,
};
