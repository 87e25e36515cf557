/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options from the configuration file: text becomes the variant that a D-Bus caller would have
 * sent, and then obeys the same rules.
 */
#include "bh-options.h"

#include "bh-error.h"

static gboolean
refuse(GError **error, const char *message)
{
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return FALSE;
}

static GVariant *
parse_bool(const char *text, GError **error)
{
    if (g_str_equal(text, "true") || g_str_equal(text, "yes"))
        return g_variant_new_boolean(TRUE);
    if (g_str_equal(text, "false") || g_str_equal(text, "no"))
        return g_variant_new_boolean(FALSE);
    refuse(error, "must be true or false");
    return NULL;
}

/* Decimal, or hexadecimal after 0x. */
static GVariant *
parse_integer(const char *text, GError **error)
{
    gboolean hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    gint64 integer;
    if (!g_ascii_string_to_signed(text + (hex ? 2 : 0),
                                  hex ? 16 : 10,
                                  G_MININT64,
                                  G_MAXINT64,
                                  &integer,
                                  NULL)) {
        refuse(error, "must be an integer");
        return NULL;
    }
    return g_variant_new_int64(integer);
}

static GVariant *
parse_double(const char *text, GError **error)
{
    char *end;
    double real = g_ascii_strtod(text, &end);
    if (end == text || *end != '\0') {
        refuse(error, "must be a number");
        return NULL;
    }
    return g_variant_new_double(real);
}

static GVariant *
parse_string(const char *text, GError **error)
{
    return g_variant_new_string(text);
}

/* "a; b;" is two values: a trailing separator is how keyfiles write lists. */
static GVariant *
parse_list(const char *text, GVariant *(*parse)(const char *, GError **), GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", -1);
    g_auto(GVariantBuilder) list = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("av"));

    for (char **part = parts; *part != NULL; part++) {
        g_strstrip(*part);
        if (**part == '\0')
            continue;
        GVariant *element = parse(*part, error);
        if (element == NULL)
            return NULL;
        g_variant_builder_add(&list, "v", element);
    }
    return g_variant_builder_end(&list);
}

static GVariant *
parse_text(BhOptionType type, const char *text, GError **error)
{
    switch (type) {
    case BH_OPTION_BOOL:
        return parse_bool(text, error);
    case BH_OPTION_INT:
        return parse_integer(text, error);
    case BH_OPTION_DOUBLE:
        return parse_double(text, error);
    case BH_OPTION_STRINGS:
        return parse_list(text, parse_string, error);
    case BH_OPTION_UINT16S:
        return parse_list(text, parse_integer, error);
    default:
        return parse_string(text, error);
    }
}

static const BhOptionSpec *
find_spec(const BhOptionSpec *specs, const char *key)
{
    while (specs->key != NULL && !g_str_equal(specs->key, key))
        specs++;
    return specs;
}

gboolean
bh_options_parse_text(const char *key,
                      const char *text,
                      const BhOptionSpec *specs,
                      gpointer values,
                      GError **error)
{
    if (!g_utf8_validate(key, -1, NULL))
        return refuse(error, "Options: keys must be UTF-8");
    if (!g_utf8_validate(text, -1, NULL)) {
        refuse(error, "must be UTF-8");
        g_prefix_error(error, "%s: ", key);
        return FALSE;
    }

    const BhOptionSpec *spec = find_spec(specs, key);
    BhOptionType type = spec->key != NULL ? spec->type : BH_OPTION_STRING;
    GVariant *value = parse_text(type, text, error);
    if (value == NULL) {
        g_prefix_error(error, "%s: ", key);
        return FALSE;
    }
    GVariantDict entry;
    g_variant_dict_init(&entry, NULL);
    g_variant_dict_insert_value(&entry, key, value);
    g_autoptr(GVariant) dict = g_variant_ref_sink(g_variant_dict_end(&entry));
    return bh_options_parse(dict, specs, values, error);
}
