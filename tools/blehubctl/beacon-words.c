/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table says which values are text; whether a key belongs to the type, and its range, is found
 * out by blehubd.
 */
#include "beacon-words.h"

#include <string.h>

static const char *const types[] = {"iBeacon",
                                    "AltBeacon",
                                    "Eddystone-UID",
                                    "Eddystone-URL",
                                    "Eddystone-TLM",
                                    "Eddystone-eTLM",
                                    "Eddystone-EID",
                                    NULL};

static const struct {
    const char *key;
    char kind; /* s text, x integer, d any number */
} keys[] = {
    {"UUID", 's'},          {"Major", 'x'},     {"Minor", 'x'},
    {"MeasuredPower", 'x'}, {"Company", 'x'},   {"ID", 's'},
    {"Reserved", 'x'},      {"Namespace", 's'}, {"Instance", 's'},
    {"TxPower", 'x'},       {"URL", 's'},       {"BatteryMv", 'x'},
    {"TemperatureC", 'd'},  {"UptimeMs", 'x'},  {"AdvertisingCount", 'x'},
    {"Encrypted", 's'},     {"Salt", 'x'},      {"MIC", 'x'},
    {"EID", 's'},
};

static const char *
find_type(const char *word, GError **error)
{
    g_autofree char *known = NULL;

    for (gsize i = 0; types[i]; i++)
        if (g_ascii_strcasecmp(types[i], word) == 0)
            return types[i];
    known = g_strjoinv(", ", (char **)types);
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "\"%s\" is no type of beacon; there are %s",
                word,
                known);
    return NULL;
}

/* Decimal, or hexadecimal after 0x. */
static GVariant *
parse_integer(const char *text)
{
    gboolean hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    gint64 number;

    if (!g_ascii_string_to_signed(text + (hex ? 2 : 0),
                                  hex ? 16 : 10,
                                  G_MININT64,
                                  G_MAXINT64,
                                  &number,
                                  NULL))
        return NULL;
    return g_variant_new_int64(number);
}

static GVariant *
parse_value(char kind, const char *text)
{
    char *end = NULL;
    double number;

    if (kind == 's')
        return g_variant_new_string(text);
    if (kind == 'x')
        return parse_integer(text);
    number = g_ascii_strtod(text, &end);
    return end == text || *end ? NULL : g_variant_new_double(number);
}

static gboolean
add_word(GVariantBuilder *builder, const char *word, GError **error)
{
    const char *sign = strchr(word, '=');
    gsize length = sign ? (gsize)(sign - word) : 0;
    GVariant *value = NULL;

    for (gsize i = 0; sign && i < G_N_ELEMENTS(keys); i++) {
        if (strlen(keys[i].key) != length || g_ascii_strncasecmp(keys[i].key, word, length) != 0)
            continue;
        value = parse_value(keys[i].kind, sign + 1);
        if (value)
            g_variant_builder_add(builder, "{sv}", keys[i].key, value);
        break;
    }
    if (!value)
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "\"%s\" is not KEY=VALUE of a beacon, as Major=1",
                    word);
    return value != NULL;
}

GVariant *
bh_beacon_from_words(char *const *words, GError **error)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    const char *type = find_type(words[0], error);

    if (!type)
        return NULL;
    g_variant_builder_add(&builder, "{sv}", "Type", g_variant_new_string(type));
    for (words++; *words; words++)
        if (!add_word(&builder, *words, error))
            return NULL;
    return g_variant_builder_end(&builder);
}
