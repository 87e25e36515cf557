/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One row per AD type (Assigned Numbers 2.3), with the function that puts its value into words;
 * types without one are shown in hex. A function that finds an impossible length says so by
 * returning FALSE before it wrote anything.
 */
#include "ad-text.h"

#include "bh-address.h"
#include "bh-hex.h"
#include "bh-names.h"
#include "bh-uuid.h"
#include "row-json.h"
#include "terminal.h"

typedef gboolean (*FormatFunc)(const BhAdStructure *structure,
                               BhCompanies *companies,
                               GString *out);

static guint16
read_u16(const guint8 *bytes)
{
    return (guint16)(bytes[0] | bytes[1] << 8);
}

static void
append_hex(GString *out, const guint8 *bytes, gsize size)
{
    g_autofree char *hex = bh_hex_from_bytes(bytes, size);

    g_string_append(out, hex);
}

/* As short as the air has it, with its name if there is one. */
static void
append_uuid(GString *out, const guint8 *bytes, gsize size)
{
    char text[BH_UUID_TEXT_SIZE];
    BhNameKind kind = BH_NAME_SERVICE;
    const char *name = NULL;
    BhUuid uuid;

    bh_uuid_from_le(bytes, size, &uuid);
    bh_uuid_format(&uuid, text);
    name = bh_uuid_name(&uuid, &kind);
    if (size == 2)
        g_string_append_printf(out, "%.4s", text + 4);
    else if (size == 4)
        g_string_append_printf(out, "%.8s", text);
    else
        g_string_append(out, text);
    if (name)
        g_string_append_printf(out, " (%s)", name);
}

static gboolean
format_flags(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    static const char *const names[] = {"LE limited discoverable",
                                        "LE general discoverable",
                                        "BR/EDR not supported",
                                        "LE and BR/EDR (controller)",
                                        "LE and BR/EDR (host)"};
    const char *separator = "";

    if (structure->length == 0)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!(structure->data[0] & 1u << i))
            continue;
        g_string_append_printf(out, "%s%s", separator, names[i]);
        separator = ", ";
    }
    if (*separator == '\0')
        append_hex(out, structure->data, structure->length);
    return TRUE;
}

static gboolean
format_uuids(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    gsize width = bh_ad_uuid_width(structure->type);

    if (structure->length % width != 0)
        return FALSE;
    if (structure->length == 0)
        g_string_append(out, "none");
    for (gsize i = 0; i < structure->length; i += width) {
        g_string_append(out, i > 0 ? ", " : "");
        append_uuid(out, structure->data + i, width);
    }
    return TRUE;
}

static gboolean
format_text(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    g_autofree char *text = bh_ad_dup_text(structure->data, structure->length);

    g_string_append_c(out, '"');
    bh_terminal_append(out, text);
    g_string_append_c(out, '"');
    return TRUE;
}

static gboolean
format_tx_power(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 1)
        return FALSE;
    g_string_append_printf(out, "%d dBm", (gint8)structure->data[0]);
    return TRUE;
}

static gboolean
format_intervals(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 4)
        return FALSE;
    g_string_append_printf(out,
                           "%.2f to %.2f ms",
                           read_u16(structure->data) * 1.25,
                           read_u16(structure->data + 2) * 1.25);
    return TRUE;
}

static gboolean
format_service_data(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    gsize width = bh_ad_uuid_width(structure->type);

    if (structure->length < width)
        return FALSE;
    append_uuid(out, structure->data, width);
    g_string_append(out, ": ");
    append_hex(out, structure->data + width, structure->length - width);
    return TRUE;
}

static void
append_address(GString *out, const guint8 *bytes)
{
    char text[BH_ADDRESS_TEXT_SIZE];
    BhAddress address = {.type = BH_ADDRESS_PUBLIC};

    for (gsize i = 0; i < sizeof address.octets; i++)
        address.octets[i] = bytes[5 - i];
    bh_address_format(&address, text);
    g_string_append(out, text);
}

static gboolean
format_addresses(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length == 0 || structure->length % 6 != 0)
        return FALSE;
    for (gsize i = 0; i < structure->length; i += 6) {
        g_string_append(out, i > 0 ? ", " : "");
        append_address(out, structure->data + i);
    }
    return TRUE;
}

static gboolean
format_device_address(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 7)
        return FALSE;
    append_address(out, structure->data);
    g_string_append(out, structure->data[6] & 1 ? " (random)" : " (public)");
    return TRUE;
}

static gboolean
format_appearance(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    if (structure->length != 2)
        return FALSE;
    g_string_append_printf(out, "0x%04x", read_u16(structure->data));
    return TRUE;
}

/* Two to four bytes, in units of 0.625 ms. */
static gboolean
format_advertising_interval(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    guint32 units = 0;

    if (structure->length < 2 || structure->length > 4)
        return FALSE;
    for (gsize i = 0; i < structure->length; i++)
        units |= (guint32)structure->data[i] << 8 * i;
    g_string_append_printf(out, "%.3f ms", units * 0.625);
    return TRUE;
}

static gboolean
format_role(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    static const char *const names[] = {"peripheral only",
                                        "central only",
                                        "both, peripheral preferred",
                                        "both, central preferred"};

    if (structure->length != 1 || structure->data[0] >= G_N_ELEMENTS(names))
        return FALSE;
    g_string_append(out, names[structure->data[0]]);
    return TRUE;
}

/* The first byte stands for the scheme; only those that are met, and 0x01: none. */
static gboolean
format_uri(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    g_autofree char *text = NULL;

    if (structure->length == 0)
        return FALSE;
    text = bh_ad_dup_text(structure->data + 1, structure->length - 1);
    if (structure->data[0] == 0x16)
        g_string_append(out, "http:");
    else if (structure->data[0] == 0x17)
        g_string_append(out, "https:");
    else if (structure->data[0] != 0x01)
        g_string_append_printf(out, "(scheme 0x%02x) ", structure->data[0]);
    bh_terminal_append(out, text);
    return TRUE;
}

static gboolean
format_manufacturer(const BhAdStructure *structure, BhCompanies *companies, GString *out)
{
    const char *name = NULL;

    if (structure->length < 2)
        return FALSE;
    g_string_append_printf(out, "%04x", read_u16(structure->data));
    name = bh_companies_peek_name(companies, read_u16(structure->data));
    if (name) {
        g_string_append(out, " (");
        bh_terminal_append(out, name);
        g_string_append_c(out, ')');
    }
    g_string_append(out, ": ");
    append_hex(out, structure->data + 2, structure->length - 2);
    return TRUE;
}

static const struct {
    guint8 type;
    const char *name;
    FormatFunc format; /* NULL: hex */
} types[] = {
    {BH_AD_FLAGS, "Flags", format_flags},
    {BH_AD_UUID16_SOME, "Incomplete 16-bit services", format_uuids},
    {BH_AD_UUID16_ALL, "Complete 16-bit services", format_uuids},
    {BH_AD_UUID32_SOME, "Incomplete 32-bit services", format_uuids},
    {BH_AD_UUID32_ALL, "Complete 32-bit services", format_uuids},
    {BH_AD_UUID128_SOME, "Incomplete 128-bit services", format_uuids},
    {BH_AD_UUID128_ALL, "Complete 128-bit services", format_uuids},
    {BH_AD_NAME_SHORT, "Short name", format_text},
    {BH_AD_NAME_COMPLETE, "Complete name", format_text},
    {BH_AD_TX_POWER, "TX power", format_tx_power},
    {0x0d, "Class of device", NULL},
    {0x0e, "Simple pairing hash C-192", NULL},
    {0x0f, "Simple pairing randomizer R-192", NULL},
    {0x10, "Device ID or security manager TK value", NULL},
    {0x11, "Security manager out-of-band flags", NULL},
    {BH_AD_CONNECTION_INTERVALS, "Connection intervals", format_intervals},
    {BH_AD_SOLICIT16, "Solicited 16-bit services", format_uuids},
    {BH_AD_SOLICIT128, "Solicited 128-bit services", format_uuids},
    {BH_AD_SERVICE_DATA16, "Service data", format_service_data},
    {BH_AD_PUBLIC_TARGET, "Public target addresses", format_addresses},
    {BH_AD_RANDOM_TARGET, "Random target addresses", format_addresses},
    {BH_AD_APPEARANCE, "Appearance", format_appearance},
    {BH_AD_ADVERTISING_INTERVAL, "Advertising interval", format_advertising_interval},
    {0x1b, "Device address", format_device_address},
    {BH_AD_LE_ROLE, "LE role", format_role},
    {0x1d, "Simple pairing hash C-256", NULL},
    {0x1e, "Simple pairing randomizer R-256", NULL},
    {BH_AD_SOLICIT32, "Solicited 32-bit services", format_uuids},
    {BH_AD_SERVICE_DATA32, "Service data", format_service_data},
    {BH_AD_SERVICE_DATA128, "Service data", format_service_data},
    {0x22, "LE secure connections confirmation", NULL},
    {0x23, "LE secure connections random", NULL},
    {BH_AD_URI, "URI", format_uri},
    {0x25, "Indoor positioning", NULL},
    {0x26, "Transport discovery data", NULL},
    {0x27, "LE supported features", NULL},
    {0x28, "Channel map update", NULL},
    {0x29, "Mesh provisioning", NULL},
    {0x2a, "Mesh message", NULL},
    {0x2b, "Mesh beacon", NULL},
    {0x2c, "BIGInfo", NULL},
    {0x2d, "Broadcast code", NULL},
    {0x2e, "Resolvable set identifier", NULL},
    {0x2f, "Advertising interval, long", format_advertising_interval},
    {0x30, "Broadcast name", format_text},
    {0x31, "Encrypted advertising data", NULL},
    {0x32, "Periodic advertising response timing", NULL},
    {0x34, "Electronic shelf label", NULL},
    {0x3d, "3D information", NULL},
    {BH_AD_MANUFACTURER, "Manufacturer data", format_manufacturer},
};

const char *
bh_ad_type_name(guint8 type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].type == type)
            return types[i].name;
    return "Unknown";
}

static FormatFunc
find_format(guint8 type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].type == type)
            return types[i].format;
    return NULL;
}

char *
bh_ad_value_text(const BhAdStructure *structure, BhCompanies *companies)
{
    GString *out = g_string_new(NULL);
    FormatFunc format = find_format(structure->type);

    if (!format) {
        append_hex(out, structure->data, structure->length);
    } else if (!format(structure, companies, out)) {
        append_hex(out, structure->data, structure->length);
        g_string_append(out, out->len ? " (impossible value)" : "(impossible value)");
    }
    return g_string_free(out, FALSE);
}
