/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Identifiers and types are hexadecimal, as they are printed everywhere; the interval is in
 * milliseconds, as data sheets have it.
 */
#include "advert-options.h"

#include "beacon-words.h"
#include "bh-hex.h"
#include "bh-uuid.h"
#include "filter-options.h"

#include <string.h>

static void
add_data(BhAdvertOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"name", 'n', 0, G_OPTION_ARG_STRING, &self->name, "Name of the device", "TEXT"},
        {"uuid",
         'u',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->uuids,
         "Service that it has (may be repeated)",
         "UUID"},
        {"solicit",
         0,
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->solicit,
         "Service that it looks for (may be repeated)",
         "UUID"},
        {"manufacturer",
         'm',
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->manufacturers,
         "Data of a company (may be repeated)",
         "ID:HEX"},
        {"service-data",
         0,
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->service_data,
         "Data of a service (may be repeated)",
         "UUID:HEX"},
        {"data",
         0,
         0,
         G_OPTION_ARG_STRING_ARRAY,
         &self->data,
         "Data of another AD type (may be repeated)",
         "TYPE:HEX"},
        {"appearance", 0, 0, G_OPTION_ARG_STRING, &self->appearance, "What it looks like", "HEX"},
        G_OPTION_ENTRY_NULL,
    };

    g_option_context_add_main_entries(context, entries, NULL);
}

void
bh_advert_options_add(BhAdvertOptions *self, GOptionContext *context)
{
    const GOptionEntry entries[] = {
        {"interval",
         'i',
         0,
         G_OPTION_ARG_STRING,
         &self->interval,
         "Time between two packets, 20 to 10240 (default: the kernel's own)",
         "MS"},
        {"tx-power",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->tx_power,
         "Power to send with, -127 to 20",
         "DBM"},
        {"adapter",
         0,
         0,
         G_OPTION_ARG_STRING,
         &self->adapter,
         "Only by this controller",
         "ADDRESS|hciN"},
        {"not-connectable",
         0,
         0,
         G_OPTION_ARG_NONE,
         &self->not_connectable,
         "Nobody can connect",
         NULL},
        {"limited", 0, 0, G_OPTION_ARG_NONE, &self->limited, "Limited discoverable mode", NULL},
        {"hidden", 0, 0, G_OPTION_ARG_NONE, &self->hidden, "Not discoverable", NULL},
        {"until-connected",
         0,
         0,
         G_OPTION_ARG_NONE,
         &self->until_connected,
         "End when a central comes",
         NULL},
        G_OPTION_ENTRY_NULL,
    };

    add_data(self, context);
    g_option_context_add_main_entries(context, entries, NULL);
}

static gboolean
refuse(const char *option, const char *form, const char *text, GError **error)
{
    g_set_error(error,
                G_OPTION_ERROR,
                G_OPTION_ERROR_BAD_VALUE,
                "--%s takes %s, not \"%s\"",
                option,
                form,
                text);
    return FALSE;
}

/* Pieces "OWNER:HEX" */

/* Parts a text at its first colon: a UUID has none. */
static gboolean
part(const char *text, char **owner, GVariant **bytes)
{
    const char *colon = strchr(text, ':');
    g_autoptr(GBytes) data = colon ? bh_bytes_from_hex(colon + 1) : NULL;

    if (!data)
        return FALSE;
    *owner = g_strndup(text, (gsize)(colon - text));
    *bytes = g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, data, TRUE);
    return TRUE;
}

static gboolean
read_hex_number(const char *text, guint64 max, guint64 *number)
{
    const char *digits = g_ascii_strncasecmp(text, "0x", 2) == 0 ? text + 2 : text;

    return g_ascii_string_to_unsigned(digits, 16, 0, max, number, NULL);
}

/* An entry whose key is a UUID ('s') or a number ('q', 'y'); NULL if the owner is none. */
static GVariant *
build_entry(char kind, const char *owner, GVariant *bytes)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(bytes);
    GVariant *value = g_variant_new_variant(owned);
    guint64 number = 0;
    BhUuid uuid;

    if (kind == 's' ? !bh_uuid_parse(owner, &uuid, NULL)
                    : !read_hex_number(owner, kind == 'q' ? G_MAXUINT16 : G_MAXUINT8, &number)) {
        g_variant_unref(g_variant_ref_sink(value));
        return NULL;
    }
    if (kind == 's')
        return g_variant_new_dict_entry(g_variant_new_string(owner), value);
    return g_variant_new_dict_entry(kind == 'q' ? g_variant_new_uint16((guint16)number)
                                                : g_variant_new_byte((guint8)number),
                                    value);
}

/* How one kind of data is written, and what it becomes. */
typedef struct {
    const char *option;
    const char *key;
    const char *type; /* the third letter is the kind of the owner */
    const char *form;
} DataKind;

static gboolean
fill_data(const DataKind *kind, char **texts, GVariantDict *dict, GError **error)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE(kind->type));

    if (!texts)
        return TRUE;
    for (; *texts; texts++) {
        g_autofree char *owner = NULL;
        GVariant *bytes = NULL, *entry;

        if (!part(*texts, &owner, &bytes) || !(entry = build_entry(kind->type[2], owner, bytes)))
            return refuse(kind->option, kind->form, *texts, error);
        g_variant_builder_add_value(&builder, entry);
    }
    g_variant_dict_insert_value(dict, kind->key, g_variant_builder_end(&builder));
    return TRUE;
}

static gboolean
fill_all_data(const BhAdvertOptions *self, GVariantDict *dict, GError **error)
{
    static const DataKind manufacturer = {"manufacturer",
                                          "ManufacturerData",
                                          "a{qv}",
                                          "ID:HEX, as 004c:0215"};
    static const DataKind service = {"service-data",
                                     "ServiceData",
                                     "a{sv}",
                                     "UUID:HEX, as 181a:0a0b"};
    static const DataKind other = {"data", "Data", "a{yv}", "TYPE:HEX, as 26:0a0b"};

    return fill_data(&manufacturer, self->manufacturers, dict, error) &&
           fill_data(&service, self->service_data, dict, error) &&
           fill_data(&other, self->data, dict, error);
}

/* The rest */

static gboolean
fill_uuids(const char *option, const char *key, char **texts, GVariantDict *dict, GError **error)
{
    if (!texts)
        return TRUE;
    for (gsize i = 0; texts[i]; i++) {
        BhUuid uuid;

        if (!bh_uuid_parse(texts[i], &uuid, NULL))
            return refuse(option, "a UUID, as 180d or in the long form", texts[i], error);
    }
    g_variant_dict_insert(dict, key, "^as", texts);
    return TRUE;
}

static gboolean
fill_numbers(const BhAdvertOptions *self, GVariantDict *dict, GError **error)
{
    gint64 tx_power = 0;
    guint64 appearance = 0;
    char *end = NULL;
    double interval_ms = self->interval ? g_ascii_strtod(self->interval, &end) : 0;

    if (!bh_option_read_integer("tx-power", self->tx_power, -127, 20, &tx_power, error))
        return FALSE;
    if (self->appearance && !read_hex_number(self->appearance, G_MAXUINT16, &appearance))
        return refuse("appearance", "up to four hexadecimal digits", self->appearance, error);
    if (self->interval &&
        (end == self->interval || *end || !(interval_ms >= 20) || !(interval_ms <= 10240)))
        return refuse("interval", "milliseconds from 20 to 10240", self->interval, error);
    if (self->tx_power)
        g_variant_dict_insert(dict, "TxPower", "n", (gint16)tx_power);
    if (self->appearance)
        g_variant_dict_insert(dict, "Appearance", "q", (guint16)appearance);
    if (self->interval)
        g_variant_dict_insert(dict, "IntervalUs", "u", (guint32)(interval_ms * 1000));
    return TRUE;
}

static void
fill_flags(const BhAdvertOptions *self, GVariantDict *dict)
{
    if (self->name)
        g_variant_dict_insert(dict, "Name", "s", self->name);
    if (self->adapter)
        g_variant_dict_insert(dict, "Adapter", "s", self->adapter);
    if (self->not_connectable)
        g_variant_dict_insert(dict, "Connectable", "b", FALSE);
    if (self->limited)
        g_variant_dict_insert(dict, "LimitedDiscoverable", "b", TRUE);
    if (self->hidden)
        g_variant_dict_insert(dict, "Discoverable", "b", FALSE);
    if (self->until_connected)
        g_variant_dict_insert(dict, "UntilConnected", "b", TRUE);
}

gboolean
bh_advert_options_fill(const BhAdvertOptions *self,
                       char *const *words,
                       GVariantDict *dict,
                       GError **error)
{
    GVariant *beacon = NULL;

    if (!fill_all_data(self, dict, error) ||
        !fill_uuids("uuid", "UUIDs", self->uuids, dict, error) ||
        !fill_uuids("solicit", "SolicitUUIDs", self->solicit, dict, error) ||
        !fill_numbers(self, dict, error))
        return FALSE;
    fill_flags(self, dict);
    if (!words[0])
        return TRUE;
    beacon = bh_beacon_from_words(words, error);
    if (beacon)
        g_variant_dict_insert_value(dict, "Beacon", beacon);
    return beacon != NULL;
}

void
bh_advert_options_clear(BhAdvertOptions *self)
{
    g_clear_pointer(&self->name, g_free);
    g_clear_pointer(&self->uuids, g_strfreev);
    g_clear_pointer(&self->solicit, g_strfreev);
    g_clear_pointer(&self->manufacturers, g_strfreev);
    g_clear_pointer(&self->service_data, g_strfreev);
    g_clear_pointer(&self->data, g_strfreev);
    g_clear_pointer(&self->appearance, g_free);
    g_clear_pointer(&self->interval, g_free);
    g_clear_pointer(&self->tx_power, g_free);
    g_clear_pointer(&self->adapter, g_free);
}
