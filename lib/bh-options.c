/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options arrive as variants and leave as fields of a plain struct. Each type has one function that
 * takes a value or says what is wrong with it; the key is put before the message in one place.
 * Text from the configuration file is turned into a variant first, so both ways obey the same
 * rules.
 */
#include "bh-options.h"

#include "bh-error.h"

#include <math.h>
#include <string.h>

#define MAX_ENTRIES 256 /* in a dictionary */
#define MAX_STRING 1024 /* bytes */
#define MAX_LIST 64

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS, message);
    return FALSE;
}

/* What is inside, however many variants are around it. */
static GVariant *
unwrap(GVariant *value)
{
    GVariant *inner = g_variant_ref(value);
    while (g_variant_is_of_type(inner, G_VARIANT_TYPE_VARIANT)) {
        GVariant *box = inner;
        inner = g_variant_get_variant(box);
        g_variant_unref(box);
    }
    return inner;
}

static gboolean
read_double_integer(double real, gint64 *integer)
{
    /* 2^63 is the first double that does not fit; NaN fails both comparisons */
    if (!(real >= -0x1p63 && real < 0x1p63) || floor(real) != real)
        return FALSE;
    *integer = (gint64)real;
    return TRUE;
}

/* The value of any integral type, or of a double that is integral, if it fits. */
static gboolean
read_integer(GVariant *value, gint64 *integer)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_BYTE:
        *integer = g_variant_get_byte(value);
        return TRUE;
    case G_VARIANT_CLASS_INT16:
        *integer = g_variant_get_int16(value);
        return TRUE;
    case G_VARIANT_CLASS_UINT16:
        *integer = g_variant_get_uint16(value);
        return TRUE;
    case G_VARIANT_CLASS_INT32:
        *integer = g_variant_get_int32(value);
        return TRUE;
    case G_VARIANT_CLASS_UINT32:
        *integer = g_variant_get_uint32(value);
        return TRUE;
    case G_VARIANT_CLASS_INT64:
        *integer = g_variant_get_int64(value);
        return TRUE;
    case G_VARIANT_CLASS_UINT64:
        *integer = (gint64)g_variant_get_uint64(value);
        return *integer >= 0;
    case G_VARIANT_CLASS_DOUBLE:
        return read_double_integer(g_variant_get_double(value), integer);
    default:
        return FALSE;
    }
}

/* Of a DOUBLE. */
static double
get_least(const BhOptionSpec *spec)
{
    return spec->least == 0 ? (double)spec->min : spec->least;
}

static char *
dup_range(const BhOptionSpec *spec)
{
    char least[G_ASCII_DTOSTR_BUF_SIZE];

    if (spec->type == BH_OPTION_DOUBLE)
        return g_strdup_printf("from %s to %" G_GINT64_FORMAT,
                               g_ascii_formatd(least, sizeof least, "%.15g", get_least(spec)),
                               spec->max);
    if (spec->max < spec->min)
        return g_strdup_printf("at least %" G_GINT64_FORMAT, spec->min);
    return g_strdup_printf("from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s",
                           spec->min,
                           spec->max,
                           spec->or_zero ? ", or 0" : "");
}

/* what: "a number ", or nothing if it is one. */
static gboolean
refuse_range(const BhOptionSpec *spec, const char *what, GError **error)
{
    g_autofree char *range = dup_range(spec);

    return refuse(error, "must be %s%s", what, range);
}

static gboolean
take_bool(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN))
        return refuse(error, "must be a boolean");
    *(gboolean *)field = g_variant_get_boolean(value);
    return TRUE;
}

static gboolean
is_in_range(const BhOptionSpec *spec, gint64 integer)
{
    if (integer == 0 && spec->or_zero)
        return TRUE;
    return integer >= spec->min && (integer <= spec->max || spec->max < spec->min);
}

static gboolean
take_int(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    gint64 integer;
    if (!read_integer(value, &integer))
        return refuse_range(spec, "an integer ", error);
    if (!is_in_range(spec, integer))
        return refuse_range(spec, "", error);
    *(gint64 *)field = integer;
    return TRUE;
}

static gboolean
take_double(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    gint64 integer;
    double real;
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_DOUBLE))
        real = g_variant_get_double(value);
    else if (read_integer(value, &integer))
        real = (double)integer;
    else
        return refuse_range(spec, "a number ", error);
    if (!(real >= get_least(spec) && real <= (double)spec->max)) /* not NaN either */
        return refuse_range(spec, "", error);
    *(double *)field = real;
    return TRUE;
}

/* The string in a value, borrowed from it; NULL and error if it is none or too long. */
static const char *
peek_string(GVariant *value, gsize max, const char *what, GError **error)
{
    gsize length;
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
        refuse(error, "must be %s", what);
        return NULL;
    }
    const char *text = g_variant_get_string(value, &length);
    if (length > max) {
        refuse(error, "more than %" G_GSIZE_FORMAT " bytes of text", max);
        return NULL;
    }
    return text;
}

static gboolean
take_string(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    gsize max = spec->max > 0 ? (gsize)spec->max : MAX_STRING;
    const char *text = peek_string(value, max, "a string", error);
    if (text == NULL)
        return FALSE;
    g_free(*(char **)field);
    *(char **)field = g_strdup(text);
    return TRUE;
}

/* How many elements: those of an array, or the value itself as the only one. */
static gboolean
count_elements(GVariant *value, gsize *n, GError **error)
{
    *n = g_variant_is_of_type(value, G_VARIANT_TYPE_ARRAY) ? g_variant_n_children(value) : 1;
    return *n <= MAX_LIST || refuse(error, "more than %d values", MAX_LIST);
}

static GVariant *
get_element(GVariant *value, gsize index)
{
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE_ARRAY))
        return g_variant_ref(value);
    g_autoptr(GVariant) element = g_variant_get_child_value(value, index);
    return unwrap(element);
}

/* An empty array says nothing of what it would hold, except by its type. */
static gboolean
may_hold(GVariant *value, const char *element_types)
{
    const GVariantType *type = g_variant_get_type(value);
    if (!g_variant_type_is_array(type))
        return TRUE;
    return strchr(element_types, *g_variant_type_peek_string(g_variant_type_element(type))) != NULL;
}

static gboolean
take_strings(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    gsize n;
    if (!may_hold(value, "sv"))
        return refuse(error, "must be a list of strings");
    if (!count_elements(value, &n, error))
        return FALSE;

    for (gsize i = 0; i < n; i++) {
        g_autoptr(GVariant) element = get_element(value, i);
        const char *text = peek_string(element, MAX_STRING, "a list of strings", error);
        if (text == NULL)
            return FALSE;
        g_strv_builder_add(builder, text);
    }
    g_strfreev(*(char ***)field);
    *(char ***)field = g_strv_builder_end(builder);
    return TRUE;
}

static gboolean
take_uint16s(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(guint16));
    gsize n;
    if (!may_hold(value, "ynqiuxtdv"))
        return refuse(error, "must be a list of integers");
    if (!count_elements(value, &n, error))
        return FALSE;

    for (gsize i = 0; i < n; i++) {
        g_autoptr(GVariant) element = get_element(value, i);
        gint64 integer;
        if (!read_integer(element, &integer))
            return refuse(error, "must be a list of integers");
        if (integer < 0 || integer > G_MAXUINT16)
            return refuse(error, "must be from 0 to %d", G_MAXUINT16);
        guint16 number = (guint16)integer;
        g_array_append_val(numbers, number);
    }
    g_clear_pointer((GArray **)field, g_array_unref);
    *(GArray **)field = g_steal_pointer(&numbers);
    return TRUE;
}

static gboolean
take_choice(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    const char *text = peek_string(value, MAX_STRING, "a string", error);
    if (text == NULL)
        return FALSE;
    for (gint i = 0; spec->choices[i] != NULL; i++) {
        if (strcmp(spec->choices[i], text) == 0) {
            *(gint *)field = i;
            return TRUE;
        }
    }
    g_autofree char *choices = g_strjoinv(", ", (char **)spec->choices);
    return refuse(error, "must be one of %s", choices);
}

static gboolean
take_bytes(const BhOptionSpec *spec, GVariant *value, gpointer field, GError **error)
{
    const guint8 *bytes;
    gsize size;
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING))
        return refuse(error, "must be an array of bytes");
    bytes = g_variant_get_fixed_array(value, &size, 1);
    if (size > (gsize)spec->max)
        return refuse(error, "more than %" G_GINT64_FORMAT " bytes", spec->max);
    g_clear_pointer((GBytes **)field, g_bytes_unref);
    *(GBytes **)field = g_bytes_new(bytes, size); /* a copy: the message may be large */
    return TRUE;
}

typedef gboolean (*TakeFunc)(const BhOptionSpec *spec,
                             GVariant *value,
                             gpointer field,
                             GError **error);

static const TakeFunc take_funcs[] = {
    [BH_OPTION_BOOL] = take_bool,
    [BH_OPTION_INT] = take_int,
    [BH_OPTION_DOUBLE] = take_double,
    [BH_OPTION_STRING] = take_string,
    [BH_OPTION_STRINGS] = take_strings,
    [BH_OPTION_UINT16S] = take_uint16s,
    [BH_OPTION_CHOICE] = take_choice,
    [BH_OPTION_BYTES] = take_bytes,
};

static const BhOptionSpec *
find_spec(const BhOptionSpec *specs, const char *key, GError **error)
{
    for (; specs->key != NULL; specs++) {
        if (strcmp(specs->key, key) == 0)
            return specs;
    }
    refuse(error, "%s: unknown option", key);
    return NULL;
}

static gboolean
take_value(const BhOptionSpec *spec, GVariant *value, gpointer values, GError **error)
{
    g_autoptr(GVariant) inner = unwrap(value);
    if (!take_funcs[spec->type](spec, inner, G_STRUCT_MEMBER_P(values, spec->offset), error)) {
        g_prefix_error(error, "%s: ", spec->key);
        return FALSE;
    }
    if (spec->present_offset != BH_OPTION_NO_PRESENT)
        G_STRUCT_MEMBER(gboolean, values, spec->present_offset) = TRUE;
    return TRUE;
}

gboolean
bh_options_parse(GVariant *dict, const BhOptionSpec *specs, gpointer values, GError **error)
{
    if (!g_variant_is_of_type(dict, G_VARIANT_TYPE_VARDICT))
        return refuse(error, "Options: must be a{sv}");
    if (g_variant_n_children(dict) > MAX_ENTRIES)
        return refuse(error, "Options: more than %d entries", MAX_ENTRIES);

    GVariantIter iter;
    const char *key;
    GVariant *next;
    g_variant_iter_init(&iter, dict);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &next)) {
        g_autoptr(GVariant) value = next;
        const BhOptionSpec *spec = find_spec(specs, key, error);
        if (spec == NULL || !take_value(spec, value, values, error))
            return FALSE;
    }
    return TRUE;
}

void
bh_options_clear(const BhOptionSpec *specs, gpointer values)
{
    for (; specs->key != NULL; specs++) {
        gpointer field = G_STRUCT_MEMBER_P(values, specs->offset);
        if (specs->type == BH_OPTION_STRING)
            g_clear_pointer((char **)field, g_free);
        else if (specs->type == BH_OPTION_STRINGS)
            g_clear_pointer((char ***)field, g_strfreev);
        else if (specs->type == BH_OPTION_UINT16S)
            g_clear_pointer((GArray **)field, g_array_unref);
        else if (specs->type == BH_OPTION_BYTES)
            g_clear_pointer((GBytes **)field, g_bytes_unref);
    }
}
