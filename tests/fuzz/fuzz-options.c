/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Options from a D-Bus caller and from a file: the input is taken as the bytes of an a{sv}, and as
 * "key=text". Values that were accepted must be within what the table allows.
 */
#include "bh-error.h"
#include "bh-options.h"
#include "fuzz.h"

#include <string.h>

typedef struct {
    gboolean active;
    gboolean has_active;
    gint64 rssi;
    gint64 wide;
    double alpha;
    char *name;
    char **uuids;
    GArray *ids;
    gint report;
} Values;

static const char *const reports[] = {"changes", "all", "first", NULL};

#define FIELD(name) G_STRUCT_OFFSET(Values, name)

static const BhOptionSpec specs[] = {
    {"Active", BH_OPTION_BOOL, FIELD(active), FIELD(has_active)},
    {"RSSI", BH_OPTION_INT, FIELD(rssi), BH_OPTION_NO_PRESENT, -127, 20},
    {"Wide", BH_OPTION_INT, FIELD(wide), BH_OPTION_NO_PRESENT, G_MININT64, G_MAXINT64},
    {"Alpha", BH_OPTION_DOUBLE, FIELD(alpha), BH_OPTION_NO_PRESENT, 0, 1},
    {"Name", BH_OPTION_STRING, FIELD(name), BH_OPTION_NO_PRESENT},
    {"UUIDs", BH_OPTION_STRINGS, FIELD(uuids), BH_OPTION_NO_PRESENT},
    {"ManufacturerIds", BH_OPTION_UINT16S, FIELD(ids), BH_OPTION_NO_PRESENT},
    {"Report", BH_OPTION_CHOICE, FIELD(report), BH_OPTION_NO_PRESENT, .choices = reports},
    {NULL},
};

static void
check_values(const Values *values)
{
    g_assert_true(values->active == TRUE || values->active == FALSE);
    g_assert_true(values->rssi >= -127 && values->rssi <= 20);
    g_assert_true(values->alpha >= 0.0 && values->alpha <= 1.0);
    g_assert_true(values->report >= 0 && values->report <= 2);
    g_assert_true(values->name == NULL || strlen(values->name) <= 1024);
    g_assert_true(values->uuids == NULL || g_strv_length(values->uuids) <= 64);
    g_assert_true(values->ids == NULL || values->ids->len <= 64);
    for (char **uuid = values->uuids; uuid != NULL && *uuid != NULL; uuid++)
        g_assert_true(strlen(*uuid) <= 1024 && g_utf8_validate(*uuid, -1, NULL));
}

static void
check_error(gboolean ok, const GError *error)
{
    g_assert_true(ok == (error == NULL));
    if (ok)
        return;
    g_assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    g_assert_nonnull(strstr(error->message, ": "));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void
parse_dict(const uint8_t *data, size_t size)
{
    Values values = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GVariant) dict =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE));

    gboolean ok = bh_options_parse(dict, specs, &values, &error);
    check_error(ok, error);
    check_values(&values);
    bh_options_clear(specs, &values);
}

static void
parse_line(const uint8_t *data, size_t size)
{
    Values values = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strndup((const char *)data, size);
    char *separator = strchr(line, '=');
    if (separator == NULL)
        return;
    *separator = '\0';

    gboolean ok = bh_options_parse_text(line, separator + 1, specs, &values, &error);
    check_error(ok, error);
    check_values(&values);
    bh_options_clear(specs, &values);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse_dict(data, size);
    parse_line(data, size);
    return 0;
}
