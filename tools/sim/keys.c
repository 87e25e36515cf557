/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Table-driven keyfile groups, and the value types that scenarios are made of. */
#include "keys.h"

#include "bh-error.h"

#include <string.h>

static const BhKey *
find_key(const BhKeySet *sets, gsize n_sets, const char *name, gpointer *draft)
{
    for (gsize set = 0; set < n_sets; set++) {
        *draft = sets[set].draft;
        for (gsize i = 0; i < sets[set].n_keys; i++) {
            if (g_str_equal(sets[set].keys[i].name, name))
                return &sets[set].keys[i];
        }
    }
    return NULL;
}

static gboolean
refuse(GError **error, const char *format, const char *text)
{
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, format, text);
    return FALSE;
}

gboolean
bh_text_refuse(GError **error, const char *reason)
{
    return refuse(error, "%s", reason);
}

static gboolean
read_key(GKeyFile *file, const char *group, const BhKey *key, gpointer draft, GError **error)
{
    g_autofree char *text = g_key_file_get_string(file, group, key->name, NULL);

    if (text == NULL)
        return bh_text_refuse(error, "not valid text");
    return key->read(draft, g_strstrip(text), error);
}

gboolean
bh_keys_read_sets(GKeyFile *file,
                  const char *group,
                  const BhKeySet *sets,
                  gsize n_sets,
                  GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, NULL);

    for (guint i = 0; names != NULL && names[i] != NULL; i++) {
        gpointer draft = NULL;
        const BhKey *key = find_key(sets, n_sets, names[i], &draft);
        gboolean ok = key != NULL ? read_key(file, group, key, draft, error)
                                  : bh_text_refuse(error, "no such key");

        if (!ok) {
            g_prefix_error(error, "%s: ", names[i]);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean
bh_keys_read(GKeyFile *file,
             const char *group,
             const BhKey *keys,
             gsize n_keys,
             gpointer draft,
             GError **error)
{
    BhKeySet set = {keys, n_keys, draft};

    return bh_keys_read_sets(file, group, &set, 1, error);
}

gboolean
bh_text_to_int(const char *text, gint64 min, gint64 max, gint64 *value, GError **error)
{
    if (g_ascii_string_to_signed(text, 10, min, max, value, NULL))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "'%s' is not a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                text,
                min,
                max);
    return FALSE;
}

gboolean
bh_text_to_boolean(const char *text, gboolean *value, GError **error)
{
    *value = g_str_equal(text, "true");
    if (*value || g_str_equal(text, "false"))
        return TRUE;
    return refuse(error, "'%s' is neither true nor false", text);
}

gboolean
bh_text_to_choice(const char *text, const char *const *words, guint *index, GError **error)
{
    g_autofree char *all = NULL;

    for (guint i = 0; words[i] != NULL; i++) {
        if (g_str_equal(text, words[i])) {
            *index = i;
            return TRUE;
        }
    }
    all = g_strjoinv(", ", (char **)words);
    return refuse(error, "must be one of %s", all);
}

gboolean
bh_text_to_bytes(const char *text, GByteArray *bytes, GError **error)
{
    for (const char *at = text; *at != '\0';) {
        if (*at == ' ') {
            at++;
            continue;
        }
        if (!g_ascii_isxdigit(at[0]) || !g_ascii_isxdigit(at[1]))
            return refuse(error, "'%s' is not pairs of hexadecimal digits", text);

        guint8 byte = (guint8)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
        g_byte_array_append(bytes, &byte, 1);
        at += 2;
    }
    return TRUE;
}

gboolean
bh_text_to_us(const char *text, double min_ms, double max_ms, gint64 *us, GError **error)
{
    char *end = NULL;
    double ms = g_ascii_strtod(text, &end);

    if (end == text || *end != '\0' || !(ms >= min_ms && ms <= max_ms)) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "'%s' is not a number of milliseconds from %g to %g",
                    text,
                    min_ms,
                    max_ms);
        return FALSE;
    }
    *us = (gint64)(ms * 1000.0);
    return TRUE;
}

GStrv
bh_text_to_list(const char *text)
{
    g_auto(GStrv) elements = g_strsplit(text, ";", -1);
    g_autoptr(GStrvBuilder) list = g_strv_builder_new();

    for (guint i = 0; elements[i] != NULL; i++) {
        if (*g_strstrip(elements[i]) != '\0')
            g_strv_builder_add(list, elements[i]);
    }
    return g_strv_builder_end(list);
}

static char *
bytes_to_text(GVariant *value)
{
    gsize size = 0;
    const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

static char *
number_to_text(GVariant *value)
{
    g_autofree char *text = g_variant_print(value, FALSE);

    /* A byte prints as 0x2a. */
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTE))
        return g_strdup_printf("%u", g_variant_get_byte(value));
    return g_steal_pointer(&text);
}

char *
bh_text_from_variant(GVariant *value, GError **error)
{
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return g_variant_dup_string(value, NULL);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING))
        return bytes_to_text(value);
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY)) {
        g_autofree const char **list = g_variant_get_strv(value, NULL);
        return g_strjoinv(";", (char **)list);
    }
    if (strchr("bynqiuxtd", *g_variant_get_type_string(value)) != NULL)
        return number_to_text(value);
    refuse(error, "a value of type %s cannot be used here", g_variant_get_type_string(value));
    return NULL;
}

GKeyFile *
bh_keys_file_from_options(const char *group, GVariant *options, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    GVariantIter iter;
    const char *key = NULL;
    GVariant *value = NULL;

    g_variant_iter_init(&iter, options);
    while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
        g_autofree char *text = bh_text_from_variant(value, error);

        if (text == NULL) {
            g_prefix_error(error, "%s: ", key);
            g_variant_unref(value);
            return NULL;
        }
        g_key_file_set_string(file, group, key, text);
    }
    return g_steal_pointer(&file);
}
