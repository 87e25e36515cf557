/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Company identifiers are read as hexadecimal only, because that is how they are printed
 * everywhere, and "0076" would otherwise be two things.
 */
#include "filter-options.h"

#include "bh-uuid.h"

#include <math.h>
#include <string.h>

#define MAX_SECONDS 86400.0

void
bh_filter_options_add(BhFilterOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"uuid",
         'u',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->uuids,
         "Advertised service, short or long form (may be repeated)",
         "UUID"},
        {"name",
         'n',
         0,
         G_OPTION_ARG_STRING,
         &self->name,
         "Pattern of the name, with * and ?",
         "GLOB"},
        {"address", 'a', 0, G_OPTION_ARG_STRING, &self->address, "Pattern of the address", "GLOB"},
        {"rssi", 'r', 0, G_OPTION_ARG_STRING, &self->rssi, "Weakest signal, -127 to 20", "DBM"},
        {"manufacturer",
         'm',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->manufacturers,
         "Company identifier, hexadecimal (may be repeated)",
         "ID"},
        {"beacons",
         'b',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->beacons,
         "Beacons: any, iBeacon, AltBeacon, Eddystone, Eddystone-UID, ... (may be repeated)",
         "TYPE,..."},
        {"adapter",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->adapter,
         "Only what this controller hears",
         "ADDRESS|hciN"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

gboolean
bh_option_read_integer(const char *option,
                       const char *text,
                       gint64 min,
                       gint64 max,
                       gint64 *value,
                       GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (!text || g_ascii_string_to_signed(text, 10, min, max, value, &reason))
        return TRUE;
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "--%s takes a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                ", not \"%s\"",
                option,
                min,
                max,
                text);
    return FALSE;
}

gboolean
bh_option_read_number(const char *option,
                      const char *text,
                      double min,
                      double max,
                      double *value,
                      GError **error)
{
    char *end = NULL;
    double number = text ? g_ascii_strtod(text, &end) : 0;

    if (!text)
        return TRUE;
    if (end == text || *end != '\0' || !(number >= min && number <= max)) {
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "--%s takes a number from %g to %g, not \"%s\"",
                    option,
                    min,
                    max,
                    text);
        return FALSE;
    }
    *value = number;
    return TRUE;
}

gboolean
bh_option_read_seconds(const char *option,
                       const char *text,
                       gint64 fallback_ms,
                       gint64 *ms,
                       GError **error)
{
    char *end = NULL;
    double seconds = text ? g_ascii_strtod(text, &end) : 0;

    if (!text) {
        *ms = fallback_ms;
        return TRUE;
    }
    if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= MAX_SECONDS)) {
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "--%s takes seconds from 0 to %.0f, not \"%s\"",
                    option,
                    MAX_SECONDS,
                    text);
        return FALSE;
    }
    *ms = (gint64)ceil(seconds * 1000);
    return TRUE;
}

static gboolean
read_manufacturer(const char *text, guint16 *id, GError **error)
{
    const char *digits = g_ascii_strncasecmp(text, "0x", 2) == 0 ? text + 2 : text;
    guint64 value = 0;

    if (!g_ascii_string_to_unsigned(digits, 16, 0, G_MAXUINT16, &value, NULL)) {
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "--manufacturer takes up to four hexadecimal digits, not \"%s\"",
                    text);
        return FALSE;
    }
    *id = (guint16)value;
    return TRUE;
}

static gboolean
fill_manufacturers(char **texts, GVariantDict *dict, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint16));

    for (gsize i = 0; texts[i]; i++) {
        guint16 id = 0;

        if (!read_manufacturer(texts[i], &id, error))
            return FALSE;
        g_array_append_val(ids, id);
    }
    g_variant_dict_insert_value(
        dict,
        "ManufacturerIds",
        g_variant_new_fixed_array(G_VARIANT_TYPE_UINT16, ids->data, ids->len, sizeof(guint16)));
    return TRUE;
}

static gboolean
fill_uuids(char **texts, GVariantDict *dict, GError **error)
{
    for (gsize i = 0; texts[i]; i++) {
        BhUuid uuid;

        if (bh_uuid_parse(texts[i], &uuid, NULL))
            continue;
        g_set_error(error,
                    G_OPTION_ERROR,
                    G_OPTION_ERROR_BAD_VALUE,
                    "--uuid takes a UUID, as 180d or in the long form, not \"%s\"",
                    texts[i]);
        return FALSE;
    }
    g_variant_dict_insert(dict, "UUIDs", "^as", texts);
    return TRUE;
}

static void
fill_beacons(char **texts, GVariantDict *dict)
{
    g_autofree char *joined = g_strjoinv(",", texts);
    g_auto(GStrv) names = g_strsplit(joined, ",", -1);

    g_variant_dict_insert(dict, "Beacons", "^as", names);
}

gboolean
bh_filter_options_fill(const BhFilterOptions *self, GVariantDict *dict, GError **error)
{
    gint64 rssi = 0;

    if (!bh_option_read_integer("rssi", self->rssi, -127, 20, &rssi, error))
        return FALSE;
    if (self->manufacturers && !fill_manufacturers(self->manufacturers, dict, error))
        return FALSE;
    if (self->uuids && !fill_uuids(self->uuids, dict, error))
        return FALSE;
    if (self->beacons)
        fill_beacons(self->beacons, dict);
    if (self->rssi)
        g_variant_dict_insert(dict, "RSSI", "n", (gint16)rssi);
    if (self->name)
        g_variant_dict_insert(dict, "NamePattern", "s", self->name);
    if (self->address)
        g_variant_dict_insert(dict, "AddressPattern", "s", self->address);
    if (self->adapter)
        g_variant_dict_insert(dict, "Adapter", "s", self->adapter);
    return TRUE;
}

void
bh_filter_options_clear(BhFilterOptions *self)
{
    g_clear_pointer(&self->uuids, g_strfreev);
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->address, g_free);
    g_clear_pointer(&self->rssi, g_free);
    g_clear_pointer(&self->manufacturers, g_strfreev);
    g_clear_pointer(&self->beacons, g_strfreev);
    g_clear_pointer(&self->adapter, g_free);
}
