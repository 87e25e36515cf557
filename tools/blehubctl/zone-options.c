/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One table has the word, the key and the range of each; those of how readings become a zone stand
 * first.
 */
#include "zone-options.h"

#include "filter-options.h"

#define N_HOW 13

typedef struct {
    const char *word;
    char letter; /* 0 = none */
    const char *key;
    char type; /* of D-Bus: d, n, u, s */
    double min;
    double max;
    const char *help;
    const char *unit;
    gboolean or_zero; /* of u */
} Option;

static const Option table[] = {
    {"preset", 0, "Preset", 's', 0, 0, "default, or retail: strongest of 2 s, -75 dBm", "NAME"},
    {"alpha", 0, "Alpha", 'd', 0.001, 1, "Weight of a sample in the average (0.3)", "NUMBER"},
    {"half-life", 0, "HalfLifeMs", 'u', 1, 3600000, "Instead: time of half the weight", "MS"},
    {"sample-period", 0, "SamplePeriodMs", 'u', 0, 3600000, "A sample a period, strongest", "MS"},
    {"median", 0, "MedianWindow", 'u', 2, 15, "Average medians of so many samples", "N", TRUE},
    {"rssi", 'r', "RSSI", 'n', -127, 20, "What is weaker is not heard", "DBM"},
    {"immediate", 0, "ImmediateDbm", 'n', -127, 20, "Immediate above this (-55)", "DBM"},
    {"near", 0, "NearDbm", 'n', -127, 20, "Near above this (-70)", "DBM"},
    {"hysteresis", 0, "HysteresisDb", 'd', 0, 40, "So far beyond it a zone is left (0)", "DB"},
    {"min-samples", 0, "MinSamples", 'u', 1, 255, "Samples in a row for a zone", "N"},
    {"dwell", 0, "DwellMs", 'u', 0, 3600000, "How long they must last (0)", "MS"},
    {"tx-power", 0, "TxPower", 'n', -127, 20, "Power measured at 1 m", "DBM"},
    {"exponent", 0, "PathLossExponent", 'd', 1, 10, "Path loss exponent (2.5)", "NUMBER"},
    {"lost", 0, "LostMs", 'u', 100, 86400000, "Lost if not heard for so long (60000)", "MS"},
    {"lost-intervals", 0, "LostIntervals", 'u', 2, 1000, "Or for so many intervals", "N", TRUE},
    {"switch", 0, "SwitchDb", 'd', 0, 40, "To a controller that hears it so much better", "DB"},
    {"max-identities", 0, "MaxIdentities", 'u', 1, G_MAXUINT32, "Forget the oldest of more", "N"},
    {"name", 'n', "NamePattern", 's', 0, 0, "Devices of such names, with * and ?", "GLOB"},
    {"adapter", 0, "Adapter", 's', 0, 0, "Only what this controller hears", "ADDRESS|hciN"},
};
G_STATIC_ASSERT(G_N_ELEMENTS(table) <= BH_ZONE_OPTIONS_MAX);

static void
add_list_options(BhZoneOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"beacons",
         'b',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->beacons,
         "Beacons of these types, or any (may be repeated)",
         "TYPE,…"},
        {"irk",
         0,
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->keys,
         "Phone with this identity resolving key (may be repeated)",
         "HEX"},
        {"active", 0, 0, G_OPTION_ARG_NONE, &self->active, "Ask for scan responses", NULL},
        {"passive", 0, 0, G_OPTION_ARG_NONE, &self->passive, "Ask for none", NULL},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

void
bh_zone_options_add(BhZoneOptions *self, GOptionContext *context, gboolean what)
{
    gsize n = what ? G_N_ELEMENTS(table) : N_HOW;

    for (gsize i = 0; i < n; i++) {
        const GOptionEntry entries[] = {
            {table[i].word,
             table[i].letter,
             0,
             G_OPTION_ARG_STRING,
             &self->texts[i],
             table[i].help,
             table[i].unit},
            G_OPTION_ENTRY_NULL,
        };

        g_option_context_add_main_entries(context, entries, NULL);
    }
    if (what)
        add_list_options(self, context);
}

static gboolean
read_integer(const Option *option, const char *text, gint64 *whole, GError **error)
{
    gint64 min = (gint64)option->min, max = (gint64)option->max;

    if (!option->or_zero)
        return bh_option_read_integer(option->word, text, min, max, whole, error);
    *whole = 0;
    if (g_str_equal(text, "0") || bh_option_read_integer(option->word, text, min, max, whole, NULL))
        return TRUE;
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "--%s takes a whole number from %d to %d, or 0, not \"%s\"",
                option->word,
                (int)min,
                (int)max,
                text);
    return FALSE;
}

/* NULL if the text is not what the option takes. */
static GVariant *
read_value(const Option *option, const char *text, GError **error)
{
    gint64 whole = 0;
    double number = 0;

    if (option->type == 's')
        return g_variant_new_string(text);
    if (option->type == 'd')
        return bh_option_read_number(option->word, text, option->min, option->max, &number, error)
                   ? g_variant_new_double(number)
                   : NULL;
    if (!read_integer(option, text, &whole, error))
        return NULL;
    return option->type == 'n' ? g_variant_new_int16((gint16)whole)
                               : g_variant_new_uint32((guint32)whole);
}

/* "iBeacon,AltBeacon" as two. */
static void
fill_beacons(char **lists, GVariantDict *dict)
{
    g_autofree char *joined = g_strjoinv(",", lists);
    g_auto(GStrv) types = g_strsplit(joined, ",", -1);

    g_variant_dict_insert(dict, "Beacons", "^as", types);
}

gboolean
bh_zone_options_fill(const BhZoneOptions *self, GVariantDict *dict, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        GVariant *value;

        if (!self->texts[i])
            continue;
        value = read_value(&table[i], self->texts[i], error);
        if (!value)
            return FALSE;
        g_variant_dict_insert_value(dict, table[i].key, value);
    }
    if (self->beacons)
        fill_beacons(self->beacons, dict);
    if (self->keys)
        g_variant_dict_insert(dict, "IRK", "^as", self->keys);
    if (self->active || self->passive)
        g_variant_dict_insert(dict, "Active", "b", self->active);
    return TRUE;
}

void
bh_zone_options_clear(BhZoneOptions *self)
{
    for (gsize i = 0; i < G_N_ELEMENTS(self->texts); i++)
        g_clear_pointer(&self->texts[i], g_free);
    g_clear_pointer(&self->beacons, g_strfreev);
    g_clear_pointer(&self->keys, g_strfreev);
}
